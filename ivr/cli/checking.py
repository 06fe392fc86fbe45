"""`dutyline check`: everything that is wrong with a configuration, and everything somebody should look at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import typer

from audio.source import CatalogueError, load_catalogue
from dialplan.faults import ConfigurationFaults, Fault
from dialplan.model import Configuration
from dialplan.scenarios import run_scenarios
from dialplan.source import SCENARIOS, load, read_texts
from ivr.cli.shared import err, give_up, out, print_json
from ivr.notify import DEFAULT as TEMPLATES
from ivr.settings import Settings


def run_check(settings: Settings, folder: Path | None, *, strict: bool, as_json: bool) -> None:
    """Exit code 0: it may go live, warnings or not; 1: it has faults, or warnings when `strict`."""
    folder = folder or settings.config
    configuration: Configuration | None = None
    faults: Sequence[Fault] = ()
    try:
        loaded = load(folder, known_prompts(settings), TEMPLATES.names(), datetime.now(UTC).date())
        configuration, warnings = loaded.configuration, loaded.warnings
        faults = run_scenarios(configuration, read_texts(folder))
    except ConfigurationFaults as found:
        faults, warnings = found.faults, tuple(found.warnings)
    is_refused = bool(faults) or (strict and bool(warnings))
    if as_json:
        print_json(_as_json(configuration, faults, warnings, is_refused))
    else:
        _tell(folder, configuration, faults, warnings, is_refused)
    if is_refused:
        raise typer.Exit(1)


def known_prompts(settings: Settings) -> dict[str, dict[str, str]]:
    """What each prompt of the installation says, by language."""
    try:
        return load_catalogue(settings.prompts / "catalogue.yaml").texts
    except (CatalogueError, OSError) as fault:
        give_up(fault)


def _as_json(
    configuration: Configuration | None,
    faults: Sequence[Fault],
    warnings: Sequence[Fault],
    is_refused: bool,
) -> dict[str, Any]:
    findings = [*(_finding(one, "fault") for one in faults), *(_finding(one, "warning") for one in warnings)]
    return {
        "ok": not is_refused,
        "faults": [str(fault) for fault in faults],
        "warnings": [str(warning) for warning in warnings],
        "findings": findings,
        "release": configuration.fingerprint if configuration else None,
    }


def _finding(fault: Fault, level: str) -> dict[str, Any]:
    return {
        "level": level,
        "rule": fault.rule or "reading",
        "file": fault.file,
        "line": fault.line,
        "column": fault.column,
        "where": fault.where,
        "message": fault.message,
        "nearest": fault.nearest or None,
    }


def _tell(
    folder: Path,
    configuration: Configuration | None,
    faults: Sequence[Fault],
    warnings: Sequence[Fault],
    is_refused: bool,
) -> None:
    """Scenarios that fail come last: what stands before them is mostly why."""
    played = [fault for fault in faults if fault.file.startswith(SCENARIOS)]
    written = [fault for fault in faults if not fault.file.startswith(SCENARIOS)]
    for found, prefix in ((written, ""), (warnings, "warning: "), (played, "")):
        _print_by_file(found, prefix)
        if found:
            out.print()
    if is_refused:
        why = "cannot go live" if faults else "is refused, as --strict asks"
        counts = ((faults, "fault"), (warnings, "warning"))
        said = " and ".join(_count(found, what) for found, what in counts if found)
        err.print(f"[bold red]{said}[/]: the configuration in {folder} {why}.", soft_wrap=True)
    elif configuration:
        out.print(f"[bold green]In order[/]: {_contents(configuration)}; {_count(warnings, 'warning')}.")


def _print_by_file(found: Sequence[Fault], prefix: str) -> None:
    """A line for each, an empty line between two files."""
    for number, (_, each) in enumerate(groupby(found, key=lambda fault: fault.file)):
        if number:
            out.print()
        for fault in each:
            out.print(f"{prefix}{fault}", markup=False)


def _count(found: Sequence[Fault], what: str) -> str:
    """`no fault`, `1 fault`, `3 faults in 2 files`."""
    files = len({fault.file for fault in found})
    said = f"{len(found) or 'no'} {what}{'s' if len(found) != 1 else ''}"
    return f"{said} in {files} files" if files > 1 else said


def _contents(configuration: Configuration) -> str:
    counts = {
        "brand": len(configuration.brands),
        "number": len(configuration.numbers),
        "plan": len(configuration.plans),
    }
    return ", ".join(f"{count} {what}{'s' if count != 1 else ''}" for what, count in counts.items())
