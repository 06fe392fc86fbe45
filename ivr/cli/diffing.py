"""`dutyline diff A B`: what callers meet otherwise, and what is different in the files."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from dialplan.behaviour import describe_behaviour
from dialplan.counts import say_count
from dialplan.diff import describe_changes
from dialplan.faults import ConfigurationFaults
from dialplan.model import Configuration
from dialplan.source import load_texts, read_texts
from ivr.cli.shared import give_up, print_json, read_settings, say


def run_diff(before: str, after: str, start: str | None, days: float, *, as_json: bool) -> None:
    """Exit code 0, whether there are differences or not."""
    old, new = (_configuration(name) for name in (before, after))
    zone = ZoneInfo(new.desk.timezone)
    try:
        at = datetime.fromisoformat(start) if start else datetime.now(zone)
    except ValueError:
        give_up(f"--from {start!r} is no ISO 8601 time; write for instance 2026-11-23.")
    at = at if at.tzinfo else at.replace(tzinfo=zone)
    behaviour, changes = describe_behaviour(old, new, at, days), describe_changes(old, new)
    if as_json:
        not_followed = behaviour.not_followed
        print_json({"callers": behaviour.changes, "files": changes, "not_followed": not_followed})
        return
    say(*(behaviour.changes or [_same(old, new)]))
    if behaviour.not_followed:
        say("", "Not followed:", *(f"  {what}" for what in behaviour.not_followed))
    if changes:
        say("", "In the files:", *(f"  {change}" for change in changes))


def _same(old: Configuration, new: Configuration) -> str:
    """Nothing is different, as far as both can be called."""
    if old.numbers.keys() == new.numbers.keys():
        return "Callers meet the same at every hour."
    return "On the numbers that both have, callers meet the same at every hour."


def _configuration(name: str) -> Configuration:
    """A folder, or a release by its id or by `live`."""
    folder = Path(name)
    try:
        texts = read_texts(folder) if folder.is_dir() else _release(name)
        return load_texts(texts).configuration
    except ConfigurationFaults as faults:
        say(*(str(fault) for fault in faults.faults))
        give_up(f"{say_count(len(faults.faults), 'fault')} in {name}; mend them first.")


def _release(name: str) -> dict[str, str]:
    from ivr.cli.releasing import look
    from ivr.releases import find_release

    return look(read_settings(), lambda session: dict(find_release(session, name).files))
