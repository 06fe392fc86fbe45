"""The contract between the service and the switch's extensions: every name both sides use, once.

`asterisk/extensions.conf` and its neighbours say these names too; a test compares the files with
this module, so neither can drift.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Final


class Context(StrEnum):
    """Contexts of the switch's extensions."""

    TRUNK = "from-trunk"
    """Calls of the carrier's trunk, and of any SIP client on this machine in the demo."""
    DEMO = "from-demo"
    """Calls of the local demo carrier, which may set the plan's clock (`X-Dutyline-At`)."""
    CALL = "dutyline-call"
    """Hands a call to the service; what follows when the service is not there."""
    FIRST_WORDS = "dutyline-first-words"
    """Subroutine: lifts the silence limit and answers, in one round trip. ARG1: a short prompt to say."""
    FAILSAFE = "dutyline-failsafe"
    """Apology, then the brand's failsafe person; generated part: one extension per dialled number."""
    PAGE = "dutyline-page"
    """An engineer's leg, answered: hands it to the service."""
    NOWHERE = "dutyline-nowhere"
    """For endpoints that may not dial: refuses."""


class Variable(StrEnum):
    """Channel variables."""

    AT = "DUTYLINE_AT"
    """Clock of the plan for this call (ISO 8601), from the demo carrier alone."""
    DONE = "DUTYLINE_DONE"
    """`1`: the service has ended the call as it meant to; missing after AGI: failsafe."""
    ATTEMPT = "DUTYLINE_ATTEMPT"
    """Id of the page attempt that an engineer's leg belongs to."""
    DIALLED = "DUTYLINE_DIALLED"
    """The number as the carrier sent it; set by the extensions, kept where EXTEN has become `T`."""
    ALIVE = "DUTYLINE_ALIVE"
    """Global: when the service last showed that it runs (`keep_beating`), seconds since 1970."""
    TALKED = "DUTYLINE_TALKED"
    """`1`: the engineer on this leg has talked with the caller, whose own leg had fetched it."""
    LAST_WORDS = "DUTYLINE_LAST_WORDS"
    """Sound files that the extensions play before the end of a call to which nobody was found after the
    service had died; with `DONE`."""
    LANGUAGE = "DUTYLINE_LANGUAGE"
    """Language in which the extensions themselves speak to an engineer's leg while the service is away."""


class Cause(IntEnum):
    """Q.850 hang-up causes the product acts on (ITU-T Q.850, as Asterisk names them)."""

    UNALLOCATED = 1
    NO_ROUTE = 3
    NORMAL = 16
    BUSY = 17
    NO_USER_RESPONSE = 18
    NO_ANSWER = 19
    ABSENT = 20
    REJECTED = 21
    OUT_OF_ORDER = 27
    INVALID_FORMAT = 28
    NORMAL_UNSPECIFIED = 31
    CONGESTION = 34
    NETWORK_OUT_OF_ORDER = 38
    TEMPORARY_FAILURE = 41
    SWITCH_CONGESTION = 42
    CHANNEL_UNAVAILABLE = 44
    BEARER_UNAVAILABLE = 58
    TIMER_EXPIRED = 102
    INTERWORKING = 127


TRUNK_ENDPOINT: Final = "trunk"
"""PJSIP endpoint by which calls leave: `PJSIP/<number>@trunk`."""
DEMO_ENDPOINT: Final = "demo-carrier"
DEMO_HEADER: Final = "X-Dutyline-Carrier"
"""Header with a generated secret by which the demo carrier is told from any other SIP client."""
AT_HEADER: Final = "X-Dutyline-At"
CALL_SCRIPT: Final = "call"
PAGE_SCRIPT: Final = "page"
SILENCE_LIMIT: Final = "TIMEOUT(absolute)"
"""Set by the extensions before they call the service, so that one which says nothing loses the call to
the failsafe; the service's first command sets it to 0."""
SOUNDS: Final = "dutyline"
"""Folder below the switch's sounds: `dutyline/<language>/<prompt>`."""
PAGE_LEG: Final = "page-"
"""How the unique ids of engineers' legs begin."""
MESSAGES: Final = "messages"
"""Folder below that, where the switch records what callers say: `dutyline/messages/<name>`."""


def dial_string(number: str) -> str:
    """What `Dial` and `Originate` ring for an E.164 number: digits only, by the trunk."""
    sign = "+" if number.startswith("+") else ""
    return f"PJSIP/{sign}{''.join(filter(str.isdigit, number))}@{TRUNK_ENDPOINT}"
