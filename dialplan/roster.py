"""Who is on call at a moment, in the order of ringing, and why.

A week begins at the handover, by the clock of the roster's zone: in the weeks when the clock changes it is an
hour longer or shorter. Swaps come before the weeks; of two that hold at once, the later written one counts.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dialplan.model import Duty, Engineer, Roster, Swap
from dialplan.times import DAY_NAMES, say_clock, say_date

WEEK = timedelta(days=7)


def on_duty(duty: Duty, now: datetime) -> tuple[Engineer, ...]:
    """The engineers to ring, first to last. `now` is aware. Empty only when the roster has no weeks."""
    order, _ = _order_at(duty.roster, now)
    return tuple(duty.engineer(trigram) for trigram in order)


def explain_duty(duty: Duty, now: datetime) -> str:
    """Why these are on call, in a sentence."""
    return _order_at(duty.roster, now)[1]


def on_call(duty: Duty, now: datetime) -> Engineer | None:
    """The one who is on call: the first to be rung."""
    people = on_duty(duty, now)
    return people[0] if people else None


def next_handover(duty: Duty, now: datetime) -> datetime:
    """When the order changes next (or may: a handover to the same engineer counts)."""
    roster = duty.roster
    turns = [_wall(roster, _week_start(roster, now) + WEEK).astimezone(UTC)]
    turns += [moment for swap in roster.swaps for moment in (swap.start, swap.end)]
    return min(turn for turn in turns if turn > now.astimezone(UTC)).astimezone(ZoneInfo(roster.zone))


def _order_at(roster: Roster, now: datetime) -> tuple[tuple[str, ...], str]:
    swap = _swap_at(roster, now)
    if swap is not None:
        name = f" ({swap.title})" if swap.title else ""
        until = swap.end.astimezone(ZoneInfo(roster.zone))
        first = swap.order[0]
        return swap.order, f"{first} is on call by a swap{name} until {_say_moment(until)}"
    if not roster.weeks:
        return (), "the roster has no weeks"
    begun = _week_start(roster, now)
    index = (begun.date() - roster.first_week).days // 7 % len(roster.weeks)
    order = roster.weeks[index]
    turn = f"week {index + 1} of {len(roster.weeks)}"
    return order, f"{order[0]} is on call: {turn}, since {_say_moment(_wall(roster, begun))}"


def _swap_at(roster: Roster, now: datetime) -> Swap | None:
    moment = now.astimezone(
        UTC
    )  # aware times of one zone compare by their clocks, wrongly in a repeated hour
    for swap in reversed(roster.swaps):
        if swap.order and swap.start <= moment < swap.end:
            return swap
    return None


def _week_start(roster: Roster, now: datetime) -> datetime:
    """The last handover, as wall-clock time without a zone."""
    wall = now.astimezone(ZoneInfo(roster.zone)).replace(tzinfo=None)
    midnight = wall.replace(hour=0, minute=0, second=0, microsecond=0)
    back = timedelta(days=(wall.weekday() - roster.weekday) % 7)
    start = midnight - back + timedelta(minutes=roster.clock_min)
    return start if start <= wall else start - WEEK


def _wall(roster: Roster, wall: datetime) -> datetime:
    return wall.replace(tzinfo=ZoneInfo(roster.zone))


def _say_moment(at: datetime) -> str:
    clock = say_clock(at.hour * 60 + at.minute)
    return f"{DAY_NAMES[at.weekday()]} {say_date(at.date())} {clock}"
