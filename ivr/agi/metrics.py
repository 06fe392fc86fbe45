"""What the FastAGI server counts."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum


class RejectReason(StrEnum):
    """Why a connection ended before it became a session."""

    SILENT = "silent"
    """Came and went without a byte."""
    UNFINISHED = "unfinished"
    """Went in the middle of its header."""
    HEADER_TIMEOUT = "header_timeout"
    HEADER_SIZE = "header_size"
    MALFORMED = "malformed"
    """What it said is not an AGI header."""
    CROWDED = "crowded"
    """The oldest of too many that had not said who they are."""
    FULL = "full"
    """A proper call, over the limit of calls at the same time."""
    DRAINING = "draining"
    """Came while the server was being closed."""


@dataclass(slots=True)
class AgiMetrics:
    """Counters since the start; `open` and `waiting` are of this moment."""

    accepted: int = 0
    """Connections, whatever became of them."""
    rejected: Counter[RejectReason] = field(default_factory=Counter)
    waiting: int = 0
    """Connections still in their header."""
    open: int = 0
    """Sessions whose handler is at work."""
    started: int = 0
    finished: int = 0
    """Handlers that returned, or were ended by the caller's leaving."""
    failed: int = 0
    """Handlers that raised."""
    cancelled: int = 0
    hung_up: int = 0
    broken: int = 0
    """Sessions whose connection was cut for what Asterisk, or something in its place, said."""
    commands: int = 0
    refused: int = 0
    """Answers of 510, 511, 520 and unknown codes."""
    timeouts: int = 0
    resyncs: int = 0
    """Times a session had to get into step again."""
    strays: int = 0
    """Lines nobody asked for."""
