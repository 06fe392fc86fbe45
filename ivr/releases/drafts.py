"""Drafts: configurations that somebody works on, apart from what is live."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from ivr.releases.library import base_of, last_live
from ivr.storage import Draft

NAME: Final = re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+)*")


class DraftError(Exception):
    """A draft that is not there, or that somebody else has saved meanwhile; the text says which."""


class DraftTakenError(DraftError):
    """Somebody else has saved it since."""

    def __init__(self, draft: Draft, by: str) -> None:
        self.draft = draft
        super().__init__(
            f'draft "{draft.name}" was saved by {draft.author or "somebody"} at '
            f"{draft.saved_at:%Y-%m-%d %H:%M} UTC (revision {draft.revision}); {by or 'you'} did not begin "
            "with that. Look with `dutyline drafts show`, then save under another name, or "
            "with --revision "
            f"{draft.revision} to take its place"
        )


def save_draft(
    session: Session,
    name: str,
    files: Mapping[str, str],
    author: str,
    now: datetime,
    revision: int | None = None,
    place: str = "",
) -> Draft:
    """Save a draft. `revision`: the one that the author has seen; without it only his own is replaced.

    Raises DraftTakenError when somebody else's saving would be lost, DraftError for a bad name.
    """
    if not NAME.fullmatch(name) or len(name) > 64:
        raise DraftError(f'"{name}" is no name for a draft: small letters, digits, dashes and dots')
    known = session.get(Draft, name, with_for_update=True)
    if known is None:
        if revision:
            raise DraftError(f'there is no draft "{name}" any more: it was published or discarded')
        return _new(session, name, files, author, now, place)
    has_seen = known.revision == revision if revision is not None else known.author == author
    if known.files != dict(files) and not has_seen:
        raise DraftTakenError(known, author)
    known.files, known.author, known.saved_at = dict(files), author, now
    known.revision += 1
    return known


def _new(
    session: Session, name: str, files: Mapping[str, str], author: str, now: datetime, place: str
) -> Draft:
    base = base_of(session, place, files)
    live = last_live(session)
    begun_with = base or (live[0] if live else None)
    draft = Draft(
        name=name,
        base=begun_with.fingerprint if begun_with else "",
        files=dict(files),
        author=author,
        revision=1,
        made_at=now,
        saved_at=now,
    )
    session.add(draft)
    session.flush()
    return draft


def list_drafts(session: Session) -> list[Draft]:
    """All, the one saved last first; without their files."""
    query = select(Draft).options(defer(Draft.files, raiseload=True)).order_by(Draft.saved_at.desc())
    return list(session.scalars(query))


def find_draft(session: Session, name: str) -> Draft:
    """The draft of that name. DraftError."""
    found = session.get(Draft, name)
    if found is None:
        raise DraftError(f'there is no draft "{name}"; `dutyline drafts` lists them')
    return found


def discard_draft(session: Session, name: str, revision: int | None = None) -> None:
    """Throw a draft away; `revision`: only when nobody has saved it since. DraftError."""
    draft = find_draft(session, name)
    if revision is not None and draft.revision != revision:
        raise DraftTakenError(draft, "")
    session.delete(draft)


__all__ = [
    "DraftError",
    "DraftTakenError",
    "discard_draft",
    "find_draft",
    "list_drafts",
    "save_draft",
]
