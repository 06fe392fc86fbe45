"""The switch's manager interface (AMI): panoramisk, supervised."""

from ivr.ami.delivery import EventHandler, SyncHandler, Unsubscribe
from ivr.ami.errors import (
    AmiDisconnected,
    AmiError,
    AmiFailed,
    AmiProtocolError,
    AmiRefused,
    AmiTimeout,
    AmiUncertain,
    AmiValueError,
)
from ivr.ami.headers import write_caller_id
from ivr.ami.link import AmiLink
from ivr.ami.messages import AmiAnswer, AmiEvent, ChannelSnapshot
from ivr.ami.originate import OriginateOutcome, OriginateResult
from ivr.ami.session import Timing
from ivr.ami.state import LinkMetrics, LinkState

__all__ = [
    "AmiAnswer",
    "AmiDisconnected",
    "AmiError",
    "AmiEvent",
    "AmiFailed",
    "AmiLink",
    "AmiProtocolError",
    "AmiRefused",
    "AmiTimeout",
    "AmiUncertain",
    "AmiValueError",
    "ChannelSnapshot",
    "EventHandler",
    "LinkMetrics",
    "LinkState",
    "OriginateOutcome",
    "OriginateResult",
    "SyncHandler",
    "Timing",
    "Unsubscribe",
    "write_caller_id",
]
