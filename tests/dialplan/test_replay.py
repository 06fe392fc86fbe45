"""Past calls through another configuration: what was, what would have been, and what nobody can tell."""

from dataclasses import MISSING, fields, replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from dialplan.commands import Asked, Collect, Hangup
from dialplan.engine import CallFacts, advance, begin
from dialplan.events import Admission, Dialled, Event, Keyed, LineEnd, Outcome, Played
from dialplan.model import Configuration
from dialplan.overrides import Override, OverrideKind, overrides_on, with_overrides
from dialplan.replay import ANSWERS, Comparison, Verdict, compare, rebuild
from dialplan.source import load_texts, read_texts
from dialplan.tape import KINDS, Recording, Tape, read_tape
from ivr.settings import ROOT

NIGHT = datetime(2026, 11, 21, 22, 15, tzinfo=UTC)
FACTS = CallFacts("c1", "+3232055582", "+32470000099", "", True, 0.4)
SHIPPED = read_texts(ROOT / "config")
ANSWERED = Dialled(Outcome.ANSWERED, 16, "agent-1", 60.0)
NO_ANSWER = Dialled(Outcome.NO_ANSWER, 19)


def configured(name: str = "", old: str = "", new: str = "") -> Configuration:
    """The shipped desk with a change."""
    texts = dict(SHIPPED)
    if name:
        assert old in texts[name], old
        texts[name] = texts[name].replace(old, new)
    return load_texts(texts).configuration


def lived(configuration: Configuration, *answers: tuple[float, Event], left_s: float | None = None) -> Tape:
    """A call as the service would have kept it: speaking takes 2 s, the rest is given."""
    recording, now, given = Recording(NIGHT), NIGHT, list(answers)
    step = begin(configuration, FACTS, now)
    while not isinstance(command := step.commands[-1], Hangup):
        if type(command).__name__ == "Play":
            took_s, event = 2.0, Played()
        elif given:
            took_s, event = given.pop(0)
        else:
            break
        now += timedelta(seconds=took_s)
        recording.add(now, event, command)
        step = advance(configuration, step.state, event, now)
    if left_s is not None:
        recording.leave(NIGHT + timedelta(seconds=left_s))
    return read_tape(recording.to_json(FACTS), FACTS)


def through(tape: Tape, past: Configuration, other: Configuration) -> Comparison:
    return compare(rebuild(past, tape), other, tape)


def test_a_call_through_its_own_configuration_is_the_same() -> None:
    shipped = configured()
    tape = lived(shipped, (12.0, ANSWERED))
    done = through(tape, shipped, shipped)
    assert (done.verdict, done.parts) == (Verdict.SAME, "")
    assert "rings Night desk agent 1 on 0470 00 00 21: answered" in [met.what for met in done.past.met]
    assert done.past.hops == done.other.hops


def test_another_first_phone_is_where_they_part() -> None:
    other = configured("plans/night.yaml", "destination: [agent-1, agent-2]", "destination: [agent-2]")
    done = through(lived(configured(), (12.0, ANSWERED)), configured(), other)
    assert done.verdict is Verdict.DIFFERS
    assert done.parts == (
        "then: rings Night desk agent 1 on 0470 00 00 21: answered (at night.desk); "
        "now: rings Night desk agent 2 on 0470 00 00 22 (at night.desk); "
        "what follows cannot be told from here: "
        "Night desk agent 2 on 0470 00 00 22 was not rung on that call"
    )


def test_other_words_are_said_where_they_part() -> None:
    other = configured("plans/night.yaml", "announce: night-desk-connecting", "announce: please-hold")
    done = through(lived(configured(), (12.0, ANSWERED)), configured(), other)
    assert done.verdict is Verdict.DIFFERS
    assert done.parts == (
        "then: hears night-desk-connecting (nl, fr) (at night.connecting); "
        "now: hears please-hold (nl, fr) (at night.connecting)"
    )
    assert [met.what for met in done.other.met][-1] == "the plan ends the call (cause 16)", (
        "it can be told on"
    )


def test_what_was_rung_anyway_can_be_told_of_another_order() -> None:
    """Agent 1 did not answer, agent 2 did: the other way round the first ring would have been answered."""
    shipped = configured()
    other = configured(
        "plans/night.yaml", "destination: [agent-1, agent-2]", "destination: [agent-2, agent-1]"
    )
    tape = lived(shipped, (20.0, NO_ANSWER), (65.0, Dialled(Outcome.ANSWERED, 16, "agent-2", 60.0)))
    done = through(tape, shipped, other)
    assert done.verdict is Verdict.DIFFERS
    assert "then: rings Night desk agent 1 on 0470 00 00 21: no-answer" in done.parts
    assert "now: rings Night desk agent 2 on 0470 00 00 22: answered" in done.parts


def test_a_shorter_ring_would_have_missed_the_answer() -> None:
    other = configured("plans/night.yaml", "ring: 20 s", "ring: 8 s")
    done = through(lived(configured(), (72.0, ANSWERED)), configured(), other)
    assert done.verdict is Verdict.DIFFERS
    assert "now: rings Night desk agent 1 on 0470 00 00 21: no-answer" in done.parts


def test_a_longer_ring_cannot_be_told() -> None:
    other = configured("plans/night.yaml", "ring: 20 s", "ring: 40 s")
    done = through(lived(configured(), (20.0, NO_ANSWER), (20.0, NO_ANSWER)), configured(), other)
    assert done.verdict is Verdict.UNTOLD
    assert (
        done.parts == "Night desk agent 1 on 0470 00 00 21 did not answer within 20 s; it would ring for 40 s"
    )


def test_a_new_name_for_a_node_is_another_way_to_the_same() -> None:
    shipped = SHIPPED["plans/night.yaml"]
    renamed = {
        **SHIPPED,
        "plans/night.yaml": shipped.replace("connecting", "words-first").replace(
            "night-desk-words-first", "night-desk-connecting"
        ),
    }
    other = load_texts(renamed).configuration
    done = through(lived(configured(), (12.0, ANSWERED)), configured(), other)
    assert done.verdict is Verdict.OTHER_WAY
    assert "night.connecting -> next" in done.parts and "night.words-first -> next" in done.parts


def test_a_caller_who_hung_up_hangs_up_again() -> None:
    shipped = configured()
    tape = lived(shipped, left_s=21.0)
    done = through(tape, shipped, shipped)
    assert done.verdict is Verdict.SAME
    assert done.past.met[-1].what == "the caller hangs up"


def test_a_longer_welcome_loses_a_caller_who_hung_up_early() -> None:
    shipped = configured()
    other = configured(
        "plans/night.yaml",
        "announce: night-desk-connecting",
        "announce: [night-desk-connecting, please-hold]",
    )
    done = through(lived(shipped, left_s=9.0), shipped, other)
    assert done.verdict is Verdict.DIFFERS


def test_a_call_cut_by_the_service_says_so() -> None:
    shipped = configured()
    done = through(lived(shipped), shipped, shipped)
    assert done.verdict is Verdict.UNTOLD
    assert "the service was stopped" in done.parts


def test_a_secret_is_never_on_the_tape_nor_its_variable() -> None:
    recording = Recording(NIGHT)
    question = Collect((), 4, 5.0, 3.0, secret=True)
    recording.add(NIGHT, Keyed("4711", True), question)
    recording.add(NIGHT, Keyed("465"), replace(question, secret=False))
    assert recording.note_values(1, {"pin": "4711", "customer": "465"}) == {
        "pin": "****",
        "customer": "465",
    }
    kept = recording.to_json(FACTS)
    assert "4711" not in kept and "465" in kept
    tape = read_tape(kept, FACTS)
    assert (tape.heard[0].event, tape.heard[0].secret_digits) == (Keyed("", True), 4)
    assert tape.values == {1: {"pin": "****", "customer": "465"}}


def test_a_tape_brings_back_every_answer() -> None:
    tape = lived(configured(), (20.0, NO_ANSWER), (65.0, Dialled(Outcome.ANSWERED, 16, "agent-2", 60.0)))
    assert [type(one.event).__name__ for one in tape.heard] == ["Played", "Played", "Dialled", "Dialled"]
    assert tape.heard[-1].event == Dialled(Outcome.ANSWERED, 16, "agent-2", 60.0)
    assert tape.facts == FACTS and tape.began == NIGHT


def test_every_event_fits_on_a_tape_and_every_question_has_its_answer() -> None:
    """A kind that is forgotten here would cost replays the calls that meet it."""
    assert set(KINDS.values()) == set(get_args(Event))
    assert set(ANSWERS) == set(get_args(Asked)) - {Hangup}
    for event in KINDS.values():
        given = event(**{one.name: _some(one.name) for one in fields(event) if one.default is MISSING})
        recording = Recording(NIGHT)
        recording.add(NIGHT, given, Hangup())
        assert read_tape(recording.to_json(FACTS), FACTS).heard[0].event == given


def _some(name: str) -> object:
    some = {
        "outcome": Outcome.BUSY,
        "admission": Admission.FULL,
        "row": {"key": "465"},
        "end": LineEnd.DESK,
    }
    return some.get(name, "text")


def test_a_tape_that_is_cut_or_of_another_make_says_so() -> None:
    for text in (
        "",
        "{",
        "[]",
        '{"coin": 1}',
        '{"coin":1,"chance":0,"began":"2026-11-21","heard":[[1,"sung"]]}',
    ):
        with pytest.raises(ValueError, match=r"."):
            read_tape(text, FACTS)


def test_a_call_that_was_switched_to_another_plan_is_seen_so() -> None:
    """An override belongs to the moment, not to the configuration that is tried."""
    to_night = Override("1", OverrideKind.NUMBER, FACTS.dialled, "day-and-night", NIGHT, None, "ann")
    switched = with_overrides(configured(), [to_night])
    tape = lived(switched, (12.0, ANSWERED))
    assert (
        through(tape, switched, with_overrides(configured(), overrides_on(switched))).verdict is Verdict.SAME
    )
    assert overrides_on(switched) == (to_night,)
