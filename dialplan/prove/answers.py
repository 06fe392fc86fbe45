"""Every answer that a command can get and that a plan can tell from the others.

For digits all twelve keys and none at all; of longer input every key alone, the shortest and the longest
that is asked for, and every value that some node compares with; for ringing all outcomes of each phone; for
a table every row that makes a difference, none, and the default; for everything that it fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from dialplan.commands import (
    Admit,
    Agents,
    AskCallback,
    Asked,
    CheckPin,
    Collect,
    Dial,
    LookUp,
    Play,
    Record,
    ServeEngineer,
    SwitchPlan,
)
from dialplan.events import (
    Admission,
    Admitted,
    Dialled,
    EngineerServed,
    Event,
    Failed,
    Found,
    Kept,
    Keyed,
    LineEnd,
    Outcome,
    PinChecked,
    Played,
    Recorded,
    Switched,
)
from dialplan.model import Configuration
from dialplan.simulate import CAUSES, TALK_S
from dialplan.suppositions import FAILED
from dialplan.tables import default_row, find_row

KEYS = "0123456789*#"


class Answer(NamedTuple):
    """One thing that may happen. `word` is how it is supposed in a simulation; empty: as usual, or by a key
    or an outcome."""

    event: Event
    word: str = ""


FOUND = "found"
FAILURE = Answer(Failed("supposed"), FAILED)
"""What may come of everything."""


class Vocabulary(NamedTuple):
    """What the plans of a configuration can tell apart. `inputs`: values with which input is compared;
    `rows`: of each database, the rows that make a difference; `phones`: how many telephones each person has.
    """

    configuration: Configuration
    inputs: frozenset[str]
    rows: Mapping[str, tuple[Mapping[str, str], ...]]
    phones: Mapping[str, int]
    gaps: tuple[str, ...] = ()
    """What is not all there, and why."""
    keyed: Mapping[int, tuple[str, ...]] = {}
    """What may be keyed at each `collect` node, by its id(): one for each kind that the plans tell apart."""


def answers_to(command: Asked, node: Any, vocabulary: Vocabulary) -> Iterator[Answer]:
    """Everything that may come of a command, but for `FAILURE`, which may come of each.

    `node` asked it; None: the engine did.
    """
    return _ANSWERS[type(command)](command, node, vocabulary)


def _of_play(_: Play, __: Any, ___: Vocabulary) -> Iterator[Answer]:
    yield Answer(Played())


def _of_collect(collect: Collect, node: Any, vocabulary: Vocabulary) -> Iterator[Answer]:
    seen = dict.fromkeys(("", *KEYS.replace(collect.terminator or " ", "")))
    told = vocabulary.keyed.get(id(node))
    if told is not None and collect.most > 1:
        seen = dict.fromkeys(("", *(key for key in "*#" if key in seen), *told))
    elif collect.choices:
        own = getattr(node, "keys", ())
        seen |= dict.fromkeys(
            each for each in sorted(collect.choices) if each in own or each in vocabulary.inputs
        )
    elif collect.most > 1:
        least = min(int(getattr(node, "least", 1)), collect.most)
        seen |= dict.fromkeys(_DIGITS[:length] for length in (least, collect.most))
        seen |= dict.fromkeys(each for each in sorted(vocabulary.inputs) if len(each) <= collect.most)
    for digits in seen:
        yield Answer(Keyed(digits))
    if collect.terminator:
        yield Answer(Keyed("", True), collect.terminator)


_DIGITS = "1234567890" * 4


def _of_dial(dial: Dial, _: Any, __: Vocabulary) -> Iterator[Answer]:
    for outcome in Outcome:
        if outcome is Outcome.ANSWERED:
            for target in dial.targets:
                yield Answer(Dialled(outcome, CAUSES[outcome], target.entry, TALK_S))
        else:
            yield Answer(Dialled(outcome, CAUSES[outcome]))


def _of_admit(admit: Admit, _: Any, vocabulary: Vocabulary) -> Iterator[Answer]:
    agents, waiting = admit.agents, admit.waiting
    for agent in _telling_agents(agents, vocabulary) if agents else ("",):
        yield Answer(Admitted(Admission.IN, agent), f"in:{agent}" if agent else "")
    if agents is not None:
        yield Answer(Admitted(Admission.NOBODY), Admission.NOBODY)
    if waiting is None:
        for limit in admit.limits:
            yield Answer(Admitted(Admission.LIMIT, limit=limit.key), f"limit:{limit.key}")
        if agents is not None:  # all of them talk
            key = f"group:{agents.group}"
            yield Answer(Admitted(Admission.LIMIT, limit=key), f"limit:{key}")
        return
    full = admit.limits[0].key if admit.limits else ""
    if waiting.longest:
        yield Answer(Admitted(Admission.FULL, limit=full), Admission.FULL)
    yield Answer(
        Admitted(Admission.TIMEOUT, limit=full, position=1, waited_s=waiting.wait_s), Admission.TIMEOUT
    )
    for key in waiting.keys:
        yield Answer(Admitted(Admission.KEY, key=key, limit=full, position=1, waited_s=10.0), f"key:{key}")


def _telling_agents(agents: Agents, vocabulary: Vocabulary) -> Iterator[str]:
    """Agents differ in their names and in how many telephones they have; only the last decides."""
    kinds: dict[int, str] = {}
    for target in agents.people:
        if target.entry not in agents.except_:
            kinds.setdefault(vocabulary.phones.get(target.entry, 1), target.entry)
    yield from kinds.values()


def _of_record(_: Record, __: Any, ___: Vocabulary) -> Iterator[Answer]:
    yield Answer(Recorded("supposed", 10.0))
    yield Answer(Recorded(""), "nothing")


def _of_look_up(look_up: LookUp, _: Any, vocabulary: Vocabulary) -> Iterator[Answer]:
    table = vocabulary.configuration.tables[look_up.table]
    if not table.is_database:
        yield Answer(find_row(table, look_up.value))
        return
    for row in vocabulary.rows[look_up.table] or ({},):
        yield Answer(Found(row, "as supposed"), FOUND)
    yield Answer(Found(None, "as supposed"), "not-found")
    yield Answer(default_row(table, "as supposed"), "unanswered")


def _of_callback(_: AskCallback, __: Any, ___: Vocabulary) -> Iterator[Answer]:
    yield Answer(Kept(1))
    yield Answer(Kept(refused="supposed"), "limit")


def _of_pin(pin: CheckPin, _: Any, __: Vocabulary) -> Iterator[Answer]:
    yield Answer(PinChecked(), "wrong")
    yield Answer(PinChecked(is_blocked=True), "blocked")
    for who in pin.people or ("supposed",):
        yield Answer(PinChecked(who), who)


def _of_switch(_: SwitchPlan, __: Any, ___: Vocabulary) -> Iterator[Answer]:
    yield Answer(Switched())


def _of_engineer(_: ServeEngineer, __: Any, ___: Vocabulary) -> Iterator[Answer]:
    for end in LineEnd:
        yield Answer(EngineerServed(end, why="supposed"), end)


_ANSWERS: Mapping[type, Callable[[Any, Any, Vocabulary], Iterator[Answer]]] = {
    Play: _of_play,
    Collect: _of_collect,
    Dial: _of_dial,
    Admit: _of_admit,
    Record: _of_record,
    LookUp: _of_look_up,
    AskCallback: _of_callback,
    CheckPin: _of_pin,
    SwitchPlan: _of_switch,
    ServeEngineer: _of_engineer,
}
