"""What an engineer hears whose phone was rung without a page: a drill, or the question whether he is there.

Any key shows that somebody is there; in a handshake 2 says that he is not available. Whoever says nothing is
nobody: a voicemail answers too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from dialplan.commands import Prompt, Say, Utterance
from ivr.agi import AgiSession
from ivr.contract import Variable
from ivr.duty.speaking import Leg, spoken
from ivr.storage import RingKind

NOT_HERE: Final = "2"
SILENT_TURNS: Final = 2
LONGEST_S: Final = 60.0
"""Whoever has pressed nothing by then will not."""


class Ear:
    """One picked-up leg. Every method may raise AgiError."""

    def __init__(self, agi: AgiSession, kind: RingKind, language: str, at: str = "") -> None:
        """`at`: when the duty begins, as `Say` takes a time; of a handshake."""
        self._leg = Leg(agi, spoken(language))
        self._kind, self._at = kind, at

    async def ask(self) -> str:
        """The key that was pressed; empty: none."""
        for _ in range(SILENT_TURNS):
            if key := await self._leg.ask(self._question()):
                return key
        return ""

    async def end(self, key: str) -> None:
        """The last words."""
        if not key:
            await self._leg.tell("page-goodbye")
        elif self._kind is RingKind.DRILL:
            await self._leg.tell("drill-thanks")
        else:
            await self._leg.tell("handshake-declined" if key == NOT_HERE else "handshake-thanks")

    async def hang_up(self) -> None:
        """The extensions wait for the word that it is meant."""
        await self._leg.agi.set_variable(Variable.DONE, "1")
        await self._leg.agi.hangup()

    def _question(self) -> Sequence[Utterance]:
        language = self._leg.language
        if self._kind is RingKind.DRILL:
            return tuple(Prompt(each, language) for each in ("page-intro", "drill-intro", "drill-keys"))
        when: tuple[Utterance, ...] = (Say("time", self._at, language),) if self._at else ()
        intro = (Prompt("page-intro", language), Prompt("handshake-intro", language))
        return (*intro, *when, Prompt("handshake-keys", language))


__all__ = ["LONGEST_S", "NOT_HERE", "Ear"]
