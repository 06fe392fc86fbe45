"""Call records and traces: written as calls go on, read back, told in plain words."""

from ivr.records.model import CallRecord, HopRecord, RecordedCall
from ivr.records.reading import AmbiguousCall, close_orphans, find_call, last_calls
from ivr.records.recorder import Recorder

__all__ = [
    "AmbiguousCall",
    "CallRecord",
    "HopRecord",
    "RecordedCall",
    "Recorder",
    "close_orphans",
    "find_call",
    "last_calls",
]
