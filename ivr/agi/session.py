"""What the handler of a call holds: who calls, and what can be done with the call."""

import asyncio
from collections.abc import Mapping
from enum import IntEnum
from typing import NamedTuple, NoReturn

from ivr.agi import commands
from ivr.agi.answers import Answer
from ivr.agi.commands import Command
from ivr.agi.errors import AgiFailed, AgiHungUp
from ivr.agi.exchange import Exchange
from ivr.agi.limits import Limits
from ivr.agi.request import Request


class ChannelState(IntEnum):
    """Asterisk's `enum ast_channel_state`."""

    DOWN = 0
    RESERVED = 1
    OFF_HOOK = 2
    DIALING = 3
    RING = 4
    RINGING = 5
    UP = 6
    BUSY = 7
    DIALING_OFF_HOOK = 8
    PRE_RING = 9
    MUTE = 10


_STATES = frozenset(str(state.value) for state in ChannelState)


class Played(NamedTuple):
    """A prompt's end: the key that stopped it, None when it was heard out; the place in samples."""

    digit: str | None
    endpos: int


class Digits(NamedTuple):
    """Keys pressed; `timed_out` when the caller stopped before the last or the #."""

    digits: str
    timed_out: bool


class Recorded(NamedTuple):
    """A recording's end: the key that ended it, if any; `why` as Asterisk says it, `dtmf`, `timeout`
    (silence included) or `randomerror`; the length in samples."""

    digit: str | None
    why: str
    endpos: int


class AgiSession:
    """One call.

    Every method takes `timeout_s`, the longest it may last, waiting for its turn included; None means
    the limit for its kind. All raise AgiClosed when the connection is gone (at once, nothing is retried),
    AgiTimeout, AgiHungUp when the caller is gone, AgiCommandError for other refusals, and AgiValueError
    for what cannot be said. Commands from several coroutines take turns.
    """

    def __init__(self, number: int, request: Request, exchange: Exchange, limits: Limits, peer: str) -> None:
        self.number = number
        self.env: Mapping[str, str] = request.env
        self.args = request.args
        self.path = request.path
        self.query: Mapping[str, str] = request.query
        self.peer = peer
        self.hung_up: asyncio.Event = exchange.hung_up
        self.closed: asyncio.Event = exchange.closed
        self._exchange = exchange
        self._limits = limits
        self._task: asyncio.Task[None] | None = None
        exchange.line_bytes = commands.line_limit(request.env.get("version", ""))

    def run_by(self, task: asyncio.Task[None]) -> None:
        """Say which task runs the handler."""
        self._task = task

    def cancel(self) -> None:
        """Cancel the handler, and with it the session; its `finally` may still send commands."""
        if self._task is not None:
            self._task.cancel()

    @property
    def is_cut(self) -> bool:
        """Whether the connection ended without a word of the caller: Asterisk died, or was cut off."""
        return self._exchange.is_cut

    async def command(self, verb: str, *values: str | int, timeout_s: float | None = None) -> Answer:
        """Any AGI command: the verb in capitals, each value quoted."""
        return await self.send(commands.build(verb, *values), timeout_s)

    async def send(self, command: Command, timeout_s: float | None = None) -> Answer:
        """A command built beforehand."""
        limit_s = self._limits.quick_s if timeout_s is None else timeout_s
        return await self._exchange.ask(command, limit_s)

    async def interrupt(self, timeout_s: float | None = None) -> None:
        """Stop at once a prompt whose coroutine was cancelled; the next command would do it as well."""
        await self._exchange.get_in_step(self._limits.quick_s if timeout_s is None else timeout_s)

    async def answer(self, *, timeout_s: float | None = None) -> None:
        """Answer the call; nothing where it is answered."""
        await self._succeed(commands.build("ANSWER"), timeout_s)

    async def hangup(self, cause: int | None = None, *, timeout_s: float | None = None) -> None:
        """Hang up, with a cause of Q.850 where given. Nothing where the caller is gone already."""
        command = commands.build("HANGUP") if cause is None else commands.execute("Hangup", cause)
        try:
            await self.send(command, timeout_s)
        except AgiHungUp:
            return

    async def exec(self, application: str, *arguments: str | int, timeout_s: float | None = None) -> str:
        """Run an application of the extensions until it ends and return its result, as a rule 0, or -1
        when the call ended in it. Each argument arrives as one, whatever is in it; see
        `quoting.application_data`. Raises AgiFailed where there is no such application."""
        command = commands.execute(application, *arguments)
        answer = await self._last(command, timeout_s)
        if answer.result == "-2":
            raise AgiFailed(command, answer)
        return answer.result

    async def get_variable(self, name: str, *, timeout_s: float | None = None) -> str | None:
        """A channel variable or function, whatever it holds; None when it is unset. Only an empty answer
        costs a second question, which tells unset from empty."""
        command = commands.get_variable(name)
        if value := await self.get_full_variable(f"${{{name}}}", timeout_s=timeout_s):
            return value
        return "" if (await self.send(command, timeout_s)).result == "1" else None

    async def get_full_variable(
        self, expression: str, channel: str | None = None, *, timeout_s: float | None = None
    ) -> str | None:
        """An expression with variables in it, `${CALLERID(name)}`; None where the channel is not there."""
        command = commands.get_full_variable(expression, self._exchange.mark(), channel)
        answer = await self.send(command, timeout_s)
        return (answer.data or "") if answer.result == "1" else None

    async def set_variable(self, name: str, value: str, *, timeout_s: float | None = None) -> None:
        """Set a channel variable or function; nothing in the value is expanded."""
        await self._succeed(commands.set_variable(name, value), timeout_s)

    async def stream_file(
        self, path: str, escape_digits: str = "", offset: int = 0, *, timeout_s: float | None = None
    ) -> Played:
        """Play a prompt, its name without an ending, from `offset` samples, until its end or one of the
        keys. Raises AgiFailed where the file cannot be opened."""
        keys = commands.escape_digits(escape_digits)
        answer = await self._last_well(commands.build("STREAM FILE", path, keys, offset), timeout_s)
        return Played(_key(answer), answer.endpos or 0)

    async def get_option(
        self, path: str, escape_digits: str, wait_ms: int, *, timeout_s: float | None = None
    ) -> Played:
        """Play a prompt and wait `wait_ms` more for one of the keys."""
        keys = commands.escape_digits(escape_digits)
        answer = await self._last_well(commands.build("GET OPTION", path, keys, wait_ms), timeout_s)
        return Played(_key(answer), answer.endpos or 0)

    async def get_data(
        self, path: str, wait_ms: int, max_digits: int, *, timeout_s: float | None = None
    ) -> Digits:
        """Play a prompt and take up to `max_digits` keys, or fewer ended by #; `wait_ms` is the longest
        pause between two."""
        answer = await self._last_well(commands.build("GET DATA", path, wait_ms, max_digits), timeout_s)
        return Digits(answer.result, answer.data == "timeout")

    async def wait_for_digit(self, wait_ms: int, *, timeout_s: float | None = None) -> str | None:
        """Wait for a key, -1 for ever; None when none came."""
        if timeout_s is None:
            timeout_s = self._limits.long_s if wait_ms < 0 else wait_ms / 1000 + self._limits.quick_s
        return _key(await self._succeed(commands.build("WAIT FOR DIGIT", wait_ms), timeout_s))

    async def record_file(
        self,
        path: str,
        file_format: str,
        escape_digits: str,
        longest_ms: int,
        *,
        beep: bool = False,
        silence_s: int | None = None,
        timeout_s: float | None = None,
    ) -> Recorded:
        """Record the caller into a file of the switch until a key, `longest_ms` (-1: no limit) or
        `silence_s` of silence."""
        values: list[str | int] = [path, file_format, commands.escape_digits(escape_digits), longest_ms]
        values += ["BEEP"] if beep else []
        values += [] if silence_s is None else [f"s={silence_s}"]
        if timeout_s is None and longest_ms >= 0:
            timeout_s = longest_ms / 1000 + self._limits.quick_s
        answer = await self._last_well(commands.build("RECORD FILE", *values), timeout_s)
        return Recorded(
            _key(answer) if answer.data == "dtmf" else None, answer.data or "", answer.endpos or 0
        )

    async def gosub(
        self,
        context: str,
        exten: str,
        priority: str | int,
        *arguments: str | int,
        timeout_s: float | None = None,
    ) -> None:
        """Run a subroutine of the extensions until its Return. Raises AgiFailed where it is not there."""
        await self._last_well(commands.gosub(context, exten, priority, *arguments), timeout_s)

    async def channel_status(
        self, channel: str | None = None, *, timeout_s: float | None = None
    ) -> ChannelState | None:
        """The state of this channel or of another; None where there is no such channel."""
        values = [] if channel is None else [channel]
        answer = await self.command("CHANNEL STATUS", *values, timeout_s=timeout_s)
        return ChannelState(int(answer.result)) if answer.result in _STATES else None

    async def verbose(self, message: str, level: int = 1, *, timeout_s: float | None = None) -> None:
        """Write to the switch's console at this level of verbosity, 1 to 4."""
        await self.command("VERBOSE", message, level, timeout_s=timeout_s)

    async def noop(self, *, timeout_s: float | None = None) -> None:
        """Nothing; shows that the switch answers."""
        await self.command("NOOP", timeout_s=timeout_s)

    async def _last(self, command: Command, timeout_s: float | None) -> Answer:
        """For commands that last as long as people do."""
        return await self.send(command, self._limits.long_s if timeout_s is None else timeout_s)

    async def _last_well(self, command: Command, timeout_s: float | None) -> Answer:
        return await self._succeed(command, self._limits.long_s if timeout_s is None else timeout_s)

    async def _succeed(self, command: Command, timeout_s: float | None) -> Answer:
        answer = await self.send(command, timeout_s)
        if answer.result == "-1":
            await self._explain(command, answer)
        return answer

    async def _explain(self, command: Command, answer: Answer) -> NoReturn:
        """A caller who hangs up makes the running command fail first and is reported next."""
        try:
            async with asyncio.timeout(self._limits.notice_s):
                await self.hung_up.wait()
        except TimeoutError:
            raise AgiFailed(command, answer) from None
        raise AgiHungUp(command, answer)


def _key(answer: Answer) -> str | None:
    """The key whose character code is the result; 0 is none."""
    number = answer.number
    return chr(number) if number is not None and 0 < number < 128 else None
