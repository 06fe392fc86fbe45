"""A thousand pages, each accepted by two processes at once on one database: exactly one of them has it."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from ivr.storage import Database, PageEvent, PageState, PageStep
from ivr.storage import Page as PageRow
from tests.databases import database, postgres_url, url
from tests.duty.night import NIGHT

RACES = 1000
EVERY_S = 0.02
"""Both go for the next page at the same moment, so often: on a busy machine too, who is late catches up."""
RACER = Path(__file__).with_name("racer.py")

__all__ = ["database", "postgres_url", "url"]


async def write_pages(database: Database, n: int) -> list[str]:
    """Pages that look for somebody; their call IDs are not what is tried here."""
    rows = [
        PageRow(
            id=f"race-{one:04}",
            call_ref=f"{one:03}",
            request='{"policy": "standard", "brand": "fuzer"}',
            hunt='{"stages": []}',
            started=NIGHT,
        )
        for one in range(n)
    ]
    pages = [row.id for row in rows]
    await database.run(lambda session: session.add_all(rows))
    return pages


async def start_racer(url: str, name: str) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(RACER), url, name, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert (await process.stdout.readline()).strip() == b"ready"
    return process


@pytest.mark.timeout(300)
async def test_of_two_processes_that_accept_at_once_exactly_one_has_the_page(
    url: str, database: Database
) -> None:
    pages = await write_pages(database, RACES)
    racers = [await start_racer(url, name) for name in ("adu", "wti")]
    race = json.dumps({"pages": pages, "at": time.time() + 1.0, "every_s": EVERY_S}).encode()
    said = await asyncio.gather(*(racer.communicate(race) for racer in racers))
    won = [set(json.loads(out)) for out, _ in said]
    assert won[0] | won[1] == set(pages), "each page has a winner"
    assert not won[0] & won[1], "and one only"
    assert min(len(one) for one in won) > RACES / 50, f"they did race: {[len(one) for one in won]}"
    rows = await database.read(lambda session: session.scalars(select(PageRow)).all())
    assert {row.state for row in rows} == {PageState.ACCEPTED}
    winners = {row.id: row.accepted_by for row in rows}
    assert {page for page, who in winners.items() if who == "adu"} == won[0]
    events = await database.read(lambda session: session.scalars(select(PageEvent)).all())
    accepted = Counter(event.page_id for event in events if event.kind is PageStep.ACCEPTED)
    assert accepted == dict.fromkeys(pages, 1), "one line in each history"
