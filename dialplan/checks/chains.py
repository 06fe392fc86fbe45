"""Chains of a page: stages that ring nobody or lack time, rows never reached, networks that fail together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

from dialplan.chains import ChainStage, RingOrder, Rung, Who, chain_of
from dialplan.checks.duty import named_in_layer
from dialplan.checks.survey import Finding, Survey
from dialplan.model import Configuration, Engineer, Entry, PagePolicy
from dialplan.quiet import Unless, phones_at
from dialplan.roster import ROSTER
from dialplan.rotations import moment_of
from dialplan.times import say_duration
from dialplan.words import LANGUAGES

SHORTEST_RING_S: Final = 5.0
"""A stage that has less time left for a ring than this rings nobody any more."""
WEEK: Final = 7
A_MONDAY: Final = date(2026, 1, 5)


def check_chains_ring_somebody(survey: Survey) -> Iterator[Finding]:
    """A policy whose chain has nobody to ring, at whatever hour."""
    configuration = survey.configuration
    for policy in configuration.duty.policies.values():
        stages = chain_of(policy)
        if not any(entries_of(configuration, policy, stage) for stage in stages):
            yield _at_policy(
                survey, policy, "there is nobody in its chain: nobody is ever rung", is_fault=True
            )


def check_stages_ring_somebody(survey: Survey) -> Iterator[Finding]:
    """A stage that rings nobody: of the people that it names, nobody has what it needs."""
    configuration = survey.configuration
    for policy in configuration.duty.policies.values():
        for number, stage in enumerate(policy.stages, 1):
            if stage.needs and not entries_of(configuration, policy, stage):
                needs = " and ".join(stage.needs)
                message = f"rings nobody: none of {_say_who(stage)} has {needs}"
                yield _at_stage(survey, policy, number, message)


def check_tries_fit(survey: Survey) -> Iterator[Finding]:
    """A stage whose time is too short for its rings."""
    for policy in survey.configuration.duty.policies.values():
        for number, stage in enumerate(policy.stages, 1):
            message = _too_short(survey.configuration, policy, stage)
            if message:
                yield _at_stage(survey, policy, number, message)


def check_levels_are_rung(survey: Survey) -> Iterator[Finding]:
    """A level of a policy with stages that no stage rings."""
    for policy in survey.configuration.duty.policies.values():
        rung = {who for stage in chain_of(policy) for who in stage.who}
        for level in policy.levels if policy.stages else ():
            if Who(Rung.LEVEL, str(level.number)) not in rung:
                yield _at_policy(
                    survey, policy, f'level {level.number} ("{level.title}") is rung by no stage'
                )


def check_quiet_chains(survey: Survey) -> Iterator[Finding]:
    """A level, or somebody whom a stage names, who is not rung at all at some hours of the week."""
    directory = survey.configuration.directory
    for policy in survey.configuration.duty.policies.values():
        named = [level.entry for level in policy.levels]
        named += [
            who.name for stage in policy.stages if stage.quiet for who in stage.who if who.kind is Rung.ENTRY
        ]
        for entry in dict.fromkeys(named):
            at = _silent_at(directory[entry], survey.configuration.desk.timezone)
            if at is not None:
                message = f'"{entry}" is not rung on {at:%a %H:%M}: every phone is quiet then, and never rung'
                yield _at_policy(survey, policy, message)


def check_choices_are_reached(survey: Survey) -> Iterator[Finding]:
    """A row of `choose` that is never reached: one before it means every such page."""
    choices = survey.configuration.duty.choices
    for number, row in enumerate(choices, 1):
        before = next((at for at, one in enumerate(choices[: number - 1], 1) if one.covers(row)), 0)
        if before:
            message = f"is never reached: choose[{before}] means every such page already"
            yield Finding(survey.place("choice", str(number)), f"choose[{number}]", message)


def check_backup_on_another_network(survey: Survey) -> Iterator[Finding]:
    """Every back-up phone on the network of an engineer's own: when it fails, none of them rings."""
    duty, directory = survey.configuration.duty, survey.configuration.directory
    spares = {phone.operator for name in duty.backup_phones for phone in directory[name].phones}
    operator = next(iter(spares), "") if len(spares) == 1 else ""
    for engineer in duty.engineers if operator else ():
        own = {phone.operator for phone in directory[engineer.entry].phones}
        if own == {operator}:
            message = (
                f'every back-up phone is on "{operator}", as {engineer.trigram} is: '
                "when that network fails none of them rings"
            )
            yield Finding(survey.place("directory", engineer.entry), engineer.entry, message)


def check_last_resort(survey: Survey) -> Iterator[Finding]:
    """A page that nobody accepts of which no phone tells anybody, or only those who were rung already."""
    configuration = survey.configuration
    for policy in configuration.duty.policies.values():
        resort = policy.last_resort
        if resort is None:
            message = "when nobody has accepted no phone says so: the mail is all"
            yield _at_policy(survey, policy, message)
            continue
        rung = {entry for stage in chain_of(policy) for entry in entries_of(configuration, policy, stage)}
        again = [name for name in resort.who if name in rung]
        if again and len(again) == len(resort.who):
            names = " and ".join(f'"{name}"' for name in again)
            message = f"its last resort tells nobody new: the chain has rung {names} in vain by then"
            yield _at_policy(survey, policy, message)


def entries_of(configuration: Configuration, policy: PagePolicy, stage: ChainStage) -> set[str]:
    """The directory entries that a stage may ring at some time."""
    found = {entry for who in stage.who for entry in _named(configuration, policy, who)}
    return {entry for entry in found if _has_all(configuration, entry, stage.needs)}


def _named(configuration: Configuration, policy: PagePolicy, who: Who) -> Iterator[str]:
    duty = configuration.duty
    if who.kind is Rung.LEVEL:
        yield policy.levels[int(who.name) - 1].entry
    elif who.kind is Rung.ENTRY:
        yield who.name
    else:
        yield from (engineer.entry for engineer in duty.engineers if _may_be(configuration, engineer, who))


def _may_be(configuration: Configuration, engineer: Engineer, who: Who) -> bool:
    duty = configuration.duty
    if who.kind is Rung.TEAM:
        return engineer.trigram in duty.teams[who.name].members
    if who.kind is Rung.LAYER:
        layers = [layer for layer in duty.layers if layer.id == who.name]
        named = {name for layer in layers for name in named_in_layer(layer)}
        named |= {name for week in duty.roster.weeks for name in week} if who.name == ROSTER else set()
        return engineer.trigram in named
    return True


def _has_all(configuration: Configuration, entry: str, needs: tuple[str, ...]) -> bool:
    engineer = next((each for each in configuration.duty.engineers if each.entry == entry), None)
    skills = set(engineer.skills) if engineer else set()
    spoken = set(engineer.languages if engineer else ()) or {configuration.directory[entry].language}
    return all(need.startswith("$") or need in (spoken if need in LANGUAGES else skills) for need in needs)


def _too_short(configuration: Configuration, policy: PagePolicy, stage: ChainStage) -> str:
    """What is said of a stage that cannot do in its time what it should; empty: it can."""
    if not stage.within_s:
        return ""
    if stage.within_s < min(SHORTEST_RING_S, stage.ring_s):
        return f"nobody can be rung within {say_duration(stage.within_s)}: a ring takes 5 s at least"
    if not stage.tries:
        return ""
    round_s = _round_s(configuration, policy, stage)
    whole_s = stage.tries * round_s + (stage.tries - 1) * stage.pause_s
    if whole_s <= stage.within_s or not round_s:
        return ""
    tries = f"{stage.tries} tries take" if stage.tries > 1 else "one try takes"
    return f"{tries} up to {say_duration(whole_s)}, and it ends within {say_duration(stage.within_s)}"


def _round_s(configuration: Configuration, policy: PagePolicy, stage: ChainStage) -> float:
    """The longest that a round may take, when nobody answers: of those who are always rung."""
    phones = [
        1 if stage.phones_together else len(configuration.directory[entry].phones)
        for who in stage.who
        for entry in _named(configuration, policy, who)
        if who.kind in (Rung.LEVEL, Rung.ENTRY, Rung.TEAM)
    ]
    together = stage.order is RingOrder.TOGETHER
    return stage.ring_s * (max(phones, default=0) if together else sum(phones))


def _silent_at(entry: Entry, zone: str) -> datetime | None:
    """A moment of a week at which no phone of an entry is rung by a page; None: there is none."""
    if not all(phone.quiet is not None and phone.quiet.unless is Unless.NEVER for phone in entry.phones):
        return None
    monday = datetime.combine(A_MONDAY, time())
    starts = sorted({each.window[0] for phone in entry.phones if phone.quiet for each in phone.quiet.hours})
    for day in range(WEEK):
        for start in starts:
            at = monday + timedelta(days=day, minutes=start)
            if not any(phones_at(entry.phones, moment_of(at, zone))):
                return at
    return None


def _say_who(stage: ChainStage) -> str:
    return ", ".join(f'"{who}"' for who in stage.who)


def _at_policy(survey: Survey, policy: PagePolicy, message: str, *, is_fault: bool = False) -> Finding:
    return Finding(survey.place("policy", policy.id), f"policies {policy.id}", message, is_fault)


def _at_stage(survey: Survey, policy: PagePolicy, number: int, message: str) -> Finding:
    place = survey.place("stage", policy.id, str(number))
    return Finding(place, f"policies {policy.id} stages[{number}]", message)
