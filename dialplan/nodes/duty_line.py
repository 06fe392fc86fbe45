"""`duty-line`: the engineers' number. Whoever is on the roster dials in, says who he is, and hears and does
what the night asks for.

    line:
      duty-line: engineers
      known phones only: no
      ring: 30 s
      hours: 24
      tell: $brand.accepted_to
      next: bye
      exits: {desk: desk, not-known: bye}

The caller is known by the number he shows, or keys his trigram or a telephone number of his; then his PIN.
Before that nothing is said. Then: who is on duty and the next handover; taking duty or giving it to somebody;
the open pages, to accept, to pass, to mark as called back, to call the caller back, to be connected with the
desk; and the desk itself. Fields: `duty-line` who may come in: `engineers`, and directory ids; `known phones
only` whether strangers' telephones are turned away at once; `ring` how long each phone rings that is rung for
him; `hours` for how long duty may be taken or given at most; `tell` mail addresses that hear of wrong PINs
(default: the brand's mailboxes). Exits: `next` he has said goodbye; `desk` he wants the desk; `not-known` no
right PIN, or no more tries are allowed; `rest` when it could not be done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from dialplan.commands import SendMail, ServeEngineer
from dialplan.dialling_in import ENGINEERS
from dialplan.events import EngineerServed, Event, LineEnd
from dialplan.fields import duration, flag, identifier, whole
from dialplan.nodes.destination import ENTRY
from dialplan.nodes.exits import NEXT, read_exits
from dialplan.nodes.mail import TEMPLATE, addresses, read_address, variables_of
from dialplan.nodes.speech import PROMPT
from dialplan.reading import Section
from dialplan.run import Ask, Go, Move, Run, expect
from dialplan.words import languages_of

MAIL: Final = "pin-wrong"
DESK, NOT_KNOWN = str(LineEnd.DESK), str(LineEnd.NOT_KNOWN)
PROMPTS: Final = ("switch-enter-pin", "switch-pin-wrong", "switch-pin-refused", "line-who", "line-menu")
"""What every such call may need; a configuration without them could not serve one."""
MOST_HOURS: Final = 72


@dataclass(frozen=True, slots=True)
class DutyLine:
    """The engineers' number. `people`: `engineers`, and directory ids."""

    kind: ClassVar[str] = "duty-line"
    exits: Mapping[str, str]
    people: tuple[str, ...]
    is_known_phones_only: bool = False
    ring_s: float = 30.0
    hours: int = 24
    tell: tuple[str, ...] = ("$brand.mailboxes",)

    def enter(self, run: Run) -> Move:
        """Hand the caller over to whoever talks with engineers."""
        languages = languages_of(run.language, run.call.dutch_first)
        return Ask(ServeEngineer(self.people, languages, self.ring_s, self.hours, self.is_known_phones_only))

    def resume(self, run: Run, event: Event) -> Move:
        """He has been served, wants the desk, or was not let in: then somebody hears of it."""
        served = expect(event, EngineerServed)
        if served.end is LineEnd.NOT_KNOWN:
            run.tell(SendMail(MAIL, addresses(self.tell, run.brand), (), variables_of(run)))
        return Go(NEXT if served.end is LineEnd.DONE else str(served.end), served.why or str(served.end))


def read(section: Section) -> DutyLine:
    """A duty-line node as it is written."""
    for prompt in PROMPTS:
        section.reading.refer(PROMPT, prompt, section.place, section.where)
    section.reading.refer(TEMPLATE, MAIL, section.place, section.where)
    return DutyLine(
        exits=read_exits(section, own=(DESK, NOT_KNOWN), needs_next=True, rest_is_next=True),
        people=_read_people(section),
        is_known_phones_only=section.get("known phones only", flag, False),
        ring_s=section.get("ring", duration(5, 120), 30.0),
        hours=section.get("hours", whole(1, MOST_HOURS), 24),
        tell=section.list_of("tell", read_address) or ("$brand.mailboxes",),
    )


def _read_people(section: Section) -> tuple[str, ...]:
    """`engineers`, and entries of the directory."""
    found: list[str] = []
    for where, cell in section.cells_of("duty-line", is_needed=True):
        for one in section.parsed_one(cell, where, identifier):
            found.append(one)
            if one != ENGINEERS:
                section.reading.refer(ENTRY, one, cell.place, where)
    return tuple(dict.fromkeys(found))
