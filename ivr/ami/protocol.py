"""One connection to the manager interface: panoramisk's protocol with its faults taken out.

Kept of `panoramisk.ami_protocol.AMIProtocol`: that it is one, its transport, `Action` (text and
ActionIDs) and `Message` (parsing). Replaced: reading (it loses characters split over two reads),
handling (one exception drops the connection), remembering (answers that never come stay for ever)
and closing (it hands unanswered actions to the next connection, which sends them again).
panoramisk's `Manager`, which reconnects by itself and matches each event against patterns, is not
used: the link is the one owner of the connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog
from panoramisk.ami_protocol import AMIProtocol

from ivr.ami.errors import AmiDisconnected, AmiProtocolError
from ivr.ami.framing import Framer
from ivr.ami.messages import AmiAnswer, AmiEvent, read_message
from ivr.ami.pending import PendingAction

log = structlog.get_logger(__name__)


class LinkProtocol(AMIProtocol):  # type: ignore[misc]  # panoramisk is untyped
    """Sends actions, pairs answers with them, hands every other event to `deliver`."""

    transport: asyncio.Transport | None

    def __init__(self, deliver: Callable[[AmiEvent], None]) -> None:
        loop = asyncio.get_running_loop()
        self.transport = None
        self.greeted: asyncio.Future[str] = loop.create_future()
        """Done with the protocol's version when the switch has greeted."""
        self.lost: asyncio.Future[str] = loop.create_future()
        """Done, with the reason, when the connection is gone."""
        self.pending: dict[str, PendingAction] = {}
        self.late_answers = 0
        self.framer = Framer()
        self._deliver = deliver

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is open; or is not wanted any more."""
        super().connection_made(transport)
        if self.lost.done():
            self.drop(self.lost.result())

    def send(self, data: PendingAction, as_list: bool = False) -> asyncio.Future[AmiAnswer]:
        """Write an action and remember it. Raises `AmiDisconnected` when it cannot be written."""
        if self.lost.done() or self.transport is None or self.transport.is_closing():
            raise AmiDisconnected(data.name, was_sent=False)
        self.pending[data.id] = data
        self.transport.write(str(data).encode())
        return data.future

    def forget(self, action: PendingAction) -> None:
        """Nobody waits for this answer any more; should it still come, it is counted and dropped."""
        self.pending.pop(action.id, None)

    def data_received(self, data: bytes) -> None:
        """Bytes from the switch."""
        try:
            texts = self.framer.feed(data)
        except AmiProtocolError as error:
            self.drop(str(error))
            return
        if self.framer.version and not self.greeted.done():
            self.greeted.set_result(self.framer.version)
        for text in texts:
            if self.lost.done():
                return
            self._read(text)

    def _read(self, text: str) -> None:
        """One message. Whatever is wrong with it, the next one is read."""
        try:
            message = read_message(text)
            if message is not None:
                self.handle_message(message)
        except Exception:
            log.exception("ami message not understood")

    def handle_message(self, message: AmiEvent) -> None:
        """Pair an answer with its action; deliver anything else."""
        action = self.pending.get(message.get("ActionID"))
        if action is not None and action.takes(message):
            if action.add_message(message):
                self.forget(action)
        elif "event" in message.headers:
            self._deliver(message)
        else:
            self.late_answers += 1
            log.debug("ami answer came late", action_id=message.get("ActionID"))

    def drop(self, why: str) -> None:
        """End the connection at once; what is still to be written is not written."""
        self._end(why)
        if self.transport is not None:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._end(f"the connection broke: {exc}" if exc else "the switch closed the connection")

    def close(self) -> None:
        """End the connection. Nothing is kept to be sent again."""
        self.drop("closed by us")

    def _end(self, why: str) -> None:
        """Say that it is over; every unanswered action fails, and none is ever sent again."""
        self.closed = True
        if not self.lost.done():
            self.lost.set_result(why)
        self.greeted.cancel()
        pending, self.pending = self.pending, {}
        for action in pending.values():
            action.fail(AmiDisconnected(action.name, was_sent=True))


__all__ = ["LinkProtocol"]
