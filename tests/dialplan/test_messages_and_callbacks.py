# ruff: noqa: E501 - the words are compared as they are printed, on one line
"""Messages that callers leave, and being called back: the nodes, the rules, and what is said of mistakes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from paper import NUMBER, PaperCall, at, known_prompts, small, small_texts

from dialplan.abandon import abandon
from dialplan.commands import AskCallback, Hangup, Record, SendMail
from dialplan.dial_rules import CallBackRules, Refusal, refusal_of
from dialplan.engine import CallFacts
from dialplan.events import Admission, Admitted, Kept, Outcome, Recorded
from dialplan.faults import ConfigurationFaults
from dialplan.replay import Verdict, compare, rebuild
from dialplan.simulate import simulate
from dialplan.source import load_texts
from dialplan.tape import Recording as TapeRecording
from dialplan.tape import read_tape

MESSAGE = """
    start: message
    nodes:
      message:
        record: leave-message
        longest: 3 min
        silence: 4 s
        least: 2 s
        stop: "*#"
        {more}
        next: thanks
        exits: {{nothing: nothing}}
        rest: ring
      thanks: {{announce: message-kept, next: page}}
      page: {{page: standard, next: tell}}
      tell: {{mail: plan-mail, to: $brand.mailboxes, recordings: yes, subject: "$message of $caller", text: "customer $customer", next: bye}}
      nothing: {{announce: message-empty, next: ring}}
      ring: {{destination: one, rest: bye}}
      bye: {{hangup: normal}}
"""
PLAIN, REVIEWED = MESSAGE.format(more="into: message"), MESSAGE.format(more="review: yes")
SENT = MESSAGE.format(more="send: plan-mail")


class TestRecord:
    def test_the_switch_is_told_when_to_stop(self) -> None:
        asked = PaperCall(small(PLAIN)).asked
        assert isinstance(asked, Record)
        assert (asked.longest_s, asked.silence_s, asked.least_s) == (180.0, 4.0, 2.0)
        assert (asked.stop_keys, asked.beep) == ("*#", True)
        assert [one.id for one in asked.utterances] == ["leave-message"] * 2  # type: ignore[union-attr]

    def test_a_message_has_a_name_that_mails_can_use(self) -> None:
        call = PaperCall(small(PLAIN)).answer(Recorded("c1-1", 12.34))
        assert call.hears == ["nl:message-kept", "fr:message-kept"]
        assert call.state.variables == {"message": "c1-1", "recordings": "c1-1"}
        assert call.hops[0].why == "a message of 12 s was left"
        mail = call.listens().told[-1]
        assert isinstance(mail, SendMail) and mail.recordings == ("c1-1",)
        assert (mail.subject, mail.text) == ("c1-1 of +32470000099", "customer ")
        assert call.hops[-2].why == 'mail "plan-mail" with 1 recording to support@example.com'

    def test_nothing_said(self) -> None:
        call = PaperCall(small(PLAIN)).answer(Recorded(""))
        assert call.hears[0] == "nl:message-empty" and call.hops[0].why == "nothing was said"

    def test_no_room_for_it(self) -> None:
        assert PaperCall(small(PLAIN)).fails("no room for a recording: 3 MB free").ringing == ["one"]

    def test_the_node_can_send_it_by_itself(self) -> None:
        call = PaperCall(small(SENT)).answer(Recorded("c1-1", 3))
        (mail,) = call.told
        assert isinstance(mail, SendMail)
        assert (mail.to, mail.recordings) == (("support@example.com",), ("c1-1",))
        assert call.hops[0].why == 'a message of 3 s was left; mail "plan-mail" to support@example.com'


class TestReview:
    def reviewing(self) -> PaperCall:
        return PaperCall(small(REVIEWED)).answer(Recorded("c1-1", 5))

    def test_1_keeps_it(self) -> None:
        call = self.reviewing()
        assert call.hears == ["nl:message-review", "fr:message-review"]
        assert call.keys("1").way == ["message.next"]

    def test_nothing_keyed_keeps_it(self) -> None:
        assert self.reviewing().keys("").way == ["message.next"]

    def test_2_plays_it_once_whatever_the_language(self) -> None:
        assert self.reviewing().keys("2").hears == [
            "nl:recording c1-1", "nl:message-review", "fr:message-review",
        ]  # fmt: skip

    def test_another_key_is_wrong_and_asked_again(self) -> None:
        assert self.reviewing().keys("7").hears[:2] == ["nl:invalid-choice", "fr:invalid-choice"]

    def test_3_records_it_anew_in_its_place(self) -> None:
        call = self.reviewing().keys("3")
        assert isinstance(call.asked, Record) and call.asked.replaces == "c1-1"
        call.answer(Recorded("c1-2", 8)).keys("1")
        assert call.state.variables == {"message": "c1-2", "recordings": "c1-2"}

    def test_silence_the_second_time_keeps_the_first(self) -> None:
        call = self.reviewing().keys("3").answer(Recorded(""))
        assert call.way == ["message.next"] and call.state.variables["recordings"] == "c1-1"

    def test_somebody_who_never_chooses_comes_to_an_end_of_it(self) -> None:
        call = self.reviewing()
        for _ in range(10):
            if isinstance(call.asked, Record):
                break
            if call.way:
                break
            call.keys("2")
        assert call.way == ["message.next"]


class TestHangUp:
    """Whoever hangs up has left his message all the same."""

    def test_in_the_middle_of_speaking(self) -> None:
        call = PaperCall(small(PLAIN))
        step = abandon(call.configuration, call.state, Recorded("c1-1", 4), call.now)
        assert [type(one).__name__ for one in step.commands] == ["StartPage", "SendMail"]
        assert [(hop.node, hop.why) for hop in step.hops][:2] == [
            ("message", "a message of 4 s was left"),
            ("thanks", "not said: the caller had hung up"),
        ]
        assert [hop.node for hop in step.hops] == ["message", "thanks", "page", "tell"]

    def test_while_he_is_asked_what_to_do_with_it(self) -> None:
        call = PaperCall(small(REVIEWED)).answer(Recorded("c1-1", 4))
        step = abandon(call.configuration, call.state, None, call.now)
        assert step.hops[0].why == "a message of 4 s was left; the caller hung up"
        assert step.commands[-1].recordings == ("c1-1",)  # type: ignore[union-attr]

    def test_in_the_middle_of_the_second_take(self) -> None:
        call = PaperCall(small(REVIEWED)).answer(Recorded("c1-1", 4)).keys("3")
        step = abandon(call.configuration, call.state, Recorded("c1-2", 9), call.now)
        assert step.commands[-1].recordings == ("c1-2",)  # type: ignore[union-attr]

    def test_before_a_word_was_said_nothing_is_done(self) -> None:
        call = PaperCall(small(PLAIN))
        assert abandon(call.configuration, call.state, None, call.now).hops == ()

    def test_without_a_word_no_phone_is_rung_for_nobody(self) -> None:
        call = PaperCall(small(PLAIN))
        step = abandon(call.configuration, call.state, Recorded(""), call.now)
        assert [hop.node for hop in step.hops] == ["message", "nothing"] and step.commands == ()

    def test_anywhere_else_nothing_goes_on(self) -> None:
        call = PaperCall(small(PLAIN)).answer(Recorded("c1-1", 4))
        assert abandon(call.configuration, call.state, None, call.now) == (call.state, (), ())


LATER = """
    start: ring
    nodes:
      ring:
        destination: one
        limit: {{calls: 1}}
        queue: {{wait: 2 min, keys: {{1: later}}}}
        rest: later
      later:
        call-back: ring
        {more}
        next: bye
        exits: {{declined: no, not-allowed: no, limit: no}}
        rest: no
      no: {{hangup: 43}}
      bye: {{hangup: normal}}
"""
OFFERED = LATER.format(more="tries: 2")


def in_queue(caller: str | None = "+32470000099", plan: str = OFFERED) -> PaperCall:
    """Somebody who has left the queue by key 1 after 40 s."""
    call = PaperCall(small(plan), caller=caller)
    return call.answer(Admitted(Admission.KEY, key="1", waited_s=40.0))


class TestCallBack:
    def test_his_own_number_is_read_to_him_and_his_place_is_kept(self) -> None:
        call = in_queue()
        assert call.hears[:3] == ["nl:callback-offer", "nl:phone +32470000099", "nl:callback-offer-keys"]
        asked = call.keys("1").asked
        assert isinstance(asked, AskCallback)
        assert (asked.number, asked.queue, asked.since_s) == ("+32470000099", "main.ring", 40.0)
        assert [target.entry for target in asked.targets] == ["one"]
        assert [limit.at_once for limit in asked.limits] == [1]
        assert asked.show == "+3232055582"
        assert call.answer(Kept(3)).hears == ["nl:callback-kept", "fr:callback-kept"]
        assert call.listens().hung_up == 16
        assert call.hops[-2].why == "the caller will be called back"

    def test_another_number_is_read_back_and_confirmed(self) -> None:
        call = in_queue().keys("2")
        assert call.hears[0] == "nl:callback-enter-number"
        assert call.keys("034440000").hears[:3] == [
            "nl:callback-number-is", "nl:phone +3234440000", "nl:press-1-to-confirm",
        ]  # fmt: skip
        asked = call.keys("1").asked
        assert isinstance(asked, AskCallback) and asked.number == "+3234440000"
        assert call.state.variables["callback-number"] == "+3234440000"

    @pytest.mark.parametrize("caller", [None, "+33612345678", "+3290012345", "1234"])
    def test_whoever_cannot_be_called_back_keys_a_number(self, caller: str | None) -> None:
        assert in_queue(caller).hears[0] == "nl:callback-enter-number"

    def test_without_another_number_such_a_caller_is_not_offered_it(self) -> None:
        plan = LATER.format(more="other: no")
        call = in_queue(None, plan)
        assert call.hung_up == 43
        assert call.hops[-2].why == "the caller cannot be called back: no number is shown"
        assert in_queue(plan=plan).hears[2] == "nl:press-1-to-confirm"

    @pytest.mark.parametrize("keyed", ["090012345", "0033612345678", "032055582", "123", "112"])
    def test_what_may_not_be_called_is_refused(self, keyed: str) -> None:
        call = in_queue(None).keys(keyed)
        assert call.hears[0] == "nl:callback-not-allowed"
        assert call.keys(keyed).hung_up == 43
        assert call.way[-2] == "later.not-allowed"

    def test_whoever_keys_nothing_declines(self) -> None:
        call = in_queue().keys("")
        assert call.hears[0] == "nl:no-input"
        assert call.keys("").way[-2] == "later.declined"

    def test_too_many_have_their_exit(self) -> None:
        call = in_queue().keys("1").answer(Kept(refused="30 were asked for within an hour"))
        assert call.way[-2] == "later.limit"
        assert call.hops[-2].why == "no call back: 30 were asked for within an hour"

    def test_what_cannot_be_written_down_is_not_promised(self) -> None:
        call = in_queue().keys("1").fails("the database is away")
        assert call.way[-2] == "later.rest"


BE = CallBackRules()


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("+3232055500", None),
        ("+32470000099", None),
        (None, Refusal.NONE),
        ("1207", Refusal.INVALID),
        ("+3212", Refusal.INVALID),
        ("+3290012345", Refusal.PREMIUM),
        ("+3278791234", Refusal.SHARED_COST),
        ("+3278151515", Refusal.SHARED_COST),
        ("+3280012345", Refusal.NO_PERSON),
        ("+33612345678", Refusal.FOREIGN),
        ("+870773100000", Refusal.FOREIGN),
        (NUMBER, Refusal.OWN),
    ],
)
def test_which_numbers_may_be_called_back(number: str | None, why: Refusal | None) -> None:
    assert refusal_of(number, BE, "BE", {NUMBER}) == why


def test_other_countries_are_allowed_one_by_one_and_never_their_premium_numbers() -> None:
    rules = CallBackRules(countries=("FR",))
    assert refusal_of("+33612345678", rules, "BE", ()) is None
    assert refusal_of("+31612345678", rules, "BE", ()) is Refusal.FOREIGN
    assert refusal_of("+33899123456", rules, "BE", ()) is Refusal.PREMIUM


class TestOnPaper:
    def test_a_message_and_none_and_a_caller_who_hangs_up(self) -> None:
        configuration, now = small(PLAIN), at("2026-11-23 10:00")
        said = simulate(configuration, NUMBER, None, now)
        assert said.steps[0].why == "a message of 10 s was left"
        assert "message-kept" in said.heard
        nothing = simulate(configuration, NUMBER, None, now, record="nothing")
        assert nothing.steps[0].exit == "nothing" and nothing.ended == "answered by one"
        gone = simulate(configuration, NUMBER, None, now, suppose={"message": "hang-up"})
        assert gone.ended == "the caller hung up" and "message-kept" not in gone.heard
        assert [mail.template for mail in gone.mails] == ["call-in", "plan-mail"]

    def test_a_call_back(self) -> None:
        configuration, now = small(OFFERED), at("2026-11-23 10:00")
        more = {"caller": "+32470000099", "at": now, "outcomes": {"one": Outcome.BUSY}, "keys": ["1"]}
        kept = simulate(configuration, NUMBER, **more)
        assert "callback-kept" in kept.heard
        refused = simulate(configuration, NUMBER, **more, suppose={"later": ",limit"})
        assert refused.steps[-2].exit == "limit"


FAULTS = [
    ("record: leave-message", "record: leave-mesage", 'plans/main.yaml:4:13 message record: unknown prompt "leave-mesage"; did you mean "leave-message"?'),
    ("longest: 3 min", "longest: 3 h", 'plans/main.yaml:5:14 message longest: "3 h" is not between 3 s and 10 min'),
    ('stop: "*#"', "stop: x", 'plans/main.yaml:8:11 message stop: "x" are no keys of a telephone; write each once, as in "#" or "*#"'),
    ("into: message", "to: a@example.com", 'plans/main.yaml:9:9 message to: "send" is missing: the mail template of the message'),
    ("into: message", "send: plan-mial", 'plans/main.yaml:9:11 message send: unknown mail template "plan-mial"; did you mean "plan-mail"?'),
    ("nothing: nothing", "nothin: nothing", 'plans/main.yaml:11:13 message exits["nothin"]: there is no exit "nothin"; did you mean "nothing"?'),
    ("recordings: yes", "recordings: maybe", 'plans/main.yaml:15:61 tell recordings: "maybe" is neither yes nor no'),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "words"), FAULTS, ids=[words[-40:] for _, _, words in FAULTS])
def test_what_is_said_of_a_mistake(right: str, wrong: str, words: str) -> None:
    texts = small_texts(PLAIN)
    assert right in texts["plans/main.yaml"]
    texts["plans/main.yaml"] = texts["plans/main.yaml"].replace(right, wrong, 1)
    with pytest.raises(ConfigurationFaults) as caught:
        load_texts(texts, known_prompts(), {"plan-mail"})
    assert words in [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ("{countries: [XX]}", 'desk.yaml:5:25 call_back countries[1]: "XX" is no country with a numbering plan; write for instance BE, NL, FR'),
        ("{tries: 0}", 'desk.yaml:5:20 call_back tries: "0" is not a whole number from 1 to 20'),
        ("{trys: 2}", 'desk.yaml:5:13 call_back: unknown key "trys"; did you mean "tries"?'),
    ],
)  # fmt: skip
def test_what_is_said_of_a_mistake_in_the_rules(rules: str, words: str) -> None:
    texts = small_texts()
    texts["desk.yaml"] += f"call_back: {rules}\n"
    with pytest.raises(ConfigurationFaults) as caught:
        load_texts(texts, known_prompts(), {"plan-mail"})
    assert [str(fault) for fault in caught.value.faults] == [words]


def test_the_rules_are_read() -> None:
    texts = small_texts()
    texts["desk.yaml"] += (
        "call_back: {countries: [NL, LU], per_number: 1, per_hour: 9, tries: 5, pause: 1 min, within: 2 h, ring: 20 s}\n"
    )
    rules = load_texts(texts, known_prompts(), {"plan-mail"}).configuration.desk.call_back
    assert rules == CallBackRules(("NL", "LU"), 1, 9, 5, 60.0, 7200.0, 20.0)


def test_the_end_of_a_message_is_the_end_of_the_call() -> None:
    assert isinstance(PaperCall(small(PLAIN)).answer(Recorded("c1-1", 4)).listens().asked, Hangup)


def test_a_message_that_was_ended_by_hanging_up_is_told_again_from_its_tape() -> None:
    """The past call and the same call in a draft: the page and the mail that followed are seen in both."""
    configuration = small(PLAIN)
    facts = CallFacts("c1", NUMBER, "+32470000099")
    recording = TapeRecording(at("2026-11-23 10:00"))
    recording.add(at("2026-11-23 10:00") + timedelta(seconds=9), Recorded("c1-1", 4), Record(()))
    recording.leave(at("2026-11-23 10:00") + timedelta(seconds=9))
    tape = read_tape(recording.to_json(facts), facts)
    past = rebuild(configuration, tape)
    assert [hop.node for hop in past.hops] == ["message", "thanks", "page", "tell"]
    assert compare(past, configuration, tape).verdict is Verdict.SAME
    silent = small(PLAIN.replace("recordings: yes, ", "").replace("next: page}", "next: tell}"))
    assert compare(past, silent, tape).verdict is Verdict.DIFFERS
