"""A page's rings and its history in lines, for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from dialplan.numbers import display
from ivr.notify.words import outcome
from ivr.storage import PageStep

STATES: Final = {
    "paged": "nobody is rung yet",
    "ringing": "somebody is looked for",
    "accepted": "accepted",
    "exhausted": "nobody accepted",
    "cancelled": "called off",
    "done": "the caller was called back",
}
Facts = Mapping[str, Any]


def said_of(page: Mapping[str, Any]) -> str:
    """Where a page stands, in words."""
    state = STATES.get(page["state"], str(page["state"]))
    if page["state"] == "ringing" and page["gone_on"]:
        return f"{state} again"
    if page["state"] == "accepted" and page["handover"]:
        return f"{state}, offered to {page['handover']['who']}"
    return state


def lines_of_rings(page: Mapping[str, Any], zone: ZoneInfo) -> Iterator[str]:
    """One line each, numbered as `pages why --attempt` counts them."""
    for ring in page["attempts"]:
        seconds = f"rang {ring['rang_s']:g} s" if ring["rang_s"] is not None else "rings"
        talked = f", talked {ring['talked_s']:g} s" if ring["talked_s"] else ""
        key = f", key {ring['key']}" if ring["key"] else ""
        cause = f", cause {ring['cause']}" if ring["cause"] else ""
        yield (
            f"{ring['n']:>3}  {_clock(ring['at'], zone)}  {ring['who']} on {display(ring['number'])} "
            f"({ring['label']}, {ring['stage']}): {outcome(ring['state'], 'en')}; "
            f"{seconds}{talked}{key}{cause}"
        )


def lines_of_history(page: Mapping[str, Any], zone: ZoneInfo) -> Iterator[str]:
    """One line for each step."""
    for event in page["history"]:
        told = say_step(event["kind"], event["facts"])
        by = f" (by {event['by']})" if event["by"] and event["kind"] in _BY else ""
        yield f"{_clock(event['at'], zone)}  {told}{by}"


def say_step(kind: str, facts: Facts) -> str:
    """A step of the history in words."""
    say = _SAY.get(kind)
    return say(facts) if say else ", ".join(f"{name} {value}" for name, value in facts.items())


_BY: Final = frozenset(
    {
        PageStep.ACCEPTED,
        PageStep.PASSED,
        PageStep.CALLED_BACK,
        PageStep.GONE_ON,
        PageStep.CANCELLED,
        PageStep.HANDOVER_ASKED,
        PageStep.HANDED_OVER,
        PageStep.NOTE,
    }
)


def _number(facts: Facts) -> str:
    return display(str(facts.get("number", "")))


def _ring_ended(facts: Facts) -> str:
    cause = f", cause {facts['cause']}" if facts.get("cause") else ""
    talked = f", talked {facts['talked_s']:g} s" if facts.get("talked_s") else ""
    return (
        f"{facts['who']} on {_number(facts)}: {outcome(str(facts['state']), 'en')}; "
        f"rang {facts['rang_s']:g} s{talked}{cause}"
    )


def _gone_on(facts: Facts) -> str:
    why = "the caller was not called back in time" if facts["why"] == "promise" else "passed it on"
    return f"{facts['who']} has it no more, {why}: the hunt goes on"


_NOTES: Final[dict[str, Callable[[Facts], str]]] = {
    "alarm": lambda f: f"an alarm by {f['source']} from {f['sender'] or 'somebody'}: {f['words']}",
    "alarm-joined": lambda f: f"alarm number {f['counted']} of the same kind: {f['words']}",
    "alarm-storm": lambda f: f"{f['counted']} alarms of the same kind so far",
    "alarm-over": lambda f: f"the sender of the alarm says that it is over: {f['words']}",
}


def _note(facts: Facts) -> str:
    say = _NOTES.get(str(facts.get("kind")))
    return say(facts) if say else ", ".join(f"{name} {value}" for name, value in facts.items())


_SAY: Final[dict[str, Callable[[Facts], str]]] = {
    PageStep.OPENED: lambda f: f"the page began, by the policy {f['policy']}",
    PageStep.PROMISED: lambda f: f"the caller was promised a call back within {f['within_s'] / 60:g} min",
    PageStep.RUNG: lambda f: f"{f['who']} is rung on {_number(f)} ({f['label']}, {f['stage']})",
    PageStep.PICKED_UP: lambda f: f"{f['who']} picked up after {f['rang_s']:g} s",
    PageStep.KEY: lambda f: f"{f['who']} pressed {f['key']} after {f['after_s']:g} s",
    PageStep.RING_ENDED: _ring_ended,
    PageStep.ACCEPTED: lambda f: f"{f['who']} accepted on {_number(f)}, by {f['how']}",
    PageStep.PASSED: lambda f: f"{f['who']} passed",
    PageStep.REMINDED: lambda f: f"{f['who']} is reminded",
    PageStep.CALLED_BACK: lambda f: f"the caller was called back ({f['how']})",
    PageStep.GONE_ON: _gone_on,
    PageStep.ESCALATED: lambda f: f"the hunt came to {f['stage']}",
    PageStep.EXHAUSTED: lambda f: "nobody accepted; no more attempts",
    PageStep.CANCELLED: lambda f: "the page was called off",
    PageStep.HANDOVER_ASKED: lambda f: f"{f['to']} is asked to take it over from {f['from']}",
    PageStep.HANDED_OVER: lambda f: f"handed over from {f['from']} to {f['to']}, by {f['how']}",
    PageStep.HANDOVER_FAILED: lambda f: f"{f['to']} did not take it over from {f['from']}",
    PageStep.TOLD: lambda f: f"told {', '.join(f['to'])}: {f['template']}",
    PageStep.NOTE: _note,
}


def _clock(at: str, zone: ZoneInfo) -> str:
    return f"{datetime.fromisoformat(at).astimezone(zone):%H:%M:%S}"


__all__ = ["lines_of_history", "lines_of_rings", "said_of", "say_step"]
