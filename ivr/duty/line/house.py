"""The engineers' number, for all calls: one `EngineersLine` for the service, one `CallLine` for each call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol, TypeAlias, cast

import structlog

from dialplan.commands import ServeEngineer, Spoken
from dialplan.dialling_in import DESK_KEY
from dialplan.events import EngineerServed, Event, Failed, LineEnd
from dialplan.model import Configuration
from ivr.clock import Clock
from ivr.duty.line.calls import Callers, Calls, Himself, Pages, WantsDesk, WordsOf, no_words
from ivr.duty.line.ear import BACK, Ear, Goodbye, Hands
from ivr.duty.line.shifts import DutyBoard, Shifts
from ivr.duty.line.who import Identity, PinDesk
from ivr.duty.line.words import say_count, sign_of, spelled
from ivr.storage import StorageError

ON_DUTY, SHIFTS, CALLS = "1", "2", "3"
LANGUAGES: Final = ("nl", "fr", "de", "en")

log = structlog.get_logger(__name__)

Note: TypeAlias = Callable[[str, str], None]
"""Keeps a step in the trace of a call: what it was in a word, and a sentence."""


class CallRecord(Protocol):
    """The part of a call's record that is wanted here."""

    id: str
    uniqueid: str
    caller: str | None


@dataclass(slots=True)
class EngineersLine:
    """What the number needs of the house. `refused` and `served`: calls since the start."""

    board: DutyBoard
    pages: Pages
    pins: PinDesk
    configuration: Callable[[], Configuration]
    clock: Clock
    callers: Callers | None = None
    words_of: WordsOf = no_words
    refused: int = 0
    """Callers of whom it was not shown who they are: worth an alarm when there are many."""
    served: int = 0

    def of_call(self, record: CallRecord, note: Note, is_there: Callable[[], bool]) -> CallLine:
        """For the call of this record. `is_there`: whether its caller has not hung up."""
        return CallLine(self, record, note, is_there)


@dataclass(slots=True)
class CallLine:
    """One call to the number (see `ivr.calls.performer.Line`)."""

    house: EngineersLine
    record: CallRecord
    note: Note
    is_there: Callable[[], bool]

    async def serve(self, hands: Hands, asked: ServeEngineer) -> Event:
        """The whole conversation. `Failed`: the database is away, so that no PIN can be looked at."""
        house, record = self.house, self.record
        ear = Ear(hands, asked.languages, house.clock.now)
        identity = Identity(ear, house.pins, house.configuration(), asked, record.caller, record.id)
        try:
            known = await identity.find()
        except StorageError as fault:
            log.error("line.pin_not_checked", why=str(fault))
            return Failed(str(fault))
        if not known.entry:
            house.refused += 1
            log.warning("line.refused", why=known.why, refused=house.refused)
            return EngineerServed(LineEnd.NOT_KNOWN, why=known.why)
        house.served += 1
        self._step("known", f"{known.entry} came in with his PIN")
        with house.pages.on_the_line(known.entry, record.uniqueid):
            return await self._welcome(hands, ear, asked, known.entry)

    async def _welcome(self, hands: Hands, ear: Ear, asked: ServeEngineer, entry: str) -> Event:
        configuration = self.house.configuration()
        sign = sign_of(configuration, entry)
        ear.speak(_language_of(configuration, entry, asked.languages[0]))
        talk = self._talk(ear, asked, entry, sign)
        try:
            await ear.say("line-hello", *([spelled(sign)] if sign else []))
            await talk.go_on()
        except WantsDesk:
            await ear.say("line-desk")
            return EngineerServed(LineEnd.DESK, entry, f"{entry} asked for the desk")
        except Goodbye as goodbye:
            await ear.say("page-goodbye")
            return EngineerServed(LineEnd.DONE, entry, f"{entry} {goodbye.why}")
        raise AssertionError("the menu ends by one of them")

    def _talk(self, ear: Ear, asked: ServeEngineer, entry: str, sign: str) -> _Talk:
        house, record, now = self.house, self.record, self.house.clock.now
        him = Himself(entry, sign or entry, record.uniqueid, record.caller or "", self.is_there)
        shifts = Shifts(
            ear, house.board, house.configuration, now, entry, him.by_phone, asked.hours, self._step
        )
        calls = Calls(
            ear,
            house.pages,
            house.callers,
            house.configuration,
            now,
            him,
            asked.ring_s,
            self._step,
            house.words_of,
        )
        return _Talk(ear, shifts, calls, now)

    def _step(self, step: str, why: str) -> None:
        self.note(step, why)
        log.info("line.step", call=self.record.id, step=step)


@dataclass(slots=True)
class _Talk:
    """The main menu."""

    ear: Ear
    shifts: Shifts
    calls: Calls
    now: Callable[[], datetime]

    async def go_on(self) -> None:
        """Until he has had enough. Goodbye, WantsDesk."""
        intro = say_count(len(await self._count()))
        while True:
            key = await self.ear.choose((*intro, "line-menu"), (ON_DUTY, SHIFTS, CALLS, DESK_KEY))
            intro = []
            if key == BACK:
                raise Goodbye("went out of the menu")
            if key == DESK_KEY:
                self.calls.note("desk", "asked for the desk")
                raise WantsDesk
            await self._serve(key)

    async def _count(self) -> list[object]:
        try:
            return list(await self.calls.sorted())
        except StorageError:
            return []

    async def _serve(self, key: str) -> None:
        work = {ON_DUTY: self.shifts.tell, SHIFTS: self.shifts.change, CALLS: self.calls.go_through}[key]
        try:
            await work()
        except StorageError as fault:
            log.error("line.not_done", why=str(fault))
            await self.ear.say("line-failed")


def _language_of(configuration: Configuration, entry: str, usual: Spoken) -> Spoken:
    """What he speaks best, by the roster, then by the directory; otherwise that of the call."""
    engineer = next((one for one in configuration.duty.engineers if one.entry == entry), None)
    person = configuration.directory.get(entry)
    wanted = (*(engineer.languages if engineer else ()), person.language if person else "")
    best = next(filter(None, wanted), "")
    return cast(Spoken, best) if best in LANGUAGES else usual


__all__ = ["CallLine", "EngineersLine"]
