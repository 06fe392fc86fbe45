"""Moments as people say them: `friday 18:00`, `tomorrow`, `24 december 8:00`, `2026-12-24 18:00`, `in 2 h`.

Days and months are known in nl, fr, de and en. What lacks a date or a year lies ahead: the next Friday, the
next 24 December. A day alone is its beginning, or with `is_end` its end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from dialplan.faults import nearest_of
from dialplan.rotations import moment_of
from dialplan.times import DAY_MINUTES

DAYS: Final[Mapping[str, int]] = {
    name: number
    for number, names in enumerate((
        "monday mon maandag ma lundi lun montag",
        "tuesday tue tues dinsdag di mardi mar dienstag",
        "wednesday wed woensdag wo mercredi mer mittwoch mi",
        "thursday thu thurs donderdag do jeudi jeu donnerstag",
        "friday fri vrijdag vr vendredi ven freitag fr",
        "saturday sat zaterdag za samedi sam samstag sonnabend sa",
        "sunday sun zondag zo dimanche dim sonntag so",
    ))
    for name in names.split()
}  # fmt: skip
MONTHS: Final[Mapping[str, int]] = {
    name: number
    for number, names in enumerate((
        "january jan januari janvier januar",
        "february feb februari fevrier fev februar",
        "march mrt maart mars marz maerz",
        "april apr avril avr",
        "may mei mai",
        "june jun juni juin",
        "july jul juli juillet juil",
        "august aug augustus aout",
        "september sep sept septembre",
        "october oct oktober okt octobre",
        "november nov novembre",
        "december dec decembre dezember dez",
    ), 1)
    for name in names.split()
}  # fmt: skip
AWAY: Final[Mapping[str, int]] = {
    "yesterday": -1, "gisteren": -1, "hier": -1, "gestern": -1,
    "today": 0, "vandaag": 0, "aujourd'hui": 0, "heute": 0, "tonight": 0,
    "tomorrow": 1, "morgen": 1, "demain": 1,
    "overmorgen": 2, "apres-demain": 2, "ubermorgen": 2, "uebermorgen": 2,
}  # fmt: skip
NOW: Final = ("now", "nu", "maintenant", "jetzt")
CLOCKS: Final[Mapping[str, int]] = {
    "noon": 720, "middag": 720, "midi": 720, "mittag": 720,
    "midnight": DAY_MINUTES, "middernacht": DAY_MINUTES, "minuit": DAY_MINUTES, "mitternacht": DAY_MINUTES,
}  # fmt: skip
NEXT: Final = ("next", "volgende", "prochain", "nachsten", "naechsten")
FILLERS: Final = ("at", "om", "op", "a", "le", "um", "am", "the", "of", "de", "on", "uhr", "uur", "uren", "h")

_CLOCK = re.compile(r"(\d{1,2})(?:[:.hu](\d{2})|[hu]|:)?")
_SAID_CLOCK = re.compile(r"\d{1,2}[:.hu]\d{2}(?::\d{2})?|\d{1,2}[hu]")
_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}))?\.?")
_AHEAD = re.compile(
    r"(?:in|over|dans|\+)\s*(\d+(?:[.,]\d+)?)\s*"
    r"(min|minutes?|minuten|m|h|hours?|uur|uren|u|heures?|stunden?|d|days?|dag|dagen|jours?|tagen?"
    r"|w|weeks?|week|weken|semaines?|wochen?)"
)
_UNITS: Final = {"m": 60, "h": 3600, "u": 3600, "s": 3600, "d": 86400, "j": 86400, "t": 86400, "w": 604800}
_LONGEST_S: Final = 10 * 366 * 86400
_PLAIN: Final = str.maketrans("éèêëàâäôöûüùïîç", "eeeeaaaoouuuiic")


class UnknownMoment(ValueError):  # noqa: N818 - it says what is so
    """What is no moment; the sentence shows how one is written."""

    def __init__(self, text: str, nearest: str = "") -> None:
        self.nearest = nearest
        hint = f'; did you mean "{nearest}"?' if nearest else ""
        super().__init__(
            f'"{text}" is no time; write it as in "friday 18:00", "tomorrow 8:00", "2026-12-24 18:00" '
            f'or "in 2 h"{hint}'
        )


def parse_when(text: str, base: datetime, zone: str, *, is_end: bool = False) -> datetime:
    """The moment (UTC) that somebody means at `base` (aware), by the clock of `zone`. UnknownMoment.

    `is_end`: what ends then; a day alone counts in full, and a time alone is the next one after `base`.
    """
    said = " ".join(text.strip().lower().translate(_PLAIN).split())
    if said in NOW:
        return base.astimezone(UTC)
    found = _ahead(said, base, zone) or _iso(said)
    if found is not None:
        return found
    here = base.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    try:
        day, minutes, is_fixed = _read(said, here)
    except UnknownMoment as unknown:
        raise UnknownMoment(text.strip(), unknown.nearest) from None
    except (ValueError, OverflowError):
        raise UnknownMoment(text.strip()) from None
    moment = _at(day, minutes, is_end, zone)
    if moment <= base and not is_fixed:
        moment = _at(day + timedelta(days=_step(said)), minutes, is_end, zone)
    return moment


def _read(said: str, here: datetime) -> tuple[date, int | None, bool]:
    """The day, the minutes since its midnight (None: none were said), and whether the day was said fully."""
    day, is_fixed = here.date(), False
    minutes: int | None = None
    has_day = False
    words = [word for word in re.split(r"[\s,]+|(?<=\d)t(?=\d)", said) if word]
    numbers: list[int] = []
    month = 0
    for word in words:
        if word in FILLERS or word in NEXT:
            continue
        if word in AWAY:
            day, has_day, is_fixed = here.date() + timedelta(days=AWAY[word]), True, True
        elif word in MONTHS and (numbers or word not in DAYS):
            month = MONTHS[word]
        elif word in DAYS:
            ahead = (DAYS[word] - here.weekday()) % 7
            if not ahead and _is_next(words):
                ahead = 7
            day, has_day = here.date() + timedelta(days=ahead), True
        elif word in CLOCKS:
            minutes = CLOCKS[word]
        elif found := _ISO_DAY.fullmatch(word):
            day, has_day, is_fixed = date(int(found[1]), int(found[2]), int(found[3])), True, True
        elif _SAID_CLOCK.fullmatch(word):
            minutes = _clock(word)
        elif found := _DAY.fullmatch(word):
            day, has_day = _dated(int(found[1]), int(found[2]), found[3], here), True
            is_fixed = bool(found[3])
        elif word.rstrip(".").isdecimal() and len(word) <= 5:
            numbers.append(int(word.rstrip(".")))
        else:
            raise UnknownMoment(word, nearest_of(word, _known()))
    if month:
        if not numbers:
            raise UnknownMoment(said)
        year = next((each for each in numbers if each > 31), 0)
        day, has_day = _dated(numbers[0], month, str(year) if year else None, here), True
        is_fixed, numbers = bool(year), [each for each in numbers[1:] if each != year]
    if numbers and minutes is None and has_day:
        minutes = _clock(str(numbers.pop(0)))
    if numbers or (not has_day and minutes is None):
        raise UnknownMoment(said)
    return day, minutes, is_fixed


def _dated(day: int, month: int, year: str | None, here: datetime) -> date:
    if year:
        return date(int(year), month, day)
    found = _in_year(day, month, here.year)
    return found if found >= here.date() else _in_year(day, month, here.year + 1)


def _in_year(day: int, month: int, year: int) -> date:
    """29 February is that of the next leap year."""
    while (day, month) == (29, 2) and not _is_leap(year):
        year += 1
    return date(year, month, day)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _clock(word: str) -> int:
    found = _CLOCK.fullmatch(word.removesuffix(":00") if word.count(":") == 2 else word)
    hours, minutes = (int(found[1]), int(found[2] or 0)) if found else (99, 0)
    if hours > 24 or minutes > 59 or hours * 60 + minutes > DAY_MINUTES:
        raise UnknownMoment(word)
    return hours * 60 + minutes


def _at(day: date, minutes: int | None, is_end: bool, zone: str) -> datetime:
    if minutes is None:
        minutes = DAY_MINUTES if is_end else 0
    whole, rest = divmod(minutes, DAY_MINUTES)
    wall = datetime.combine(day, time(rest // 60, rest % 60)) + timedelta(days=whole)
    return moment_of(wall, zone)


def _step(said: str) -> int:
    """A day of the week that is over comes back in a week; a time of day tomorrow."""
    words = re.split(r"[\s,]+", said)
    if any(word in DAYS for word in words):
        return 7
    return 1 if _SAID_CLOCK.search(said) or any(word in CLOCKS for word in words) else 0


def _ahead(said: str, base: datetime, zone: str) -> datetime | None:
    found = _AHEAD.fullmatch(said)
    if found is None:
        return None
    unit = _UNITS["w" if found[2].startswith("semaine") else found[2][0]]
    seconds = float(found[1].replace(",", ".")) * unit
    if seconds > _LONGEST_S:
        raise UnknownMoment(said)
    if unit < 86400 or seconds % 86400:
        return base.astimezone(UTC) + timedelta(seconds=seconds)
    # so many days on, by the clock: on the nights when it is changed as well
    wall = base.astimezone(ZoneInfo(zone)).replace(tzinfo=None) + timedelta(seconds=seconds)
    return moment_of(wall, zone)


def _iso(said: str) -> datetime | None:
    """With its zone, as programs write it."""
    try:
        found = datetime.fromisoformat(said.upper())
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else None


def _is_next(words: list[str]) -> bool:
    return any(word in NEXT for word in words)


def _known() -> Iterator[str]:
    yield from (*DAYS, *MONTHS, *AWAY, *CLOCKS, *NOW)


__all__ = ["UnknownMoment", "parse_when"]
