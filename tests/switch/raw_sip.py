"""A SIP client of a few lines, for what no decent telephone would send."""

from __future__ import annotations

import asyncio
import secrets
from typing import Self


class RawClient(asyncio.DatagramProtocol):
    """Sends an INVITE as it is told and keeps every answer."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port
        self.answers: list[bytes] = []
        self.call_id = secrets.token_hex(8)
        self._news = asyncio.Event()
        self._invite = b""

    @classmethod
    async def open(cls, host: str, port: int) -> Self:
        client = cls(host, port)
        loop = asyncio.get_running_loop()
        client._transport, _ = await loop.create_datagram_endpoint(
            lambda: client, local_addr=("127.0.0.1", 0), remote_addr=(host, port)
        )
        return client

    @property
    def own_port(self) -> int:
        return int(self._transport.get_extra_info("sockname")[1])

    def invite(
        self, number: bytes, caller: bytes = b"<sip:+32470009999@127.0.0.1>", extra: bytes = b""
    ) -> None:
        """Call; `caller` is the From address, name and all; `extra` are whole header lines."""
        sdp = (
            b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            b"m=audio %d RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
        ) % self.own_port
        self._invite = self._request(b"INVITE", number, caller, b"1") + (
            extra + b"Content-Type: application/sdp\r\nContent-Length: %d\r\n\r\n" % len(sdp) + sdp
        )
        self._transport.sendto(self._invite)

    def cancel(self, number: bytes, caller: bytes = b"<sip:+32470009999@127.0.0.1>") -> None:
        self._transport.sendto(self._request(b"CANCEL", number, caller, b"1") + b"Content-Length: 0\r\n\r\n")

    async def wait_for(self, *codes: int, timeout_s: float = 5.0) -> bytes:
        """The first answer with one of those codes. Raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            while True:
                for answer in self.answers:
                    if int(answer.split(b" ", 2)[1]) in codes:
                        return answer
                self._news.clear()
                await self._news.wait()

    def close(self) -> None:
        self._transport.close()

    def datagram_received(self, data: bytes, addr: object) -> None:
        if data.startswith(b"SIP/2.0 "):
            self.answers.append(data)
            self._news.set()

    def _request(self, method: bytes, number: bytes, caller: bytes, sequence: bytes) -> bytes:
        host = b"127.0.0.1:%d" % self.port
        own = b"127.0.0.1:%d" % self.own_port
        return (
            method + b" sip:" + number + b"@" + host + b" SIP/2.0\r\n"
            b"Via: SIP/2.0/UDP " + own + b";rport;branch=z9hG4bK" + self.call_id.encode() + b"\r\n"
            b"From: " + caller + b";tag=" + self.call_id.encode() + b"\r\n"
            b"To: <sip:" + number + b"@" + host + b">\r\n"
            b"Call-ID: " + self.call_id.encode() + b"\r\n"
            b"CSeq: " + sequence + b" " + method + b"\r\n"
            b"Contact: <sip:x@" + own + b">\r\nMax-Forwards: 70\r\n"
        )
