"""Moments as people say them: `friday 18:00`, `tomorrow`, `24 december 8:00`, `2026-12-24 18:00`, `in 2 h`.

Days and months are known in nl, fr, de and en. What lacks a date or a year lies ahead: the next Friday, the
next 24 December. A day alone is its beginning, or with `is_end` its end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from dialplan.faults import nearest_of
from dialplan.rotations import moment_of
from dialplan.sentences import Sentence
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
        "march mar mrt maart mars marz maerz",
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

FIRST_YEAR: Final = 1990
LAST_YEAR: Final = 2200
_CLOCK = re.compile(r"(\d{1,2})(?:[:.hu](\d{2})|[hu]|:)?")
_SAID_CLOCK = re.compile(r"\d{1,2}[:.hu]\d{2}(?::\d{2})?|\d{1,2}[hu]")
_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}))?\.?")
_LENGTH = re.compile(
    r"(\d+(?:[.,]\d+)?)\s*"
    r"(min|minutes?|minuten|minuut|m|h|hours?|uur|uren|u|heures?|std\.?|stunden?|d|days?|dag|dagen|jours?|tage?n?"
    r"|w|weeks?|week|weken|semaines?|wochen?)"
)
_AHEAD = re.compile(r"(?:in|over|dans|\+)\s*(.+)")
_UNITS: Final = {"m": 60, "h": 3600, "u": 3600, "s": 3600, "d": 86400, "j": 86400, "t": 86400, "w": 604800}
_LONGEST_S: Final = 10 * 366 * 86400
_PLAIN: Final = str.maketrans("éèêëàâäôöûüùïîç", "eeeeaaaoouuuiic")


class UnknownMoment(ValueError):  # noqa: N818 - it says what is so
    """What is no moment; the sentence shows how one is written."""

    def __init__(self, text: str, nearest: str = "") -> None:
        self.nearest = nearest
        more = Sentence("did-you-mean", nearest=nearest) if nearest else ""
        super().__init__(Sentence("no-time", text=text, more=more))


def parse_when(text: str, base: datetime, zone: str, *, is_end: bool = False) -> datetime:
    """The moment (UTC) that somebody means at `base` (aware), by the clock of `zone`. UnknownMoment.

    `is_end`: what ends then; a day alone counts in full, and a time alone is the next one after `base`.
    """
    said = " ".join(text.strip().lower().translate(_PLAIN).split())
    if said in NOW:
        return base.astimezone(UTC)
    try:
        moment = _ahead(said, base, zone) or _iso(said) or _by_the_clock(said, base, zone, is_end)
    except UnknownMoment as unknown:
        raise UnknownMoment(_short(text), unknown.nearest) from None
    except (ValueError, OverflowError):
        raise UnknownMoment(_short(text)) from None
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise UnknownMoment(_short(text))
    return moment


def parse_length_s(text: str) -> float | None:
    """A length of time as people say it, in seconds: `2 h`, `3 dagen`, `1 semaine`; None: it is none."""
    found = _LENGTH.fullmatch(" ".join(text.strip().lower().translate(_PLAIN).split()))
    return _length(found)[0] if found else None


def _by_the_clock(said: str, base: datetime, zone: str, is_end: bool) -> datetime:
    here = base.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    day, minutes, is_fixed = _read(said, here)
    moment = _at(day, minutes, is_end, zone)
    if moment <= base and not is_fixed:
        moment = _at(day + timedelta(days=_step(said)), minutes, is_end, zone)
    return moment


def _short(text: str) -> str:
    """What somebody wrote, in the length in which it can be said."""
    return text.strip()[:60]


def _read(said: str, here: datetime) -> tuple[date, int | None, bool]:
    """The day, the minutes since its midnight (None: none were said), and whether the day was said fully."""
    words = [word for word in re.split(r"[\s,]+|(?<=\d)t(?=\d)", said) if word]
    found = _Found(here, here.date(), any(word in NEXT for word in words))
    for word in words:
        if word not in FILLERS and word not in NEXT:
            found.take(word)
    return found.done(said)


@dataclass(slots=True)
class _Found:
    """What the words that were read so far mean, at `here` by the clock."""

    here: datetime
    day: date
    is_next: bool
    minutes: int | None = None
    month: int = 0
    numbers: list[int] = field(default_factory=list)
    has_day: bool = False
    is_fixed: bool = False

    def take(self, word: str) -> None:
        """One word more. UnknownMoment, with the nearest one that is known."""
        if not (self._name(word) or self._date(word) or self._clock(word) or self._number(word)):
            raise UnknownMoment(word, nearest_of(word, _known()))

    def done(self, said: str) -> tuple[date, int | None, bool]:
        """All words are read."""
        if self.month:
            self._dated_by_month(said)
        if self.numbers and self.minutes is None and self.has_day:
            self.minutes = _clock(str(self.numbers.pop(0)))
        if self.numbers or (not self.has_day and self.minutes is None):
            raise UnknownMoment(said)
        return self.day, self.minutes, self.is_fixed

    def _name(self, word: str) -> bool:
        if word in AWAY:
            self._is(self.here.date() + timedelta(days=AWAY[word]), is_fixed=True)
        elif word in MONTHS and (self.numbers or word not in DAYS):
            # `mar` is Tuesday in French, and March after a number
            self.month = MONTHS[word]
        elif word in DAYS:
            ahead = (DAYS[word] - self.here.weekday()) % 7
            self._is(self.here.date() + timedelta(days=ahead or 7 * self.is_next), is_fixed=False)
        elif word in CLOCKS:
            self.minutes = CLOCKS[word]
        else:
            return False
        return True

    def _date(self, word: str) -> bool:
        if found := _ISO_DAY.fullmatch(word):
            self._is(date(int(found[1]), int(found[2]), int(found[3])), is_fixed=True)
        elif (found := _DAY.fullmatch(word)) and not _SAID_CLOCK.fullmatch(word):
            self._is(_dated(int(found[1]), int(found[2]), found[3], self.here), is_fixed=bool(found[3]))
        else:
            return False
        return True

    def _clock(self, word: str) -> bool:
        if _SAID_CLOCK.fullmatch(word):
            self.minutes = _clock(word)
            return True
        return False

    def _number(self, word: str) -> bool:
        digits = "1" if word == "1er" else word.rstrip(".")
        if digits.isdecimal() and len(word) <= 5:
            self.numbers.append(int(digits))
            return True
        return False

    def _dated_by_month(self, said: str) -> None:
        if not self.numbers:
            raise UnknownMoment(said)
        day, *others = self.numbers
        year = next((each for each in others if each > 31), 0)
        self._is(_dated(day, self.month, str(year) if year else None, self.here), is_fixed=bool(year))
        self.numbers = [each for each in others if each != year]

    def _is(self, day: date, *, is_fixed: bool) -> None:
        self.day, self.has_day, self.is_fixed = day, True, is_fixed


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
    ahead = _AHEAD.fullmatch(said)
    found = _LENGTH.fullmatch(ahead[1]) if ahead else None
    if found is None:
        return None
    seconds, unit = _length(found)
    if seconds > _LONGEST_S:
        raise UnknownMoment(said)
    if unit < 86400 or seconds % 86400:
        return base.astimezone(UTC) + timedelta(seconds=seconds)
    # so many days on, by the clock: on the nights when it is changed as well
    wall = base.astimezone(ZoneInfo(zone)).replace(tzinfo=None) + timedelta(seconds=seconds)
    return moment_of(wall, zone)


def _length(found: re.Match[str]) -> tuple[float, int]:
    """The seconds that are meant, and those of their unit."""
    unit = _UNITS["w" if found[2].startswith("semaine") else found[2][0]]
    return float(found[1].replace(",", ".")) * unit, unit


def _iso(said: str) -> datetime | None:
    """With its zone, as programs write it."""
    try:
        found = datetime.fromisoformat(said.upper())
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else None


def _known() -> Iterator[str]:
    yield from (*DAYS, *MONTHS, *AWAY, *CLOCKS, *NOW)


__all__ = ["UnknownMoment", "parse_length_s", "parse_when"]
