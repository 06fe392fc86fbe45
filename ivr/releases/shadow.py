"""A shadow: a draft or a release that decides silently beside the live one, call by call.

It sees a call when it is over, by the call's tape, in a thread beside the calls: nothing of it is on a
caller's way. What it would have done otherwise is kept (`dutyline shadow show`).
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, defer

from dialplan.engine import CallFacts
from dialplan.model import Configuration
from dialplan.overrides import overrides_on, with_overrides
from dialplan.replay import Comparison, compare, rebuild
from dialplan.source import Loaded
from dialplan.tape import read_tape
from ivr.clock import Clock
from ivr.releases.drafts import find_draft
from ivr.releases.library import SHOWN, find_release
from ivr.storage import Database, Shadow, ShadowCall, StorageError, Verdict

MOST_WAITING: Final = 1000
"""Calls that wait to be looked at; more are left out, and counted."""
AT_ONCE: Final = 50
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Seen:
    """A call that is over."""

    configuration: Configuration
    facts: CallFacts
    tape: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ShadowReport:
    """What a shadow has seen so far."""

    shadow: Shadow
    counts: Mapping[Verdict, int]
    calls: tuple[ShadowCall, ...]
    """Those that would have gone otherwise, newest first."""


class Shadows:
    """At most one shadow at a time."""

    def __init__(self, database: Database, clock: Clock, load: Callable[[Mapping[str, str]], Loaded]) -> None:
        self._database, self._clock, self._load = database, clock, load
        self._waiting: asyncio.Queue[Seen] = asyncio.Queue(MOST_WAITING)
        self._task: asyncio.Task[None] | None = None
        self._configuration: Configuration | None = None
        self.id = ""
        """Of the shadow that runs; empty: none does."""
        self.left_out = 0

    async def start(self) -> None:
        """Go on with the shadow that ran before a restart."""
        try:
            kept = await self._database.read(running_shadow)
            if kept is not None:
                loaded = await asyncio.to_thread(self._load, kept.files)
                self._go(kept.id, loaded.configuration)
        except Exception:
            # a shadow is never a reason to take no calls
            log.exception("shadow.not_resumed")

    async def close(self) -> None:
        """Look at no more calls; the shadow itself goes on after a restart."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
            self._task = None

    async def begin(self, *, draft: str = "", release: str = "", author: str = "") -> tuple[str, str]:
        """Let a draft or a release decide beside the live one; id and name.

        One that ran before ends. LookupError, DraftError, ConfigurationFaults.
        """
        what, files = await self._database.read(lambda session: _chosen(session, draft, release))
        loaded = await asyncio.to_thread(self._load, files)
        now, new = self._clock.now(), secrets.token_hex(6)

        def work(session: Session) -> None:
            _end(session, now)
            fingerprint = loaded.configuration.fingerprint
            session.add(
                Shadow(id=new, what=what, release=fingerprint, files=files, author=author, began_at=now)
            )

        await self._database.run(work)
        await self.close()
        self._go(new, loaded.configuration)
        return new, what

    async def stop(self) -> bool:
        """End the shadow; False when there was none."""
        now, was = self._clock.now(), self.id
        await self._database.run(lambda session: _end(session, now))
        await self.close()
        self.id, self._configuration = "", None
        return bool(was)

    def take(self, configuration: Configuration, facts: CallFacts, tape: str) -> None:
        """A call is over. Costs nothing without a shadow, and next to nothing with one."""
        if self._configuration is None or not tape:
            return
        try:
            self._waiting.put_nowait(Seen(configuration, facts, tape, self._clock.now()))
        except asyncio.QueueFull:
            self.left_out += 1

    def _go(self, shadow_id: str, configuration: Configuration) -> None:
        self.id, self._configuration = shadow_id, configuration
        self._task = asyncio.create_task(self._look(shadow_id, configuration), name="shadow")

    async def _look(self, shadow_id: str, other: Configuration) -> None:
        while True:
            seen = [await self._waiting.get()]
            while not self._waiting.empty() and len(seen) < AT_ONCE:
                seen.append(self._waiting.get_nowait())
            try:
                rows = await asyncio.to_thread(_compare_all, shadow_id, seen, other)
                await self._database.run(partial(_keep, rows=rows))
            except StorageError as fault:
                self.left_out += len(seen)
                log.error("shadow.not_kept", calls=len(seen), why=str(fault))
            except Exception:
                self.left_out += len(seen)
                log.exception("shadow.failed", calls=len(seen))


def _chosen(session: Session, draft: str, release: str) -> tuple[str, dict[str, str]]:
    if draft:
        return f'draft "{draft}"', dict(find_draft(session, draft).files)
    kept = find_release(session, release)
    return f"release {kept.fingerprint[:SHOWN]}", dict(kept.files)


def _compare_all(shadow_id: str, seen: Sequence[Seen], other: Configuration) -> list[dict[str, Any]]:
    """In a thread: a call takes less than a millisecond."""
    return [_compare(shadow_id, one, other) for one in seen]


def _compare(shadow_id: str, seen: Seen, other: Configuration) -> dict[str, Any]:
    row: dict[str, Any] = {"shadow_id": shadow_id, "call_id": seen.facts.id, "at": seen.at}
    try:
        tape = read_tape(seen.tape, seen.facts)
        if switched := overrides_on(seen.configuration):
            other = with_overrides(other, switched)
        done = compare(rebuild(seen.configuration, tape), other, tape)
    except Exception as fault:
        # one call that cannot be looked at is no reason to see none
        return row | {
            "verdict": Verdict.UNTOLD,
            "parts": f"{type(fault).__name__}",
            "live": "[]",
            "shadow": "[]",
        }
    return row | {"verdict": Verdict(done.verdict.value), "parts": done.parts, **_courses(done)}


def _courses(done: Comparison) -> dict[str, str]:
    if done.verdict.value == Verdict.SAME.value:
        return {"live": "[]", "shadow": "[]"}
    both = {"live": done.past, "shadow": done.other}
    return {
        name: json.dumps([f"{met.what} (at {met.where})" for met in course.met], ensure_ascii=False)
        for name, course in both.items()
    }


def _keep(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    for row in rows:
        session.merge(ShadowCall(**row))


def _end(session: Session, now: datetime) -> None:
    session.execute(update(Shadow).where(Shadow.ended_at.is_(None)).values(ended_at=now))


def running_shadow(session: Session) -> Shadow | None:
    """The shadow that has not been ended."""
    query = select(Shadow).where(Shadow.ended_at.is_(None)).order_by(Shadow.began_at.desc())
    return session.scalars(query.limit(1)).first()


def report_shadow(session: Session, last: int = 50) -> ShadowReport | None:
    """What the last shadow has seen; None where there never was one."""
    query = select(Shadow).options(defer(Shadow.files, raiseload=True)).order_by(Shadow.began_at.desc())
    shadow = session.scalars(query.limit(1)).first()
    if shadow is None:
        return None
    ours = ShadowCall.shadow_id == shadow.id
    counted = session.execute(
        select(ShadowCall.verdict, func.count()).where(ours).group_by(ShadowCall.verdict)
    )
    counts = Counter({row[0]: int(row[1]) for row in counted})
    others = select(ShadowCall).where(ours, ShadowCall.verdict != Verdict.SAME)
    calls = session.scalars(others.order_by(ShadowCall.at.desc()).limit(last))
    return ShadowReport(shadow, counts, tuple(calls))


__all__ = ["ShadowReport", "Shadows", "report_shadow", "running_shadow"]
