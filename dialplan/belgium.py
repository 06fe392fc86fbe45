"""The official holidays of Belgium, reckoned here: the library of all countries takes longer to import than
most commands take to answer. A test holds them equal to the library's.

Source: law of 4 January 1974 and royal decree of 18 April 1974; and two Sundays that the library has.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

FIRST_YEAR, LAST_YEAR = 1990, 2099
"""The years that the test looks at."""

_FIXED: Final = (
    (1, 1, "New Year's Day"),
    (5, 1, "Labor Day"),
    (7, 21, "National Day"),
    (8, 15, "Assumption Day"),
    (11, 1, "All Saints' Day"),
    (11, 11, "Armistice Day"),
    (12, 25, "Christmas Day"),
)
_AFTER_EASTER: Final = (
    (0, "Easter Sunday"),
    (1, "Easter Monday"),
    (39, "Ascension Day"),
    (49, "Pentecost"),
    (50, "Pentecost Monday"),
)


def belgian_holidays(year: int) -> dict[date, str]:
    """The holidays of a year with their names in English."""
    found = {date(year, month, day): name for month, day, name in _FIXED}
    for days, name in _AFTER_EASTER:
        day = easter_of(year) + timedelta(days=days)
        found[day] = f"{name}; {found[day]}" if day in found else name
    return found


def easter_of(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by the method of Meeus, Jones and Butcher."""
    golden, century = year % 19, year // 100
    skipped, corrected = century - century // 4, (8 * century + 13) // 25
    moon = (skipped - corrected + 19 * golden + 15) % 30
    moon -= moon // 28 * (1 - 29 // (moon + 1) * ((21 - golden) // 11))
    weekday = (year + year // 4 + moon + 2 - century + century // 4) % 7
    ahead = moon - weekday
    month = 3 + (ahead + 40) // 44
    return date(year, month, ahead + 28 - 31 * (month // 4))
