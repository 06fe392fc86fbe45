"""What a caller of the demo carrier wants, as the carrier's AMI is told."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from ivr.ami.headers import HeaderValue
from ivr.carrier.journal import plain
from ivr.contract import AT_HEADER, DEMO_HEADER
from ivr.settings import Settings

_DIALLABLE = re.compile(r"[0-9A-Za-z+*#_.-]{1,79}")


@dataclass(frozen=True, slots=True)
class Order:
    """One call to place; see `Carrier.place_call`. Raises ValueError for what no call can have."""

    number: str
    caller: str | None
    caller_name: str
    keys: str
    at: datetime | None
    hang_up_after_s: float | None
    ring_s: float
    diverted_from: str

    def __post_init__(self) -> None:
        if not _DIALLABLE.fullmatch(self.number):
            raise ValueError(f"{self.number!r} cannot be dialled: letters, digits and + * # _ . - only")
        if self.at is not None and self.at.tzinfo is None:
            raise ValueError("the clock of a call needs its time zone: 2026-11-21T22:00+01:00")

    def headers(self, leg_id: str, settings: Settings) -> dict[str, HeaderValue]:
        """Headers of the Originate."""
        return {
            "Channel": f"PJSIP/{self.number}@switch",
            "ChannelId": leg_id,
            "Context": "callers",
            "Exten": "s",
            "Priority": 1,
            "Timeout": int(self.ring_s * 1000),
            "Variable": self._sip_headers(settings),
        }

    def variables(self, heard: str) -> dict[str, str]:
        """Channel variables; `heard` is the name of the recording, empty for none."""
        return {
            "NUMBER": self.number,
            "HEARD": heard,
            "KEYS": self.keys,
            "HANG_UP_AFTER_S": "" if self.hang_up_after_s is None else f"{self.hang_up_after_s:g}",
            "CONNECTEDLINE(name)": self.caller_name,
            "CONNECTEDLINE(num)": self.caller or "anonymous",
            "CONNECTEDLINE(pres)": "allowed" if self.caller else "prohib",
        }

    def _sip_headers(self, settings: Settings) -> list[str]:
        """Variables that put headers on the INVITE. The demo's secret goes only where a clock is set."""
        lines = []
        if self.at is not None:
            secret = settings.secret("demo-carrier")
            lines += [f"PJSIP_HEADER(add,{DEMO_HEADER})={secret}"]
            lines += [f"PJSIP_HEADER(add,{AT_HEADER})={self.at.isoformat()}"]
        if self.diverted_from:
            lines += [f"PJSIP_HEADER(add,Diversion)=<sip:+{plain(self.diverted_from)}@{settings.host}>"]
        return lines


__all__ = ["Order"]
