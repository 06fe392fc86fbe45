"""`dutyline prove`: whether every call ends at a person or an intended end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from shlex import quote

from dialplan.counts import say_count
from dialplan.faults import nearest_of
from dialplan.model import Configuration, Duty
from dialplan.numbers import display, to_e164
from dialplan.overrides import Override, with_overrides
from dialplan.prove import CounterExample, Proof, prove
from ivr.cli.shared import give_up, print_json, say
from ivr.cli.simulating import load_quickly, moment_of

LONGEST_DAYS = 1830


def run_prove(
    folder: Path,
    days: float,
    start: str | None,
    number: str | None,
    *,
    named: Path | None = None,
    overrides: Sequence[Override] = (),
    over_duty: Callable[[Duty], Duty] = lambda duty: duty,
    as_json: bool,
) -> None:
    """Exit code 0: it is so; 1: there is a counter-example, or not everything could be looked at.

    `named`: the folder as it was named, which the commands that show something then need too; `overrides`:
    what is switched for a while; `over_duty`: what is laid over the duty.
    """
    configuration = with_overrides(load_quickly(folder), overrides)
    configuration = replace(configuration, duty=over_duty(configuration.duty))
    if not 0 < days <= LONGEST_DAYS:
        give_up(f"--days {days:g}: prove looks at more than 0 and at most {LONGEST_DAYS} days.")
    proof = prove(configuration, _start(start, configuration), days, _number(number, configuration))
    if as_json:
        print_json(proof.as_json())
    else:
        _tell(proof, configuration, "" if named is None else f" --config {quote(str(named))}")
    if not proof.holds:
        raise SystemExit(1)


def _start(text: str | None, configuration: Configuration) -> datetime:
    """From the minute in which it is asked, where nothing else is said."""
    found = moment_of(text, "--from", configuration)
    return found - timedelta(seconds=found.second, microseconds=found.microsecond)


def _number(text: str | None, configuration: Configuration) -> str | None:
    if text is None:
        return None
    number = to_e164(text, configuration.desk.country)
    if number not in configuration.numbers:
        shown = {display(each, configuration.desk.country): each for each in configuration.numbers}
        near = nearest_of(text, shown)
        give_up(f"{text} is no number of this configuration{f'; did you mean {near}?' if near else '.'}")
    return number


def _tell(proof: Proof, configuration: Configuration, option: str) -> None:
    for one in proof.counter_examples:
        say(*_counter_example(one, configuration, option))
    for never in proof.never:
        say(f"In this time {never}.")
    say(_verdict(proof), "Looked at:", *(f"  {line}" for line in proof.coverage.lines()))
    if proof.coverage.gaps:
        say("Not looked at:", *(f"  {gap}" for gap in proof.coverage.gaps))


def _verdict(proof: Proof) -> str:
    if proof.counter_examples:
        return f"{say_count(len(proof.counter_examples), 'counter-example')}."
    if proof.coverage.gaps:
        return "No call was found that ends badly, but that is no proof: not everything could be looked at."
    return "Proved: every call ends at a person or an intended end."


def _counter_example(one: CounterExample, configuration: Configuration, option: str) -> list[str]:
    others = [display(number, configuration.desk.country) for number in one.numbers[1:]]
    lines = [one.sentence, f"  {one.command}{option}"]
    if not one.is_shown:
        lines.append("  (a simulation takes other turns at some point: read the sentence)")
    if others:
        more = f" and {len(others) - 5} more" if len(others) > 5 else ""
        lines.append(f"  It is the same for {', '.join(others[:5])}{more}.")
    return [*lines, ""]
