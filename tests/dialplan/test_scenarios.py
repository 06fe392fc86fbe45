# ruff: noqa: E501 - the words are compared as they are printed, on one line
"""Scenarios: the shipped ones say what the desk was asked for, and a wrong one is told with its place."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pytest
from paper import CONFIG, known_prompts, shipped, small_texts

from dialplan.faults import ConfigurationFaults
from dialplan.scenarios import Scenario, demand_scenarios, read_scenarios, run_scenarios
from dialplan.source import load_texts, read_texts

BRANDS = {
    "fuzer": "fuzer",
    "escaux": "escaux",
    "colt": "colt",
    "emergency": "fuzer-mobile-emergency",
    "legal": "fuzer-mobile-legal",
}

# What the desk was asked for, row by row, and the scenario that says it.
ROWS: Mapping[str, str] = {
    # the numbers, the brands, the welcomes and the mailboxes
    **{f"{brand}: desk numbers of both carriers": f"{name}-desk-numbers" for name, brand in BRANDS.items()},
    **{f"{brand}: public number by day": f"{name}-public-number-by-day" for name, brand in BRANDS.items()},
    **{
        f"{brand}: public number at night": f"{name}-public-number-at-night" for name, brand in BRANDS.items()
    },
    "numbers come in any form": "numbers-in-any-form",
    "a number that is nobody's": "a-number-that-nobody-has",
    # the intake
    "an engineer calls back within 20 minutes": "no-agent-answers",
    "the intake is mailed to the brand's mailboxes, the service team in copy": "the-first-mail",
    # reaching the engineer
    "the engineer is rung while the agent talks": "the-engineer-is-rung-while-the-agent-talks",
    "10 minutes, 2 tries within 5 minutes, escalation 1 to 3, both back-up mobiles": "how-long-is-hunted-for-whom",
    **{f"{who} is on call": f"the-week-of-{who}" for who in ("tsc", "adu", "wti", "mab", "svo")},
    "MSS is on call, from the handover on": "the-week-of-mss-begins-on-monday-at-eight",
    "nobody is woken in office hours": "no-engineer-is-woken-for-a-call-that-the-office-takes",
    # what a plan is
    "exit no answer": "the-office-does-not-answer",
    "exit not reached": "the-office-is-not-reached",
    "exit busy": "the-office-is-busy",
    "exit congested": "the-way-to-the-office-is-congested",
    "exit release cause 31": "the-office-gives-cause-31",
    "exit interrupted": "the-call-to-the-office-is-interrupted",
    "calendar: first match wins, and holidays are not hidden by opening hours": "every-belgian-holiday-is-night",
    "calendar: rest": "saturday-and-sunday-are-night",
    "calendar: the night of the missing hour": "the-hour-that-is-missing",
    "calendar: the night of the repeated hour": "the-hour-that-comes-twice",
    "bi: Dutch, then French": "dutch-first",
    "bi: French, then Dutch": "french-first",
    "one plan serves many numbers": "all-agents-are-busy",
    "the last person": "nobody-at-all-answers",
}


@cache
def shipped_scenarios() -> dict[str, Scenario]:
    scenarios, faults = read_scenarios(shipped(), read_texts(CONFIG))
    assert faults == []
    return {scenario.name: scenario for scenario in scenarios}


def test_what_is_shipped_does_what_its_scenarios_say() -> None:
    assert run_scenarios(shipped(), read_texts(CONFIG)) == []


@pytest.mark.parametrize("row", ROWS)
def test_every_row_has_its_scenario(row: str) -> None:
    assert shipped_scenarios()[ROWS[row]].expect


def test_the_scenarios_call_all_sixteen_numbers() -> None:
    called = {number for scenario in shipped_scenarios().values() for number in scenario.to}
    assert set(shipped().numbers) <= called
    assert len(shipped().numbers) == 16
    assert len(ROWS) == 42
    assert sum(len(scenario.calls) for scenario in shipped_scenarios().values()) > 150


PLAN = """\
start: hello
nodes:
  hello: {announce: please-hold, next: choose}
  choose: {menu: choose-language, keys: {1: ring}, rest: sorry}
  ring: {destination: [one, two], rest: sorry}
  sorry: {announce: nobody-reached-callback, next: bye}
  bye: {hangup: normal}
"""
GOOD = """\
busy:
  to: 03 205 55 82
  at: 2026-11-23 10:00
  keys: ["", 1]
  outcomes: {one: busy}
  expect:
    hears: [please-hold, no-input]
    rings: [one, two]
    ends: answered by two
"""


def faults_of(text: str) -> list[str]:
    texts = {**small_texts(PLAN), "scenarios/busy.yaml": text}
    configuration = load_texts(texts, known_prompts()).configuration
    return [str(fault) for fault in run_scenarios(configuration, texts)]


def test_a_good_scenario_has_no_faults() -> None:
    assert faults_of(GOOD) == []


# what is wrong: (right text, wrong text, the words)
FAULTS: dict[str, tuple[str, str, str]] = {
    "not heard": (
        "no-input]", "invalid-choice]",
        'scenarios/busy.yaml:7:26 busy expect hears[2]: "invalid-choice" is not heard; the caller hears please-hold, choose-language, no-input, choose-language',
    ),
    "heard in another order": (
        "[please-hold, no-input]", "[no-input, please-hold]",
        'scenarios/busy.yaml:7:23 busy expect hears[2]: after "no-input", "please-hold" is not heard; the caller hears please-hold, choose-language, no-input, choose-language',
    ),
    "a prompt that is none": (
        "no-input]", "no-inputt]",
        'scenarios/busy.yaml:7:26 busy expect hears[2]: unknown prompt "no-inputt"; did you mean "no-input"?',
    ),
    "not rung": (
        "rings: [one, two]", "rings: [one, office]",
        'scenarios/busy.yaml:8:18 busy expect rings[2]: "office" is not rung; rung is one, two',
    ),
    "rung all the same": (
        "rings: [one, two]", "never_rings: [two]",
        'scenarios/busy.yaml:8:19 busy expect never_rings[1]: "two" is rung; rung is one, two',
    ),
    "heard all the same": (
        "rings: [one, two]", "never_hears: please-hold",
        'scenarios/busy.yaml:8:18 busy expect never_hears: "please-hold" is heard; the caller hears please-hold, choose-language, no-input, choose-language',
    ),
    "a slip in whom nobody is to ring": (
        "rings: [one, two]", "never_rings: [tow, 0470 00 00 22]",
        'scenarios/busy.yaml:8:19 busy expect never_rings[1]: there is no directory entry "tow"; did you mean "two"?',
    ),
    "a slip in what nobody is to hear": (
        "rings: [one, two]", "never_hears: ['digits:465', please-hodl]",
        'scenarios/busy.yaml:8:33 busy expect never_hears[2]: there is no prompt "please-hodl"; did you mean "please-hold"?',
    ),
    "nobody is rung": (
        "rings: [one, two]", "rings: []",
        "scenarios/busy.yaml:8:12 busy expect rings: not nothing, but one, two",
    ),
    "another end": (
        "answered by two", "hung up by the plan",
        'scenarios/busy.yaml:9:11 busy expect ends: the call does not end "hung up by the plan" but "answered by two"',
    ),
    "another brand": (
        "ends: answered by two", "brand: other",
        'scenarios/busy.yaml:9:12 busy expect brand: the brand is not "other" but "acme"',
    ),
    "another plan": (
        "ends: answered by two", "plan: night",
        'scenarios/busy.yaml:9:11 busy expect plan: the plan is not "night" but "main"',
    ),
    "another way": (
        "rings: [one, two]", "steps: [hello, main.ring.busy]",
        'scenarios/busy.yaml:8:20 busy expect steps[2]: the call does not come to "main.ring.busy"; it goes main.hello.next, main.choose.1, main.ring.answered',
    ),
    "no mail": (
        "rings: [one, two]", "mails: [call-in to a@example.com]",
        'scenarios/busy.yaml:8:13 busy expect mails[1]: the mail "call-in to a@example.com" is not sent; sent is nothing',
    ),
    "nobody is paged": (
        "rings: [one, two]", "pages: [ENG]",
        'scenarios/busy.yaml:8:13 busy expect pages[1]: "ENG" is not paged; paged is nothing',
    ),
    "no page at all": (
        "rings: [one, two]", "levels: [boss]",
        "scenarios/busy.yaml:8:14 busy expect levels[1]: no engineer is looked for",
    ),
    "spoken in another language": (
        "rings: [one, two]", "speaks: [en please-hold]",
        'scenarios/busy.yaml:8:14 busy expect speaks[1]: "en please-hold" is not spoken; spoken is nl please-hold, fr please-hold, nl choose-language, fr choose-language, nl no-input, nl choose-language, fr no-input, fr choose-language',
    ),
    "an expectation that is none": (
        "rings: [one, two]", "ring: [one, two]",
        'scenarios/busy.yaml:8:5 busy expect: nothing is called "ring"; did you mean "rings"?',
    ),
    "two ends": (
        "ends: answered by two", "ends: [answered by one, answered by two]",
        "scenarios/busy.yaml:9:11 busy expect ends: one value is expected here, not a list",
    ),
    "a field that is none": (
        "  keys:", "  key:",
        'scenarios/busy.yaml:4:3 busy: unknown key "key"; did you mean "keys"?',
    ),
    "an outcome that is none": (
        "one: busy", "one: bussy",
        "scenarios/busy.yaml:2:3 busy: unknown outcome \"bussy\"; there are answered, no-answer, not-reached, busy, congested, cause-31, interrupted",
    ),
    "an outcome of nobody": (
        "{one: busy}", "{three: busy}",
        'scenarios/busy.yaml:2:3 busy: unknown destination "three"',
    ),
    "a node that is none": (
        "outcomes: {one: busy}", "suppose: {rign: failed}",
        'scenarios/busy.yaml:2:3 busy: unknown node "rign"; did you mean "ring"?',
    ),
    "no time": (
        "2026-11-23 10:00", "tomorrow",
        'scenarios/busy.yaml:3:7 busy at: "tomorrow" is no moment; write it as in "2027-07-21 10:00"',
    ),
    "a day that is none": (
        "2026-11-23 10:00", "2026-02-30 10:00",
        'scenarios/busy.yaml:3:7 busy at: "2026-02-30 10:00" is no moment: there is no such day or hour',
    ),
    "no number": (
        "03 205 55 82", "the desk",
        'scenarios/busy.yaml:2:7 busy to: "the desk" is not a telephone number',
    ),
    "a chance above one": (
        "outcomes: {one: busy}", "chance: 2",
        'scenarios/busy.yaml:5:11 busy chance: "2" is not from 0 to 1',
    ),
    "nothing expected": (
        GOOD[GOOD.index("  expect:"):], "  expect: {}\n",
        "scenarios/busy.yaml:6:11 busy expect: expects nothing",
    ),
    "not YAML": ("busy:\n", "busy: [\n", "scenarios/busy.yaml:1:7: not YAML: "),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_not_as_expected_is_told_with_its_place(name: str) -> None:
    right, wrong, words = FAULTS[name]
    assert right in GOOD
    said = faults_of(GOOD.replace(right, wrong, 1))
    assert any(each.startswith(words) for each in said), said


def test_of_several_calls_the_one_that_fails_is_named() -> None:
    text = GOOD.replace("at: 2026-11-23 10:00", "at: [2026-11-23 10:00, 2026-11-23 11:00]").replace(
        "ends: answered by two", "ends: answered by one"
    )
    assert faults_of(text) == [
        'scenarios/busy.yaml:9:11 busy expect ends: the call does not end "answered by one" but "answered by two" (the call to 03 205 55 82 at 2026-11-23 10:00)'
    ]


def test_a_configuration_whose_scenarios_fail_may_not_go_live() -> None:
    texts = {**small_texts(PLAN), "scenarios/busy.yaml": GOOD.replace("by two", "by one")}
    configuration = load_texts(texts, known_prompts()).configuration
    with pytest.raises(ConfigurationFaults) as refused:
        demand_scenarios(configuration, texts)
    assert len(refused.value.faults) == 1


def test_a_number_that_is_gone_is_told_once() -> None:
    texts = read_texts(CONFIG)
    number = "    - {number: 03 205 55 82, carrier: Telenet, plan: night}\n"
    assert number in texts["brands.yaml"]
    texts = {**texts, "brands.yaml": texts["brands.yaml"].replace(number, "")}
    said = [str(fault) for fault in run_scenarios(load_texts(texts).configuration, texts)]
    assert said and all(each.endswith(" to: no brand has the number 03 205 55 82") for each in said), said
    assert len({each.split(" ")[1] for each in said}) == len(said), "one for each scenario"


BY_CLOCK = """\
start: hours
nodes:
  hours: {calendar: [{when: early, go: ring}], rest: sorry}
  ring: {destination: one, rest: sorry}
  sorry: {announce: nobody-reached-callback, next: bye}
  bye: {hangup: normal}
"""
EARLY = "early: {open: Sun 02:00-03:00}"


def by_clock(*rows: str) -> list[str]:
    """Faults of scenarios at moments: `2026-10-25 02:30 -> answered by one`."""
    scenarios = "".join(
        f"call-{number}:\n  to: 03 205 55 82\n  at: {at}\n  expect: {{ends: {ends}}}\n"
        for number, (at, ends) in enumerate(row.split(" -> ") for row in rows)
    )
    texts = {**small_texts(BY_CLOCK, calendars=EARLY), "scenarios/clock.yaml": scenarios}
    configuration = load_texts(texts, known_prompts()).configuration
    return [str(fault) for fault in run_scenarios(configuration, texts)]


def test_the_hour_that_comes_twice_is_meant_both_times() -> None:
    assert (
        by_clock(
            "2026-10-25 02:30 -> answered by one",
            "2026-10-25 02:30+01:00 -> answered by one",
            "2026-10-25 03:00+01:00 -> hung up by the plan",
        )
        == []
    )


def test_a_moment_that_spring_leaves_out_is_none() -> None:
    assert by_clock("2027-03-28 02:30 -> answered by one") == [
        'scenarios/clock.yaml:3:7 call-0 at: "2027-03-28 02:30" is no moment: the clock is put forward over it'
    ]
    assert (
        by_clock("2027-03-28 01:59 -> hung up by the plan", "2027-03-28 03:00 -> hung up by the plan") == []
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("# nothing yet\n", []),
        (GOOD.replace("  expect:\n    hears: [please-hold, no-input]\n    rings: [one, two]\n    ends: answered by two\n", "  expect: {}\n"),
         ["scenarios/busy.yaml:6:11 busy expect: expects nothing"]),
        (GOOD.replace('keys: ["", 1]', "keys: []"), ["scenarios/busy.yaml:8:13 busy expect rings[1]: \"one\" is not rung"]),
        (GOOD.replace("to: 03 205 55 82", "to: []"), ['scenarios/busy.yaml:2:7 busy: "to" is empty']),
        (GOOD.replace("outcomes: {one: busy}", "outcomes: {one: [busy, answered]}"), []),
        (GOOD.replace("outcomes: {one: busy}", "outcomes: {one: []}"),
         ["scenarios/busy.yaml:9:11 busy expect ends: the call does not end"]),
        (GOOD.replace("outcomes: {one: busy}", "suppose: {rign: busy}"),
         ['scenarios/busy.yaml:2:3 busy: unknown node "rign"; did you mean "ring"?']),
        (GOOD.replace("outcomes: {one: busy}", "chance: 1.5"), ['scenarios/busy.yaml:5:11 busy chance: "1.5" is not from 0 to 1']),
        (GOOD + GOOD.replace("busy:", "again:", 1), []),
        (GOOD + GOOD, ['scenarios/busy.yaml:10:1: the key "busy" stands twice']),
    ],
)  # fmt: skip
def test_scenarios_at_the_edge(text: str, words: list[str]) -> None:
    said = faults_of(text)
    assert len(said) >= len(words) and all(any(one.startswith(each) for one in said) for each in words), said
    assert words or not said, said
