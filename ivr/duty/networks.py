"""Operators whose network fails: seen from the causes of attempts, never guessed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from ivr.duty.hunt import Attempt, Hunt
from ivr.storage.states import AttemptState

REACHED = frozenset(
    {
        AttemptState.ANSWERED,
        AttemptState.ACCEPTED,
        AttemptState.PASSED,
        AttemptState.SILENT,
        AttemptState.HEARD,
        AttemptState.TAKEN,
        AttemptState.BUSY,
        AttemptState.REJECTED,
    }
)
"""The network has carried such an attempt to its phone. One that nobody answered proves nothing."""


def operators_of(hunt: Hunt) -> dict[str, str]:
    """Number -> operator, for every phone of the hunt of which it is known."""
    phones = [phone for stage in hunt.stages for person in stage.people for phone in person.phones]
    spares = [phone for stage in hunt.stages for phone in stage.backup]
    return {phone.number: phone.operator for phone in (*phones, *spares) if phone.operator}


def faulty_operators(
    attempts: Iterable[Attempt], operators: Mapping[str, str], now: datetime, memory_s: float
) -> frozenset[str]:
    """The operators whose last word was a fault of the network, not longer ago than `memory_s`."""
    since = now - timedelta(seconds=memory_s)
    last: dict[str, Attempt] = {}
    for one in attempts:
        operator = operators.get(one.number, "")
        if not operator or (one.state is not AttemptState.NETWORK and one.state not in REACHED):
            continue
        if operator not in last or last[operator].over_at <= one.over_at:
            last[operator] = one
    return frozenset(
        operator
        for operator, one in last.items()
        if one.state is AttemptState.NETWORK and one.over_at > since
    )
