"""What is different for callers between two configurations, hour by hour, in sentences.

    Saturday 18:00-22:00: Fuzer callers now reach Night desk agent 1; before: Fuzer office

Both configurations are driven through every kind of moment of a period, for every number, every kind of
caller that either of them tells apart, every share of a percentage and every row of keys that a menu offers:
once with everybody answering, once with nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from dialplan.commands import Admit, Collect, StartPage
from dialplan.differences import Change, say_changes
from dialplan.events import Admission, Admitted, Outcome
from dialplan.model import Configuration, Plan, ServiceNumber
from dialplan.nodes.menu import Menu
from dialplan.prove.callers import DRAWS, USUAL, candidates_of, decider_of, draws, has_shares, sharer_of
from dialplan.prove.clock import clock_of
from dialplan.prove.moments import Stretch, stretches_of
from dialplan.prove.numbers import kinds_of_number
from dialplan.prove.period import begins_of, plans_from
from dialplan.simulate import Simulation, simulate
from dialplan.windows import Span

DAYS = 91
DEEPEST = 3
"""So many questions in a row are tried with every key."""
MOST_CALLERS = 40


Side: TypeAlias = tuple[Configuration, list[Plan], ServiceNumber]
"""One of the two, with the plans that calls to a number may come to."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A call that is tried in both configurations."""

    number: str
    caller: str | None
    keys: tuple[str, ...]
    chance: float = 0.0
    share: float = 100.0
    """Of how many calls in a hundred chance makes such a one."""


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
    kinds = [_kinds(each, shared, start) for each in (old, new)]
    for number in shared:
        alike = kinds[0][number], kinds[1][number]
        if alike not in known:
            known[alike] = _changes_of(old, new, number, start, end)
        for change, spans in known[alike].items():
            found.setdefault(change, {})[number] = spans
    return list(say_changes(new, found, shared, start, end))


def _kinds(configuration: Configuration, numbers: list[str], at: datetime) -> dict[str, int]:
    """The kind of each number: numbers of one kind are the same."""
    asked = (configuration.numbers[number] for number in numbers)
    kinds = kinds_of_number(configuration, asked, at)
    return {one.number: kind for kind, alike in enumerate(kinds.values()) for one in alike}


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
    plans = _plans(configuration, number)
    return stretches_of(configuration, clock_of(configuration, plans, number), number, start, end)


def _plans(configuration: Configuration, number: ServiceNumber) -> list[Plan]:
    return plans_from(configuration, list(begins_of(configuration, number)))


def _differences(old: Configuration, new: Configuration, number: str, at: datetime) -> Iterator[Change]:
    """Everything that is different at a moment, each once, with the share of calls that chance gives it."""
    shares: dict[Change, float] = {}
    for trial in _trials(old, new, number, at):
        before, after = _meets(old, trial, at), _meets(new, trial, at)
        aspect = next((aspect for aspect, now in after.items() if now != before[aspect]), None)
        if aspect is not None:
            change = Change(trial.keys, trial.caller, aspect, after[aspect], before[aspect])
            shares[change] = shares.get(change, 0.0) + trial.share
    for change, share in shares.items():
        yield replace(change, share=max(1, round(share)))


def _trials(old: Configuration, new: Configuration, number: str, at: datetime) -> list[Trial]:
    sides = [(each, _plans(each, each.numbers[number]), each.numbers[number]) for each in (old, new)]
    callers = _callers(sides, at)
    if len(callers) > 1 and USUAL in callers:
        callers.remove(USUAL)
        callers.insert(0, USUAL)
    rows = dict.fromkeys((*_rows_of_keys(old, number, at), *_rows_of_keys(new, number, at)))
    chances = _chances(sides, at)
    return [
        Trial(number, caller, keys, chance, share)
        for caller in callers[:MOST_CALLERS]
        for keys in rows
        for chance, share in chances
    ]


def _callers(sides: Sequence[Side], at: datetime) -> list[str | None]:
    """One caller of each kind: those whom both configurations treat alike are one."""
    candidates = dict.fromkeys(each for side in sides for each in candidates_of(*side))
    if None in candidates and len(candidates) > 1:  # last, so that a kind is named by a number if it has any
        candidates.pop(None)
        candidates[None] = None
    deciders = [decider_of(*side, at) for side in sides]
    found: dict[object, str | None] = {}
    for caller in candidates:
        found.setdefault(tuple(decide(caller) for decide in deciders), caller)
    return list(found.values())


def _chances(sides: Sequence[Side], at: datetime) -> list[tuple[float, float]]:
    """One random number for each share that either configuration makes, and how many calls in a hundred."""
    if not any(has_shares(plans) for _, plans, _ in sides):
        return [(0.0, 100.0)]
    sharers = [sharer_of(*side, at) for side in sides]
    found: dict[object, list[float]] = {}
    for chance in draws():
        found.setdefault(tuple(share(chance) for share in sharers), []).append(chance)
    return [(each[0], 100 * len(each) / DRAWS) for each in found.values()]


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
    chance = trial.chance
    answered = simulate(configuration, trial.number, trial.caller, at, trial.keys, chance=chance)
    everybody = dict.fromkeys(configuration.directory, Outcome.NO_ANSWER.value)
    alone = simulate(configuration, trial.number, trial.caller, at, trial.keys, everybody, chance=chance)
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
