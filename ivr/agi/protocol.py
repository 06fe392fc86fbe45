"""The FastAGI protocol without I/O: bytes in, events out.

Asterisk answers commands one after the other, with four exceptions that would let answers and commands
slip against each other:

* `HANGUP` on a line of its own, before, between or after answers.
* A line that arrives while a prompt plays breaks the prompt off, and the prompt's command is never
  answered (`ast_waitstream_full` in handle_streamfile).
* `EXEC` of an application whose result is 1 is answered twice (see `commands.execute`).
* A channel variable may hold newlines, and so look like several lines or like another answer.

Hence one command at a time, and a *synchronising line* whenever a command was given up or something came
that nobody asked for: a question whose answer holds a secret of this connection. Whatever comes before
that answer belongs to the past.
"""

import secrets
from collections import deque
from dataclasses import dataclass, field

from ivr.agi.answers import is_answer, read_answer
from ivr.agi.commands import Command
from ivr.agi.events import (
    Answered,
    Ended,
    Event,
    Failed,
    HungUp,
    Interim,
    Started,
    Stray,
    Synced,
    Unanswered,
)
from ivr.agi.faults import Fault
from ivr.agi.limits import Limits
from ivr.agi.request import HeaderReader, Request

_VALUE = b"200 result=1 ("


@dataclass(frozen=True, slots=True)
class _Sent:
    """A line we sent and whose answer is due; `command` is None for a synchronising line."""

    ticket: int
    command: Command | None
    sync_answer: bytes = b""


@dataclass(slots=True)
class _Block:
    """An answer of several lines on its way: a usage text, or a value that holds newlines."""

    lines: list[bytes] = field(default_factory=list)
    end: bytes = b""
    size: int = 0
    is_value: bool = False

    def add(self, line: bytes) -> bool:
        """Take a line; true when it was the last."""
        self.lines.append(line)
        self.size += len(line) + 1
        return line.endswith(self.end) if self.is_value else line.startswith(self.end)


class AgiProtocol:
    """One connection. Feed it with `receive_data` and `receive_eof`; it raises on no input."""

    def __init__(self, limits: Limits | None = None, secret: str | None = None) -> None:
        self.limits = limits or Limits()
        self._secret = secret or secrets.token_hex(8)
        self._buffer = bytearray()
        self._searched = 0  # no newline before this place in the buffer
        self._header: HeaderReader | None = HeaderReader(self.limits)
        self._due: deque[_Sent] = deque()
        self._sync_answers: set[bytes] = set()
        self._block = _Block()
        self._tickets = 0
        self._noise_lines = 0
        self._is_closed = False
        self._is_doubtful = False

    @property
    def is_in_step(self) -> bool:
        """Whether the next answer can only be the next command's."""
        return not (self._due or self._block.lines or self._is_doubtful)

    @property
    def is_answered(self) -> bool:
        """Whether nothing but synchronising lines waits for an answer."""
        return all(sent.command is None for sent in self._due)

    @property
    def expects_more(self) -> bool:
        """Whether Asterisk is in the middle of saying something."""
        return self._header is not None or bool(self._due or self._block.lines or self._buffer)

    @property
    def has_started(self) -> bool:
        """Whether the header is complete."""
        return self._header is None

    @property
    def has_bytes(self) -> bool:
        """Whether anything has come at all."""
        return bool(self._buffer) or self._header is None or not self._header.is_empty

    def send_command(self, command: Command) -> tuple[int, bytes]:
        """Expect this command's answer: its ticket, and the bytes to write."""
        self._tickets += 1
        self._due.append(_Sent(self._tickets, command))
        return self._tickets, command.line

    def send_sync(self) -> bytes:
        """Ask for `Synced`: the bytes to write. A prompt that plays is broken off by it."""
        token = self.mark()
        answer = _VALUE + token.encode() + b")"
        self._due.append(_Sent(self._tickets, None, answer))
        self._sync_answers.add(answer)
        return f'GET FULL VARIABLE "{token}"\n'.encode()

    def mark(self) -> str:
        """A word that no line holds by chance or by guessing."""
        self._tickets += 1
        return f"~{self._secret}{self._tickets:x}~"

    def receive_data(self, data: bytes) -> list[Event]:
        """Take bytes as they come. The events are the same however the stream is cut."""
        events: list[Event] = []
        if self._is_closed:
            return events
        buffer = self._buffer
        buffer += data
        start = 0
        while (end := buffer.find(b"\n", max(start, self._searched))) >= 0:
            self._receive_line(bytes(buffer[start:end]), events)
            start = end + 1
            if self._is_closed:
                return events
        if start:
            del buffer[:start]
        self._searched = len(buffer)
        if buffer:
            self._check_partial(events)
        return events

    def receive_eof(self) -> list[Event]:
        """The other end closed."""
        if self._is_closed:
            return []
        self._is_closed = True
        return [Ended(bool(self._buffer or self._block.lines))]

    def _check_partial(self, events: list[Event]) -> None:
        if self._header is None:
            fault = self._check_size(len(self._buffer))
        else:
            fault = self._header.check_partial(self._buffer)
        if fault is not None:
            self._fail(fault, events)

    def _check_size(self, line_bytes: int) -> Fault | None:
        """A value that runs over lines may be as long as an answer, anything else as long as a line."""
        block = self._block
        command = self._due[0].command if self._due else None
        if block.is_value or (not block.lines and command is not None and command.closing):
            is_over = block.size + line_bytes > self.limits.answer_bytes
            return Fault.ANSWER_SIZE if is_over else None
        return Fault.LINE_SIZE if block.size + line_bytes > self.limits.line_bytes else None

    def _receive_line(self, line: bytes, events: list[Event]) -> None:
        if self._header is not None:
            self._receive_header_line(self._header.add(line), events)
            return
        if fault := self._check_size(len(line)):
            self._fail(fault, events)
            return
        line = line.removesuffix(b"\r")
        if line in self._sync_answers:
            self._receive_sync(line, events)
        elif self._block.lines:
            self._receive_block_line(line, events)
        else:
            self._receive_answer_line(line, events)

    def _receive_header_line(self, found: Request | Fault | None, events: list[Event]) -> None:
        if isinstance(found, Request):
            self._header = None
            # A newline in a value may have ended the header early, the rest coming as strays.
            self._is_doubtful = found.malformed > 0
            events.append(Started(found))
        elif found is not None:
            self._fail(found, events)

    def _receive_sync(self, line: bytes, events: list[Event]) -> None:
        """The answer to a synchronising line: all that was due before it will never come."""
        self._sync_answers.discard(line)
        if not any(sent.sync_answer == line for sent in self._due):
            return  # one of several, overtaken
        self._block = _Block()
        while (sent := self._due.popleft()).sync_answer != line:
            if sent.command is not None:
                events.append(Unanswered(sent.ticket))
        if self.is_answered:
            # More of them may be stuck in the switch's buffer; known by sight, they do no harm.
            self._due.clear()
            self._is_doubtful = False
            events.append(Synced())

    def _receive_answer_line(self, line: bytes, events: list[Event]) -> None:
        command = self._due[0].command if self._due else None
        if command and command.closing and line.startswith(_VALUE) and not line.endswith(command.closing):
            self._block = _Block([line], command.closing, len(line) + 1, is_value=True)
        elif line == b"HANGUP":
            self._count_noise(HungUp(), events)
        elif not is_answer(line):
            self._receive_stray(line, events)
        elif line.startswith(b"1"):
            self._count_noise(Interim(read_answer(line).text), events)
        elif line[3:4] == b"-":
            self._block = _Block([line], line[:3] + b" ", len(line) + 1)
        else:
            self._answer(line, events)

    def _receive_block_line(self, line: bytes, events: list[Event]) -> None:
        # Asterisk sends a block in one go; a HANGUP inside a usage text is heard all the same, while
        # inside a value it is the value's, and a caller could have put it there.
        if line == b"HANGUP" and not self._block.is_value:
            self._count_noise(HungUp(), events)
        elif self._block.add(line):
            whole = b"\n".join(self._block.lines)
            self._block = _Block()
            self._answer(whole, events)

    def _answer(self, whole: bytes, events: list[Event]) -> None:
        command = self._due[0].command if self._due else None
        if command is None:
            self._receive_stray(whole, events)
            return
        answer = read_answer(whole, len(command.mark))
        if command.may_repeat and answer.result == "1":
            self._is_doubtful = True
        self._noise_lines = 0
        events.append(Answered(self._due.popleft().ticket, answer))

    def _receive_stray(self, line: bytes, events: list[Event]) -> None:
        self._is_doubtful = True
        self._count_noise(Stray(line), events)

    def _count_noise(self, event: Event, events: list[Event]) -> None:
        self._noise_lines += 1
        if self._noise_lines > self.limits.noise_lines:
            self._fail(Fault.NOISE, events)
        else:
            events.append(event)

    def _fail(self, fault: Fault, events: list[Event]) -> None:
        self._is_closed = True
        self._buffer.clear()
        events.append(Failed(fault))
