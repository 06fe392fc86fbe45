"""One of two processes that race: `racer.py DATABASE NAME`, pages on stdin, those it has won on stdout."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from ivr.duty.hunt import Attempt
from ivr.duty.ledger import DatabaseLedger
from ivr.storage import AttemptState, Database


async def main(url: str, name: str) -> None:
    """Accept every page, each at its moment."""
    database = Database(url)
    await database.open()
    ledger = DatabaseLedger(database, {})
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    race = json.loads(await asyncio.to_thread(sys.stdin.readline))

    async def claim(number: int, page_id: str) -> str | None:
        page = await ledger.find_page(page_id)
        assert page is not None
        await asyncio.sleep(race["at"] + number * race["every_s"] - time.time())
        now = datetime.now(UTC)
        leg = Attempt(f"{name}-{page_id}", "roster", 0, name, "+32470000002", AttemptState.ANSWERED, now)
        given = await ledger.claim(page, leg, now)
        return page_id if given is not None and given.attempt_id == leg.id else None

    won = [await claim(number, page_id) for number, page_id in enumerate(race["pages"])]
    await database.close()
    sys.stdout.write(json.dumps([page for page in won if page]))


asyncio.run(main(*sys.argv[1:]))
