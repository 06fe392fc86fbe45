"""What is different between two configurations, in sentences: what a reload tells the administrator."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from datetime import date, datetime
from enum import Enum
from typing import Any

from dialplan.calendars import OwnDay, WeekWindow
from dialplan.model import Configuration, Engineer, Entry, Level, Phone, ServiceNumber, Swap
from dialplan.numbers import display
from dialplan.times import say_clock, say_duration, say_window
from dialplan.words import Value

LONGEST = 160
"""Characters of a value in a sentence; the files have the rest."""

_NAMES: Mapping[str, str] = {
    "week": "opening hours",
    "on_holidays": "on holidays",
    "own_days": "own days",
    "ring_s": "ring time",
    "page_for_s": "time for the roster",
    "clock_min": "hour of the handover",
    "words": "words said",
}
"""What administrators call a field, where its name would not tell them."""


def describe_changes(old: Configuration, new: Configuration) -> list[str]:
    """What changed, one sentence for each thing; empty when the files are the same."""
    if old.fingerprint == new.fingerprint and old.digests == new.digests:
        return []
    found = [
        *_changed("the desk", old.desk, new.desk),
        *_numbers(old, new),
        *_parts("brand", old.brands, new.brands),
        *_parts("directory entry", old.directory, new.directory),
        *_parts("calendar", old.calendars, new.calendars),
        *_duty(old, new),
        *_plans(old, new),
    ]
    return found or ["only comments or the order of things changed"]


def _numbers(old: Configuration, new: Configuration) -> Iterator[str]:
    country = new.desk.country
    for number in _union(old.numbers, new.numbers):
        before, after = old.numbers.get(number), new.numbers.get(number)
        shown = display(number, country)
        if before is None and after is not None:
            yield f'{shown} is new: brand "{after.brand}", plan "{after.plan}"'
        elif after is None and before is not None:
            yield f'{shown} is gone (it was brand "{before.brand}", plan "{before.plan}")'
        elif before is not None and after is not None:
            yield from _moved(shown, before, after)


def _moved(shown: str, before: ServiceNumber, after: ServiceNumber) -> Iterator[str]:
    for field in ("brand", "plan"):
        was, is_ = getattr(before, field), getattr(after, field)
        if was != is_:
            yield f'{shown} moves from {field} "{was}" to {field} "{is_}"'
    yield from _changed(shown, before, after, ("number", "brand", "plan"))


def _parts(what: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for name in _union(old, new):
        if name not in old:
            yield f'{what} "{name}" is new'
        elif name not in new:
            yield f'{what} "{name}" is gone'
        else:
            yield from _changed(f'{what} "{name}"', old[name], new[name])


def _plans(old: Configuration, new: Configuration) -> Iterator[str]:
    for name in _union(old.plans, new.plans):
        if name not in old.plans or name not in new.plans:
            yield f'plan "{name}" is {"new" if name in new.plans else "gone"}'
            continue
        before, after = old.plans[name], new.plans[name]
        yield from _changed(f'plan "{name}"', before, after, ("nodes",))
        yield from _nodes(name, before.nodes, after.nodes)


def _nodes(plan: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for name in _union(old, new):
        what = f'plan "{plan}", node "{name}"'
        if name not in old or name not in new:
            yield f"{what} is {'new' if name in new else 'gone'}"
        elif old[name].kind != new[name].kind:
            yield f"{what} is now {new[name].kind} (was {old[name].kind})"
        else:
            yield from _changed(what, old[name], new[name])


def _duty(old: Configuration, new: Configuration) -> Iterator[str]:
    before, after = old.duty, new.duty
    yield from _parts(
        "engineer", {e.trigram: e for e in before.engineers}, {e.trigram: e for e in after.engineers}
    )
    yield from _changed("the roster", before.roster, after.roster)
    yield from _changed("duty", before, after, ("engineers", "roster", "policies"))
    yield from _parts("page policy", before.policies, after.policies)


def _changed(what: str, old: Any, new: Any, but: tuple[str, ...] = ()) -> Iterator[str]:
    """A sentence for each field that differs."""
    for field in fields(new):
        if field.name in ("id", *but) or not field.compare:
            continue
        was, is_ = getattr(old, field.name), getattr(new, field.name)
        if was == is_:
            continue
        name, say = _field(field.name)
        if isinstance(is_, Mapping) and isinstance(was, Mapping):
            yield from (f"{what}, {name} {sentence}" for sentence in _changed_keys(was, is_))
        else:
            yield f"{what}, {name}: now {_short(say(is_))} (was {_short(say(was))})"


def _changed_keys(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for key in _union(old, new):
        if key not in new:
            yield f'"{key}" is gone'
        elif key not in old:
            yield f'"{key}" is new: {_say(new[key])}'
        elif old[key] != new[key]:
            yield f'"{key}" is now {_say(new[key])} (was {_say(old[key])})'


def _field(name: str) -> tuple[str, Callable[[Any], str]]:
    """What a field is called, and how its values are said: the unit at its end says how."""
    called = _NAMES.get(name, "")
    if name == "weeks":
        return "weeks", _say_weeks
    if name.endswith("_s"):
        return called or name[:-2].replace("_", " "), lambda seconds: say_duration(float(seconds))
    if name.endswith("_min"):
        return called or name[:-4].replace("_", " "), lambda minutes: say_clock(int(minutes))
    return called or name.replace("_", " "), _say


def _say(value: Any) -> str:
    for kind, say in _SAYERS:
        if isinstance(value, kind):
            return say(value)
    return str(value)


def _say_weeks(weeks: tuple[tuple[str, ...], ...]) -> str:
    """The first of each week, when the others follow in the same circle; otherwise every order."""
    firsts = tuple(dict.fromkeys(week[0] for week in weeks))
    circles = {firsts[index:] + firsts[:index] for index in range(len(firsts))}
    if circles.issuperset(weeks):
        return ", ".join(week[0] for week in weeks)
    return "; ".join(" ".join(week) for week in weeks)


def _say_text(value: str) -> str:
    return display(value) if value.startswith("+") else value or "empty"


def _say_list(values: Any) -> str:
    listed = sorted(values) if isinstance(values, frozenset) else values
    return ", ".join(f"({_say(v)})" if isinstance(v, tuple) else _say(v) for v in listed) or "empty"


def _say_phone(phone: Phone) -> str:
    return f"{display(phone.number)} ({phone.label}{', only if needed' if phone.only_if_needed else ''})"


def _say_own_day(day: OwnDay) -> str:
    hours = ", ".join(say_window(window) for window in day.hours) or "closed"
    return f"{day.when} {hours}"


def _say_swap(swap: Swap) -> str:
    return f"{swap.start:%Y-%m-%d %H:%M} to {swap.end:%Y-%m-%d %H:%M} UTC: {', '.join(swap.order)}"


_SAYERS: tuple[tuple[Any, Callable[[Any], str]], ...] = (
    (bool, lambda value: "yes" if value else "no"),
    (Enum, lambda value: str(value.value)),
    (str, _say_text),
    (Phone, _say_phone),
    (Entry, lambda entry: entry.id),
    (Engineer, lambda engineer: engineer.trigram),
    (Level, lambda level: f"{level.number} {level.entry}"),
    (OwnDay, _say_own_day),
    (WeekWindow, str),
    (Swap, _say_swap),
    (Value, lambda value: f"${value.variable}"),
    ((datetime, date), lambda value: value.isoformat()),
    ((tuple, list, frozenset), _say_list),
)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _union(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return [*old, *(name for name in new if name not in old)]
