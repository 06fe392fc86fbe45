"""The ledger of fair nights: who was woken how often, who had the nights and the holidays, and who rests.

Pure: rings (rows of attempts) and the duty go in, one `Nights` for each engineer comes out. Rings that follow
one another within half an hour are one wake-up. What the roster says of the past is what it says today.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialplan.covering import firsts_of
from dialplan.days import holiday_name
from dialplan.model import Configuration, Entry
from dialplan.roster import Stretch, stretches_between
from dialplan.rotations import moment_of
from ivr.storage import Attempt as Row
from ivr.storage import AttemptState

ONE_WAKING: Final = timedelta(minutes=30)
USUAL_DAYS: Final = 90
NEVER_RANG: Final = frozenset(
    {AttemptState.NETWORK, AttemptState.UNKNOWN_NUMBER, AttemptState.BUSY, AttemptState.LOST}
)
PICKED_UP: Final = frozenset(
    {AttemptState.ANSWERED, AttemptState.ACCEPTED, AttemptState.PASSED, AttemptState.TAKEN}
)


@dataclass(frozen=True, slots=True)
class Rung:
    """One ring of a phone of somebody's (`entry`: of the directory)."""

    entry: str
    number: str
    at: datetime
    is_answered: bool


@dataclass(frozen=True, slots=True)
class Nights:
    """One engineer: wake-ups, rings at night and those of them that were answered, nights and holidays on
    duty, when he was woken last, and the hours since then (None: not in this time)."""

    trigram: str
    entry: str
    wakings: int = 0
    rings: int = 0
    answered: int = 0
    nights: int = 0
    holidays: int = 0
    last_woken: datetime | None = None
    rested_h: float | None = None

    def to_json(self) -> dict[str, Any]:
        """For the command line."""
        return {
            "who": self.trigram,
            "wakings": self.wakings,
            "rings": self.rings,
            "answered": self.answered,
            "nights": self.nights,
            "holidays": self.holidays,
            "last_woken": self.last_woken.isoformat() if self.last_woken else None,
            "rested_h": None if self.rested_h is None else round(self.rested_h, 1),
        }


def nights_of(
    configuration: Configuration, rings: Sequence[Rung], start: datetime, now: datetime
) -> tuple[Nights, ...]:
    """The ledger from `start` until `now` (both aware), in the order of the engineers."""
    woken = wakings(configuration, rings)
    served = _Served(configuration, start, now)
    found: list[Nights] = []
    for engineer in configuration.duty.engineers:
        mine = woken.get(engineer.entry, _Woken())
        last = mine.moments[-1] if mine.moments else None
        found.append(
            Nights(
                engineer.trigram,
                engineer.entry,
                wakings=len(mine.moments),
                rings=mine.rings,
                answered=mine.answered,
                nights=served.nights.get(engineer.trigram, 0),
                holidays=served.holidays.get(engineer.trigram, 0),
                last_woken=last,
                rested_h=None if last is None else (now - last).total_seconds() / 3600,
            )
        )
    return tuple(found)


@dataclass(slots=True)
class _Woken:
    """When somebody was woken: the first ring of each time."""

    moments: list[datetime] = field(default_factory=list)
    rings: int = 0
    answered: int = 0
    last: datetime | None = None


def wakings(configuration: Configuration, rings: Iterable[Rung]) -> Mapping[str, _Woken]:
    """By directory entry: rings at night, or in the quiet hours of the phone."""
    night, zone = configuration.duty.beforehand.night, configuration.duty.roster.zone
    found: dict[str, _Woken] = {}
    for ring in sorted(rings, key=lambda each: each.at):
        if not (night.holds(ring.at, zone) or _is_quiet(configuration.directory.get(ring.entry), ring)):
            continue
        woken = found.setdefault(ring.entry, _Woken())
        if woken.last is None or ring.at - woken.last > ONE_WAKING:
            woken.moments.append(ring.at)
        woken.last = ring.at
        woken.rings += 1
        woken.answered += ring.is_answered
    return found


def fair_order(entries: Sequence[str], woken: Mapping[str, float]) -> tuple[str, ...]:
    """Equals in a fair order: whoever was woken least comes first; of the same, as they stand."""
    return tuple(sorted(entries, key=lambda entry: woken.get(entry, 0)))


def read_rings(session: Session, since: datetime) -> list[Rung]:
    """The rings of pages since then that made a phone ring."""
    query = select(Row.entry, Row.number, Row.planned_at, Row.state).where(
        Row.planned_at >= since, Row.backup.is_(False), Row.state.not_in(NEVER_RANG)
    )
    return [
        Rung(row.entry, row.number, row.planned_at, row.state in PICKED_UP) for row in session.execute(query)
    ]


def _is_quiet(entry: Entry | None, ring: Rung) -> bool:
    phones = entry.phones if entry else ()
    return any(
        phone.number == ring.number and phone.quiet is not None and phone.quiet.holds(ring.at)
        for phone in phones
    )


class _Served:
    """Nights and holidays on which somebody was the first of a layer."""

    def __init__(self, configuration: Configuration, start: datetime, now: datetime) -> None:
        self.nights: dict[str, int] = {}
        self.holidays: dict[str, int] = {}
        duty = configuration.duty
        zone = duty.roster.zone
        self._stretches = stretches_between(duty, start, now)
        day = start.astimezone(ZoneInfo(zone)).date()
        while moment_of(datetime.combine(day, time()), zone) < now:
            begins, ends = duty.beforehand.night.of(day, zone)
            self._count(self.nights, max(begins, start), min(ends, now))
            if holiday_name(configuration.desk.country, "", day):
                self._count(self.holidays, *(max(start, min(now, each)) for each in _whole(day, zone)))
            day += timedelta(days=1)

    def _count(self, counts: dict[str, int], begins: datetime, ends: datetime) -> None:
        """Whoever was first for at least half of it had it."""
        held: dict[str, timedelta] = {}
        for stretch in self._stretches:
            common = _common(stretch, begins, ends)
            for trigram in firsts_of(stretch) if common > timedelta() else ():
                held[trigram] = held.get(trigram, timedelta()) + common
        for trigram, length in held.items():
            if length * 2 >= ends - begins:
                counts[trigram] = counts.get(trigram, 0) + 1


def _common(stretch: Stretch, begins: datetime, ends: datetime) -> timedelta:
    return max(timedelta(), min(stretch.end, ends) - max(stretch.start, begins))


def _whole(day: date, zone: str) -> tuple[datetime, datetime]:
    midnight = datetime.combine(day, time())
    return moment_of(midnight, zone), moment_of(midnight + timedelta(days=1), zone)


__all__ = ["USUAL_DAYS", "Nights", "Rung", "fair_order", "nights_of", "read_rings", "wakings"]
