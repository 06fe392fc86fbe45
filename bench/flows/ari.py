"""The bench's flow as a minimal ARI application: a web socket for events, HTTP requests for commands.

python flows/ari.py HOST:PORT USER PASSWORD SOUND PHONE SHOWN
"""

from __future__ import annotations

import asyncio
import sys
from base64 import b64encode
from datetime import datetime
from typing import Any

import aiohttp

APP = "bench"


class Flow:
    """All calls of the application; `pairs` maps a callee's channel to its caller's and to their bridge."""

    def __init__(self, http: aiohttp.ClientSession, base: str, sound: str, phone: str, shown: str) -> None:
        self.http, self.base = http, base
        self.sound, self.shown = sound, shown
        self.office = self.desk = phone
        self.pairs: dict[str, tuple[str, str]] = {}
        self.tasks: set[asyncio.Task[None]] = set()

    async def ask(self, method: str, path: str, **params: str) -> Any:
        async with self.http.request(method, f"{self.base}/{path}", params=params) as answer:
            return await answer.json() if answer.status == 200 else None

    def take(self, event: dict[str, Any]) -> None:
        match event["type"]:
            case "StasisStart" if not event["args"]:
                self.begin(self.welcome(event["channel"]["id"]))
            case "StasisStart":
                self.begin(self.join(event["channel"]["id"]))
            case "PlaybackFinished":
                self.begin(self.ring(event["playback"]["target_uri"].removeprefix("channel:")))
            case "StasisEnd" | "ChannelDestroyed" if event["channel"]["id"] in self.pairs:
                self.begin(self.part(*self.pairs.pop(event["channel"]["id"])))

    def begin(self, step: Any) -> None:
        task = asyncio.create_task(step)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def welcome(self, caller: str) -> None:
        await self.ask("POST", f"channels/{caller}/answer")
        await self.ask("POST", f"channels/{caller}/play", media=f"sound:{self.sound}")

    async def ring(self, caller: str) -> None:
        now = datetime.now()  # noqa: DTZ005 - the switch's own clock
        is_open = now.weekday() < 5 and 8 <= now.hour < 18
        phone = self.office if is_open else self.desk
        await self.ask("POST", f"channels/{caller}/ring")
        callee, bridge = f"callee-{caller}", f"bridge-{caller}"
        self.pairs[callee] = (caller, bridge)
        await self.ask("POST", f"bridges/{bridge}", type="mixing")
        await self.ask(
            "POST",
            f"channels/{callee}",
            endpoint=phone,
            app=APP,
            appArgs="callee",
            callerId=self.shown,
            timeout="20",
        )

    async def join(self, callee: str) -> None:
        caller, bridge = self.pairs[callee]
        await self.ask("DELETE", f"channels/{caller}/ring")
        await self.ask("POST", f"bridges/{bridge}/addChannel", channel=f"{caller},{callee}")

    async def part(self, caller: str, bridge: str) -> None:
        await self.ask("DELETE", f"channels/{caller}")
        await self.ask("DELETE", f"bridges/{bridge}")


async def main(where: str, user: str, password: str, sound: str, phone: str, shown: str) -> None:
    pass_phrase = b64encode(f"{user}:{password}".encode()).decode()
    headers = {"Authorization": f"Basic {pass_phrase}"}
    connector = aiohttp.TCPConnector(limit=200)
    async with aiohttp.ClientSession(headers=headers, connector=connector) as http:
        flow = Flow(http, f"http://{where}/ari", sound, phone, shown)
        async with http.ws_connect(f"http://{where}/ari/events", params={"app": APP}) as socket:
            sys.stdout.write("ready\n")
            sys.stdout.flush()
            async for message in socket:
                flow.take(message.json())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:7]))
