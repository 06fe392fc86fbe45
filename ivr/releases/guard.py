"""Edits by two people: noticed, said in sentences, never silently lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session

from dialplan.diff import describe_changes
from dialplan.faults import ConfigurationFaults
from dialplan.source import load_texts
from ivr.releases.library import SHOWN, ancestors, base_of
from ivr.releases.merging import Standing, put_together, stand
from ivr.storage import Copy, Release

MOST_SAID = 12
"""Sentences about one release of somebody else."""


class ReleaseRefusedError(Exception):
    """Something that would undo what others did, or that cannot be done; `sentences` say what and why."""

    def __init__(self, sentences: Sequence[str]) -> None:
        self.sentences = tuple(sentences)
        super().__init__("\n".join(sentences))


class Wished(Protocol):
    """The parts of a wish that decide."""

    @property
    def files(self) -> Mapping[str, str]: ...
    @property
    def place(self) -> str: ...
    @property
    def base(self) -> str: ...
    @property
    def rebase(self) -> bool: ...
    @property
    def force(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Judged:
    """May go on. `files`: what is to be published instead, where others' changes were put in; else None."""

    files: Mapping[str, str] | None = None
    notes: tuple[str, ...] = ()


def judge(session: Session, wish: Wished, live: str) -> Judged:
    """Whether publishing would undo what others did since these files began. ReleaseRefusedError."""
    copy = session.get(Copy, wish.place) if wish.place and not wish.base else None
    if live in (wish.base, copy.release if copy else ""):
        # the usual case, told without reading the files of any release
        return Judged()
    base = session.get(Release, wish.base) if wish.base else base_of(session, wish.place, wish.files)
    now = session.get(Release, live)
    if base is None or now is None or base.fingerprint == live:
        return Judged()
    standing = stand(base.files, now.files, wish.files)
    lost = standing.would_lose
    if not lost:
        return Judged()
    if live in {one.fingerprint for one in ancestors(session, base.fingerprint)}:
        return Judged(notes=(f"this takes the place of release {live[:SHOWN]}, which was gone back to",))
    if wish.force:
        return Judged(notes=(f"undone, as you said: what others changed in {', '.join(lost)}",))
    if wish.rebase and not standing.both:
        files = put_together(now.files, wish.files, standing)
        return Judged(files, (f"put together with what others changed in {', '.join(standing.theirs)}",))
    raise ReleaseRefusedError(_say_loss(session, base, now, standing))


def _say_loss(session: Session, base: Release, live: Release, standing: Standing) -> list[str]:
    """Who changed what meanwhile, and what can be done."""
    chain = ancestors(session, live.fingerprint)
    names = [one.fingerprint for one in chain]
    since = chain[: names.index(base.fingerprint)] if base.fingerprint in names else chain[:1]
    said = [
        f"This began with release {base.fingerprint[:SHOWN]}, and release {live.fingerprint[:SHOWN]} is live "
        f"now: it would undo what others changed in {', '.join(standing.would_lose)}."
    ]
    for one in reversed(since):
        before = session.get(Release, one.base) if one is not since[-1] or len(since) > 1 else base
        message = f': "{one.message}"' if one.message else ""
        who = one.author or "somebody"
        said.append(
            f"Release {one.fingerprint[:SHOWN]} by {who}, {one.loaded_at:%Y-%m-%d %H:%M} UTC{message}"
        )
        whole = session.get(Release, one.fingerprint)
        if before is not None and whole is not None:
            said += [f"  {sentence}" for sentence in _say_changes(before.files, whole.files)]
    said.extend(_say_choices(standing))
    return said


def _say_changes(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    try:
        changes = describe_changes(load_texts(old).configuration, load_texts(new).configuration)
    except ConfigurationFaults:
        names = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
        return [f"{', '.join(names)} changed"]
    if len(changes) > MOST_SAID:
        return [*changes[:MOST_SAID], f"and {len(changes) - MOST_SAID} more"]
    return changes


def _say_choices(standing: Standing) -> Iterator[str]:
    if standing.both:
        yield (
            f"{', '.join(standing.both)}: changed by both. `dutyline releases export live FOLDER` gives you "
            "theirs to put yours into; --force undoes theirs."
        )
    else:
        yield "--rebase keeps their files beside yours; --force undoes theirs."


__all__ = ["Judged", "ReleaseRefusedError", "judge"]
