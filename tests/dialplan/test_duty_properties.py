"""Whatever the duty: at every moment exactly the order of a plain model that walks and never calculates."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from paper import BRUSSELS

from dialplan.model import Absence, Cover, Duty, Engineer, Layer, Roster, Swap
from dialplan.roster import changes_between, edges_between, on_duty
from dialplan.rotations import WEEK_MINUTES, Rotation, Shift, moment_of

ZONE = "Europe/Brussels"
PEOPLE = ("ADU", "WTI", "MAB", "MSS")
STARTS = (
    datetime(2026, 3, 27, tzinfo=UTC),
    datetime(2026, 10, 23, tzinfo=UTC),
    datetime(2026, 6, 5, tzinfo=UTC),
)
"""Around the night of the missing hour, of the repeated hour, and some other one."""
SPAN = timedelta(days=5)

orders = st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3, unique=True).map(tuple)
turns = st.lists(orders, min_size=1, max_size=4).map(tuple)
clocks = st.sampled_from((0, 60, 120, 150, 180, 480, 1080, 1439))


@st.composite
def shifts(draw: Any) -> tuple[Shift, ...]:
    """Hours of a week, sorted and apart; the last may reach into the next week."""
    edges = sorted(draw(st.lists(st.integers(0, 7 * 48 - 1), min_size=2, max_size=10, unique=True)))
    pairs = list(zip(edges[::2], edges[1::2], strict=False))
    found = [Shift(start * 30, end * 30) for start, end in pairs]
    if draw(st.booleans()) and found[0].start_min:
        last = found[-1]
        found[-1] = Shift(last.start_min, WEEK_MINUTES + draw(st.integers(0, found[0].start_min)))
    return tuple(found)


@st.composite
def rotations(draw: Any) -> Rotation:
    hours = draw(st.one_of(st.just(()), shifts()))
    days = draw(st.sampled_from((0, 1, 2, 7) if hours else (1, 2, 7)))
    first = date(2026, 3, 1) + timedelta(days=draw(st.integers(0, 60)))
    return Rotation(draw(turns), first, draw(clocks), days, ZONE, hours)


@st.composite
def periods(draw: Any, start: datetime) -> tuple[datetime, datetime]:
    begin = start + timedelta(minutes=30 * draw(st.integers(-10, 230)))
    return begin, begin + timedelta(minutes=30 * draw(st.integers(1, 100)))


@st.composite
def duties(draw: Any) -> tuple[Duty, datetime]:
    start = draw(st.sampled_from(STARTS))
    engineers = tuple(Engineer(name, name, name.lower()) for name in PEOPLE)
    layers = tuple(
        Layer(name, name, ZONE, rotation=draw(rotations()))
        for name in ("first", "second")[: draw(st.integers(0, 2))]
    )
    weeks = draw(turns) if draw(st.booleans()) or not layers else ()
    where = st.sampled_from(("", "roster", "first", "second"))
    swaps = st.builds(lambda p, o, w: Swap(*p, o, layer=w), periods(start), orders, where)
    own = st.builds(lambda p, o: Swap(*p, o), periods(start), orders)
    names = st.sampled_from(PEOPLE)
    covers = st.builds(
        lambda p, a, b, x, w: Cover(*p, a, "" if a == b else b, x and a != b, w),
        periods(start), names, names, st.booleans(), where,
    )  # fmt: skip
    leave = st.builds(lambda p, n: Absence(n, *p), periods(start), names)
    roster = Roster(weeks, date(2026, 1, 5), 0, draw(clocks), ZONE, tuple(draw(st.lists(own, max_size=2))))
    return Duty(
        engineers, roster, (), {}, layers=layers,
        overrides=tuple(draw(st.lists(swaps, max_size=3))),
        covers=tuple(draw(st.lists(covers, max_size=3))),
        leave=tuple(draw(st.lists(leave, max_size=3))),
    ), start  # fmt: skip


def walked(rotation: Rotation, at: datetime) -> tuple[str, ...]:
    """Every turn from long before, one after the other; the last that has begun."""
    monday = rotation.first - timedelta(days=rotation.first.weekday())

    def begins(week: int, minutes: int) -> datetime:
        wall = datetime(monday.year, monday.month, monday.day) + timedelta(weeks=week, minutes=minutes)
        return moment_of(wall, rotation.zone)

    spans = [
        (begins(week, shift.start_min), begins(week, shift.end_min))
        for week in range(-40, 60)
        for shift in rotation.shifts
    ]
    if rotation.shifts and not any(start <= at < end for start, end in spans):
        return ()
    first_wall = datetime(rotation.first.year, rotation.first.month, rotation.first.day) + timedelta(
        minutes=rotation.clock_min
    )
    if rotation.days:
        starts = [
            (moment_of(first_wall + timedelta(days=n * rotation.days), rotation.zone), n)
            for n in range(-300, 400)
        ]
    else:
        first_minute = rotation.first.weekday() * 1440 + rotation.clock_min
        skipped = len([shift for shift in rotation.shifts if shift.start_min < first_minute])
        offset = 40 * len(rotation.shifts) + skipped
        starts = [(start, n - offset) for n, (start, _) in enumerate(spans)]
    number = [n for start, n in starts if start <= at][-1]
    return rotation.turns[number % len(rotation.turns)]


def modelled(duty: Duty, at: datetime) -> list[str]:
    """The order, by the words of the documentation, one after the other."""
    whole = [each for each in duty.overrides if not each.layer and each.start <= at < each.end]
    if whole:
        standing = [c for c in duty.covers if not c.layer and c.start <= at < c.end and c.by]
        return stood_in_for(list(whole[-1].order), standing)
    layers: list[tuple[str, tuple[str, ...], bool]] = []
    if duty.roster.weeks or not duty.layers:
        swaps = [each for each in duty.roster.swaps if each.start <= at < each.end]
        weeks = Rotation(duty.roster.weeks, duty.roster.first_week, duty.roster.clock_min, 7, ZONE)
        base = swaps[-1].order if swaps else walked(weeks, at)
        layers.append(("roster", base, bool(swaps)))
    for layer in duty.layers:
        assert layer.rotation is not None
        layers.append((layer.id, walked(layer.rotation, at), False))
    found: list[str] = []
    for name, base, was_asked in layers:
        own = [each for each in duty.overrides if each.layer == name and each.start <= at < each.end]
        order = list(own[-1].order if own else base)
        covers = [c for c in duty.covers if c.layer in ("", name) and c.start <= at < c.end and c.by]
        if not own and not was_asked:
            replaced = {c.absent for c in covers} | {c.by for c in covers if c.is_exchange}
            away = {each.trigram for each in duty.leave if each.start <= at < each.end}
            order = [each for each in order if each not in away or each in replaced]
        found += [each for each in stood_in_for(order, covers) if each not in found]
    return found


def stood_in_for(order: list[str], covers: list[Cover]) -> list[str]:
    for cover in covers:
        order = [stood_for(each, cover) for each in order]
        order = [each for place, each in enumerate(order) if each not in order[:place]]
    return order


def stood_for(name: str, cover: Cover) -> str:
    if name == cover.absent:
        return cover.by
    return cover.absent if cover.is_exchange and name == cover.by else name


def trigrams(duty: Duty, at: datetime) -> list[str]:
    return [engineer.trigram for engineer in on_duty(duty, at)]


@settings(max_examples=80, deadline=None)
@given(duties(), st.data())
def test_at_every_moment_the_order_of_the_model(made: tuple[Duty, datetime], data: st.DataObject) -> None:
    duty, start = made
    minutes = data.draw(st.lists(st.integers(0, int(SPAN.total_seconds()) // 60), min_size=8, max_size=8))
    for at in [start + timedelta(minutes=minute) for minute in minutes]:
        assert trigrams(duty, at) == modelled(duty, at)
        assert trigrams(duty, at.astimezone(BRUSSELS)) == modelled(duty, at)


@settings(max_examples=40, deadline=None)
@given(duties())
def test_the_changes_are_complete(made: tuple[Duty, datetime]) -> None:
    """Every quarter of an hour of the period, the hours of the clock change among them."""
    duty, start = made
    end = start + SPAN
    changes = changes_between(duty, start, end)
    known = trigrams(duty, start)
    quarter, waiting = start, list(changes)
    while quarter < end:
        while waiting and waiting[0] <= quarter:
            change = waiting.pop(0)
            assert trigrams(duty, change) != trigrams(duty, change - timedelta(seconds=1))
            known = trigrams(duty, change)
        assert trigrams(duty, quarter) == known, quarter
        quarter += timedelta(minutes=15)
    assert set(changes) <= set(edges_between(duty, start, end))
