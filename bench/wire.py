"""A UDP socket that speaks SIP, and says again what was not answered."""

from __future__ import annotations

import asyncio
import itertools
import secrets
import socket
from collections.abc import Callable
from contextlib import suppress

from bench import sip

_AGAIN_S = (0.5, 1.0, 2.0, 4.0)
"""RFC 3261, timers A and E with T1 = 500 ms; the caller of `repeat` gives up by itself."""
_BUFFER_BYTES = 4 << 20


class Wire:
    """`take(message)` is called for each message that comes."""

    def __init__(self, switch_port: int, take: Callable[[sip.Message], None], port: int = 0) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            self._socket.setsockopt(socket.SOL_SOCKET, option, _BUFFER_BYTES)
        self._socket.bind((sip.HOST, port))
        self._switch = (sip.HOST, switch_port)
        self._take = take
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket.fileno(), self._read)
        self.port: int = self._socket.getsockname()[1]
        self._word = secrets.token_hex(4)
        self._count = itertools.count(1)
        self.repeated = 0

    def token(self) -> str:
        """A word for a tag, a branch or a Call-ID."""
        return f"{self._word}{next(self._count):x}"

    def via(self) -> str:
        """The Via of a new request."""
        return f"SIP/2.0/UDP {sip.HOST}:{self.port};rport;branch=z9hG4bK{self.token()}"

    @property
    def contact(self) -> str:
        return f"sip:bench@{sip.HOST}:{self.port}"

    def send(self, data: bytes) -> None:
        """To the switch."""
        with suppress(BlockingIOError):
            self._socket.sendto(data, self._switch)

    def repeat(self, data: bytes, until: asyncio.Future[sip.Message]) -> None:
        """Send, and send again until the future is done."""
        self.send(data)
        self._again(data, until, 0)

    def _again(self, data: bytes, until: asyncio.Future[sip.Message], turn: int) -> None:
        def act() -> None:
            if not until.done():
                self.repeated += 1
                self.send(data)
                self._again(data, until, turn + 1)

        if turn < len(_AGAIN_S):
            self._loop.call_later(_AGAIN_S[turn], act)

    def _read(self) -> None:
        while True:
            try:
                data = self._socket.recv(65_535)
            except BlockingIOError:
                return
            try:
                message = sip.read(data)
            except ValueError:
                continue
            self._take(message)

    def close(self) -> None:
        self._loop.remove_reader(self._socket.fileno())
        self._socket.close()
