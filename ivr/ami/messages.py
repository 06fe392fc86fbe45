"""What the switch says: events, answers, and the snapshot of a channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from panoramisk.message import Message

HeaderText = str | list[str]
"""A header's value; a list where the header came several times (`ChanVariable`, `Output`)."""


@dataclass(frozen=True, slots=True)
class AmiEvent:
    """One event. Header names are compared without regard to case."""

    name: str
    headers: Mapping[str, HeaderText]

    def get(self, header: str, default: str = "") -> str:
        """The value of a header; the first one when it came several times."""
        value = self.headers.get(header.lower(), default)
        return value if isinstance(value, str) else value[0]

    def all(self, header: str) -> list[str]:
        """Every value of a header, in order; empty when it did not come."""
        value = self.headers.get(header.lower(), [])
        return [value] if isinstance(value, str) else list(value)

    def __getitem__(self, header: str) -> str:
        """The value of a header; KeyError when it did not come."""
        value = self.headers[header.lower()]
        return value if isinstance(value, str) else value[0]


@dataclass(frozen=True, slots=True)
class AmiAnswer(AmiEvent):
    """The answer to one action; `name` is the word of its `Response` header."""

    @property
    def success(self) -> bool:
        """Whether the switch did what it was asked."""
        return self.name in ("Success", "Follows", "Goodbye")

    @property
    def message(self) -> str:
        """The switch's own words about it."""
        return self.get("Message")


@dataclass(frozen=True, slots=True)
class ChannelSnapshot:
    """One live channel, as `CoreShowChannels` tells it after each log-in."""

    channel: str
    unique_id: str
    linked_id: str
    state: int
    """Asterisk's channel state: 4 ring, 5 ringing, 6 up (`include/asterisk/channelstate.h`)."""
    state_name: str
    context: str
    exten: str
    application: str
    caller_number: str
    caller_name: str
    connected_number: str
    bridge_id: str
    duration_s: int
    account: str

    @property
    def is_up(self) -> bool:
        """Whether the channel has been answered."""
        return self.state == 6


def read_message(text: str) -> AmiEvent | None:
    """One message of the wire as event or answer; None when it is neither."""
    message = Message.from_line(text.lstrip("\r\n"))
    if message is None:
        return None
    headers = {name.lower(): value for name, value in message.items() if name != "content" or value}
    if "event" in headers:
        return AmiEvent(_first(headers["event"]), headers)
    return AmiAnswer(_first(headers["response"]), headers)


def read_snapshot(event: AmiEvent) -> ChannelSnapshot:
    """A `CoreShowChannel` list item as a snapshot; fields the switch left out are empty."""
    return ChannelSnapshot(
        channel=event.get("Channel"),
        unique_id=event.get("Uniqueid"),
        linked_id=event.get("Linkedid"),
        state=_whole(event.get("ChannelState")),
        state_name=event.get("ChannelStateDesc"),
        context=event.get("Context"),
        exten=event.get("Exten"),
        application=event.get("Application"),
        caller_number=_known(event.get("CallerIDNum")),
        caller_name=_known(event.get("CallerIDName")),
        connected_number=_known(event.get("ConnectedLineNum")),
        bridge_id=event.get("BridgeId"),
        duration_s=_seconds(event.get("Duration")),
        account=event.get("AccountCode"),
    )


def _first(value: HeaderText) -> str:
    return value if isinstance(value, str) else value[0]


def _known(value: str) -> str:
    """The switch writes `<unknown>` for nothing."""
    return "" if value == "<unknown>" else value


def _whole(value: str) -> int:
    return int(value) if value.isdecimal() else 0


def _seconds(clock: str) -> int:
    """`HH:MM:SS` in seconds; 0 when it is not that."""
    parts = clock.split(":")
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):
        return 0
    hours, minutes, seconds = map(int, parts)
    return hours * 3600 + minutes * 60 + seconds


__all__ = ["AmiAnswer", "AmiEvent", "ChannelSnapshot", "HeaderText", "read_message", "read_snapshot"]
