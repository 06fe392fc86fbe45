"""Structured logs: one line an event, each with the id of its call, numbers masked.

Numbers and names stand in fields of their own, never in a message, so that they can be masked here.
"""

from __future__ import annotations

import logging
import sys
from typing import Literal

import structlog
from structlog.typing import EventDict, WrappedLogger

from dialplan.numbers import masked

NUMBER_FIELDS = frozenset({"caller", "number", "dialled", "to", "from_", "shown"})
SECRET_FIELDS = frozenset({"secret", "password", "token", "digits", "key"})


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
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=max(number, logging.WARNING), force=True)


def mask(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Numbers keep their first and last digits; secrets and keyed digits keep nothing."""
    for name in event.keys() & NUMBER_FIELDS:
        event[name] = masked(str(event[name]) if event[name] else None)
    for name in event.keys() & SECRET_FIELDS:
        event[name] = "***"
    return event
