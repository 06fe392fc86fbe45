"""The called phones: ring a moment, answer, talk, hang up."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass

from bench import sip
from bench.sound import Clockwork, Leg
from bench.wire import Wire

RING_S = 0.1


@dataclass(slots=True)
class _Call:
    invite: sip.Message
    tag: str
    sound: Leg
    said: bytes = b""
    state: str = "ringing"
    answered: asyncio.Future[sip.Message] | None = None


class Phones:
    """Everybody who is called, behind one address: the carrier's side of the trunk."""

    def __init__(self, port: int, switch_port: int, clockwork: Clockwork, talk_s: float) -> None:
        self.rung: Counter[str] = Counter()
        """How often each number was rung."""
        self.talked = 0
        """Conversations that were ended by the phone, as they should be."""
        self._talk_s = talk_s
        self._clockwork = clockwork
        self._loop = asyncio.get_running_loop()
        self._calls: dict[str, _Call] = {}
        self._wire = Wire(switch_port, self._take, port)

    @property
    def live(self) -> int:
        return len(self._calls)

    def close(self) -> None:
        for call in self._calls.values():
            call.sound.close()
        self._wire.close()

    def _take(self, message: sip.Message) -> None:
        call = self._calls.get(message.call_id)
        if message.is_answer:
            if call is not None and message.method == "BYE":
                self._drop(call, message)
            return
        match message.method:
            case "INVITE" if call is None:
                self._ring(message)
            case "INVITE" if call is not None:
                self._wire.send(call.said)
            case "ACK" if call is not None and call.state == "answered":
                self._talk(call, message)
            case "CANCEL":
                self._cancel(call, message)
            case "BYE":
                self._wire.send(sip.answer(message, "200 OK"))
                if call is not None:
                    self._drop(call, message)
            case "OPTIONS":
                self._wire.send(sip.answer(message, "200 OK", tag=self._wire.token()))

    def _ring(self, invite: sip.Message) -> None:
        self.rung[invite.dialled] += 1
        call = _Call(invite, self._wire.token(), Leg(self._clockwork))
        self._calls[invite.call_id] = call
        self._say(call, sip.answer(invite, "180 Ringing", tag=call.tag, contact=self._wire.contact))
        self._loop.call_later(RING_S, self._answer, call)

    def _say(self, call: _Call, data: bytes) -> None:
        call.said = data
        self._wire.send(data)

    def _answer(self, call: _Call) -> None:
        if call.state != "ringing":
            return
        call.state = "answered"
        body = sip.sdp(call.sound.port)
        data = sip.answer(call.invite, "200 OK", tag=call.tag, contact=self._wire.contact, body=body)
        call.answered = self._loop.create_future()
        call.said = data
        self._wire.repeat(data, call.answered)
        call.sound.speak(call.invite.sound_port)

    def _talk(self, call: _Call, ack: sip.Message) -> None:
        call.state = "talking"
        if call.answered is not None and not call.answered.done():
            call.answered.set_result(ack)
        self._loop.call_later(self._talk_s, self._hang_up, call)

    def _hang_up(self, call: _Call) -> None:
        if call.state != "talking":
            return
        call.state = "over"
        self.talked += 1
        invite = call.invite
        headers = {
            "Via": self._wire.via(),
            "Max-Forwards": "70",
            "From": f"{invite.headers['to']};tag={call.tag}",
            "To": invite.headers["from"],
            "Call-ID": invite.call_id,
            "CSeq": "1 BYE",
        }
        call.answered = self._loop.create_future()
        self._wire.repeat(sip.request("BYE", invite.contact, headers), call.answered)
        call.sound.close()

    def _cancel(self, call: _Call | None, cancel: sip.Message) -> None:
        self._wire.send(sip.answer(cancel, "200 OK"))
        if call is not None and call.state == "ringing":
            call.state = "over"
            self._wire.send(sip.answer(call.invite, "487 Request Terminated", tag=call.tag))
            self._drop(call, cancel)

    def _drop(self, call: _Call, last: sip.Message) -> None:
        call.state = "over"
        if call.answered is not None and not call.answered.done():
            call.answered.set_result(last)
        self._calls.pop(call.invite.call_id, None)
        call.sound.close()


__all__ = ["RING_S", "Phones"]
