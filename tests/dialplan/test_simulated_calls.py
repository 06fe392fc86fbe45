"""Calls on paper: what an administrator may suppose, and what the answer looks like."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from paper import at, shipped, small

from dialplan.simulate import UnknownDestination, UnknownOutcome, simulate

MENU = """
    start: who
    nodes:
      who: {collect: enter-customer-number, into: customer, digits: 3-6, next: choose, rest: choose}
      choose: {menu: choose-language, keys: {1: page, 2: bye}, rest: bye}
      page: {page: standard, next: tell}
      tell: {mail: plan-mail, to: $brand.accepted_to, next: ring}
      ring: {destination: [one, two], order: together, ring: 30 s, rest: bye}
      bye: {hangup: busy}
"""


def test_the_json_has_exactly_these_keys() -> None:
    story = simulate(shipped(), "+32 2 788 74 99", "0470 00 00 99", at("2026-11-21 21:14"))
    printed = json.loads(json.dumps(story.as_json()))
    assert list(printed) == ["brand", "plan", "steps", "heard", "rang", "mails", "ended"]
    assert set(printed["steps"][0]) == {"node", "kind", "exit", "why"}
    assert printed["rang"][-1] == {
        "entry": "agent-1",
        "label": "Night desk agent 1",
        "number": "+32470000021",
        "by": "call",
        "outcome": "answered",
    }
    assert printed["mails"] == [
        {
            "template": "call-in",
            "to": ["support@fuzer.net"],
            "cc": ["service-team.ext@escaux.com"],
            "by": "page",
        }
    ]


def test_the_engineers_stand_in_the_order_of_the_roster() -> None:
    story = simulate(shipped(), "03 205 55 82", None, at("2026-11-21 21:14"), outcomes={"ADU": "busy"})
    page = [(rung.label[:3], rung.outcome) for rung in story.rang if rung.by == "page"]
    assert page == [("MAB", ""), ("MSS", ""), ("SVO", ""), ("TSC", ""), ("ADU", "busy"), ("WTI", "")]


def test_keys_are_keyed_in_their_order() -> None:
    story = simulate(small(MENU), "03 205 55 82", None, at("2026-11-23 10:00"), keys=["4711#", "1"])
    assert [step.exit for step in story.steps] == ["next", "1", "next", "next", "answered"]
    assert story.heard == ("enter-customer-number", "choose-language")
    assert [mail.to for mail in story.mails] == [("support@example.com",), ("who@example.com",)]
    assert [mail.by for mail in story.mails] == ["page", "plan"]
    assert [(rung.entry, rung.outcome) for rung in story.rang if rung.by == "call"] == [
        ("one", "answered"),
        ("two", "taken elsewhere"),
    ]


def test_keys_run_out_and_the_caller_keys_nothing() -> None:
    story = simulate(small(MENU), "03 205 55 82", None, at("2026-11-23 10:00"))
    assert story.ended == "hung up by the plan (cause 17)"
    assert story.heard.count("no-input") == 4, "twice for each question, and then it goes on"


def test_outcomes_by_number_and_by_name() -> None:
    by_number = simulate(
        small(MENU), "03 205 55 82", None, at("2026-11-23 10:00"), ["", "", "", "1"],
        {"0470 00 00 21": "busy", "two": "no-answer"},
    )  # fmt: skip
    assert by_number.steps[-2].why == "Agent one and Agent two did not answer within 30 s (cause 19)"


def test_time_passes_while_it_rings_and_talks() -> None:
    story = simulate(
        small(MENU),
        "03 205 55 82",
        None,
        at("2026-11-23 10:00"),
        ["471", "1"],
        {"one": "no-answer", "two": "no-answer"},
    )
    assert story.ended_at is not None
    assert story.ended_at - at("2026-11-23 10:00") >= timedelta(seconds=30)


def test_a_time_without_a_zone_is_the_desks() -> None:
    naive, aware = (
        simulate(shipped(), "+3227887499", None, when)
        for when in (at("2026-11-23 17:59").replace(tzinfo=None), at("2026-11-23 17:59"))
    )
    assert naive == aware


def test_an_unknown_number() -> None:
    story = simulate(shipped(), "03 999 99 99", None, at("2026-11-23 10:00"))
    assert (story.brand, story.plan, story.heard) == ("", "", ("number-unknown",))
    assert story.ended == "rejected (cause 1): nobody has this number"
    assert simulate(shipped(), "junk", None, at("2026-11-23 10:00")).ended == story.ended


def test_a_supposition_about_nobody_is_told() -> None:
    with pytest.raises(UnknownDestination, match='unknown destination "agent-3"; did you mean "agent-2"'):
        simulate(shipped(), "03 205 55 82", None, at("2026-11-23 10:00"), outcomes={"agent-3": "busy"})
    with pytest.raises(UnknownOutcome, match='unknown outcome "bussy"; there are answered, no-answer'):
        simulate(shipped(), "03 205 55 82", None, at("2026-11-23 10:00"), outcomes={"agent-1": "bussy"})


CUSTOMERS = """
    start: ask
    nodes:
      ask: {lookup: crm, by: $dialled, exits: {found: ring, not-found: ring, unanswered: ring}, rest: ring}
      ring: {destination: one}
"""
CRM = (
    'crm: {url: "sqlite:////nowhere/crm.db", query: "SELECT level FROM c WHERE cli = :key", columns: [level]}'
)


def test_a_supposed_row_has_columns_of_its_table() -> None:
    configuration = small(CUSTOMERS, tables=CRM)
    when = at("2026-11-23 10:00")
    assert simulate(configuration, "03 205 55 82", None, when, found={"crm": {"level": "gold"}}).ended
    with pytest.raises(
        UnknownDestination, match='unknown column of the table "crm" "levl"; did you mean "level"'
    ):
        simulate(configuration, "03 205 55 82", None, when, found={"crm": {"levl": "gold"}})


def test_a_last_resort_is_told_as_what_it_is() -> None:
    story = simulate(small("start: r\nnodes:\n  r: {destination: one}\n"), "03 205 55 82", None,
                     at("2026-11-23 10:00"), outcomes={"one": "busy", "boss": "no-answer"})  # fmt: skip
    assert story.ended == "nobody was reached"
    assert story.heard == ("failsafe-nobody",)
    assert [rung.entry for rung in story.rang] == ["one", "boss", "boss"]
