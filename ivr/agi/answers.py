"""What Asterisk says to a command: one line, or a block for a usage error.

Forms as sent by Asterisk's res/res_agi.c and apps/app_stack.c.
"""

import re
from dataclasses import dataclass

from ivr.agi.text import decoded

# "200 result=1 (data) endpos=5", the middle and the end being optional. The data is greedy, so a
# value that holds ")" is whole; DOTALL because a channel variable may hold a newline.
_RESULT = re.compile(rb"(\d{3}) result=([^ \n]*)(?: \((.*)\))?(?: endpos=(-?\d{1,18}))?", re.DOTALL)
_CODE = re.compile(rb"(\d{3})[ -]?(.*)", re.DOTALL)
_TAIL = re.compile(rb"result=([^ \n]*) ?(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: `code` 200, 510, 511, 520 ...; `result` as sent, often a number; `data` the value in
    parentheses, None where there is none; `endpos` in samples; `text` any words of another form."""

    code: int
    result: str = ""
    data: str | None = None
    endpos: int | None = None
    text: str = ""

    @property
    def number(self) -> int | None:
        """The result as a whole number, None when it is not one."""
        try:
            return int(self.result)
        except ValueError:
            return None


def is_answer(line: bytes) -> bool:
    """Whether a line opens with a three-digit code, as every answer does."""
    return len(line) >= 3 and line[:3].isdigit() and line[3:4] in (b"", b" ", b"-")


def read_answer(line: bytes, drop: int = 0) -> Answer:
    """Read a line, or a block of lines, for which `is_answer` holds; `drop` bytes at the end of the data
    are a mark of ours. Never raises on such a line."""
    match = _RESULT.fullmatch(line)
    if match is None:
        return _read_other(line)
    code, result, data, endpos = match.groups()
    if data is not None and drop:
        data = data[:-drop]
    return Answer(
        int(code),
        decoded(result),
        None if data is None else decoded(data),
        None if endpos is None else int(endpos),
    )


def _read_other(line: bytes) -> Answer:
    """510, 511, 520, and the likes of `200 result=0 Gosub complete`."""
    match = _CODE.match(line)
    assert match is not None, "is_answer() was asked first"
    code, rest = match.groups()
    tail = _TAIL.match(rest)
    if tail is None:
        return Answer(int(code), text=decoded(rest))
    return Answer(int(code), decoded(tail[1]), text=decoded(tail[2]))
