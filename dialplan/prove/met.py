"""What a caller has met so far, as far as it decides whether his call ends well."""

from __future__ import annotations

from typing import NamedTuple

from dialplan import last_resort
from dialplan.commands import AskCallback, Collect, Dial, Play, Record, ServeEngineer
from dialplan.engine import Step
from dialplan.events import Dialled, Event, Kept, Outcome, Recorded


class Met(NamedTuple):
    """What a caller has met so far, as far as it decides whether his call ends well."""

    person: bool = False
    """Somebody answered."""
    told: bool = False
    """The last thing that he met were words."""
    kept: bool = False
    """His message or his wish to be called back is kept."""
    rung: bool = False
    """The last resort had somebody to ring."""


def after(met: Met, event: Event) -> Met:
    """What an answer has brought the caller."""
    if type(event) is Dialled:
        return met._replace(person=met.person or event.outcome is Outcome.ANSWERED)
    if type(event) is Kept or (type(event) is Recorded and event.name):
        return met._replace(kept=True)
    return met


def asked(met: Met, step: Step) -> Met:
    """What he meets now. Words that are asked for count: that they can fail is the switch's fault, and what
    comes after them is looked at all the same."""
    kind = type(step.commands[-1])
    if kind is Play or kind is ServeEngineer:
        return met if met.told else met._replace(told=True)
    if kind is Dial:
        return met._replace(told=False, rung=met.rung or step.state.node == last_resort.NODE)
    if kind in (Collect, Record, AskCallback) and met.told:
        return met._replace(told=False)
    return met
