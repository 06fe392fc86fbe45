"""The fire drill: by day the phones of the engineers are really rung, one by one, and a key is asked for.

A phone for which a page is out is waited for, and left alone when the page takes too long. What was rung
before a restart is not rung again: the rows say how far the drill is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

import structlog
from sqlalchemy.orm import Session

from dialplan.calendars import is_open
from dialplan.model import Configuration, Engineer, Phone
from dialplan.sentences import Moment, Sentence
from ivr.beforehand.ringing import Means, Ringer, tell
from ivr.beforehand.rings import Ring, Skipped, add_rings, keep_ring, make_ring, rings_of
from ivr.beforehand.words import say_ring
from ivr.notify import enqueue
from ivr.notify.words import pick_language
from ivr.schedule import Done, Due, Job, KeptRun, Timetable
from ivr.storage import RingKind, RingState

JOB: Final = "drill"
ALL: Final = "all"
PAGE_LIMIT_S: Final = 300.0
"""So long a drill waits for a page to leave a phone alone."""
LOOK_S: Final = 1.0
LATE_S: Final = 4 * 3600.0
PAUSE_S: Final = 1.0
"""Between two phones."""

log = structlog.get_logger(__name__)


class DrillRefusedError(ValueError):
    """A drill that is not to be; the sentence says why."""


@dataclass(frozen=True, slots=True)
class DrillWish:
    """Whose phones: a trigram, a team, or all; and by whom it is asked for. `anyway`: at any hour."""

    who: str = ALL
    by: str = "the schedule"
    anyway: bool = False


class Drills:
    """Plans, rings and reports."""

    def __init__(self, means: Means, ringer: Ringer, timetable: Timetable) -> None:
        self._means, self._ringer, self._timetable = means, ringer, timetable
        self._called_off: set[str] = set()

    def job(self) -> Job:
        """The monthly one; those by command are runs of the same job."""
        return Job(JOB, self._says, self._due, self._work, grace_s=LATE_S)

    async def start(self, wish: DrillWish) -> KeptRun:
        """Begin one now. DrillRefusedError, StorageError."""
        self.plan(wish)
        if self._ringer.live:
            raise DrillRefusedError(Sentence("rings-already"))
        facts = {"who": wish.who, "by": wish.by, "anyway": wish.anyway}
        return await self._timetable.do_now(JOB, f"by {wish.by} {uuid4().hex[:6]}", facts)

    def call_off(self, run_id: str) -> None:
        """No further phone of it is rung."""
        self._called_off.add(run_id)

    async def rings(self, run_id: str) -> list[Ring]:
        """How its phones stand."""
        return await self._means.database.read(lambda session: rings_of(session, run_id))

    def plan(self, wish: DrillWish, run_id: str = "") -> list[Ring]:
        """The phones, in order, and which of them would not be rung now. DrillRefusedError."""
        configuration, now = self._means.configuration(), self._means.clock.now()
        engineers = _chosen(configuration, wish.who)
        if not wish.anyway and (closed := _closed(configuration, now)):
            raise DrillRefusedError(closed)
        drill = configuration.duty.beforehand.drill
        ring_s = drill.ring_s if drill else 30.0
        return list(_plan(configuration, engineers, run_id, ring_s, now, anyway=wish.anyway))

    # -- the job

    def _says(self) -> str:
        drill = self._means.configuration().duty.beforehand.drill
        return drill.said() if drill else ""

    def _due(self, after: datetime, until: datetime) -> list[Due]:
        configuration = self._means.configuration()
        drill, duty = configuration.duty.beforehand.drill, configuration.duty
        if drill is None:
            return []
        calendar = duty.calendars.get(drill.during)
        return [Due(at) for at in drill.due(duty.roster.zone, calendar, after, until)]

    async def _work(self, run: KeptRun) -> Done:
        wish = self._wish(run)
        rings = await self.rings(run.id) or await self._open(run, wish)
        for ring in rings:
            await self._one(run, ring, wish)
        rings = await self.rings(run.id)
        await self._means.database.run(lambda session: self._report(session, run, rings, wish))
        self._called_off.discard(run.id)
        well = sum(ring.is_well for ring in rings)
        return Done(Sentence("phones-work", number=well, of=len(rings)), {"who": wish.who, "by": wish.by})

    def _wish(self, run: KeptRun) -> DrillWish:
        facts: Mapping[str, Any] = run.facts
        drill = self._means.configuration().duty.beforehand.drill
        usual = drill.team if drill and drill.team else ALL
        return DrillWish(
            str(facts.get("who", usual)), str(facts.get("by", "the schedule")), bool(facts.get("anyway"))
        )

    async def _open(self, run: KeptRun, wish: DrillWish) -> list[Ring]:
        try:
            rings = self.plan(wish, run.id)
        except DrillRefusedError as refusal:
            log.warning("drill.refused", why=str(refusal))
            return []
        await self._means.database.run(lambda session: add_rings(session, rings))
        return rings

    async def _one(self, run: KeptRun, ring: Ring, wish: DrillWish) -> None:
        if ring.is_over:
            return
        if ring.state is RingState.WAITING and (why := await self._hindrance(run, ring, wish)):
            skipped = replace(ring, state=RingState.SKIPPED, why=why)
            await self._means.database.run(lambda session: keep_ring(session, skipped))
            tell(self._means.feed, skipped, self._means.clock.now())
            return
        await self._ringer.ring(ring)
        await asyncio.sleep(PAUSE_S)

    async def _hindrance(self, run: KeptRun, ring: Ring, wish: DrillWish) -> str:
        """What stands against ringing it now; empty: nothing, any more."""
        waited_s = 0.0
        while run.id not in self._called_off and await self._means.is_wanted(ring.number):
            if waited_s >= PAGE_LIMIT_S:
                return Skipped.PAGE
            await asyncio.sleep(LOOK_S)
            waited_s += LOOK_S
        if run.id in self._called_off:
            return Skipped.CALLED_OFF
        if not wish.anyway and _closed(self._means.configuration(), self._means.clock.now()):
            return Skipped.CLOSED
        return ""

    def _report(self, session: Session, run: KeptRun, rings: list[Ring], wish: DrillWish) -> None:
        drill = self._means.configuration().duty.beforehand.drill
        if drill is None:
            return
        now, language = self._means.clock.now(), pick_language(drill.language)
        enqueue(
            session,
            template="duty-drill",
            language=drill.language,
            to=drill.to,
            variables={
                "who": wish.by,
                "about": wish.who,
                "started": run.started or run.due_at,
                "ended": now,
                "well": sum(ring.is_well for ring in rings),
                "silent": any(ring.state is RingState.SILENT for ring in rings),
                "rings": [
                    {
                        "title": ring.title,
                        "number": ring.number,
                        "is_well": ring.is_well,
                        "says": say_ring(ring, language),
                    }
                    for ring in rings
                ],
            },
            dedupe=f"drill:{run.id}",
            now=now,
        )


def _chosen(configuration: Configuration, who: str) -> list[Engineer]:
    """The engineers that are meant: a trigram, a team, or all. DrillRefusedError."""
    duty = configuration.duty
    if who.lower() == ALL:
        return list(duty.engineers)
    if who in duty.teams:
        return [duty.engineer(trigram) for trigram in duty.teams[who].members]
    found = [engineer for engineer in duty.engineers if engineer.trigram == who.upper()]
    if not found:
        known = ", ".join([*(each.trigram for each in duty.engineers), *duty.teams, ALL])
        raise DrillRefusedError(Sentence("neither-person-nor-team", name=who, names=known))
    return found


def _closed(configuration: Configuration, now: datetime) -> str:
    """Why no phone may be rung by a drill now; empty: they may."""
    drill = configuration.duty.beforehand.drill
    calendar = configuration.duty.calendars.get(drill.during) if drill else None
    if drill is None or calendar is None:
        return ""
    is_now, why = is_open(calendar, now)
    if is_now:
        return ""
    then, hours = Moment(now, configuration.duty.roster.zone), str(calendar)
    closed = Sentence("is-closed", at=then, calendar=drill.during, hours=hours, why=why)
    return Sentence("drill-while-open", calendar=drill.during, why=closed)


def _plan(
    configuration: Configuration,
    engineers: list[Engineer],
    run_id: str,
    ring_s: float,
    now: datetime,
    *,
    anyway: bool,
) -> Iterator[Ring]:
    away = {each.trigram for each in configuration.duty.leave if each.start <= now < each.end}
    seen: set[str] = set()
    seq = 0
    for engineer in engineers:
        entry = configuration.directory[engineer.entry]
        phones: list[Phone | None] = [phone for phone in entry.phones if phone.number not in seen]
        for phone in phones if entry.phones else [None]:
            ring = make_ring(run_id, RingKind.DRILL, seq, engineer, entry, phone, ring_s)
            if phone is not None:
                seen.add(phone.number)
                why = Skipped.LEAVE if engineer.trigram in away else _quiet(phone, now)
                if why and not anyway:
                    ring = replace(ring, state=RingState.SKIPPED, why=why)
            yield ring
            seq += 1


def _quiet(phone: Phone, now: datetime) -> str:
    return Skipped.QUIET if phone.quiet is not None and phone.quiet.holds(now) else ""


__all__ = ["ALL", "JOB", "DrillRefusedError", "DrillWish", "Drills"]
