"""Duty by phone: who has it, taking it, giving it to somebody of the list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from dialplan.changes import ChangeRefused
from dialplan.model import Configuration, Duty
from dialplan.roster import Change
from dialplan.sentences import say_moment
from dialplan.standing_in import put_on_duty
from ivr.duty.line.ear import BACK, Ear, Piece
from ivr.duty.line.words import handover_of, moment, say_duty, spelled
from ivr.storage import StorageError

TITLE: Final = "by phone"
KEYS_FOR_PEOPLE: Final = "12345678"
MORE: Final = "9"
TRIES: Final = 3

log = structlog.get_logger(__name__)


class DutyBoard(Protocol):
    """Where the duty is changed (see `ivr.duty.changes.DutyBoard`)."""

    async def add(self, change: Change, by: str) -> object:
        """Make a change; it holds when this returns. ChangeRefused, StorageError: nothing has changed."""


@dataclass(slots=True)
class Shifts:
    """What one engineer does with the duty. `note` keeps a step in the trace of the call."""

    ear: Ear
    board: DutyBoard
    configuration: Callable[[], Configuration]
    now: Callable[[], datetime]
    entry: str
    by: str
    hours: int
    note: Callable[[str, str], None]

    async def tell(self) -> None:
        """Who is on duty now, and the next handover."""
        self.note("on-duty", "heard who is on duty")
        await self.ear.say(*say_duty(self._duty, self.now(), self._zone))

    async def change(self) -> None:
        """Take duty, or give it to another."""
        own = self._own_trigram()
        choices: list[Piece] = [*(["line-take"] if own else []), "line-give", "line-back"]
        key = await self.ear.choose(choices, "12" if own else "2")
        if key == BACK:
            return
        trigram = own if key == "1" else await self._choose_person(own)
        until = await self._choose_end() if trigram else None
        if until is not None:
            await self._put_on_duty(trigram, until)

    async def _put_on_duty(self, trigram: str, until: datetime) -> None:
        is_own = trigram == self._own_trigram()
        who: list[Piece] = ["line-you-take"] if is_own else [spelled(trigram), "line-takes"]
        if not await self.ear.confirm(*who, *moment(until, self.now(), self._zone)):
            await self.ear.say("switch-nothing-changed")
            return
        change = put_on_duty(self._duty, trigram, self.now(), until, title=TITLE)
        try:
            await self.board.add(change, self.by)
        except (ChangeRefused, StorageError) as fault:
            log.error("line.duty_not_changed", why=str(fault))
            self.note("duty-refused", f"{trigram} could not be put on duty: {fault}")
            await self.ear.say("switch-failed")
            return
        self.note("duty-changed", f"put {trigram} on duty until {say_moment(until, self._zone)}")
        await self.ear.say("line-changed", *say_duty(self._duty, self.now(), self._zone))

    async def _choose_person(self, own: str) -> str:
        """A trigram of the list, eight at a time; empty: none of them."""
        trigrams = [one.trigram for one in self._duty.engineers if one.trigram != own]
        first = 0
        while trigrams:
            shown = trigrams[first : first + len(KEYS_FOR_PEOPLE)]
            keys = dict(zip(KEYS_FOR_PEOPLE, shown, strict=False))
            has_more = len(trigrams) > len(KEYS_FOR_PEOPLE)
            key = await self.ear.choose(_say_list(keys, has_more), [*keys, *(MORE if has_more else "")])
            if key != MORE:
                return keys.get(key, "")
            first = first + len(shown) if first + len(shown) < len(trigrams) else 0
        return ""

    async def _choose_end(self) -> datetime | None:
        """Until when; None: he went back."""
        handover = handover_of(self._duty, self.now())
        is_near = handover is not None and handover > self.now()
        choices: list[Piece] = [*(["line-until-handover"] if is_near else []), "line-for-hours", "line-back"]
        key = await self.ear.choose(choices, "12" if is_near else "2")
        if key == BACK:
            return None
        return handover if key == "1" else await self._choose_hours()

    async def _choose_hours(self) -> datetime | None:
        sorry: tuple[Piece, ...] = ()
        for _ in range(TRIES):
            keyed = await self.ear.digits((*sorry, "line-how-many-hours"), 3)
            if keyed.isdigit() and 1 <= int(keyed) <= self.hours:
                return self.now() + timedelta(hours=int(keyed))
            sorry = ("line-at-most", ("duration", str(self.hours * 3600))) if keyed else ("no-input",)
        await self.ear.say("switch-nothing-changed")
        return None

    def _own_trigram(self) -> str:
        return next((one.trigram for one in self._duty.engineers if one.entry == self.entry), "")

    @property
    def _duty(self) -> Duty:
        """As it is at this moment, changes and all."""
        return self.configuration().duty

    @property
    def _zone(self) -> str:
        return self._duty.roster.zone


def _say_list(keys: dict[str, str], has_more: bool) -> Sequence[Piece]:
    said: list[Piece] = []
    for key, trigram in keys.items():
        said += ["switch-for", spelled(trigram), "switch-press", ("digits", key)]
    return [*said, *(["line-more"] if has_more else []), "line-back"]


__all__ = ["DutyBoard", "Shifts"]
