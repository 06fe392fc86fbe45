"""How a ring ended, read from what the switch says: one table for calls, one for pages.

Sources: DIALSTATUS as Asterisk's `Dial` documents it; causes from ITU-T Q.850; the SIP to Q.850
mapping of chan_pjsip (`hangup_sip2cause`), overridden by a `Reason: Q.850` header (RFC 3326). VMS
names six ends of a destination: no answer, not reached, busy, congested, release cause 31, interrupted.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Final

from dialplan.events import Outcome
from ivr.contract import Cause
from ivr.storage.states import AttemptState


class Whereabouts(StrEnum):
    """Where a caller is whom somebody wants to talk with."""

    WAITS = "waits"
    """In a queue, before a prompt, while phones ring for him."""
    TALKS = "talks"
    """With somebody else: one may join them."""
    OUT_OF_REACH = "out-of-reach"
    """On the line, but not in our hands just now."""
    GONE = "gone"


NORMAL_ENDS: Final = frozenset({0, Cause.NORMAL, Cause.BUSY, Cause.NO_ANSWER, Cause.REJECTED})
"""Causes with which a conversation ends because somebody hung up; any other cut it."""

CONGESTION: Final = frozenset(
    {
        Cause.CONGESTION,
        Cause.NETWORK_OUT_OF_ORDER,
        Cause.TEMPORARY_FAILURE,
        Cause.SWITCH_CONGESTION,
        Cause.CHANNEL_UNAVAILABLE,
        Cause.BEARER_UNAVAILABLE,
    }
)

NOT_REACHED: Final = frozenset(
    {
        Cause.UNALLOCATED,
        Cause.NO_ROUTE,
        Cause.ABSENT,
        Cause.OUT_OF_ORDER,
        Cause.INVALID_FORMAT,
        Cause.INTERWORKING,
    }
)

BY_CAUSE: Final[dict[int, Outcome]] = {
    Cause.NORMAL_UNSPECIFIED: Outcome.CAUSE_31,
    Cause.BUSY: Outcome.BUSY,
    Cause.NO_USER_RESPONSE: Outcome.NO_ANSWER,
    Cause.NO_ANSWER: Outcome.NO_ANSWER,
    Cause.REJECTED: Outcome.BUSY,
    **dict.fromkeys(CONGESTION, Outcome.CONGESTED),
    **dict.fromkeys(NOT_REACHED, Outcome.NOT_REACHED),
}

BY_STATUS: Final[dict[str, Outcome]] = {
    "NOANSWER": Outcome.NO_ANSWER,
    "BUSY": Outcome.BUSY,
    "CONGESTION": Outcome.CONGESTED,
    "CHANUNAVAIL": Outcome.NOT_REACHED,
    "INVALIDARGS": Outcome.NOT_REACHED,
    "DONTCALL": Outcome.BUSY,
    "TORTURE": Outcome.BUSY,
    "CANCEL": Outcome.INTERRUPTED,
}


def outcome_of(status: str, cause: int) -> Outcome:
    """The end of a `Dial` with this DIALSTATUS and HANGUPCAUSE (0 or less: none known)."""
    if status == "ANSWER":
        return Outcome.ANSWERED if cause in NORMAL_ENDS else Outcome.INTERRUPTED
    if status in ("CONGESTION", "CHANUNAVAIL", "BUSY", "NOANSWER"):
        return BY_CAUSE.get(cause, BY_STATUS[status])
    return BY_STATUS.get(status, Outcome.NOT_REACHED)


def attempt_state_of(cause: int, network_causes: Collection[int]) -> AttemptState:
    """The end of an engineer's leg that nobody answered, from the cause of its hang-up.

    `network_causes`: those that the configuration counts as a fault of the network (back-up phones).
    """
    if cause in network_causes:
        return AttemptState.NETWORK
    if cause == Cause.BUSY:
        return AttemptState.BUSY
    if cause == Cause.REJECTED:
        return AttemptState.REJECTED
    if cause in (Cause.UNALLOCATED, Cause.INVALID_FORMAT):
        return AttemptState.UNKNOWN_NUMBER
    return AttemptState.NO_ANSWER
