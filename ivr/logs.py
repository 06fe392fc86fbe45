"""Structured logs: one line an event, each with the id of its call, numbers masked.

Numbers and names stand in fields of their own, never in a message, so that they can be masked here.
A line that cannot be written (a full disk, a reader that has gone) is left out and counted: whoever
logs is often in the middle of saving a call or a page, and must be able to go on.
"""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
from typing import Literal, TextIO

import structlog
from structlog.typing import EventDict, WrappedLogger

from dialplan.numbers import masked

NUMBER_FIELDS = frozenset({"caller", "number", "dialled", "to", "from_", "shown"})
SECRET_FIELDS = frozenset({"secret", "password", "token", "digits", "key"})


class Lines:
    """Writes lines of the log; never raises. Says how many are missing as soon as it can write again."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._turn = threading.Lock()
        self.lost = 0
        """Lines left out since one could last be written."""

    def msg(self, line: str) -> None:
        """Write one line, at once."""
        with self._turn:
            try:
                self._stream.write(f"{self._gap()}{line}\n")
                self._stream.flush()
            except (OSError, ValueError):
                self.lost += 1
            else:
                self.lost = 0

    debug = info = warning = warn = error = critical = fatal = exception = log = msg

    def _gap(self) -> str:
        return f"({self.lost} lines of this log could not be written)\n" if self.lost else ""


def configure(style: Literal["text", "json"], level: str) -> None:
    """Set up structlog and the standard library's logging alike, on stderr."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        mask,
    ]
    if style == "json":
        renderer: structlog.typing.Processor = structlog.processors.JSONRenderer()
        shared.append(structlog.processors.format_exc_info)
    else:
        renderer = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    lines = Lines(sys.stderr)
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *_: lines,
        cache_logger_on_first_use=True,
    )
    handler = _LinesHandler(lines)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=max(number, logging.WARNING), force=True)


class _LinesHandler(logging.Handler):
    """What libraries log, on the same lines."""

    def __init__(self, lines: Lines) -> None:
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        """Write it; a record that cannot even be put into words is left out."""
        with contextlib.suppress(Exception):
            self._lines.msg(self.format(record))


def mask(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Numbers keep their first and last digits; secrets and keyed digits keep nothing."""
    for name in event.keys() & NUMBER_FIELDS:
        event[name] = masked(str(event[name]) if event[name] else None)
    for name in event.keys() & SECRET_FIELDS:
        event[name] = "***"
    return event
