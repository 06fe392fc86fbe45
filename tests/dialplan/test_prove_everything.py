# ruff: noqa: E501 - plans and sentences are written on one line
"""A proof leaves nothing out: whatever goes wrong on a call by chance, it has found before."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from paper import at
from resources import with_resources
from test_always_an_end import MOST_ANSWERS, SKILLS, _fitting_event, moments, plans
from test_prove import shown

from dialplan.commands import Hangup
from dialplan.engine import CallFacts, advance, begin
from dialplan.events import Failed
from dialplan.model import Configuration
from dialplan.overrides import Override, OverrideKind, with_overrides
from dialplan.prove import Proof, prove
from dialplan.prove.judge import NORMAL, Wrong
from dialplan.prove.met import Met, after, asked
from dialplan.source import load

EVERYTHING = Path(__file__).parent / "everything"
NUMBER = "+3232055582"
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""Without making a failing plan smaller: that takes minutes, and the sentence says enough."""


def bad_ends(configuration: Configuration, when: datetime, seed: int) -> Iterator[tuple[str, str]]:
    """The node at which a call by chance ends in silence, if it does."""
    chance = random.Random(seed)
    caller = chance.choice([None, "+32470000099", "+3227887499"])
    step, met = begin(configuration, CallFacts("c", NUMBER, caller, chance=chance.random()), when), Met()
    for _ in range(MOST_ANSWERS):
        met = asked(met, step)
        last = step.commands[-1]
        if isinstance(last, Hangup):
            is_silent = not any((met.person, met.told, met.kept, last.utterances, last.cause != NORMAL))
            if is_silent and step.hops[-1].kind == "hangup":
                yield step.hops[-1].plan, step.hops[-1].node
            return
        event = Failed("broken") if chance.random() < 0.02 else _fitting_event(chance, last)
        met = after(met, event)
        step = advance(configuration, step.state._replace(used=0), event, when)


@settings(deadline=None, max_examples=30, suppress_health_check=list(HealthCheck), phases=PHASES)
@given(plans, moments, st.integers(0, 10_000))
def test_a_silence_that_chance_finds_was_proved_before(
    configuration: Configuration, when: datetime, seed: int
) -> None:
    found = {end for draw in range(20) for end in bad_ends(configuration, when, seed + draw)}
    proof = prove(configuration, when - timedelta(hours=1), days=1)
    proved = {(one.plan, one.node) for one in proof.counter_examples if one.wrong is Wrong.SILENCE}
    assert found <= proved


@settings(deadline=None, max_examples=20, suppress_health_check=list(HealthCheck), phases=PHASES)
@given(plans, moments)
def test_every_counter_example_is_shown_by_its_command(configuration: Configuration, when: datetime) -> None:
    start = when.replace(second=0, microsecond=0)
    for one in prove(configuration, start, days=3).counter_examples:
        if one.is_shown:
            met = {f"{hop.plan}.{hop.node}" for hop in shown(configuration, one.command).steps}
            assert f"{one.plan}.{one.node}" in met or one.node in ("last-resort", "admission"), one.sentence


END = "bye: {hangup: normal}"
CASES: dict[str, tuple[str, str]] = {
    "a caller of an origin": (
        "start: a\nnodes:\n  a: {origin: [{from: brussels, go: bye}], rest: ring}\n"
        "  ring: {destination: one}\n  " + END,
        "a call from 02 511 00 00 to 03 205 55 82 (Acme): the caller is cut off",
    ),
    "a caller of a list, while he stands there": (
        "start: a\nnodes:\n  a: {list: blocked, exits: {listed: bye}, next: ring}\n"
        "  ring: {destination: one}\n  " + END,
        "a call from 0470 00 00 98 to 03 205 55 82 (Acme): the caller is cut off",
    ),
    "a caller who shows no number": (
        "start: a\nnodes:\n  a: {origin: [{from: anonymous, go: bye}], rest: ring}\n"
        "  ring: {destination: one}\n  " + END,
        "a call from a withheld number to 03 205 55 82 (Acme): the caller is cut off",
    ),
    "a share": (
        "start: a\nnodes:\n  a: {percentage: {ring: 99, bye: 1}}\n  ring: {destination: one}\n  " + END,
        "a call to 03 205 55 82 (Acme): the caller is cut off",
    ),
    "an hour of the clock": (
        'start: a\nnodes:\n  a: {switch: $hour, cases: {"3": bye}, rest: ring}\n  ring: {destination: one}\n  ' + END,
        "at 03:00, a call to 03 205 55 82 (Acme): the caller is cut off",
    ),
    "a row of a file": (
        "start: a\nnodes:\n  a: {collect: enter-customer-number, into: customer, digits: 3-6, next: b, rest: ring}\n"
        "  b: {lookup: customers, by: $customer, exits: {found: c, not-found: ring, unanswered: ring}, rest: ring}\n"
        '  c: {switch: $window, cases: {"3": bye}, rest: ring}\n  ring: {destination: one}\n  ' + END,
        "the caller keys 465, the table \"customers\" has a row with Customer Name Actiphone, window 3; the caller",
    ),
    "a row of a database": (
        "start: a\nnodes:\n"
        "  a: {lookup: crm, by: $dialled, exits: {found: b, not-found: ring, unanswered: ring}, rest: ring}\n"
        "  b: {switch: $level, cases: {gold: bye}, rest: ring}\n  ring: {destination: one}\n  " + END,
        'the table "crm" has a row with level gold; the caller is cut off',
    ),
    "a table that does not answer": (
        "start: a\nnodes:\n"
        "  a: {lookup: crm, by: $dialled, exits: {found: ring, not-found: ring, unanswered: bye}, rest: ring}\n"
        "  ring: {destination: one}\n  " + END,
        'the table "crm" does not answer; the caller is cut off',
    ),
    "a queue that nobody serves": (
        "start: a\nnodes:\n  a: {destination: team, queue: {wait: 1 min, keys: {1: ring}}, rest: bye}\n"
        "  ring: {destination: one, rest: sorry}\n  sorry: {announce: nobody-reached-callback, next: bye}\n  " + END,
        "the caller is cut off",
    ),
    "a full limit": (
        "start: a\nnodes:\n  a: {destination: one, limit: {calls: 1}, exits: {limit: bye}, rest: sorry}\n"
        "  sorry: {announce: nobody-reached-callback, next: bye}\n  " + END,
        "there is no place; the caller is cut off",
    ),
    "nothing said to the machine": (
        "start: a\nnodes:\n  a: {record: please-hold, next: bye, exits: {nothing: bye}}\n  " + END,
        "the caller leaves no message; the caller is cut off",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_only_some_calls_meet(name: str) -> None:
    plan, words = CASES[name]
    proof = prove_small(with_resources(plan, skills=SKILLS))
    silent = [one for one in proof.counter_examples if one.wrong is Wrong.SILENCE]
    assert len(silent) == 1 and words in silent[0].sentence, silent
    assert silent[0].is_shown, silent[0].command
    done = shown(with_resources(plan, skills=SKILLS), silent[0].command)
    assert done.ended == "hung up by the plan (cause 16)"


def prove_small(configuration: Configuration) -> Proof:
    return prove(configuration, at("2026-11-23 00:00"), days=14)


def test_a_plan_that_is_switched_to_for_a_while() -> None:
    plan = "start: ring\nnodes:\n  ring: {destination: one}\n"
    configuration = with_resources(plan, **{"plans/silent.yaml": f"start: bye\nnodes:\n  {END}\n"})
    (unswitched,) = prove_small(configuration).counter_examples
    assert unswitched.switched == "silent", "that is the only way to it"
    start, end = at("2026-11-25 12:00"), at("2026-11-25 14:00")
    over = Override("o", OverrideKind.NUMBER, NUMBER, "silent", start, end)
    found = prove_small(with_overrides(configuration, [over])).counter_examples
    assert [(one.node, one.switched) for one in found] == [("bye", "")]
    assert found[0].sentence.startswith("On Wednesday 25 November 2026 at 12:00, a call to")


def test_the_plan_with_everything_is_proved_in_good_time() -> None:
    proof = prove(load(EVERYTHING).configuration, at("2026-11-23 00:00"), days=30, number=NUMBER)
    assert proof.coverage.states > 200
    assert all(one.is_shown for one in proof.counter_examples)
