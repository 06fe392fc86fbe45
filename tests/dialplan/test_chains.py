"""Chains as data: whom a stage rings, in which order; which policy a page follows."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from test_bad_configurations import BASE, texts_of

from dialplan.chains import Choice, chain_of, choose
from dialplan.commands import StartPage
from dialplan.gathering import Gathered, Wanted, gather, paged_at
from dialplan.model import Configuration
from dialplan.source import load_texts

BRUSSELS = ZoneInfo("Europe/Brussels")
MONDAY_NIGHT = datetime(2026, 1, 5, 23, tzinfo=BRUSSELS)
PEOPLE = """\
adu: {title: ADU, kind: engineer, phone: 0470 00 00 12, mail: adu@example.com, language: fr}
wti: {title: WTI, kind: engineer, phone: 0470 00 00 13, mail: wti@example.com, language: nl}
mab: {title: MAB, kind: engineer, phone: 0470 00 00 14, mail: mab@example.com, language: fr}
tsc: {title: The leader, kind: manager, phone: 0470 00 00 15}
"""
DUTY = """\
engineers:
  ENG: {title: engineer, entry: eng, languages: [nl, de], skills: [voice]}
  ADU: {title: engineer, entry: adu, skills: [fiber, voice]}
  WTI: {title: engineer, entry: wti, skills: [fiber]}
  MAB: {title: engineer, entry: mab}
teams:
  field: {members: [MAB, WTI]}
roster: {handover: Mon 08:00, first_week: 2026-01-05, weeks: [ENG, ADU]}
layers:
  second: {people: [WTI], first: 2026-01-05}
leave:
  - {engineer: MAB, from: 2026-01-05 20:00, until: 2026-01-06 08:00, title: holidays}
backup_phones: [spare]
policies:
  standard:
    levels: [{title: service team leader, entry: tsc}, {title: boss, entry: boss}]
  chain:
    ring: 20 s
    levels: [{title: service team leader, entry: tsc}]
    stages: [STAGE, {who: levels, tries: 2, within: 5 min}, {who: level 1}]
choose:
  - {category: fiber, policy: chain}
"""


def configuration_with(stage: str) -> Configuration:
    directory = texts_of(BASE)["directory.yaml"] + PEOPLE
    texts = {**texts_of(BASE), "directory.yaml": directory, "duty.yaml": DUTY.replace("STAGE", stage)}
    return load_texts(texts, None, None).configuration


def gathered(stage: str, at: datetime = MONDAY_NIGHT, wanted: Wanted | None = None) -> Gathered:
    configuration = configuration_with(stage)
    policy = configuration.duty.policies["chain"]
    return gather(configuration, policy, chain_of(policy)[0], at, wanted or Wanted())


def titles(stage: str, at: datetime = MONDAY_NIGHT, **wanted: object) -> list[str]:
    return [each.title for each in gathered(stage, at, Wanted(**wanted)).people]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("who", "rung"),
    {
        "duty": ["ENG", "ADU", "WTI"],
        "on-call": ["ENG"],
        "everybody": ["ENG", "ADU", "WTI"],
        "layer second": ["WTI"],
        "layer roster": ["ENG", "ADU"],
        "team field": ["WTI"],
        "level 1": ["service team leader"],
        "MAB": ["MAB"],
        "[adu, boss]": ["ADU", "The boss"],
        "[team field, duty]": ["WTI", "ENG", "ADU"],
    }.items(),
)
def test_whom_a_stage_rings(who: str, rung: list[str]) -> None:
    assert titles(f"{{who: {who}}}") == rung


def test_after_the_leave_the_engineer_is_rung_again() -> None:
    tuesday = datetime(2026, 1, 6, 9, tzinfo=BRUSSELS)
    assert titles("{who: everybody}", tuesday) == ["ENG", "ADU", "WTI", "MAB"]


def test_who_is_left_out_and_why() -> None:
    found = gathered("{who: [duty, team field], needs: fiber}")
    assert [each.title for each in found.people] == ["ADU", "WTI"]
    assert [(each.title, each.why) for each in found.left_out] == [
        ("MAB", "on leave (holidays) until Tuesday 6 January 08:00"),
        ("ENG", 'lacks the skill "fiber"'),
    ]
    assert found.why[0].startswith("ENG is on call: week 1 of 2")


def test_only_who_speaks_the_callers_language() -> None:
    assert titles("{who: duty, needs: $language}", language="de") == ["ENG"]
    assert titles("{who: duty, needs: $language}", language="bi") == ["ENG", "ADU", "WTI"]
    assert titles("{who: duty, needs: $language}") == ["ENG", "ADU", "WTI"], "nobody said which language"
    left = gathered("{who: duty, needs: $language}", wanted=Wanted(language="de")).left_out
    assert [each.why for each in left][1:] == ["does not speak de"] * 2


def test_who_speaks_the_callers_language_first_then_the_others() -> None:
    assert titles("{who: duty, prefers: $language}", language="fr") == ["ADU", "ENG", "WTI"]
    assert titles("{who: duty, prefers: [$category, $language]}", language="nl", category="fiber") == [
        "WTI",
        "ADU",
        "ENG",
    ], "the first preference counts most"


def test_of_equals_whoever_was_woken_least_comes_first() -> None:
    woken = {"eng": 9, "adu": 3, "wti": 1}
    assert titles("{who: duty, order: fair}", woken=woken) == ["ENG", "ADU", "WTI"], "on call is no equal"
    assert titles("{who: [ADU, WTI, MAB], order: fair}", woken=woken) == ["MAB", "WTI", "ADU"]
    assert titles("{who: [ADU, WTI, MAB], order: in-turn}", woken=woken) == ["ADU", "WTI", "MAB"]


def test_each_is_spoken_to_in_his_own_language() -> None:
    assert [each.language for each in gathered("{who: duty}").people] == ["nl", "fr", "nl"]


def test_the_stages_of_a_chain_have_names_of_their_own() -> None:
    chain = chain_of(configuration_with("{who: [team field, adu]}").duty.policies["chain"])
    assert [stage.name for stage in chain] == ["team-field-and-adu", "level-1", "level-1-2"]
    assert [stage.ring_s for stage in chain] == [20, 20, 20]
    assert [stage.mail for stage in chain] == [False, True, True]
    assert chain[1].phones == ("fixed", "mobile")


def test_the_short_form_is_the_chain_of_the_desk() -> None:
    chain = chain_of(configuration_with("{who: duty}").duty.policies["standard"])
    assert [str(stage) for stage in chain] == [
        "duty (30 s each; for 10 min; 5 s between)",
        "on-call (30 s each; 2 times; within 5 min; 60 s between)",
        "level 1 (30 s each; 2 times; within 5 min; 5 s between; first fixed, mobile; with a mail)",
        "level 2 (30 s each; 2 times; within 5 min; 5 s between; first fixed, mobile; with a mail)",
    ]


# -- which policy

ROWS = (
    Choice("fiber", categories=("fiber",)),
    Choice("urgent", pages=("standard",), brands=("fuzer", "escaux"), severities=frozenset({1, 2})),
)


@pytest.mark.parametrize(
    ("asked", "brand", "severity", "category", "policy", "why"),
    [
        ("standard", "fuzer", "", "", "standard", ""),
        ("standard", "fuzer", "1", "fiber", "fiber", "choose[1], category fiber"),
        (
            "standard",
            "escaux",
            "2",
            "",
            "urgent",
            "choose[2], page standard, brand fuzer or escaux, severity 1 or 2",
        ),
        ("standard", "colt", "1", "", "standard", ""),
        ("calm", "fuzer", "1", "", "calm", ""),
        ("urgent", "fuzer", "3", "voice", "urgent", ""),
    ],
)
def test_the_first_row_that_matches_chooses(
    asked: str, brand: str, severity: str, category: str, policy: str, why: str
) -> None:
    assert choose(ROWS, asked, brand, severity, category) == (policy, why)


def test_a_row_covers_another() -> None:
    assert Choice("a").covers(ROWS[0])
    assert ROWS[0].covers(Choice("b", brands=("fuzer",), categories=("fiber",)))
    assert not ROWS[0].covers(Choice("b", brands=("fuzer",)))
    assert not ROWS[1].covers(Choice("b", pages=("standard",), brands=("colt",), severities=frozenset({1})))


def test_on_paper_a_page_rings_the_engineers_of_its_chain() -> None:
    configuration = configuration_with("{who: duty, needs: fiber}")
    page = StartPage("chain", "acme", category="fiber")
    assert paged_at(configuration, page, MONDAY_NIGHT) == ("adu", "wti")
