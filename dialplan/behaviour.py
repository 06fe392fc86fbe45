"""What is different for callers between two configurations, hour by hour, in sentences.

    Saturday 18:00-22:00: Fuzer callers now reach Night desk agent 1; before: Fuzer office

Both configurations are driven through every kind of moment of a period, for every number, every kind of
caller and every row of keys that a menu offers: once with everybody answering, once with nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dialplan.commands import Admit, Collect, StartPage
from dialplan.differences import Change, say_changes
from dialplan.events import Admission, Admitted, Outcome
from dialplan.model import Configuration, ServiceNumber
from dialplan.nodes.menu import Menu
from dialplan.prove.callers import USUAL, callers_of
from dialplan.prove.clock import clock_of
from dialplan.prove.moments import Stretch, stretches_of
from dialplan.prove.period import plans_for, plans_from
from dialplan.simulate import Simulation, simulate
from dialplan.windows import Span

DAYS = 91
DEEPEST = 3
"""So many questions in a row are tried with every key."""
MOST_CALLERS = 40


@dataclass(frozen=True, slots=True)
class Trial:
    """A call that is tried in both configurations."""

    number: str
    caller: str | None
    keys: tuple[str, ...]


def describe_behaviour(
    old: Configuration, new: Configuration, start: datetime, days: float = DAYS
) -> list[str]:
    """What callers meet otherwise from `start` (aware) on, one sentence for each change."""
    zone = ZoneInfo(new.desk.timezone)
    start = start.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    end = start + timedelta(days=days)
    found: dict[Change, dict[str, tuple[Span, ...]]] = {}
    shared = [number for number in new.numbers if number in old.numbers]
    known: dict[object, dict[Change, tuple[Span, ...]]] = {}
    for number in shared:
        alike = _alike(old, number), _alike(new, number)
        if alike not in known:
            known[alike] = _changes_of(old, new, number, start, end)
        for change, spans in known[alike].items():
            found.setdefault(change, {})[number] = spans
    return list(say_changes(new, found, shared, start, end))


def _alike(configuration: Configuration, number: str) -> tuple[object, ...]:
    """Numbers for which this is the same are the same."""
    one = configuration.numbers[number]
    return one.plan, one.brand, tuple((gate.over, gate.cause, gate.per_caller) for gate in one.gates)


def _changes_of(
    old: Configuration, new: Configuration, number: str, start: datetime, end: datetime
) -> dict[Change, tuple[Span, ...]]:
    """What is different for the calls to one number, and when."""
    spans: dict[Change, list[Span]] = {}
    differences: dict[object, list[Change]] = {}
    for before, after, span in _pairs(old, new, number, start, end):
        key = (before.opened, before.facts, after.opened, after.facts)
        if key not in differences:
            at = span[0]
            differences[key] = list(_differences(old, new, number, at))
        for change in differences[key]:
            spans.setdefault(change, []).append(span)
    return {change: tuple(each) for change, each in spans.items()}


def _pairs(
    old: Configuration, new: Configuration, number: str, start: datetime, end: datetime
) -> Iterator[tuple[Stretch, Stretch, Span]]:
    """Stretches in which nothing changes in either configuration."""
    both = [iter(_stretches(each, each.numbers[number], start, end)) for each in (old, new)]
    before, after = next(both[0]), next(both[1])
    at = start
    while True:
        until = min(before.end, after.end)
        if until > at:
            yield before, after, (at, until)
        at = until
        if at >= end:
            return
        before = next(both[0]) if before.end <= at else before
        after = next(both[1]) if after.end <= at else after


def _stretches(
    configuration: Configuration, number: ServiceNumber, start: datetime, end: datetime
) -> list[Stretch]:
    plans = plans_from(configuration, plans_for(configuration, number))
    return stretches_of(configuration, clock_of(configuration, plans, number), number, start, end)


def _differences(old: Configuration, new: Configuration, number: str, at: datetime) -> Iterator[Change]:
    """Everything that is different at a moment, each once."""
    for trial in _trials(old, new, number, at):
        before, after = _meets(old, trial, at), _meets(new, trial, at)
        for aspect, now in after.items():
            if now != before[aspect]:
                yield Change(trial.keys, trial.caller, aspect, now, before[aspect])
                break


def _trials(old: Configuration, new: Configuration, number: str, at: datetime) -> list[Trial]:
    callers: dict[str | None, None] = {}
    for configuration in (old, new):
        plans = plans_from(configuration, plans_for(configuration, configuration.numbers[number]))
        kinds = callers_of(configuration, plans, configuration.numbers[number], at)
        callers |= dict.fromkeys(kind.call.caller for kind in kinds)
    if len(callers) > 1:
        callers.pop(None, None) if USUAL not in callers else None
    rows = dict.fromkeys((*_rows_of_keys(old, number, at), *_rows_of_keys(new, number, at)))
    return [Trial(number, caller, keys) for caller in list(callers)[:MOST_CALLERS] for keys in rows]


def _rows_of_keys(configuration: Configuration, number: str, at: datetime) -> Iterator[tuple[str, ...]]:
    """Every row of keys that menus offer, the one without any first."""
    rows: list[tuple[str, ...]] = [()]
    while rows:
        row = rows.pop(0)
        yield row
        if len(row) < DEEPEST:
            rows += [(*row, key) for key in _offered(configuration, number, at, row)]


def _offered(configuration: Configuration, number: str, at: datetime, row: tuple[str, ...]) -> list[str]:
    """The keys of the menu that asks when these have been keyed."""
    call = simulate(configuration, number, USUAL, at, row)
    asked = [done for done in call.performed if isinstance(done.commands[-1], Collect)]
    if len(asked) <= len(row):
        return []
    hop = next((hop for hop in call.steps[asked[len(row)].made :]), None)
    node = (
        configuration.plans[hop.plan].nodes.get(hop.node) if hop and hop.plan in configuration.plans else None
    )
    return sorted(node.keys) if isinstance(node, Menu) else []


def _meets(configuration: Configuration, trial: Trial, at: datetime) -> Mapping[str, str]:
    """What a caller meets, by aspect, the most important one first."""
    answered = simulate(configuration, trial.number, trial.caller, at, trial.keys)
    everybody = dict.fromkeys(configuration.directory, Outcome.NO_ANSWER.value)
    alone = simulate(configuration, trial.number, trial.caller, at, trial.keys, everybody)
    return {
        "reach": _reached(configuration, answered),
        "page": _paged(answered),
        "nobody": _chain(configuration, alone),
    }


def _reached(configuration: Configuration, call: Simulation) -> str:
    """Who answers: `Night desk agent 1`; or how the call ends."""
    groups = [
        done.commands[-1].agents.group
        for done in call.performed
        if isinstance(done.commands[-1], Admit)
        and done.commands[-1].agents is not None
        and isinstance(done.event, Admitted)
        and done.event.admission is Admission.IN
    ]
    rung = [one for one in call.rang if one.by == "call" and one.outcome == Outcome.ANSWERED]
    if groups and rung:
        return f"an agent of {configuration.skills[groups[-1]].title}"
    return rung[-1].label if rung else f"nobody ({call.ended})"


def _paged(call: Simulation) -> str:
    policies = [
        command.policy
        for done in call.performed
        for command in done.commands
        if isinstance(command, StartPage)
    ]
    return f'the policy "{policies[0]}"' if policies else "nobody"


def _chain(configuration: Configuration, call: Simulation) -> str:
    """Who is rung in turn when nobody answers, and how it ends."""
    office = configuration.brands[call.brand].office
    rung = dict.fromkeys(
        "the office" if one.entry == office else one.label for one in call.rang if one.by == "call"
    )
    return ", ".join((*rung, call.ended.partition(" (")[0]))
