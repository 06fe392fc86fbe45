"""Stories of releases on the running house: activated among calls, planned, gone back to, watched."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ivr.carrier.habits import answer_and_talk
from tests.stories.house import FRIDAY_MORNING, House, Said

pytestmark = [pytest.mark.switch, pytest.mark.timeout(300)]

FUZER = "+3227887499"
FUZER_OFFICE, NEW_OFFICE = "+32470000051", "+32470000099"
TALKS = answer_and_talk(after_s=0.3)
AMONG_CALLS = 20


async def live(house: House) -> str:
    return str((await house.client.ask("status"))["release"])


async def done(house: House, *words: str) -> Said:
    """A command that must end well."""
    said = await house.dutyline(*words)
    assert said.code == 0, said
    return said


@asynccontextmanager
async def as_before(house: House) -> AsyncIterator[str]:
    """Whatever a story makes live, what was live before is so again at its end."""
    before = await live(house)
    try:
        yield before
    finally:
        answer = await house.client.ask("reload", {"force": True})
        assert answer["reloaded"], answer
        assert answer["fingerprint"] == before


def moved(house: House, folder: Path) -> Path:
    """A copy of the house's folder in which the Fuzer office has another phone."""
    shutil.copytree(house.settings.config, folder)
    path = folder / "directory.yaml"
    text = path.read_text()
    assert "+32 470 00 00 51" in text
    path.write_text(text.replace("+32 470 00 00 51", "+32 470 00 00 99"))
    return folder


async def rings_by_day(house: House, caller: str, office: str, turn: int = 0) -> None:
    """Somebody calls Fuzer by day, and that office talks with him."""
    call = await house.call(FUZER, at=FRIDAY_MORNING, caller=caller)
    await house.answers(office, turn=turn)
    await call.hang_up()


async def test_published_gone_back_to_and_exported(house: House, tmp_path: Path) -> None:
    await house.phones({FUZER_OFFICE: TALKS, NEW_OFFICE: TALKS})
    folder = moved(house, tmp_path / "moved")
    async with as_before(house) as before:
        said = await done(house, "publish", str(folder), "-m", "The office moves", "--author", "ann")
        assert "fuzer-office" in said.out and "Live" in said.out
        new = await live(house)
        assert new != before
        await rings_by_day(house, "+32470009701", NEW_OFFICE)

        listed = (await house.dutyline("releases", "--json")).json()
        now = next(one for one in listed if one["live"])
        assert (now["id"], now["author"], now["message"]) == (new, "ann", "The office moves")
        assert "fuzer-office" in (await done(house, "releases", "show", new[:8])).out
        await done(house, "releases", "export", new[:8], str(tmp_path / "out"))
        for path in folder.rglob("*.yaml"):
            assert (tmp_path / "out" / path.relative_to(folder)).read_bytes() == path.read_bytes()
        full = await house.dutyline("releases", "export", "live", str(tmp_path / "out"))
        assert full.code == 1 and "is not empty" in full.err

        refused = await house.dutyline("reload")
        assert refused.code == 1
        assert "by ann" in refused.out and "--force" in refused.out
        assert await live(house) == new

        await done(house, "releases", "rollback", "--author", "bob")
        assert await live(house) == before
        await rings_by_day(house, "+32470009702", FUZER_OFFICE)


async def test_releases_change_places_among_calls_and_no_call_fails(house: House, tmp_path: Path) -> None:
    """Twenty activations while people call and talk: each call ends as it should, with its own release."""
    await house.phones({FUZER_OFFICE: TALKS, NEW_OFFICE: TALKS})
    folder = moved(house, tmp_path / "moved")
    async with as_before(house) as old:
        await done(house, "publish", str(folder))
        new = await live(house)
        is_over = asyncio.Event()
        callers: list[str] = []

        async def keep_calling() -> None:
            while not is_over.is_set():
                caller = f"+3247001{len(callers):04}"
                callers.append(caller)
                call = await house.call(FUZER, at=FRIDAY_MORNING, caller=caller)
                await asyncio.sleep(1.5)
                await call.hang_up()

        calling = [asyncio.create_task(keep_calling()) for _ in range(2)]
        for turn in range(AMONG_CALLS):
            answer = await house.client.ask("activate", {"release": (old, new)[turn % 2], "author": "ann"})
            assert answer["done"], answer
        is_over.set()
        await asyncio.gather(*calling)
        assert len(callers) >= 4
        offices = {old: FUZER_OFFICE, new: NEW_OFFICE}
        for caller in callers:
            record = (await house.record_from(caller)).record
            assert record.disposition in ("answered", "abandoned"), record
            if record.agent_number:
                assert record.agent_number == offices[record.release], "the release it began with"


async def test_a_plan_outlives_a_restart_and_is_done_in_time(house: House, tmp_path: Path) -> None:
    folder = moved(house, tmp_path / "moved")
    async with as_before(house) as before:
        at = (datetime.now(UTC) + timedelta(seconds=25)).isoformat()
        said = await done(house, "publish", str(folder), "--at", at, "--author", "ann")
        assert "Planned" in said.out
        later = await house.dutyline("publish", str(folder), "--at", "2040-01-01T08:00")
        planned = re.search(r"releases cancel (\w+)", later.out)
        assert planned, later
        await done(house, "releases", "cancel", planned[1])
        await house.kill_service()
        await asyncio.sleep(1)
        await house.ready(60)
        assert await live(house) == before or datetime.now(UTC).isoformat() >= at
        async with asyncio.timeout(60):
            while await live(house) == before:
                await asyncio.sleep(0.5)
        listed = (await house.dutyline("releases", "--json")).json()
        now = next(one for one in listed if one["live"])
        assert [each["state"] for each in now["activations"]].count("live") == 1


async def test_a_shadow_and_a_replay_tell_what_a_draft_would_have_done(house: House, tmp_path: Path) -> None:
    await house.phones({FUZER_OFFICE: TALKS})
    folder = moved(house, tmp_path / "moved")
    await done(house, "drafts", "save", "moved-office", str(folder), "--author", "ann")
    assert "decides beside" in (await done(house, "shadow", "--draft", "moved-office")).out
    try:
        await rings_by_day(house, "+32470009705", FUZER_OFFICE)
        call = (await house.record_from("+32470009705")).record
        async with asyncio.timeout(15):
            while not (seen := await shadowed(house, call.id)):
                await asyncio.sleep(0.3)
        assert seen["verdict"] == "differs"
        assert "then: rings Fuzer office on 0470 00 00 51: answered" in seen["parts"]
        assert "now: rings Fuzer office on 0470 00 00 99" in seen["parts"]
        assert "what follows cannot be told from here" in seen["parts"]
    finally:
        await done(house, "shadow", "--stop")
    replayed = (await house.dutyline("replay", "--since", "10m", "--draft", "moved-office", "--json")).json()
    mine = next(one for one in replayed["calls"] if one["id"] == call.id)
    assert (mine["verdict"], mine["parts"]) == ("differs", seen["parts"])
    same = (await house.dutyline("replay", "--since", "10m", "--json")).json()
    assert next(one for one in same["calls"] if one["id"] == call.id)["verdict"] == "same"

    traced = (await done(house, "trace", "--caller", "0470 00 97 05", "--since", "10m")).out
    assert call.id in traced and "[destination] -> answered" in traced
    by_node = (await house.dutyline("trace", "--node", "day-and-night.hours", "--json")).json()
    assert call.id in [one["id"] for one in by_node]
    drawing = tmp_path / "day.svg"
    await done(house, "draw", "day-and-night", "--svg", str(drawing), "--call", call.id)
    assert call.id in drawing.read_text() and "the call&#x27;s way" in drawing.read_text()
    await done(house, "drafts", "discard", "moved-office")


async def shadowed(house: House, call_id: str) -> dict[str, str]:
    report = (await house.dutyline("shadow", "show", "--json")).json()
    return next((one for one in report["calls"] if one["id"] == call_id), {})
