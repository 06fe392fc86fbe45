"""Belgian holidays are reckoned here for speed: they are those of the library."""

from __future__ import annotations

import holidays

from dialplan.belgium import FIRST_YEAR, LAST_YEAR, belgian_holidays


def test_they_are_those_of_the_library() -> None:
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        theirs = holidays.country_holidays("BE", years=year, language="en_US")
        assert belgian_holidays(year) == dict(theirs.items()), year
