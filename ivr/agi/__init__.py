"""FastAGI: how the service talks to one call on the switch.

`protocol` is bytes in, events out, and does no I/O; `server` and `connection` are the asyncio shell
around it; `session` is what the handler of a call holds.
"""

from ivr.agi.answers import Answer
from ivr.agi.commands import Command
from ivr.agi.errors import (
    AgiClosed,
    AgiCommandError,
    AgiDeadChannel,
    AgiError,
    AgiFailed,
    AgiHungUp,
    AgiInvalidCommand,
    AgiTimeout,
    AgiUsageError,
    AgiValueError,
)
from ivr.agi.limits import Limits
from ivr.agi.metrics import AgiMetrics, RejectReason
from ivr.agi.quoting import Verbatim, cleaned
from ivr.agi.server import AgiServer
from ivr.agi.session import AgiSession, ChannelState, Digits, Played, Recorded

__all__ = [
    "AgiClosed",
    "AgiCommandError",
    "AgiDeadChannel",
    "AgiError",
    "AgiFailed",
    "AgiHungUp",
    "AgiInvalidCommand",
    "AgiMetrics",
    "AgiServer",
    "AgiSession",
    "AgiTimeout",
    "AgiUsageError",
    "AgiValueError",
    "Answer",
    "ChannelState",
    "Command",
    "Digits",
    "Limits",
    "Played",
    "Recorded",
    "RejectReason",
    "Verbatim",
    "cleaned",
]
