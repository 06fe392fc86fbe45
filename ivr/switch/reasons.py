"""Why a telephone refused: the carrier's own word (RFC 3326), read from copies of the SIP messages.

A carrier says `Reason: Q.850;cause=31` beside a SIP code that may mean many things (480 is 18, 19, 20
or 31). Asterisk 22.8 and later overwrite that cause with the one they derive from the code, so neither
HANGUPCAUSE nor the Hangup event tells it. The switch therefore sends us a copy of each SIP message
(hep.conf: HEP version 3 over UDP, on this machine), of which only refusals with a reason are read.
"""

from __future__ import annotations

import asyncio
import re
import struct
from collections import deque
from collections.abc import Callable
from typing import Final

_REFUSAL = re.compile(rb"SIP/2\.0 [3-6]\d\d ")
_INVITE = re.compile(rb"\r\nCSeq:[^\r\n]*INVITE", re.I)
_CAUSE = re.compile(rb"\r\nReason:[^\r\n]*Q\.850\s*;[^\r\n]*?cause\s*=\s*(\d{1,3})", re.I)
_DIALLED = re.compile(rb"\r\n(?:To|t)\s*:[^\r\n]*?sips?:([^@>;\r\n]+)@", re.I)
_CHUNK = struct.Struct("!HHH")
_SOURCE_PORT: Final = 7
"""Type of the chunk with the sender's port (HEP3 specification, section 5)."""

KEEP_S: Final = 60.0
_SWEEP_AT: Final = 4096


class Reasons:
    """Listens for refusals and tells the cause of the last one of a number."""

    def __init__(self, sip_port: int) -> None:
        self._sip_port = sip_port
        self._refusals: dict[str, deque[tuple[float, int]]] = {}
        self._news = asyncio.Event()
        self._transport: asyncio.DatagramTransport | None = None

    async def start(self, host: str, port: int) -> None:
        """Listen; OSError when the port is taken."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: _Copies(self.take), local_addr=(host, port)
        )

    def close(self) -> None:
        """Stop listening. Safe to call twice."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    async def cause_of(self, number: str, *, since: float, wait_s: float = 0.05) -> int | None:
        """The Q.850 cause with which `number` refused since then (`loop.time()`); None: none was said.

        Ask only after a call that failed: a copy may be a moment behind, and is waited for.
        """
        key = _digits(number.encode())
        try:
            async with asyncio.timeout(wait_s):
                while (cause := self._last(key, since)) is None:
                    news = self._news
                    await news.wait()
        except TimeoutError:
            return None
        return cause

    def take(self, packet: bytes) -> None:
        """One copy of a message."""
        said = _CAUSE.search(packet)
        if said is None or not self._is_refusal_we_received(packet):
            return
        dialled, cause = _DIALLED.search(packet), int(said[1]) & 0x7F
        if dialled is None or not cause:
            return
        now = asyncio.get_running_loop().time()
        self._sweep(now)
        self._refusals.setdefault(_digits(dialled[1]), deque(maxlen=8)).append((now, cause))
        news, self._news = self._news, asyncio.Event()
        news.set()

    def _is_refusal_we_received(self, packet: bytes) -> bool:
        if not _REFUSAL.search(packet) or not _INVITE.search(packet):
            return False
        return _source_port(packet) not in (0, self._sip_port)

    def _last(self, key: str, since: float) -> int | None:
        kept = self._refusals.get(key)
        return kept[-1][1] if kept and kept[-1][0] >= since else None

    def _sweep(self, now: float) -> None:
        if len(self._refusals) < _SWEEP_AT:
            return
        self._refusals = {key: kept for key, kept in self._refusals.items() if kept[-1][0] > now - KEEP_S}


class _Copies(asyncio.DatagramProtocol):
    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take

    def datagram_received(self, data: bytes, addr: object) -> None:
        self._take(data)


def _source_port(packet: bytes) -> int:
    """The port a message came from; 0 when the packet is none of HEP."""
    at = 6
    if not packet.startswith(b"HEP3"):
        return 0
    while at + _CHUNK.size <= len(packet):
        _, kind, length = _CHUNK.unpack_from(packet, at)
        if kind == _SOURCE_PORT:
            return int.from_bytes(packet[at + 6 : at + length], "big")
        if length < _CHUNK.size:
            return 0
        at += length
    return 0


def _digits(number: bytes) -> str:
    return bytes(byte for byte in number if 48 <= byte <= 57).decode()


__all__ = ["KEEP_S", "Reasons"]
