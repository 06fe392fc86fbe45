# ruff: noqa: E501 - the words are compared as they are printed, on one line
"""The engineers' number in a plan: its ends, who may come in, on paper, and what is wrong with how it is written."""

from __future__ import annotations

from textwrap import dedent

import pytest
from paper import PaperCall, at, known_prompts, small_texts

from dialplan.commands import SendMail, ServeEngineer
from dialplan.dialling_in import claimants_of, on_keypad, owners_of, people_of_line
from dialplan.events import EngineerServed, LineEnd
from dialplan.faults import ConfigurationFaults
from dialplan.model import Configuration
from dialplan.pins import hash_pin
from dialplan.prove import prove
from dialplan.replay import Verdict, compare, rebuild
from dialplan.simulate import WrongSupposition, simulate
from dialplan.source import load_texts
from dialplan.story import tell
from dialplan.tape import Recording, read_tape

PIN = "48151623"
LINE, ENGINEER, STRANGER = "03 205 55 99", "+32470000001", "+32470000077"
PLAN = """
    start: line
    nodes:
      line:
        duty-line: [engineers, boss]
        ring: 25 s
        hours: 12
        tell: who@example.com
        next: bye
        exits: {desk: desk, not-known: refused}
        rest: desk
      desk: {destination: one, rest: sorry}
      sorry: {announce: line-failed, next: bye}
      bye: {hangup: normal}
      refused: {hangup: rejected}
"""


def texts(plan: str = PLAN) -> dict[str, str]:
    files = small_texts(plans__line=dedent(plan))
    files["desk.yaml"] += f"pins: {{eng: '{hash_pin(PIN, b'0123456789abcdef')}'}}\n"
    files["brands.yaml"] = files["brands.yaml"].replace(
        "numbers: [{number: 03 205 55 82, plan: main}]",
        f"numbers:\n    - {{number: 03 205 55 82, plan: main}}\n    - {{number: {LINE}, plan: line}}",
    )
    return files


def desk(plan: str = PLAN) -> Configuration:
    return load_texts(texts(plan), known_prompts(), {"plan-mail", "pin-wrong"}).configuration


def dials_in(caller: str | None = ENGINEER) -> PaperCall:
    return PaperCall(desk(), "+3232055599", caller=caller)


def test_the_call_is_handed_over_with_what_the_plan_says() -> None:
    call = dials_in()
    assert call.asked == ServeEngineer(("engineers", "boss"), ("nl", "fr"), 25.0, 12, False)


@pytest.mark.parametrize(
    ("end", "way", "why"),
    [
        (EngineerServed(LineEnd.DONE, "eng", "eng said goodbye"), "line.next", "eng said goodbye"),
        (EngineerServed(LineEnd.DESK, "eng", "eng asked for the desk"), "line.desk", "eng asked for the desk"),
        (EngineerServed(LineEnd.NOT_KNOWN, why="3 wrong PINs were keyed"), "line.not-known", "3 wrong PINs were keyed"),
    ],
)  # fmt: skip
def test_each_end_has_its_exit(end: EngineerServed, way: str, why: str) -> None:
    call = dials_in().answer(end)
    assert call.way[0] == way and call.hops[0].why == why


def test_only_a_refusal_is_told_by_mail() -> None:
    refused = dials_in().answer(EngineerServed(LineEnd.NOT_KNOWN, why="3 wrong PINs were keyed"))
    [mail] = [told for told in refused.told if isinstance(told, SendMail)]
    assert (mail.template, mail.to) == ("pin-wrong", ("who@example.com",))
    assert refused.hung_up == 21
    assert dials_in().answer(EngineerServed(LineEnd.DONE, "eng")).told == []


def test_when_it_cannot_be_had_the_rest_is_taken() -> None:
    assert dials_in().fails().ringing == ["one"]


# -- who it is


def test_letters_on_a_keypad() -> None:
    assert (on_keypad("ADU"), on_keypad("wti"), on_keypad("MSS"), on_keypad("XYZ")) == (
        "238", "984", "677", "999",
    )  # fmt: skip


def test_who_may_come_in_and_who_somebody_may_be() -> None:
    configuration = desk()
    people = people_of_line(configuration, ("engineers", "boss"))
    assert people == ("boss", "eng")
    assert people_of_line(configuration, ("boss",)) == ("boss",)
    assert owners_of(configuration, ENGINEER, people) == ("eng",)
    assert owners_of(configuration, None, people) == owners_of(configuration, STRANGER, people) == ()
    assert owners_of(configuration, "+32470000021", people) == (), "an agent is no engineer"
    assert claimants_of(configuration, on_keypad("ENG"), people) == ("eng",)
    assert claimants_of(configuration, "0470000009", people) == ("boss",)
    assert claimants_of(configuration, "", people) == claimants_of(configuration, "999", people) == ()


# -- on paper


def ask(caller: str | None, *keys: str, suppose: dict[str, str] | None = None, plan: str = PLAN) -> str:
    when = at("2026-11-21 21:14")
    done = simulate(desk(plan), LINE, caller, when, keys, suppose=suppose)
    hop = next(hop for hop in done.steps if hop.node == "line")
    return f"{hop.exit}: {hop.why}"


def test_simulated() -> None:
    assert ask(ENGINEER, PIN, "1", "4") == "next: eng was served"
    assert ask(ENGINEER, PIN, "4") == "desk: eng asked for the desk"
    assert ask(STRANGER, "364", PIN, "4") == "desk: eng asked for the desk"
    assert ask(STRANGER, "0470000001", PIN) == "next: eng was served"
    assert ask(STRANGER, "364", "1", "2", "3") == "not-known: 3 wrong PINs were keyed"
    assert ask(None) == "not-known: 3 wrong PINs were keyed"
    assert ask(ENGINEER, suppose={"line": "blocked"}) == "not-known: there were too many wrong PINs before"
    assert ask(ENGINEER, suppose={"line": "desk"}) == "desk: supposed"
    known = PLAN.replace("hours: 12", "known phones only: yes")
    assert ask(STRANGER, "364", PIN, plan=known) == "not-known: nobody is known to have that telephone"
    with pytest.raises(WrongSupposition, match="write done, desk, not-known or blocked"):
        ask(ENGINEER, suppose={"line": "busy"})


def test_told_as_a_story() -> None:
    configuration = desk()
    done = simulate(configuration, LINE, ENGINEER, at("2026-11-21 21:14"), [PIN, "4"])
    assert any("the engineers' number: eng asked for the desk" in line for line in tell(configuration, done))
    assert PIN not in repr(done)


def test_every_end_of_it_is_proved() -> None:
    assert silent_at(PLAN) == set()
    assert silent_at(PLAN.replace("rest: sorry", "rest: bye")) == {"bye"}


def silent_at(plan: str) -> set[str]:
    """Where callers of the engineers' number are cut off without a word."""
    found = prove(desk(plan), at("2026-11-21 21:14")).counter_examples
    return {one.node for one in found if one.plan == "line"}


def test_kept_on_tape_and_compared() -> None:
    configuration, call = desk(), dials_in()
    tape = Recording(call.now)
    asked, event = call.asked, EngineerServed(LineEnd.DESK, "eng", "eng asked for the desk")
    call.answer(event)
    tape.add(call.now, event, asked)
    kept = read_tape(tape.to_json(call.state.call), call.state.call)
    assert kept.heard[0].event == event
    past = rebuild(configuration, kept)
    assert past.hops[0].exit == "desk" and past.met[0].what == "comes to the engineers' number"
    assert compare(past, configuration, kept).verdict is not Verdict.DIFFERS


# -- how it is written


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[engineers, boss]", "[engineers, bos]", 'plans/line.yaml:4:28 line duty-line[2]: unknown directory entry "bos"; did you mean "boss"?'),
        ("[engineers, boss]", "[]", 'plans/line.yaml:4:16 line: "duty-line" is empty'),
        ("ring: 25 s", "ring: 25", 'plans/line.yaml:5:11 line ring: "25" is not a duration; write it with its unit, as in "25 s" or "10 min"'),
        ("hours: 12", "hours: 99", 'plans/line.yaml:6:12 line hours: "99" is not a whole number from 1 to 72'),
        ("hours: 12", "known phones only: perhaps", 'plans/line.yaml:6:24 line known phones only: "perhaps" is neither yes nor no'),
        ("tell: who@example.com", "tell: nobody", 'plans/line.yaml:7:11 line tell: "nobody" is not a mail address'),
        ("desk: desk,", "desc: desk,", 'plans/line.yaml:9:13 line exits["desc"]: there is no exit "desc"; did you mean "desk"?'),
        ("hours: 12", "hour: 12", 'plans/line.yaml:6:5 line: unknown key "hour"; did you mean "hours"?'),
    ],
)  # fmt: skip
def test_faults(old: str, new: str, words: str) -> None:
    assert old in PLAN
    with pytest.raises(ConfigurationFaults) as caught:
        load_texts(texts(PLAN.replace(old, new, 1)), known_prompts(), {"plan-mail", "pin-wrong"})
    assert words in [str(fault) for fault in caught.value.faults], [str(f) for f in caught.value.faults]


def test_the_check_names_who_has_no_pin() -> None:
    warnings = load_texts(texts(), known_prompts(), {"plan-mail", "pin-wrong"}).warnings
    assert "boss has no PIN in desk.yaml, and cannot come in; `dutyline pin boss` makes one" in [
        warning.message for warning in warnings
    ]
