"""`destination`: ring somebody: one after another, together, by chance, or the free agents of a skills group.

    desk:
      destination: [agent-1, {entry: agent-2, ring: 15 s}, +32 470 00 00 23]
      order: in-turn
      ring: 20 s
      limit: {calls: 2}
      queue: {wait: 5 min, welcome: all-agents-busy, position: yes, keys: {1: call-back}}
      exits: {busy: all-busy, no-answer: calls-back, queue-timeout: calls-back}
      rest: calls-back

Fields: `destination` whom (see `dialplan.nodes.people`); `order` `in-turn` (default: each phone after the
other), `together` (all phones at once; needs SIP numbers) or `random` (in turn, in an order by chance); of a
skills group `in-turn`, `longest-idle` or `random` (default: what the group says); `ring` for each phone
(default 25 s, of a group what the group says); `all-phones: yes` rings private phones too; `needs` skills of
a group's agents, `{voip: 2}` or `[voip, $language]`; `limit` (see `dialplan.limits`) and `queue` (see
`dialplan.nodes.queue`), which keeps callers over the limit, or whom no agent is free for.

Exits: `answered` (default: the call is over), `no-answer`, `not-reached`, `busy`, `congested`, `cause-31`,
`interrupted`; with a limit `limit`; with a queue `queue-full`, `queue-timeout` and its keys; with a group
`nobody` (all agents are left alone, or lack the skills); `rest`. In turn, the last phone's outcome counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, Final

from dialplan.chance import shuffled
from dialplan.commands import Admit, AgentOrder, Dial, Leave, Limit, Target
from dialplan.events import Admission, Admitted, Dialled, Event, Outcome
from dialplan.fields import choice, duration, flag, identifier
from dialplan.limits import read_limit
from dialplan.nodes import skilled
from dialplan.nodes.admission import LIMIT, NOBODY, QUEUE_FULL, QUEUE_TIMEOUT, REFUSALS, exit_of, note_waiting
from dialplan.nodes.exits import read_exits
from dialplan.nodes.outcomes import EXITS, OUTCOMES, say_names, say_outcome
from dialplan.nodes.people import BRAND_PEOPLE, ENTRY, People, is_fixed, read_people, targets_of
from dialplan.nodes.queue import Queue, read_queue
from dialplan.reading import Section, Wrong
from dialplan.run import HELD, Ask, End, Go, Memory, Move, Run, expect
from dialplan.skills import LANGUAGE

__all__ = ["BRAND_PEOPLE", "ENTRY", "OUTCOMES", "TOGETHER", "Destination", "read"]

TOGETHER: Final = "together"
IN_TURN: Final = "in-turn"
RANDOM: Final = "random"
ORDERS: Final = (IN_TURN, TOGETHER, RANDOM)
GROUP_ORDERS: Final = tuple(str(order) for order in AgentOrder)
ASKED: Final = skilled.ASKED
NOBODY_TO_RING: Final = Go("rest", "there is nobody to ring")
LONGEST_KEPT: Final = 200
"""Characters of what went before, up to which what follows is kept to be said again."""


@dataclass(frozen=True, slots=True)
class Destination:
    """People to ring. `ring_s` 0 and `order` empty: what the skills group says."""

    kind: ClassVar[str] = "destination"
    exits: Mapping[str, str]
    people: tuple[str, ...]
    order: str = IN_TURN
    ring_s: float = 25.0
    all_phones: bool = False
    ring_each: Mapping[str, float] = field(default_factory=dict)
    numbers: Mapping[str, Target] = field(default_factory=dict)
    group: str = ""
    needs: Mapping[str, int] = field(default_factory=dict)
    limit: Limit | None = None
    by_brand: bool = False
    """Each brand has places of its own, for each has other people."""
    queue: Queue | None = None

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Every exit by which a caller who was not served may leave; each wants a way on."""
        found = [outcome for outcome in OUTCOMES if outcome != Outcome.ANSWERED.value]
        found += [LIMIT] if self.limit and not self.queue else []
        found += [QUEUE_TIMEOUT] if self.queue else []
        found += [QUEUE_FULL] if self.queue and self.queue.longest else []
        found += [NOBODY] if self.group else []
        return tuple(found)

    def enter(self, run: Run) -> Move:
        """Ask for a place where there are limits; ring the first phone, or all."""
        if self.group:
            return skilled.enter(self, run)
        if self.limit is None:
            return self._first(run)
        if not self.rounds(run):
            return NOBODY_TO_RING
        waiting = self.queue.waiting(run) if self.queue else None
        return Ask(Admit(self.limits(run), None, waiting), (ASKED,))

    def resume(self, run: Run, event: Event) -> Move:
        """There is a place or none; or somebody answered, or the next phone, or the exit of the outcome."""
        if self.group:
            return skilled.resume(self, run, event)
        at = run.memory
        if at[0] == ASKED:
            return self._admitted(run, expect(event, Admitted))
        dialled = event if type(event) is Dialled else expect(event, Dialled)
        if at[0] == HELD:
            return self._rung_held(run, dialled, int(at[1]), str(at[2]) if len(at) > 2 else "")
        return self._rung(run, dialled, at)

    def limits(self, run: Run) -> tuple[Limit, ...]:
        """The limit as it holds for this call."""
        if self.limit is None:
            return ()
        if not self.by_brand:
            return (self.limit,)
        return (replace(self.limit, key=f"{self.limit.key}/{run.brand.id}"),)

    def answered(self, why: str) -> Move:
        """Somebody talked with the caller: on, where the plan goes on; else the call is over."""
        return Go("answered", why) if "answered" in self.exits else End("answered", why)

    def _admitted(self, run: Run, admitted: Admitted) -> Move:
        if admitted.admission is Admission.IN:
            return Ask(self.rounds(run)[0], (HELD, 0, note_waiting(self, run, round(admitted.waited_s))))
        return Go(*exit_of(self, run, admitted, round(admitted.waited_s)))

    def _rung_held(self, run: Run, dialled: Dialled, index: int, before: str) -> Move:
        """With a place, which is given back once nobody more is rung."""
        if index + 1 >= len(self.rounds(run)) or dialled.outcome is Outcome.ANSWERED:
            run.tell(Leave(dialled.outcome.value))
        return self._told(run, dialled, index, before, held=True)

    def _rung(self, run: Run, dialled: Dialled, at: Memory) -> Move:
        """`at`: which phone it was, and what went before."""
        memo = run.configuration.memo
        key = (id(self), run.brand.id, at, dialled.outcome, dialled.cause, dialled.entry)
        known: Move | None = memo.get(key)
        if known is None:
            before = str(at[1]) if len(at) > 1 else ""
            known = self._told(run, dialled, int(at[0]), before, held=False)
            if self._is_fixed and len(before) < LONGEST_KEPT:
                memo[key] = known
        return known

    def _told(self, run: Run, dialled: Dialled, index: int, before: str, held: bool) -> Move:
        """What became of it: the next phone, or the exit of the outcome."""
        rounds = self.rounds(run)
        dial = rounds[index]
        said = say_outcome(say_names(dial.targets, dialled), dialled.outcome, dialled.cause, dial.ring_s)
        why = f"{before}; {said}" if before else said
        if dialled.outcome is Outcome.ANSWERED:
            return self.answered(why)
        if index + 1 >= len(rounds):
            return Go(EXITS[dialled.outcome], why)
        return Ask(rounds[index + 1], (HELD, index + 1, why) if held else (index + 1, why))

    def _first(self, run: Run) -> Move:
        """The first phone, or all."""
        memo, key = run.configuration.memo, (id(self), run.brand.id, None)
        known: Move | None = memo.get(key)
        if known is None:
            rounds = self.rounds(run)
            known = Ask(rounds[0], (0,)) if rounds else NOBODY_TO_RING
            if self._is_fixed:
                memo[key] = known
        return known

    def rounds(self, run: Run) -> tuple[Dial, ...]:
        """What is rung, one after the other."""
        memo, key = run.configuration.memo, (id(self), run.brand.id)
        known: tuple[Dial, ...] | None = memo.get(key)
        if known is None:
            known = self._made(run)
            if self._is_fixed:
                memo[key] = known
        return known

    @property
    def _is_fixed(self) -> bool:
        """Whether every call of a brand rings the same people in the same order."""
        return self.order != RANDOM and is_fixed(self.people)

    def _made(self, run: Run) -> tuple[Dial, ...]:
        people = shuffled(self.people, run.call.chance) if self.order == RANDOM else self.people
        rung: dict[str, tuple[Target, float]] = {}
        for who in people:
            ring_s = self.ring_each.get(who, self.ring_s)
            for target in targets_of(run, who, self.numbers, self.all_phones):
                rung.setdefault(target.number, (target, ring_s))
        show = run.brand.shown_number
        if self.order == TOGETHER:
            targets = tuple(target for target, _ in rung.values())
            return (Dial(targets, self.ring_s, show),) if targets else ()
        return tuple(Dial((target,), ring_s, show) for target, ring_s in rung.values())


def read(section: Section) -> Destination:
    """A destination node as it is written."""
    people = read_people(section)
    plan = section.place.file.removeprefix("plans/").rpartition(".")[0]
    usual, by_brand = f"{plan}.{section.where}", any(who in BRAND_PEOPLE for who in people.who)
    limit = read_limit(section, "limit", usual)
    queue = read_queue(section, "queue", usual, by_brand=by_brand)
    if queue and not limit and not people.group and not section.has("limit"):
        section.fault("queue", "nobody ever waits here: a queue needs a limit, or a skills group to ring")
    keys = queue.keys if queue else {}
    return Destination(
        exits={**read_exits(section, own=(*OUTCOMES, *REFUSALS)), **keys},
        people=people.who,
        order=_read_order(section, people),
        ring_s=section.get("ring", duration(1, 600), 0.0 if people.group else 25.0),
        all_phones=section.get("all-phones", flag, False),
        ring_each=people.ring_each,
        numbers=people.numbers,
        group=people.group,
        needs=_read_needs(section, people.group),
        limit=limit,
        by_brand=by_brand and limit is not None and limit.key == f"destination:{usual}",
        queue=queue,
    )


def _read_order(section: Section, people: People) -> str:
    def parse(text: str) -> str:
        if people.group and text == TOGETHER:
            raise Wrong("a skills group rings one free agent at a time, never all together")
        if not people.group and text in GROUP_ORDERS and text not in ORDERS:
            raise Wrong(f'"{text}" is an order of a skills group; others are rung {", ".join(ORDERS)}')
        return choice(GROUP_ORDERS if people.group else ORDERS)(text)

    order = section.get("order", parse, "" if people.group else IN_TURN)
    if order == TOGETHER and people.ring_each:
        section.fault("order", "phones that ring together ring equally long; write one ring for the node")
    return order


def _read_needs(section: Section, group: str) -> Mapping[str, int]:
    needs = skilled.read_levels(section, "needs", lambda text: text if text == LANGUAGE else identifier(text))
    if needs and not group:
        section.fault("needs", "only the agents of a skills group have skills")
    for need in needs if group else ():
        if need != LANGUAGE:
            section.reading.refer(f"skill of {group}", need, section.place_of("needs"), section.path("needs"))
    return needs
