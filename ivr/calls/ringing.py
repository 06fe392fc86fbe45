"""What `Dial` is told, and what is read when it is over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from dialplan.commands import Dial, Target
from dialplan.events import Outcome
from ivr.contract import dial_string
from ivr.outcome import outcome_of

AFTERMATH = "${DIALSTATUS}|${HANGUPCAUSE}|${DIALEDPEERNUMBER}|${DIALEDPEERNAME}"
"""Asked in one round trip when a Dial is over. Not ANSWEREDTIME: it counts from the caller's own answer."""

OPTIONS = "rg"
"""r: the caller hears ringing, never silence; g: go on with the plan when the called party hangs up."""


def dial_arguments(dial: Dial, name: str = "") -> tuple[str, int, str]:
    """Arguments of `Dial`: phones, seconds, options. `name`: the brand, for the called phone's display."""
    phones = "&".join(dial_string(target.number) for target in dial.targets)
    plain = "".join(sign for sign in name if sign.isalnum() or sign in " .-")
    shown = f"f({plain} <{dial.show}>)" if dial.show else ""
    return phones, max(1, round(dial.ring_s)), OPTIONS + shown


@dataclass(frozen=True, slots=True)
class Aftermath:
    """How a Dial ended. `target`: who answered, when somebody did and it is known who."""

    outcome: Outcome
    cause: int
    target: Target | None
    is_answered: bool
    channel: str = ""
    """Of whoever answered; the switch may still be taking it down."""


class Refusals(Protocol):
    """The carrier's own word on why a telephone refused (see `ivr.switch.reasons.Reasons`)."""

    async def cause_of(self, number: str, *, since: float) -> int | None:
        """The Q.850 cause with which `number` refused since then (`loop.time()`); None: none was said."""


async def ask_carrier(refusals: Refusals, text: str, dial: Dial, since: float) -> int | None:
    """The carrier's cause for a Dial that failed; None where it said none, or several were rung at once."""
    if len(dial.targets) != 1 or text.startswith(("ANSWER|", "CANCEL|")):
        return None
    return await refusals.cause_of(dial.targets[0].number, since=since)


def read_aftermath(text: str, dial: Dial, said: int | None = None) -> Aftermath:
    """The aftermath in what the switch answered to `AFTERMATH`; tolerant of missing parts.

    `said`: the carrier's own cause, which goes before the one that the switch derived from it.
    """
    status, derived, peer, channel = (text.split("|") + [""] * 4)[:4]
    cause = said or _derived_cause(status, derived)
    outcome = outcome_of(status, cause)
    return Aftermath(
        outcome=outcome,
        cause=cause,
        target=_answerer(peer, dial) if status == "ANSWER" else None,
        is_answered=status == "ANSWER",
        channel=channel if status == "ANSWER" else "",
    )


def _derived_cause(status: str, cause: str) -> int:
    """HANGUPCAUSE; not after a ring that ran out, where it still is that of the telephone before."""
    return int(cause) if cause.isdigit() and status != "NOANSWER" else 0


def _answerer(peer: str, dial: Dial) -> Target | None:
    """The target whose phone answered: `peer` is the resource that was dialled, `+32...@trunk`."""
    for target in dial.targets:
        if dial_string(target.number).removeprefix("PJSIP/") == peer.removeprefix("PJSIP/"):
            return target
    return dial.targets[0] if len(dial.targets) == 1 else None
