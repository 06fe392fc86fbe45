"""`dutyline publish`, `reload` and `releases`: what was live, is, and will be."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
from rich.table import Table
from sqlalchemy.orm import Session

from dialplan.counts import say_count
from ivr.cli.shared import err, give_up, out, print_json
from ivr.cli.showing import ZONE, read
from ivr.releases import SHOWN, DraftError, Listed, UnknownReleaseError, find_release, list_releases, place_of
from ivr.settings import Settings
from ivr.storage import Activation, ActivationState, Release

T = TypeVar("T")
DESK = "desk.yaml"


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody says with a publication."""

    author: str
    message: str = ""
    at: str | None = None
    rebase: bool = False
    force: bool = False


def author_or_me(author: str) -> str:
    """Whoever is logged in, when nobody is named."""
    if author:
        return author
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def run_reload(settings: Settings, *, force: bool, as_json: bool) -> None:
    """Exit code 0: live; 1: faults or a refusal, and nothing has changed."""
    answer = ask(settings, "reload", {"author": author_or_me(""), "force": force})
    if as_json:
        print_json(answer)
    elif answer["reloaded"]:
        _tell_done(answer)
    else:
        _tell_refusal(answer)
    if not answer["reloaded"]:
        raise typer.Exit(1)


def run_publish(settings: Settings, folder: Path | None, told: Told, *, as_json: bool) -> None:
    """A folder, checked by the service, becomes a release."""
    folder = folder or settings.config
    files = read_folder(folder)
    publish(settings, files, told, {"place": place_of(folder)}, as_json=as_json)


def publish(
    settings: Settings, files: Mapping[str, str], told: Told, more: Mapping[str, Any], *, as_json: bool
) -> None:
    """Hand files to the service. Exit code 1: refused, and nothing has changed."""
    wish = {
        "files": dict(files),
        "author": author_or_me(told.author),
        "message": told.message,
        "at": moment(told.at, zone_of(files)),
        "rebase": told.rebase,
        "force": told.force,
        **more,
    }
    tell(ask(settings, "publish", wish), as_json=as_json)


def run_activate(settings: Settings, release: str, author: str, at: str | None, *, as_json: bool) -> None:
    """A kept release, now or at a time."""
    zone = zone_of(look(settings, lambda session: dict(find_release(session, release).files)))
    wish = {"release": release, "author": author_or_me(author), "at": moment(at, zone)}
    tell(ask(settings, "activate", wish), as_json=as_json)


def run_rollback(settings: Settings, author: str, *, as_json: bool) -> None:
    """The release before the live one."""
    tell(ask(settings, "rollback", {"author": author_or_me(author)}), as_json=as_json)


def run_cancel(settings: Settings, planned: str, *, as_json: bool) -> None:
    """An activation that is planned, no more."""
    answer = ask(settings, "cancel-activation", {"planned": planned})
    if as_json:
        print_json(answer)
    elif answer["done"]:
        out.print(f"Cancelled: {planned}.")
    if not answer["done"]:
        give_up(f"Nothing is planned under {planned!r}; `dutyline releases` lists what is.")


def ask(settings: Settings, action: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Have the service do it; one sentence when it cannot be asked or fails."""
    from ivr.cli.client import ServiceClient, ServiceError

    try:
        return asyncio.run(ServiceClient(settings).ask(action, body))
    except ServiceError as fault:
        give_up(fault)


def tell(answer: Mapping[str, Any], *, as_json: bool) -> None:
    """What came of it; exit code 1 for a refusal."""
    if as_json:
        print_json(answer)
    elif answer["done"]:
        _tell_done(answer)
    else:
        _tell_refusal(answer)
    if not answer["done"]:
        raise typer.Exit(1)


def _tell_done(answer: Mapping[str, Any]) -> None:
    _print_lines(answer["changes"] or ["Nothing has changed."])
    _print_lines([f"note: {note}" for note in answer.get("notes", ())])
    _print_lines([f"warning: {warning}" for warning in answer["warnings"]])
    name = answer["fingerprint"][:SHOWN]
    if answer.get("due_at"):
        at = datetime.fromisoformat(answer["due_at"]).astimezone(ZONE)
        out.print(f"[bold green]Planned[/]: release {name} becomes live on {at:%A %Y-%m-%d at %H:%M}.")
        out.print(f"Not after all: dutyline releases cancel {answer['planned']}", markup=False)
    else:
        out.print(f"[bold green]Live[/]: release {name}. Calls in progress keep theirs.")


def _tell_refusal(answer: Mapping[str, Any]) -> None:
    _print_lines(answer["faults"])
    if answer.get("refused"):
        err.print("[bold red]Refused[/]; the live configuration is unchanged.")
    else:
        err.print(
            f"[bold red]{say_count(len(answer['faults']), 'fault')}[/]; the live configuration is unchanged."
        )


# -- what is kept; needs no service


def show_releases(settings: Settings, last: int, *, as_json: bool) -> None:
    """The list, newest first."""
    found = read(settings, lambda session: list_releases(session, last))
    if as_json:
        print_json([_listed_json(one) for one in found])
    elif not found:
        out.print("No releases yet; the first start of the service makes one.")
    else:
        out.print(_table(found))


def _table(found: Sequence[Listed]) -> Table:
    table = Table("", "id", "made", "by", "message", "live", box=None, pad_edge=False)
    for one in found:
        release = one.release
        table.add_row(
            "[green]*[/]" if one.is_live else " ",
            release.fingerprint[:SHOWN],
            clock(release.loaded_at),
            _plain(release.author or "-"),
            _plain(release.message or "-"),
            "\n".join(_plain(_say(each)) for each in one.activations[-4:]) or "never",
        )
    return table


def _say(activation: Activation) -> str:
    """When a release was live, in a few words."""
    match activation.state:
        case ActivationState.LIVE:
            return f"now, since {clock(activation.began_at)}"
        case ActivationState.OVER:
            return f"{clock(activation.began_at)} to {clock(activation.ended_at)}"
        case ActivationState.SCHEDULED:
            return f"planned for {clock(activation.due_at)} ({activation.id})"
        case ActivationState.CANCELLED:
            return f"was planned for {clock(activation.due_at)}, cancelled"
        case _:
            return f"refused at {clock(activation.due_at)}: {activation.why}"


def show_release(settings: Settings, wanted: str, *, as_json: bool) -> None:
    """One release: its files, and what it changed."""
    found, before, listed = look(settings, lambda session: _with_before(session, wanted))
    changes = changes_between(before.files, found.files) if before is not None else []
    if as_json:
        print_json(
            _listed_json(listed)
            | {"base": found.base, "files": {name: len(text) for name, text in found.files.items()}}
            | {"changes": changes}
        )
        return
    out.print(f"release {found.fingerprint}", markup=False)
    out.print(f"made    {clock(found.loaded_at)} by {found.author or '-'}", markup=False)
    if found.message:
        out.print(f"message {found.message}", markup=False)
    for one in listed.activations:
        out.print(f"live    {_say(one)}", markup=False)
    out.print(f"files   {', '.join(sorted(found.files))}", markup=False)
    if before is not None:
        out.print(f"\nChanges against {before.fingerprint[:SHOWN]}:", markup=False)
        _print_lines([f"  {change}" for change in changes or ["nothing"]])


def _with_before(session: Session, wanted: str) -> tuple[Release, Release | None, Listed]:
    found = find_release(session, wanted)
    before = session.get(Release, found.base) if found.base else None
    times = session.query(Activation).filter_by(release=found.fingerprint).order_by(Activation.made_at)
    return found, before, Listed(found, tuple(times))


def changes_between(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """In sentences; by file where one of them cannot be read any more."""
    from dialplan.diff import describe_changes
    from dialplan.faults import ConfigurationFaults
    from dialplan.source import load_texts

    try:
        return describe_changes(load_texts(old).configuration, load_texts(new).configuration)
    except ConfigurationFaults:
        return [f"{name} changed" for name in sorted({*old, *new}) if old.get(name) != new.get(name)]


def export_release(settings: Settings, wanted: str, folder: Path, *, force: bool) -> None:
    """The files as they were published, byte for byte."""
    from ivr.cli.folders import write_folder
    from ivr.releases.library import note_copy

    found = look(settings, lambda session: find_release(session, wanted))
    write_folder(folder, found.files, force=force)
    now = datetime.now(ZONE)
    write(settings, lambda session: note_copy(session, place_of(folder), found.fingerprint, now))
    out.print(
        f"{len(found.files)} files of release {found.fingerprint[:SHOWN]} are in {folder}.", markup=False
    )


def write(settings: Settings, work: Any) -> Any:
    """Do `work` on the installation's database and commit it."""
    from ivr.storage import Database, StorageError

    async def run() -> Any:
        database = Database(settings.database_url)
        try:
            await database.open()
            return await database.run(work)
        finally:
            await database.close()

    try:
        return asyncio.run(run())
    except (StorageError, OSError, DraftError) as fault:
        give_up(fault)


def look(settings: Settings, work: Callable[[Session], T]) -> T:
    """Read from the installation's database; a release or a draft that is not there is one sentence."""
    try:
        return read(settings, work)
    except (UnknownReleaseError, DraftError) as fault:
        give_up(fault)


def _listed_json(one: Listed) -> dict[str, Any]:
    release = one.release
    return {
        "id": release.fingerprint,
        "made": _iso(release.loaded_at),
        "author": release.author,
        "message": release.message,
        "live": one.is_live,
        "activations": [
            {
                "id": each.id,
                "state": str(each.state),
                "source": str(each.source),
                "author": each.author,
                "due": _iso(each.due_at),
                "from": _iso(each.began_at),
                "to": _iso(each.ended_at),
                "why": each.why,
            }
            for each in one.activations
        ],
    }


# -- small things


def read_folder(folder: Path) -> dict[str, str]:
    """The texts of a folder; its faults, said, when it cannot be read."""
    from dialplan.faults import ConfigurationFaults
    from dialplan.source import read_texts

    try:
        return read_texts(folder)
    except ConfigurationFaults as faults:
        _print_lines([str(fault) for fault in faults.faults])
        give_up(f"{folder} cannot be read as a configuration.")


def zone_of(files: Mapping[str, str]) -> ZoneInfo:
    """The desk's time zone, in which a time without one is meant."""
    import yaml

    try:
        return ZoneInfo(str(yaml.safe_load(files.get(DESK, "")).get("timezone")))
    except (yaml.YAMLError, AttributeError, ZoneInfoNotFoundError, ValueError, OSError):
        return ZONE


def moment(text: str | None, zone: ZoneInfo) -> str | None:
    """An ISO 8601 time to come, with its zone; without one it is the desk's.

    A slip of the pen in the year must not take effect at once.
    """
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        give_up(f"--at {text!r} is no ISO 8601 time; write for instance 2026-12-01T08:00.")
    at = at if at.tzinfo else at.replace(tzinfo=zone)
    if at < datetime.now(zone):
        give_up(f"--at {text} is past; leave it out for now, or name a time to come.")
    return at.isoformat()


def clock(at: datetime | None) -> str:
    """A moment as the desk's clock shows it."""
    return f"{at.astimezone(ZONE):%Y-%m-%d %H:%M}" if at else "?"


def _iso(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def _plain(text: str) -> str:
    return text.replace("[", "\\[")


def _print_lines(lines: Sequence[str]) -> None:
    for line in lines:
        out.print(line, markup=False)
