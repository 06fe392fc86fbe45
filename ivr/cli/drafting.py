"""`dutyline drafts`: configurations that somebody works on, kept apart from what is live."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from rich.table import Table
from sqlalchemy.orm import Session

from ivr.cli.folders import write_folder
from ivr.cli.releasing import Told, author_or_me, changes_between, clock, look, publish, read_folder, write
from ivr.cli.shared import out, print_json
from ivr.cli.showing import read
from ivr.releases import SHOWN, discard_draft, find_draft, list_drafts, place_of, save_draft
from ivr.settings import Settings
from ivr.storage import Draft, Release


def show_drafts(settings: Settings, *, as_json: bool) -> None:
    """The list."""
    found = read(settings, list_drafts)
    if as_json:
        print_json([_as_json(one) for one in found])
        return
    if not found:
        out.print("No drafts. Save one: dutyline drafts save NAME FOLDER")
        return
    table = Table("name", "revision", "saved", "by", "began with", box=None, pad_edge=False)
    for one in found:
        table.add_row(
            one.name, str(one.revision), clock(one.saved_at), one.author or "-", one.base[:SHOWN] or "-"
        )
    out.print(table)


def save(settings: Settings, name: str, folder: Path | None, author: str, revision: int | None) -> None:
    """A folder becomes a draft, or its next revision."""
    folder = folder or settings.config
    files, now, who = read_folder(folder), datetime.now(UTC), author_or_me(author)

    def work(session: Session) -> tuple[str, int]:
        draft = save_draft(session, name, files, who, now, revision, place_of(folder))
        return draft.base, draft.revision

    base, saved = write(settings, work)
    out.print(
        f'Draft "{name}", revision {saved}: {len(files)} files, begun with release {base[:SHOWN] or "none"}.',
        markup=False,
    )
    out.print(f"Make it live: dutyline drafts publish {name}", markup=False)


def show(settings: Settings, name: str, *, as_json: bool) -> None:
    """One draft: what it changes in the release it began with."""
    draft, base = look(settings, lambda session: _with_base(session, name))
    changes = changes_between(base.files, draft.files) if base else []
    if as_json:
        print_json(_as_json(draft) | {"files": sorted(draft.files), "changes": changes})
        return
    out.print(
        f'draft "{draft.name}", revision {draft.revision}, saved {clock(draft.saved_at)} '
        f"by {draft.author or '-'}",
        markup=False,
    )
    out.print(f"Changes against {draft.base[:SHOWN] or 'nothing'}:", markup=False)
    for change in changes or ["nothing"]:
        out.print(f"  {change}", markup=False)


def export(settings: Settings, name: str, folder: Path, *, force: bool) -> None:
    """A draft's files in a folder, to be worked on."""
    draft, _ = look(settings, lambda session: _with_base(session, name))
    write_folder(folder, draft.files, force=force)
    out.print(
        f'Revision {draft.revision} of draft "{name}" is in {folder}; save it again with '
        f"dutyline drafts save {name} {folder} --revision {draft.revision}",
        markup=False,
    )


def discard(settings: Settings, name: str) -> None:
    """Throw it away."""
    write(settings, lambda session: discard_draft(session, name))
    out.print(f'Draft "{name}" is gone.', markup=False)


def publish_draft(settings: Settings, name: str, told: Told, *, as_json: bool) -> None:
    """A draft becomes a release; it is no draft any more then."""
    draft, _ = look(settings, lambda session: _with_base(session, name))
    more = {"draft": name, "base": draft.base}
    publish(settings, draft.files, told, more, as_json=as_json)


def _with_base(session: Session, name: str) -> tuple[Draft, Release | None]:
    draft = find_draft(session, name)
    return draft, session.get(Release, draft.base) if draft.base else None


def _as_json(draft: Draft) -> dict[str, object]:
    return {
        "name": draft.name,
        "revision": draft.revision,
        "base": draft.base,
        "author": draft.author,
        "saved": draft.saved_at.isoformat(timespec="seconds"),
    }
