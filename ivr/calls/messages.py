"""Messages that callers leave: recorded by the switch, kept as A-law WAV files, each with a row.

The switch writes what it hears into a folder among its sounds, as it comes. What is said there is then
cut and brought to an even loudness, and only that is written, whole, to the folder from which mails take it.
Both can be read by their owner alone. A message that was being recorded when the service ended is found by
`finish_old` and sent to the brand's mailboxes.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dialplan.commands import Record
from dialplan.events import Recorded
from dialplan.model import Brand, Configuration
from ivr.agi import AgiError, AgiSession
from ivr.calls.sound import develop
from ivr.clock import Clock
from ivr.contract import MESSAGES, SOUNDS
from ivr.notify.outbox import Attached, enqueue
from ivr.records import CallRecord
from ivr.storage import BatchWriter, Database, Recording, RecordingState, Rows, StorageError, upsert
from ivr.storage.tables import Base

ROOM_BYTES: Final = 64 << 20
"""With less than this free on the disk nothing is recorded: calls need what is left."""
DURABLE_S: Final = 2.0
"""A database that takes longer is not waited for: the row follows."""
ENDING_S: Final = 15.0
"""How much longer than the message the switch may take to say that it is over."""
QUIET_S: Final = 10.0
"""A file that has not grown for so long is no longer being recorded."""
LOST_AFTER_S: Final = 120.0
"""A recording of which there is no file by then has none."""
UNFINISHED_KEPT: Final = timedelta(hours=5)
"""Longer than any call: until then a message can be played to the caller who left it."""
RECORDINGS: Final = Base.metadata.tables[Recording.__tablename__]
_NAMES: Final = tuple(column.name for column in RECORDINGS.columns)

log = structlog.get_logger(__name__)


class NoRoomError(OSError):
    """The disk is too full to record anything."""

    def __init__(self, free_bytes: int) -> None:
        self.free_bytes = free_bytes
        super().__init__(f"no room for a recording: {free_bytes >> 20} MB free")


@dataclass(slots=True)
class Row:
    """A row of `recordings`, as it stands."""

    name: str
    call_id: str
    brand: str
    caller: str | None
    dialled: str
    least_s: float
    longest_s: float
    started: datetime
    state: RecordingState = RecordingState.RECORDING
    seconds: float = 0.0
    path: str = ""
    why: str = ""
    ended: datetime | None = None


class Messages:
    """All messages of this installation."""

    def __init__(
        self,
        *,
        folder: Path,
        sounds: Path,
        writer: BatchWriter,
        database: Database,
        configuration: Callable[[], Configuration],
        clock: Clock,
        kept_days: int,
    ) -> None:
        """`folder`: where finished messages are kept; `sounds`: the switch's own (`dutyline/...`)."""
        self.folder, self._raw = folder, sounds / MESSAGES
        self._writer, self._database = writer, database
        self._upsert = upsert(database.dialect, RECORDINGS)
        self._configuration, self._clock = configuration, clock
        self._kept = timedelta(days=kept_days)
        self._open: set[str] = set()
        for made in (self.folder, self._raw):
            made.mkdir(parents=True, exist_ok=True, mode=0o700)
            made.chmod(0o700)

    def of_call(self, record: CallRecord) -> CallersMessages:
        """The messages of one call."""
        return CallersMessages(self, record)

    async def begin(self, record: CallRecord, number: int, command: Record) -> Row:
        """Write down that a message is being recorded. Raises NoRoomError."""
        free = shutil.disk_usage(self._raw).free
        if free < ROOM_BYTES:
            log.error("message.no_room", free_mb=free >> 20)
            raise NoRoomError(free)
        row = Row(
            f"{record.id}-{number}",
            record.id,
            record.brand,
            record.caller,
            record.dialled,
            command.least_s,
            command.longest_s,
            self._clock.now(),
        )
        self._open.add(row.name)
        await self._write(row)
        return row

    async def finish(self, row: Row) -> Row:
        """Keep what was said; `state` says what became of it."""
        try:
            await self._develop(row)
            await self._write(row)
        finally:
            self._open.discard(row.name)
        log.info("message.over", recording=row.name, state=str(row.state), seconds=row.seconds)
        return row

    async def _develop(self, row: Row) -> None:
        row.ended = self._clock.now()
        raw, path = self._raw / f"{row.name}.alaw", self.folder / f"{row.name}.wav"
        try:
            seconds = await asyncio.to_thread(develop, raw, path, row.least_s)
        except FileNotFoundError:
            row.state, row.why = RecordingState.LOST, "the switch has recorded nothing"
        except OSError as fault:
            # the disk may be full: what the switch wrote stays, and is tried again by and by
            row.state, row.why = RecordingState.RECORDING, str(fault.strerror or fault)
            log.error("message.not_kept", recording=row.name, why=row.why)
        else:
            row.seconds = round(seconds, 1)
            row.state = RecordingState.KEPT if seconds else RecordingState.EMPTY
            row.path, row.why = (path.name if seconds else ""), ""

    async def drop(self, name: str) -> None:
        """The caller has said it again: this one is gone."""

        def work(session: Session) -> None:
            values = {"state": RecordingState.REPLACED, "path": ""}
            session.execute(update(Recording).where(Recording.name == name).values(**values))

        for file in (self._raw / f"{name}.alaw", self.folder / f"{name}.wav"):
            await asyncio.to_thread(file.unlink, missing_ok=True)
        self._writer.submit(work)

    async def _write(self, row: Row) -> None:
        values = tuple(getattr(row, name) for name in _NAMES)
        done = self._writer.submit(Rows(self._upsert, (values,)))
        await asyncio.wait({done}, timeout=DURABLE_S)
        if not done.done():
            log.warning("message.row_held", recording=row.name)

    # -- what runs beside the calls

    async def tend(self) -> None:
        """Finish what was cut off, and delete what has been kept long enough. Never raises."""
        try:
            await self.finish_old()
            await self.expire()
        except (StorageError, OSError) as fault:
            log.warning("message.not_tended", why=str(fault))

    async def finish_old(self) -> int:
        """Messages that nobody finished: the service ended meanwhile, or the disk was full. How many."""
        found = await self._database.read(_unfinished)
        count = 0
        for row in found:
            if row.name not in self._open and await asyncio.to_thread(self._is_over, row):
                await self._develop(row)
                await self._write(row)
                count += row.state is RecordingState.KEPT
                if row.state is RecordingState.KEPT:
                    await self._database.run(lambda session, row=row: self._send(session, row))  # type: ignore[misc]
        return count

    def _is_over(self, row: Row) -> bool:
        now = self._clock.now()
        try:
            written = (self._raw / f"{row.name}.alaw").stat().st_mtime
        except FileNotFoundError:
            return (now - row.started).total_seconds() > LOST_AFTER_S
        return now.timestamp() - written > QUIET_S

    def _send(self, session: Session, row: Row) -> None:
        """To the brand's mailboxes, since no plan is there to say to whom."""
        configuration = self._configuration()
        brand: Brand | None = configuration.brands.get(row.brand)
        if brand is None:
            return
        enqueue(
            session,
            template="message-left",
            language=brand.mail_language,
            to=brand.mailboxes,
            cc=brand.copy,
            variables=_facts(row, brand),
            dedupe=f"recording:{row.name}",
            now=self._clock.now(),
            attached=(attach(row.name),),
        )

    async def expire(self) -> int:
        """Delete what has been kept for its time. Returns how many."""
        before = self._clock.now() - self._kept
        names = await self._database.run(lambda session: _expire(session, before))
        for name in names:
            await asyncio.to_thread((self.folder / f"{name}.wav").unlink, missing_ok=True)
        await asyncio.to_thread(self._sweep)
        return len(names)

    def _sweep(self) -> None:
        oldest = (self._clock.now() - UNFINISHED_KEPT).timestamp()
        for path in self._raw.glob("*.alaw"):
            if path.stem not in self._open and path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)


class CallersMessages:
    """The messages of one call (see `ivr.calls.performer`)."""

    def __init__(self, messages: Messages, record: CallRecord) -> None:
        self._messages, self._record = messages, record
        self._number = 0

    async def take(self, agi: AgiSession, command: Record, tone: str) -> Recorded:
        """Record one; what was said is kept even when the caller hangs up meanwhile. OSError, AgiError.

        `tone`: the sound file of the tone; empty: none.
        """
        self._number += 1
        row = await self._messages.begin(self._record, self._number, command)
        fault = None
        try:
            if tone:
                await agi.stream_file(tone, timeout_s=ENDING_S)
            await _record(agi, command, row.name)
        except AgiError as error:
            fault = error
        await self._messages.finish(row)
        if row.state is RecordingState.KEPT:
            if command.replaces:
                await self._messages.drop(command.replaces)
            return Recorded(row.name, row.seconds)
        if row.state is RecordingState.EMPTY and (fault is None or agi.hung_up.is_set()):
            return Recorded("")
        if fault is not None:
            raise fault
        raise OSError(row.why or "the message could not be kept")


async def _record(agi: AgiSession, command: Record, name: str) -> None:
    await agi.record_file(
        file_of(name),
        "alaw",
        command.stop_keys,
        round(command.longest_s * 1000),
        silence_s=max(1, round(command.silence_s)),
        timeout_s=command.longest_s + ENDING_S,
    )


def file_of(name: str) -> str:
    """The sound file of a message as the switch names it."""
    return f"{SOUNDS}/{MESSAGES}/{name}"


def attach(name: str) -> Attached:
    """A message as what a mail encloses."""
    return Attached(f"{name}.wav", f"message-{name}.wav", "audio/wav")


def _facts(row: Row, brand: Brand) -> dict[str, Any]:
    return {
        "brand": brand.title,
        "caller": row.caller,
        "dialled": row.dialled,
        "call_id": row.call_id,
        "at": row.started,
        "is_cut_off": True,
        "recordings": [{"name": row.name, "seconds": row.seconds, "at": row.started}],
    }


def _unfinished(session: Session) -> list[Row]:
    found = session.scalars(select(Recording).where(Recording.state == RecordingState.RECORDING))
    return [Row(**{name: getattr(one, name) for name in _NAMES}) for one in found]


def _expire(session: Session, before: datetime) -> list[str]:
    is_old = (Recording.state == RecordingState.KEPT) & (Recording.started < before)
    names = list(session.scalars(select(Recording.name).where(is_old)))
    if names:
        values = {"state": RecordingState.EXPIRED, "path": ""}
        session.execute(update(Recording).where(is_old).values(**values))
    return names


__all__ = ["CallersMessages", "Messages", "NoRoomError", "attach", "file_of"]
