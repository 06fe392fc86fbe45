"""What is supposed about a call on paper: how ringing somebody ends, and how a node is answered.

Each supposition is a list of answers, used one after the other; the last one stays. An empty answer means
"as usual": `busy, ,answered`. Any node may be answered by `failed`, and, once an engineer is being rung, by
`engineer` or `engineer:ADU`, who takes the caller (see `dialplan.visited`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from dialplan.commands import Target
from dialplan.events import Outcome
from dialplan.faults import nearest_of
from dialplan.gates import NODE as GATE
from dialplan.model import Configuration
from dialplan.nodes.destination import Destination
from dialplan.numbers import to_e164

Supposed: TypeAlias = Mapping[str, str | Sequence[str]]
"""Name -> answer, answers separated by commas, or a list of answers."""

FAILED = "failed"
"""The answer that any node may be supposed to get: what it asked could not be performed."""


class UnknownDestination(Exception):  # noqa: N818 - says what is wrong
    """Something was supposed of somebody, or of a thing (`what`), that the configuration does not have."""

    def __init__(self, name: str, nearest: str, what: str = "destination") -> None:
        self.name, self.nearest = name, nearest
        hint = f'; did you mean "{nearest}"?' if nearest else ""
        super().__init__(f'unknown {what} "{name}"{hint}')


class UnknownOutcome(Exception):  # noqa: N818 - says what is wrong
    """Ringing cannot end like that."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.nearest = nearest_of(name, list(Outcome))
        super().__init__(f'unknown outcome "{name}"; there are {", ".join(Outcome)}')


class UnknownNode(Exception):  # noqa: N818 - says what is wrong
    """An answer was supposed for a node that no plan has."""

    def __init__(self, name: str, nearest: str) -> None:
        self.name, self.nearest = name, nearest
        hint = f'; did you mean "{nearest}"?' if nearest else ""
        super().__init__(f'unknown node "{name}"{hint}')


class WrongSupposition(Exception):  # noqa: N818 - says what is wrong
    """A node cannot be answered like that."""

    def __init__(self, node: str, word: str, known: str) -> None:
        self.node, self.word = node, word
        super().__init__(f'{node} cannot be answered by "{word}"; write {known}')


class Suppositions:
    """The answers that are left; one object for one simulated call."""

    def __init__(self, configuration: Configuration, outcomes: Supposed, nodes: Supposed) -> None:
        """Raises UnknownDestination, UnknownOutcome, UnknownNode."""
        self._phones = read_outcomes(configuration, outcomes)
        self._nodes = _read_nodes(configuration, nodes)
        self._used: dict[tuple[str, str], int] = {}

    def outcome_of(self, target: Target) -> Outcome | None:
        """How ringing this phone ends this time; None: nothing is supposed."""
        for key in (target.number, target.entry):
            if key in self._phones:
                return self._turn("phone", key, self._phones[key]) or None
        return None

    def answer_of(self, plan: str, node: str) -> str:
        """How this node is answered this time; empty: as usual."""
        for key in (f"{plan}.{node}", node):
            if key in self._nodes:
                return self._turn("node", key, self._nodes[key]) or ""
        return ""

    def _turn(self, kind: str, key: str, answers: Sequence[Outcome | None] | Sequence[str]) -> Outcome | None:
        used = self._used.get((kind, key), 0)
        self._used[kind, key] = used + 1
        return answers[min(used, len(answers) - 1)] if answers else None  # type: ignore[return-value]


def read_outcomes(configuration: Configuration, outcomes: Supposed) -> dict[str, tuple[Outcome | None, ...]]:
    """Outcomes by directory id or E.164 number; raises UnknownDestination, UnknownOutcome."""
    ids = {entry.id: entry.id for entry in configuration.directory.values()}
    ids |= {engineer.trigram: engineer.entry for engineer in configuration.duty.engineers}
    numbers = {phone.number for entry in configuration.directory.values() for phone in entry.phones}
    numbers |= numbers_without_entry(configuration)
    found: dict[str, tuple[Outcome | None, ...]] = {}
    for name, answers in outcomes.items():
        number = None if name in ids else to_e164(name, configuration.desk.country)
        key = ids.get(name) or (number if number in numbers else None)
        if key is None:
            raise UnknownDestination(name, nearest_of(name, ids))
        found[key] = tuple(_outcome(answer) if answer else None for answer in split(answers))
    return found


def numbers_without_entry(configuration: Configuration) -> frozenset[str]:
    """The numbers that destinations ring though no entry of the directory has them."""
    known, key = configuration.memo, ("numbers without entry",)
    if key not in known:
        nodes = (node for plan in configuration.plans.values() for node in plan.nodes.values())
        rung = (node.numbers for node in nodes if isinstance(node, Destination))
        known[key] = frozenset(number for numbers in rung for number in numbers)
    found: frozenset[str] = known[key]
    return found


def _outcome(name: str) -> Outcome:
    try:
        return Outcome(name)
    except ValueError:
        raise UnknownOutcome(name) from None


def split(answers: str | Sequence[str]) -> tuple[str, ...]:
    """Answers one after the other: of a list, or of a text with commas."""
    parts = answers.split(",") if isinstance(answers, str) else answers
    return tuple(str(part).strip() for part in parts)


def _read_nodes(configuration: Configuration, nodes: Supposed) -> dict[str, tuple[str, ...]]:
    if not nodes:
        return {}
    known = {name for plan in configuration.plans.values() for name in plan.nodes} | {
        f"{plan.id}.{name}" for plan in configuration.plans.values() for name in plan.nodes
    }
    known |= {GATE} | {f"{plan}.{GATE}" for plan in configuration.plans}
    for name in nodes:
        if name not in known:
            raise UnknownNode(name, nearest_of(name, known))
    return {name: split(answers) for name, answers in nodes.items()}
