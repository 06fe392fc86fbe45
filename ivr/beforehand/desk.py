"""Everything that is done before anybody calls, put together: jobs, phones that ring, what is asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import structlog

from dialplan.model import Configuration
from dialplan.sentences import Sentence, reason_in
from ivr.agi import AgiSession
from ivr.ami import AmiLink
from ivr.beforehand.drill import JOB as DRILL
from ivr.beforehand.drill import DrillRefusedError, Drills, DrillWish
from ivr.beforehand.forecasting import Forecasts
from ivr.beforehand.handshake import Handshakes
from ivr.beforehand.ringing import Means, Ringer
from ivr.beforehand.rings import Ring
from ivr.beforehand.telling import tell_forecast, tell_nights
from ivr.beforehand.wanted import Wanted
from ivr.clock import Clock
from ivr.duty.fairness import FairNights
from ivr.duty.hunt import Hunt
from ivr.feed import Feed
from ivr.notify.words import pick_language
from ivr.schedule import LOOK_S, Timetable, last_runs
from ivr.schedule.book import find_run
from ivr.storage import Database, RingKind, RunState

RING_LEGS: Final = tuple(f"{kind}-" for kind in RingKind)
"""How the ids of these legs begin, by which they are told from those of pages."""

log = structlog.get_logger(__name__)
Asked = Mapping[str, Any]
Act = Callable[[Asked], Awaitable[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class House:
    """What it needs of the service.

    `hunts`: of live pages; `cause_of`: number, since when, the switch's cause -> the carrier's; `learn`: told
    of a phone that was picked up, with a key or without.
    """

    database: Database
    link: AmiLink
    clock: Clock
    configuration: Callable[[], Configuration]
    feed: Feed
    hunts: Callable[[], Iterable[Hunt]]
    cause_of: Callable[[str, datetime, int], Awaitable[int]]
    learn: Callable[[Ring], Awaitable[None]]
    link_base: str
    box: str = ""
    """The name of this box among those that share the database."""


class BeforehandDesk:
    """One for the service."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.timetable = Timetable(house.database, house.clock, house.box)
        means = Means(
            database=house.database,
            link=house.link,
            clock=house.clock,
            configuration=house.configuration,
            feed=house.feed,
            cause_of=house.cause_of,
            is_wanted=Wanted(house.database, house.clock, house.hunts),
            learn=house.learn,
            at_of=self._time_of,
        )
        self.ringer = Ringer(means)
        self.drills = Drills(means, self.ringer, self.timetable)
        self.handshakes = Handshakes(means, self.ringer, self.timetable, house.link_base)
        self.forecasts = Forecasts(house.database, house.clock, house.configuration)
        self.fair = FairNights(house.database, house.clock, house.configuration)
        for job in (self.forecasts.job(), self.handshakes.job(), self.drills.job()):
            self.timetable.add(job)

    async def look(self) -> None:
        """Do what is due; every `LOOK_S` seconds."""
        await self.timetable.look()

    async def close(self) -> None:
        """Stop; what is being done is left to the next start, or to another box."""
        await self.timetable.close()

    async def talk(self, agi: AgiSession, leg_id: str) -> None:
        """The handler of a leg of ours that was picked up."""
        await self.ringer.talk(agi, leg_id)

    async def _time_of(self, ring: Ring) -> str:
        return await self.handshakes.time_of(ring) if ring.kind is RingKind.HANDSHAKE else ""

    def note(self) -> str:
        """For the health of the service: who leads, and what is done next."""
        if not self.timetable.has_looked:
            return "nothing was looked at yet"
        leads = "this box leads" if self.timetable.is_leader else "another box leads"
        if not self.timetable.upcoming:
            return f"{leads}; nothing is scheduled"
        at, name = self.timetable.upcoming[0]
        hours = max(0.0, (at - self._house.clock.now()).total_seconds() / 3600)
        return f"{leads}; next: {name} in {hours:.1f} h"

    # -- what the command line asks

    def actions(self) -> dict[str, Act]:
        """By name; each takes and gives JSON."""
        return {
            "schedule": self._show_schedule,
            "forecast": self._show_forecast,
            "drill": self._begin_drill,
            "drill-plan": self._plan_drill,
            "drill-show": self._show_drill,
            "drill-off": self._call_off,
            "run-show": self._show_run,
            "nights": self._show_nights,
        }

    async def _show_schedule(self, asked: Asked) -> Mapping[str, Any]:
        return {
            "zone": self._zone(),
            **await self.timetable.view(int(asked.get("last", 20)), _language(asked)),
        }

    def _zone(self) -> str:
        return self._house.configuration().duty.roster.zone

    async def _show_forecast(self, asked: Asked) -> Mapping[str, Any]:
        return tell_forecast(self._house.configuration(), asked, self._house.clock.now())

    async def _begin_drill(self, asked: Asked) -> Mapping[str, Any]:
        try:
            run = await self.drills.start(_wish(asked))
        except DrillRefusedError as refusal:
            return {"error": reason_in(refusal, _language(asked))}
        return {"run": run.id}

    async def _plan_drill(self, asked: Asked) -> Mapping[str, Any]:
        try:
            rings = self.drills.plan(_wish(asked))
        except DrillRefusedError as refusal:
            return {"error": reason_in(refusal, _language(asked))}
        return {"rings": [ring.to_json() for ring in rings]}

    async def _show_drill(self, asked: Asked) -> Mapping[str, Any]:
        """How one stands; without an id, the last."""
        return await self._show_run(asked, DRILL)

    async def _show_run(self, asked: Asked, job: str = "") -> Mapping[str, Any]:
        """A run, and the phones that it has rung."""
        wanted = str(asked.get("run", ""))
        run = await self._house.database.read(
            lambda session: (
                find_run(session, wanted) if wanted else next(iter(last_runs(session, 1, job)), None)
            )
        )
        if run is None:
            key = "no-run" if wanted else "no-drill-yet" if job else "no-run-yet"
            return {"error": Sentence(key, name=wanted).said_in(_language(asked))}
        rings = await self.drills.rings(run.id)
        is_over = run.state is not RunState.RUNNING
        told = [ring.to_json() for ring in rings]
        return {"zone": self._zone(), **run.to_json(_language(asked)), "over": is_over, "rings": told}

    async def _call_off(self, asked: Asked) -> Mapping[str, Any]:
        self.drills.call_off(str(asked.get("run", "")))
        return {"called_off": str(asked.get("run", ""))}

    async def _show_nights(self, asked: Asked) -> Mapping[str, Any]:
        house = self._house
        return await tell_nights(house.database, house.configuration(), asked, house.clock.now())


def _language(asked: Asked) -> str:
    return pick_language(str(asked.get("language") or "en"))


def _wish(asked: Asked) -> DrillWish:
    return DrillWish(
        str(asked.get("who") or "all"), str(asked.get("by") or "a command"), bool(asked.get("anyway"))
    )


__all__ = ["LOOK_S", "RING_LEGS", "BeforehandDesk", "House"]
