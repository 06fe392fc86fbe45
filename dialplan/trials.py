"""The calls that are tried in two configurations to tell what callers meet otherwise: every kind of caller,
every share of a percentage, every row of a database that makes a difference, and every row of keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, NamedTuple, TypeAlias

from dialplan.commands import Collect, LookUp
from dialplan.events import Admission, Outcome
from dialplan.fullness import names_of
from dialplan.model import Configuration, Plan, ServiceNumber
from dialplan.nodes.collect import CONFIRM_KEY
from dialplan.nodes.collect import Collect as CollectNode
from dialplan.nodes.destination import Destination
from dialplan.nodes.exits import REST
from dialplan.nodes.language import Language
from dialplan.nodes.menu import NO_INPUT, WRONG_INPUT, Menu
from dialplan.prove.answers import Vocabulary
from dialplan.prove.callers import DRAWS, USUAL, candidates_of, decider_of, draws, has_shares, sharer_of
from dialplan.prove.decisive import decisive_of
from dialplan.prove.period import begins_of, plans_from
from dialplan.prove.vocabulary import vocabulary_of
from dialplan.run import Node
from dialplan.simulate import simulate
from dialplan.simulated import Performed, Simulation
from dialplan.suppositions import numbers_without_entry

DEEPEST: Final = 3
"""So many questions in a row are tried with every answer."""
MOST: Final = 4000
"""So many calls to a number are tried in one kind of moment."""
NOT_KEYED: Final = ("switch-plan", "duty-line", "record", "call-back")
"""Kinds of node whose questions are not followed: what is answered there changes nothing of who is reached,
or is known to a person alone."""

NO_ANSWER: Final = Outcome.NO_ANSWER.value
OTHER_OUTCOMES: Final = tuple(each for each in Outcome if each not in (Outcome.ANSWERED, Outcome.NO_ANSWER))

Row: TypeAlias = tuple[str, str, str]
"""A table, a column and its value."""


class Variety(NamedTuple):
    """How all telephones and queues behave in a call. `outcome`: how all ringing ends; `is_full`: no place
    comes free; `queued`: how every queue is left, `queue-full` or a key."""

    outcome: Outcome = Outcome.ANSWERED
    is_full: bool = False
    queued: str = ""

    @property
    def name(self) -> str:
        """How it is spoken of: the outcome, `full`, `queue-full` or a key."""
        return "full" if self.is_full else self.queued or self.outcome.value


ALONE: Final = Variety(Outcome.NO_ANSWER)
PLACELESS: Final = Variety(is_full=True)


class Calls(NamedTuple):
    """What comes of a trial in one configuration: when everybody answers, and otherwise."""

    answered: Simulation
    others: Mapping[Variety, Simulation]

    @property
    def asked(self) -> set[str]:
        """The tables that are asked in any of them."""
        return {
            done.commands[-1].table
            for call in (self.answered, *self.others.values())
            for done in call.performed
            if isinstance(done.commands[-1], LookUp)
        }


@dataclass(frozen=True, slots=True)
class Trial:
    """A call that is tried in both configurations. `keys`: what is keyed, `9,9` at two questions that belong
    together; `share`: of how many calls in a hundred chance makes such a one; `found`: what databases are
    supposed to know."""

    number: str
    caller: str | None
    keys: tuple[str, ...] = ()
    found: tuple[Row, ...] = ()
    chance: float = 0.0
    share: float = 100.0

    @property
    def keyed(self) -> list[str]:
        """What is keyed at each question."""
        return [key for keys in self.keys for key in keys.split(",")]

    def run(self, side: Side, at: datetime, varieties: Iterable[Variety]) -> Calls:
        """The calls in one of them."""
        answered = self._call(side.configuration, at)
        return Calls(answered, {each: self._vary(side, at, each) for each in varieties})

    def _vary(self, side: Side, at: datetime, variety: Variety) -> Simulation:
        configuration = side.configuration
        if variety.is_full:
            return self._call(configuration, at, full=_places(configuration))
        if variety.queued:
            return self._call(configuration, at, suppose=side.queues_left_by(variety.queued))
        everybody = (*configuration.directory, *numbers_without_entry(configuration))
        return self._call(configuration, at, outcomes=dict.fromkeys(everybody, variety.outcome.value))

    def _call(self, configuration: Configuration, at: datetime, **more: object) -> Simulation:
        """One of them; of a row only what its tables have."""
        return simulate(
            configuration,
            self.number,
            self.caller,
            at,
            self.keyed,
            chance=self.chance,
            found=self._rows(configuration),
            **more,  # type: ignore[arg-type]
        )

    def _rows(self, configuration: Configuration) -> Mapping[str, Mapping[str, str]]:
        rows: dict[str, dict[str, str]] = {}
        for table, column, value in self.found:
            known = configuration.tables.get(table)
            if known is not None and column in known.columns:
                rows.setdefault(table, {})[column] = value
        return rows


class Side:
    """One of the two configurations, with the plans that calls to a number may come to."""

    def __init__(self, configuration: Configuration, number: str) -> None:
        self.configuration = configuration
        self.number: ServiceNumber = configuration.numbers[number]
        self.plans: list[Plan] = plans_from(configuration, list(begins_of(configuration, self.number)))
        self.vocabulary: Vocabulary = vocabulary_of(configuration, self.plans, decisive_of(self.plans))

    @property
    def destinations(self) -> Iterator[tuple[str, Destination]]:
        """Those of its plans, with their names."""
        for plan in self.plans:
            for name, node in plan.nodes.items():
                if isinstance(node, Destination):
                    yield f"{plan.id}.{name}", node

    def varieties(self) -> Iterator[Variety]:
        """Everything that makes a difference to some destination."""
        yield ALONE
        if _places(self.configuration):
            yield PLACELESS
        for _, node in self.destinations:
            usual = node.exits.get(NO_ANSWER, node.exits.get(REST))
            yield from (Variety(each) for each in OTHER_OUTCOMES if node.exits.get(each, usual) != usual)
            if node.queue is not None:
                left = (*node.queue.keys, *((Admission.FULL,) if node.queue.longest else ()))
                yield from (Variety(queued=str(each)) for each in left)

    def queues_left_by(self, word: str) -> dict[str, str]:
        """What is to be supposed of its nodes, so that whoever waits leaves like that."""
        is_full = word == Admission.FULL
        return {
            name: word
            for name, node in self.destinations
            if node.queue is not None and (node.queue.longest if is_full else word in node.queue.keys)
        }

    @property
    def place(self) -> tuple[Configuration, list[Plan], ServiceNumber]:
        """As what looks at kinds of callers takes it."""
        return self.configuration, self.plans, self.number

    def offered(self, call: Simulation, keyed: int) -> list[str]:
        """What may be keyed at the question that comes after so many."""
        asked = [done for done in call.performed if isinstance(done.commands[-1], Collect)]
        if len(asked) <= keyed:
            return []
        node = self._node_of(call, asked[keyed])
        command = asked[keyed].commands[-1]
        if isinstance(node, Menu):
            return [*sorted(node.keys), *_wrong_keys(node)]
        if isinstance(node, Language):
            return sorted(node.keys)
        if isinstance(node, CollectNode) and isinstance(command, Collect):
            if node.confirm and command.most == 1 != node.most:
                return [CONFIRM_KEY]
            return list(self.vocabulary.keyed.get(id(node), ()))
        return []

    def _node_of(self, call: Simulation, asked: Performed) -> Node | None:
        hop = next((hop for hop in call.steps[asked.made :]), None)
        plan = self.configuration.plans.get(hop.plan) if hop else None
        return plan.nodes.get(hop.node) if hop and plan else None


@dataclass(slots=True)
class Trials:
    """The trials of calls to one number. `not_followed`: what is left out, a sentence each."""

    sides: Sequence[Side]
    not_followed: dict[str, None] = field(default_factory=dict)
    _rows: dict[str, tuple[tuple[Row, ...], ...]] = field(init=False)
    """Of each database the rows that either side tells apart."""
    _varieties: tuple[Variety, ...] = field(init=False)

    def __post_init__(self) -> None:
        found: dict[str, dict[tuple[Row, ...], None]] = {}
        for table, rows in ((table, of) for side in self.sides for table, of in side.vocabulary.rows.items()):
            for row in filter(None, rows):
                cells = tuple((table, column, value) for column, value in sorted(row.items()))
                found.setdefault(table, {})[cells] = None
        self._rows = {table: tuple(rows) for table, rows in found.items()}
        self._varieties = tuple(dict.fromkeys(each for side in self.sides for each in side.varieties()))

    def at(self, at: datetime) -> Iterator[tuple[Trial, tuple[Calls, ...]]]:
        """Those of a moment, each with what comes of it in both."""
        number = self.sides[0].number.number
        tried = 0
        for begun in self._begun(number, at):
            for trial, calls in self._grown(begun, at):
                tried += 1
                if tried > MOST:
                    self._leave_out(f"more than {MOST:,} kinds of call to one number at one hour")
                    return
                yield trial, calls

    def _begun(self, number: str, at: datetime) -> Iterator[Trial]:
        for caller in _callers(self.sides, at):
            for chance, share in _chances(self.sides, at):
                yield Trial(number, caller, (), (), chance, share)

    def _grown(self, begun: Trial, at: datetime) -> Iterator[tuple[Trial, tuple[Calls, ...]]]:
        """Every row of keys that may be keyed, the one without any first; and of every database that is asked
        every row."""
        waiting = [begun]
        while waiting:
            trial = waiting.pop(0)
            calls = tuple(trial.run(side, at, self._varieties) for side in self.sides)
            yield trial, calls
            waiting += self._with_rows(trial, calls)
            keys = dict.fromkeys(
                key
                for side, call in zip(self.sides, calls, strict=True)
                for key in side.offered(call.answered, len(trial.keyed))
            )
            if len(trial.keys) < DEEPEST:
                waiting += [replace(trial, keys=(*trial.keys, key)) for key in keys]
            elif keys:
                self._leave_out(f"what is keyed after {DEEPEST} questions in a row")

    def _with_rows(self, trial: Trial, calls: Sequence[Calls]) -> Iterator[Trial]:
        """The same call for every row of the databases that it asks, of one of them at a time."""
        asked = {table for call in calls for table in call.asked}
        known = {table for table, _, _ in trial.found}
        for table in sorted(asked & self._rows.keys() - known):
            if trial.found:
                self._leave_out("rows of several databases together")
            else:
                yield from (replace(trial, found=row) for row in self._rows[table])

    def note_kinds(self) -> None:
        """What is asked at these nodes is answered in one way only."""
        for side in self.sides:
            for plan in side.plans:
                for name, node in plan.nodes.items():
                    if node.kind in NOT_KEYED:
                        self._leave_out(f"other answers at {plan.id}.{name} ({node.kind})")

    def _leave_out(self, what: str) -> None:
        self.not_followed[what] = None


def _wrong_keys(node: Menu) -> Iterator[str]:
    """A key that is no choice, so often that the menu is left, where that leads elsewhere than silence."""
    begun = {*(choice[0] for choice in node.keys), node.repeat}
    wrong = next((key for key in "9876543210*#" if key not in begun), "")
    rest = node.exits.get(REST)
    is_apart = node.exits.get(WRONG_INPUT, rest) != node.exits.get(NO_INPUT, rest)
    if wrong and is_apart and not node.extensions:
        yield ",".join([wrong] * node.attempts.most(WRONG_INPUT))


def _places(configuration: Configuration) -> tuple[str, ...]:
    """The name of everything that may have no place."""
    known, key = configuration.memo, ("places",)
    if key not in known:
        known[key] = tuple(dict.fromkeys(name for name, _ in names_of(configuration)))
    found: tuple[str, ...] = known[key]
    return found


def _callers(sides: Sequence[Side], at: datetime) -> list[str | None]:
    """One caller of each kind, the usual one first: those whom both configurations treat alike are one."""
    candidates = dict.fromkeys(each for side in sides for each in candidates_of(*side.place))
    if None in candidates and len(candidates) > 1:  # last, so that a kind is named by a number if it has any
        candidates.pop(None)
        candidates[None] = None
    deciders = [decider_of(*side.place, at) for side in sides]
    found: dict[object, str | None] = {}
    for caller in candidates:
        found.setdefault(tuple(decide(caller) for decide in deciders), caller)
    return sorted(found.values(), key=lambda caller: caller != USUAL)


def _chances(sides: Sequence[Side], at: datetime) -> list[tuple[float, float]]:
    """One random number for each share that either configuration makes, and how many calls in a hundred."""
    if not any(has_shares(side.plans) for side in sides):
        return [(0.0, 100.0)]
    sharers = [sharer_of(*side.place, at) for side in sides]
    found: dict[object, list[float]] = {}
    for chance in draws():
        found.setdefault(tuple(share(chance) for share in sharers), []).append(chance)
    return [(each[0], 100 * len(each) / DRAWS) for each in found.values()]
