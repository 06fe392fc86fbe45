"""Sound on the wire (RTP): a voice that speaks all the time, and an ear for the first words of the other.

A telephone sends a packet every 20 ms from the moment the call stands, and so do these. The ear takes the
time of the first packet from the kernel, so it is right even when this program is late; it listens until
it knows what was played, and then no longer: what still comes is dropped by the kernel.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from contextlib import suppress

from bench.sip import HOST

PACKET_BYTES = 160
"""20 ms of A-law."""
_HEADER = struct.Struct("!BBHII")
_STAMPED = getattr(socket, "SO_TIMESTAMPNS", 35)
_STAMP = struct.Struct("@qq")
_EAR_BYTES = 32_768
_SILENCE = b"\xd5" * PACKET_BYTES
_KEY_TYPE = 101
_KEY_PACKETS, _KEY_ENDS = 5, 3
"""A packet each 20 ms; the last is said three times."""
_KEPT_PACKETS = 6
"""Prompts begin with some packets of silence; by the sixth they differ."""


class Clockwork:
    """Moves every voice each 20 ms, a quarter of them at a time."""

    def __init__(self) -> None:
        self._groups: tuple[set[Leg], ...] = (set(), set(), set(), set())
        self._next = 0
        self._loop = asyncio.get_running_loop()
        self._due = self._loop.time()
        self._timer = self._loop.call_at(self._due, self._tick)
        self.late_ms: list[float] = []
        """How late this program was, each time: its own share in what it measures."""

    def add(self, leg: Leg) -> None:
        min(self._groups, key=len).add(leg)

    def remove(self, leg: Leg) -> None:
        for group in self._groups:
            group.discard(leg)

    def _tick(self) -> None:
        self.late_ms.append((self._loop.time() - self._due) * 1000)
        for leg in self._groups[self._next]:
            leg.say()
        self._next = (self._next + 1) % len(self._groups)
        self._due = max(self._due + 0.005, self._loop.time() - 0.1)
        self._timer = self._loop.call_at(self._due, self._tick)

    def stop(self) -> None:
        self._timer.cancel()


class Leg:
    """One side's sound in one call."""

    def __init__(self, clockwork: Clockwork) -> None:
        self._clockwork = clockwork
        self._loop = asyncio.get_running_loop()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _EAR_BYTES)
        self._socket.bind((HOST, 0))
        self.port: int = self._socket.getsockname()[1]
        self._packets = 0
        self._said = b""
        self._is_listening = False
        self.first_ns = 0
        """When the first packet came, by the clock of the machine; 0 before."""
        self.heard: asyncio.Future[bytes] = self._loop.create_future()
        """The first words."""

    def listen(self) -> None:
        """Have ears from here on."""
        self._socket.setsockopt(socket.SOL_SOCKET, _STAMPED, 1)
        self._loop.add_reader(self._socket.fileno(), self._read)
        self._is_listening = True

    def speak(self, port: int) -> None:
        """Send sound there, at once and then every 20 ms."""
        if self._packets or not port:
            return
        self._socket.connect((HOST, port))
        self.say()
        self._clockwork.add(self)

    def say(self) -> None:
        """One packet of silence."""
        number = self._packets
        self._packets = number + 1
        head = _HEADER.pack(0x80, 8, number & 0xFFFF, number * PACKET_BYTES & 0xFFFFFFFF, self.port)
        with suppress(OSError):
            self._socket.send(head + _SILENCE)

    async def press(self, key: int) -> None:
        """A key of 100 ms as a telephone sends it (RFC 4733), instead of sound meanwhile."""
        self._clockwork.remove(self)
        began = self._packets * PACKET_BYTES & 0xFFFFFFFF
        for turn in range(1, _KEY_PACKETS + _KEY_ENDS):
            is_over = turn >= _KEY_PACKETS
            lasted = min(turn, _KEY_PACKETS) * PACKET_BYTES
            head = _HEADER.pack(
                0x80, _KEY_TYPE | (0x80 if turn == 1 else 0), self._packets & 0xFFFF, began, self.port
            )
            self._packets += 1
            with suppress(OSError):
                self._socket.send(head + struct.pack("!BBH", key, 0x80 | 10 if is_over else 10, lasted))
            if not is_over:
                await asyncio.sleep(PACKET_BYTES / 8000)
        self._clockwork.add(self)

    def close(self) -> None:
        self._clockwork.remove(self)
        self._deafen()
        self._socket.close()

    def _read(self) -> None:
        while self._is_listening:
            try:
                data, extra, _, _ = self._socket.recvmsg(2048, 64)
            except OSError:
                return
            if not self.first_ns:
                self.first_ns = _stamp_ns(extra)
            self._said += data[_HEADER.size :]
            if len(self._said) >= _KEPT_PACKETS * PACKET_BYTES:
                self._deafen()
                if not self.heard.done():
                    self.heard.set_result(self._said)

    def _deafen(self) -> None:
        if self._is_listening:
            self._is_listening = False
            self._loop.remove_reader(self._socket.fileno())


def _stamp_ns(extra: list[tuple[int, int, bytes]]) -> int:
    """The kernel's time of arrival; now where it gives none."""
    for level, kind, data in extra:
        if level == socket.SOL_SOCKET and kind == _STAMPED and len(data) >= _STAMP.size:
            seconds, nanoseconds = _STAMP.unpack(data[: _STAMP.size])
            return int(seconds * 1_000_000_000 + nanoseconds)
    return time.time_ns()


__all__ = ["PACKET_BYTES", "Clockwork", "Leg"]
