"""`dutyline check`, `reload` and `simulate`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import typer

from audio.source import CatalogueError, load_catalogue
from dialplan.faults import ConfigurationFaults
from dialplan.numbers import display
from dialplan.simulate import Simulation, UnknownDestination, UnknownOutcome, simulate
from dialplan.source import Loaded, load
from ivr.cli.shared import err, give_up, out, print_json
from ivr.notify import DEFAULT as TEMPLATES
from ivr.settings import Settings


def run_check(settings: Settings, folder: Path | None, *, as_json: bool) -> None:
    """Exit code 0: it may go live (warnings are printed); 1: it may not."""
    folder = folder or settings.config
    try:
        loaded = load(folder, _prompts(settings), TEMPLATES.names())
    except ConfigurationFaults as faults:
        said = [str(fault) for fault in faults.faults]
        if as_json:
            print_json({"ok": False, "faults": said, "warnings": []})
        else:
            _print_lines(said)
            err.print(f"[bold red]{len(said)} fault(s)[/]; this configuration cannot go live.")
        raise typer.Exit(1) from None
    warnings = [str(warning) for warning in loaded.warnings]
    if as_json:
        print_json(
            {"ok": True, "faults": [], "warnings": warnings, "release": loaded.configuration.fingerprint}
        )
        return
    _print_lines([f"warning: {warning}" for warning in warnings])
    configuration = loaded.configuration
    out.print(
        f"[bold green]In order[/]: {len(configuration.brands)} brands, {len(configuration.numbers)} numbers, "
        f"{len(configuration.plans)} plans; {len(warnings)} warning(s)."
    )


def run_reload(settings: Settings, *, as_json: bool) -> None:
    """Exit code 0: live; 1: faults, and nothing has changed."""
    from ivr.cli.client import ServiceClient, ServiceError

    try:
        answer = asyncio.run(ServiceClient(settings).ask("reload"))
    except ServiceError as fault:
        give_up(fault)
    if as_json:
        print_json(answer)
    elif answer["reloaded"]:
        _print_lines(answer["changes"] or ["Nothing has changed."])
        _print_lines([f"warning: {warning}" for warning in answer["warnings"]])
        out.print(
            f"[bold green]Live[/]: release {answer['fingerprint'][:12]}. Calls in progress keep theirs."
        )
    else:
        _print_lines(answer["faults"])
        err.print(f"[bold red]{len(answer['faults'])} fault(s)[/]; the live configuration is unchanged.")
    if not answer["reloaded"]:
        raise typer.Exit(1)


def run_simulate(
    settings: Settings,
    to: str,
    caller: str | None,
    at: str | None,
    keys: Sequence[str],
    outcomes: Sequence[str],
    folder: Path | None,
    *,
    dutch_first: bool,
    as_json: bool,
) -> None:
    """The engine without a switch."""
    loaded = _load(settings, folder or settings.config)
    try:
        done = simulate(
            loaded.configuration,
            to,
            caller,
            _moment(at, loaded.configuration.desk.timezone),
            keys,
            dict(_outcome(one) for one in outcomes),
            dutch_first=dutch_first,
        )
    except (UnknownDestination, UnknownOutcome) as fault:
        give_up(fault)
    if as_json:
        print_json(done.as_json())
    else:
        _tell(done)


def _load(settings: Settings, folder: Path) -> Loaded:
    try:
        return load(folder, _prompts(settings), TEMPLATES.names())
    except ConfigurationFaults as faults:
        _print_lines([str(fault) for fault in faults.faults])
        give_up(f"{len(faults.faults)} fault(s) in {folder}; mend them first.")


def _prompts(settings: Settings) -> dict[str, dict[str, str]]:
    try:
        return load_catalogue(settings.prompts / "catalogue.yaml").texts
    except (CatalogueError, OSError) as fault:
        give_up(fault)


def _moment(text: str | None, zone: str) -> datetime:
    if text is None:
        return datetime.now(ZoneInfo(zone))
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        give_up(f"--at {text!r} is no ISO 8601 time; write for instance 2026-11-21T23:15.")


def _outcome(text: str) -> tuple[str, str]:
    name, sign, outcome = text.partition("=")
    if not sign or not name or not outcome:
        give_up(f"--outcome {text!r}: write DEST=OUTCOME, for instance agent-1=busy.")
    return name, outcome


def _tell(done: Simulation) -> None:
    out.print(f"brand {done.brand or '-'}, plan {done.plan or '-'}", markup=False)
    for hop in done.steps:
        out.print(
            f"  {hop.at:%a %H:%M:%S}  {hop.plan}.{hop.node} [{hop.kind}] -> {hop.exit}: {hop.why}",
            markup=False,
        )
    out.print(f"heard: {', '.join(done.heard) or 'nothing'}", markup=False)
    for rung in done.rang:
        end = f", {rung.outcome}" if rung.outcome else ""
        out.print(f"rang:  {rung.label} on {display(rung.number)} (by {rung.by}{end})", markup=False)
    for mail in done.mails:
        out.print(f"mail:  {mail.template} to {', '.join(mail.to)}", markup=False)
    out.print(f"ended: {done.ended}", markup=False)


def _print_lines(lines: Sequence[str]) -> None:
    for line in lines:
        out.print(line, markup=False)
