"""A hunt follows the duty, pure: the duty has changed while somebody is looked for, and whoever has it now is
rung next; whoever has it no more is not rung any more.

What was planned stands: the stages, their times, the attempts that were made. Only whose stages they are
changes. For people for whom the hunt has gone on too far already a stage of their own is put in, right where
the hunt is. So a clock of the page ("ten minutes without acceptance") runs on as it did.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from ivr.duty.hunt import Attempt, Former, Hunt, Owed, Person, Stage

JOINED: Final = "newly on duty"
FREED: Final = "free again"
TRIES: Final = 2
"""Rounds of a stage that is put in for one that goes on as long as its time allows."""


@dataclass(frozen=True, slots=True)
class Followed:
    """The hunt by the duty of now. `come`: titles of those who are rung; `gone`: who is rung no more."""

    hunt: Hunt
    come: tuple[str, ...]
    gone: tuple[str, ...]


def follow(
    hunt: Hunt, fresh: Hunt, place: int, attempts: Sequence[Attempt], now: datetime
) -> Followed | None:
    """The hunt as it goes on from `place` by `fresh`, which is planned for `now`; None: nothing changes.

    `place`: the first stage that can still ring somebody (see `ivr.duty.moves.place_of`).
    """
    wanted = {stage.name: stage for stage in fresh.stages if not stage.is_telling}
    begun = min(_last_begun(hunt, attempts), place)
    stages = [
        _changed(stage, wanted, now, has_time=not begun <= at < place) for at, stage in enumerate(hunt.stages)
    ]
    joined = _joining(hunt, wanted, begun, place, attempts, now)
    if joined is not None:
        stages.insert(place, _named(joined, hunt, JOINED))
    if stages == list(hunt.stages):
        return None
    come = [*_newly_rung(hunt.stages[begun:], stages), *(joined.people if joined else ())]
    before, after = _looked_for(hunt.stages[begun:]), _looked_for(stages[begun:])
    gone = [person for entry, person in before.items() if entry not in after]
    return Followed(replace(hunt, stages=tuple(stages)), _titles(come), _titles(gone))


def take_back(hunt: Hunt, place: int, free: Collection[str], now: datetime) -> Hunt | None:
    """The hunt with a stage for those who were passed over, and are `free` (directory entries) now.

    None: nobody needs one. Who stands at the stage that the hunt is at is rung there, and who was let go
    meanwhile is not rung.
    """
    here = {one.entry for one in hunt.stages[place].people} if place < len(hunt.stages) else set()
    left = [stage for stage in hunt.stages[:place] if not stage.is_telling]
    entries = dict.fromkeys(one.entry for one in hunt.owed if one.entry in free and one.entry not in here)
    back = [stage for entry in entries if (stage := _alone(left, entry)) is not None]
    if not back:
        return None
    people = tuple(person for stage in back for person in stage.people)
    known = {person.entry for person in people}
    stages = list(hunt.stages)
    stages.insert(place, _named(_put_in(back[-1], people, now, back[-1]), hunt, FREED))
    owed = tuple(one for one in hunt.owed if one.entry not in known)
    return replace(hunt, stages=tuple(stages), owed=owed)


def with_owed(hunt: Hunt, owed: Owed) -> Hunt:
    """The hunt that knows that it has passed somebody over; of several times the last counts."""
    others = tuple(one for one in hunt.owed if one.entry != owed.entry)
    return replace(hunt, owed=(*others, owed))


def still_looked_for(hunt: Hunt, place: int) -> frozenset[str]:
    """Directory entries of those who may still be rung from that stage on."""
    return frozenset(_looked_for(hunt.stages[place:]))


def _changed(stage: Stage, wanted: Mapping[str, Stage], now: datetime, *, has_time: bool) -> Stage:
    """The stage by the duty of now; where there is no time for anybody new only those stay who have it."""
    if stage.is_telling:
        return stage
    if stage.since is not None:
        return _let_go(stage, frozenset(_looked_for(wanted.values())), stage, now)
    fresh = wanted.get(stage.name)
    if fresh is None or _is_same(stage, fresh):
        return stage
    if not has_time:
        return _let_go(stage, frozenset(one.entry for one in fresh.people), fresh, now)
    return _handed(stage, fresh.people, fresh, now)


def _let_go(stage: Stage, known: frozenset[str], fresh: Stage, now: datetime) -> Stage:
    people = tuple(person for person in stage.people if person.entry in known)
    return stage if people == stage.people else _handed(stage, people, fresh, now)


def _handed(stage: Stage, people: tuple[Person, ...], fresh: Stage, now: datetime) -> Stage:
    former = (*stage.former, Former(now, stage.people, stage.why, stage.skipped))
    return replace(stage, people=people, why=fresh.why, skipped=fresh.skipped, former=former)


def _is_same(stage: Stage, fresh: Stage) -> bool:
    """Whether the same phones would be rung, in the same order; equals change places as they are woken."""
    one, two = _phones(stage), _phones(fresh)
    if stage.is_fair:
        return one[:1] == two[:1] and sorted(one) == sorted(two)
    return one == two


def _phones(stage: Stage) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.entry, tuple(phone.number for phone in one.phones)) for one in stage.people]


def _joining(
    hunt: Hunt,
    wanted: Mapping[str, Stage],
    begun: int,
    place: int,
    attempts: Sequence[Attempt],
    now: datetime,
) -> Stage | None:
    """A stage for those whom the duty has brought into a stage that the hunt has left, or to its head."""
    now_or_next = next((stage for stage in hunt.stages[place:] if stage.since is None), None)
    here = wanted.get(now_or_next.name) if now_or_next else None
    known = frozenset(one.entry for one in here.people) if here else frozenset()
    joined = {one.entry for stage in hunt.stages if stage.since is not None for one in stage.people}
    found: dict[str, tuple[Person, Stage, Stage]] = {}
    for at, stage in enumerate(hunt.stages[:place]):
        fresh = wanted.get(stage.name, stage)
        for person in _newcomers(stage, fresh, attempts):
            if at < begun or person.entry not in joined:
                found[person.entry] = (person, stage, fresh)
    if not found.keys() - known:
        return None  # whoever has come is rung where the hunt is
    people, patterns, words = zip(*found.values(), strict=True)
    return _put_in(patterns[-1], people, now, words[-1])


def _newcomers(stage: Stage, fresh: Stage, attempts: Sequence[Attempt]) -> Iterator[Person]:
    """Whom the duty has brought into the stage who was never rung there; or to its head, which is duty taken
    over: then he is rung again."""
    if stage.is_telling or stage.since is not None:
        return
    old, tried = (
        {one.entry for one in stage.people},
        {one.entry for one in attempts if one.stage == stage.name},
    )
    for place, person in enumerate(fresh.people):
        is_head = (
            place == 0 and not stage.together and person.entry not in [p.entry for p in stage.people[:1]]
        )
        if is_head or person.entry not in old | tried:
            yield person


def _put_in(pattern: Stage, people: tuple[Person, ...], now: datetime, words: Stage) -> Stage:
    """A stage like `pattern`, but for its time: they get their tries, whatever the time is."""
    return replace(
        pattern,
        people=people,
        rounds=pattern.rounds or TRIES,
        lasts_s=0.0,
        is_announced=False,
        why=words.why,
        skipped=(),
        former=(),
        since=now,
    )


def _named(stage: Stage, hunt: Hunt, name: str) -> Stage:
    """Each has a name of its own, and no attempts of another."""
    taken = sum(one.name.startswith(name) for one in hunt.stages)
    return replace(stage, name=f"{name} {taken + 1}" if taken else name, title="")


def _alone(left: Sequence[Stage], entry: str) -> Stage | None:
    """The last of these stages that has that person, with him alone."""
    for stage in reversed(left):
        for person in stage.people:
            if person.entry == entry:
                return replace(stage, people=(person,))
    return None


def _last_begun(hunt: Hunt, attempts: Sequence[Attempt]) -> int:
    places = {stage.name: at for at, stage in enumerate(hunt.stages)}
    return max((places.get(one.stage, 0) for one in attempts), default=0)


def _newly_rung(before: Sequence[Stage], after: Sequence[Stage]) -> Iterator[Person]:
    """Who stands in a stage, or at its head, and did not."""
    now = {stage.name: stage.people for stage in after}
    for stage in before:
        old, people = [one.entry for one in stage.people], now[stage.name]
        yield from (one for one in people[:1] if one.entry not in old[:1])
        yield from (one for one in people if one.entry not in old)


def _looked_for(stages: Iterable[Stage]) -> dict[str, Person]:
    return {one.entry: one for stage in stages if not stage.is_telling for one in stage.people}


def _titles(people: Iterable[Person]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.title for one in people))


__all__ = ["FREED", "JOINED", "Followed", "follow", "still_looked_for", "take_back", "with_owed"]
