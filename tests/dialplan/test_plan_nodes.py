"""What each kind of node does with what callers do."""

from __future__ import annotations

import pytest
from paper import PaperCall, small

from dialplan import nodes
from dialplan.events import Dialled, Outcome
from dialplan.nodes import KINDS

MENU = """
    start: choose
    nodes:
      choose:
        menu: [please-hold, choose-language]
        keys: {1: one, "#": two}
        tries: 2
        exits: {no-input: silent}
        rest: other
      one: {hangup: 41}
      two: {hangup: 42}
      silent: {hangup: 43}
      other: {hangup: 44}
"""


def test_every_kind_is_registered_once_and_says_what_it_is() -> None:
    assert len(KINDS) == 20
    for kind in KINDS:
        module = getattr(nodes, kind.replace("-", "_"))
        assert module.__doc__.startswith(f"`{kind}`: "), f"the module of {kind} opens with what it does"


class TestMenu:
    def test_a_key_takes_its_exit(self) -> None:
        call = PaperCall(small(MENU))
        assert call.hears == ["nl:please-hold", "nl:choose-language", "fr:please-hold", "fr:choose-language"]
        assert call.keys("1").hung_up == 41
        assert call.way[0] == "choose.1" and call.hops[0].why == "the caller chose 1"

    def test_the_hash_is_a_key_like_another(self) -> None:
        assert PaperCall(small(MENU)).keys("#").hung_up == 42

    def test_a_wrong_key_is_said_and_asked_again(self) -> None:
        call = PaperCall(small(MENU)).keys("7")
        assert call.hears[0] == "nl:invalid-choice"
        assert call.keys("1").hung_up == 41

    def test_no_key_is_said_and_asked_again_and_then_has_its_exit(self) -> None:
        call = PaperCall(small(MENU)).keys("")
        assert call.hears[0] == "nl:no-input"
        assert call.keys("").hung_up == 43
        assert call.hops[0].why == "no key was pressed, 2 times asked"

    def test_wrong_keys_without_an_exit_take_the_rest(self) -> None:
        assert PaperCall(small(MENU)).keys("7").keys("8").hung_up == 44


LANGUAGE = """
    start: ask
    nodes:
      ask: {language: {ask: choose-language, keys: {1: nl, 2: fr, 3: de, 4: en}}, next: hello}
      hello: {announce: please-hold, next: german}
      german: {language: de, next: again}
      again: {announce: please-hold, next: bye}
      bye: {hangup: normal}
"""


class TestLanguage:
    @pytest.mark.parametrize(("key", "language"), [("1", "nl"), ("2", "fr"), ("3", "de"), ("4", "en")])
    def test_the_caller_chooses(self, key: str, language: str) -> None:
        call = PaperCall(small(LANGUAGE))
        assert call.hears == ["nl:choose-language"], "one prompt that speaks all four"
        assert call.keys(key).hears == [f"{language}:please-hold"]

    @pytest.mark.parametrize("key", ["", "9"])
    def test_no_choice_leaves_both_languages(self, key: str) -> None:
        call = PaperCall(small(LANGUAGE), dutch_first=False).keys(key)
        assert call.hears == ["fr:please-hold", "nl:please-hold"]

    def test_a_plan_sets_it(self) -> None:
        assert PaperCall(small(LANGUAGE)).keys("1").listens().hears == ["de:please-hold"]


DIAL = """
    start: ring
    nodes:
      ring:
        destination: {who}
        order: {order}
        ring: 20 s
        exits: {{busy: busy, no-answer: late}}
        rest: rest
      busy: {{hangup: 41}}
      late: {{hangup: 42}}
      rest: {{hangup: 43}}
"""


class TestDestination:
    def test_in_turn_one_phone_after_the_other(self) -> None:
        call = PaperCall(small(DIAL.format(who="[one, two]", order="in-turn")))
        assert call.ringing == ["one"]
        assert call.rings(Outcome.BUSY, 17).ringing == ["two"]
        assert call.rings(Outcome.NO_ANSWER, 19).hung_up == 42, "the last outcome counts"
        assert call.hops[0].why == (
            "Agent one was busy (cause 17); Agent two did not answer within 20 s (cause 19)"
        )

    def test_together_all_phones_at_once(self) -> None:
        call = PaperCall(small(DIAL.format(who="[one, two]", order="together")))
        assert call.ringing == ["one", "two"]
        call.answer(Dialled(Outcome.ANSWERED, 16, "two"))
        assert call.hung_up == 16 and call.hops[0].why == "Agent two answered"

    def test_together_nobody(self) -> None:
        call = PaperCall(small(DIAL.format(who="[one, two]", order="together"))).rings(Outcome.BUSY)
        assert call.hung_up == 41 and call.hops[0].why == "Agent one and Agent two were busy"

    def test_a_private_phone_is_not_rung_in_the_ordinary_way(self) -> None:
        call = PaperCall(small(DIAL.format(who="boss", order="in-turn")))
        assert call.asked.targets[0].number == "+32470000009"  # type: ignore[union-attr]
        assert call.rings(Outcome.BUSY).hung_up == 41

    def test_somebody_may_be_offered_after_the_talk(self) -> None:
        plan = """
            start: r
            nodes:
              r: {destination: one, exits: {answered: bye}, rest: bye}
              bye: {hangup: 21}
        """
        assert PaperCall(small(plan)).rings(Outcome.ANSWERED).hung_up == 21

    def test_two_entries_with_the_same_phone_ring_it_once(self) -> None:
        configuration = small(DIAL.format(who="[one, boss]", order="together"))
        assert PaperCall(configuration).ringing == ["one", "boss"]


COLLECT = """
    start: ask
    nodes:
      ask:
        collect: enter-customer-number
        into: customer
        digits: 3-5
        confirm: yes
        tries: 2
        next: said
        exits: {no-input: silent, wrong-input: wrong}
      said: {announce: [customer-number-is, $customer, "$customer:number"], next: bye}
      bye: {hangup: normal}
      silent: {hangup: 43}
      wrong: {hangup: 44}
"""


class TestCollect:
    def test_digits_are_read_back_and_confirmed(self) -> None:
        call = PaperCall(small(COLLECT)).keys("4711")
        assert call.hears[:3] == ["nl:customer-number-is", "nl:digits 4711", "nl:press-1-to-confirm"]
        assert call.keys("1").hears[:3] == ["nl:customer-number-is", "nl:digits 4711", "nl:number 4711"]
        assert call.state.variables == {"customer": "4711"}
        assert call.hops[0].why == "4 digits were keyed for customer and confirmed"

    def test_not_confirmed_is_asked_again(self) -> None:
        call = PaperCall(small(COLLECT)).keys("4711").keys("2")
        assert call.hears[:2] == ["nl:invalid-choice", "nl:enter-customer-number"]
        assert call.state.variables == {"customer": ""}
        assert call.keys("1234").keys("1").state.variables == {"customer": "1234"}

    def test_a_plan_says_what_is_read_back(self) -> None:
        tickets = COLLECT.replace("confirm: yes", "confirm: yes\n        read-back: ticket-number-is")
        assert PaperCall(small(tickets)).keys("4711").hears[0] == "nl:ticket-number-is"

    @pytest.mark.parametrize("digits", ["12", "12a", "*12"])
    def test_too_few_or_no_digits_are_wrong(self, digits: str) -> None:
        assert PaperCall(small(COLLECT)).keys(digits).keys(digits).hung_up == 44

    def test_silence_has_its_exit(self) -> None:
        call = PaperCall(small(COLLECT)).keys("")
        assert call.hears[0] == "nl:no-input"
        assert call.keys("").hung_up == 43

    def test_the_switch_is_told_when_to_stop_reading(self) -> None:
        asked = PaperCall(small(COLLECT)).asked
        assert (asked.most, asked.terminator, asked.first_s, asked.next_s) == (5, "#", 6.0, 3.0)  # type: ignore[union-attr]


class TestGoto:
    OTHER: str = """
        start: hello
        nodes:
          hello: {announce: goodbye, next: end}
          end: {hangup: normal}
    """

    def test_to_the_start_of_another_plan(self) -> None:
        call = PaperCall(small("start: g\nnodes:\n  g: {goto: other}\n", plans__other=self.OTHER))
        assert call.hears == ["nl:goodbye", "fr:goodbye"]
        assert call.state.plan == "other"
        assert call.hops[0].why == 'on in the plan "other"'

    def test_past_its_welcome(self) -> None:
        call = PaperCall(small("start: g\nnodes:\n  g: {goto: other.end}\n", plans__other=self.OTHER))
        assert call.hung_up == 16
        assert [(hop.plan, hop.node) for hop in call.hops] == [("main", "g"), ("other", "end")]


@pytest.mark.parametrize(("written", "cause"), [("normal", 16), ("busy", 17), ("rejected", 21), ("34", 34)])
def test_hangup_causes(written: str, cause: int) -> None:
    assert PaperCall(small(f"start: b\nnodes:\n  b: {{hangup: {written}}}\n")).hung_up == cause
