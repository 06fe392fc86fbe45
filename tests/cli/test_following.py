"""What `dutyline trace --follow` chooses of the live feed, and how times are given to `--since`."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ivr.cli.spans import read_moment
from ivr.cli.tracing import _is_watched
from ivr.records.search import Search

BRUSSELS = ZoneInfo("Europe/Brussels")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_a_call_is_chosen_as_it_comes_in_and_followed_to_its_end() -> None:
    wanted, watched = Search(dialled="+3232055582"), set[str]()
    lines = [
        {"kind": "call", "call": "a", "to": "+3232055582", "caller": None, "brand": "fuzer"},
        {"kind": "call", "call": "b", "to": "+3232055542", "caller": None, "brand": "escaux"},
        {"kind": "hop", "call": "a"},
        {"kind": "hop", "call": "b"},
        {"kind": "page"},
        {"kind": "end", "call": "a"},
        {"kind": "hop", "call": "a"},
    ]
    assert [_is_watched(line, wanted, watched) for line in lines] == [
        True,
        False,
        True,
        False,
        False,
        True,
        False,
    ]


def test_times_as_people_say_them() -> None:
    assert read_moment("2h", "--since", BRUSSELS, NOW) == datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
    assert read_moment("7d", "--since", BRUSSELS, NOW) == datetime(2026, 11, 15, 12, 0, tzinfo=UTC)
    assert read_moment("2026-11-21", "--since", BRUSSELS) == datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
    assert read_moment("2026-11-21T18:00+00:00", "--since", BRUSSELS) == datetime(
        2026, 11, 21, 18, 0, tzinfo=UTC
    )
    with pytest.raises((SystemExit, RuntimeError)):
        read_moment("-3h", "--since", BRUSSELS)
