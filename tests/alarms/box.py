"""A desk with its listener as a process of its own, to be killed: `python -m tests.alarms.box <folder>`.

Prints the port once it listens. Pages are rows that nobody drives.
"""

import asyncio
import sys
from pathlib import Path

from ivr.alarms.listener import Listener
from tests.alarms.desks import ALERTS, a_desk


async def main(folder: Path) -> None:
    async with a_desk(folder) as setting:
        listener = Listener(
            setting.desk, host="127.0.0.1", port=0, addresses=lambda: (ALERTS,), own_address=lambda: "d@x.be"
        )
        await listener.open()
        setting.desk.start()
        print(listener.port, flush=True)  # noqa: T201
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
