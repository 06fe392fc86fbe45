"""Days out of the ordinary: own days by date, by the year, by Easter or by their place in the month; and the
official holidays of countries and their regions.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Final, TypeAlias

from dialplan.sentences import Sentence
from dialplan.times import DAY_NAMES, MONTH_NAMES, say_date

Windows: TypeAlias = tuple[tuple[int, int], ...]

ENGLISH: Final = "en_US"
"""What the library calls the language of names."""
PUBLIC: Final = "public"
"""The category of holidays that everybody has off."""

ORDINALS: Final[Mapping[int, str]] = {
    1: "first",
    2: "second",
    3: "third",
    4: "fourth",
    5: "fifth",
    -1: "last",
}
_ADJECTIVES = {
    "AT": "Austrian", "BE": "Belgian", "CH": "Swiss", "DE": "German", "ES": "Spanish", "FR": "French",
    "GB": "British", "IE": "Irish", "IT": "Italian", "LU": "Luxembourgish", "NL": "Dutch", "US": "American",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class EasterDays:
    """Days counted from Easter Sunday: -2 is Good Friday, 1 Easter Monday, 39 Ascension Day."""

    first: int
    last: int

    def has(self, day: date) -> bool:
        """Whether the day is one of these."""
        return any(self.first <= (day - _easter(year)).days <= self.last for year in (day.year - 1, day.year))

    def __str__(self) -> str:
        first, last = (f"Easter{number:+}" if number else "Easter" for number in (self.first, self.last))
        return first if first == last else f"{first} to {last}"


@dataclass(frozen=True, slots=True)
class MonthDays:
    """A day of the week by its place in the month: `nth` from 1, -1 is the last; `month` 0: every month."""

    nth: int
    weekday: int
    month: int = 0

    def has(self, day: date) -> bool:
        """Whether the day is one of these."""
        if day.weekday() != self.weekday or self.month not in (0, day.month):
            return False
        if self.nth < 0:
            return (day + timedelta(days=7)).month != day.month
        return (day.day - 1) // 7 + 1 == self.nth

    def __str__(self) -> str:
        month = MONTH_NAMES[self.month - 1] if self.month else "every month"
        return f"{ORDINALS[self.nth]} {DAY_NAMES[self.weekday]} of {month}"

    def said(self) -> Sentence:
        """The same, in any language."""
        nth, day = Sentence(f"nth-{self.nth}"), Sentence(f"day-{self.weekday}")
        if not self.month:
            return Sentence("nth-day", nth=nth, day=day)
        return Sentence("nth-day-of-month", nth=nth, day=day, month=Sentence(f"month-{self.month}"))


@dataclass(frozen=True, slots=True)
class OwnDay:
    """A day, or a run of days, with its own hours (none: closed). `yearly`: whatever the year.

    A yearly one keeps its month and day in the leap year 2000; its end may lie before its start
    (24 December to 2 January). With a `rule` the dates mean nothing.
    """

    first: date
    last: date
    hours: Windows
    title: str = ""
    yearly: bool = False
    rule: EasterDays | MonthDays | None = None

    def has(self, day: date) -> bool:
        """Whether the day is one of these."""
        if self.rule is not None:
            return self.rule.has(day)
        if not self.yearly:
            return self.first <= day <= self.last
        same = date(2000, day.month, day.day)
        if self.first <= self.last:
            return self.first <= same <= self.last
        return same >= self.first or same <= self.last

    @property
    def when(self) -> str:
        """Which days these are, for people."""
        if self.rule is not None:
            return str(self.rule)
        first, last = (say_date(day) if self.yearly else day.isoformat() for day in (self.first, self.last))
        return first if first == last else f"{first} to {last}"


@dataclass(frozen=True, slots=True)
class Region:
    """A country (ISO 3166), or a part of one, whose holidays are kept."""

    country: str
    subdivision: str = ""

    def __str__(self) -> str:
        return f"{self.country}-{self.subdivision}" if self.subdivision else self.country


@lru_cache(maxsize=128)
def _easter(year: int) -> date:
    from dateutil.easter import easter

    found: date = easter(year)
    return found


def holiday_name(
    country: str,
    subdivision: str,
    day: date,
    categories: tuple[str, ...] = (PUBLIC,),
    language: str = ENGLISH,
) -> str | None:
    """The name of the official holiday on a day; None on any other day. In English where the country's
    holidays have no names in that language."""
    return _holidays(country, subdivision, categories, day.year, language).get(day)


@lru_cache(maxsize=1)
def _library() -> ModuleType:
    """The library, imported when it is asked for.

    Its package of countries imports all 250 of them at once, which takes longer than a simulation. It is
    given its place without being run: the library itself asks for each country by its own module.
    """
    spec = find_spec("holidays")
    if spec is not None and spec.submodule_search_locations and "holidays.countries" not in sys.modules:
        package = ModuleType("holidays.countries")
        package.__path__ = [f"{place}/countries" for place in spec.submodule_search_locations]
        sys.modules["holidays.countries"] = package
    return import_module("holidays")


Year: TypeAlias = tuple[str, str, tuple[str, ...], int, str]
"""Country, subdivision, categories, year, language of the names."""
_YEARS: dict[Year, dict[date, str]] = {}
_MOST_YEARS: Final = 512


def _holidays(
    country: str, subdivision: str, categories: tuple[str, ...], year: int, language: str = ENGLISH
) -> dict[date, str]:
    """The holidays of a year. Raises NotImplementedError for a country or subdivision nobody knows, and
    ValueError for a category it does not have."""
    key = (country, subdivision, categories, year, language)
    known = _YEARS.get(key)
    if known is None:
        found = _library().country_holidays(
            country, subdiv=subdivision or None, years=year, language=language, categories=categories
        )
        if len(_YEARS) >= _MOST_YEARS:
            _YEARS.clear()
        known = _YEARS[key] = dict(found.items())
    return known


def years_known(*more: int) -> dict[Year, dict[date, str]]:
    """The holidays that have been asked for, and those of the same places in some years more."""
    for country, subdivision, categories, _, language in list(_YEARS):
        for year in more:
            _holidays(country, subdivision, categories, year, language)
    return dict(_YEARS)


def know_years(years: Mapping[Year, dict[date, str]]) -> None:
    """Take over what `years_known` said: the library is not imported for them."""
    _YEARS.update(years)


def knows_holidays(country: str, subdivision: str, categories: tuple[str, ...] = (PUBLIC,)) -> bool:
    """Whether the holidays of this country and subdivision are known."""
    try:
        _holidays(country, subdivision, categories, 2026)
    except (NotImplementedError, KeyError, ValueError):
        return False
    return True


def subdivisions_of(country: str) -> tuple[str, ...]:
    """The parts of a country whose own holidays are known."""
    kind = getattr(_library(), country, None)
    return tuple(getattr(kind, "subdivisions", ()))


def categories_of(country: str) -> tuple[str, ...]:
    """The kinds of holidays that are known of a country."""
    kind = getattr(_library(), country, None)
    return tuple(sorted(getattr(kind, "supported_categories", ())))


def adjective(country: str) -> str:
    """`BE` -> Belgian; the code itself for a country without a word of its own here."""
    return _ADJECTIVES.get(country, country)
