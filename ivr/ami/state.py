"""How the link stands, and what it has counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from ivr.ami.delivery import Delivery
from ivr.ami.session import Session


class LinkState(StrEnum):
    """How things stand with the switch."""

    CONNECTING = "connecting"
    REFUSED = "refused"
    """The log-in or a needed right is refused; tried again slowly."""
    SYNCING = "syncing"
    """Logged in; the live channels are being collected."""
    READY = "ready"
    DOWN = "down"


StateHandler = Callable[[LinkState], object]


@dataclass(slots=True)
class LinkMetrics:
    """Counts since the start, for `/metrics`."""

    connects: int = 0
    failed_connects: int = 0
    losses: int = 0
    refusals: int = 0
    overflows: int = 0
    events: int = 0
    actions: int = 0
    timeouts: int = 0
    late_answers: int = 0
    latin1_lines: int = 0
    delivered: int = 0
    handler_errors: int = 0
    queued: int = 0
    pending: int = 0

    def with_now(self, delivery: Delivery, held: int, session: Session | None) -> LinkMetrics:
        """A copy, with what the present session and the queue count themselves."""
        now = replace(
            self,
            delivered=delivery.delivered,
            handler_errors=delivery.handler_errors,
            queued=len(delivery) + held,
        )
        if session:
            now.pending = len(session.protocol.pending)
            now.late_answers += session.protocol.late_answers
            now.latin1_lines += session.protocol.framer.latin1_lines
        return now


__all__ = ["LinkMetrics", "LinkState", "StateHandler"]
