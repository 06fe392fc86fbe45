"""`dutyline simulate`: what a caller would meet. Made to answer at once: little is imported here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from dialplan.counts import say_count
from dialplan.faults import ConfigurationFaults, nearest_of
from dialplan.model import Configuration, Duty
from dialplan.numbers import display, to_e164
from dialplan.overrides import Override, switched_to, with_overrides
from dialplan.simulate import (
    Simulation,
    UnknownDestination,
    UnknownNode,
    UnknownOutcome,
    WrongSupposition,
    simulate,
)
from ivr.cli.kept import keep_configuration, kept_configuration, state_of
from ivr.cli.shared import give_up, print_json, say


def run_simulate(
    folder: Path,
    to: str,
    caller: str | None,
    at: str | None,
    keys: Sequence[str],
    outcomes: Sequence[str],
    suppose: Sequence[str],
    full: Sequence[str],
    found: Sequence[str],
    record: str,
    *,
    overrides: Sequence[Override] = (),
    over_duty: Callable[[Duty], Duty] = lambda duty: duty,
    switched: str = "",
    chance: float,
    dutch_first: bool,
    why: bool,
    as_json: bool,
) -> None:
    """The engine without a switch. `overrides`: what is switched for a while; `over_duty`: what is
    laid over the duty; `switched`: the plan to which the number is supposed to be, whatever is switched."""
    configuration = with_overrides(load_quickly(folder), overrides)
    configuration = replace(configuration, duty=over_duty(configuration.duty))
    if switched:
        configuration = _switched(configuration, switched, to)
    try:
        done = simulate(
            configuration,
            to,
            caller,
            moment_of(at, "--at", configuration),
            keys,
            dict(_pair(one, "outcome", "DEST=OUTCOME", "agent-1=busy") for one in outcomes),
            dutch_first=dutch_first,
            suppose=dict(_pair(one, "suppose", "NODE=ANSWER", "desk=failed") for one in suppose),
            chance=chance,
            full=full,
            found=dict(_row(one) for one in found),
            record=record,
        )
    except (UnknownDestination, UnknownOutcome, UnknownNode, WrongSupposition) as fault:
        give_up(fault)
    if as_json:
        print_json(done.as_json())
    elif why:
        from dialplan.story import tell

        say(*tell(configuration, done))
    else:
        say(*_lines(configuration, done))


def _switched(configuration: Configuration, plan: str, to: str) -> Configuration:
    number = to_e164(to, configuration.desk.country) or to
    if plan not in configuration.plans:
        near = nearest_of(plan, configuration.plans)
        give_up(f'unknown plan "{plan}"' + (f'; did you mean "{near}"?' if near else ""))
    return switched_to(configuration, plan, [number])


def load_quickly(folder: Path) -> Configuration:
    """The configuration of a folder. Whether every prompt and mail template exists is left to `check`."""
    kept: Configuration | None = kept_configuration(folder)
    if kept is not None:
        return kept
    from dialplan.source import load

    try:
        state = state_of(folder)
        configuration = load(folder).configuration
        keep_configuration(folder, state, configuration)
        return configuration
    except ConfigurationFaults as faults:
        say(*(str(fault) for fault in faults.faults))
        give_up(f"{say_count(len(faults.faults), 'fault')} in {folder}; mend them first.")


def moment_of(text: str | None, option: str, configuration: Configuration) -> datetime:
    """A time as it is written for an option; without one now. Without a zone it is by the desk's clock."""
    zone = ZoneInfo(configuration.desk.timezone)
    if text is None:
        return datetime.now(zone)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        give_up(f"{option} {text!r} is no ISO 8601 time; write for instance 2026-11-21T23:15.")
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _pair(text: str, option: str, form: str, example: str) -> tuple[str, str]:
    name, sign, answer = text.partition("=")
    if not sign or not name:
        give_up(f"--{option} {text!r}: write {form}, for instance {example}.")
    return name, answer


def _row(text: str) -> tuple[str, dict[str, str]]:
    """`customers:name=Colruyt,window=3` -> the table and its row."""
    table, colon, cells = text.partition(":")
    if not colon:
        give_up(f"--found {text!r}: write TABLE:COLUMN=VALUE, for instance customers:window=3.")
    return table, dict(_pair(cell, "found", "COLUMN=VALUE", "window=3") for cell in cells.split(",") if cell)


def _lines(configuration: Configuration, done: Simulation) -> list[str]:
    lines = [f"brand {done.brand or '-'}, plan {done.plan or '-'}"]
    for hop in done.steps:
        where = f"{hop.where} [{hop.kind}]".strip()
        lines.append(f"  {hop.at:%a %H:%M:%S}  {where} -> {hop.exit}: {hop.why}")
    lines.append(f"heard: {', '.join(done.heard) or 'nothing'}")
    for rung in done.rang:
        end = f", {rung.outcome}" if rung.outcome else ""
        lines.append(
            f"rang:  {rung.label} on {display(rung.number, configuration.desk.country)} (by {rung.by}{end})"
        )
    lines += [f"mail:  {mail.template} to {', '.join(mail.to)}" for mail in done.mails]
    return [*lines, f"ended: {done.ended}"]
