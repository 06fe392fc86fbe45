"""What somebody wants to become live, on its way there, and what came of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from dialplan.counts import say_count
from dialplan.faults import Fault
from dialplan.source import Loaded
from ivr.releases.library import note_copy
from ivr.storage import Draft


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What a change did: sentences about what changed, and warnings about what is live now."""

    fingerprint: str
    changes: tuple[str, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...] = ()
    """What somebody should know beside: files that were put together, a release that was gone back from."""
    due_at: datetime | None = None
    """When it becomes live, if that is not now; `planned` is the id of that activation."""
    planned: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """Something to publish. `place`: the folder it comes from, `host:/path`; `draft`: the draft it is.

    `base`: the release it began with, where that is known. `rebase` puts disjoint changes of others
    together with it, `force` undoes them.
    """

    files: Mapping[str, str]
    author: str = ""
    message: str = ""
    place: str = ""
    draft: str = ""
    base: str = ""
    at: datetime | None = None
    rebase: bool = False
    force: bool = False


@dataclass(slots=True)
class Candidate:
    """A checked configuration on its way to the shelf."""

    loaded: Loaded
    files: dict[str, str]
    notes: list[str] = field(default_factory=list)

    @property
    def fingerprint(self) -> str:
        """What it is known by."""
        return self.loaded.configuration.fingerprint


class NoConfigurationError(RuntimeError):
    """Neither the folder nor the database has a configuration that can be used."""

    def __init__(self, folder: Path, faults: Collection[Fault]) -> None:
        self.faults = tuple(faults)
        said = say_count(len(self.faults), "fault")
        super().__init__(f"the configuration in {folder} has {said}, and no earlier one is kept")


def note_origin(session: Session, candidate: Candidate, wish: Wish, now: datetime) -> None:
    """The folder it came from is the same as the release now, unless others' files came with it; the draft
    it was is none any more, unless somebody has saved it meanwhile."""
    if wish.place and dict(wish.files) == candidate.files:
        note_copy(session, wish.place, candidate.fingerprint, now)
    draft = session.get(Draft, wish.draft) if wish.draft else None
    if draft is not None and draft.files == dict(wish.files):
        session.delete(draft)
