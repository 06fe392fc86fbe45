"""`dutyline pin`: the hash of somebody's PIN, and where it goes."""

from __future__ import annotations

import secrets
from pathlib import Path

import typer

from dialplan.faults import ConfigurationFaults, nearest_of
from dialplan.model import Configuration
from dialplan.pins import hash_pin
from dialplan.source import load
from ivr.cli.shared import give_up, out

SOMEBODY = "duty-manager"


def run_pin(folder: Path, who: str) -> None:
    """Ask for a PIN twice, unseen, and print its hash for desk.yaml. `who`: whose; it may be left open."""
    configuration = _configuration(folder) if who else None
    entry = _entry_of(configuration, who) if configuration else SOMEBODY
    digits = typer.prompt("PIN", hide_input=True)
    if typer.prompt("Again", hide_input=True) != digits:
        give_up("The two are not the same.")
    try:
        kept = hash_pin(digits, secrets.token_bytes(16))
    except ValueError as fault:
        give_up(fault)
    has_pins = bool(configuration and configuration.desk.pins)
    whose = "" if configuration else ", with the person of the directory whose PIN it is"
    place = f"{folder / 'desk.yaml'}{', below `pins:`' if has_pins else ''}{whose}"
    out.print(f"Put this in {place}:\n", markup=False, soft_wrap=True)
    head = "" if has_pins else "pins:\n"
    out.print(f"{head}  {entry}: {kept}\n", markup=False, soft_wrap=True)
    out.print("Then `dutyline reload`, or `dutyline publish`, makes it good.", markup=False)


def _configuration(folder: Path) -> Configuration:
    try:
        return load(folder).configuration
    except ConfigurationFaults as faults:
        give_up(f"{folder} has faults, so nobody can be looked up in it: {faults.faults[0]}")


def _entry_of(configuration: Configuration, who: str) -> str:
    entries = {one.trigram: one.entry for one in configuration.duty.engineers}
    entries |= {entry: entry for entry in configuration.directory}
    found = entries.get(who) or entries.get(who.upper())
    if found is None:
        near = nearest_of(who, entries)
        give_up(f'There is nobody "{who}" in the directory' + (f'; did you mean "{near}"?' if near else "."))
    return found
