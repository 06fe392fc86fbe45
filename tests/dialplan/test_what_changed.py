# ruff: noqa: E501 - the sentences are compared as they are printed, on one line
"""What a reload tells: one sentence for each thing that is different."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from paper import known_prompts, shipped, small, small_texts

from bench import large
from dialplan.diff import describe_changes
from dialplan.model import Configuration
from dialplan.pins import hash_pin
from dialplan.source import load_texts, read_texts

OTHER = "start: r\nnodes:\n  r: {destination: two, rest: b}\n  b: {hangup: busy}\n"

CHANGES = [
    ("brands", "plan: main}]", "plan: main}, {number: 0470 12 34 56, plan: main}]",
     '0470 12 34 56 is new: brand "acme", plan "main"'),
    ("brands", "03 205 55 82", "03 205 55 83", '03 205 55 82 is gone (it was brand "acme", plan "main")'),
    ("brands", "plan: main", "plan: other", '03 205 55 82 moves from plan "main" to plan "other"'),
    ("brands", "plan: main", "plan: main, carrier: Telenet", "03 205 55 82, carrier: now Telenet (was empty)"),
    ("brands", "support@example.com", "help@example.com",
     'brand "acme", mailboxes: now help@example.com (was support@example.com)'),
    ("directory", "0470 00 00 51", "0470 00 00 52",
     'directory entry "office", phones: now 0470 00 00 52 (fixed) (was 0470 00 00 51 (fixed))'),
    ("directory", "two: {", "three: {title: Agent three, kind: desk, phone: 0470 00 00 23}\ntwo: {",
     'directory entry "three" is new'),
    ("calendars", "09:00-17:00", "09:00-18:00",
     'calendar "work", opening hours: now Mon-Fri 09:00-18:00 (was Mon-Fri 09:00-17:00)'),
    ("calendars", "holidays: closed", "holidays: ignore", 'calendar "work", on holidays: now ignore (was closed)'),
    ("calendars", "holidays: closed", "holidays: closed, days: [{day: 12-24, hours: 08:00-12:00}]",
     'calendar "work", own days: now 24 December 08:00-12:00 (was empty)'),
    ("duty", "weeks: [ENG]", "weeks: [ENG, ENG]", "the roster, weeks: now ENG, ENG (was ENG)"),
    ("duty", "{levels:", "{ring: 20 s, levels:", 'page policy "standard", ring time: now 20 s (was 30 s)'),
    ("duty", "{levels:", "{together: yes, levels:", 'page policy "standard", together: now yes (was no)'),
    ("duty", "backup_phones: [spare]", "backup_phones: []", "duty, backup phones: now empty (was spare)"),
    ("duty", "backup_phones:", "forecast: {at: 07:00, to: [a@example.com]}\nbackup_phones:",
     "duty, beforehand, forecast: now to a@example.com, at 07:00, days 14, language en, when well Monday (was none)"),
    ("duty", "backup_phones:", "drill: {monthly: first Tue 10:00, to: [a@example.com]}\nbackup_phones:",
     "duty, beforehand, drill: now to a@example.com, monthly first Tuesday of every month, at 10:00, ring time 30 s, "
     "language en (was none)"),
    ("desk", "failsafe: boss", "failsafe: two", "the desk, failsafe: now two (was boss)"),
    ("plans/main", "next: ring", "next: bye", 'plan "main", node "hello", exits "next" is now bye (was ring)'),
    ("plans/main", "rest: bye", "ring: 40 s, rest: bye", 'plan "main", node "ring", ring time: now 40 s (was 25 s)'),
    ("plans/main", "bye: {hangup: normal}", "bye: {goto: other}", 'plan "main", node "bye" is now goto (was hangup)'),
    ("plans/main", "bye: {", "more: {hangup: busy}\n  bye: {", 'plan "main", node "more" is new'),
    ("plans/main", "please-hold", "goodbye", 'plan "main", node "hello", words said: now goodbye (was please-hold)'),
]  # fmt: skip


def loaded(texts: dict[str, str]) -> Configuration:
    return load_texts(texts).configuration


@pytest.mark.parametrize(("file", "old", "new", "sentence"), CHANGES)
def test_a_change_is_told(file: str, old: str, new: str, sentence: str) -> None:
    texts = small_texts(plans__other=OTHER)
    name = f"{file}.yaml"
    assert old in texts[name]
    told = describe_changes(loaded(texts), loaded({**texts, name: texts[name].replace(old, new, 1)}))
    assert sentence in told
    assert len(told) <= 3


def test_a_plan_that_comes_and_goes() -> None:
    with_other, without = loaded(small_texts(plans__other=OTHER)), loaded(small_texts())
    assert describe_changes(without, with_other) == ['plan "other" is new']
    assert describe_changes(with_other, without) == ['plan "other" is gone']


def test_thousands_of_numbers_and_plans_are_counted() -> None:
    few, many = (load_texts(large.texts(*size)).configuration for size in ((1, 1), (3_000, 60)))
    assert describe_changes(few, many) == [
        "2,999 numbers are new: 02 700 00 01 and more",
        '59 plans are new: "plan-1" and more',
    ]
    assert describe_changes(many, few) == [
        "2,999 numbers are gone: 02 700 00 01 and more",
        '59 plans are gone: "plan-1" and more',
    ]


def test_nothing() -> None:
    assert describe_changes(small(), small()) == []


def test_only_a_comment() -> None:
    texts = small_texts()
    commented = {**texts, "desk.yaml": texts["desk.yaml"] + "# a thought\n"}
    assert describe_changes(loaded(texts), loaded(commented)) == [
        "only comments or the order of things changed"
    ]


EVERYTHING = read_texts(Path(__file__).parent / "everything")
"""A configuration with every file and every node."""

RICHER = [
    ("plans/main", "limit: {calls: 50}", "limit: {calls: 40}",
     'plan "main", limits: now of the plan 40 calls at once, over it busy; of the caller 5 calls in 10 min, over it rejected '
     "(was of the plan 50 calls at once, over it busy; of the caller 5 calls in 10 min, over it rejected)"),
    ("plans/main", "tries: 3\n    tries-no", "tries: 2\n    tries-no",
     'plan "main", node "choose", attempts, tries: now 2 (was 3)'),
    ("plans/main", "1-xxxxxxxxxx", "2-xxxxxxxxxx", 'plan "main", node "ticket", pattern: now 2-xxxxxxxxxx (was 1-xxxxxxxxxx)'),
    ("plans/main", "100..199", "100..198",
     'plan "main", node "which", cases: now 465; 100..198; "" (was 465; 100..199; "")'),
    ("plans/main", "$brand, rung", "$brand, called",
     'plan "main", node "note", values "about" is now $brand, called by $caller_shown (was $brand, rung by $caller_shown)'),
    ("plans/main", "hours: 70 %, desk: 30 %", "hours: 60 %, desk: 40 %",
     'plan "main", node "share", shares: now hours 60 %, desk 40 % (was hours 70 %, desk 30 %)'),
    ("plans/main", "longest: 10", "longest: 12", 'plan "main", node "desk", queue, longest: now 12 (was 10)'),
    ("plans/main", "limit: {calls: 2,", "limit: {calls: 3,", 'plan "main", node "desk", limit, calls: now 3 (was 2)'),
    ("plans/main", "entry: one, ring: 15 s", "entry: one, ring: 16 s",
     'plan "main", node "others", ring time "one" is now 16 s (was 15 s)'),
    ("groups", "calls: 20", "calls: 10",
     'number group "lines", limits: now of the group 10 calls at once, over it busy (was of the group 20 calls at once, over it busy)'),
    ("groups", "The lines", "Our lines", 'number group "lines", title: now Our lines (was The lines)'),
    ("lists", "0470 00 00 97", "0470 00 00 96", 'list "blocked", entry 0470 00 00 96 is new: abuse, until 2027-01-31'),
    ("lists", "0470 00 00 97", "0470 00 00 96", 'list "blocked", entry 0470 00 00 97 is gone'),
    ("lists", "reason: premium", "reason: they never call",
     'list "blocked", entry +32900*: now they never call (was premium)'),
    ("tables", "default: {name: nobody}", "default: {name: somebody}",
     'table "customers", default "name" is now somebody (was nobody)'),
    ("tables", "limit: 1 s", "limit: 2 s", 'table "contracts", limit: now 2 s (was 1 s)'),
    ("skills", "voip: 2", "voip: 3",
     'skills group "agents", agents: now one, two (voip: 3) (was one, two (voip: 2))'),
    ("origins", "zones: [antwerp]", "zones: [ghent]", 'origin "vip", zones: now ghent (was antwerp)'),
    ("scenarios/calls", "chance: 0.5", "chance: 0.6", "scenarios/calls.yaml changed"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "sentence"), RICHER)
def test_a_change_of_anything_that_decides_is_told_in_words(
    file: str, old: str, new: str, sentence: str
) -> None:
    name = f"{file}.yaml"
    assert old in EVERYTHING[name]
    changed = {**EVERYTHING, name: EVERYTHING[name].replace(old, new, 1)}
    before, after = (load_texts(texts, known_prompts()).configuration for texts in (EVERYTHING, changed))
    told = describe_changes(before, after)
    assert sentence in told
    assert not any("=" in one for one in told), told  # words, and no notation of a programmer


DATA = [
    ("tables/customers.csv", "465,Acme", "465,Acme of Ghent", ['table "customers", row "465": now name: Acme of Ghent (was name: Acme)']),
    ("tables/customers.csv", "465,Acme\n", "465,Acme\n466,Other\n", ['table "customers", row "466" is new: name: Other']),
    ("tables/customers.csv", "465,Acme\n", "465,Acme\n" + "".join(f"{n},Other\n" for n in range(500, 11_000)),
     ['table "customers": 10,500 rows new']),
    ("tables/blocked.csv", "0470 00 00 98", "0470 00 00 96",
     ['list "blocked", entry 0470 00 00 96 is new: abuse, until 2027-01-31', 'list "blocked", entry 0470 00 00 98 is gone']),
    ("calendars/works.ics", "T120000Z", "T130000Z", ['calendar "work", events changed']),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "sentences"), DATA)
def test_what_changed_in_data_files_is_told(file: str, old: str, new: str, sentences: list[str]) -> None:
    changed = {**EVERYTHING, file: EVERYTHING[file].replace(old, new, 1)}
    before, after = (load_texts(texts, known_prompts()).configuration for texts in (EVERYTHING, changed))
    assert describe_changes(before, after) == sentences


def test_a_limit_of_a_group_is_told_once_and_not_for_each_of_its_numbers() -> None:
    changed = {**EVERYTHING, "groups.yaml": EVERYTHING["groups.yaml"].replace("calls: 20", "calls: 10")}
    before, after = (load_texts(texts, known_prompts()).configuration for texts in (EVERYTHING, changed))
    assert len(describe_changes(before, after)) == 1


def test_of_a_pin_nobody_reads_the_hash() -> None:
    """It is told in logs and mails whose PIN is another."""
    desk = shipped().desk

    def with_pins(**pins: str) -> Configuration:
        return replace(shipped(), desk=replace(desk, pins=pins), fingerprint=repr(pins))

    before = with_pins(adu=hash_pin("48151623", bytes(16)), wti=hash_pin("48151623", bytes(16)))
    after = with_pins(wti=hash_pin("27182818", bytes(16)), aca=hash_pin("27182818", bytes(16)))
    assert sorted(describe_changes(before, after)) == [
        'the desk, the PIN of "aca" is new',
        'the desk, the PIN of "adu" is gone',
        'the desk, the PIN of "wti" changed',
    ]
