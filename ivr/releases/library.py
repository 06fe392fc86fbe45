"""Releases and activations in the database. Functions of a session; `Releases` decides, these keep."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session, defer

from ivr.storage import Activation, ActivationSource, ActivationState, Copy, Release

SHOWN: Final = 12
"""Signs of a fingerprint that people are shown."""
CANDIDATES: Final = 20
"""How many releases are looked at to find what a folder began with."""


class UnknownReleaseError(LookupError):
    """No release of that id, or several."""

    def __init__(self, wanted: str, found: Sequence[str]) -> None:
        self.wanted, self.found = wanted, tuple(found)
        super().__init__(
            f'several releases begin with "{wanted}": {", ".join(one[:SHOWN] for one in found)}'
            if found
            else f'there is no release "{wanted}"; `dutyline releases` lists them'
        )


@dataclass(frozen=True, slots=True)
class Listed:
    """A release and the times it was, is or will be live."""

    release: Release
    activations: tuple[Activation, ...]

    @property
    def is_live(self) -> bool:
        """Whether it is now."""
        return any(one.state is ActivationState.LIVE for one in self.activations)


def keep_release(session: Session, release: Mapping[str, Any]) -> Release:
    """Put a release on the shelf. One that stands there stays as it is: releases never change."""
    kept = session.get(Release, release["fingerprint"])
    if kept is None:
        kept = Release(**release)
        session.add(kept)
        session.flush()
    return kept


def find_release(session: Session, wanted: str) -> Release:
    """The release whose fingerprint begins so; `live`: the one that is. UnknownReleaseError."""
    if wanted == "live":
        now = live_activation(session)
        found = [session.get(Release, now.release)] if now else []
    else:
        begins = Release.fingerprint.startswith(wanted, autoescape=True)
        found = list(session.scalars(select(Release).where(begins).limit(5))) if wanted else []
    known = [one for one in found if one is not None]
    if len(known) != 1:
        raise UnknownReleaseError(wanted, [one.fingerprint for one in known])
    return known[0]


def list_releases(session: Session, last: int = 50) -> list[Listed]:
    """The newest releases, newest first, and any that is live or will be; without their files."""
    query = select(Release).options(defer(Release.files, raiseload=True)).order_by(Release.loaded_at.desc())
    found = list(session.scalars(query.limit(last)))
    times: dict[str, list[Activation]] = {}
    for one in session.scalars(select(Activation).order_by(Activation.made_at)):
        times.setdefault(one.release, []).append(one)
    missing = {
        one.release
        for each in times.values()
        for one in each
        if one.state in (ActivationState.LIVE, ActivationState.SCHEDULED)
    } - {one.fingerprint for one in found}
    if missing:
        found += session.scalars(query.where(Release.fingerprint.in_(missing)))
    return [Listed(one, tuple(times.get(one.fingerprint, ()))) for one in found]


# -- activations


def live_activation(session: Session) -> Activation | None:
    """The one that is live; None in a database that never had one."""
    is_live = Activation.state == ActivationState.LIVE
    query = select(Activation).where(is_live).order_by(Activation.began_at.desc())
    return session.scalars(query.limit(1)).first()


def last_live(session: Session) -> tuple[Release, Activation | None] | None:
    """What is live by the database; where nothing says so, the newest release."""
    now = live_activation(session)
    release = session.get(Release, now.release) if now else None
    if release is None:
        now = None
        release = session.scalars(select(Release).order_by(Release.loaded_at.desc()).limit(1)).first()
    return (release, now) if release else None


def make_live(
    session: Session, release: str, source: ActivationSource, author: str, now: datetime, planned: str = ""
) -> bool:
    """Make a release the live one. `planned`: the scheduled activation that this is; False when that is
    scheduled no longer: somebody else did it, or took it back."""
    if planned:
        claim = update(Activation).where(
            Activation.id == planned, Activation.state == ActivationState.SCHEDULED
        )
        claimed = session.execute(claim.values(state=ActivationState.LIVE, began_at=now))
        if not claimed.rowcount:  # type: ignore[attr-defined]
            return False
    elif (live := live_activation(session)) is not None and live.release == release:
        live.source = source
        return True
    others = update(Activation).where(Activation.state == ActivationState.LIVE, Activation.id != planned)
    session.execute(others.values(state=ActivationState.OVER, ended_at=now))
    if not planned:
        session.add(_activation(release, source, author, now, now, ActivationState.LIVE, began_at=now))
    return True


def plan_activation(session: Session, release: str, author: str, now: datetime, at: datetime) -> Activation:
    """Make a release live at a moment to come."""
    planned = _activation(release, ActivationSource.CHOSEN, author, now, at, ActivationState.SCHEDULED)
    session.add(planned)
    session.flush()
    session.expunge(planned)
    return planned


def _activation(
    release: str,
    source: ActivationSource,
    author: str,
    now: datetime,
    due_at: datetime,
    state: ActivationState,
    began_at: datetime | None = None,
) -> Activation:
    return Activation(
        id=secrets.token_hex(6),
        release=release,
        source=source,
        state=state,
        author=author,
        made_at=now,
        due_at=due_at,
        began_at=began_at,
        why="",
    )


def planned_activations(session: Session) -> list[Activation]:
    """Those to come, the next one first."""
    is_planned = Activation.state == ActivationState.SCHEDULED
    query = select(Activation).where(is_planned).order_by(Activation.due_at, Activation.made_at)
    return list(session.scalars(query))


def end_plan(session: Session, planned: str, state: ActivationState, now: datetime, why: str = "") -> bool:
    """Cancel or refuse a scheduled activation; False when it is scheduled no longer."""
    ending = update(Activation).where(Activation.id == planned, Activation.state == ActivationState.SCHEDULED)
    done = session.execute(ending.values(state=state, ended_at=now, why=why))
    return bool(done.rowcount)  # type: ignore[attr-defined]


def release_before(session: Session) -> Release | None:
    """What was live before the live release came: going back twice goes back two steps."""
    began = list(
        session.scalars(
            select(Activation).where(Activation.began_at.is_not(None)).order_by(Activation.began_at)
        )
    )
    if not began:
        return None
    live = began[-1].release
    came = [
        index
        for index, one in enumerate(began)
        if one.release == live and one.source is not ActivationSource.ROLLED_BACK
    ]
    before = began[: came[-1]] if came else []
    found = next((one.release for one in reversed(before) if one.release != live), None)
    return session.get(Release, found) if found else None


# -- what somebody who edits a folder began with


def note_copy(session: Session, place: str, release: str, now: datetime) -> None:
    """The folder at `place` is the same as that release now."""
    if place:
        session.merge(Copy(place=place, release=release, noted_at=now))


def base_of(session: Session, place: str, files: Mapping[str, str]) -> Release | None:
    """The release that these files began with: the last one this folder was the same as, else the one
    that shares most files with them; None when none shares any."""
    copy = session.get(Copy, place) if place else None
    if copy is not None and (known := session.get(Release, copy.release)) is not None:
        return known
    newest = session.scalars(select(Release).order_by(Release.loaded_at.desc()).limit(CANDIDATES))
    shared = [(sum(one.files.get(name) == text for name, text in files.items()), one) for one in newest]
    best = max(shared, key=lambda each: each[0], default=(0, None))
    return best[1] if best[0] else None


def ancestors(session: Session, fingerprint: str, most: int = 200) -> list[Release]:
    """A release and those it was made from, one after the other; without their files."""
    query = select(Release).options(defer(Release.files))
    found: list[Release] = []
    while fingerprint and len(found) < most:
        one = session.scalars(query.where(Release.fingerprint == fingerprint)).first()
        if one is None or one in found:
            break
        found.append(one)
        fingerprint = one.base
    return found
