"""An alarm as it comes in, whatever brought it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from dialplan.model import Configuration
from ivr.storage import AlarmSource

ALARMS: Final = "alarms"
"""What `announce` calls a new alarm; the desk listens for it."""
LONGEST_WORDS: Final = 500


@dataclass(frozen=True, slots=True)
class Incoming:
    """What is written down before the sender is told that we have it.

    `key`: the same key again is the same alarm, and not another one. `once` off: the sender gives nothing
    that names it for ever; then it is the same for `same_s`, and until its fingerprint says otherwise.
    `facts`: what else it says; of those the desk knows `loop` (why it may ring nobody), `status`,
    `severity`, `customer`, `brand`, `policy`.
    """

    source: AlarmSource
    key: str
    digest: str
    sender: str
    subject: str
    raw: bytes
    size: int
    name: str = ""
    message_id: str = ""
    fingerprint: str = ""
    sent: datetime | None = None
    once: bool = True
    same_s: float = 3600.0
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms alarms are looked at. `owner`: this box."""

    configuration: Configuration
    now: datetime
    owner: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page that an alarm is to become: what the desk opens once the decision is committed."""

    alarm_id: str
    group_key: str
    brand: str
    policy: str
    customer: str
    severity: int
    words: str
    language: str
    sender: str
    source: AlarmSource


@dataclass(frozen=True, slots=True)
class Joined:
    """An alarm that belongs to a page that is there already. `counted`: which of its storm it is."""

    alarm_id: str
    page_id: str
    words: str
    counted: int


@dataclass(frozen=True, slots=True)
class Over:
    """What an earlier alarm was about is over."""

    alarm_id: str
    page_id: str
    words: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A page of which every alarm is over. `last`: when the last word of it came; `is_live`: somebody is
    still looked for."""

    page_id: str
    last: str
    is_live: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """What a look at the alarms that came in has brought."""

    wanted: tuple[Wanted, ...] = ()
    joined: tuple[Joined, ...] = ()
    over: tuple[Over, ...] = ()
    looked_at: int = 0


__all__ = ["ALARMS", "LONGEST_WORDS", "Decided", "Ended", "Incoming", "Joined", "Over", "Terms", "Wanted"]
