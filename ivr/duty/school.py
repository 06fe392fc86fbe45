"""Keeps what is learned of phones, in memory for the hunt and in the database for good; tells their owners.

A box of a cluster hears of the lessons of the others when it looks again (`refresh`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import datetime
from typing import Any, Final

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from dialplan.model import Configuration
from ivr.clock import Clock
from ivr.duty.hunt import Attempt
from ivr.duty.lessons import AGREEING, Lesson, Pickup, read_pickup, with_key, without_key
from ivr.feed import Feed
from ivr.notify.people import tell_person
from ivr.storage import Database, PhoneLesson, StorageError

TEMPLATE: Final = "phone-voicemail"

log = structlog.get_logger(__name__)


class School:
    """What is known of phones (see `ivr.duty.means.Lessons`)."""

    def __init__(
        self, database: Database, clock: Clock, configuration: Callable[[], Configuration], feed: Feed
    ) -> None:
        self._database, self._clock = database, clock
        self._configuration, self._feed = configuration, feed
        self._caps: dict[str, float] = {}
        self._writing: set[asyncio.Task[None]] = set()

    def caps(self) -> Mapping[str, float]:
        """Phone -> the longest it is to ring, seconds."""
        return self._caps

    async def refresh(self) -> None:
        """Read all lessons again; while the database is away those known go on to hold."""
        try:
            lessons = await self._database.read(all_lessons)
        except StorageError as fault:
            log.warning("phones.not_read", why=str(fault))
            return
        self._caps = {one.number: cap for one in lessons if (cap := one.longest_s) is not None}

    def answered_by_nobody(self, attempt: Attempt, at: datetime) -> None:
        """Picked up at `at`, and no key came."""
        pickup = Pickup(attempt.id, at, round((at - attempt.planned_at).total_seconds(), 1))
        # a back-up phone is not his own: nobody is told of it
        entry = "" if attempt.backup else attempt.entry
        self._write(self._change(attempt.number, lambda lesson: without_key(lesson, pickup, entry)))

    def answered_by_somebody(self, attempt: Attempt, at: datetime) -> None:
        """Picked up at `at`, and a key came."""
        second = (at - attempt.planned_at).total_seconds()
        self._write(self._change(attempt.number, lambda lesson: with_key(lesson, second)))

    async def forget(self, number: str) -> bool:
        """Ring that phone as long as others again; False: nothing was known of it."""
        gone = await self._database.run(lambda session: _forget(session, number))
        self._caps.pop(number, None)
        self._feed.publish("phone", self._clock.now(), number=number, longest_s=None)
        return gone

    def actions(self) -> dict[str, Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]]]:
        """What the command line may ask (see `ivr.web.control`)."""

        async def forget_phone(asked: Mapping[str, Any]) -> Mapping[str, Any]:
            return {"forgotten": await self.forget(str(asked.get("number", "")))}

        return {"forget-phone": forget_phone}

    async def _change(self, number: str, grow: Callable[[Lesson], Lesson]) -> None:
        before, after = await self._database.run(lambda session: self._keep(session, number, grow))
        if after.second == before.second:
            return
        if (cap := after.longest_s) is None:
            self._caps.pop(number, None)
        else:
            self._caps[number] = cap
        log.info("phone.learned", number=number, second=after.second)
        self._feed.publish("phone", self._clock.now(), number=number, longest_s=after.longest_s)

    def _keep(self, session: Session, number: str, grow: Callable[[Lesson], Lesson]) -> tuple[Lesson, Lesson]:
        """The lesson, and the mail to the owner with it, in one transaction."""
        row = session.get(PhoneLesson, number)
        before = _read(row) if row else Lesson(number)
        after = grow(before)
        if after == before:
            return before, after
        if row is None:
            row = PhoneLesson(number=number)
            session.add(row)
        row.entry, row.second, row.learned_at = after.entry, after.second, after.learned_at
        row.pickups = [one.to_json() for one in after.pickups]
        if after.second is not None and after.second != before.second and after.entry:
            self._tell_owner(session, after)
        return before, after

    def _tell_owner(self, session: Session, lesson: Lesson) -> None:
        now = self._clock.now()
        facts = {
            "number": lesson.number,
            "second": round(lesson.second or 0),
            "longest": round(lesson.longest_s or 0),
            "pickups": [one.at for one in lesson.pickups[-AGREEING:]],
            "at": now,
        }
        once = f"phone:{lesson.number}:{(lesson.learned_at or now).isoformat()}"
        tell_person(session, self._configuration(), lesson.entry, TEMPLATE, facts, once, now)

    def _write(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.ensure_future(self._written(work))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def _written(self, work: Coroutine[object, object, None]) -> None:
        """What cannot be kept is learned another time."""
        try:
            await work
        except StorageError as fault:
            log.warning("phone.not_learned", why=str(fault))


def all_lessons(session: Session) -> list[Lesson]:
    """Every phone of which something is known, by its number."""
    return [_read(row) for row in session.scalars(select(PhoneLesson).order_by(PhoneLesson.number))]


def _forget(session: Session, number: str) -> bool:
    found = session.execute(
        delete(PhoneLesson).where(PhoneLesson.number == number).returning(PhoneLesson.number)
    )
    return found.scalar() is not None


def _read(row: PhoneLesson) -> Lesson:
    pickups = tuple(read_pickup(one) for one in row.pickups)
    return Lesson(row.number, row.entry, pickups, row.second, row.learned_at)


__all__ = ["School", "all_lessons"]
