"""Counter-examples in sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

from dialplan.commands import Dial, LookUp
from dialplan.engine import CallFacts
from dialplan.events import Admission, Admitted, Dialled, Failed, Found, Keyed, Outcome, Recorded
from dialplan.model import Configuration
from dialplan.numbers import display, written
from dialplan.prove.judge import Verdict, Wrong
from dialplan.prove.script import Question, Way
from dialplan.times import DAY_NAMES, MONTH_NAMES

_OUTCOMES: Mapping[Outcome, str] = {
    Outcome.ANSWERED: "answers",
    Outcome.NO_ANSWER: "does not answer",
    Outcome.NOT_REACHED: "is not reached",
    Outcome.BUSY: "is busy",
    Outcome.CONGESTED: "is not reached for congestion",
    Outcome.CAUSE_31: "is not reached (cause 31)",
    Outcome.INTERRUPTED: "is interrupted",
}
_OF_SEVERAL: Mapping[str, str] = {"does": "do", "is": "are"}
_ADMISSIONS: Mapping[Admission, str] = {
    Admission.LIMIT: "there is no place",
    Admission.FULL: "the queue is full",
    Admission.TIMEOUT: "the caller waits in vain",
    Admission.KEY: "the caller leaves the queue by {key}",
    Admission.NOBODY: "no agent can be had",
}


def say_counter_example(
    configuration: Configuration,
    call: CallFacts,
    at: datetime,
    verdict: Verdict,
    way: Way,
    *,
    with_caller: bool,
    switched: str = "",
) -> str:
    """The whole story in one sentence."""
    number, country = configuration.numbers[call.dialled], configuration.desk.country
    caller = written(call.caller, country) if call.caller else "a withheld number"
    by = f" from {caller}" if with_caller else ""
    to = f"{display(call.dialled, country)} ({configuration.brands[number.brand].title})"
    to += f" switched to {switched}" if switched else ""
    happened = ", ".join(_once(_say_questions(way)))
    said = f"{happened}; " if happened else ""
    return f"On {say_moment(at)}, a call{by} to {to}: {said}{_say_end(configuration, verdict, way)}."


def say_moment(at: datetime) -> str:
    """`Monday 23 November 2026 at 10:00`."""
    return f"{DAY_NAMES[at.weekday()]} {at.day} {MONTH_NAMES[at.month - 1]} {at.year} at {at:%H:%M}"


def _say_questions(way: Way) -> Iterator[str]:
    for question in way.questions:
        said = _say(question)
        if said:
            yield said
        if question.crosses:
            yield "meanwhile the hour changes"


def _say(question: Question) -> str:
    """Empty for what goes as usual."""
    event = question.answer.event
    if isinstance(event, Failed):
        return f"{question.state.plan}.{question.state.node} fails"
    say: Callable[[Question, Any], str] | None = _SAYERS.get(type(event))
    return say(question, event) if say else ""


def _say_keyed(_: Question, keyed: Keyed) -> str:
    return f"the caller keys {keyed.digits or ('the end key' if keyed.terminated else 'nothing')}"


def _say_dialled(question: Question, dialled: Dialled) -> str:
    assert isinstance(question.asked, Dial)
    rung = question.asked.targets
    if dialled.outcome is Outcome.ANSWERED:
        rung = tuple(target for target in rung if target.entry == dialled.entry)[:1]
    names = list(dict.fromkeys(target.label for target in rung))
    verb, *more = _OUTCOMES[dialled.outcome].split(" ", 1)
    verb = _OF_SEVERAL.get(verb, verb) if len(names) > 1 else verb
    return " ".join((" and ".join(names), verb, *more))


def _say_admitted(_: Question, admitted: Admitted) -> str:
    return _ADMISSIONS.get(admitted.admission, "").format(key=admitted.key)


def _say_recorded(_: Question, recorded: Recorded) -> str:
    return "" if recorded.name else "the caller leaves no message"


def _say_found(question: Question, found: Found) -> str:
    assert isinstance(question.asked, LookUp)
    table = question.asked.table
    if found.is_default:
        return f'the table "{table}" does not answer'
    if found.row is None:
        return f'the table "{table}" has no row for it'
    said = ", ".join(f"{name} {value}" for name, value in found.row.items())
    return f'the table "{table}" has a row' + (f" with {said}" if said else "")


_SAYERS: Mapping[type, Callable[[Question, Any], str]] = {
    Keyed: _say_keyed,
    Dialled: _say_dialled,
    Admitted: _say_admitted,
    Recorded: _say_recorded,
    Found: _say_found,
}


def _once(said: Iterator[str]) -> Iterator[str]:
    """What happens several times over is said once."""
    for words, group in groupby(said):
        count = len(list(group))
        yield words if count == 1 else f"{words} {'twice' if count == 2 else f'{count} times'}"


def _say_end(configuration: Configuration, verdict: Verdict, way: Way) -> str:
    where = f"{verdict.plan}.{verdict.node}"
    match verdict.wrong:
        case Wrong.SILENCE:
            return f"the caller is cut off at {where} without a word and without a person"
        case Wrong.NOBODY:
            return "the last resort has nobody to ring"
        case Wrong.PAGE:
            policy = f'by the policy "{verdict.detail}"'
            has_stages = bool(configuration.duty.policies[verdict.detail].stages)
            when = "which rings nobody then" if has_stages else "while nobody is on duty"
            return f"{where} looks for an engineer, {policy}, {when}"
        case Wrong.FAULT:
            return f"{where} breaks ({verdict.detail})"
    return f"the call goes round for ever: {' -> '.join(_round(verdict, way))}"


def _round(verdict: Verdict, way: Way) -> list[str]:
    """The nodes of the circle, the first one again at its end."""
    names = [f"{hop.plan}.{hop.node}" for hop in way.hops]
    last = f"{verdict.plan}.{verdict.node}"
    if not verdict.circle:
        names.pop()  # where the engine gave up
    begin = len(names) - 1 - names[::-1].index(last) if last in names else len(names)
    return [*names[begin:], last] if names[begin:] else [last, last]
