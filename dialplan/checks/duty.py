"""Being on call: weeks and exchanges that leave nobody, engineers without a week, escalations to nobody."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from zoneinfo import ZoneInfo

from dialplan.checks.survey import Finding, Survey
from dialplan.faults import Place
from dialplan.ical import named_in
from dialplan.model import Layer, Swap
from dialplan.roster import trigrams_in


def check_engineers_in_roster(survey: Survey) -> Iterator[Finding]:
    """An engineer whom no week of the roster and no layer names."""
    duty = survey.configuration.duty
    if any(layer.remote is not None for layer in duty.layers):
        return  # what is fetched may name anybody
    rung = {trigram for week in duty.roster.weeks for trigram in week}
    rung |= {trigram for layer in duty.layers for trigram in named_in_layer(layer)}
    layers = " and in no layer" if duty.layers else ""
    for engineer in duty.engineers:
        if engineer.trigram not in rung:
            place = survey.place("engineer", engineer.trigram)
            yield Finding(place, f"engineers {engineer.trigram}", f"stands in no week of the roster{layers}")


def named_in_layer(layer: Layer) -> Iterator[str]:
    """Everybody whom a layer may ring at some time."""
    if layer.rotation is not None:
        yield from (trigram for turn in layer.rotation.turns for trigram in turn)
    if layer.events is not None:
        yield from (trigram for title in named_in(layer.events.text)[1] for trigram in trigrams_in(title))
    yield from (trigram for row in layer.rows for trigram in row.order)


def check_lone_weeks(survey: Survey) -> Iterator[Finding]:
    """A week of the roster, or an exchange, with one engineer alone while others are there."""
    duty = survey.configuration.duty
    if len(duty.engineers) < 2:
        return
    for number, week in enumerate(duty.roster.weeks, 1):
        if len(week) == 1:
            yield _at_roster(survey, "week", number, f"{week[0]} is alone: nobody is rung after")
    for number, swap in enumerate(duty.roster.swaps, 1):
        if len(swap.order) == 1:
            yield _at_roster(survey, "swap", number, f"{swap.order[0]} is alone: nobody is rung after")


def check_empty_swaps(survey: Survey) -> Iterator[Finding]:
    """An exchange that ends the moment it begins."""
    for number, swap in enumerate(survey.configuration.duty.roster.swaps, 1):
        if swap.start == swap.end:
            yield _at_roster(survey, "swap", number, "ends when it begins: nothing is exchanged")


def check_overlapping_swaps(survey: Survey) -> Iterator[Finding]:
    """Two exchanges at the same time: only the one that is written later counts."""
    roster = survey.configuration.duty.roster
    ordered = sorted(enumerate(roster.swaps, 1), key=lambda each: (each[1].start, each[0]))
    for (one, first), (other, second) in pairwise(ordered):
        if second.start < min(first.end, second.end):
            moment = second.start.astimezone(ZoneInfo(roster.zone))
            message = (
                f"is at the same time as {_say_swap(min(one, other), roster.swaps)}, from "
                f"{moment:%Y-%m-%d %H:%M}; this one counts"
            )
            yield _at_roster(survey, "swap", max(one, other), message)


def check_levels(survey: Survey) -> Iterator[Finding]:
    """A page policy without levels: when no engineer accepts, nobody is told."""
    for policy in survey.configuration.duty.policies.values():
        if not policy.levels and not policy.stages:
            place = survey.place("policy", policy.id)
            yield Finding(place, f"policies {policy.id}", "has no levels to escalate to")


def check_levels_differ(survey: Survey) -> Iterator[Finding]:
    """The same person on two levels of an escalation: the higher one brings nobody new."""
    for policy in survey.configuration.duty.policies.values():
        seen: dict[str, int] = {}
        for level in policy.levels:
            first = seen.setdefault(level.entry, level.number)
            if first != level.number:
                message = f'levels {first} and {level.number} are both "{level.entry}"'
                yield Finding(survey.place("policy", policy.id), f"policies {policy.id}", message)


def check_backup_phones(survey: Survey) -> Iterator[Finding]:
    """No back-up phones: a network fault at one operator leaves the engineer unreachable."""
    if not survey.configuration.duty.backup_phones:
        yield Finding(Place("duty.yaml"), "", "there are no back-up phones for a network fault")


def _say_swap(number: int, swaps: tuple[Swap, ...]) -> str:
    title = swaps[number - 1].title
    return f"swaps[{number}]" + (f" ({title})" if title else "")


def _at_roster(survey: Survey, what: str, number: int, message: str) -> Finding:
    return Finding(survey.place(what, str(number)), f"roster {what}s[{number}]", message)
