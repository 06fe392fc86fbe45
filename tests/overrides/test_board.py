"""What is switched on the live service: durable before it is told, back by itself, all in the audit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from dialplan.commands import CheckPin
from dialplan.events import PinChecked
from dialplan.lines import LineCannot
from dialplan.model import Configuration, LineType
from dialplan.nodes.destination import TOGETHER, Destination
from dialplan.overrides import UnknownName, overrides_on, plan_at, with_overrides
from dialplan.pins import hash_pin, is_pin, pin_hash
from dialplan.source import load
from ivr.clock import VirtualClock
from ivr.overrides import Board, Pins, Wish
from ivr.overrides.board import TooLateError
from ivr.overrides.kept import list_audit, list_overrides, met_by, overrides_known_at
from ivr.settings import ROOT
from ivr.storage import Database

NOW = datetime(2026, 11, 21, 22, 15, tzinfo=UTC)
NUMBER = "+3227887499"


class Desk:
    """A board on a database, with the shipped configuration live."""

    def __init__(self, database: Database, clock: VirtualClock) -> None:
        self.database, self.clock = database, clock
        self.active: Configuration = load(ROOT / "config").configuration
        self.board = self.restarted()

    def restarted(self) -> Board:
        return Board(self.database, self.clock, lambda: self.active, self.lay_over)

    def lay_over(self, overrides: object) -> None:
        assert isinstance(overrides, tuple)
        self.active = with_overrides(self.active, overrides)

    @property
    def plan(self) -> str:
        """Where a call to the brand's public number would begin now."""
        return plan_at(self.active, self.active.numbers[NUMBER], self.clock.now())

    async def audit(self) -> list[tuple[str, str, str, str]]:
        rows = await self.database.read(lambda session: list_audit(session, 50))
        return [(row.actor, str(row.action), row.object, row.detail) for row in reversed(rows)]


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    database = Database(f"sqlite:///{tmp_path / 'dutyline.db'}")
    await database.open()
    yield Desk(database, VirtualClock(NOW))
    await database.close()


async def test_a_group_is_switched_and_comes_back_by_itself(desk: Desk) -> None:
    assert desk.plan == "day-and-night"
    end = NOW + timedelta(hours=2)
    made, replaced = await desk.board.switch(Wish("fuzer", "night", "tsc", end=end, why="storm"))
    assert (desk.plan, made.end, replaced) == ("night", end, [])
    await desk.clock.pass_time(7200)
    assert desk.plan == "day-and-night"
    assert await desk.audit() == [
        ("tsc", "switched", "group fuzer", "group fuzer -> night, until 2026-11-22 00:15 UTC: storm")
    ]


async def test_a_line_that_rings_one_phone_only_is_not_switched_to_a_plan_that_rings_several(
    desk: Desk,
) -> None:
    night = desk.active.plans["night"]
    together = {
        name: replace(node, order=TOGETHER) if isinstance(node, Destination) else node
        for name, node in night.nodes.items()
    }
    plans = {**desk.active.plans, "night": replace(night, nodes=together)}
    inap = replace(desk.active.numbers[NUMBER], line_type=LineType.INAP)
    desk.active = replace(desk.active, plans=plans, numbers={**desk.active.numbers, NUMBER: inap}, memo={})
    for name in ("fuzer", "02 788 74 99"):
        with pytest.raises(LineCannot, match='02 788 74 99 cannot be switched to "night", which rings in'):
            await desk.board.switch(Wish(name, "night", "tsc"))
    assert await desk.audit() == []
    await desk.board.switch(Wish("escaux", "night", "tsc"))
    assert len(await desk.audit()) == 1, "its numbers can ring several"


async def test_it_survives_a_restart(desk: Desk) -> None:
    await desk.board.switch(Wish("fuzer", "night", "tsc"))
    desk.active = load(ROOT / "config").configuration
    assert desk.plan == "day-and-night"
    await desk.restarted().start()
    assert desk.plan == "night"


async def test_somebody_switches_it_back(desk: Desk) -> None:
    await desk.board.switch(Wish("fuzer", "night", "tsc"))
    ended = await desk.board.switch_back("fuzer", "aca")
    assert [one.to for one in ended] == ["night"] and desk.plan == "day-and-night"
    assert (await desk.audit())[-1] == (
        "aca", "switched-back", "group fuzer", "group fuzer -> night, until it is switched back",
    )  # fmt: skip
    assert await desk.board.switch_back("fuzer", "aca") == [], "there is nothing left to end"
    rows = await desk.database.read(lambda session: list_overrides(session, 5))
    assert [(row.ended_by, row.ended_at) for row in rows] == [("aca", NOW)]


async def test_the_next_one_takes_the_place_of_the_last(desk: Desk) -> None:
    first, _ = await desk.board.switch(Wish("fuzer", "night", "tsc"))
    await desk.clock.pass_time(60)
    end = desk.clock.now() + timedelta(minutes=5)
    _, replaced = await desk.board.switch(Wish("fuzer", "day-and-night", "tsc", end=end))
    assert replaced == [first] and desk.plan == "day-and-night"
    await desk.clock.pass_time(600)
    assert desk.plan == "day-and-night", "the first is over, and does not come back"


async def test_one_that_begins_later(desk: Desk) -> None:
    later = NOW + timedelta(hours=1)
    await desk.board.switch(Wish("fuzer", "night", "tsc", start=later, end=later + timedelta(hours=1)))
    assert desk.plan == "day-and-night"
    await desk.clock.pass_time(3600)
    assert desk.plan == "night"


async def test_what_another_box_switched_is_found(desk: Desk) -> None:
    other = desk.restarted()
    other._lay_over = lambda overrides: None
    await other.switch(Wish("fuzer", "night", "tsc"))
    assert desk.plan == "day-and-night"
    await desk.board.follow()
    assert desk.plan == "night"


async def test_nothing_is_switched_by_a_wrong_name_or_a_wrong_time(desk: Desk) -> None:
    with pytest.raises(UnknownName, match='unknown plan "nigth"; did you mean "night"'):
        await desk.board.switch(Wish("fuzer", "nigth", "tsc"))
    with pytest.raises(TooLateError):
        await desk.board.switch(Wish("fuzer", "night", "tsc", end=NOW))
    with pytest.raises(UnknownName, match='unknown number group "fuser"; did you mean "fuzer"'):
        await desk.board.switch_back("fuser", "tsc")
    assert await desk.audit() == [] and desk.board.overrides == ()


async def test_a_calendar_is_closed_for_a_while(desk: Desk) -> None:
    await desk.board.switch(Wish("office-hours", "closed", "tsc", end=NOW + timedelta(days=3)))
    assert [str(one.kind) for one in desk.active.calendars["office-hours"].overrides] == ["calendar"]
    await desk.board.switch_back("office-hours", "tsc")
    assert desk.active.calendars["office-hours"].overrides == ()


async def test_what_a_past_call_met_is_known_afterwards(desk: Desk) -> None:
    """For a replay: what was switched then, whatever became of it since."""
    await desk.board.switch(Wish("fuzer", "night", "tsc"))
    await desk.clock.pass_time(60)
    await desk.board.switch_back("fuzer", "tsc")
    await desk.clock.pass_time(60)
    rows = await desk.database.read(
        lambda session: overrides_known_at(session, NOW - timedelta(hours=1), desk.clock.now())
    )
    minutes = [NOW + timedelta(seconds=each) for each in (-1, 30, 60, 90)]
    assert [len(met_by(rows, at)) for at in minutes] == [0, 1, 0, 0]
    past = with_overrides(desk.active, met_by(rows, minutes[1]))
    assert plan_at(past, past.numbers[NUMBER], minutes[1]) == "night"
    assert [one.to for one in overrides_on(past)] == ["night"]


# -- PINs

GOOD, WRONG = "48151623", "48151624"
CALLER = "+32470000031"


def with_pin(desk: Desk, **people: str) -> Pins:
    from dataclasses import replace

    kept = {name.replace("_", "-"): hash_pin(pin, b"0123456789abcdef") for name, pin in people.items()}
    desk.active = replace(desk.active, desk=replace(desk.active.desk, pins=kept))
    return Pins(desk.database, desk.clock, lambda: desk.active)


def test_a_hash_tells_its_pin_and_no_other() -> None:
    kept = hash_pin(GOOD, b"0123456789abcdef")
    assert pin_hash(kept) == kept and GOOD not in kept
    assert is_pin(GOOD, kept) and not is_pin(WRONG, kept) and not is_pin("", kept) and not is_pin(GOOD, "")


@pytest.mark.parametrize("digits", ["123", "1234", "0000", "98765", "12345678901234", "12a4", "٤٨١٥"])
def test_what_is_no_pin(digits: str) -> None:
    with pytest.raises(ValueError, match="PIN"):
        hash_pin(digits, b"0123456789abcdef")


async def test_whose_pin_it_is(desk: Desk) -> None:
    pins = with_pin(desk, aca=GOOD, ade="27182818")
    assert await pins.check(CheckPin(GOOD, ()), CALLER, "c1") == PinChecked("aca")
    assert await pins.check(CheckPin("27182818", ("aca",)), CALLER, "c1") == PinChecked(), (
        "not of these people"
    )
    assert await desk.audit() == [(CALLER, "pin-right", "aca", ""), (CALLER, "pin-wrong", "", "")]


async def test_in_the_demo_who_has_no_pin_of_his_own_has_that_of_the_demo(desk: Desk) -> None:
    with_pin(desk, aca=GOOD)
    pins = Pins(desk.database, desk.clock, lambda: desk.active, "27182818")
    assert await pins.check(CheckPin("27182818", ("ade",)), CALLER, "c1") == PinChecked("ade")
    assert await pins.check(CheckPin("27182818", ("aca",)), CALLER, "c1") == PinChecked(), "he has his own"
    assert await pins.check(CheckPin(GOOD, ("aca",)), CALLER, "c1") == PinChecked("aca")
    assert await pins.check(CheckPin("27182818", ("-",)), CALLER, "c1") == PinChecked(), "nobody"
    assert await pins.check(CheckPin("27182818", ()), CALLER, "c1") == PinChecked(), "nobody is named"


async def test_after_six_wrong_ones_not_even_the_right_one_is_taken(desk: Desk) -> None:
    pins = with_pin(desk, aca=GOOD)
    for _ in range(6):
        assert await pins.check(CheckPin(WRONG, ()), CALLER, "c1") == PinChecked()
    assert await pins.check(CheckPin(GOOD, ()), CALLER, "c2") == PinChecked(is_blocked=True)
    assert await pins.check(CheckPin(GOOD, ()), "+32470000032", "c3") == PinChecked("aca"), "another caller"
    await desk.clock.pass_time(960)
    assert await pins.check(CheckPin(GOOD, ()), CALLER, "c4") == PinChecked("aca")


async def test_many_callers_together_are_blocked_too(desk: Desk) -> None:
    pins = with_pin(desk, aca=GOOD)
    for number in range(20):
        await pins.check(CheckPin(WRONG, ()), f"+3247000000{number:02}", "c")
    assert (await pins.check(CheckPin(GOOD, ()), "+32470000099", "c")).is_blocked
    assert not [one for row in await desk.audit() for one in row if GOOD in one or WRONG in one]


def test_a_command_does_not_print_its_pin() -> None:
    assert GOOD not in repr(CheckPin(GOOD, ()))
