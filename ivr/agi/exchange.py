"""The conversation of one session: one command at a time, each with a time limit, always in step."""

import asyncio

from ivr.agi.answers import Answer
from ivr.agi.commands import LINE_BYTES, Command, check_length
from ivr.agi.errors import (
    AgiClosed,
    AgiCommandError,
    AgiDeadChannel,
    AgiInvalidCommand,
    AgiTimeout,
    AgiUsageError,
)
from ivr.agi.events import Answered, Event, HungUp, Stray, Synced
from ivr.agi.metrics import AgiMetrics
from ivr.agi.protocol import AgiProtocol

_NUDGES = 4
_REFUSALS: dict[int, type[AgiCommandError]] = {
    510: AgiInvalidCommand,
    511: AgiDeadChannel,
    520: AgiUsageError,
}


class Exchange:
    """Sends commands and hands out their answers. `hung_up` is set when the caller is gone, `closed` when
    the connection is; the latter sets both. Both are noticed at once, whatever the handler does.

    `is_cut`: the connection ended before Asterisk had said that the caller is gone, which it says of every
    caller who leaves: it has died itself, or was cut off."""

    def __init__(self, protocol: AgiProtocol, transport: asyncio.WriteTransport, metrics: AgiMetrics) -> None:
        self.hung_up = asyncio.Event()
        self.closed = asyncio.Event()
        self.is_cut = False
        self.line_bytes = LINE_BYTES
        self.strays = 0
        self._protocol = protocol
        self._transport = transport
        self._metrics = metrics
        self._loop = asyncio.get_running_loop()
        self._turn = asyncio.Lock()
        self._ticket = 0
        self._answer: asyncio.Future[Answer] | None = None
        self._synced: asyncio.Future[None] | None = None
        self._verb = ""
        self._why = ""

    async def ask(self, command: Command, limit_s: float) -> Answer:
        """Send the command when its turn comes and return its answer of code 200.

        Given up (cancelled, or out of time), the command's late answer is thrown away before the next
        is sent; a prompt stops at that moment. Raises AgiClosed, AgiTimeout, AgiCommandError and
        AgiValueError.
        """
        self._check_open(command.verb)
        check_length(command, self.line_bytes)
        try:
            async with asyncio.timeout(limit_s), self._turn:
                if not self._protocol.is_in_step:
                    await self._get_in_step(command.verb)
                answer = await self._send(command)
        except TimeoutError:
            self._metrics.timeouts += 1
            raise AgiTimeout(command.verb, limit_s) from None
        if answer.code != 200:
            self._refuse(command, answer)
        return answer

    async def get_in_step(self, limit_s: float) -> None:
        """Break off what was given up and still goes on. Raises AgiClosed and AgiTimeout."""
        try:
            async with asyncio.timeout(limit_s), self._turn:
                if not self._protocol.is_in_step:
                    await self._get_in_step("interrupt")
        except TimeoutError:
            self._metrics.timeouts += 1
            raise AgiTimeout("interrupt", limit_s) from None

    def receive(self, event: Event) -> None:
        """Take one event of the protocol."""
        match event:
            case Answered(ticket, answer):
                if ticket == self._ticket and self._answer is not None and not self._answer.done():
                    self._answer.set_result(answer)
            case Synced():
                if self._synced is not None and not self._synced.done():
                    self._synced.set_result(None)
            case HungUp():
                self.hung_up.set()
            case Stray():
                self.strays += 1
                self._metrics.strays += 1

    def close(self, why: str) -> None:
        """The connection is gone: whoever waits for an answer is told. May be called again."""
        if self.closed.is_set():
            return
        self._why = why
        self.is_cut = not self.hung_up.is_set()
        self.closed.set()
        self.hung_up.set()
        for waiter in (self._answer, self._synced):
            if waiter is not None and not waiter.done():
                waiter.set_exception(AgiClosed(self._verb, why))

    def mark(self) -> str:
        """A word that no value holds by chance or by guessing."""
        return self._protocol.mark()

    async def _send(self, command: Command) -> Answer:
        self._check_open(command.verb)
        self._metrics.commands += 1
        self._verb = command.verb
        self._ticket, data = self._protocol.send_command(command)
        self._answer = self._loop.create_future()
        self._transport.write(data)
        try:
            return await self._answer
        finally:
            self._answer = None

    async def _get_in_step(self, verb: str) -> None:
        """Ask until the switch shows that it has read all we sent.

        Asterisk reads its socket through a buffer (`fgets`) but waits on the socket: two lines that came
        in one packet leave the second in the buffer until more arrives. So ask again when it seems stuck;
        not more often, for EXEC may rightly last for hours.
        """
        self._metrics.resyncs += 1
        self._verb = verb
        self._synced = self._loop.create_future()
        try:
            for nudge in range(_NUDGES):
                self._check_open(verb)
                self._transport.write(self._protocol.send_sync())
                await self._wait_for_sync(is_last=nudge == _NUDGES - 1, is_first=nudge == 0)
                if self._synced.done():
                    break
            await self._synced
        finally:
            self._synced = None

    async def _wait_for_sync(self, *, is_first: bool, is_last: bool) -> None:
        """Wait until in step, or until it is time to ask again."""
        assert self._synced is not None
        while not is_last:
            await asyncio.wait({self._synced}, timeout=self._protocol.limits.nudge_s)
            if self._synced.done() or is_first or self._protocol.is_answered:
                return

    def _check_open(self, verb: str) -> None:
        if self.closed.is_set():
            raise AgiClosed(verb, self._why)
        if self._transport.is_closing():
            raise AgiClosed(verb, "being closed by us")

    def _refuse(self, command: Command, answer: Answer) -> None:
        self._metrics.refused += 1
        if answer.code == 511:
            self.hung_up.set()
        raise _REFUSALS.get(answer.code, AgiCommandError)(command, answer)
