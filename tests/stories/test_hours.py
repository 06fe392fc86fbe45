"""Stories of the hours: by day a brand's public number rings its office, at any other time the night desk."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import pytest

from ivr.carrier.habits import Habit, answer_and_talk
from tests.stories.house import BRUSSELS, ENGINEERS, FRIDAY_MORNING, SATURDAY_NIGHT, House, together

pytestmark = pytest.mark.switch

FUZER_OFFICE, AGENT_1 = "+32470000051", "+32470000021"


class Hour(NamedTuple):
    """A caller at some hour, the number he dials, and whether the office is open for him."""

    title: str
    at: datetime
    number: str
    is_day: bool


PUBLIC, DESK = "+3227887499", "032055582"


def brussels(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=BRUSSELS)  # type: ignore[arg-type, misc]


HOURS = (
    Hour("Friday at ten", FRIDAY_MORNING, PUBLIC, True),
    Hour("the national holiday at ten", brussels(2026, 7, 21, 10), PUBLIC, False),
    Hour("Saturday night", SATURDAY_NIGHT, PUBLIC, False),
    Hour("a minute before opening", brussels(2026, 11, 20, 7, 59), PUBLIC, False),
    Hour("opening", brussels(2026, 11, 20, 8, 0), PUBLIC, True),
    Hour("shortly before closing", brussels(2026, 11, 20, 17, 59), PUBLIC, True),
    Hour("closing", brussels(2026, 11, 20, 18, 0), PUBLIC, False),
    Hour("eight o'clock in summer", brussels(2026, 6, 12, 8, 0), PUBLIC, True),
    Hour(
        "eight o'clock in London, nine here", datetime.fromisoformat("2026-11-20T17:30+00:00"), PUBLIC, False
    ),
    Hour("the desk's own number on Friday at ten", FRIDAY_MORNING, DESK, False),
)


async def test_the_hour_decides_whether_the_office_or_the_night_desk_rings(house: House) -> None:
    """Ten callers at ten hours, all at once; who is connected is told by the record and by the trace."""
    talks = answer_and_talk(after_s=0.3)
    await house.phones(
        {FUZER_OFFICE: talks, AGENT_1: talks, **dict.fromkeys(ENGINEERS, Habit.RING_FOREVER.value)}
    )

    calls = [
        await house.call(hour.number, at=hour.at, caller=f"+3247000{9200 + place}")
        for place, hour in enumerate(HOURS)
    ]
    by_day = sum(hour.is_day for hour in HOURS)
    await house.conversations({FUZER_OFFICE: by_day, AGENT_1: len(HOURS) - by_day})
    for call in calls:
        await call.hang_up()

    async def told(place: int, hour: Hour) -> None:
        found = await house.record_from(f"+3247000{9200 + place}")
        assert found.record.agent_entry == ("fuzer-office" if hour.is_day else "agent-1"), hour.title
        assert found.record.disposition == "answered"
        assert ("page" in [hop.node for hop in found.hops]) is not hour.is_day, hour.title
        clock = [hop.at for hop in found.hops if hop.kind == "calendar"]
        assert all(0 <= (at - hour.at).total_seconds() < 60 for at in clock), hour.title
        assert bool(clock) is (hour.number == PUBLIC), hour.title
        await calls[place].ended()
        heard = [one.prompt_id for one in await house.heard_whole(calls[place])]
        assert heard[0] == "welcome-fuzer", (hour.title, heard)
        assert ("office-connecting" in heard) is hour.is_day, (hour.title, heard)
        assert ("night-desk-connecting" in heard) is not hour.is_day, (hour.title, heard)

    await together(*(told(place, hour) for place, hour in enumerate(HOURS)))
