# ruff: noqa: E501 - the sentences are compared as they are printed, on one line
"""Two configurations compared by what callers meet, hour by hour."""

from __future__ import annotations

from datetime import timedelta

import pytest
from paper import CONFIG, NUMBER, at, known_prompts, shipped, small_texts

from dialplan.behaviour import _pairs, describe_behaviour
from dialplan.model import Configuration
from dialplan.source import load_texts, read_texts
from dialplan.windows import say_spans

START = "2026-11-23 00:00"
TWO = "  one: {destination: one}\n  two: {destination: two}\n"


def shipped_with(file: str, old: str, new: str) -> Configuration:
    texts = read_texts(CONFIG)
    assert old in texts[file]
    return load_texts({**texts, file: texts[file].replace(old, new)}, known_prompts()).configuration


def said(new: Configuration, old: Configuration | None = None, days: float = 35) -> list[str]:
    return describe_behaviour(old or shipped(), new, at(START), days).changes


def test_nothing_is_different_between_a_configuration_and_itself() -> None:
    assert said(shipped()) == []


def test_longer_opening_hours_are_told_by_their_window() -> None:
    new = shipped_with(
        "calendars.yaml", "open: Mon-Fri 08:00-18:00", "open: [Mon-Fri 08:00-18:00, Sat 18:00-22:00]"
    )
    assert said(new)[0] == (
        "Saturday 18:00-22:00: callers to 02 788 74 99 now reach Fuzer office; before: Night desk agent 1"
    )
    assert len(said(new)) == 5


def test_another_order_of_ringing() -> None:
    new = shipped_with("plans/night.yaml", "[agent-1, agent-2]", "[agent-2, agent-1]")
    assert said(new) == [
        "At any hour: callers to 03 205 55 82, 03 680 45 82, 03 205 55 42 and 7 more numbers now reach Night desk agent 2; before: Night desk agent 1",
        "Monday to Friday 00:00-08:00 and 18:00-24:00, Saturday and Sunday, on 25 December: callers to 02 788 74 99, 02 788 74 70, 0800 39 808 and 2 more numbers now reach Night desk agent 2; before: Night desk agent 1",
        "Monday to Friday 08:00-18:00, but not on 25 December: callers to 02 788 74 99, 02 788 74 70, 0800 39 808 and 2 more numbers whom nobody answers now meet: the office, Night desk agent 2, Night desk agent 1, Night desk mobile, hung up by the plan; before: the office, Night desk agent 1, Night desk agent 2, Night desk mobile, hung up by the plan",
    ]


def test_engineers_who_are_no_longer_looked_for() -> None:
    new = shipped_with("plans/night.yaml", "next: page}    #", "next: connecting}    #")
    assert said(new)[0].startswith("At any hour: callers to 03 205 55 82") and said(new)[0].endswith(
        'now have engineers looked for by nobody; before: the policy "standard"'
    )


def test_an_own_day_is_told_by_its_date() -> None:
    new = shipped_with(
        "calendars.yaml", "  window: 1\n", "  window: 1\n  days: [{day: 2026-12-10, hours: closed}]\n"
    )
    assert said(new)[0] == (
        "On 10 December 08:00-18:00: callers to 02 788 74 99 now reach Night desk agent 1; before: Fuzer office"
    )


MENU = """
    start: choose
    nodes:
      choose: {menu: choose-language, keys: {1: one, 2: two}, rest: one}
      one: {destination: one}
      two: {destination: two}
"""
BY_ORIGIN = """
    start: where
    nodes:
      where: {origin: [{from: brussels, go: one}], rest: two}
      one: {destination: one}
      two: {destination: two}
"""


def loaded(plan: str) -> Configuration:
    return load_texts(small_texts(plan), known_prompts()).configuration


def test_a_key_that_leads_elsewhere() -> None:
    assert said(loaded(MENU.replace("2: two", "2: one")), loaded(MENU)) == [
        "At any hour: all callers who key 2 now reach Agent one; before: Agent two"
    ]


def test_callers_of_a_zone_who_are_led_elsewhere() -> None:
    assert said(loaded(BY_ORIGIN.replace("go: one", "go: two")), loaded(BY_ORIGIN)) == [
        "At any hour: all callers from 02 511 00 00 now reach Agent two; before: Agent one"
    ]


@pytest.mark.parametrize(
    ("spans", "words"),
    [
        ([("2026-11-23 00:00", "2026-12-21 00:00")], "at any hour"),
        (
            [("2026-11-25 22:00", "2026-11-26 06:00")],
            "on 25 November 22:00-24:00, on 26 November 00:00-06:00",
        ),
        ([("2026-11-25 00:00", "2026-11-26 00:00")], "on 25 November"),
        ([("2026-11-25 00:00", "2026-12-04 00:00")], "on 25 November to 3 December"),
        ([("2026-12-01 00:00", "2026-12-21 00:00")], "from 1 December, at any hour"),
        (
            [
                (f"2026-12-{day:02} 08:00", f"2026-12-{day:02} 18:00")
                for day in (7, 8, 9, 10, 11, 14, 15, 16, 17, 18)
            ],
            "from 7 December, Monday to Friday 08:00-18:00",
        ),
    ],
)
def test_when_in_words(spans: list[tuple[str, str]], words: str) -> None:
    assert say_spans([(at(a), at(b)) for a, b in spans], at(START), at(START) + timedelta(days=28)) == words


BY_HOURS = """
start: hours
nodes:
  hours: {calendar: [{when: work, go: one}], rest: two}
"""


@pytest.mark.parametrize(
    ("start", "old", "new", "when"),
    [
        ("2027-03-22", "00:00-02:00", "00:00-04:00", "On 28 March 03:00-04:00, on 4 April 02:00-04:00"),
        ("2027-03-22", "00:00-02:00", "00:00-03:00", "On 4 April 02:00-03:00"),
        ("2026-10-19", "00:00-02:00", "00:00-03:00", "Sunday 02:00-03:00"),
        ("2026-10-19", "02:00-02:30", "02:00-03:00", "Sunday 02:30-03:00"),
    ],
    ids=["missing_hour", "missing_hour_alone", "repeated_hour", "half_of_the_repeated_hour"],
)
def test_nights_in_which_the_clock_is_changed(start: str, old: str, new: str, when: str) -> None:
    before, after = (
        load_texts(
            small_texts(BY_HOURS + TWO, calendars=f'work: {{open: "Sun {hours}"}}'), known_prompts()
        ).configuration
        for hours in (old, new)
    )
    told_of = describe_behaviour(before, after, at(f"{start} 00:00"), 14)
    assert told_of.changes == [f"{when}: all callers now reach Agent one; before: Agent two"]


def test_the_hour_that_comes_twice_is_not_left_out() -> None:
    """From 02:30 the first time until 02:00 the second time is half an hour, and not none."""
    first, again = at("2026-10-25 02:30"), at("2026-10-25 02:00").replace(fold=1)
    start, end = at("2026-10-19 00:00"), at("2026-11-02 00:00")
    assert say_spans([(first, again)], start, end) == "on 25 October 02:30-03:00"
    two = [
        load_texts(
            small_texts(BY_HOURS + TWO, calendars=f'work: {{open: "Sun {hours}"}}'), known_prompts()
        ).configuration
        for hours in ("01:30-02:30", "02:10-02:40")
    ]
    spans = [span for _, _, span in _pairs(*two, NUMBER, start, end)]
    looked_at = sum(last.timestamp() - first.timestamp() for first, last in spans)
    assert looked_at == end.timestamp() - start.timestamp() == (14 * 24 + 1) * 3600


RING = (
    "  ring: {destination: one, rest: bye}\n  other: {destination: two, rest: bye}\n  bye: {hangup: busy}\n"
)


def told(plan: str, **changes: tuple[str, str]) -> list[str]:
    """What is told of a change of a file, by `plans__main=(old, new)`."""
    texts = small_texts(lists="some: {entries: [0470 00 00 98]}")
    texts["plans/main.yaml"] = plan + RING
    if "some" not in plan:
        del texts["lists.yaml"]
    after = dict(texts)
    for key, (old, new) in changes.items():
        name = f"{key.replace('__', '/')}.yaml"
        assert old in texts[name]
        after[name] = texts[name].replace(old, new)
    before, now = (load_texts(each, known_prompts()).configuration for each in (texts, after))
    return describe_behaviour(before, now, at(START), 7).changes


def test_a_caller_who_is_put_on_a_list_is_told_though_others_stood_there_before() -> None:
    plan = "start: who\nnodes:\n  who: {list: some, exits: {listed: bye}, next: ring}\n"
    assert told(plan, lists=("98]", "98, 0470 00 00 97]")) == [
        "At any hour: all callers from 0470 00 00 97 now reach nobody (hung up by the plan (cause 17)); before: Agent one"
    ]


def test_other_shares_are_told_by_how_many_calls_they_move() -> None:
    plan = "start: share\nnodes:\n  share: {percentage: {ring: 70 %, other: 30 %}}\n"
    assert told(plan, plans__main=("ring: 70 %, other: 30 %", "ring: 30 %, other: 70 %")) == [
        "At any hour: about 40 % of all callers now reach Agent two; before: Agent one"
    ]


def test_what_a_share_of_the_callers_meets_is_told() -> None:
    plan = "start: share\nnodes:\n  share: {percentage: {ring: 70 %, other: 30 %}}\n"
    assert told(plan, plans__main=("other: {destination: two", "other: {destination: office")) == [
        "At any hour: about 30 % of all callers now reach The office; before: Agent two"
    ]


def test_numbers_of_one_plan_that_asks_which_was_dialled_are_told_apart() -> None:
    plan = 'start: which\nnodes:\n  which: {switch: $dialled, cases: {"+3232055583": ring}, rest: ring}\n'
    texts = small_texts()
    texts["plans/main.yaml"] = plan + RING
    texts["brands.yaml"] = texts["brands.yaml"].replace(
        "plan: main}]", "plan: main}, {number: 03 205 55 83, plan: main}]"
    )
    after = {**texts, "plans/main.yaml": texts["plans/main.yaml"].replace('83": ring', '83": other')}
    before, now = (load_texts(each, known_prompts()).configuration for each in (texts, after))
    assert describe_behaviour(before, now, at(START), 7).changes == [
        "At any hour: callers to 03 205 55 83 now reach Agent two; before: Agent one"
    ]


COLLECT = """
start: ask
nodes:
  ask: {collect: enter-customer-number, into: customer, digits: 3-6, next: which, rest: two}
  which: {switch: $customer, cases: {"465": two}, rest: one}
"""
LOOKUP = """
start: ask
nodes:
  ask: {lookup: crm, by: $dialled, exits: {found: which, not-found: one, unanswered: one}, rest: one}
  which: {switch: $level, cases: {gold: two}, rest: one}
"""
CRM = (
    'crm: {url: "sqlite:////nowhere/crm.db", query: "SELECT level FROM c WHERE cli = :key", columns: [level]}'
)
NESTED = """
start: first
nodes:
  first: {menu: choose-language, keys: {1: second}, rest: one}
  second: {menu: choose-language, keys: {1: third}, rest: one}
  third: {menu: choose-language, keys: {1: fourth}, rest: one}
  fourth: {menu: choose-language, keys: {1: one}, rest: one}
"""
LIMITED = """
start: ring
nodes:
  ring: {destination: one, limit: {calls: 2}, exits: {limit: bye}, rest: bye}
  bye: {hangup: normal}
"""


def both(plan: str, old: str, new: str, **files: str) -> list[Configuration]:
    """A plan as it was, and with something else in it."""
    plans = (plan + TWO, (plan + TWO).replace(old, new))
    assert plans[0] != plans[1]
    return [load_texts(small_texts(each, **files), known_prompts()).configuration for each in plans]


def test_what_is_collected_is_followed() -> None:
    assert said(*reversed(both(COLLECT, '"465": two', '"466": two'))) == [
        "At any hour: all callers who key 465 now reach Agent one; before: Agent two",
        "At any hour: all callers who key 466 now reach Agent two; before: Agent one",
    ]


def test_what_is_the_same_whatever_is_keyed_is_told_once() -> None:
    plan = "start: choose\nnodes:\n  choose: {menu: choose-language, keys: {1: one, 2: KEY}, rest: one}\n"
    before, after = both(plan.replace("KEY", "one"), "one: {destination: one}", "one: {destination: office}")
    assert said(after, before) == ["At any hour: all callers now reach The office; before: Agent one"]
    before, after = both(plan.replace("KEY", "two"), "one: {destination: one}", "one: {destination: office}")
    assert said(after, before) == [
        "At any hour: all callers now reach The office; before: Agent one",
        "At any hour: all callers who key 1 now reach The office; before: Agent one",
    ], "key 2 leads elsewhere, so key 1 is told apart"


def test_rows_of_a_database_are_followed() -> None:
    before, after = both(LOOKUP, "gold: two", "silver: two", tables=CRM)
    assert said(after, before) == [
        'At any hour: all callers whose row of the table "crm" has level gold now reach Agent one; before: Agent two',
        'At any hour: all callers whose row of the table "crm" has level silver now reach Agent two; before: Agent one',
    ]


def test_a_database_that_does_not_answer_is_followed() -> None:
    before, after = both(LOOKUP, "unanswered: one", "unanswered: two", tables=CRM)
    assert said(after, before) == [
        'At any hour: all callers, while the table "crm" does not answer, now reach Agent two; before: Agent one'
    ]


def test_rows_of_a_database_that_is_asked_after_a_key_are_followed() -> None:
    menu = "start: choose\nnodes:\n  choose: {menu: choose-language, keys: {1: one, 2: ask}, rest: one}\n"
    plan = menu + LOOKUP.split("nodes:\n")[1]
    before, after = both(plan, "gold: two", "silver: two", tables=CRM)
    assert said(after, before) == [
        'At any hour: all callers who key 2 whose row of the table "crm" has level gold now reach Agent one; before: Agent two',
        'At any hour: all callers who key 2 whose row of the table "crm" has level silver now reach Agent two; before: Agent one',
    ]


def test_what_is_the_same_whatever_a_database_knows_is_told_without_it() -> None:
    before, after = both(
        LOOKUP.replace("gold: two", "gold: one"),
        "one: {destination: one}",
        "one: {destination: office}",
        tables=CRM,
    )
    assert said(after, before) == ["At any hour: all callers now reach The office; before: Agent one"]


def test_a_number_of_no_entry_that_does_not_answer() -> None:
    plan = 'start: ring\nnodes:\n  ring: {destination: "0470 12 34 56", exits: {no-answer: one}, rest: bye}\n'
    before, after = both(plan + "  bye: {hangup: normal}\n", "no-answer: one", "no-answer: two")
    (sentence,) = said(after, before)
    assert sentence.startswith("At any hour: all callers whom nobody answers now meet: ")
    assert "Agent two" in sentence and "Agent one" in sentence


def test_every_kind_of_caller_is_tried_however_many_there_are() -> None:
    numbers = [f"0470 00 {n:02} 00" for n in range(60)]
    origins = "".join(f"o{n}: {{numbers: [{number}]}}\n" for n, number in enumerate(numbers))
    rows = ", ".join(f"{{from: o{n}, go: {'one' if n % 2 else 'two'}}}" for n in range(60))
    plan = f"start: who\nnodes:\n  who: {{origin: [{rows}], rest: one}}\n"
    before, after = both(plan, "{from: o58, go: two}", "{from: o58, go: one}", origins=origins)
    assert said(after, before) == [
        "At any hour: all callers from 0470 00 58 00 now reach Agent one; before: Agent two"
    ]


def test_a_plan_that_is_only_switched_to_is_compared_as_well() -> None:
    plan = "start: ring\nnodes:\n  ring: {destination: one, rest: bye}\n  bye: {hangup: busy}\n"
    before, after = (
        load_texts(
            small_texts(plan, plans__storm=f"start: ring\nnodes:\n  ring: {{destination: {who}}}\n"),
            known_prompts(),
        ).configuration
        for who in ("one", "two")
    )
    assert said(after, before) == [
        "At any hour: all callers switched to storm now reach Agent two; before: Agent one"
    ]


def test_callers_who_find_no_place() -> None:
    before, after = both(LIMITED, "limit: bye", "limit: two")
    assert said(after, before) == [
        "At any hour: all callers who find every place taken now meet: Agent two, answered by two; before: hung up by the plan"
    ]


def test_what_was_not_followed_is_said() -> None:
    before, after = both(NESTED, "third: {menu", "third: {tries: 2, menu")
    told_of = describe_behaviour(before, after, at(START), 7)
    assert told_of.not_followed == ["what is keyed after 3 questions in a row"]
    switching = "start: c\nnodes:\n  c: {record: please-hold, next: one, rest: one}\n"
    before, after = both(switching, "next: one", "next: two")
    assert describe_behaviour(before, after, at(START), 7).not_followed == [
        "other answers at main.c (record)"
    ]


EVERY_WAY = """
    start: hello
    nodes:
      hello: {announce: please-hold, next: choose}
      choose: {menu: menu-new-or-existing, keys: {1: ring}, exits: {no-input: ring, wrong-input: sorry}, rest: ring}
      sorry: {language: fr, next: again}
      again: {announce: still-trying, next: ring}
      ring:
        destination: office
        limit: {calls: 2}
        queue: {wait: 1 min, longest: 3, keys: {"*": bye}}
        exits: {busy: one, not-reached: one, queue-full: bye}
        rest: bye
      bye: {hangup: normal}
      one: {destination: one, rest: bye}
"""


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("busy: one", "busy: bye", "for whom every phone is busy now meet: the office, hung up by the plan; before: the office, Agent one, hung up by the plan"),
        ("not-reached: one", "not-reached: bye", "for whom no phone is reached now meet: the office, hung up by the plan; before: the office, Agent one, hung up by the plan"),
        ('"*": bye', '"*": one', "who leave the queue by * now meet: Agent one, answered by one; before: hung up by the plan"),
        ("queue-full: bye", "queue-full: one", "who find every queue full now meet: Agent one, answered by one; before: hung up by the plan"),
        ("rest: bye\n      bye", "rest: one\n      bye", "whom nobody answers now meet: the office, Agent one, hung up by the plan; before: the office, hung up by the plan"),
        ("wrong-input: sorry", "wrong-input: one", "who key 9 three times now reach Agent one; before: The office"),
        ("announce: please-hold", "announce: office-connecting", "now hear office-connecting; before: please-hold"),
        ("announce: please-hold", "announce: [please-hold, goodbye]", "now hear goodbye as well"),
        ("start: hello", "start: choose", "no longer hear please-hold"),
        ("language: fr", "language: de", "who key 9 three times now hear de still-trying; before: fr still-trying"),
        ("hangup: normal", "hangup: rejected", "whom nobody answers now meet: the office, hung up by the plan (cause 21); before: the office, hung up by the plan"),
    ],
)  # fmt: skip
def test_every_way_that_a_call_can_go_is_compared(old: str, new: str, sentence: str) -> None:
    before, after = (
        load_texts(small_texts(each), known_prompts()).configuration
        for each in (EVERY_WAY, EVERY_WAY.replace(old, new))
    )
    assert f"At any hour: all callers {sentence}" in said(after, before, 7)
