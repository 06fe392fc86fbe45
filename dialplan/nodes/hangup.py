"""`hangup`: end the call.

    bye: {hangup: normal}

Fields: `hangup` `normal`, `busy`, `rejected`, `congested` or a Q.850 cause from 1 to 127. Without exits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final

from dialplan.events import Event
from dialplan.faults import nearest_of
from dialplan.fields import whole
from dialplan.reading import Section, Wrong
from dialplan.run import End, Move, Run, Unexpected

CAUSES: Final = {"normal": 16, "busy": 17, "rejected": 21, "congested": 42}


@dataclass(frozen=True, slots=True)
class HangupNode:
    """The end of a call."""

    kind: ClassVar[str] = "hangup"
    cause: int = 16
    exits: Mapping[str, str] = field(default_factory=dict)

    def enter(self, run: Run) -> Move:
        """End it."""
        return End("end", f"the plan ends the call (cause {self.cause})", self.cause)

    def resume(self, run: Run, event: Event) -> Move:
        """Nothing is ever asked here."""
        raise Unexpected(event)


def read(section: Section) -> HangupNode:
    """A hangup node as it is written."""
    return HangupNode(section.need("hangup", _cause, 16))


def _cause(text: str) -> int:
    if text in CAUSES:
        return CAUSES[text]
    if text.isdecimal():
        return whole(1, 127)(text)
    raise Wrong(f'"{text}" is no way to end a call; there are {", ".join(CAUSES)}', nearest_of(text, CAUSES))
