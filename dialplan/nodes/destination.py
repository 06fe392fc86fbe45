"""`destination`: ring somebody, one after another or together.

    desk:
      destination: [agent-1, agent-2]
      order: in-turn
      ring: 20 s
      exits: {busy: all-busy, no-answer: calls-back}
      rest: calls-back

Fields: `destination` a directory entry, `$brand.office`, `$brand.failsafe`, or a list of them; `order`
`in-turn` (default: each phone after the other) or `together` (all phones at once; needs SIP numbers);
`ring` for each phone (default 25 s); `all-phones: yes` rings private phones too. Exits: `answered` (default:
the call is over), `no-answer`, `not-reached`, `busy`, `congested`, `cause-31`, `interrupted`, `rest`. In
turn, the outcome of the last phone counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Final

from dialplan.commands import Dial, Target
from dialplan.events import Dialled, Event, Outcome
from dialplan.faults import nearest_of
from dialplan.fields import choice, duration, flag, identifier
from dialplan.nodes.exits import read_exits
from dialplan.reading import Section, Wrong
from dialplan.run import Ask, End, Go, Move, Run, expect
from dialplan.times import say_duration

ENTRY = "directory entry"
"""What a reference to a directory entry is called."""

BRAND_PEOPLE: Final = {"$brand.office": "office", "$brand.failsafe": "failsafe"}
OUTCOMES: Final = tuple(str(outcome) for outcome in Outcome)
TOGETHER = "together"
IN_TURN = "in-turn"

_SENTENCES: Mapping[str, str] = {
    Outcome.ANSWERED: "answered",
    Outcome.NO_ANSWER: "did not answer within {ring}",
    Outcome.NOT_REACHED: "was not reached",
    Outcome.BUSY: "was busy",
    Outcome.CONGESTED: "was not reached: congestion",
    Outcome.CAUSE_31: "was not reached: cause 31",
    Outcome.INTERRUPTED: "was interrupted",
}


@dataclass(frozen=True, slots=True)
class Destination:
    """People to ring."""

    kind: ClassVar[str] = "destination"
    exits: Mapping[str, str]
    people: tuple[str, ...]
    order: str = IN_TURN
    ring_s: float = 25.0
    all_phones: bool = False

    def enter(self, run: Run) -> Move:
        """Ring the first phone, or all."""
        rounds = self._rounds(run)
        if not rounds:
            return Go("rest", "there is nobody to ring")
        return Ask(rounds[0], (0,))

    def resume(self, run: Run, event: Event) -> Move:
        """Somebody answered, or the next phone, or the exit of the outcome."""
        dialled = expect(event, Dialled)
        rounds, index = self._rounds(run), int(run.memory[0])
        names = _say_names(rounds[index].targets, dialled)
        said = _say_outcome(names, dialled.outcome, dialled.cause, self.ring_s)
        why = said if index == 0 else f"{run.memory[1]}; {said}"
        if dialled.outcome is Outcome.ANSWERED:
            return Go("answered", why) if "answered" in self.exits else End("answered", why)
        if index + 1 >= len(rounds):
            return Go(dialled.outcome.value, why)
        return Ask(rounds[index + 1], (index + 1, why))

    def _rounds(self, run: Run) -> tuple[Dial, ...]:
        """What is rung, one after the other."""
        memo, key = run.configuration.memo, (id(self), run.brand.id)
        known: tuple[Dial, ...] | None = memo.get(key)
        if known is None:
            targets = self._targets(run)
            together = (targets,) if targets else ()
            groups = together if self.order == TOGETHER else tuple((target,) for target in targets)
            known = memo[key] = tuple(Dial(group, self.ring_s, run.brand.shown_number) for group in groups)
        return known

    def _targets(self, run: Run) -> tuple[Target, ...]:
        """The phones to ring, first to last, each once."""
        entries = (run.configuration.directory[_id_of(run, who)] for who in self.people)
        phones = (entry.all_targets if self.all_phones else entry.targets for entry in entries)
        return tuple({target.number: target for each in phones for target in each}.values())


def _id_of(run: Run, who: str) -> str:
    return str(getattr(run.brand, BRAND_PEOPLE[who])) if who[0] == "$" else who


def _say_names(rung: tuple[Target, ...], dialled: Dialled) -> tuple[str, ...]:
    """Who was rung; of several, the one who answered."""
    if len(rung) == 1:
        return (rung[0].label,)
    answered = [target for target in rung if target.entry == dialled.entry]
    people = answered[:1] if dialled.outcome is Outcome.ANSWERED and answered else rung
    return tuple(dict.fromkeys(target.label for target in people))


@lru_cache(maxsize=4096)
def _say_outcome(names: tuple[str, ...], outcome: Outcome, cause: int, ring_s: float) -> str:
    said = _SENTENCES[outcome].format(ring=say_duration(ring_s))
    if len(names) > 1:
        said = said.replace("was", "were", 1)
    why = f" (cause {cause})" if cause and outcome is not Outcome.ANSWERED else ""
    return f"{' and '.join(names)} {said}{why}"


def read(section: Section) -> Destination:
    """A destination node as it is written."""
    people = _read_people(section)
    order = section.get("order", choice((IN_TURN, TOGETHER)), IN_TURN)
    ring_s = section.get("ring", duration(1, 600), 25.0)
    all_phones = section.get("all-phones", flag, False)
    return Destination(read_exits(section, own=OUTCOMES), people, order, ring_s, all_phones)


def _read_people(section: Section) -> tuple[str, ...]:
    found: list[str] = []
    for where, cell in section.cells_of("destination", is_needed=True):
        who = section.parsed(cell, where, _person, "")
        if who and not who.startswith("$"):
            section.reading.refer(ENTRY, who, cell.place, where)
        if who in found:
            section.reading.fault(cell.place, where, f'"{who}" is rung twice by the same node')
        elif who:
            found.append(who)
    return tuple(found)


def _person(text: str) -> str:
    if text in BRAND_PEOPLE:
        return text
    if text.startswith("$"):
        raise Wrong(
            f'"{text}" is nobody; a brand has {", ".join(BRAND_PEOPLE)}', nearest_of(text, BRAND_PEOPLE)
        )
    return identifier(text)
