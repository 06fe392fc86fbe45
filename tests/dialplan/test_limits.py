"""Limits of numbers, plans and callers: asked before the plan begins, and kept until the call ends."""

from __future__ import annotations

import pytest
from paper import NUMBER, SMALL, at, known_prompts, small, small_texts
from switchboard import Caller

from dialplan.commands import Hangup, Prompt
from dialplan.events import Admission, Failed, Played
from dialplan.model import Configuration
from dialplan.simulate import UnknownDestination, simulate
from dialplan.source import load_texts

PLAN = """
start: hello
LIMITS
nodes:
  hello: {announce: please-hold, next: ring}
  ring: {destination: one, rest: bye}
  full: {announce: all-agents-busy, next: bye}
  bye: {hangup: normal}
"""


def limited(limits: str = "", number: str = "", **files: str) -> Configuration:
    brands = SMALL["brands.yaml"].replace(
        "{number: 03 205 55 82, plan: main}", f"{{number: 03 205 55 82, plan: main{number}}}"
    )
    return small(PLAN.replace("LIMITS", limits), brands=brands, **files)


def test_where_nothing_is_limited_nothing_is_asked() -> None:
    assert Caller(limited()).hears == ["nl:please-hold", "fr:please-hold"]


def test_number_plan_and_caller_are_asked_at_once_for_the_whole_call() -> None:
    configuration = limited(
        "limit: {calls: 9}\ncaller-limit: {starts: 3, within: 1 min}", ", limit: {calls: 5}"
    )
    call = Caller(configuration)
    assert [(one.key, one.at_once, one.starts, one.whole_call) for one in call.admit.limits] == [
        ("number:+3232055582", 5, 0, True),
        ("plan:main", 9, 0, True),
        ("caller:main:+32470000099", 0, 3, True),
    ]
    call.let_in()
    assert call.hears == ["nl:please-hold", "fr:please-hold"]
    assert call.way == ["admission.in"] and call.why == "there is a place"


def test_a_caller_who_shows_no_number_cannot_be_counted() -> None:
    """One nuisance must not lock out everybody who withholds his number."""
    assert Caller(limited("caller-limit: {calls: 1}"), caller=None).hears[0] == "nl:please-hold"


@pytest.mark.parametrize(
    ("limits", "key", "cause", "why"),
    [
        ("limit: {calls: 1}", "plan:main", 17, "the plan has no place: 1 call at once"),
        ("limit: {calls: 9, cause: congested}", "plan:main", 42, "the plan has no place: 9 calls at once"),
        (
            "caller-limit: {starts: 3, within: 2 min, cause: rejected}",
            "caller:main:+32470000099",
            21,
            "the caller has no place: 3 calls in 2 min",
        ),
    ],
)
def test_over_the_limit_a_call_is_refused_unanswered_and_with_words(
    limits: str, key: str, cause: int, why: str
) -> None:
    call = Caller(limited(limits)).refused(Admission.LIMIT, key)
    words = (Prompt("lines-busy", "nl"), Prompt("lines-busy", "fr"))
    assert call.asked == Hangup(cause, words) and call.state.ended
    assert not call.state.answered, "he pays nothing"
    assert call.way == ["admission.over"] and call.why == why


def test_over_the_limit_a_call_may_go_on_elsewhere() -> None:
    call = Caller(limited("limit: {calls: 5, over: full}")).refused(Admission.LIMIT, "plan:main")
    assert call.hears == ["nl:all-agents-busy", "fr:all-agents-busy"]
    assert call.way == ["admission.over"]


def test_the_limit_that_is_full_decides_where_the_call_goes() -> None:
    configuration = limited("limit: {calls: 5, over: bye}", ", limit: {calls: 1, over: full}")
    assert Caller(configuration).refused(Admission.LIMIT, "number:+3232055582").state.node == "full"
    assert Caller(configuration).refused(Admission.LIMIT, "plan:main").way == ["admission.over", "bye.end"]


def test_when_nobody_can_say_whether_there_is_a_place_the_call_is_let_in() -> None:
    for event in (Failed("the book is closed"), Played()):
        call = Caller(limited("limit: {calls: 5}"))
        call.answer(event)
        assert call.hears[0] == "nl:please-hold"
        assert call.why.startswith("let in, for the limit could not be asked: ")


OTHER = """
start: greet
limit: {calls: 2, over: main.full}
nodes:
  greet: {announce: still-trying, next: stop}
  stop: {hangup: normal}
  inside: {announce: please-hold, next: back}
  back: {goto: main.again}
"""
AWAY = """
start: away
nodes:
  away: {goto: other.inside}
  again: {goto: other}
  full: {announce: all-agents-busy, next: bye}
  bye: {hangup: normal}
"""


def test_a_plan_asks_whoever_comes_into_it_and_nobody_twice() -> None:
    call = Caller(small(AWAY, plans__other=OTHER))
    assert [one.key for one in call.admit.limits] == ["plan:other"]
    call.let_in()
    assert call.hears[0] == "nl:please-hold", "in the middle of the plan, where the goto led"
    call.listens()
    assert call.hears[0] == "nl:still-trying", "it has a place already"
    assert call.way == ["away.next", "admission.in", "inside.next", "back.next", "again.next"]


def test_a_full_plan_sends_whoever_comes_into_it_where_it_says() -> None:
    call = Caller(small(AWAY, plans__other=OTHER)).refused(Admission.LIMIT, "plan:other")
    assert call.hears[0] == "nl:all-agents-busy"
    assert call.way == ["away.next", "admission.over"]


def test_what_only_a_limit_leads_to_can_be_reached() -> None:
    texts = small_texts(PLAN.replace("LIMITS", "limit: {calls: 5, over: full}"))
    said = [warning.message for warning in load_texts(texts, known_prompts()).warnings]
    assert "no call can reach this node" not in said


def test_a_simulation_supposes_a_full_plan() -> None:
    configuration = limited("limit: {calls: 5}\ncaller-limit: {calls: 1}", ", limit: {calls: 3, over: full}")

    def told(*full: str) -> tuple[str, ...]:
        story = simulate(configuration, NUMBER, "+32470000099", at("2026-11-23 10:00"), full=full)
        return (story.ended, *story.heard)

    assert told() == ("answered by one", "please-hold")
    assert told("main") == ("refused (cause 17): the plan has no place: 5 calls at once", "lines-busy")
    assert told("caller:main") == (
        "refused (cause 17): the caller has no place: 1 call at once",
        "lines-busy",
    )
    assert told("03 205 55 82") == ("hung up by the plan (cause 16)", "all-agents-busy")
    with pytest.raises(UnknownDestination, match='unknown place "mian"; did you mean "main"'):
        told("mian")


QUEUE_PLAN = """
limit: {calls: 2, over: sorry}
start: ring
nodes:
  ring: {destination: two, rest: bye}
  sorry: {announce: all-agents-busy, next: bye}
  bye: {hangup: normal}
"""


@pytest.mark.parametrize(
    ("limits", "number"),
    [("limit: {calls: 1, over: other.ring}", ""), ("", ", limit: {calls: 1, over: other.ring}")],
)
def test_whoever_is_sent_to_another_plan_by_a_limit_must_find_a_place_there_too(
    limits: str, number: str
) -> None:
    configuration = limited(limits, number, plans__other=QUEUE_PLAN)
    full = simulate(
        configuration, NUMBER, at=at("2026-11-23 10:00"), full=["main" if limits else "03 205 55 82"]
    )
    assert full.ended == "answered by two"
    first = "main" if limits else "03 205 55 82"
    both = simulate(configuration, NUMBER, at=at("2026-11-23 10:00"), full=[first, "other"])
    assert both.heard[:1] == ("all-agents-busy",)
    assert [(hop.plan, hop.exit) for hop in both.steps if hop.kind == "limit"] == [
        ("main", "over"),
        ("other", "over"),
    ]


def test_two_full_plans_that_send_each_other_their_calls_end_at_the_last_person() -> None:
    there = QUEUE_PLAN.replace("over: sorry", "over: main.hello")
    configuration = limited("limit: {calls: 1, over: other.ring}", plans__other=there)
    call = simulate(configuration, NUMBER, at=at("2026-11-23 10:00"), full=["main", "other"])
    assert call.ended == "answered by boss"
    assert [hop.why for hop in call.steps if hop.exit == "last-resort"] == ["more than 200 steps"]
