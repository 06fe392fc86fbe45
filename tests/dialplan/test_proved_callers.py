# ruff: noqa: E501 - plans and commands are written on one line
"""A proof tells apart whatever a plan tells apart: numbers, callers of every country and kind, and entries that end."""

from __future__ import annotations

import pytest
from paper import at, known_prompts, small_texts

from dialplan.prove import Proof, prove
from dialplan.source import load_texts

RING = """
  ring: {destination: one, rest: sorry}
  sorry: {announce: goodbye, next: done}
  done: {hangup: normal}
  bye: {hangup: normal}
"""
NUMBERS = "{number: 03 205 55 82, plan: main}, {number: 03 205 55 83, plan: main}, {number: 03 205 55 84, plan: main, group: odd}"


def proof_of(plan: str, **files: str) -> Proof:
    texts = small_texts(**files)
    texts["plans/main.yaml"] = plan + RING
    return proof(texts)


def proof(texts: dict[str, str]) -> Proof:
    return prove(load_texts(texts, known_prompts()).configuration, at("2026-11-23 00:00"), 14)


def commands(proof: Proof) -> list[str]:
    return [one.command for one in proof.counter_examples]


@pytest.mark.parametrize(
    ("node", "number"),
    [
        ('which: {switch: $dialled, cases: {"+3232055583": bye}, rest: ring}', "03 205 55 83"),
        ("which: {switch: $group, cases: {odd: bye}, rest: ring}", "03 205 55 84"),
        ("which: {list: some, value: $dialled, exits: {listed: bye}, next: ring}", "03 205 55 83"),
    ],
)
def test_numbers_of_one_plan_are_told_apart_where_the_plan_asks_which_was_dialled(
    node: str, number: str
) -> None:
    texts = small_texts(lists="some: {entries: [03 205 55 83]}")
    texts["brands.yaml"] = texts["brands.yaml"].replace("{number: 03 205 55 82, plan: main}", NUMBERS)
    texts["plans/main.yaml"] = f"start: which\nnodes:\n  {node}{RING}"
    if "list:" not in node:
        del texts["lists.yaml"]
    found = proof(texts)
    assert found.coverage.kinds_of_number == 2
    assert [one.split(" --at")[0] for one in commands(found)] == [f'dutyline simulate --to "{number}"']
    assert found.counter_examples[0].is_shown


CALLERS = [
    # the zone is kept first and compared later
    ("start: keep\nnodes:\n  keep: {set: {area: $zone}, next: wait}\n  wait: {destination: two, rest: which}\n"
     "  which: {switch: $area, cases: {antwerp: bye}, rest: ring}", "03 511 00 00"),
    ("start: which\nnodes:\n  which: {switch: $country, cases: {PL: bye}, rest: ring}", "+48 12 345 67 89"),
    ("start: which\nnodes:\n  which: {switch: $caller_kind, cases: {premium: bye}, rest: ring}", "0900 12 345"),
    ('start: which\nnodes:\n  which: {switch: $caller_shown, cases: {"02 788 74 99": bye}, rest: ring}', "02 788 74 99"),
]  # fmt: skip


@pytest.mark.parametrize(("plan", "caller"), CALLERS)
def test_a_caller_of_any_kind_is_tried(plan: str, caller: str) -> None:
    found = proof_of(plan)
    assert [f'--from "{caller}"' in one for one in commands(found)] == [True]
    assert found.counter_examples[0].is_shown


def test_a_desk_of_another_country_has_callers_of_its_own_and_commands_in_its_own_writing() -> None:
    texts = {
        name: text.replace("0470 00", "+32 470 00").replace(" 03 205", " +32 3 205")
        for name, text in small_texts().items()
    }
    texts["desk.yaml"] += "country: NL\ntimezone: Europe/Amsterdam\n"
    texts["plans/main.yaml"] = (
        f"start: which\nnodes:\n  which: {{origin: [{{from: mobile, go: bye}}], rest: ring}}{RING}"
    )
    assert [one.split(" --at")[0] for one in commands(proof(texts))] == [
        'dutyline simulate --to "+32 3 205 55 82" --from "06 12345678"'
    ]


def test_entries_of_a_list_that_end_apart_are_callers_apart() -> None:
    """The one is off the list before the day on which listed callers are cut off, the other is still on it."""
    found = proof_of(
        "start: who\nnodes:\n  who: {list: some, exits: {listed: hours}, next: ring}\n"
        "  hours: {calendar: [{when: promo, go: bye}], rest: ring}",
        lists="some: {entries: [{number: 0470 00 00 98, until: 2026-11-25}, {number: 0470 00 00 97, until: 2026-12-05}]}",
        calendars="work: {open: Mon-Fri 09:00-17:00}\npromo: {days: [{day: 2026-12-01, hours: 10:00-12:00}]}",
    )
    assert commands(found) == [
        'dutyline simulate --to "03 205 55 82" --from "0470 00 00 97" --at 2026-12-01T10:00'
    ]
    assert not found.never  # a rest that leads where next leads is for failures, and no news


def test_a_limit_that_sends_calls_elsewhere_is_followed_there() -> None:
    """The plan behind a full number has hours of its own: cut off in the evening, and on no other time."""
    texts = small_texts(
        plans__extra="start: h\nnodes:\n  h: {calendar: [{when: work, go: sorry}], rest: bye}\n"
        "  sorry: {announce: goodbye, next: bye}\n  bye: {hangup: normal}\n"
    )
    texts["brands.yaml"] = texts["brands.yaml"].replace(
        "plan: main}", "plan: main, limit: {calls: 1, over: extra.h}}"
    )
    texts["plans/main.yaml"] = f"start: ring\nnodes:{RING}".replace("  bye: {hangup: normal}\n", "")
    found = proof(texts)
    assert found.coverage.plans == 2
    assert found.coverage.kinds_of_moment == 2
    assert [one.plan == "extra" for one in found.counter_examples] == [True]


def test_what_a_plan_keeps_still_counts_where_a_limit_sends_the_call() -> None:
    texts = small_texts(
        "start: choose\nnodes:\n  choose: {menu: choose-language, keys: {1: keep, 2: wait}, rest: wait}\n"
        "  keep: {set: {x: a}, next: wait}\n  wait: {destination: two, rest: on}\n  on: {goto: extra}",
        plans__extra=f"limit: {{calls: 1, over: which}}\nstart: ring\nnodes:\n  which: {{switch: $x, cases: {{a: bye}}, rest: ring}}{RING}",
    )
    assert [one.split("--keys ")[1] for one in commands(proof(texts))] == [
        '"1" --outcome "two=no-answer" --full "plan:extra"'
    ]


KEYED = (
    "start: ask\nnodes:\n"
    "  ask: {collect: enter-customer-number, into: customer, digits: 1-10, next: look, rest: ring}\n"
    "  look: {lookup: customers, by: $customer, rest: which}\n"
    '  which: {switch: $window, cases: {"3": two}, rest: ring}\n'
    "  two: {destination: two, rest: bye}"
)


def customers(rows: int, odd: int, number: str) -> str:
    """A table of customers, each with a name of his own, and one with another window."""
    lines = (f"{number.format(n)},Customer {n},{3 if n == odd else 1}" for n in range(rows))
    return "\n".join(("customer,name,window", *lines)) + "\n"


def test_the_one_customer_of_many_whose_row_leads_elsewhere_is_found() -> None:
    texts = small_texts(
        tables="customers: {file: tables/customers.csv, key: customer, columns: {name: customer_name, window: window}}"
    )
    texts |= {"plans/main.yaml": KEYED + RING, "tables/customers.csv": customers(200, 177, "{}")}
    loaded = load_texts(texts, known_prompts()).configuration
    found = prove(loaded, at("2026-11-23 00:00"), 14)
    silences = [one.command for one in found.counter_examples if one.node == "bye"]
    assert len(silences) == 1
    assert '--keys "177"' in silences[0]


def test_ten_thousand_customers_who_are_treated_alike_are_one_kind_of_caller() -> None:
    texts = small_texts(
        tables="customers: {file: tables/customers.csv, key: customer, key-kind: phone, columns: {name: customer_name, window: window}}"
    )
    plan = KEYED.replace("by: $customer", "by: $caller").replace("start: ask", "start: look")
    texts |= {
        "plans/main.yaml": plan.replace(plan.splitlines()[2] + "\n", "") + RING,
        "tables/customers.csv": customers(10_000, 7_777, "+3247{:07}"),
    }
    found = proof(texts)
    assert found.coverage.callers == 3  # nobody known, a customer, and the one with another window
    assert ['--from "0470 00 77 77"' in one for one in commands(found)] == [True]


def test_extensions_are_tried_however_many_there_are() -> None:
    people = "".join(
        f"x{n}: {{title: Number {n}, kind: desk, phone: +32471{n:06}, extension: {200 + n}}}\n"
        for n in range(80)
    )
    texts = small_texts(
        "start: choose\nnodes:\n"
        "  choose: {menu: choose-language, keys: {1: ring}, extensions: yes, exits: {extension: direct}, rest: ring}\n"
        "  direct: {destination: $extension, rest: bye}" + RING
    )
    texts["directory.yaml"] += people
    found = proof(texts)
    assert ['--keys "200"' in one for one in commands(found)] == [True]
