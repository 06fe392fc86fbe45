"""`hangup`: end the call.

    bye: {hangup: normal}
    refused: {hangup: rejected, say: call-refused}

Fields: `hangup` `normal`, `busy`, `rejected`, `congested`, `unallocated`, `unavailable`, `failure` or a Q.850
cause from 1 to 127; `say` words before the end. A call that nothing has answered yet is not answered by them:
they are early media, and the caller pays nothing. Without exits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final

from dialplan.events import Event
from dialplan.faults import nearest_of
from dialplan.fields import whole
from dialplan.nodes.speech import read_words
from dialplan.reading import Section, Wrong
from dialplan.run import End, Move, Run, Unexpected
from dialplan.words import Words, say_words, utter

CAUSES: Final = {
    "normal": 16,
    "busy": 17,
    "rejected": 21,
    "congested": 42,
    "unallocated": 1,
    "unavailable": 20,
    "failure": 41,
}
"""Q.850 causes by the names people use for them."""


@dataclass(frozen=True, slots=True)
class HangupNode:
    """The end of a call."""

    kind: ClassVar[str] = "hangup"
    cause: int = 16
    words: Words = ()
    exits: Mapping[str, str] = field(default_factory=dict)

    def enter(self, run: Run) -> Move:
        """End it, with some last words."""
        why = f"the plan ends the call (cause {self.cause})"
        if not self.words:
            return End("end", why, self.cause)
        return End("end", f"{why} and says {say_words(run, self.words)}", self.cause, utter(run, self.words))

    def resume(self, run: Run, event: Event) -> Move:
        """Nothing is ever asked here."""
        raise Unexpected(event)


def read(section: Section) -> HangupNode:
    """A hangup node as it is written."""
    cause = section.need("hangup", _cause, 16)
    return HangupNode(cause, read_words(section, "say") if section.has("say") else ())


def _cause(text: str) -> int:
    if text in CAUSES:
        return CAUSES[text]
    if text.isdecimal():
        return whole(1, 127)(text)
    raise Wrong(f'"{text}" is no way to end a call; there are {", ".join(CAUSES)}', nearest_of(text, CAUSES))
