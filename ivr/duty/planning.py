"""From the configuration to a hunt: who will be rung, stage by stage, frozen when the page starts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from dialplan.model import Configuration, Entry, Level, PagePolicy, PhoneLabel
from dialplan.quiet import phones_at
from dialplan.roster import on_duty
from ivr.duty.hunt import Hunt, Person, Phone, Stage

ROSTER = "roster"
DIRECT = "direct"
BETWEEN_TRIES_S = 60.0
LEVEL_ORDER = (PhoneLabel.FIXED, PhoneLabel.MOBILE)
"""Managers: the fixed line, the mobile, and a private number only when those failed."""


def level_stage(number: int | str) -> str:
    """Name of the stage in which that level of the escalation is rung."""
    return f"level-{number}"


def plan_hunt(configuration: Configuration, policy: PagePolicy, now: datetime) -> Hunt:
    """The hunt that `policy` asks for at `now` (aware).

    The roster in its order; then, if nobody accepted, the person the calendar names for that later
    moment; then the levels, each on every phone with the private one last.
    """
    first = Stage(
        ROSTER,
        tuple(_engineer(configuration, policy, entry, now) for entry in _on_duty(configuration, now)),
        ring_s=policy.ring_s,
        rounds=0,
        lasts_s=policy.page_for_s,
        pause_s=policy.pause_s,
        together=policy.together,
        backup=_backup(configuration),
    )
    then = now + timedelta(seconds=policy.page_for_s)
    later = _on_duty(configuration, then)
    direct = Stage(
        DIRECT,
        tuple(_engineer(configuration, policy, entry, then) for entry in later[:1]),
        ring_s=policy.ring_s,
        rounds=policy.direct_tries,
        lasts_s=policy.direct_within_s,
        pause_s=min(BETWEEN_TRIES_S, policy.direct_within_s / 5),
        backup=_backup(configuration),
    )
    return Hunt((first, direct, *(_level(configuration, policy, level, then) for level in policy.levels)))


def _on_duty(configuration: Configuration, now: datetime) -> list[Entry]:
    engineers = on_duty(configuration.duty, now)
    return [configuration.directory[engineer.entry] for engineer in engineers]


def _engineer(configuration: Configuration, policy: PagePolicy, entry: Entry, at: datetime) -> Person:
    engineer = next((e for e in configuration.duty.engineers if e.entry == entry.id), None)
    if engineer is None:
        return _person(entry, entry.title, policy, at)
    person = _person(entry, engineer.trigram, policy, at)
    return replace(person, language=engineer.languages[0]) if engineer.languages else person


def _level(configuration: Configuration, policy: PagePolicy, level: Level, at: datetime) -> Stage:
    person = _person(configuration.directory[level.entry], level.title, policy, at, LEVEL_ORDER)
    return Stage(
        level_stage(level.number),
        (person,),
        ring_s=policy.ring_s,
        rounds=policy.level_tries,
        lasts_s=policy.level_within_s,
        pause_s=policy.pause_s,
        backup=_backup(configuration),
    )


def _person(
    entry: Entry, title: str, policy: PagePolicy, at: datetime, order: Sequence[PhoneLabel] = ()
) -> Person:
    """`order`: labels that are rung first, in that order; the others follow as the directory has them.

    `at`: phones that are quiet then are rung last, or not at all, as their owner has it.
    """
    language = entry.language or (policy.languages[0] if policy.languages else "en")
    places = {label: place for place, label in enumerate(order)}
    usual, kept = phones_at(entry.phones, at)
    usual = tuple(sorted(usual, key=lambda phone: places.get(phone.label, len(places))))
    phones = tuple(Phone(phone.number, phone.label.value) for phone in (*usual, *kept))
    return Person(entry.id, title, phones, language, entry.mail, entry.title)


def _backup(configuration: Configuration) -> tuple[Phone, ...]:
    entries = (configuration.directory[name] for name in configuration.duty.backup_phones)
    return tuple(Phone(phone.number, entry.title) for entry in entries for phone in entry.phones)
