"""The ledger of fair nights: who was woken, who had the nights, and who is rung first of equals."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from dialplan.calendars import WeekWindow
from dialplan.model import Configuration, Phone
from dialplan.quiet import Quiet
from dialplan.source import load
from ivr.clock import VirtualClock
from ivr.duty.fairness import FairNights
from ivr.duty.nights import Rung, fair_order, nights_of
from ivr.settings import ROOT
from ivr.storage import Attempt, AttemptState, Database
from ivr.storage import Page as PageRow

BRUSSELS = ZoneInfo("Europe/Brussels")
NOW = datetime(2026, 11, 29, 12, 0, tzinfo=BRUSSELS)
START = datetime(2026, 11, 16, 8, 0, tzinfo=BRUSSELS)
"""MAB has the first week, MSS the second."""


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load(ROOT / "config").configuration


def rung(entry: str, text: str, *, answered: bool = True, number: str = "") -> Rung:
    at = datetime.fromisoformat(text).replace(tzinfo=BRUSSELS).astimezone(UTC)
    return Rung(entry, number or f"+3247000000{entry}", at, answered)


def test_rings_in_one_night_within_half_an_hour_are_one_wake_up(configuration: Configuration) -> None:
    rings = [
        rung("mab", "2026-11-17T02:00", answered=False),
        rung("mab", "2026-11-17T02:05"),
        rung("mab", "2026-11-17T04:00"),
        rung("mab", "2026-11-17T14:00"),
        rung("mss", "2026-11-26T23:00"),
    ]
    people = {one.trigram: one for one in nights_of(configuration, rings, START, NOW)}
    assert (people["MAB"].wakings, people["MAB"].rings, people["MAB"].answered) == (2, 3, 2), (
        "by day nobody sleeps"
    )
    assert people["MSS"].wakings == 1
    assert people["MSS"].rested_h == pytest.approx(61)
    assert people["SVO"].wakings == 0
    assert people["SVO"].rested_h is None


def test_a_ring_in_the_quiet_hours_of_a_phone_wakes_as_well(configuration: Configuration) -> None:
    sunday = Quiet((WeekWindow(frozenset({6}), (0, 24 * 60)),), "Europe/Brussels")
    directory = dict(configuration.directory)
    directory["mab"] = replace(directory["mab"], phones=(Phone("+32470000004", quiet=sunday),))
    quiet = replace(configuration, directory=directory)
    rings = [rung("mab", "2026-11-22T11:00", number="+32470000004")]
    people = {one.trigram: one for one in nights_of(quiet, rings, START, NOW)}
    assert people["MAB"].wakings == 1


def test_nights_belong_to_whoever_is_first(configuration: Configuration) -> None:
    people = {one.trigram: one.nights for one in nights_of(configuration, [], START, NOW)}
    assert people == {"TSC": 0, "ADU": 0, "WTI": 0, "MAB": 7, "MSS": 6, "SVO": 0}


def test_holidays_belong_to_whoever_is_first(configuration: Configuration) -> None:
    start = datetime(2026, 12, 20, 8, 0, tzinfo=BRUSSELS)
    people = {
        one.trigram: one.holidays for one in nights_of(configuration, [], start, start + timedelta(days=14))
    }
    assert people == {"TSC": 0, "ADU": 0, "WTI": 1, "MAB": 1, "MSS": 0, "SVO": 0}


def test_of_equals_whoever_was_woken_least_is_rung_first() -> None:
    assert fair_order(["adu", "wti", "mab"], {"adu": 3, "mab": 1}) == ("wti", "mab", "adu")
    assert fair_order(["adu", "wti", "mab"], {}) == ("adu", "wti", "mab"), "else they stand as they are"


async def test_the_pager_is_told_without_asking_the_database(
    tmp_path: Path, configuration: Configuration
) -> None:
    """Rows of attempts: what never rang, and back-up phones, woke nobody."""
    database, clock = Database(f"sqlite:///{tmp_path / 'n.db'}"), VirtualClock(NOW)
    await database.open()
    night = datetime(2026, 11, 17, 2, 0, tzinfo=BRUSSELS)
    rows = [
        ("mab", night, AttemptState.NO_ANSWER, False),
        ("mab", night + timedelta(days=1), AttemptState.ACCEPTED, False),
        ("mss", night, AttemptState.NETWORK, False),
        ("wti", night, AttemptState.ACCEPTED, True),
        ("adu", night + timedelta(hours=12), AttemptState.ACCEPTED, False),
        ("svo", night, AttemptState.PASSED, False),
    ]

    def write(session: Session) -> None:
        session.add(PageRow(id="p", call_ref="123", started=night))
        session.flush()
        for seq, (entry, at, state, backup) in enumerate(rows):
            session.add(
                Attempt(
                    id=f"a{seq}", page_id="p", seq=seq, entry=entry, planned_at=at, state=state, backup=backup
                )
            )

    await database.run(write)
    fair = FairNights(database, clock, lambda: configuration)
    assert fair.order(["mab", "svo", "adu"]) == ("mab", "svo", "adu"), "nothing is known yet"
    await fair.refresh()
    assert fair.woken == {"mab": 2, "svo": 1}
    assert fair.order(["mab", "svo", "adu", "wti"]) == ("adu", "wti", "svo", "mab")
    await database.close()
    await fair.refresh()
    assert fair.woken == {"mab": 2, "svo": 1}, "a database that is away changes nothing"
