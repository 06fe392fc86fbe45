"""The callers: dial, listen for the welcome, stay until the other side hangs up."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from enum import StrEnum

from bench import sip
from bench.sound import Clockwork, Leg
from bench.wire import Wire


class Fault(StrEnum):
    """What went wrong with a call."""

    NOT_ANSWERED = "not answered"
    REFUSED = "refused"
    SILENT = "no sound"
    OTHER_WORDS = "not the welcome"
    NOT_ENDED = "not ended"


@dataclass(frozen=True, slots=True)
class Result:
    """One call. Times in milliseconds from the INVITE, NaN where it did not come to that."""

    answer_ms: float
    welcome_ms: float
    fault: Fault | None
    answered_at: float = 0.0
    """When the first sound came, seconds of the machine's clock."""


@dataclass(slots=True)
class _Call:
    """A dialogue as the caller has it."""

    id: str
    headers: dict[str, str]
    uri: str
    sound: Leg
    final: asyncio.Future[sip.Message]
    ended: asyncio.Future[sip.Message]
    bye_answered: asyncio.Future[sip.Message]
    via: str
    """Of the INVITE: CANCEL and the ACK of a refusal belong to the same transaction."""
    ack: bytes = b""
    contact: str = ""
    is_left: bool = False


class Callers:
    """Place calls to the switch, as the carrier's trunk would. `welcome`: the sound that must come first."""

    def __init__(self, switch_port: int, clockwork: Clockwork, welcome: bytes) -> None:
        self._welcome = welcome
        self._switch_port = switch_port
        self._clockwork = clockwork
        self._loop = asyncio.get_running_loop()
        self._calls: dict[str, _Call] = {}
        self._wire = Wire(switch_port, self._take)

    @property
    def live(self) -> int:
        return len(self._calls)

    @property
    def repeated(self) -> int:
        """Messages that had to be said again."""
        return self._wire.repeated

    def close(self) -> None:
        for call in list(self._calls.values()):
            call.sound.close()
        self._wire.close()

    async def place(self, dialled: str, number: int, limit_s: float, *, is_probe: bool = False) -> Result:
        """One call, from the INVITE to the other side's BYE. A probe hangs up as soon as it knows who
        speaks."""
        call = self._dial(dialled, number)
        sent_ns = time.time_ns()
        self._wire.repeat(self._invite(call), call.final)
        answer_ms = welcome_ms = float("nan")
        fault: Fault | None = Fault.NOT_ANSWERED
        try:
            async with asyncio.timeout(limit_s):
                status = (await call.final).status
                if status != 200:
                    return Result(answer_ms, welcome_ms, Fault.REFUSED)
                answer_ms = (time.time_ns() - sent_ns) / 1e6
                fault = Fault.SILENT
                said = await call.sound.heard
                welcome_ms = (call.sound.first_ns - sent_ns) / 1e6
                fault = None if self._welcome.startswith(said) else Fault.OTHER_WORDS
                if fault is None and not is_probe:
                    fault = Fault.NOT_ENDED
                    await call.ended
                    fault = None
        except TimeoutError:
            pass
        finally:
            await self._leave(call)
        return Result(answer_ms, welcome_ms, fault, call.sound.first_ns / 1e9)

    def _dial(self, dialled: str, number: int) -> _Call:
        uri = f"sip:{dialled}@{sip.HOST}:{self._switch_port}"
        call_id = self._wire.token()
        headers = {
            "From": f"<sip:+3247{number % 10_000_000:07d}@{sip.HOST}>;tag={self._wire.token()}",
            "To": f"<{uri}>",
            "Call-ID": call_id,
        }
        sound = Leg(self._clockwork)
        final, ended, bye_answered = (self._loop.create_future() for _ in range(3))
        call = _Call(call_id, headers, uri, sound, final, ended, bye_answered, self._wire.via())
        sound.listen()
        self._calls[call_id] = call
        return call

    def _invite(self, call: _Call) -> bytes:
        return self._request(call, "INVITE", call.uri, 1, sip.sdp(call.sound.port), via=call.via)

    def _request(
        self, call: _Call, method: str, uri: str, number: int, body: str = "", *, via: str = ""
    ) -> bytes:
        headers = {
            "Via": via or self._wire.via(),
            "Max-Forwards": "70",
            **call.headers,
            "CSeq": f"{number} {method}",
            "Contact": f"<{self._wire.contact}>",
        }
        return sip.request(method, uri, headers, body)

    def _take(self, message: sip.Message) -> None:
        call = self._calls.get(message.call_id)
        if message.is_answer:
            if call is not None:
                self._take_answer(call, message)
        elif message.method != "ACK":
            self._wire.send(sip.answer(message, "200 OK"))
            if call is not None and message.method == "BYE" and not call.ended.done():
                call.ended.set_result(message)

    def _take_answer(self, call: _Call, message: sip.Message) -> None:
        if message.method == "BYE":
            if not call.bye_answered.done():
                call.bye_answered.set_result(message)
        elif message.status >= 200:
            if message.method == "INVITE":
                self._acknowledge(call, message)
            if message.method == "INVITE" and not call.final.done():
                call.final.set_result(message)

    def _acknowledge(self, call: _Call, message: sip.Message) -> None:
        is_accepted = message.status == 200
        if not call.ack:
            call.headers["To"] = message.headers["to"]
            call.contact = message.contact if is_accepted else call.uri
            call.ack = self._request(call, "ACK", call.contact, 1, via="" if is_accepted else call.via)
            if is_accepted and call.is_left:
                self._hang_up(call)
            elif is_accepted:
                call.sound.speak(message.sound_port)
        self._wire.send(call.ack)

    def _hang_up(self, call: _Call) -> None:
        self._wire.repeat(self._request(call, "BYE", call.contact, 2), call.bye_answered)

    async def _leave(self, call: _Call) -> None:
        """Hang up where the other side has not."""
        call.is_left = True
        if not call.final.done() or call.final.cancelled():
            self._wire.send(self._request(call, "CANCEL", call.uri, 1, via=call.via))
        elif call.final.result().status == 200 and (call.ended.cancelled() or not call.ended.done()):
            self._hang_up(call)
            await asyncio.wait({call.bye_answered}, timeout=2.0)
        call.final.cancel()
        call.sound.heard.cancel()
        call.sound.close()
        # A late answer of the switch must still be acknowledged, or it says it again for 32 s.
        self._loop.call_later(5.0, self._calls.pop, call.id, None)


__all__ = ["Callers", "Fault", "Result"]
