# ruff: noqa: E501 - the sentences are compared as they are printed, on one line
"""Bad configurations, each with the sentence that proves it bad and the command that shows it."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from datetime import datetime

import pytest
from paper import at, known_prompts, shipped, small, small_texts

from dialplan.model import Configuration
from dialplan.prove import CounterExample, Proof, prove
from dialplan.prove.judge import Wrong
from dialplan.prove.script import Script
from dialplan.simulate import Simulation, simulate
from dialplan.source import load_texts


def proof_of(configuration: Configuration, start: str = "2026-11-23 00:00", days: float = 14) -> Proof:
    return prove(configuration, at(start), days)


def shown(configuration: Configuration, command: str) -> Simulation:
    """What the printed command shows."""
    words = shlex.split(command)
    assert words[:2] == ["dutyline", "simulate"]
    options: dict[str, list[str]] = {}
    for name, value in zip(words[2::2], words[3::2], strict=True):
        options.setdefault(name, []).append(value)
    return simulate(
        configuration,
        options["--to"][0],
        options.get("--from", [None])[0],  # type: ignore[list-item]
        datetime.fromisoformat(options["--at"][0]),
        options.get("--keys", [""])[0].split(","),
        dict(one.split("=", 1) for one in options.get("--outcome", [])),
        suppose=dict(one.split("=", 1) for one in options.get("--suppose", [])),
        chance=float(options.get("--chance", ["0"])[0]),
        full=options.get("--full", []),
        found=dict(row_of(one) for one in options.get("--found", [])),
    )


def row_of(text: str) -> tuple[str, dict[str, str]]:
    table, _, cells = text.partition(":")
    return table, dict(cell.split("=", 1) for cell in cells.split(","))


def only(proof: Proof) -> CounterExample:
    assert len(proof.counter_examples) == 1, [one.sentence for one in proof.counter_examples]
    return proof.counter_examples[0]


SILENT = """
    start: ring
    nodes:
      ring: {destination: [one, two], rest: bye}
      bye: {hangup: normal}
"""
SILENT_MENU = """
    start: choose
    nodes:
      choose: {menu: choose-language, keys: {1: ring}, tries: 1, rest: bye}
      ring: {destination: one, rest: sorry}
      sorry: {announce: nobody-reached-callback, next: bye}
      bye: {hangup: normal}
"""
CLOSED_FOR_EVER = """
    start: hours
    nodes:
      hours: {calendar: [{when: work, go: ring}], rest: wait}
      wait: {announce: please-hold, next: hours}
      ring: {destination: one}
"""
CLOSED_AT_ONCE = """
    start: hours
    nodes:
      hours: {calendar: [{when: work, go: ring}], rest: dutch}
      dutch: {language: nl, next: hours}
      ring: {destination: one}
"""
CLOSING = """
    start: first
    nodes:
      first: {calendar: [{when: work, go: choose}], rest: sorry}
      choose: {menu: choose-language, keys: {1: again}, rest: again}
      again: {calendar: [{when: work, go: ring}], rest: bye}
      ring: {destination: one, rest: sorry}
      sorry: {announce: nobody-reached-callback, next: bye}
      bye: {hangup: normal}
"""
UNHEARD = """
    start: hello
    nodes:
      hello: {announce: please-hold, next: ring}
      ring:
        destination: one
        exits: {no-answer: sorry, not-reached: sorry, busy: sorry, congested: sorry, cause-31: sorry,
                interrupted: sorry}
        rest: bye
      sorry: {announce: nobody-reached-callback, next: bye}
      bye: {hangup: normal}
"""
PAGED = """
    start: page
    nodes:
      page: {page: standard, next: sorry}
      sorry: {announce: engineer-calls-back, next: bye}
      bye: {hangup: normal}
"""
GOOD = """
    start: hello
    nodes:
      hello: {announce: please-hold, next: choose}
      choose: {menu: choose-language, keys: {1: ring, 2: reject, 9: choose}, rest: ring}
      ring: {destination: one, rest: sorry}
      sorry: {announce: nobody-reached-callback, next: bye}
      reject: {hangup: rejected}
      bye: {hangup: normal}
"""

FOUND: dict[str, tuple[str, str, str, str]] = {
    "nobody answers, and the line is just cut": (
        SILENT,
        "On Monday 23 November 2026 at 08:00, a call to 03 205 55 82 (Acme): Agent one does not answer, Agent two does not answer; the caller is cut off at main.bye without a word and without a person.",
        'dutyline simulate --to "03 205 55 82" --at 2026-11-23T08:00 --outcome "one=no-answer" --outcome "two=no-answer"',
        "hung up by the plan (cause 16)",
    ),
    "a menu that gives up without a word": (
        SILENT_MENU,
        "On Monday 23 November 2026 at 08:00, a call to 03 205 55 82 (Acme): the caller keys nothing; the caller is cut off at main.bye without a word and without a person.",
        'dutyline simulate --to "03 205 55 82" --at 2026-11-23T08:00',
        "hung up by the plan (cause 16)",
    ),
    "when it is closed the words come again and again": (
        CLOSED_FOR_EVER,
        "On Friday 27 November 2026 at 17:00, a call to 03 205 55 82 (Acme): the call goes round for ever: main.wait -> main.hours -> main.wait.",
        'dutyline simulate --to "03 205 55 82" --at 2026-11-27T17:00',
        "answered by boss",
    ),
    "when it is closed nothing comes at all": (
        CLOSED_AT_ONCE,
        "On Friday 27 November 2026 at 17:00, a call to 03 205 55 82 (Acme): the call goes round for ever: main.hours -> main.dutch -> main.hours.",
        'dutyline simulate --to "03 205 55 82" --at 2026-11-27T17:00',
        "answered by boss",
    ),
    "it closes while the caller chooses": (
        CLOSING,
        "On Monday 23 November 2026 at 16:59, a call to 03 205 55 82 (Acme): the caller keys 1, meanwhile the hour changes; the caller is cut off at main.bye without a word and without a person.",
        'dutyline simulate --to "03 205 55 82" --at 2026-11-23T16:59:59 --keys "1"',
        "hung up by the plan (cause 16)",
    ),
    "a telephone that cannot even be tried": (
        UNHEARD,
        "On Monday 23 November 2026 at 08:00, a call to 03 205 55 82 (Acme): main.ring fails; the caller is cut off at main.bye without a word and without a person.",
        'dutyline simulate --to "03 205 55 82" --at 2026-11-23T08:00 --suppose "main.ring=failed"',
        "hung up by the plan (cause 16)",
    ),
}


@pytest.mark.parametrize("name", FOUND)
def test_a_bad_plan_is_proved_bad_and_the_command_shows_it(name: str) -> None:
    plan, sentence, command, ended = FOUND[name]
    configuration = small(plan)
    found = only(proof_of(configuration))
    assert found.sentence == sentence
    assert found.command == command and found.is_shown
    done = shown(configuration, found.command)
    assert done.ended == ended
    assert f"{found.plan}.{found.node}" in {f"{hop.plan}.{hop.node}" for hop in done.steps}


def test_a_page_while_nobody_is_on_duty() -> None:
    configuration = small(PAGED)
    roster = replace(configuration.duty.roster, weeks=())
    empty = replace(configuration, duty=replace(configuration.duty, roster=roster), memo={})
    found = only(proof_of(empty))
    assert found.sentence == (
        "On Monday 23 November 2026 at 08:00, a call to 03 205 55 82 (Acme): main.page looks for an engineer, "
        'by the policy "standard", while nobody is on duty.'
    )
    assert not [rung for rung in shown(empty, found.command).rang if rung.by == "page"]


def test_a_last_resort_with_nobody_to_ring() -> None:
    configuration = small("start: ring\nnodes:\n  ring: {destination: one}\n")
    directory = {**configuration.directory, "boss": replace(configuration.directory["boss"], phones=())}
    found = only(proof_of(replace(configuration, directory=directory, memo={})))
    assert found.sentence.endswith("Agent one does not answer; the last resort has nobody to ring.")
    assert (
        shown(replace(configuration, directory=directory, memo={}), found.command).ended
        == "nobody was reached"
    )


def test_a_node_that_breaks() -> None:
    configuration = small(SILENT_MENU)
    directory = {name: entry for name, entry in configuration.directory.items() if name != "one"}
    broken = replace(configuration, directory=directory, memo={})
    found = {one.wrong: one for one in proof_of(broken).counter_examples}[Wrong.FAULT]
    assert found.sentence.endswith("the caller keys 1; main.ring breaks (fault in the node: KeyError).")
    assert found.command.endswith('--keys "1"')


def test_a_good_plan_is_proved_good_and_the_proof_says_what_it_covered() -> None:
    proof = proof_of(small(GOOD))
    assert proof.holds and not proof.counter_examples
    assert proof.never == ()
    assert str(proof.coverage).startswith("1 numbers (1 kinds), 1 plans, 3 stretches of time")
    printed = json.loads(json.dumps(proof.as_json(), default=str))
    assert printed["holds"] is True and printed["covered"]["states"] > 5


def test_what_no_call_ever_takes_is_told() -> None:
    plan = """
        start: hours
        nodes:
          hours: {calendar: [{when: work, go: ring}, {when: noon, go: lost}], rest: ring}
          lost: {announce: please-hold, next: ring}
          ring: {destination: one}
    """
    calendars = "work: {open: Mon-Fri 09:00-17:00}\nnoon: {open: Mon-Fri 12:00-13:00}\n"
    proof = proof_of(small(plan, calendars=calendars))
    assert proof.holds
    assert proof.never == ('no call leaves main.hours by "noon"', "no call comes to main.lost")


def test_a_number_alone() -> None:
    proof = prove(shipped(), at("2026-11-23 00:00"), number="+3227887499")
    assert proof.holds and proof.coverage.numbers == 1 and proof.coverage.plans == 2


@pytest.mark.parametrize("start", ["2026-11-22 00:00", "2027-03-01 00:00", "2027-09-15 12:34"])
def test_the_shipped_desk_is_proved_good(start: str) -> None:
    proof = proof_of(shipped(), start, 90)
    assert proof.holds, [one.sentence for one in proof.counter_examples]
    assert proof.never == ()
    assert proof.coverage.numbers == 15


def test_the_same_bad_end_on_several_numbers_is_told_once() -> None:
    texts = small_texts(SILENT)
    texts["brands.yaml"] += "  # another\n" + texts["brands.yaml"].replace("acme", "other").replace(
        "03 205 55 82", "03 205 55 42"
    )
    configuration = load_texts(texts, known_prompts(), {"plan-mail"}).configuration
    assert only(proof_of(configuration)).numbers == ("+3232055582", "+3232055542")


def test_the_repeated_hour_is_written_with_its_offset() -> None:
    zone = at("2026-10-25 02:30").replace(fold=1)
    assert Script("+3232055582", None, zone).command().endswith("--at 2026-10-25T02:30+01:00")
