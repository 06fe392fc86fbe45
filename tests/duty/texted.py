"""A page under way as a process of its own, to be killed: `python -m tests.duty.texted FOLDER`.

Begins a page, or goes on with the one there is; nobody ever accepts. Its hours pass in seconds. Says when
it is under way, and ends when nobody is left to ring.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from dialplan.model import Configuration
from dialplan.source import load
from ivr.clock import VirtualClock
from ivr.settings import ROOT
from ivr.storage import Attempt
from tests.duty.night import NIGHT, the_night


def texted() -> Configuration:
    """The shipped desk, whose policies send texts."""
    configuration = load(ROOT / "config").configuration
    policies = {name: replace(one, sms=True) for name, one in configuration.duty.policies.items()}
    return replace(configuration, duty=replace(configuration.duty, policies=policies))


async def main(folder: Path) -> None:
    clock = VirtualClock(NIGHT)
    async with the_night(folder, texted(), clock) as night:
        last = await night.database.read(lambda session: session.scalar(select(func.max(Attempt.planned_at))))
        if last is None:
            await night.page()
        else:
            await clock.pass_time((last - NIGHT + timedelta(seconds=1)).total_seconds())
            await night.pager.resume(night.phones)
        print("under way", flush=True)  # noqa: T201
        while night.pager.runs:
            await clock.pass_time(2)
        print("over", flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
