"""The values of a configuration in the words of an administrator, for the sentences of `dialplan.diff`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from dialplan.beforehand import say_day
from dialplan.calendars import OwnDay, WeekWindow
from dialplan.chains import ChainStage, LastResort, say_choice
from dialplan.commands import Limit, Target
from dialplan.days import MonthDays
from dialplan.ical import Events
from dialplan.keyed import Form
from dialplan.limits import CAUSES, Gate, say_limit
from dialplan.lists import Listing
from dialplan.model import Absence, Cover, Engineer, Entry, Level, Phone, Swap
from dialplan.numbers import display
from dialplan.quiet import Quiet
from dialplan.remote import Remote, hide_address
from dialplan.rotations import OPENING, Rotation
from dialplan.skills import Agent
from dialplan.times import say_clock, say_duration, say_window
from dialplan.words import Value

Sayer = Callable[[Any], str]

_NAMES: Mapping[str, str] = {
    "week": "opening hours",
    "on_holidays": "on holidays",
    "own_days": "own days",
    "ring_s": "ring time",
    "page_for_s": "time for the roster",
    "fault_memory_s": "time for which a network fault counts",
    "choices": "rows of choose",
    "clock_min": "hour of the handover",
    "words": "words said",
    "gates": "limits",
    "ring_each": "ring time",
    "at_once": "calls",
    "apart": "tries",
    "forms": "pattern",
    "well_on": "when well",
}
"""What administrators call a field, where its name would not tell them."""


def name_and_sayer(field: str) -> tuple[str, Sayer]:
    """What a field is called, and how its values are said: the unit at its end says how."""
    called = _NAMES.get(field, "")
    own = _OF_FIELDS.get(field)
    if own is not None:
        return called or field, own
    if field.endswith("_s"):
        return called or field[:-2].replace("_", " "), _say_seconds
    if field.endswith("_min"):
        return called or field[:-4].replace("_", " "), lambda minutes: say_clock(int(minutes))
    return called or field.replace("_", " "), say_value


def say_value(value: Any) -> str:
    """Any value that a configuration may hold."""
    for kind, say in _SAYERS:
        if isinstance(value, kind):
            return say(value)
    if is_dataclass(value):
        return _say_parts(value)
    return "none" if value is None else str(value)


def _say_parts(value: Any) -> str:
    """A thing of several fields: what is there of it, each by its name."""
    said = []
    for field in fields(value):
        part = getattr(value, field.name)
        if field.compare and part not in (None, "", (), {}):
            name, say = name_and_sayer(field.name)
            said.append(f"{name} {say(part)}")
    return ", ".join(said)


def _say_seconds(seconds: Any) -> str:
    return say_duration(float(seconds))


def _say_weeks(weeks: tuple[tuple[str, ...], ...]) -> str:
    """The first of each week, when the others follow in the same circle; otherwise every order."""
    firsts = tuple(dict.fromkeys(week[0] for week in weeks))
    circles = {firsts[index:] + firsts[:index] for index in range(len(firsts))}
    if circles.issuperset(weeks):
        return ", ".join(week[0] for week in weeks)
    return "; ".join(" ".join(week) for week in weeks)


def _say_cases(cases: tuple[tuple[str, Any], ...]) -> str:
    return "; ".join(written or '""' for written, _ in cases)


def _say_shares(shares: tuple[tuple[str, Any], ...]) -> str:
    return ", ".join(f"{target} {share:f} %" for target, share in shares)


def _say_template(template: Any) -> str:
    """What `set` puts together, as it is written."""
    return "".join(f"${text}" if is_variable else text for is_variable, text in template) or "empty"


def _say_text(value: str) -> str:
    return display(value) if value.startswith("+") else value or "empty"


def _say_list(values: Any) -> str:
    listed = sorted(values) if isinstance(values, frozenset) else values
    return ", ".join(f"({say_value(v)})" if isinstance(v, tuple) else say_value(v) for v in listed) or "empty"


def _say_mapping(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{_say_text(key)}: {say_value(value)}" for key, value in values.items()) or "empty"


def _say_phone(phone: Phone) -> str:
    kept = ", only if needed" if phone.only_if_needed else ""
    quiet = f", {phone.quiet}" if phone.quiet else ""
    network = f", on {phone.operator}" if phone.operator else ""
    return f"{display(phone.number)} ({phone.label}{network}{kept}{quiet})"


def _say_own_day(day: OwnDay) -> str:
    hours = ", ".join(say_window(window) for window in day.hours) or "closed"
    return f"{day.when} {hours}"


def _say_swap(swap: Swap) -> str:
    return _say_while(swap, ", ".join(swap.order))


def _say_while(laid: Swap | Cover | Absence, what: str) -> str:
    """What is laid over a duty: from when until when, what, where and why."""
    layer = "" if isinstance(laid, Absence) or not laid.layer else f" in {laid.layer}"
    title = f" ({laid.title})" if laid.title else ""
    return f"{laid.start:%Y-%m-%d %H:%M} to {laid.end:%Y-%m-%d %H:%M} UTC: {what}{layer}{title}"


def _say_rotation(rotation: Rotation) -> str:
    lengths = {0: "each shift", OPENING: "each opening"}
    length = lengths.get(rotation.days, f"{rotation.days} days each")
    hours = f", {rotation.hours}" if rotation.hours else ""
    since = f"{rotation.first} {say_clock(rotation.clock_min)}"
    return f"{_say_weeks(rotation.turns)}, {length} from {since}{hours}"


def _say_cover(cover: Cover) -> str:
    verb = "exchanges with" if cover.is_exchange else "stands in for"
    said = f"{cover.by} {verb} {cover.absent}" if cover.by else f"{cover.absent} asks to be covered"
    return _say_while(cover, said)


def _say_gate(gate: Gate) -> str:
    """`of the plan 50 calls at once, over it main.busy`."""
    of = "caller" if gate.per_caller else gate.limit.key.partition(":")[0]
    word = next((word for word, cause in CAUSES.items() if cause == gate.cause), str(gate.cause))
    over = f"over it {'.'.join(gate.over)}" if gate.over else f"over it {word}"
    return f"of the {of} {say_limit(gate.limit)}, {over}"


def _say_gates(gates: tuple[Gate, ...]) -> str:
    return "; ".join(_say_gate(gate) for gate in gates) or "none"


def _say_agent(agent: Agent) -> str:
    return f"{agent.entry} ({_say_mapping(agent.skills)})" if agent.skills else agent.entry


def _say_listing(listing: Listing) -> str:
    """Why somebody stands in a list, and until when."""
    until = f"until {listing.ends}" if listing.ends else ""
    return ", ".join(part for part in (listing.reason, until) if part) or "without a reason"


_OF_FIELDS: Mapping[str, Sayer] = {
    "weeks": _say_weeks,
    "turns": _say_weeks,
    "cases": _say_cases,
    "shares": _say_shares,
    "values": _say_template,
    "stages": lambda stages: "; then ".join(map(str, stages)) or "the short form",
    "choices": lambda choices: "; ".join(map(say_choice, choices)) or "none",
    "gates": _say_gates,
    "ring_each": _say_seconds,
    "address": hide_address,
    "well_on": lambda day: say_day(day) or "never",
}

_SAYERS: tuple[tuple[Any, Sayer], ...] = (
    (bool, lambda value: "yes" if value else "no"),
    (Enum, lambda value: str(value.value)),
    (str, _say_text),
    (float, lambda value: f"{value:g}"),
    (Phone, _say_phone),
    (Entry, lambda entry: entry.id),
    (Engineer, lambda engineer: engineer.trigram),
    (Level, lambda level: f"{level.number} {level.entry}"),
    (OwnDay, _say_own_day),
    (WeekWindow, str),
    (Events, str),
    (MonthDays, str),
    (Remote, str),
    (Swap, _say_swap),
    (Cover, _say_cover),
    (Absence, lambda leave: _say_while(leave, leave.trigram)),
    (Rotation, _say_rotation),
    (Quiet, str),
    (ChainStage, str),
    (LastResort, str),
    (Limit, say_limit),
    (Form, lambda form: form.pattern),
    (Target, lambda target: f"{target.label}, {display(target.number)}"),
    (Agent, _say_agent),
    (Listing, _say_listing),
    (Value, lambda value: f"${value.variable}"),
    ((datetime, date), lambda value: value.isoformat()),
    (Mapping, _say_mapping),
    ((tuple, list, frozenset), _say_list),
)
