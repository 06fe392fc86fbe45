"""Own days of a calendar as they are written.

12-24                       every year
2027-07-12..2027-07-16      once
easter+1                    Easter Monday; easter-2..easter+1
last Fri of every month     third Friday of May
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from dialplan.days import ORDINALS, EasterDays, MonthDays
from dialplan.faults import nearest_of
from dialplan.reading import Wrong
from dialplan.times import MONTH_NAMES, parse_date, parse_day

LONGEST_FROM_EASTER = 200

_YEARLY = re.compile(r"^(\d{2})-(\d{2})$")
_EASTER = re.compile(r"^easter\s*(?:([+-])\s*(\d{1,3}))?$")
_MONTH_DAY = re.compile(r"^(?P<nth>[a-z0-9]+)\s+(?P<day>[a-z]+)\s+of\s+(?P<month>every month|[a-z]+)$")
_NTH = {name: number for number, name in ORDINALS.items()} | {
    "1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "5th": 5,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Days:
    """Which days an own day is."""

    first: date = date.min
    last: date = date.min
    yearly: bool = False
    rule: EasterDays | MonthDays | None = None


def parse_own_day(text: str) -> Days:
    """A date, a run of dates, days counted from Easter, or a day of the week by its place in the month."""
    small = text.strip().lower()
    if small.startswith("easter"):
        return Days(yearly=True, rule=_parse_easter(text))
    if " of " in small:
        return Days(yearly=True, rule=_parse_month_day(text))
    return Days(*parse_day_range(text))


def _parse_easter(text: str) -> EasterDays:
    """`easter`, `easter+1`, `easter-2..easter+1`."""
    numbers: list[int] = []
    for part in text.lower().split(".."):
        found = _EASTER.match(part.strip())
        number = int(f"{found[1] or '+'}{found[2] or 0}") if found else LONGEST_FROM_EASTER + 1
        if abs(number) > LONGEST_FROM_EASTER:
            raise Wrong(f'"{text}" is no day counted from Easter; write it as in "easter-2" or "easter+1"')
        numbers.append(number)
    if len(numbers) > 2 or numbers[-1] < numbers[0]:
        raise Wrong(f'"{text}" ends before it begins')
    return EasterDays(numbers[0], numbers[-1])


def _parse_month_day(text: str) -> MonthDays:
    """`last Fri of every month`, `third Friday of May`, `1st Mon of September`."""
    found = _MONTH_DAY.match(" ".join(text.lower().split()))
    nth = _NTH.get(found["nth"]) if found else None
    if found is None or nth is None:
        raise Wrong(f'"{text}" is no day of the month; write it as in "last Fri of every month"')
    return MonthDays(nth, parse_day(found["day"]), _parse_month(found["month"]))


def _parse_month(text: str) -> int:
    if text == "every month":
        return 0
    for number, name in enumerate(MONTH_NAMES, 1):
        if text in (name.lower(), name[:3].lower()):
            return number
    near = nearest_of(text, [name.lower() for name in MONTH_NAMES])
    raise Wrong(f'"{text}" is not a month; write its name, or "every month"', near)


def parse_day_range(text: str) -> tuple[date, date, bool]:
    """`2026-12-24`, `2026-12-24..2027-01-02`; without the year, every year: `12-24`, `12-24..01-02`."""
    first_text, dots, last_text = (part.strip() for part in text.partition(".."))
    first, first_yearly = _parse_day(first_text)
    last, last_yearly = _parse_day(last_text) if dots else (first, first_yearly)
    if first_yearly is not last_yearly:
        raise Wrong(f'"{text}" has a year on one side only')
    if not first_yearly and last < first:
        raise Wrong(f'"{text}" ends before it begins')
    return first, last, first_yearly


def _parse_day(text: str) -> tuple[date, bool]:
    found = _YEARLY.match(text)
    if found is None:
        return parse_date(text), False
    try:
        return date(2000, int(found[1]), int(found[2])), True
    except ValueError:
        raise Wrong(f'"{text}" is no day of the year; write month and day, as in "12-24"') from None
