"""Times as people write them: durations, clock times, windows of a day, days of the week, dates.

Every function raises `ValueError` with a sentence that says what was expected.
"""

from __future__ import annotations

import re
from datetime import date

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
DAYS_IN = {
    "nl": ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    "en": DAY_NAMES,
}
MONTHS_IN = {
    "nl": (
        "januari", "februari", "maart", "april", "mei", "juni",
        "juli", "augustus", "september", "oktober", "november", "december",
    ),
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin",
        "juillet", "août", "septembre", "octobre", "novembre", "décembre",
    ),
    "de": (
        "Januar", "Februar", "März", "April", "Mai", "Juni",
        "Juli", "August", "September", "Oktober", "November", "Dezember",
    ),
    "en": MONTH_NAMES,
}  # fmt: skip
DAY_MINUTES = 24 * 60

_DURATION = re.compile(r"^(\d+(?:\.\d+)?)\s*(ms|s|sec|seconds?|min|minutes?|h|hours?)$")
_UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_CLOCK = re.compile(r"^([01]?\d|2[0-4]):([0-5]\d)$")


def parse_duration_s(text: str) -> float:
    """`25 s`, `10 min`, `1 h` -> seconds."""
    found = _DURATION.match(text.strip().lower())
    if found is None:
        raise ValueError(f'"{text}" is not a duration; write it with its unit, as in "25 s" or "10 min"')
    unit = found.group(2)
    return float(found.group(1)) * _UNITS_S["ms" if unit == "ms" else unit[0]]


def parse_clock_min(text: str) -> int:
    """`08:00` -> minutes since midnight; `24:00` is the end of the day."""
    found = _CLOCK.match(text.strip())
    minutes = int(found.group(1)) * 60 + int(found.group(2)) if found else -1
    if not 0 <= minutes <= DAY_MINUTES:
        raise ValueError(f'"{text}" is not a time of day; write it as in "08:00"')
    return minutes


def parse_window_min(text: str) -> tuple[int, int]:
    """`08:00-18:00` -> minutes since midnight. An end before its start lies on the next day (end > 1440)."""
    start_text, dash, end_text = text.partition("-")
    if not dash:
        raise ValueError(f'"{text}" is not a window; write it as in "08:00-18:00"')
    start, end = parse_clock_min(start_text), parse_clock_min(end_text)
    if start in (end, DAY_MINUTES):
        raise ValueError(f'"{text}" has no length; a whole day is "00:00-24:00"')
    return (start, end) if end > start else (start, end + DAY_MINUTES)


def parse_windows_min(text: str) -> tuple[tuple[int, int], ...]:
    """`08:00-12:00, 13:00-17:00` -> windows; `closed` -> none."""
    if text.strip().lower() == "closed":
        return ()
    return tuple(parse_window_min(part) for part in text.split(","))


def parse_day(text: str) -> int:
    """`Mon` or `Monday` -> 0 ... 6."""
    short = text.strip().lower()
    for number, name in enumerate(DAY_NAMES):
        if short in (name.lower(), name[:3].lower()):
            return number
    raise ValueError(f'"{text.strip()}" is not a day; write {", ".join(DAYS)}')


def parse_days(text: str) -> frozenset[int]:
    """`Mon-Fri`, `Sat, Sun`, `Sat-Mon`, `every day` -> days of the week, Monday is 0."""
    if text.strip().lower() in ("every day", "daily"):
        return frozenset(range(7))
    days: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.partition("-")
        start, end = parse_day(first), parse_day(last if dash else first)
        days.update((start + step) % 7 for step in range((end - start) % 7 + 1))
    return frozenset(days)


def parse_date(text: str) -> date:
    """`2026-12-24` -> a date."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f'"{text}" is not a date; write it as in "2026-12-24"') from None


def say_clock(minutes: int) -> str:
    """Minutes since midnight -> `08:00`; the end of a day is `24:00`."""
    inside = minutes if minutes <= DAY_MINUTES else minutes - DAY_MINUTES
    return f"{inside // 60:02}:{inside % 60:02}"


def say_window(window: tuple[int, int]) -> str:
    """A window of the day -> `08:00-18:00`."""
    return f"{say_clock(window[0])}-{say_clock(window[1])}"


def say_days(days: frozenset[int]) -> str:
    """Days of the week -> `Mon-Fri`, `Sat, Sun`, `every day`."""
    if len(days) == 7:
        return "every day"
    runs: list[list[int]] = []
    for day in sorted(days):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(_say_run(run) for run in runs)


def say_date(day: date) -> str:
    """A date -> `15 August`."""
    return f"{day.day} {MONTH_NAMES[day.month - 1]}"


def say_duration(seconds: float) -> str:
    """Seconds -> `25 s`, `10 min`."""
    if seconds >= 120 and seconds % 60 == 0:
        return f"{seconds / 60:g} min"
    return f"{seconds:g} s"


def _say_run(run: list[int]) -> str:
    if len(run) == 1:
        return DAYS[run[0]]
    return f"{DAYS[run[0]]}{', ' if len(run) == 2 else '-'}{DAYS[run[-1]]}"
