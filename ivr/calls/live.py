"""One live call: what is known of it, where it is, what has happened."""

from __future__ import annotations

import itertools
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dialplan.engine import CallFacts, Hop, State
from dialplan.events import Event
from dialplan.model import Configuration
from dialplan.tape import Recording
from ivr.calls.performer import Performer
from ivr.calls.places import Door
from ivr.records import CallRecord, HopRecord

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_count = itertools.count(secrets.randbelow(1024))


def new_call_id(now: datetime) -> str:
    """A call's id: 12 signs that sort by time (Crockford's base 32: milliseconds, then a counter)."""
    number = (int(now.timestamp() * 1000) << 15) | (next(_count) << 5 & 0x7FE0) | secrets.randbelow(32)
    signs = []
    for _ in range(12):
        number, place = divmod(number, 32)
        signs.append(_ALPHABET[place])
    return "".join(reversed(signs))


@dataclass(slots=True)
class LiveCall:
    """A call in progress. `configuration` is pinned: a reload changes nothing for it."""

    record: CallRecord
    facts: CallFacts
    configuration: Configuration
    performer: Performer
    door: Door
    shift: timedelta = timedelta(0)
    """Added to the real time to get the plan's clock (test calls only)."""
    state: State | None = None
    kept: int = 0
    """How many of the hops are in the database already."""
    last_event: Event | None = None
    tape: Recording | None = None
    """What happened, for those who later ask what another plan would have done."""
    mails: int = 0
    """How many mails its plan has asked for."""
    hops: list[HopRecord] = field(default_factory=list)

    def note(self, hops: tuple[Hop, ...]) -> list[HopRecord]:
        """Keep the hops of a step, and give them back as records."""
        release = self.record.release
        new = [HopRecord(hop.plan, hop.node, hop.kind, hop.exit, hop.why, hop.at, release) for hop in hops]
        self.hops.extend(new)
        return new

    def note_phases(self) -> None:
        """Bring the record's phases up to what the performer saw."""
        phases, record = self.performer.phases, self.record
        record.answered, record.prompt_at = phases.answered, phases.prompt_at
        record.queued_at, record.queue_left_at = phases.queued_at, phases.queue_left_at
        record.agent_rang_at, record.agent_at = phases.agent_rang_at, phases.agent_at
        record.agent_entry, record.agent_number = phases.agent_entry, phases.agent_number
