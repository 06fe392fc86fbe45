"""The clock of the promise, pure: when the one who accepted is reminded, and when the hunt goes on.

The clock starts when the caller was promised the call back, as the page began. Whoever accepts late, or
takes over from somebody else, is not given less than twice the time of the reminder: he has to know the
page before it can be taken from him.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from ivr.duty.hunt import SHORTEST_RING_S, Attempt, Hunt, Person, Phone, Planned
from ivr.duty.page import Page
from ivr.storage.states import AttemptState

REMINDER: Final = "reminder"
"""Stage of the rings that remind the one who accepted."""
HANDOVER: Final = "handover"
"""Stage of the rings that offer an accepted page to somebody else."""
AFTER: Final = frozenset({REMINDER, HANDOVER})
BY_HAND: Final = "by-hand-"
"""How the ids of attempts begin that stand for an acceptance without a ring."""
AGAIN_S: Final = 60.0
"""Somebody who was not reached is reminded again so long after all his phones were rung."""
RING_S: Final = 30.0
GRACE_S: Final = 60.0
"""Somebody who is just being reminded on the phone may say what he has to say."""


@dataclass(frozen=True, slots=True)
class RingAfter:
    """Ring this phone now. `is_first`: of this reminder or handover, which is announced with it."""

    planned: Planned
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class WaitFor:
    """Nothing to do until something changes, or until that moment."""

    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lapse:
    """The promise has run out: the hunt goes on."""


@dataclass(frozen=True, slots=True)
class Unwanted:
    """The one to whom it was to be handed over did not take it."""


Step: TypeAlias = RingAfter | WaitFor | Lapse | Unwanted


def promised_at(page: Page) -> datetime | None:
    """Until when the caller was promised to be called back; None: nothing was promised."""
    within_s = page.request.promise.within_s
    return page.started + timedelta(seconds=within_s) if within_s else None


def lapses_at(page: Page) -> datetime | None:
    """When the hunt goes on unless the caller has been called back; None: never."""
    promised, acceptance = promised_at(page), page.acceptance
    if promised is None or acceptance is None:
        return None
    promise = page.request.promise
    least_s = min(promise.within_s, 2 * promise.remind_s) if promise.remind_s else promise.within_s / 2
    return max(promised, acceptance.at + timedelta(seconds=least_s))


def reminded_at(page: Page) -> datetime | None:
    """When the one who accepted is reminded; None: he is not."""
    lapses, acceptance = lapses_at(page), page.acceptance
    remind_s = page.request.promise.remind_s
    if lapses is None or acceptance is None or not remind_s:
        return None
    return lapses - min(timedelta(seconds=remind_s), (lapses - acceptance.at) / 2)


def next_step(page: Page, attempts: Sequence[Attempt], now: datetime, *, at: datetime | None = None) -> Step:
    """What an accepted page does at `now`. `at` (default: `now`): what the clock on the wall shows, by which
    phones are quiet."""
    lapses = lapses_at(page)
    if lapses is not None and now >= lapses:
        spoken_to = any(a.stage == REMINDER and a.state is AttemptState.ANSWERED for a in attempts)
        grace = lapses + timedelta(seconds=GRACE_S)
        return WaitFor(grace) if spoken_to and now < grace else Lapse()
    wall = at or now
    offered, reminded = _offer(page, attempts, wall), _remind(page, attempts, now, wall)
    moves = [move for move in (offered, reminded) if move is not None]
    for move in moves:
        if not isinstance(move, WaitFor):
            return move
    moments = [move.until for move in moves if isinstance(move, WaitFor)]
    return WaitFor(min((one for one in (*moments, lapses) if one is not None), default=None))


def _offer(page: Page, attempts: Sequence[Attempt], at: datetime) -> Step | None:
    """The handover: each phone once."""
    handover = page.handover
    if handover is None:
        return None
    own = [a for a in attempts if a.stage == HANDOVER and a.planned_at >= handover.asked_at]
    if any(a.is_open for a in own):
        return WaitFor()
    if any(a.state is AttemptState.PASSED for a in own):
        return Unwanted()
    rung = {a.number for a in own}
    phone = next((one for one in _in_order(handover.to, at) if one.number not in rung), None)
    return RingAfter(_planned(HANDOVER, handover.to, phone), not own) if phone else Unwanted()


def _remind(page: Page, attempts: Sequence[Attempt], now: datetime, at: datetime) -> Step | None:
    """The reminder: his phones in turn, again after a minute, until he is heard to be there."""
    begins, acceptance = reminded_at(page), page.acceptance
    if begins is None or acceptance is None:
        return None
    own = [a for a in attempts if a.stage == REMINDER and a.planned_at >= acceptance.at]
    if any(a.state in _HEARD for a in own):
        return None
    if any(a.is_open for a in own):
        return WaitFor()
    phones = reminded_phones(page, at)
    turn = max((a.turn for a in own), default=0)
    rung = {a.number for a in own if a.turn == turn}
    left = [phone for phone in phones if phone.number not in rung]
    if not left:
        turn, left = turn + 1, list(phones)
        begins = max(a.ended_at or a.planned_at for a in own) + timedelta(seconds=AGAIN_S)
    if now < begins:
        return WaitFor(begins)
    return RingAfter(_planned(REMINDER, holder(page), left[0], turn), not own)


_HEARD = frozenset({AttemptState.HEARD, AttemptState.PASSED, AttemptState.ACCEPTED})


def reminded_phones(page: Page, at: datetime) -> tuple[Phone, ...]:
    """The phone on which he accepted first, quiet or not; then his others, as a page would ring them."""
    assert page.acceptance is not None
    number, person = page.acceptance.number, holder(page)
    own = next((phone for phone in person.phones if phone.number == number), Phone(number))
    if page.acceptance.attempt_id.startswith(BY_HAND):
        return _in_order(person, at) or (own,)
    return (own, *(phone for phone in _in_order(person, at) if phone.number != number))


def _in_order(person: Person, at: datetime) -> tuple[Phone, ...]:
    """The phones that may be rung at `at`, and then those for when the others have failed."""
    usual, kept = person.phones_at(at)
    return (*usual, *kept)


def holder(page: Page) -> Person:
    """Who has accepted; as the hunt knows him, otherwise as the acceptance does."""
    assert page.acceptance is not None
    acceptance = page.acceptance
    known = person_of(page.hunt, acceptance.entry)
    phones = (Phone(acceptance.number),) if acceptance.number else ()
    return known or Person(acceptance.entry, acceptance.title, phones)


def person_of(hunt: Hunt, entry: str) -> Person | None:
    """The person of that directory entry whom the hunt may ring, or might before the duty changed."""
    people = (person for stage in hunt.stages for person in stage.everybody)
    return next((person for person in people if person.entry == entry), None)


def without(hunt: Hunt, entries: Iterable[str]) -> Hunt:
    """The hunt without these people; those who are only told that nobody accepted are told all the same."""
    out = frozenset(entries)
    if not out:
        return hunt
    stages = (
        stage
        if stage.is_telling
        else replace(stage, people=tuple(person for person in stage.people if person.entry not in out))
        for stage in hunt.stages
    )
    return replace(hunt, stages=tuple(stages))


def _planned(stage: str, person: Person, phone: Phone, turn: int = 0) -> Planned:
    """Shorter than his voicemail takes, where that is known."""
    ring_s = min(RING_S, max(phone.longest_s, SHORTEST_RING_S)) if phone.longest_s else RING_S
    return Planned(stage, turn, person, phone, ring_s, backup=False)


__all__ = [
    "AFTER",
    "BY_HAND",
    "HANDOVER",
    "REMINDER",
    "Lapse",
    "RingAfter",
    "Step",
    "Unwanted",
    "WaitFor",
    "holder",
    "lapses_at",
    "next_step",
    "person_of",
    "promised_at",
    "reminded_at",
    "reminded_phones",
    "without",
]
