"""Logs stay within a limit, while those who write them run; of the call records no line is lost."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import pytest

from ivr.cli.launch import Household
from ivr.switch.callrecords import find_leg
from ivr.switch.rotation import Logs, older, rotate
from tests.world import World


def test_a_long_log_begins_anew_and_the_old_one_is_kept(tmp_path: Path) -> None:
    log, older = tmp_path / "service.log", tmp_path / "service.log.1"
    with log.open("ab", buffering=0) as writing:
        writing.write(b"first\n" * 10)
        rotate(log, 100)
        assert not older.exists()
        writing.write(b"second\n" * 10)
        rotate(log, 100)
        assert log.read_bytes() == b""
        assert older.read_bytes() == b"first\n" * 10 + b"second\n" * 10
        writing.write(b"third\n")
    assert log.read_bytes() == b"third\n", "whoever was writing goes on at the start"


def test_a_log_that_is_not_there_or_cannot_be_kept_harms_nobody(tmp_path: Path) -> None:
    rotate(tmp_path / "service.log")
    (tmp_path / "service.log").write_bytes(b"x" * 200)
    (tmp_path / "service.log.1").mkdir()
    rotate(tmp_path / "service.log", 100)


async def test_logs_are_tended_again_and_again(tmp_path: Path) -> None:
    log, records = tmp_path / "messages", tmp_path / "calls.csv"
    tending = asyncio.create_task(Logs((log,), (records,)).tend(every_s=0.01))
    for _ in range(2):
        for path in (log, records):
            with path.open("ab") as file:
                file.truncate(10 * 2**20 + 1)
        async with asyncio.timeout(20):
            while log.stat().st_size or records.exists():
                await asyncio.sleep(0.01)
    tending.cancel()
    assert older(log).exists() and older(records).exists()


def test_a_leg_is_found_in_records_that_were_just_set_aside(tmp_path: Path) -> None:
    records = tmp_path / "calls.csv"
    line = '"{}","u1","1","2","PJSIP/a","","s","a","e",4,"ANSWERED",""\n'
    records.write_text(line.format("leg-1"))
    Logs((), (records,)).trim(limit_bytes=10)
    assert not records.exists()
    assert find_leg(records, "leg-1")
    records.write_text(line.format("leg-2"))
    assert find_leg(records, "leg-1") and find_leg(records, "leg-2")
    assert find_leg(records, "leg-3") is None


@pytest.mark.switch
async def test_every_log_of_a_running_household_is_tended(world: World) -> None:
    """What grows below the log folders, and what is tended, are the same files."""
    logs = Household(world.settings, world.tree).logs
    state = world.settings.state_dir
    grown = {
        file
        for folder in ("switch", "carrier")
        for file in (state / folder / "log").rglob("*")
        if file.is_file() and not file.name.endswith(".1")
    }
    assert grown - {*logs.held, *logs.reopened} == set()
    assert state / "service.log" in logs.held


@pytest.mark.switch
async def test_a_switch_writes_on_at_the_start_of_logs_that_began_anew(world: World) -> None:
    paths = world.switch.paths
    security = paths.log / "security"
    for begun_anew in (False, True):
        await refuse_login(world)
        await grows(security)
        call = await world.carrier.place_call("+3232055582")
        await call.ended()
        await grows(paths.call_records)
        if not begun_anew:
            Logs((security,), (paths.call_records,)).trim(limit_bytes=0)
            assert security.read_bytes() == b"" and not paths.call_records.exists()
    assert "InvalidPassword" in security.read_text() and "\0" not in security.read_text()
    assert older(security).stat().st_size and older(paths.call_records).stat().st_size


async def refuse_login(world: World) -> None:
    """Somebody tries a password on the switch."""
    reader, writer = await asyncio.open_connection(world.settings.host, world.settings.ami_port)
    writer.write(b"Action: Login\r\nUsername: dutyline\r\nSecret: guessed\r\n\r\n")
    with contextlib.suppress(OSError):
        await reader.read()
    writer.close()


def size_of(log: Path) -> int:
    """Bytes; none when it is not there."""
    return log.stat().st_size if log.exists() else 0


async def grows(log: Path) -> None:
    """Until something stands in it."""
    async with asyncio.timeout(10):
        while not size_of(log):
            await asyncio.sleep(0.05)
