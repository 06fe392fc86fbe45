"""What `Dial` is told, and what is read when it is over."""

from __future__ import annotations

from dataclasses import dataclass

from dialplan.commands import Dial, Target
from dialplan.events import Outcome
from ivr.contract import dial_string
from ivr.outcome import outcome_of

AFTERMATH = "${DIALSTATUS}|${HANGUPCAUSE}|${ANSWEREDTIME_MS}|${DIALEDTIME_MS}|${DIALEDPEERNUMBER}"
"""Asked in one round trip when a Dial is over."""

OPTIONS = "rg"
"""r: the caller hears ringing, never silence; g: go on with the plan when the called party hangs up."""


def dial_arguments(dial: Dial) -> tuple[str, int, str]:
    """Arguments of `Dial`: phones, seconds, options."""
    phones = "&".join(dial_string(target.number) for target in dial.targets)
    shown = f"f({dial.show})" if dial.show else ""
    return phones, max(1, round(dial.ring_s)), OPTIONS + shown


@dataclass(frozen=True, slots=True)
class Aftermath:
    """How a Dial ended. `talked_s` and `rang_s`: seconds; `target`: who answered, when somebody did."""

    outcome: Outcome
    cause: int
    talked_s: float
    rang_s: float
    target: Target | None
    is_cancelled: bool
    """The caller hung up before anybody answered."""


def read_aftermath(text: str, dial: Dial) -> Aftermath:
    """The aftermath in what the switch answered to `AFTERMATH`; tolerant of missing parts."""
    status, cause, talked, total, peer = (text.split("|") + [""] * 5)[:5]
    talked_s, total_s = _milliseconds(talked), _milliseconds(total)
    outcome = outcome_of(status, int(cause) if cause.isdigit() else 0)
    answered = outcome in (Outcome.ANSWERED, Outcome.INTERRUPTED) and status == "ANSWER"
    return Aftermath(
        outcome=outcome,
        cause=int(cause) if cause.isdigit() else 0,
        talked_s=talked_s if answered else 0.0,
        rang_s=max(0.0, total_s - talked_s),
        target=_answerer(peer, dial) if answered else None,
        is_cancelled=status == "CANCEL",
    )


def _milliseconds(text: str) -> float:
    return int(text) / 1000 if text.isdigit() else 0.0


def _answerer(peer: str, dial: Dial) -> Target | None:
    """The target whose phone answered: `peer` is the resource that was dialled, `+32...@trunk`."""
    for target in dial.targets:
        if dial_string(target.number).removeprefix("PJSIP/") == peer.removeprefix("PJSIP/"):
            return target
    return dial.targets[0] if len(dial.targets) == 1 else None
