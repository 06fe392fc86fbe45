"""What holds of every hunt whose duty changes while somebody is looked for, whenever and however it does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from ivr.duty.following import Followed, follow, still_looked_for
from ivr.duty.hunt import Attempt, Exhausted, Hunt, Person, Phone, Ring, Stage
from ivr.duty.moves import next_move, place_of
from ivr.storage.states import AttemptState
from tests.duty.test_hunt_properties import OVER, T0, Night

HUNT = TypeAdapter(Hunt)
PEOPLE = {
    entry: Person(entry, entry.upper(), (Phone(f"+3247000000{n}"),)) for n, entry in enumerate("abcdef")
}
NOBODY_PASSES = [one for one in OVER if one is not AttemptState.PASSED]
orders = st.lists(st.sampled_from("abcdef"), max_size=4, unique=True).map(tuple)
ends = st.dictionaries(
    st.sampled_from([one.phones[0].number for one in PEOPLE.values()]),
    st.tuples(st.sampled_from(NOBODY_PASSES), st.sampled_from([0.01, 4.0, 1000.0])),
)
Orders = Sequence[tuple[str, ...]]
Change = tuple[int, Orders]


def people(order: Sequence[str]) -> tuple[Person, ...]:
    return tuple(PEOPLE[entry] for entry in order)


@st.composite
def hunts(draw: st.DrawFn) -> Hunt:
    """Three stages and, mostly, the telling of the desk."""
    found = []
    for place in range(3):
        rounds = draw(st.integers(0, 3))
        within = [90.0, 600.0] if rounds == 0 else [0.0, 60.0, 600.0]
        found.append(
            Stage(
                f"stage-{place}",
                people(draw(orders)),
                rounds=rounds,
                lasts_s=draw(st.sampled_from(within)),
                pause_s=draw(st.sampled_from([0.0, 20.0])),
                together=draw(st.booleans()),
                is_fair=draw(st.booleans()),
            )
        )
    if draw(st.booleans()):
        desk = Person("desk", "desk", (Phone("+3232000000"),))
        found.append(Stage("last-resort", (desk,), rounds=2, is_telling=True))
    return Hunt(tuple(found))


changes = st.lists(
    st.tuples(st.integers(0, 40), st.lists(orders, min_size=3, max_size=3)), min_size=1, max_size=3
)
"""After so many moves (from the change before), the stages are for these."""


class Followed_(Night):  # noqa: N801 - a night that follows
    """A hunt that follows the duty as the service does it."""

    def __init__(
        self, hunt: Hunt, ends: dict[str, tuple[AttemptState, float]], changes: list[Change]
    ) -> None:
        super().__init__(hunt, ends)
        self.changes = list(changes)
        self.followed: list[tuple[Hunt, Hunt, int, Followed | None, int]] = []
        """Hunt before, fresh plan, place, what came of it, attempts until then."""

    def run(self) -> None:
        since = 0
        for _ in range(5000):
            if self.changes and since >= self.changes[0][0]:
                self.change(self.changes.pop(0)[1])
                since = 0
            self.hunt = HUNT.validate_json(HUNT.dump_json(self.hunt))
            move = next_move(self.hunt, T0, self.attempts, self.now)
            since += 1
            self.moves.append((tuple(self.attempts), self.now, move))
            if isinstance(move, Exhausted):
                return
            if isinstance(move, Ring):
                self._ring(move)
            else:
                self._pass_time(move)  # type: ignore[arg-type]
        raise AssertionError("the hunt does not end")

    def change(self, orders: Orders) -> None:
        fresh = Hunt(
            tuple(
                replace(stage, people=people(order))
                for stage, order in zip(
                    (one for one in self.hunt.stages if one.name.startswith("stage-")), orders, strict=True
                )
            )
        )
        place = place_of(self.hunt, T0, self.attempts, self.now)
        found = follow(self.hunt, fresh, place, self.attempts, self.now)
        self.followed.append((self.hunt, fresh, place, found, len(self.attempts)))
        if found is not None:
            before, self.hunt = self.hunt, found.hunt
            here = place_of(self.hunt, T0, self.attempts, self.now)
            gone = still_looked_for(before, 0) - still_looked_for(self.hunt, here)
            self.attempts = [
                replace(one, state=AttemptState.CANCELLED, ended_at=self.now)
                if one.is_open and one.entry in gone
                else one
                for one in self.attempts
            ]


def played(hunt: Hunt, ends: dict[str, tuple[AttemptState, float]], changes: list[Change]) -> Followed_:
    night = Followed_(hunt, ends, changes)
    night.run()
    return night


@settings(deadline=None, max_examples=80)
@given(hunts(), ends, changes)
def test_whoever_is_not_on_duty_any_more_is_not_rung(
    hunt: Hunt, ends: dict[str, tuple[AttemptState, float]], changes: list[Change]
) -> None:
    night = played(hunt, ends, changes)
    bounds = [one[4] for one in night.followed] + [len(night.attempts)]
    for (_, fresh, _, _, first), last in zip(night.followed, bounds[1:], strict=True):
        on_duty = {one.entry for stage in fresh.stages for one in stage.people} | {"desk"}
        assert {one.entry for one in night.attempts[first:last]} <= on_duty


@settings(deadline=None, max_examples=80)
@given(hunts(), ends, changes)
def test_no_attempt_is_made_twice_and_no_phone_rings_twice_at_a_time(
    hunt: Hunt, ends: dict[str, tuple[AttemptState, float]], changes: list[Change]
) -> None:
    night = played(hunt, ends, changes)
    made = Counter((one.stage, one.turn, one.number) for one in night.attempts)
    assert not [one for one, times in made.items() if times > 1]
    by_number: dict[str, list[Attempt]] = {}
    for one in night.attempts:
        by_number.setdefault(one.number, []).append(one)
    for rings in by_number.values():
        for before, after in pairwise(rings):
            assert before.over_at <= after.planned_at


@settings(deadline=None, max_examples=80)
@given(hunts(), ends, changes)
def test_a_stage_lasts_no_longer_than_without_the_change(
    hunt: Hunt, ends: dict[str, tuple[AttemptState, float]], changes: list[Change]
) -> None:
    night = played(hunt, ends, changes)
    for stage in hunt.stages:
        own = [one.planned_at for one in night.attempts if one.stage == stage.name]
        if own and stage.lasts_s:
            assert max(own) - min(own) < timedelta(seconds=stage.lasts_s)


@settings(deadline=None, max_examples=80)
@given(hunts(), ends, changes)
def test_whoever_has_come_to_the_head_of_the_duty_is_rung(
    hunt: Hunt, ends: dict[str, tuple[AttemptState, float]], changes: list[Change]
) -> None:
    """Everybody at the head of everything: at once, or as soon as the phone that rings has ended."""
    moves, _ = changes[0]
    heads = [order for order in changes[0][1] if order]
    head = heads[0][0] if heads else "a"
    taken = [(head, *(one for one in order if one != head)) for order in changes[0][1]]
    night = played(hunt, ends, [(moves, taken)])
    if not night.followed:
        return  # it was over before
    before, _, _, found, made = night.followed[0]
    # where all are rung together nobody comes before another
    old_heads = {
        one.entry for stage in before.stages for one in (stage.people if stage.together else stage.people[:1])
    }
    if found is None or head in old_heads:
        return
    later = [one for one in night.attempts[made:] if one.entry == head]
    assert later, f"{head} has taken over and was not rung"


@settings(deadline=None, max_examples=80)
@given(hunts(), ends, changes)
def test_what_was_followed_is_followed(
    hunt: Hunt, ends: dict[str, tuple[AttemptState, float]], changes: list[Change]
) -> None:
    """The same duty once more changes nothing: not after a restart, not at the next look."""
    night = Followed_(hunt, ends, changes)
    change, again = night.change, []

    def twice(orders: Orders) -> None:
        change(orders)
        fresh = night.followed[-1][1]
        place = place_of(night.hunt, T0, night.attempts, night.now)
        again.append(follow(night.hunt, fresh, place, night.attempts, night.now))

    night.change = twice  # type: ignore[method-assign]
    night.run()
    assert not any(again)
