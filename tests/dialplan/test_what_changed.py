# ruff: noqa: E501 - the sentences are compared as they are printed, on one line
"""What a reload tells: one sentence for each thing that is different."""

from __future__ import annotations

import pytest
from paper import small, small_texts

from dialplan.diff import describe_changes
from dialplan.model import Configuration
from dialplan.source import load_texts

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


def test_nothing() -> None:
    assert describe_changes(small(), small()) == []


def test_only_a_comment() -> None:
    texts = small_texts()
    commented = {**texts, "desk.yaml": texts["desk.yaml"] + "# a thought\n"}
    assert describe_changes(loaded(texts), loaded(commented)) == [
        "only comments or the order of things changed"
    ]
