"""`dutyline call`: a real call from the demo carrier, told as it happens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from audio.listening import Listening
from audio.recognise import Heard, Recogniser
from dialplan.numbers import to_e164
from ivr.ami import AmiError
from ivr.carrier.call import PlacedCall
from ivr.carrier.carrier import Carrier
from ivr.cli.client import ServiceAwayError, ServiceClient, ServiceError, ServiceRefusedError
from ivr.cli.home import home, shown
from ivr.cli.queues import say_waiting
from ivr.settings import Settings

LISTEN_S = 0.25
TONE_S = 0.5
"""How long the tone lasts after which a message may be spoken."""
CUT = 0.9
"""Who has heard less of a prompt was cut off."""
Tell = Callable[[str, Mapping[str, Any]], None]
"""Told (kind, facts): `placed`, `heard`, `hop`, `page`, `key`, `rings`, `talks`, `queue`, `says`, `end`,
`note`."""


class CallStory:
    """One call that is placed, followed and told."""

    def __init__(self, settings: Settings, tell: Tell) -> None:
        self._settings, self._tell = settings, tell
        self._client = ServiceClient(settings)
        self._call_id = ""
        self._keys: list[str] = []
        self._asked = asyncio.Event()
        self._heard: list[str] = []
        self._started = 0.0
        self._is_dialling = False
        self._said: Path | None = None
        self._tone = asyncio.Event()
        self._paged: set[str] = set()
        """Numbers of engineers: when they pick up, it is not to talk with the caller."""

    async def run(
        self,
        number: str,
        *,
        caller: str | None,
        keys: Sequence[str],
        at: datetime | None,
        hang_up_after_s: float | None,
        talk_s: float,
        limit_s: float,
        habits: Mapping[str, str] | None = None,
        said: Path | None = None,
    ) -> bool:
        """Place the call and follow it to its end; whether it was answered.

        `talk_s`: with whoever picks up. `habits`: what telephones do from now on; `said`: what the caller
        says where a message may be left. The caller hangs up when this is cancelled.
        """
        self._keys, self._said = list(keys), said
        recogniser = await asyncio.to_thread(Recogniser.load, self._settings.prompts)
        carrier = Carrier(self._settings)
        await carrier.attach()
        await carrier.set_phones(habits or {})
        carrier.forget_legs()
        followed = asyncio.Event()
        following = asyncio.create_task(self._follow(number, caller, followed))
        try:
            async with asyncio.timeout(5):
                await followed.wait()
            call = await carrier.place_call(
                number, caller=caller, at=at, hang_up_after_s=hang_up_after_s, ring_s=limit_s
            )
            self._started = asyncio.get_running_loop().time()
            self._tell("placed", {"to": number, "from": caller, "at": at.isoformat() if at else None})
            await self._accompany(call, carrier, recogniser, talk_s, limit_s)
            if not self._call_id:
                self._tell("untold", {"cause": call.cause or 0})
            return call.answered_at is not None
        finally:
            following.cancel()
            with suppress(asyncio.CancelledError, ServiceError):
                await following
            await carrier.stop()

    async def _accompany(
        self, call: PlacedCall, carrier: Carrier, recogniser: Recogniser, talk_s: float, limit_s: float
    ) -> None:
        listening = Listening(recogniser)
        pressing = asyncio.create_task(self._press(call))
        speaking = asyncio.create_task(self._speak(call))
        place = 0
        deadline = self._started + limit_s
        try:
            while call.is_live and asyncio.get_running_loop().time() < deadline:
                await asyncio.sleep(LISTEN_S)
                place = self._listen(call, listening, place)
                if self._is_dialling and self._someone_talks(carrier):
                    deadline = min(deadline, asyncio.get_running_loop().time() + talk_s)
            await call.hang_up()
            await asyncio.sleep(0.5)
            self._listen(call, listening, place)
            self._note_heard(listening.finish())
        finally:
            pressing.cancel()
            speaking.cancel()
            with suppress(AmiError, TimeoutError):
                await call.hang_up()
                await call.ended(5.0)

    def _listen(self, call: PlacedCall, listening: Listening, place: int) -> int:
        sound = call.heard()
        self._note_heard(listening.feed(sound[place:]))
        return len(sound)

    def _someone_talks(self, carrier: Carrier) -> bool:
        """Whether a telephone that the plan rings has picked up just now."""
        for leg in carrier.legs():
            if leg.is_live and leg.answered_at and leg.number not in self._paged:
                self._is_dialling = False
                self._tell("talks", {"number": leg.number})
                return True
        return False

    def _note_heard(self, heard: Sequence[Heard]) -> None:
        for one in heard:
            self._heard.append(one.prompt_id)
            facts = {"prompt": one.prompt_id, "language": one.language, "at_s": round(one.start_s, 1)}
            self._tell("heard", {**facts, "share": one.share, "also": list(one.also)})

    async def _press(self, call: PlacedCall) -> None:
        """One key (or string of keys) for each question the plan asks."""
        while self._keys:
            await self._asked.wait()
            self._asked.clear()
            keys = self._keys.pop(0)
            await asyncio.sleep(1.0)
            self._tell("key", {"keys": keys})
            await call.press(keys)

    async def _speak(self, call: PlacedCall) -> None:
        """What the caller says after the tone, each time that he is asked to."""
        while self._said is not None:
            await self._tone.wait()
            self._tone.clear()
            await asyncio.sleep(TONE_S)
            self._tell("says", {"file": str(self._said)})
            with suppress(AmiError, TimeoutError):
                await call.say(self._said)

    async def _follow(self, number: str, caller: str | None, followed: asyncio.Event) -> None:
        wanted = to_e164(number, home()) or number
        try:
            async for line in self._client.follow():
                followed.set()
                self._take_line(line, wanted)
        except ServiceAwayError:
            followed.set()
            self._tell("note", {"note": "the service is away: the switch's failsafe takes this call"})
        except ServiceRefusedError as fault:
            followed.set()
            self._tell("note", {"note": str(fault)})

    def _take_line(self, line: Mapping[str, Any], wanted: str) -> None:
        kind = line.get("kind")
        if kind == "call" and not self._call_id and line.get("to") == wanted:
            self._call_id = str(line["call"])
        if not self._call_id or line.get("call") != self._call_id:
            return
        if kind == "command" and line.get("what") == "collect":
            self._asked.set()
        elif kind == "record":
            self._tone.set()
        elif kind == "command" and line.get("what") == "dial":
            self._is_dialling = True
            self._tell("rings", {"who": line.get("says", [])})
        elif kind == "queue":
            self._tell("queue", line)
        elif kind == "call-back":
            self._tell(kind, line)
        elif kind in ("hop", "page", "end"):
            self._is_dialling = self._is_dialling and kind == "page"
            if kind == "page" and "number" in line:
                self._paged.add(str(line["number"]))
            self._tell(str(kind), line)


def sentence_of(kind: str, facts: Mapping[str, Any]) -> str:
    """One line for people."""
    match kind:
        case "placed":
            clock = f", the plan's clock at {facts['at']}" if facts["at"] else ""
            caller = shown(facts["from"]) if facts["from"] else "a withheld number"
            return f"dialling {facts['to']} as {caller}{clock}"
        case "heard":
            language = "" if facts["language"] == "*" else f" ({facts['language']})"
            cut = ", cut off" if facts.get("share", 1.0) < CUT else ""
            names = " or ".join((facts["prompt"], *facts.get("also", ())) if cut else (facts["prompt"],))
            return f"heard   {names}{language}{cut}, at {facts['at_s']} s"
        case "hop":
            where = ".".join(filter(None, (facts["plan"], facts["node"])))
            node = " ".join(filter(None, (where, f"[{facts['node_kind']}]")))
            return f"node    {node} -> {facts['exit']}: {facts['why']}"
        case "page":
            return _page_sentence(facts)
        case "queue":
            return f"queue   {say_waiting(facts)}"
        case "call-back":
            return f"call back to {shown(facts.get('number'))}: {facts['state']}"
        case "rings":
            return f"rings   {', '.join(facts['who'])}"
        case "talks":
            return f"talks   with {shown(facts['number'])}, who picked up"
        case "says":
            return "says    his message"
        case "key":
            return f"pressed {facts['keys']}"
        case "end":
            return f"ended   {facts['disposition']}, by the {facts['hung_by']} (cause {facts['cause']})"
        case "untold":
            return f"ended   (cause {facts['cause']}); the service has told nothing of this call"
    return str(facts.get("note", kind))


def _page_sentence(facts: Mapping[str, Any]) -> str:
    head = f"page    call {facts['call_ref']}"
    if "who" in facts:
        who = f"{facts['who']} on {shown(facts['number'])}"
        return f"{head}: {who}: {facts['attempt_state']} ({facts['stage']})"
    by = f" by {facts['accepted_by']}" if facts.get("accepted_by") else ""
    return f"{head}: {facts['state']}{by}"
