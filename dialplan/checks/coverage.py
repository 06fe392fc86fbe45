"""A year of duty: moments without anybody, people in two layers, who cannot be reached or do not rest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from dialplan.checks.survey import Finding, Survey
from dialplan.covering import firsts_of, joined, needed_parts, short_rests, silent_parts
from dialplan.faults import Place
from dialplan.model import Cover, Entry, Swap
from dialplan.quiet import Unless
from dialplan.roster import Stretch, stretches_between
from dialplan.rotations import Span, moment_of
from dialplan.times import say_duration

DAYS: Final = 366
"""So many days from the day of the check on are looked at."""


def check_duty_gaps(survey: Survey) -> Iterator[Finding]:
    """A time in which nobody is on duty, though somebody has to be."""
    duty = survey.configuration.duty
    empty = [Span(each.start, each.end) for each in _stretches(survey) if not each.order]
    gaps = joined(span for each in empty for span in needed_parts(duty, each))
    if gaps:
        lonely = [f'"{policy.id}"' for policy in duty.policies.values() if not policy.levels]
        more = f"; by the policy {' and '.join(lonely)} nobody at all is rung then" if lonely else ""
        where = "layers" if duty.layers else "roster"
        message = f"nobody is on duty {_say_span(survey, gaps[0])}{_say_more(len(gaps) - 1)}{more}"
        yield Finding(Place("duty.yaml"), where, message)


def check_double_duty(survey: Survey) -> Iterator[Finding]:
    """Whoever is first in a layer stands in one before it as well: that layer brings nobody new."""
    found: dict[tuple[str, str, str], list[Span]] = {}
    for stretch in _stretches(survey):
        for place, part in enumerate(stretch.parts):
            for before in stretch.parts[:place]:
                if part.order and part.order[0] in before.order:
                    key = (part.layer, part.order[0], before.layer)
                    found.setdefault(key, []).append(Span(stretch.start, stretch.end))
                    break
    for (layer, who, other), spans in found.items():
        times = joined(spans)
        when = f"{_say_span(survey, times[0])}{_say_more(len(times) - 1)}"
        message = f'{who} is first here and stands in "{other}" at the same time, {when}'
        yield Finding(survey.place("layer", layer), f"layers {layer}", message)


def check_unreachable_engineers(survey: Survey) -> Iterator[Finding]:
    """An engineer on duty while every phone of his is quiet."""
    duty, directory = survey.configuration.duty, survey.configuration.directory
    for engineer in duty.engineers:
        entry = directory[engineer.entry]
        if not _may_be_silent(entry):
            continue
        on = joined(Span(s.start, s.end) for s in _stretches(survey) if engineer.trigram in s.order)
        silent = next((part.start for span in on for part in silent_parts(entry, span)), None)
        if silent is not None:
            message = (
                f"{engineer.trigram} is on duty on {_say(survey, silent)}, and every phone is quiet then"
            )
            yield Finding(survey.place("directory", entry.id), entry.id, message)


def check_too_little_rest(survey: Survey) -> Iterator[Finding]:
    """An engineer who is the first of a layer again before the time of rest is over."""
    duty = survey.configuration.duty
    for engineer in duty.engineers if duty.rest_s else ():
        on = joined(Span(s.start, s.end) for s in _stretches(survey) if engineer.trigram in firsts_of(s))
        short = short_rests(on, duty.rest_s)
        if short:
            one, two = short[0]
            rest, least = (two.start - one.end).total_seconds(), duty.rest_s
            message = (
                f"{engineer.trigram} rests {_say_length(rest)} only, from {_say(survey, one.end)} on"
                f"{_say_more(len(short) - 1)}; the least is {_say_length(least)}"
            )
            yield Finding(
                survey.place("engineer", engineer.trigram), f"engineers {engineer.trigram}", message
            )


def check_asked_on_leave(survey: Survey) -> Iterator[Finding]:
    """Somebody on leave whom an override or a cover names: he would be rung all the same."""
    duty = survey.configuration.duty
    asked = [("override", n, each.order, each) for n, each in enumerate(duty.overrides, 1)]
    standing = [("cover", n, (each.by,), each) for n, each in enumerate(duty.covers, 1)]
    naming: list[tuple[str, int, tuple[str, ...], Swap | Cover]] = [*asked, *standing]
    for what, number, names, each in naming:
        for leave in duty.leave:
            if leave.trigram in names and leave.start < each.end and each.start < leave.end:
                when = _say(survey, max(leave.start, each.start))
                message = f"names {leave.trigram}, who is on leave on {when}, and would be rung all the same"
                yield Finding(survey.place(what, str(number)), f"{what}s[{number}]", message)


def _stretches(survey: Survey) -> tuple[Stretch, ...]:
    """The year that is looked at."""
    key = ("stretches of the duty",)
    if key not in survey.memo:
        duty = survey.configuration.duty
        first = datetime.combine(survey.from_day, time())
        start, end = (moment_of(each, duty.roster.zone) for each in (first, first + timedelta(days=DAYS)))
        survey.memo[key] = stretches_between(duty, start, end)
    found: tuple[Stretch, ...] = survey.memo[key]
    return found


def _may_be_silent(entry: Entry) -> bool:
    return all(phone.quiet is not None and phone.quiet.unless is Unless.NEVER for phone in entry.phones)


def _say(survey: Survey, at: datetime) -> str:
    return f"{at.astimezone(ZoneInfo(survey.configuration.duty.roster.zone)):%Y-%m-%d %H:%M}"


def _say_span(survey: Survey, span: Span) -> str:
    return f"from {_say(survey, span.start)} until {_say(survey, span.end)}"


def _say_more(times: int) -> str:
    return f", and {times} times more within a year" if times > 1 else ", and once more" if times else ""


def _say_length(seconds: float) -> str:
    hours = seconds / 3600
    return f"{hours:g} h" if hours >= 1 and hours * 2 == int(hours * 2) else say_duration(seconds)
