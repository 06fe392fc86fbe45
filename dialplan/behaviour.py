"""What is different for callers between two configurations, hour by hour, in sentences.

    Saturday 18:00-22:00: Fuzer callers now reach Night desk agent 1; before: Fuzer office

Both configurations are driven through every kind of moment of a period, for every number, every kind of
caller that either of them tells apart, every share of a percentage, every row of a database and everything
that may be keyed: with everybody answering, with nobody, with every place taken, and with every other end of
ringing and of waiting that leads somewhere else. What was left out is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import takewhile
from typing import TypeAlias
from zoneinfo import ZoneInfo

from dialplan.commands import Admit, Prompt, StartPage
from dialplan.differences import Change, say_changes
from dialplan.events import Admission, Admitted, Outcome
from dialplan.model import Configuration, Plan, ServiceNumber
from dialplan.overrides import switched_to
from dialplan.prove.clock import clock_of
from dialplan.prove.moments import Stretch, stretches_of
from dialplan.prove.numbers import kinds_of_number
from dialplan.prove.period import begins_of, plans_from
from dialplan.prove.switched import switches_of
from dialplan.simulated import Simulation
from dialplan.trials import Calls, Row, Side, Trial, Trials
from dialplan.windows import Span

DAYS = 91

Tried: TypeAlias = dict[tuple[str | None, tuple[str, ...]], dict[tuple[Row, ...], None]]
"""By caller and keys, the rows of databases with which such a call was tried."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What callers meet otherwise, one sentence for each change; and what was not looked at."""

    changes: list[str]
    not_followed: list[str] = field(default_factory=list)


def describe_behaviour(
    old: Configuration, new: Configuration, start: datetime, days: float = DAYS
) -> Behaviour:
    """What callers meet otherwise from `start` (aware) on."""
    zone = ZoneInfo(new.desk.timezone)
    start = start.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    end = start + timedelta(days=days)
    shared = [number for number in new.numbers if number in old.numbers]
    compared = _Compared(start, end)
    compared.look_at(old, new, shared)
    for plan, numbers in switches_of(new, [new.numbers[number] for number in shared]):
        if plan in old.plans:
            some = [number.number for number in numbers]
            compared.look_at(switched_to(old, plan, some), switched_to(new, plan, some), some, plan)
    return Behaviour(list(say_changes(new, compared.found, shared, start, end)), list(compared.not_followed))


@dataclass(slots=True)
class _Compared:
    """What was found of two configurations in a period, in the zone of the desk."""

    start: datetime
    end: datetime
    found: dict[Change, dict[str, tuple[Span, ...]]] = field(default_factory=dict)
    not_followed: dict[str, None] = field(default_factory=dict)

    def look_at(self, old: Configuration, new: Configuration, numbers: list[str], switched: str = "") -> None:
        """Calls to some numbers as they are, or `switched` to a plan."""
        known: dict[object, dict[Change, tuple[Span, ...]]] = {}
        kinds = [_kinds(each, numbers, self.start) for each in (old, new)]
        for number in numbers:
            alike = kinds[0][number], kinds[1][number]
            if alike not in known:
                known[alike] = self._changes_of(old, new, number)
            for change, spans in known[alike].items():
                self.found.setdefault(replace(change, switched=switched), {})[number] = spans

    def _changes_of(
        self, old: Configuration, new: Configuration, number: str
    ) -> dict[Change, tuple[Span, ...]]:
        """What is different for the calls to one number, and when."""
        spans: dict[Change, list[Span]] = {}
        trials = Trials((Side(old, number), Side(new, number)), self.not_followed)
        trials.note_kinds()
        alike: dict[object, list[Span]] = {}
        for before, after, span in _pairs(old, new, number, self.start, self.end):
            alike.setdefault((before.opened, before.facts, after.opened, after.facts), []).append(span)
        for same in alike.values():
            at = max(same, key=_length_s)[0]  # so long that a call is over before it is
            for change in _differences(trials, at):
                spans.setdefault(change, []).extend(same)
        return {change: tuple(sorted(each, key=_begin)) for change, each in spans.items()}


def _kinds(configuration: Configuration, numbers: list[str], at: datetime) -> dict[str, int]:
    """The kind of each number: numbers of one kind are the same."""
    asked = (configuration.numbers[number] for number in numbers)
    kinds = kinds_of_number(configuration, asked, at)
    return {one.number: kind for kind, alike in enumerate(kinds.values()) for one in alike}


def _pairs(
    old: Configuration, new: Configuration, number: str, start: datetime, end: datetime
) -> Iterator[tuple[Stretch, Stretch, Span]]:
    """Stretches in which nothing changes in either configuration."""
    both = [iter(_stretches(each, each.numbers[number], start, end)) for each in (old, new)]
    before, after = next(both[0]), next(both[1])
    at = start
    while True:
        # by the clock of the world: in the hour that comes twice the desk's own cannot tell what is later
        until = min(before.end, after.end, key=datetime.timestamp)
        if until.timestamp() > at.timestamp():
            yield before, after, (at, until)
        at = until
        if at.timestamp() >= end.timestamp():
            return
        before = next(both[0]) if before.end.timestamp() <= at.timestamp() else before
        after = next(both[1]) if after.end.timestamp() <= at.timestamp() else after


def _begin(span: Span) -> float:
    return span[0].timestamp()


def _length_s(span: Span) -> float:
    """By the clock of the world."""
    return span[1].timestamp() - span[0].timestamp()


def _stretches(
    configuration: Configuration, number: ServiceNumber, start: datetime, end: datetime
) -> list[Stretch]:
    plans = _plans(configuration, number)
    return stretches_of(configuration, clock_of(configuration, plans, number), number, start, end)


def _plans(configuration: Configuration, number: ServiceNumber) -> list[Plan]:
    return plans_from(configuration, list(begins_of(configuration, number)))


def _differences(trials: Trials, at: datetime) -> Iterator[Change]:
    """Everything that is different at a moment, each once, with the share of calls that chance gives it."""
    shares: dict[Change, float] = {}
    tried: Tried = {}
    for trial, calls in trials.at(at):
        tried.setdefault((trial.caller, trial.keys), {})[trial.found] = None
        change = next(_changes_for(trials, trial, *calls), None)
        if change is not None:
            shares[change] = shares.get(change, 0.0) + trial.share
    for change, share in _told_once(_whatever_is_found(shares, tried), tried):
        yield replace(change, share=max(1, round(share)))


def _whatever_is_found(shares: Mapping[Change, float], tried: Tried) -> Mapping[Change, float]:
    """What is the same whatever a database knows is told without it; what is not, for the calls in which the
    database does not answer as well."""
    found: dict[Change, float] = {}
    for change, share in shares.items():
        rows = tried[change.caller, change.keys]
        plain = replace(change, found=())
        if () in rows and all(shares.get(replace(change, found=row)) == share for row in rows):
            found[plain] = share
        elif change.found or len(rows) == 1:
            found[change] = share
        else:
            table = next(row[0][0] for row in rows if row)
            found[replace(change, found=((table, "", ""),))] = share
    return found


def _told_once(shares: Mapping[Change, float], tried: Tried) -> Iterator[tuple[Change, float]]:
    """Without what is the same for everything that may be keyed at a question: it is told without keys."""
    children: dict[tuple[str | None, tuple[str, ...]], int] = {}
    for caller, keys in tried:
        if keys:
            children[caller, keys[:-1]] = children.get((caller, keys[:-1]), 0) + 1
    alike: dict[Change, int] = {}
    for change, share in shares.items():
        parent = replace(change, keys=change.keys[:-1])
        if change.keys and shares.get(parent) == share:
            alike[parent] = alike.get(parent, 0) + 1
    for change, share in shares.items():
        parent = replace(change, keys=change.keys[:-1])
        count = children.get((parent.caller, parent.keys), 0)
        if not (change.keys and count and alike.get(parent) == count):
            yield change, share


def _changes_for(trials: Trials, trial: Trial, before: Calls, after: Calls) -> Iterator[Change]:
    """What is different for such a call, the most important first: who is reached and looked for, who is rung
    in vain, and what is heard."""
    old, new = (side.configuration for side in trials.sides)
    plain = Change(trial.keys, trial.caller, "", "", "", found=trial.found)
    for aspect, was, now in (
        ("reach", _reached(old, before.answered), _reached(new, after.answered)),
        ("page", _paged(before.answered), _paged(after.answered)),
    ):
        if was != now:
            yield replace(plain, aspect=aspect, after=now, before=was)
    for variety in after.others:
        was, now = _chain(old, before.others[variety]), _chain(new, after.others[variety])
        if was != now:
            yield replace(plain, aspect="meet", after=now, before=was, met=variety.name)
    for met, was_heard, is_heard in (
        ("", before.answered, after.answered),
        *((each.name, before.others[each], after.others[each]) for each in after.others),
    ):
        for say_words in (_words, _words_with_languages):
            one, other = _apart(say_words(was_heard), say_words(is_heard))
            if one or other:
                aspect = "hear" if one and other else "hear-more" if other else "hear-less"
                yield replace(plain, met=met, aspect=aspect, after=", ".join(other), before=", ".join(one))


def _apart(was: Sequence[str], now: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """From the first word that is another one to the last; nothing when all are the same."""
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(was, now, strict=False)))
    was, now = was[alike:], now[alike:]
    ends = zip(reversed(was), reversed(now), strict=False)
    last = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], ends))
    return was[: len(was) - last], now[: len(now) - last]


def _words(call: Simulation) -> Sequence[str]:
    return call.heard


def _words_with_languages(call: Simulation) -> Sequence[str]:
    return [
        f"{said.language} {said.id if isinstance(said, Prompt) else f'{said.kind}:{said.value}'}"
        for said in call.spoken
    ]


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
    return ", ".join((*rung, call.ended.removesuffix(" (cause 16)")))
