"""What callers meet otherwise, in sentences: when, who, and what it was before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from dialplan.events import Admission, Outcome
from dialplan.model import Configuration
from dialplan.numbers import display, written
from dialplan.prove.callers import USUAL
from dialplan.windows import Span, say_spans


@dataclass(frozen=True, slots=True)
class Change:
    """Something that is different for a trial: of which aspect, what it is now and what it was before."""

    keys: tuple[str, ...]
    caller: str | None
    aspect: str
    after: str
    before: str
    share: int = 100
    """Of how many calls in a hundred, where chance decides."""
    found: tuple[tuple[str, str, str], ...] = ()
    """What databases know: table, column, value."""
    met: str = ""
    """How all ringing ends, or how every queue is left; empty: somebody answers."""
    switched: str = ""
    """The plan to which the numbers have been switched."""


_ASPECTS: Mapping[str, str] = {
    "reach": "now reach {after}; before: {before}",
    "page": "now have engineers looked for by {after}; before: {before}",
    "meet": "now meet: {after}; before: {before}",
    "hear": "now hear {after}; before: {before}",
    "hear-more": "now hear {after} as well",
    "hear-less": "no longer hear {before}",
}
_WHO: Mapping[str, str] = {
    "": "",
    Outcome.NO_ANSWER: " whom nobody answers",
    Outcome.BUSY: " for whom every phone is busy",
    Outcome.NOT_REACHED: " for whom no phone is reached",
    Outcome.CONGESTED: " for whom every network is congested",
    Outcome.CAUSE_31: " whose every ring ends by cause 31",
    Outcome.INTERRUPTED: " whose every ring is interrupted",
    "full": " who find every place taken",
    Admission.FULL: " who find every queue full",
}


def say_changes(
    configuration: Configuration,
    found: Mapping[Change, Mapping[str, tuple[Span, ...]]],
    shared: list[str],
    start: datetime,
    end: datetime,
) -> Iterator[str]:
    """One for each change and time, the callers of several numbers and kinds together."""
    joined: dict[tuple[Change, tuple[Span, ...]], dict[str, list[str | None]]] = {}
    for change, numbers in found.items():
        for number, spans in numbers.items():
            joined.setdefault((replace(change, caller=None), spans), {}).setdefault(number, []).append(
                change.caller
            )
    for (change, spans), callers in joined.items():
        when = say_spans(spans, start, end)
        who = _say_callers(configuration, callers, shared, change)
        who = who if change.share >= 100 else f"about {change.share} % of {who}"
        what = _ASPECTS[change.aspect].format(after=change.after, before=change.before)
        met = _WHO.get(change.met, f" who leave the queue by {change.met}")
        yield f"{when[0].upper()}{when[1:]}: {who}{met} {what}"


def _say_callers(
    configuration: Configuration,
    numbers: Mapping[str, list[str | None]],
    shared: list[str],
    change: Change,
) -> str:
    who = _say_numbers(configuration, list(numbers), shared)
    callers = list(dict.fromkeys(caller for each in numbers.values() for caller in each))
    if USUAL not in callers and None not in callers[:1]:
        shown = [
            written(each, configuration.desk.country) if each else "withheld numbers" for each in callers
        ]
        more = f" and {len(shown) - 2} other kinds" if len(shown) > 2 else ""
        who += f" from {', '.join(shown[:2])}{more}"
    who += f" switched to {change.switched}" if change.switched else ""
    who += f" who key {', then '.join(map(_say_keys, change.keys))}" if change.keys else ""
    return who + _say_found(change.found)


def _say_keys(keys: str) -> str:
    """`9`, or `9 three times` where a menu has no such key."""
    key, *more = keys.split(",")
    times = {1: " twice", 2: " three times"}.get(len(more), f" {len(more) + 1} times")
    return f"{key}{times}" if more else key


def _say_found(found: tuple[tuple[str, str, str], ...]) -> str:
    if not found:
        return ""
    if not found[0][1]:
        return f', while the table "{found[0][0]}" does not answer,'
    cells = ", ".join(f"{column} {value or 'empty'}" for _, column, value in found)
    return f' whose row of the table "{found[0][0]}" has {cells}'


def _say_numbers(configuration: Configuration, numbers: list[str], shared: Iterable[str]) -> str:
    """`All callers`, `Fuzer callers`, or `callers to 02 788 74 99`."""
    everybody = set(shared)
    if set(numbers) == everybody:
        return "all callers"
    brands = list(dict.fromkeys(configuration.numbers[number].brand for number in numbers))
    of_brands = {number for number in everybody if configuration.numbers[number].brand in brands}
    if of_brands == set(numbers):
        return f"{' and '.join(configuration.brands[brand].title for brand in brands)} callers"
    shown = [display(number, configuration.desk.country) for number in numbers]
    more = f" and {len(shown) - 3} more numbers" if len(shown) > 3 else ""
    return f"callers to {', '.join(shown[:3])}{more}"
