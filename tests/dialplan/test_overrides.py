"""A number group on another plan for a while: which calls go there, and what their trace says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from paper import NUMBER, PaperCall, at, shipped, small

from dialplan.overrides import Override, OverrideKind, UnknownName, named, plan_at, with_overrides

EMERGENCY = """
    start: sorry
    nodes:
      sorry: {announce: still-trying, next: bye}
      bye: {hangup: normal}
"""
NOON = "2026-11-23 12:00"
START, END = at("2026-11-23 11:00"), at("2026-11-23 13:00")


def made(**changes: object) -> Override:
    fields: dict[str, object] = {
        "id": "1", "kind": OverrideKind.GROUP, "name": "acme", "to": "emergency", "start": START, "end": END,
        "by": "TSC", "why": "fire drill",
    } | changes  # fmt: skip
    return Override(**fields)  # type: ignore[arg-type]


def switched(*overrides: Override):  # type: ignore[no-untyped-def]
    return with_overrides(small(plans__emergency=EMERGENCY), overrides)


def test_calls_of_the_group_go_to_the_other_plan_and_their_trace_says_why() -> None:
    call = PaperCall(switched(made()), when=NOON)
    assert call.hears == ["nl:still-trying", "fr:still-trying"]
    hop = call.hops[0]
    assert (hop.plan, hop.kind, hop.exit) == ("main", "override", "switched")
    assert hop.why == "the group acme is switched to emergency by TSC (fire drill) until 2026-11-23 13:00"


@pytest.mark.parametrize(
    ("when", "plan"),
    [
        ("2026-11-23 10:59:59", "main"),
        ("2026-11-23 11:00:00", "emergency"),
        ("2026-11-23 12:59:59", "emergency"),
        ("2026-11-23 13:00:00", "main"),
    ],
)
def test_it_begins_and_ends_by_itself(when: str, plan: str) -> None:
    configuration = switched(made())
    assert plan_at(configuration, configuration.numbers[NUMBER], at(when)) == plan


def test_a_call_that_has_begun_keeps_its_plan() -> None:
    configuration = switched(made())
    call = PaperCall(configuration, when="2026-11-23 10:59")
    call.configuration = with_overrides(configuration, [made(start=at("2026-11-23 10:00"))])
    call.listens()
    assert call.hops[-1].plan == "main"


def test_without_an_end_it_holds_until_somebody_ends_it() -> None:
    configuration = switched(made(end=None, why="", by=""))
    call = PaperCall(configuration, when="2029-11-23 12:00")
    assert call.hops[0].why == "the group acme is switched to emergency until somebody switches it back"


def test_a_number_of_its_own_goes_before_its_group() -> None:
    configuration = switched(made(kind=OverrideKind.NUMBER, name=NUMBER, to="main"), made(id="2"))
    assert plan_at(configuration, configuration.numbers[NUMBER], at(NOON)) == "main"


def test_of_two_the_last_one_made_holds() -> None:
    configuration = switched(made(to="main"), made(id="2"))
    assert plan_at(configuration, configuration.numbers[NUMBER], at(NOON)) == "emergency"


def test_what_names_nothing_is_left_out() -> None:
    configuration = switched(made(to="gone"), made(name="nobody"))
    assert configuration.overrides == {}
    assert PaperCall(configuration, when=NOON).hears == ["nl:please-hold", "fr:please-hold"]


def test_with_none_left_all_is_as_it_was() -> None:
    before = small(plans__emergency=EMERGENCY)
    after = with_overrides(with_overrides(before, [made()]), [])
    assert (after.overrides, after.calendars) == (before.overrides, before.calendars)


def test_the_other_numbers_of_the_desk_stay_where_they_are() -> None:
    one = made(name="fuzer", to="day-and-night", start=at("2026-11-23 00:00"), end=at("2026-11-24 00:00"))
    configuration = with_overrides(shipped(), [one])
    plans = {
        number.number: plan_at(configuration, number, START) for number in configuration.numbers.values()
    }
    assert {plans[n.number] for n in configuration.numbers.values() if n.group == "fuzer"} == {
        "day-and-night"
    }
    for number in configuration.numbers.values():
        if number.group != "fuzer":
            assert plans[number.number] == number.plan


def test_what_somebody_means_by_a_name() -> None:
    configuration = shipped()
    assert named(configuration, "fuzer", "night") == (OverrideKind.GROUP, "fuzer")
    assert named(configuration, "03 205 55 82", "night") == (OverrideKind.NUMBER, "+3232055582")
    assert named(configuration, "office-hours", "closed") == (OverrideKind.CALENDAR, "office-hours")


@pytest.mark.parametrize(
    ("name", "to", "words"),
    [
        ("fuser", "night", 'unknown number group "fuser"; did you mean "fuzer"?'),
        ("fuzer", "nigth", 'unknown plan "nigth"; did you mean "night"?'),
        ("office-hours", "close", 'unknown state of a calendar "close"; did you mean "closed"?'),
        ("office-hours", "shut", 'unknown state of a calendar "shut"; there are open and closed'),
        ("03 205 00 00", "night", 'unknown number "+3232050000"'),
        ("ofice-hours", "closed", 'unknown calendar "ofice-hours"; did you mean "office-hours"?'),
    ],
)
def test_unknown_names(name: str, to: str, words: str) -> None:
    with pytest.raises(UnknownName) as caught:
        named(shipped(), name, to)
    assert str(caught.value).startswith(words)


def test_a_short_one_is_exact_to_the_second() -> None:
    configuration = switched(made(start=START, end=START + timedelta(seconds=2)))
    number = configuration.numbers[NUMBER]
    assert plan_at(configuration, number, START + timedelta(seconds=1)) == "emergency"
    assert plan_at(configuration, number, START + timedelta(seconds=2)) == "main"
