"""One TCP connection: the asyncio side of the protocol."""

import asyncio
import contextlib
import socket
from collections.abc import Callable
from typing import Protocol, cast

from ivr.agi.events import Answered, Ended, Event, Failed, Started
from ivr.agi.exchange import Exchange
from ivr.agi.faults import Fault
from ivr.agi.limits import Limits
from ivr.agi.metrics import AgiMetrics, RejectReason
from ivr.agi.protocol import AgiProtocol
from ivr.agi.request import Request
from ivr.agi.turns import after_reading

_FAILURE = b"failure\n"
"""A line that begins so makes Asterisk end the AGI with AGISTATUS=FAILURE (run_agi in res/res_agi.c)
where a mere close would be SUCCESS."""
_KEEPALIVE = (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3))


class Host(Protocol):
    """What a connection tells the server."""

    limits: Limits
    metrics: AgiMetrics
    buffer: memoryview

    def connected(self, connection: "Connection") -> None: ...
    def started(self, connection: "Connection", request: Request) -> None: ...
    def rejected(self, connection: "Connection", reason: RejectReason) -> None: ...
    def broken(self, connection: "Connection", fault: Fault) -> None: ...
    def disconnected(self, connection: "Connection") -> None: ...


class Connection(asyncio.BufferedProtocol):
    """Reads all the time, so that a hang-up is noticed whatever the handler does."""

    def __init__(self, host: Host) -> None:
        self.peer = ""
        self.exchange: Exchange | None = None
        self._host = host
        self._protocol = AgiProtocol(host.limits)
        self._transport: asyncio.Transport | None = None
        self._socket: socket.socket | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._is_over = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self.peer = _peer_name(transport)
        self._socket = transport.get_extra_info("socket")
        _tune(self._socket)
        self._set_timer(self._host.limits.header_s, self._header_is_late)
        self._host.connected(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        # One buffer for all connections: on Linux the loop reads into it and hands it over in one step.
        return self._host.buffer

    def buffer_updated(self, nbytes: int) -> None:
        self.receive_data(bytes(self._host.buffer[:nbytes]))

    def receive_data(self, data: bytes) -> None:
        """Feed the protocol and act on what it tells."""
        if self._is_over:
            return
        events = self._protocol.receive_data(data)
        for event in events:
            self._act(event)
            if self._is_over:
                return
        if self._protocol.expects_more or (events and _may_precede_hangup(events[-1])):
            self._acknowledge()

    def eof_received(self) -> bool:
        self._end("the switch ended it")
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._end("the switch ended it" if exc is None else f"connection lost: {exc}")
        self._stop_timer()
        if self.exchange is not None:
            self.exchange.close("connection lost")
        self._host.disconnected(self)

    def open_exchange(self) -> Exchange:
        """Let commands be sent: the connection is a session's from here on."""
        assert self._transport is not None, "started before it was connected"
        self.exchange = Exchange(self._protocol, self._transport, self._host.metrics)
        return self.exchange

    def finish(self, *, is_failed: bool = False) -> None:
        """Close, once what was written has left; tell Asterisk when it was a failure. May be repeated."""
        transport = self._transport
        self._is_over = True
        if self.exchange is not None:
            self.exchange.close("the handler has ended")
        if transport is None or transport.is_closing():
            return
        if is_failed:
            transport.write(_FAILURE)
        transport.close()
        self._set_timer(self._host.limits.linger_s, transport.abort)

    def abort(self) -> None:
        """Close at once, whatever is unsent."""
        self._is_over = True
        if self._transport is not None:
            self._transport.abort()

    def reject(self, reason: RejectReason) -> None:
        """Turn away what is no session yet."""
        if not self._is_over:
            self._host.rejected(self, reason)
            self.finish(is_failed=True)

    def _act(self, event: Event) -> None:
        if isinstance(event, Started):
            self._start(event.request)
        elif isinstance(event, Failed):
            self._break_off(event.fault)
        elif self.exchange is not None:
            self.exchange.receive(event)

    def _acknowledge(self) -> None:
        """Asterisk holds its next line back until TCP has acknowledged the last one (Nagle), and the
        kernel delays that by 40 ms when we have nothing to send: say it now."""
        if self._socket is not None and hasattr(socket, "TCP_QUICKACK"):
            with contextlib.suppress(OSError):
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)

    def _start(self, request: Request) -> None:
        self._stop_timer()
        self._host.started(self, request)

    def _break_off(self, fault: Fault) -> None:
        if self.exchange is None:
            self.reject(RejectReason(fault.value))
            return
        self._host.broken(self, fault)
        self.exchange.close(f"what came is no AGI: {fault}")
        self.finish(is_failed=True)

    def _end(self, why: str) -> None:
        if self._is_over:
            return
        is_midline = Ended(is_midline=True) in self._protocol.receive_eof()
        if self.exchange is not None:
            self.exchange.close(f"{why} in the middle of a line" if is_midline else why)
        elif not self._protocol.has_started:
            is_silent = not self._protocol.has_bytes
            self.reject(RejectReason.SILENT if is_silent else RejectReason.UNFINISHED)

    def _header_is_late(self) -> None:
        after_reading(self._reject_late)

    def _reject_late(self) -> None:
        if not self._protocol.has_started:
            self.reject(RejectReason.HEADER_TIMEOUT)

    def _set_timer(self, delay_s: float, action: Callable[[], None]) -> None:
        self._stop_timer()
        self._timer = asyncio.get_running_loop().call_later(delay_s, action)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _may_precede_hangup(event: Event) -> bool:
    return isinstance(event, Answered) and event.answer.result == "-1"


def _peer_name(transport: asyncio.BaseTransport) -> str:
    peer = transport.get_extra_info("peername")
    return f"{peer[0]}:{peer[1]}" if isinstance(peer, tuple) and len(peer) >= 2 else ""


def _tune(sock: socket.socket | None) -> None:
    """Small lines at once; notice within a minute when the switch's machine is gone."""
    if sock is None:
        return
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _KEEPALIVE:
            if hasattr(socket, name):
                sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    except OSError:
        return  # gone already; the loop will say so
