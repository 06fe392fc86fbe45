"""Operators whose network fails: seen from the causes of attempts, never guessed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from dialplan.model import Configuration
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


LONGEST_MEMORY_S: Final = 24 * 3600.0


class Networks:
    """What the attempts of all pages tell of operators' networks."""

    def __init__(self, configuration: Callable[[], Configuration]) -> None:
        self._configuration = configuration
        self._last: dict[str, Attempt] = {}
        self._known: tuple[Configuration | None, dict[str, str]] = (None, {})

    def note(self, attempt: Attempt) -> None:
        """An attempt has come to its end, or its phone was reached."""
        if attempt.state is not AttemptState.NETWORK and attempt.state not in REACHED:
            return
        known = self._last.get(attempt.number)
        # what another box has seen may be told late
        if known is None or known.over_at <= attempt.over_at:
            self._last[attempt.number] = attempt

    def faulty(self, now: datetime, memory_s: float) -> frozenset[str]:
        """The operators whose network has failed lately."""
        if not self._last:
            return frozenset()
        return faulty_operators(self._last.values(), self._operators(), now, memory_s)

    def _operators(self) -> dict[str, str]:
        configuration = self._configuration()
        if self._known[0] is not configuration:
            phones = (phone for entry in configuration.directory.values() for phone in entry.phones)
            found = {phone.number: phone.operator for phone in phones if phone.operator}
            self._known = (configuration, found)
        return self._known[1]


def operators_of(hunt: Hunt) -> dict[str, str]:
    """Number -> operator, for every phone of the hunt of which it is known."""
    phones = [phone for stage in hunt.stages for person in stage.everybody for phone in person.phones]
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
