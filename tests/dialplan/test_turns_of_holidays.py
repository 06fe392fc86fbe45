"""Holidays in turn: each time the calendar opens the next one is on duty, so that nobody has them all."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from paper import known_prompts

from dialplan.faults import ConfigurationFaults
from dialplan.model import Duty
from dialplan.overrides import Override, OverrideKind
from dialplan.roster import explain_duty, on_duty, stretches_between
from dialplan.source import load_texts, read_texts
from ivr.settings import ROOT

LAYER = """
teams: {desk: {members: [TSC, ADU, WTI, MAB]}}
layers:
  feasts: {team: desk, turn: opening, first: 2026-01-01, during: feasts}
"""


def loaded(layer: str = LAYER) -> Duty:
    texts = read_texts(ROOT / "config")
    texts["duty.yaml"] += layer
    texts["calendars.yaml"] += "\nfeasts: {title: Feasts, open: always, holidays: only}\n"
    duty = load_texts(texts, known_prompts()).configuration.duty
    return replace(duty, roster=replace(duty.roster, weeks=()))


def test_each_holiday_is_the_next_ones_and_in_the_long_run_everybody_has_as_many() -> None:
    duty = loaded()
    new_year = datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert [one.trigram for one in on_duty(duty, new_year)] == ["TSC"]
    assert on_duty(duty, new_year + timedelta(days=1)) == ()
    # Easter Sunday and Monday are one turn
    assert explain_duty(duty, datetime(2026, 4, 6, 12, tzinfo=UTC)) == (
        "feasts: ADU is on call: turn 2 of 4, since Sunday 5 April 00:00"
    )
    end = datetime(2034, 1, 1, tzinfo=UTC)
    turns = Counter(each.order[0] for each in stretches_between(duty, new_year, end) if each.order)
    assert max(turns.values()) - min(turns.values()) <= 1 and sum(turns.values()) >= 78


def test_a_calendar_that_is_switched_open_for_a_while_moves_nobodys_turn() -> None:
    duty = loaded()
    easter = datetime(2026, 4, 6, 12, tzinfo=UTC)
    start = datetime(2026, 3, 1, tzinfo=UTC)
    switched = Override("1", OverrideKind.CALENDAR, "feasts", "open", start, start + timedelta(days=1))
    calendar = replace(duty.calendars["feasts"], overrides=(switched,))
    laid = replace(duty, calendars={**duty.calendars, "feasts": calendar})
    assert [one.trigram for one in on_duty(laid, start + timedelta(hours=1))] == ["TSC"]
    assert on_duty(laid, easter) == on_duty(duty, easter)


def test_before_its_first_turn_it_turns_backwards() -> None:
    assert [one.trigram for one in on_duty(loaded(), datetime(2025, 12, 25, 12, tzinfo=UTC))] == ["MAB"]


def test_it_needs_a_calendar() -> None:
    with pytest.raises(ConfigurationFaults) as caught:
        loaded("\nlayers:\n  feasts: {people: [TSC, ADU], turn: opening, first: 2026-01-01}\n")
    assert [str(each).split(" ", 1)[1] for each in caught.value.faults] == [
        'layers feasts turn: needs "during": each time that calendar opens is a turn'
    ]
