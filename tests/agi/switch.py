"""A model of the switch's end of FastAGI, written after Asterisk's res_agi.c and seen to agree with it."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from ivr.agi import AgiServer, AgiSession, Limits

from .captured import HEADER


def parse_args(line: bytes) -> list[bytes]:
    """`parse_args` of res_agi.c, state for state."""
    words: list[bytearray] = []
    quoted = escaped = False
    blank = True
    for byte in line.partition(b"\0")[0]:
        char = bytes([byte])
        if char == b'"' and not escaped:
            quoted = not quoted
            if quoted and blank:
                words.append(bytearray())
                blank = False
            escaped = False
        elif char in b" \t" and not quoted and not escaped:
            blank = True
        elif char == b"\\" and not escaped:
            escaped = True
        else:
            if blank:
                words.append(bytearray())
                blank = False
            words[-1] += char
            escaped = False
    return [bytes(word) for word in words]


def separate_args(data: str) -> list[str]:
    """`__ast_app_separate_args` of main/app.c with quotes and backslashes removed."""
    found = [""]
    paren = bracket = 0
    quote = escaped = False
    for char in data:
        if escaped:
            found[-1] += char
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == '"':
            quote = not quote
        elif char == "," and not (paren or bracket or quote):
            found.append("")
        else:
            paren = max(0, paren + (char == "(") - (char == ")"))
            bracket = max(0, bracket + (char == "[") - (char == "]"))
            found[-1] += char
    return found


async def until(is_so: Callable[[], bool], limit_s: float = 5.0) -> None:
    """Wait for what has no event to wait for."""
    async with asyncio.timeout(limit_s):
        while not is_so():
            await asyncio.sleep(0.005)


class Switch:
    """One call, as the switch sees it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.variables: dict[bytes, bytes] = {}
        self.got: list[bytes] = []

    @classmethod
    async def call(cls, port: int, header: bytes = HEADER) -> "Switch":
        switch = cls(*await asyncio.open_connection("127.0.0.1", port))
        switch.say(header)
        return switch

    def say(self, data: bytes) -> None:
        self.writer.write(data)

    async def hear(self) -> bytes:
        """The next line, without its end; nothing at the end of the connection."""
        line = (await asyncio.wait_for(self.reader.readline(), 5)).removesuffix(b"\n")
        self.got.append(line)
        return line

    async def expect(self, start: str, *answers: bytes) -> bytes:
        """Hear a line that begins so, and say the answers."""
        line = await self.hear()
        assert line.startswith(start.encode()), (line, start)
        for answer in answers:
            self.say(answer)
        return line

    async def serve(self) -> None:
        """Behave: hold variables, play prompts without end that any line breaks off unanswered."""
        while line := await self.hear():
            self.say(self.answer_to(line))

    def answer_to(self, line: bytes) -> bytes:
        words = parse_args(line)
        match words:
            case [b"SET", b"VARIABLE", name, value]:
                self.variables[name] = value
                return b"200 result=1\n"
            case [b"GET", b"VARIABLE", name]:
                value = self.variables.get(name)
                return b"200 result=0\n" if value is None else b"200 result=1 (%s)\n" % value
            case [b"GET", b"FULL", b"VARIABLE", text]:
                return b"200 result=1 (%s)\n" % self.expand(text)
            case [b"STREAM", b"FILE", _, _, _]:
                return b""
            case [b"NOOP"]:
                return b"200 result=0\n"
        return b"510 Invalid or unknown command\n"

    def expand(self, text: bytes) -> bytes:
        return re.sub(rb"\$\{(\w+)\}", lambda m: self.variables.get(m[1], b""), text)

    async def is_closed(self) -> bool:
        """Whether the other end closes, the word `failure` before it allowed."""
        try:
            rest = await asyncio.wait_for(self.reader.read(), 5)
        except ConnectionResetError:
            return True  # closed with bytes of ours unread
        return rest in (b"", b"failure\n")

    def hang_up(self) -> None:
        self.say(b"HANGUP\n")

    async def close(self) -> None:
        self.writer.close()
        try:
            await self.writer.wait_closed()
        except ConnectionError:
            return


FAST = Limits(header_s=0.3, quick_s=2.0, nudge_s=0.05, linger_s=0.5)


class Desk:
    """A server whose handler hands the session to the test and waits for its leave."""

    def __init__(self, limits: Limits = FAST) -> None:
        self.server = AgiServer(self._handle, port=0, limits=limits)
        self._sessions: asyncio.Queue[AgiSession] = asyncio.Queue()
        self._leave = asyncio.Event()

    async def _handle(self, session: AgiSession) -> None:
        self._sessions.put_nowait(session)
        await self._leave.wait()

    async def connect(self, header: bytes = HEADER) -> tuple[Switch, AgiSession]:
        switch = await Switch.call(self.server.port, header)
        return switch, await asyncio.wait_for(self._sessions.get(), 5)

    def leave(self) -> None:
        self._leave.set()


@asynccontextmanager
async def desk(limits: Limits = FAST) -> AsyncIterator[Desk]:
    place = Desk(limits)
    await place.server.start()
    try:
        yield place
    finally:
        place.leave()
        await place.server.close()
