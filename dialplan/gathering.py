"""Whom a stage of a chain rings at a moment, in which order, and who is left out for what reason.

Skills and languages choose among engineers: `needs` leaves out who lacks one, `prefers` puts first who has
it. Whoever is no engineer has none. Where nobody said which language or category a call is, everybody has it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, NamedTuple

from dialplan.chains import ChainStage, RingOrder, Rung, Who, chain_of
from dialplan.commands import StartPage
from dialplan.model import Configuration, Duty, Engineer, PagePolicy
from dialplan.roster import Part, in_brackets, parts_at
from dialplan.sentences import Moment, Sentence
from dialplan.skills import LANGUAGE
from dialplan.words import BILINGUAL, LANGUAGES

CATEGORY: Final = "$category"
"""The need for somebody who has the skill that is called like the page's category."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is known of the call that the page is about. `woken`: directory entry -> how often somebody was
    woken lately; who is not named was not."""

    brand: str = ""
    category: str = ""
    language: str = ""
    woken: Mapping[str, float] = field(default_factory=dict)


class Candidate(NamedTuple):
    """Somebody to ring: directory entry, what is said aloud, the language he is spoken to in."""

    entry: str
    title: str
    language: str


class LeftOut(NamedTuple):
    """Somebody who is not rung, and why."""

    entry: str
    title: str
    why: str


class Gathered(NamedTuple):
    """The people of a stage, first to last; who is left out; why these, in sentences without full stops."""

    people: tuple[Candidate, ...]
    left_out: tuple[LeftOut, ...]
    why: tuple[str, ...]


class _Found(NamedTuple):
    """Somebody a stage names. Those of one rank are equals."""

    entry: str
    title: str
    rank: tuple[int, ...]
    engineer: Engineer | None = None


def gather(
    configuration: Configuration, policy: PagePolicy, stage: ChainStage, at: datetime, wanted: Wanted
) -> Gathered:
    """Whom that stage of the policy rings at `at` (aware)."""
    parts = parts_at(configuration.duty, at)
    found = _once(
        each
        for place, who in enumerate(stage.who)
        for each in _named(configuration, policy, who, parts, place, at)
    )
    left_out = [*_on_leave(configuration, stage, found, at)]
    able: list[_Found] = []
    for each in found:
        lacking = _lacking(configuration, each, stage.needs, wanted)
        if not configuration.directory[each.entry].phones:
            left_out.append(LeftOut(each.entry, each.title, Sentence("has-no-phone")))
        elif lacking:
            left_out.append(LeftOut(each.entry, each.title, lacking))
        else:
            able.append(each)
    people = _ordered(configuration, stage, able, wanted)
    return Gathered(
        tuple(Candidate(each.entry, each.title, _spoken(configuration, policy, each)) for each in people),
        tuple(left_out),
        tuple(_why(stage, parts)),
    )


def paged_at(configuration: Configuration, page: StartPage, at: datetime) -> tuple[str, ...]:
    """The people (directory entries) whom a page that begins at `at` rings, first to last; no levels."""
    policy = configuration.duty.policies[page.policy]
    wanted = Wanted(page.brand, page.category, page.language)
    found: dict[str, None] = {}
    for stage in own_stages(policy):
        people = gather(configuration, policy, stage, at, wanted).people
        found.update(dict.fromkeys(each.entry for each in people))
    return tuple(found)


def own_stages(policy: PagePolicy) -> tuple[ChainStage, ...]:
    """The stages of a policy before and beside the escalation: those that ring somebody else than levels."""
    return tuple(stage for stage in chain_of(policy) if any(who.kind is not Rung.LEVEL for who in stage.who))


def rings_somebody(configuration: Configuration, page: StartPage, at: datetime) -> bool:
    """Whether a page that begins at `at` has anybody to ring; one that begins with the levels has them."""
    is_own = bool(own_stages(configuration.duty.policies[page.policy]))
    return not is_own or bool(paged_at(configuration, page, at))


def people_seen(configuration: Configuration, policy: PagePolicy, at: datetime) -> object:
    """What of the duty decides at a moment whether pages of a policy ring somebody: whether there is anybody;
    who, where a page may need somebody who has some skill."""
    stages = own_stages(policy)
    found = frozenset(
        each.entry
        for stage in stages
        for each in gather(configuration, policy, replace(stage, needs=()), at, Wanted()).people
    )
    return found if any(stage.needs for stage in stages) else bool(found)


def _named(
    configuration: Configuration,
    policy: PagePolicy,
    who: Who,
    parts: Sequence[Part],
    place: int,
    at: datetime,
) -> Iterator[_Found]:
    duty = configuration.duty
    match who.kind:
        case Rung.DUTY:
            yield from _of_parts(duty, parts, place)
        case Rung.ON_CALL:
            yield from list(_of_parts(duty, parts, place))[:1]
        case Rung.LAYER:
            yield from _of_parts(duty, [part for part in parts if part.layer == who.name], place)
        case Rung.EVERYBODY:
            yield from _of_parts(duty, parts, place)
            away = _away(duty, at)
            rest = [each for each in duty.engineers if each.trigram not in away]
            yield from (_engineer(each, (place, len(parts))) for each in rest)
        case Rung.TEAM:
            away = _away(duty, at)
            members = [name for name in duty.teams[who.name].members if name not in away]
            yield from (_engineer(duty.engineer(name), (place,)) for name in members)
        case Rung.LEVEL:
            level = policy.levels[int(who.name) - 1]
            yield _Found(level.entry, level.title, (place,))
        case _:
            yield _of_directory(configuration, who.name)


def _of_parts(duty: Duty, parts: Sequence[Part], place: int) -> Iterator[_Found]:
    """Whoever is first in a layer is on call; the others of it are equals."""
    for number, part in enumerate(parts):
        for index, trigram in enumerate(part.order):
            yield _engineer(duty.engineer(trigram), (place, number, min(index, 1)))


def _engineer(engineer: Engineer, rank: tuple[int, ...]) -> _Found:
    return _Found(engineer.entry, engineer.trigram, rank, engineer)


def _of_directory(configuration: Configuration, entry: str) -> _Found:
    engineer = next((each for each in configuration.duty.engineers if each.entry == entry), None)
    if engineer is not None:
        return _engineer(engineer, ())
    return _Found(entry, configuration.directory[entry].title, ())


def _once(found: Iterator[_Found]) -> list[_Found]:
    seen: dict[str, _Found] = {}
    for each in found:
        seen.setdefault(each.entry, each)
    return list(seen.values())


def _away(duty: Duty, at: datetime) -> dict[str, str]:
    """Trigram -> why, of those who are on leave."""
    return {
        each.trigram: Sentence(
            "on-leave-until", title=in_brackets(each.title), until=Moment(each.end, duty.roster.zone)
        )
        for each in duty.leave
        if each.start <= at < each.end
    }


def _on_leave(
    configuration: Configuration, stage: ChainStage, found: Sequence[_Found], at: datetime
) -> Iterator[LeftOut]:
    """Engineers who would be asked and are away. Whoever is rung all the same was asked, and agreed."""
    duty = configuration.duty
    kinds = {who.kind for who in stage.who}
    if not kinds & {Rung.DUTY, Rung.EVERYBODY, Rung.TEAM, Rung.LAYER, Rung.ON_CALL}:
        return
    teams = {who.name for who in stage.who if who.kind is Rung.TEAM}
    members = {name for team in teams for name in duty.teams[team].members}
    rung = {each.entry for each in found}
    for trigram, why in _away(duty, at).items():
        engineer = duty.engineer(trigram)
        if engineer.entry not in rung and (kinds != {Rung.TEAM} or trigram in members):
            yield LeftOut(engineer.entry, trigram, why)


def _lacking(configuration: Configuration, each: _Found, needs: Sequence[str], wanted: Wanted) -> str:
    for need in needs:
        if not _has(configuration, each, need, wanted):
            if need == CATEGORY or need not in (LANGUAGE, *LANGUAGES):
                return Sentence("lacks-skill", skill=wanted.category if need == CATEGORY else need)
            one, *two = sorted(_asked_languages(wanted)) if need == LANGUAGE else [need]
            if two:
                return Sentence("speaks-neither", one=one, two=two[0])
            return Sentence("does-not-speak", one=one)
    return ""


def _has(configuration: Configuration, each: _Found, need: str, wanted: Wanted) -> bool:
    if need == LANGUAGE:
        asked = _asked_languages(wanted)
        return not asked or bool(asked & _languages(configuration, each))
    if need == CATEGORY:
        return not wanted.category or wanted.category in _skills(each)
    return need in (_languages(configuration, each) if need in LANGUAGES else _skills(each))


def _asked_languages(wanted: Wanted) -> set[str]:
    if wanted.language == BILINGUAL:
        return {"nl", "fr"}
    return {wanted.language} if wanted.language else set()


def _languages(configuration: Configuration, each: _Found) -> set[str]:
    own = each.engineer.languages if each.engineer else ()
    return set(own) or {configuration.directory[each.entry].language}


def _skills(each: _Found) -> Collection[str]:
    return each.engineer.skills if each.engineer else ()


def _ordered(
    configuration: Configuration, stage: ChainStage, found: Sequence[_Found], wanted: Wanted
) -> list[_Found]:
    """Who has what is preferred, the first preference counting most; then by rank, and fairly if so asked."""
    is_fair = stage.order is RingOrder.FAIR

    def key(each: _Found) -> tuple[tuple[bool, ...], tuple[int, ...], float]:
        lacks = tuple(not _has(configuration, each, need, wanted) for need in stage.prefers)
        return lacks, each.rank if is_fair else (), wanted.woken.get(each.entry, 0) if is_fair else 0

    return sorted(found, key=key)


def _spoken(configuration: Configuration, policy: PagePolicy, each: _Found) -> str:
    if each.engineer and each.engineer.languages:
        return each.engineer.languages[0]
    usual = policy.languages[0] if policy.languages else "en"
    return configuration.directory[each.entry].language or usual


def _why(stage: ChainStage, parts: Sequence[Part]) -> Iterator[str]:
    """What the duty says, where the stage asks it."""
    kinds = {who.kind for who in stage.who}
    layers = {who.name for who in stage.who if who.kind is Rung.LAYER}
    for part in parts:
        if kinds & {Rung.DUTY, Rung.ON_CALL, Rung.EVERYBODY} or part.layer in layers:
            yield from part.why
