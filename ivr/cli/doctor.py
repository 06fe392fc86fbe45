"""`dutyline doctor`: looks at this installation from the ground up and says what to do about each fault."""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict

import typer

from asterisk.obstacles import ObtainError
from asterisk.obtain import Package, default_cache, find_or_obtain
from audio.source import CatalogueError, load_catalogue
from dialplan.counts import say_count
from dialplan.faults import ConfigurationFaults
from dialplan.source import load
from ivr.cli.client import ServiceAwayError, ServiceClient, ServiceError
from ivr.cli.findings import Finding
from ivr.cli.going_live import find_placeholders, look_at_trunk
from ivr.cli.misspelt import misspelt_settings
from ivr.cli.shared import STATE_CURE, out, print_json, words_of
from ivr.settings import Settings
from ivr.switch.ports import PortTakenError, carrier_ports, check_ports, service_ports, switch_ports

LEAST_DISK_MB = 500


def run_doctor(settings: Settings, *, as_json: bool) -> None:
    """Exit code 0 when all is well."""
    findings = list(examine(settings))
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            sign = "[green]well[/]" if finding.is_well else "[bold red]ill [/]"
            out.print(f"{sign}  {finding.what}: ", end="")
            out.print(finding.note, markup=False)
            if finding.cure and not finding.is_well:
                out.print(f"      -> {finding.cure}", markup=False)
    if not all(finding.is_well for finding in findings):
        raise typer.Exit(1)


def examine(settings: Settings) -> Iterator[Finding]:
    """Everything that must be in order, from the ground up."""
    yield _python()
    for sentence in misspelt_settings():
        yield Finding("Settings", False, sentence, "Mend the name, then start Dutyline again.")
    yield _asterisk()
    state = _state(settings)
    yield state
    if state.is_well:
        yield _disk(settings)
    yield from _configuration(settings)
    if state.is_well:
        yield from _running(settings)
        if not settings.demo:
            yield from look_at_trunk(settings)


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("Python", sys.version_info >= (3, 11), version, "Dutyline needs Python 3.11 or newer.")


def _asterisk() -> Finding:
    try:
        tree = find_or_obtain(Package.ASTERISK, default_cache(), offline=True)
    except ObtainError as fault:
        return Finding("Asterisk", False, str(fault), "`dutyline up` fetches it; no root is needed.")
    return Finding("Asterisk", True, f"{tree.version}, {tree.origin}")


def _state(settings: Settings) -> Finding:
    try:
        path = settings.state_dir
    except OSError as fault:
        return Finding("State folder", False, f"cannot be made: {words_of(fault)}", STATE_CURE)
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        return Finding(
            "State folder", False, f"{path} cannot be written", "Give it to this user, or set DUTYLINE_STATE."
        )
    open_files = [
        file.name
        for file in (path / "secrets").glob("*")
        if stat.S_IMODE(file.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO)
    ]
    if open_files:
        return Finding(
            "Secrets", False, f"others can read {', '.join(open_files)}", f"chmod 600 {path}/secrets/*"
        )
    return Finding("State folder", True, str(path))


def _disk(settings: Settings) -> Finding:
    free_mb = shutil.disk_usage(settings.state_dir).free // 2**20
    return Finding(
        "Disk", free_mb >= LEAST_DISK_MB, f"{free_mb} MB free", "Make room: records and mails are kept here."
    )


def _configuration(settings: Settings) -> Iterator[Finding]:
    try:
        prompts = load_catalogue(settings.prompts / "catalogue.yaml").texts
    except (CatalogueError, OSError) as fault:
        yield Finding("Prompts", False, str(fault), "`dutyline prompts check` says more.")
        return
    yield Finding("Prompts", True, f"{len(prompts)} in the catalogue")
    try:
        loaded = load(settings.config, prompts)
    except ConfigurationFaults as faults:
        note = f"{say_count(len(faults.faults), 'fault')} in {settings.config}"
        yield Finding("Configuration", False, note, "`dutyline check` names each.")
        return
    yield Finding("Configuration", True, f"{settings.config}, {say_count(len(loaded.warnings), 'warning')}")
    if not settings.demo:
        yield find_placeholders(loaded.configuration)


def _running(settings: Settings) -> Iterator[Finding]:
    try:
        ready = asyncio.run(ServiceClient(settings).ready())
    except ServiceAwayError:
        yield Finding("Service", False, "does not run", "`dutyline up` starts everything.")
        yield from _ports(settings)
        return
    for name, check in ready["checks"].items():
        is_well = check["is_well"] and not check["ails"]
        yield Finding(f"Service, {name}", is_well, check["note"], _CURES.get(name, ""))
    try:
        status = asyncio.run(ServiceClient(settings).ask("status"))
    except ServiceError as fault:
        yield Finding("Service", False, str(fault), "Stop it, then `dutyline up`.")
        return
    for sentence in status.get("faults", ()):
        yield Finding(
            "Live configuration", False, sentence, "Mend it, then `dutyline reload`; an older one is live."
        )


_CURES = {
    "switch": "Is Asterisk up? Its log is in the state folder, under switch/log.",
    "database": "Is the disk full, or the database server down? Calls go on; records catch up.",
    "alarms": "DUTYLINE_IMAP_...: the mailbox. Alarms by the other ways still ring.",
    "mails": "DUTYLINE_SMTP_...: the mail server. What waits goes as soon as it is back.",
    "release": "`dutyline check`, then `dutyline reload`.",
}


def _ports(settings: Settings) -> Iterator[Finding]:
    needs: list[Callable[[Settings], list]] = [switch_ports, service_ports]  # type: ignore[type-arg]
    if settings.demo:
        needs.append(carrier_ports)
    for need in (one for group in needs for one in group(settings)):
        try:
            check_ports([need])
        except PortTakenError as fault:
            yield Finding("Port", False, str(fault))
