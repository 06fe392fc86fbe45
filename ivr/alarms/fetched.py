"""What an IMAP server's lines say. Pure: lines in, mails out (RFC 3501, 7.4.2)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

Line = bytes | bytearray
_UID: Final = re.compile(rb"\bUID (\d+)", re.IGNORECASE)
_SIZE: Final = re.compile(rb"\bRFC822\.SIZE (\d+)", re.IGNORECASE)
_ARRIVED: Final = re.compile(rb'\bINTERNALDATE "([^"]+)"', re.IGNORECASE)
_FETCH: Final = re.compile(rb"^\d+ FETCH\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fetched:
    """One mail of a mailbox. `size` as the server counts it; `content` None: it was not asked for."""

    uid: int
    size: int = 0
    arrived: datetime | None = None
    content: bytes | None = None


def mails_in(lines: Sequence[Line]) -> list[Fetched]:
    """The mails of a FETCH answer; what stands after a mail's bytes belongs to it too."""
    found: list[Fetched] = []
    heads: list[bytes] = []
    content: bytes | None = None
    for line in (*lines, b"0 FETCH"):
        if isinstance(line, bytearray):
            content = bytes(line)
        elif _FETCH.match(line):
            if heads and (mail := _mail(b" ".join(heads), content)) is not None:
                found.append(mail)
            heads, content = [bytes(line)], None
        elif heads:
            heads.append(bytes(line))
    return found


def _mail(head: bytes, content: bytes | None) -> Fetched | None:
    uid = _UID.search(head)
    size, arrived = _SIZE.search(head), _ARRIVED.search(head)
    if uid is None:
        return None
    return Fetched(
        int(uid[1]), int(size[1]) if size else 0, _date(arrived[1].decode()) if arrived else None, content
    )


def _date(text: str) -> datetime | None:
    try:
        return datetime.strptime(text.strip(), "%d-%b-%Y %H:%M:%S %z").astimezone(UTC)
    except ValueError:
        return None


def uids_in(lines: Sequence[Line]) -> list[int]:
    """The numbers of a SEARCH answer, whether the server says `SEARCH` before them or the library has
    taken that away."""
    words = [word for line in lines[:-1] for word in bytes(line).split()]
    return sorted({int(word) for word in words if word.isdigit()})


def number_in(lines: Sequence[Line], name: bytes) -> int:
    """A number that the server gives with a name, as `[UIDVALIDITY 7]`; 0 when it gives none."""
    for line in lines:
        if match := re.search(rb"\b" + name + rb" (\d+)", bytes(line), re.IGNORECASE):
            return int(match[1])
    return 0


__all__ = ["Fetched", "Line", "mails_in", "number_in", "uids_in"]
