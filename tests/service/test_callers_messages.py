"""What becomes of a message: kept, empty, said again, cut off, no room for it, kept long enough."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from audio.alaw import decode, encode, silence
from audio.sound import parse_wave
from dialplan.commands import Record
from dialplan.events import Recorded
from dialplan.source import load
from ivr.agi import AgiError
from ivr.calls import messages as module
from ivr.calls import sound
from ivr.calls.messages import Messages, NoRoomError
from ivr.clock import VirtualClock
from ivr.notify import list_mails
from ivr.records import CallRecord
from ivr.settings import ROOT
from ivr.storage import BatchWriter, Database, Recording, RecordingState

NOW = datetime(2026, 11, 22, 2, 14, 15, tzinfo=UTC)
CALL = CallRecord("7k3", "1.1", "PJSIP/1", "+3232055582", "+32470000099", NOW, brand="fuzer")


def speech(seconds: float, loudness: float = 3000) -> bytes:
    """A-law that sounds, quietly, for so long."""
    t = np.arange(round(seconds * 8000)) / 8000
    return encode((loudness * np.sin(2 * np.pi * 440 * t)).astype(np.int16)).tobytes()


SAID = silence(1500) + speech(3) + silence(2500)


class Switch:
    """An AGI session whose switch writes what the caller is supposed to say."""

    def __init__(self, folder: Path, said: bytes | None, fault: Exception | None = None) -> None:
        self._folder, self._said, self._fault = folder, said, fault
        self.hung_up = asyncio.Event()
        self.asked: dict[str, Any] = {}

    async def stream_file(self, file: str, **_: Any) -> None:
        self.asked["tone"] = file

    async def record_file(self, path: str, form: str, keys: str, longest_ms: int, **more: Any) -> None:
        self.asked |= {"path": path, "form": form, "keys": keys, "longest_ms": longest_ms, **more}
        if self._said is not None:
            (self._folder / f"{path.removeprefix('dutyline/')}.{form}").write_bytes(self._said)
        if self._fault:
            raise self._fault


class Desk:
    """The messages of an installation, and what the test needs of it."""

    def __init__(self, folder: Path, database: Database, writer: BatchWriter, clock: VirtualClock) -> None:
        configuration = load(ROOT / "config").configuration
        self.folder, self.sounds = folder / "recordings", folder / "sounds"
        self.database, self.writer, self.clock = database, writer, clock
        self.messages = Messages(
            folder=self.folder,
            sounds=self.sounds,
            writer=writer,
            database=database,
            configuration=lambda: configuration,
            clock=clock,
            kept_days=30,
        )
        self.call = self.messages.of_call(CALL)

    async def take(
        self,
        said: bytes | None,
        command: Record | None = None,
        fault: Exception | None = None,
        gone: bool = False,
    ) -> Recorded:
        self.switch = Switch(self.sounds, said, fault)
        if gone:
            self.switch.hung_up.set()
        return await self.call.take(self.switch, command or Record(()), "dutyline/en/beep")  # type: ignore[arg-type]

    async def rows(self) -> dict[str, Recording]:
        await self.writer.drain()
        found = await self.database.read(lambda session: session.query(Recording).all())
        return {one.name: one for one in found}


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    database = Database(f"sqlite:///{tmp_path / 'dutyline.db'}")
    await database.open()
    writer = BatchWriter(database, flush_s=0.01)
    writer.start()
    yield Desk(tmp_path, database, writer, VirtualClock(NOW))
    await writer.close()
    await database.close()


async def test_a_message_is_cut_levelled_and_private(desk: Desk) -> None:
    kept = await desk.take(SAID, Record((), longest_s=60, silence_s=4.4, stop_keys="*#"))
    assert kept.name == "7k3-1" and kept.length_s == pytest.approx(3.4, abs=0.1)
    assert desk.switch.asked["silence_s"] == 4 and desk.switch.asked["keys"] == "*#"
    path = desk.folder / "7k3-1.wav"
    facts = parse_wave(path.read_bytes())
    assert (facts.codec, facts.rate_hz, facts.channels) == (6, 8000, 1)
    loud = decode(facts.data).astype(float)[2000:-2000]
    assert 3200 < np.sqrt((loud**2).mean()) < 4100, "-19 dBFS, as every prompt"
    for private in (path, desk.sounds / "messages" / "7k3-1.alaw"):
        assert private.stat().st_mode & 0o077 == 0
    assert (desk.sounds / "messages").stat().st_mode & 0o077 == 0
    row = (await desk.rows())["7k3-1"]
    assert (row.state, row.seconds, row.path, row.caller) == (
        "kept",
        kept.length_s,
        "7k3-1.wav",
        "+32470000099",
    )


@pytest.mark.parametrize("said", [b"", silence(5000), silence(500) + speech(0.3), speech(4, 60)])
async def test_silence_a_cough_and_noise_on_the_line_are_nothing(desk: Desk, said: bytes) -> None:
    assert await desk.take(said) == Recorded("")
    assert list(desk.folder.iterdir()) == []
    assert (await desk.rows())["7k3-1"].state is RecordingState.EMPTY


async def test_whoever_hangs_up_has_said_what_he_said(desk: Desk) -> None:
    assert (await desk.take(SAID, fault=AgiError("gone"), gone=True)).name == "7k3-1"


async def test_said_again_takes_the_place_of_the_first(desk: Desk) -> None:
    first = await desk.take(SAID)
    again = await desk.take(SAID, Record((), replaces=first.name))
    assert again.name == "7k3-2"
    rows = await desk.rows()
    assert [rows[one].state for one in ("7k3-1", "7k3-2")] == ["replaced", "kept"]
    assert [path.name for path in desk.folder.iterdir()] == ["7k3-2.wav"]


async def test_nothing_said_again_leaves_the_first(desk: Desk) -> None:
    first = await desk.take(SAID)
    assert await desk.take(silence(3000), Record((), replaces=first.name)) == Recorded("")
    assert (desk.folder / "7k3-1.wav").exists()


async def test_a_switch_that_records_nothing_is_a_fault_of_ours(desk: Desk) -> None:
    with pytest.raises(OSError, match="recorded nothing"):
        await desk.take(None)
    assert (await desk.rows())["7k3-1"].state is RecordingState.LOST


async def test_no_message_is_begun_on_a_full_disk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.shutil, "disk_usage", lambda _: SimpleNamespace(free=3 << 20))
    with pytest.raises(NoRoomError, match="3 MB free"):
        await desk.take(SAID)
    assert await desk.rows() == {}


async def test_a_disk_that_fills_up_keeps_what_was_said_until_there_is_room(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(sound, "write_private", full)
        with pytest.raises(OSError, match="No space left"):
            await desk.take(SAID)
    assert list(desk.folder.iterdir()) == [], "nothing half written"
    await desk.rows()
    assert await later(desk) == 1
    assert (await desk.rows())["7k3-1"].state is RecordingState.KEPT
    await tells_the_brand(desk)


async def later(desk: Desk) -> int:
    """Half a minute on, as the files have it too."""
    for path in (desk.sounds / "messages").iterdir():
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    await desk.clock.pass_time(30)
    return await desk.messages.finish_old()


async def tells_the_brand(desk: Desk) -> None:
    (mail,) = await desk.database.read(lambda session: list_mails(session, 5))
    assert mail.mail.to == ["support@fuzer.net"] and mail.mail.template == "message-left"


async def test_what_was_being_said_when_the_service_died_is_kept_and_sent(desk: Desk) -> None:
    row = await desk.messages.begin(CALL, 1, Record(()))
    await desk.rows()
    desk.messages._open.clear()  # another service, started anew
    (desk.sounds / "messages" / f"{row.name}.alaw").write_bytes(SAID)
    assert await later(desk) == 1
    await tells_the_brand(desk)
    assert await desk.messages.finish_old() == 0, "once"


async def test_a_message_that_is_still_being_said_is_left_alone(desk: Desk) -> None:
    row = await desk.messages.begin(CALL, 1, Record(()))
    await desk.rows()
    (desk.sounds / "messages" / f"{row.name}.alaw").write_bytes(SAID)
    assert await later(desk) == 0, "by this service"


async def test_a_recording_without_a_file_is_lost_in_the_end(desk: Desk) -> None:
    await desk.messages.begin(CALL, 1, Record(()))
    await desk.rows()
    desk.messages._open.clear()
    await desk.messages.finish_old()
    assert (await desk.rows())["7k3-1"].state is RecordingState.RECORDING
    await desk.clock.pass_time(200)
    await desk.messages.finish_old()
    assert (await desk.rows())["7k3-1"].state is RecordingState.LOST


async def test_messages_are_kept_for_their_time_and_no_longer(desk: Desk) -> None:
    await desk.take(SAID)
    await desk.rows()
    await desk.clock.pass_time(timedelta(days=29).total_seconds())
    assert await desk.messages.expire() == 0
    await desk.clock.pass_time(timedelta(days=2).total_seconds())
    await desk.messages.tend()
    row = (await desk.rows())["7k3-1"]
    assert (row.state, row.path, row.seconds) == ("expired", "", pytest.approx(3.4, abs=0.1))
    assert list(desk.folder.iterdir()) == [] and list((desk.sounds / "messages").iterdir()) == []


async def test_a_database_that_is_away_keeps_nobody_from_speaking(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "DURABLE_S", 0.05)
    held: list[Any] = []

    def hold(work: Any) -> asyncio.Future[None]:
        held.append(work)
        return asyncio.get_running_loop().create_future()

    submit: Callable[[Any], Any] = desk.writer.submit
    monkeypatch.setattr(desk.writer, "submit", hold)
    assert (await desk.take(SAID)).name == "7k3-1"
    monkeypatch.setattr(desk.writer, "submit", submit)
    for work in held:
        desk.writer.submit(work)
    assert (await desk.rows())["7k3-1"].state is RecordingState.KEPT
