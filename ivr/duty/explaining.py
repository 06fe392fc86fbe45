"""Why did a phone ring? Worked out, as values, from the hunt and the attempts: nothing is guessed.

The words are made elsewhere (`ivr.duty.why`); here stand the rule that applied, the clocks, who was tried
before and how that ended, and who was skipped for what reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dialplan.sentences import Sentence
from ivr.duty.hunt import Attempt, Hunt, Person, Phone, Skipped, Stage
from ivr.duty.networks import operators_of
from ivr.storage.states import AttemptState


class Because(StrEnum):
    """Why it was this phone."""

    TURN = "turn"
    """It was this person's turn, and this phone's."""
    NEEDED = "needed"
    """It is rung when every other one of its owner has failed: they had, or were quiet."""
    NETWORK = "network"
    """A back-up phone, because the network of the person's own phone had just failed."""
    NETWORK_BEFORE = "network-before"
    """A back-up phone first, because the network of the person's operator had failed lately."""
    TELLING = "telling"
    """Nobody had accepted, and somebody at the desk has to hear it."""


class StageEnd(StrEnum):
    """Why an earlier stage was over."""

    NOBODY = "nobody"
    """Nobody was to be rung there."""
    PASSED = "passed"
    """Everybody there had passed."""
    TIME = "time"
    """Its time was over."""
    ROUNDS = "rounds"
    """Everybody had been rung as often as it says."""


@dataclass(frozen=True, slots=True)
class StageOver:
    """A stage that came before: who, how many rings, and why it was over. `title` as people call it."""

    name: str
    title: str
    who: str
    rings: int
    end: StageEnd


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one phone rang.

    `policy` and `chosen`: by which policy, and why that one (empty: it was asked for); `started`: when the
    page began; `at`: when the phone rang, and `wall` what the clock showed, which differs on a test call;
    `stage` .. `who`: the part of the hunt; `duty`: why these people were on duty, in sentences; `turn` (from
    1) of `rounds` (0: until `lasts_s` is over); `fault`: the attempt that showed the fault of the network;
    `is_cut`: the ring was shorter than the stage's `ring_s`, for its voicemail answers, or time was short;
    `before`: who was rung in this round before, and how that ended; `skipped`: who was not, and why; `over`:
    the stages before.
    """

    policy: str
    chosen: str
    started: datetime
    at: datetime
    wall: datetime
    stage: str
    title: str
    who: str
    duty: tuple[str, ...]
    is_together: bool
    turn: int
    rounds: int
    lasts_s: float
    person: str
    number: str
    label: str
    because: Because
    fault: Attempt | None
    ring_s: float
    is_cut: bool
    before: tuple[Attempt, ...]
    skipped: tuple[Skipped, ...]
    over: tuple[StageOver, ...]


def explain(
    hunt: Hunt, started: datetime, attempts: Sequence[Attempt], attempt: Attempt
) -> Explanation | None:
    """Why that attempt was made; None when the hunt has no such stage (a reminder, say)."""
    stage = hunt.stage(attempt.stage)
    if stage is None:
        return None
    stage = stage.as_of(attempt.planned_at)
    earlier = [one for one in attempts if one.planned_at <= attempt.planned_at and one.id != attempt.id]
    wall = hunt.wall_clock(attempt.planned_at)
    because, fault = _because(hunt, stage, earlier, attempt, wall)
    return Explanation(
        policy=hunt.policy,
        chosen=hunt.chosen,
        started=started,
        at=attempt.planned_at,
        wall=wall,
        stage=stage.name,
        title=stage.title,
        who=stage.who,
        duty=stage.why,
        is_together=stage.together,
        turn=attempt.turn + 1,
        rounds=stage.rounds,
        lasts_s=stage.lasts_s,
        person=attempt.title,
        number=attempt.number,
        label=attempt.label,
        because=because,
        fault=fault,
        ring_s=attempt.ring_s,
        is_cut=attempt.ring_s < stage.ring_s,
        before=tuple(one for one in earlier if one.stage == stage.name and one.turn == attempt.turn),
        skipped=(*stage.skipped, *_skipped(stage, earlier, attempt, wall)),
        over=tuple(_stages_over(hunt, stage, earlier, attempt.planned_at)),
    )


def _because(
    hunt: Hunt, stage: Stage, earlier: Sequence[Attempt], attempt: Attempt, wall: datetime
) -> tuple[Because, Attempt | None]:
    if stage.is_telling:
        return Because.TELLING, None
    if attempt.backup:
        mine = [one for one in earlier if one.entry == attempt.entry and one.stage == attempt.stage]
        own = [one for one in mine if one.turn == attempt.turn and one.state is AttemptState.NETWORK]
        if own:
            return Because.NETWORK, own[-1]
        return Because.NETWORK_BEFORE, _last_fault(hunt, stage, earlier, attempt)
    person = next((one for one in stage.people if one.entry == attempt.entry), None)
    kept = person.phones_at(wall, heeds_quiet=stage.heeds_quiet)[1] if person else []
    return (Because.NEEDED if _has(kept, attempt.number) else Because.TURN), None


def _last_fault(hunt: Hunt, stage: Stage, earlier: Sequence[Attempt], attempt: Attempt) -> Attempt | None:
    """The fault on the operator of the person's own phones; None: another page has met it."""
    operators = operators_of(hunt)
    person = next((one for one in stage.people if one.entry == attempt.entry), None)
    own = {phone.operator for phone in person.phones} if person else set()
    since = attempt.planned_at - timedelta(seconds=hunt.fault_memory_s)
    found = [
        one
        for one in earlier
        if one.state is AttemptState.NETWORK
        and operators.get(one.number, "") in own - {""}
        and one.over_at > since
    ]
    return found[-1] if found else None


def _has(phones: Sequence[Phone], number: str) -> bool:
    return any(phone.number == number for phone in phones)


def _skipped(stage: Stage, earlier: Sequence[Attempt], attempt: Attempt, wall: datetime) -> Iterator[Skipped]:
    """Who is in the stage and was not rung before this one in the round, for a reason of that moment."""
    passed = {one.entry: one for one in earlier if one.state is AttemptState.PASSED}
    for person in stage.people:
        if person.entry == attempt.entry:
            continue
        if person.entry in passed and not stage.is_telling:
            yield Skipped(person.entry, person.title, Sentence("has-passed"))
        elif not _is_reachable(stage, person, wall):
            yield Skipped(person.entry, person.title, Sentence("phones-are-quiet"))


def _is_reachable(stage: Stage, person: Person, wall: datetime) -> bool:
    return any(person.phones_at(wall, heeds_quiet=stage.heeds_quiet))


def _stages_over(hunt: Hunt, stage: Stage, earlier: Sequence[Attempt], at: datetime) -> Iterator[StageOver]:
    names = [one.name for one in hunt.stages]
    for now in hunt.stages[: names.index(stage.name)]:
        if now.since is not None and now.since > at:
            continue
        one = now.as_of(at)
        own = [each for each in earlier if each.stage == one.name]
        yield StageOver(one.name, one.title, one.who, len(own), _end(one, own, earlier))


def _end(stage: Stage, own: Sequence[Attempt], earlier: Sequence[Attempt]) -> StageEnd:
    passed = {one.entry for one in earlier if one.state is AttemptState.PASSED}
    if stage.people and all(person.entry in passed for person in stage.people):
        return StageEnd.PASSED
    if not own:
        return StageEnd.NOBODY
    rounds = max(one.turn for one in own) + 1
    return StageEnd.TIME if stage.lasts_s and not 0 < stage.rounds <= rounds else StageEnd.ROUNDS
