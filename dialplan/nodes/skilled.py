"""Ringing a skills group: a free agent is asked for and rung; when he does not answer, the next one is.

While the caller waits for an agent the node's memory is (ASKED, waited, outcome, why, *tried), while one is
being rung (HELD, agent, phone, waited, outcome, why, *tried): seconds waited so far, how ringing the last one
ended, the story so far, and who was rung in vain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from dialplan.cells import Table
from dialplan.chance import shuffled
from dialplan.commands import Admit, AgentOrder, Agents, Dial, Leave, Target
from dialplan.events import Admission, Admitted, Dialled, Event, Outcome
from dialplan.fields import whole
from dialplan.nodes.admission import exit_of, note_waiting
from dialplan.nodes.outcomes import say_outcome
from dialplan.reading import Section
from dialplan.run import HELD, Ask, Go, Move, Run, Unexpected, expect
from dialplan.skills import HIGHEST_LEVEL, SkillsGroup, able
from dialplan.words import languages_of

if TYPE_CHECKING:
    from dialplan.nodes.destination import Destination

ASKED: Final = "asked"
NOBODY_ABLE: Final = "nobody of {group} has the skills that are needed"


class Tale(NamedTuple):
    """What has happened to a caller at this node so far."""

    waited: int = 0
    outcome: str = ""
    why: str = ""
    tried: tuple[str, ...] = ()

    @property
    def memory(self) -> tuple[str | int, ...]:
        """What the node keeps of it."""
        return (self.waited, self.outcome, self.why, *self.tried)

    def told(self, why: str) -> str:
        """The story with one more sentence."""
        return f"{self.why}; {why}" if self.why else why


def enter(node: Destination, run: Run) -> Move:
    """Ask for a free agent."""
    return _ask(node, run, Tale())


def resume(node: Destination, run: Run, event: Event) -> Move:
    """An agent is free, or none is to be had; or ringing one is over."""
    first, *rest = run.memory
    if first == ASKED:
        return _admitted(node, run, expect(event, Admitted), _tale(rest))
    if first == HELD:
        return _rung(node, run, expect(event, Dialled), str(rest[0]), int(rest[1]), _tale(rest[2:]))
    raise Unexpected(event)


def _tale(memory: list[str | int]) -> Tale:
    waited, outcome, why, *tried = memory
    return Tale(int(waited), str(outcome), str(why), tuple(str(one) for one in tried))


def _ask(node: Destination, run: Run, tale: Tale) -> Move:
    group = run.configuration.skills[node.group]
    agents = agents_of(node, run, group)
    if not agents.people:
        return Go("nobody", tale.told(NOBODY_ABLE.format(group=group.title)))
    if tale.tried:
        agents = replace(agents, except_=tale.tried)
    waiting = node.queue.waiting(run, tale.waited, late=bool(tale.tried)) if node.queue else None
    return Ask(Admit(node.limits(run), agents, waiting), (ASKED, *tale.memory))


def agents_of(node: Destination, run: Run, group: SkillsGroup) -> Agents:
    """The agents of the group who can serve this caller."""
    order = AgentOrder(node.order) if node.order else group.order
    languages = languages_of(run.language, True)
    memo, key = run.configuration.memo, (id(node), languages)
    known: Agents | None = memo.get(key)
    if known is None:
        directory = run.configuration.directory
        found = able(group, node.needs, languages)
        people = tuple(directory[agent.entry].targets[0] for agent in found if directory[agent.entry].targets)
        known = memo[key] = Agents(group.id, people, order, group.wrap_up_s, group.aside_s)
    if order is AgentOrder.RANDOM:
        return replace(known, people=shuffled(known.people, run.call.chance))
    return known


def _admitted(node: Destination, run: Run, admitted: Admitted, tale: Tale) -> Move:
    waited = tale.waited + round(admitted.waited_s)
    if admitted.admission is Admission.IN:
        said = note_waiting(node, run, round(admitted.waited_s))
        why = tale.told(said) if said else tale.why
        return _ring(node, run, admitted.agent, 0, tale._replace(waited=waited, why=why))
    exit_, why = exit_of(node, run, admitted, waited)
    if tale.tried and admitted.admission in (Admission.NOBODY, Admission.LIMIT):
        return Go(tale.outcome, tale.told("no other agent can be had"))
    return Go(exit_, tale.told(why))


def _ring(node: Destination, run: Run, agent: str, phone: int, tale: Tale) -> Move:
    targets = _phones(node, run, agent)
    ring_s = node.ring_s or run.configuration.skills[node.group].ring_s
    memory = (HELD, agent, phone, *tale.memory)
    return Ask(Dial((targets[phone],), ring_s, run.brand.shown_number), memory)


def _phones(node: Destination, run: Run, agent: str) -> tuple[Target, ...]:
    entry = run.configuration.directory[agent]
    return entry.all_targets if node.all_phones else entry.targets


def _rung(node: Destination, run: Run, dialled: Dialled, agent: str, phone: int, tale: Tale) -> Move:
    targets = _phones(node, run, agent)
    ring_s = node.ring_s or run.configuration.skills[node.group].ring_s
    tale = tale._replace(
        outcome=dialled.outcome.value,
        why=tale.told(say_outcome((targets[0].label,), dialled.outcome, dialled.cause, ring_s)),
    )
    if dialled.outcome is not Outcome.ANSWERED and phone + 1 < len(targets):
        return _ring(node, run, agent, phone + 1, tale)
    run.tell(Leave(dialled.outcome.value))
    if dialled.outcome is Outcome.ANSWERED:
        return node.answered(tale.why)
    return _ask(node, run, tale._replace(tried=(*tale.tried, agent)))


def read_levels(section: Section, key: str, parse: Callable[[str], str]) -> Mapping[str, int]:
    """Skill -> level: `{voip: 2, fr: 1}`; one word, or a list of them, is at least level 1."""
    cell = section.cell(key)
    found: dict[str, int] = {}
    if isinstance(cell, Table):
        table = Section(section.reading, cell, section.path(key))
        for name, place, level in table.entries():
            if table.parsed_key(name, place, parse):
                found[name] = table.parsed(level, table.path(name), whole(1, HIGHEST_LEVEL), 1)
        return found
    for where, one in section.cells_of(key) if cell is not None else ():
        found.update(dict.fromkeys(section.parsed_one(one, where, parse), 1))
    return found
