"""What is done before anybody calls, as duty.yaml says it: `forecast`, `handshake`, `drill`, `nights`.

Each stands alone, and what does not stand there is not done.
"""

from __future__ import annotations

from typing import Final

from dialplan.beforehand import AskedBy, Beforehand, DrillPlan, ForecastPlan, HandshakePlan, Night
from dialplan.days import MonthDays
from dialplan.fields import duration, email, flag, identifier, member, spoken_language, whole
from dialplan.files.days import parse_own_day
from dialplan.files.layers import TEAM
from dialplan.nodes.calendar import CALENDAR
from dialplan.reading import Section, Wrong
from dialplan.times import DAY_MINUTES, parse_clock_min, parse_day, parse_window_min

NEVER: Final = "never"


def read_beforehand(section: Section) -> Beforehand:
    """All four."""
    start, end = section.get("nights", _parse_night, (Night().start_min, Night().end_min))
    night = Night(start, end)
    return Beforehand(_read_forecast(section), _read_handshake(section), _read_drill(section), night)


def _read_forecast(section: Section) -> ForecastPlan | None:
    row, usual = section.section("forecast"), ForecastPlan(())
    if row is None:
        return None
    found = ForecastPlan(
        to=row.list_of("to", email, is_needed=True),
        at_min=row.get("at", parse_clock_min, usual.at_min) % DAY_MINUTES,
        days=row.get("days", whole(1, 90), usual.days),
        language=row.get("language", spoken_language, usual.language),
        well_on=row.get("when_well", _parse_day_or_never, usual.well_on),
    )
    row.close()
    return found


def _parse_day_or_never(text: str) -> int:
    return -1 if text.strip().lower() == NEVER else parse_day(text)


def _read_handshake(section: Section) -> HandshakePlan | None:
    row, usual = section.section("handshake"), HandshakePlan(())
    if row is None:
        return None
    found = HandshakePlan(
        to=row.list_of("to", email, is_needed=True),
        before_s=row.get("before", duration(120, 12 * 3600), usual.before_s),
        by=row.get("by", member(AskedBy), usual.by),
        tries=row.get("tries", whole(1, 10), usual.tries),
        pause_s=row.get("pause", duration(5, 3600), usual.pause_s),
        ring_s=row.get("ring", duration(5, 120), usual.ring_s),
        in_quiet_hours=row.get("in_quiet_hours", flag, usual.in_quiet_hours),
        language=row.get("language", spoken_language, usual.language),
    )
    takes_s = found.tries * found.ring_s + (found.tries - 1) * found.pause_s
    if takes_s >= found.before_s:
        row.fault("before", f"is shorter than {found.tries} tries with their pauses take ({takes_s:g} s)")
    row.close()
    return found


def _read_drill(section: Section) -> DrillPlan | None:
    row, usual = section.section("drill"), DrillPlan(())
    if row is None:
        return None
    row.reading.places["beforehand", "drill"] = row.place
    nothing: tuple[MonthDays | None, int] = (None, usual.at_min)
    monthly, at_min = row.get("monthly", _parse_monthly, nothing)
    found = DrillPlan(
        to=row.list_of("to", email, is_needed=True),
        monthly=monthly,
        at_min=at_min,
        during=row.name("during", CALENDAR, is_needed=False, parse=identifier),
        team=row.name("team", TEAM, is_needed=False, parse=identifier),
        ring_s=row.get("ring", duration(5, 120), usual.ring_s),
        language=row.get("language", spoken_language, usual.language),
    )
    row.close()
    return found


def _parse_monthly(text: str) -> tuple[MonthDays | None, int]:
    """`first Tue 10:00`."""
    day, _, clock = text.strip().rpartition(" ")
    try:
        rule = parse_own_day(f"{day} of every month").rule
        minutes = parse_clock_min(clock)
    except ValueError:
        rule, minutes = None, 0
    if not isinstance(rule, MonthDays):
        raise Wrong(f'"{text}" is no day of every month; write it as in "first Tue 10:00"')
    return rule, minutes


def _parse_night(text: str) -> tuple[int, int]:
    start, end = parse_window_min(text)
    if end <= DAY_MINUTES:
        raise Wrong(f'"{text}" is no night: it ends on the day on which it begins')
    return start, end


__all__ = ["read_beforehand"]
