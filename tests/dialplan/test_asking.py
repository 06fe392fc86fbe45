"""Questions: menus with long choices, extensions and repeats; counters apart; keys typed ahead; forms."""

from __future__ import annotations

import pytest
from paper import PaperCall, at, small, small_texts
from resources import faults_in

from dialplan.commands import Collect, Play, Prompt
from dialplan.events import Keyed
from dialplan.keyed import Form
from dialplan.simulate import simulate

NUMBER = "03 205 55 82"
WHEN = at("2026-11-23 10:00")

MENU = """
    start: hello
    nodes:
      hello: {announce: please-hold, next: choose}
      choose:
        menu: choose-language
        keys: {1: one, 12: twelve, 7: seven}
        repeat: "*"
        tries-no-input: 2
        tries-wrong-input: 3
        say-no-input: still-trying
        say-wrong-input: [invalid-choice, please-hold]
        exits: {no-input: silent, wrong-input: wrong}
        rest: other
      one: {hangup: 41}
      twelve: {hangup: 42}
      seven: {hangup: 43}
      silent: {hangup: 44}
      wrong: {hangup: 45}
      other: {hangup: 46}
"""


def at_the_menu(plan: str = MENU) -> PaperCall:
    return PaperCall(small(plan)).listens()


class TestMenu:
    def test_the_reader_is_told_what_can_be_keyed(self) -> None:
        asked = at_the_menu().asked
        assert isinstance(asked, Collect)
        assert (asked.most, asked.first_s, asked.next_s) == (2, 5.0, 2.0)
        assert not asked.is_complete("1"), "it may become 12: the reader waits 2 s"
        assert asked.is_complete("7") and asked.is_complete("12") and asked.is_complete("9")
        assert not asked.is_complete("")

    @pytest.mark.parametrize(("keyed", "end"), [("1", 41), ("12", 42), ("7", 43)])
    def test_long_choices_beside_short_ones(self, keyed: str, end: int) -> None:
        assert at_the_menu().keys(keyed).hung_up == end

    def test_silence_and_mistakes_are_counted_apart(self) -> None:
        call = at_the_menu().keys("")
        assert call.hears[0] == "nl:still-trying"
        call.keys("9").keys("9")
        assert call.hears[:2] == ["nl:invalid-choice", "nl:please-hold"]
        assert call.keys("").hung_up == 44, "the second silence, after two mistakes"
        assert call.hops[-2].why == "no key was pressed, 2 times in all"

    def test_the_third_mistake_has_its_exit(self) -> None:
        call = at_the_menu().keys("9").keys("").keys("8").keys("13")
        assert call.hung_up == 45
        assert call.hops[-2].why == "a key was pressed that is no choice, 3 times in all"

    def test_the_repeat_key_says_the_choices_again_and_counts_for_nothing(self) -> None:
        call = at_the_menu()
        first = call.hears
        for _ in range(5):
            assert call.keys("*").hears == first
        assert call.keys("*").hears[0] == "nl:invalid-choice", "but not for ever"
        assert call.keys("1").hung_up == 41

    def test_what_was_typed_ahead_of_a_mistake_is_thrown_away(self) -> None:
        call = at_the_menu()
        assert not call.asked.fresh  # type: ignore[union-attr]
        assert call.keys("9").asked.fresh  # type: ignore[union-attr]
        assert not call.keys("").asked.fresh  # type: ignore[union-attr]


EXTENSIONS = """
    start: choose
    nodes:
      choose:
        menu: choose-language
        keys: {1: sales}
        extensions: yes
        exits: {extension: direct, no-input: sales, wrong-input: sales}
      direct: {destination: $extension, rest: sales}
      sales: {hangup: 41}
"""


class TestExtensions:
    def configuration(self):  # type: ignore[no-untyped-def]
        texts = small_texts(EXTENSIONS)
        texts["directory.yaml"] = texts["directory.yaml"].replace(
            "one: {title: Agent one,", "one: {extension: 101, title: Agent one,"
        )
        from resources import load_small

        return load_small(texts).configuration

    def test_an_extension_of_the_directory_is_rung(self) -> None:
        call = PaperCall(self.configuration())
        asked = call.asked
        assert isinstance(asked, Collect) and asked.most == 3 and not asked.is_complete("1")
        call.keys("101")
        assert call.ringing == ["one"]
        assert call.hops[0].exit == "extension"
        assert call.hops[0].why == "the caller keyed an extension of the directory"

    def test_any_other_digits_are_a_mistake(self) -> None:
        call = PaperCall(self.configuration()).keys("102")
        assert call.hears[0] == "nl:invalid-choice"
        assert call.keys("1").hung_up == 41


AHEAD = """
    start: hello
    nodes:
      hello: {announce: please-hold, next: hours}
      hours: {calendar: [{when: work, go: choose}], rest: choose}
      choose: {menu: choose-language, keys: {1: number, 2: bye}, type-ahead: MENU, rest: bye}
      number: {collect: enter-customer-number, into: customer, digits: 3-5, next: tell, rest: bye}
      tell: {announce: customer-number-is, next: bye}
      bye: {hangup: normal}
"""


class TestTypedAhead:
    def test_an_announcement_before_a_question_listens(self) -> None:
        call = PaperCall(small(AHEAD.replace("MENU", "yes")))
        assert isinstance(call.asked, Play) and call.asked.listens and not call.asked.stops
        call.listens().keys("1").keys("4711")
        assert isinstance(call.asked, Play) and not call.asked.listens, "no question follows this one"

    def test_a_question_that_wants_no_keys_before_it_is_not_listened_for(self) -> None:
        call = PaperCall(small(AHEAD.replace("MENU", "no")))
        assert isinstance(call.asked, Play) and not call.asked.listens
        asked = call.listens().asked
        assert isinstance(asked, Collect) and asked.fresh

    def test_on_paper_keys_are_typed_ahead_too(self) -> None:
        story = simulate(small(AHEAD.replace("MENU", "yes")), NUMBER, None, WHEN, ["14711#"])
        assert [step.exit for step in story.steps] == ["next", "work", "1", "next", "next", "end"]

    def test_what_lies_there_is_read_as_far_as_the_question_goes(self) -> None:
        menu = Collect((), 2, 5, 2, choices=frozenset({"1", "12", "7"}))
        assert menu.read("7123") == (Keyed("7"), "123")
        assert menu.read("1234") == (Keyed("12"), "34")
        assert menu.read("1") == (Keyed("1"), "")
        number = Collect((), 5, 5, 2, "#")
        assert number.read("471#1") == (Keyed("471", terminated=True), "1")
        assert number.read("#1") == (Keyed("", terminated=True), "1")
        assert number.read("1234567") == (Keyed("12345"), "67")


def collect(fields: str) -> str:
    return f"""
        start: ask
        nodes:
          ask:
            collect: enter-ticket-number
            into: said
            {fields}
            tries: 1
            next: good
            exits: {{no-input: silent, wrong-input: wrong}}
          good: {{announce: "$said", next: bye}}
          bye: {{hangup: normal}}
          silent: {{hangup: 43}}
          wrong: {{hangup: 44}}
    """


class TestForms:
    def test_a_ticket_number_is_keyed_without_its_dash_and_kept_with_it(self) -> None:
        call = PaperCall(small(collect('pattern: "1-xxxxxxxxxx"')))
        assert call.asked.most == 11  # type: ignore[union-attr]
        call.keys("10123456789")
        assert call.state.variables == {"said": "1-0123456789"}

    @pytest.mark.parametrize("keyed", ["20123456789", "1012345678", "101234567890", "1-012345678"])
    def test_anything_else_is_wrong(self, keyed: str) -> None:
        assert PaperCall(small(collect('pattern: "1-xxxxxxxxxx"'))).keys(keyed).hung_up == 44

    def test_several_forms(self) -> None:
        plan = collect('pattern: ["1-xxxxxxxxxx", "CODE"]'.replace("CODE", "99xx"))
        assert PaperCall(small(plan)).keys("9912").state.variables == {"said": "9912"}
        assert PaperCall(small(plan)).keys("10123456789").state.variables == {"said": "1-0123456789"}
        assert PaperCall(small(plan)).keys("9812").hung_up == 44

    @pytest.mark.parametrize("keyed", ["0470000001", "0032470000001", "32470000001"])
    def test_a_telephone_number_in_any_form_is_kept_in_one(self, keyed: str) -> None:
        call = PaperCall(small(collect("as: phone"))).keys(keyed)
        assert call.state.variables == {"said": "+32470000001"}

    @pytest.mark.parametrize("keyed", ["1234567", "0999999999", "4711"])
    def test_what_is_no_telephone_number_is_wrong(self, keyed: str) -> None:
        assert PaperCall(small(collect("as: phone"))).keys(keyed).hung_up == 44

    def test_a_telephone_number_is_read_back_as_one(self) -> None:
        call = PaperCall(small(collect("as: phone\n            confirm: yes"))).keys("0470000001")
        assert call.hears[1] == "nl:phone +32470000001"
        assert call.keys("1").hears[0] == "nl:digits +32470000001"

    def test_the_end_of_the_digits_may_be_another_key_or_none(self) -> None:
        plan = collect('digits: 3-5\n            end: "*"\n            type-ahead: no')
        asked = PaperCall(small(plan)).asked
        assert (asked.terminator, asked.fresh) == ("*", True)  # type: ignore[union-attr]
        asked = PaperCall(small(collect("digits: 3-5\n            end: none"))).asked
        assert asked.terminator == ""  # type: ignore[union-attr]

    def test_a_form_knows_its_length(self) -> None:
        assert Form("1-xxxxxxxxxx").length == 11
        assert Form("xx/xx").write("1234") == "12/34" and Form("xx/xx").write("123") == ""


class TestAnnounce:
    PLAN = """
        start: tip
        nodes:
          tip: {announce: [please-hold, still-trying, goodbye], pick: one, stop: yes, next: bye}
          bye: {hangup: normal}
    """

    def test_chance_picks_one_of_several(self) -> None:
        from paper import NUMBER as DIALLED

        from dialplan.engine import CallFacts, begin

        met = set()
        for each in range(60):
            step = begin(small(self.PLAN), CallFacts("c", DIALLED, None, chance=each / 60), WHEN)
            asked = step.commands[-1]
            assert isinstance(asked, Play) and len({u.id for u in asked.utterances}) == 1  # type: ignore[union-attr]
            met.add(asked.utterances[0].id)  # type: ignore[union-attr]
        assert met == {"please-hold", "still-trying", "goodbye"}

    def test_a_key_may_stop_it_and_the_trace_tells_which_was_said(self) -> None:
        call = PaperCall(small(self.PLAN))
        assert call.asked.stops and call.asked.listens  # type: ignore[union-attr]
        said = call.hears[0].removeprefix("nl:")
        assert call.listens().hops[0].why == f"said {said}, which chance picked"


class TestEnds:
    def test_last_words_of_a_refused_call(self) -> None:
        plan = "start: no\nnodes:\n  no: {hangup: rejected, say: [number-unknown, goodbye]}\n"
        call = PaperCall(small(plan))
        assert call.hung_up == 21 and not call.state.answered
        said = [(prompt.language, prompt.id) for prompt in call.asked.utterances]  # type: ignore[union-attr]
        assert said[:2] == [("nl", "number-unknown"), ("nl", "goodbye")] and said[2][0] == "fr"
        assert call.hops[0].why == "the plan ends the call (cause 21) and says number-unknown, goodbye"

    @pytest.mark.parametrize(("name", "cause"), [("unallocated", 1), ("unavailable", 20), ("failure", 41)])
    def test_causes_have_names(self, name: str, cause: int) -> None:
        assert PaperCall(small(f"start: b\nnodes:\n  b: {{hangup: {name}}}\n")).hung_up == cause

    @pytest.mark.parametrize(("held", "language"), [("FR", "fr"), ("es", "nl"), ("bi", "nl"), ("", "nl")])
    def test_a_variable_may_hold_the_language(self, held: str, language: str) -> None:
        plan = f"""
            start: note
            nodes:
              note: {{set: {{theirs: "{held}"}}, next: tongue}}
              tongue: {{language: $theirs, next: hello}}
              hello: {{announce: please-hold, next: bye}}
              bye: {{hangup: normal}}
        """
        call = PaperCall(small(plan))
        assert call.hears[0] == f"{language}:please-hold"
        left = "the language is fr, as $theirs says"
        kept = "$theirs holds none of nl, fr, de, en; it stays bi"
        assert call.hops[1].why == (left if language == "fr" else kept)

    def test_a_loop_through_goto_ends_with_a_person(self) -> None:
        """The check refuses such a plan; a call would survive it: after 200 steps the last resort is rung."""
        plan = """
            start: a
            nodes:
              a: {announce: please-hold, next: again}
              again: {goto: main}
        """
        assert any("never meet a person or an end" in fault for fault in faults_in(small_texts(plan)))


CONFIRMED = """
    start: ask
    nodes:
      ask:
        {collect: enter-customer-number, into: customer, digits: 3-4, confirm: yes,
         AHEAD next: done, rest: lost}
      done: {hangup: 41}
      lost: {hangup: 42}
"""


class TestTypeAheadIntoAConfirmation:
    def ends(self, keys: list[str], ahead: str = "") -> tuple[str, list[str]]:
        done = simulate(small(CONFIRMED.replace("AHEAD", ahead)), NUMBER, None, WHEN, keys)
        return done.ended.partition(": ")[0], list(done.heard)

    def test_the_key_behind_the_end_key_confirms(self) -> None:
        ended, heard = self.ends(["465#1"])
        assert ended == "hung up by the plan (cause 41)"
        assert "press-1-to-confirm" in heard, "the number is said all the same"

    def test_a_digit_too_many_does_not_confirm(self) -> None:
        """Four are the most: the fifth answers the question whether they are right, and says no."""
        ended, heard = self.ends(["46579", "465", "1"])
        assert ended == "hung up by the plan (cause 41)"
        assert heard.count("enter-customer-number") == 2

    def test_after_a_no_what_was_typed_further_ahead_is_thrown_away(self) -> None:
        ended, heard = self.ends(["465#9465#1", "466", "1"])
        assert ended == "hung up by the plan (cause 41)"
        assert heard.count("customer-number-is") == 2

    def test_without_type_ahead_only_a_key_that_is_pressed_then_confirms(self) -> None:
        call = PaperCall(small(CONFIRMED.replace("AHEAD", "type-ahead: no,")))
        assert isinstance(call.asked, Collect) and call.asked.fresh
        call.keys("465")
        assert isinstance(call.asked, Collect) and call.asked.fresh
        ended, _ = self.ends(["465#1", "1"], "type-ahead: no,")
        assert ended == "hung up by the plan (cause 41)"
        ended, _ = self.ends(["465#1"], "type-ahead: no, tries: 1,")
        assert ended == "hung up by the plan (cause 42)", "what was typed ahead is not heard"


NESTED = """
    start: first
    nodes:
      first:
        menu: choose-language
        keys: {1: second, 2: one}
        tries: 2
        exits: {no-input: silent, wrong-input: wrong}
      second:
        menu: menu-new-or-existing
        keys: {1: third, 9: first}
        tries: 2
        exits: {no-input: silent, wrong-input: wrong}
      third: {menu: choose-language, keys: {1: one, 2: two, 9: second}, tries: 2, rest: other}
      one: {hangup: 41}
      two: {hangup: 42}
      silent: {hangup: 44}
      wrong: {hangup: 45}
      other: {hangup: 46}
"""


class TestNestedMenus:
    def cause(self, *keys: str) -> str:
        return simulate(small(NESTED), NUMBER, None, WHEN, list(keys)).ended.split("(")[1].split(")")[0]

    @pytest.mark.parametrize(
        ("keys", "end"),
        [
            (["1", "1", "2"], "cause 42"),
            (["112"], "cause 42"),
            (["1", "12"], "cause 42"),
            (["1", "9", "2"], "cause 41"),
            (["192"], "cause 41"),
            (["1", "1", "9", "9", "2"], "cause 41"),
            (["11", "", "2"], "cause 42"),
        ],
    )
    def test_keys_lead_down_and_up_one_by_one_or_typed_ahead(self, keys: list[str], end: str) -> None:
        assert self.cause(*keys) == end

    def test_each_menu_counts_its_own_tries_and_anew_each_time(self) -> None:
        assert self.cause("", "1", "", "9", "", "2") == "cause 41"
        assert self.cause("", "1", "", "") == "cause 44"
        assert self.cause("5", "1", "5", "5") == "cause 45"

    def test_what_is_typed_ahead_of_a_mistake_below_is_thrown_away(self) -> None:
        assert self.cause("152", "1", "1") == "cause 41", "5 is no choice of the second: the 2 is not taken"


BILINGUAL = """
    start: hello
    nodes:
      hello: {announce: please-hold, next: choose}
      choose: {language: {ask: choose-language, keys: {1: nl, 2: fr, 3: de}}, next: tell}
      tell: {announce: [please-hold, goodbye], next: on}
      on: {goto: other}
"""
OTHER = """
    start: ask
    nodes:
      ask: {menu: menu-new-or-existing, keys: {1: english}, tries: 1, rest: bye}
      english: {language: en, next: sorry}
      sorry: {announce: nobody-reached-callback, next: bye}
      bye: {hangup: normal}
"""


class TestBilingualUntilALanguageIsChosen:
    def heard(self, *keys: str, dutch_first: bool = True) -> list[str]:
        configuration = small(BILINGUAL, plans__other=OTHER)
        done = simulate(configuration, NUMBER, None, WHEN, list(keys), dutch_first=dutch_first)
        return [f"{said.language}:{said.id}" for said in done.spoken if isinstance(said, Prompt)]

    def test_both_until_one_is_chosen_then_that_one_in_every_plan(self) -> None:
        assert self.heard("2", "1") == [
            "nl:please-hold", "fr:please-hold", "nl:choose-language",
            "fr:please-hold", "fr:goodbye", "fr:menu-new-or-existing", "en:nobody-reached-callback",
        ]  # fmt: skip

    def test_french_first(self) -> None:
        assert self.heard("3", "", dutch_first=False)[:5] == [
            "fr:please-hold", "nl:please-hold", "fr:choose-language", "de:please-hold", "de:goodbye",
        ]  # fmt: skip

    def test_both_to_the_end_when_none_is_chosen(self) -> None:
        heard = self.heard("", "1")
        assert heard[3:7] == ["nl:please-hold", "nl:goodbye", "fr:please-hold", "fr:goodbye"]
        assert heard[7:9] == ["nl:menu-new-or-existing", "fr:menu-new-or-existing"]
        assert heard[-1] == "en:nobody-reached-callback", "a plan has changed it"
