"""What the switch says of a call that comes in, made into facts; never raises on a stranger's words."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from dialplan.engine import CallFacts
from dialplan.numbers import caller_shown, to_e164
from ivr.agi import cleaned
from ivr.calls.live import new_call_id

LONGEST_NUMBER = 64
CLOCK_YEARS = range(1971, 2200)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A call as it arrives. `shift`: how far its clock is from the real one."""

    facts: CallFacts
    uniqueid: str
    channel: str
    shift: timedelta
    clock_at: datetime | None


def read_arrival(env: Mapping[str, str], args: tuple[str, ...], now: datetime) -> Arrival:
    """The arrival in an AGI environment. The first argument, which only the demo carrier's context sets,
    is the clock of a test call."""
    dialled = cleaned(env.get("extension", ""), LONGEST_NUMBER)
    is_shown = may_show(env.get("callingpres", ""))
    caller = cleaned(env.get("callerid", ""), LONGEST_NUMBER) if is_shown else ""
    facts = CallFacts(
        id=new_call_id(now),
        dialled=to_e164(dialled) or dialled,
        caller=caller_shown(caller),
        caller_name=_name(env.get("calleridname", "")) if is_shown else "",
        dutch_first=random.random() < 0.5,  # noqa: S311 - a coin, not a secret
        chance=random.random(),  # noqa: S311
    )
    at = read_clock(args)
    return Arrival(
        facts, env.get("uniqueid", ""), env.get("channel", ""), at - now if at else timedelta(0), at
    )


def may_show(presentation: str) -> bool:
    """Whether the caller lets his number be shown; a trunk that trusts us tells it all the same.

    Bits 6 and 7 of Asterisk's presentation are Q.931's indicator: 0 is allowed.
    """
    return not (presentation.isdecimal() and int(presentation) & 0x60)


def read_clock(args: tuple[str, ...]) -> datetime | None:
    """The clock a test call asks for, ISO 8601; None for every other call, and for what is no time."""
    if not args or not args[0]:
        return None
    try:
        at = datetime.fromisoformat(args[0])
    except ValueError:
        return None
    if at.year not in CLOCK_YEARS:
        return None
    return at if at.tzinfo else at.astimezone()


def _name(text: str) -> str:
    name = cleaned(text).strip()
    return "" if name.lower() in ("unknown", "anonymous") else name
