"""Past calls driven through another configuration: the same for the caller, or where the two part.

`rebuild` drives the configuration that served a call with the call's tape, and so knows what was asked when.
`compare` then drives another one with those answers. A question that the past call never answered is not
guessed at: what follows it cannot be told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple

from dialplan.abandon import abandon
from dialplan.commands import (
    Admit,
    AskCallback,
    Asked,
    CheckPin,
    Collect,
    Dial,
    Hangup,
    LookUp,
    Play,
    Record,
    ServeEngineer,
    SwitchPlan,
)
from dialplan.engine import BUDGET, Hop, advance, begin
from dialplan.events import (
    Admitted,
    Dialled,
    EngineerServed,
    Event,
    Failed,
    Found,
    Kept,
    Keyed,
    Outcome,
    PinChecked,
    Played,
    Recorded,
    Switched,
    TakenOver,
)
from dialplan.model import Configuration
from dialplan.noticed import SENTENCES, kind_of, say_dial, say_hangup, say_unanswered, who
from dialplan.tape import Heard, Tape
from dialplan.times import say_duration

WORDS_S: Final = 4.0
"""How long saying something takes that was not said on the call."""
RING_GRACE_S: Final = 2.0
BUSY_S: Final = 2.0


class Verdict(StrEnum):
    """What another configuration would have done with a call."""

    SAME = "same"
    OTHER_WAY = "other-way"
    """The same for the caller, by other nodes or exits."""
    DIFFERS = "differs"
    UNTOLD = "untold"
    """Cannot be told from what happened on the call."""


class Met(NamedTuple):
    """One thing that somebody noticed, and at which node."""

    what: str
    where: str


@dataclass(frozen=True, slots=True)
class Answered:
    """Something that was asked on the call. `event` None: the caller hung up while it was."""

    command: Asked
    where: str
    event: Event | None
    took_s: float
    is_secret: bool = False


@dataclass(frozen=True, slots=True)
class Course:
    """A call's way through a configuration."""

    hops: tuple[Hop, ...]
    met: tuple[Met, ...]
    asked: tuple[Answered, ...]
    untold: str = ""
    """Why nothing can be told of what follows."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A call as it was, and as it would have been. `parts`: where they part, or why nothing can be told."""

    verdict: Verdict
    parts: str
    past: Course
    other: Course


class Untold(Exception):  # noqa: N818 - it is what is so
    """A question that the past cannot answer."""


Answer = Callable[[Asked, str, float], tuple[Event | None, float, bool]]
"""Command, node and seconds since the beginning -> the event (None: hung up), how long it took, secret."""


def rebuild(configuration: Configuration, tape: Tape) -> Course:
    """The call as it was, by the configuration that served it."""
    heard = list(tape.heard)

    def answer(command: Asked, where: str, after_s: float) -> tuple[Event | None, float, bool]:
        if heard:
            one = heard.pop(0)
            _hold(one, command)
            return one.event, max(0.0, one.after_s - after_s), one.secret_digits > 0
        if tape.left_s is None:
            raise Untold("the service was stopped while the call went on")
        return None, max(0.0, tape.left_s - after_s), False

    return _drive(configuration, tape, answer)


def _hold(one: Heard, command: Asked) -> None:
    """An answer to something else means that the engine has changed since."""
    fits = ANSWERS.get(type(command), Failed)
    if not isinstance(one.event, (fits, Failed, TakenOver)):
        raise Untold(f"the call answered {kind_of(one.event)} where {kind_of(command)} is asked now")
    if one.secret_digits:
        raise Untold("what the caller keyed there is a secret, and was not kept")


def compare(past: Course, other: Configuration, tape: Tape) -> Comparison:
    """What `other` would have done with a call that `rebuild` has told of."""
    course = _drive(other, tape, _Memory(past, tape.left_s))
    return _judge(past, course)


def _judge(past: Course, other: Course) -> Comparison:
    index = _first_difference(past.met, other.met)
    if index is not None:
        return Comparison(Verdict.DIFFERS, _say_parting(past.met, other, index), past, other)
    if other.untold or past.untold:
        return Comparison(Verdict.UNTOLD, other.untold or past.untold, past, other)
    if len(past.met) != len(other.met):
        index = min(len(past.met), len(other.met))
        return Comparison(Verdict.DIFFERS, _say_parting(past.met, other, index), past, other)
    ways = [[(hop.plan, hop.node, hop.exit) for hop in course.hops] for course in (past, other)]
    if ways[0] != ways[1]:
        return Comparison(Verdict.OTHER_WAY, _say_other_way(*ways), past, other)
    return Comparison(Verdict.SAME, "", past, other)


def _first_difference(past: Sequence[Met], other: Sequence[Met]) -> int | None:
    """Where both go on, in different ways."""
    pairs = enumerate(zip(past, other, strict=False))
    return next((index for index, (was, is_) in pairs if not _is_same(was.what, is_.what)), None)


def _is_same(was: str, is_: str) -> bool:
    """A ring whose end cannot be told is not another one for that."""
    return was == is_ or was.startswith(f"{is_}: ")


def _say_parting(past: Sequence[Met], other: Course, index: int) -> str:
    was = _say_met(past[index]) if index < len(past) else "nothing more"
    is_ = _say_met(other.met[index]) if index < len(other.met) else "nothing more"
    rest = f"; what follows cannot be told from here: {other.untold}" if other.untold else ""
    return f"then: {was}; now: {is_}{rest}"


def _say_met(met: Met) -> str:
    return f"{met.what} (at {met.where})" if met.where else met.what


def _say_other_way(past: list[tuple[str, str, str]], other: list[tuple[str, str, str]]) -> str:
    index = next(
        (i for i, (was, is_) in enumerate(zip(past, other, strict=False)) if was != is_),
        min(len(past), len(other)),
    )
    was, is_ = ("{}.{} -> {}".format(*way[index]) if index < len(way) else "the end" for way in (past, other))
    return f"the same for the caller, by another way: then {was}; now {is_}"


# -- driving


def _drive(configuration: Configuration, tape: Tape, answer: Answer) -> Course:
    """The engine, from answer to answer."""
    hops: list[Hop] = []
    met: list[Met] = []
    asked: list[Answered] = []
    after_s, untold = 0.0, ""
    step = begin(configuration, tape.facts, tape.began)
    for _ in range(BUDGET * 2):
        hops.extend(step.hops)
        where = f"{step.state.plan}.{step.state.node}" if step.state.node else ""
        met.extend(
            Met(SENTENCES[type(told)](told), where) for told in step.commands[:-1] if type(told) in SENTENCES
        )
        command: Any = step.commands[-1]
        if isinstance(command, Hangup):
            met.append(Met(say_hangup(command), where))
            break
        try:
            event, took_s, is_secret = answer(command, where, after_s)
        except Untold as why:
            _note_question(met, command, where)
            untold = str(why)
            break
        asked.append(Answered(command, where, event, took_s, is_secret))
        _note(met, command, event, where)
        after_s += took_s
        if event is None or _hung_up_speaking(event, tape, after_s):
            met.append(Met("the caller hangs up", where))
            gone = abandon(configuration, step.state, event, tape.began + timedelta(seconds=after_s))
            hops.extend(gone.hops)
            told = [one for one in gone.commands if type(one) in SENTENCES]
            met.extend(Met(SENTENCES[type(one)](one), where) for one in told)
            break
        step = advance(configuration, step.state, event, tape.began + timedelta(seconds=after_s))
    return Course(tuple(hops), tuple(met), tuple(asked), untold)


def _hung_up_speaking(event: Event, tape: Tape, after_s: float) -> bool:
    """Whether the caller hung up in the middle of his message: then nothing follows it."""
    return isinstance(event, Recorded) and tape.left_s is not None and after_s >= tape.left_s


def _note(met: list[Met], command: Asked, event: Event | None, where: str) -> None:
    if isinstance(command, Dial):
        met.append(Met(say_dial(command, event), where))
    elif type(command) in SENTENCES:
        met.append(Met(SENTENCES[type(command)](command), where))


def _note_question(met: list[Met], command: Asked, where: str) -> None:
    """A question without an answer: that it is asked can be told."""
    if type(command) in SENTENCES:
        met.append(Met(SENTENCES[type(command)](command), where))


# -- the answers of the past


class _Memory:
    """What the past call answered, for a configuration that may ask otherwise."""

    def __init__(self, past: Course, left_s: float | None) -> None:
        self._left = [one for one in past.asked if not isinstance(one.command, Play)]
        self._plays = [one for one in past.asked if isinstance(one.command, Play)]
        self._why = past.untold
        self._left_s = left_s

    def __call__(self, command: Asked, where: str, after_s: float) -> tuple[Event | None, float, bool]:
        if isinstance(command, Play):
            return self._play(command, where, after_s)
        if isinstance(command, AskCallback):
            return Kept(1), 0.0, False
        for index, one in enumerate(self._left):
            if _is_same_question(one, command, where):
                # what was asked before it was not asked this time, and will not be
                del self._left[: index + 1]
                return self._answer(one, command)
        raise Untold(say_unanswered(command) + (f"; {self._why}" if self._why else ""))

    def _play(self, command: Play, where: str, after_s: float) -> tuple[Event | None, float, bool]:
        for one in self._plays:
            if one.command == command or one.where == where:
                self._plays.remove(one)
                return one.event, one.took_s, False
        took_s = WORDS_S * len(command.utterances)
        if self._left_s is not None and after_s + took_s > self._left_s:
            return None, max(0.0, self._left_s - after_s), False
        return Played(), took_s, False

    def _answer(self, one: Answered, command: Asked) -> tuple[Event | None, float, bool]:
        if one.is_secret:
            raise Untold("what the caller keyed there is a secret, and was not kept")
        if isinstance(command, Dial) and isinstance(one.command, Dial):
            return _ring_again(one, one.command, command)
        return one.event, one.took_s, False


def _ring_again(one: Answered, was: Dial, now: Dial) -> tuple[Event | None, float, bool]:
    """The same phones, for as long as then or not."""
    event = one.event
    if not isinstance(event, Dialled):
        return event, one.took_s, False
    rang_s = one.took_s - event.talked_s
    if event.outcome is Outcome.ANSWERED and rang_s > now.ring_s + RING_GRACE_S:
        return Dialled(Outcome.NO_ANSWER, 19), now.ring_s, False
    if event.outcome is Outcome.NO_ANSWER and now.ring_s > was.ring_s:
        raise Untold(
            f"{who(now)} did not answer within {say_duration(was.ring_s)}; "
            f"it would ring for {say_duration(now.ring_s)}"
        )
    took_s = min(one.took_s, now.ring_s) if event.outcome is Outcome.NO_ANSWER else one.took_s
    return event, took_s, False


def _is_same_question(one: Answered, command: Asked, where: str) -> bool:
    if type(one.command) is not type(command):
        return False
    key = _KEYS.get(type(command))
    if key is not None and key(one.command) == key(command):
        return True
    return isinstance(command, Collect | Record) and one.where == where


def _numbers(dial: Dial) -> frozenset[str]:
    return frozenset(target.number for target in dial.targets)


_KEYS: Final[Mapping[type, Callable[[Any], object]]] = {
    Dial: _numbers,
    Collect: lambda asked: (asked.utterances, asked.most),
    Record: lambda asked: asked.utterances,
    LookUp: lambda asked: (asked.table, asked.value),
    ServeEngineer: lambda asked: asked.people,
    Admit: lambda asked: (
        asked.limits,
        asked.agents and asked.agents.group,
        asked.waiting and (asked.waiting.queue, asked.waiting.keys),
    ),
}
ANSWERS: Final[Mapping[type, type]] = {
    Play: Played,
    Collect: Keyed,
    Dial: Dialled,
    Admit: Admitted,
    Record: Recorded,
    LookUp: Found,
    AskCallback: Kept,
    CheckPin: PinChecked,
    SwitchPlan: Switched,
    ServeEngineer: EngineerServed,
}


__all__ = ["Answered", "Comparison", "Course", "Met", "Verdict", "compare", "rebuild"]
