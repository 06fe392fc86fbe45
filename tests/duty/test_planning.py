"""From the configuration to a hunt: who is rung on which phones, at which hour."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from dialplan.calendars import WeekWindow
from dialplan.model import Configuration
from dialplan.quiet import Quiet, Unless
from dialplan.source import load
from ivr.duty.planning import plan_hunt
from ivr.settings import ROOT

BRUSSELS = ZoneInfo("Europe/Brussels")
NIGHTLY = (WeekWindow(frozenset(range(7)), (22 * 60, 31 * 60)),)
"""Every day 22:00-07:00."""


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load(ROOT / "config").configuration


def with_quiet_mobile(configuration: Configuration, unless: Unless) -> Configuration:
    """TSC's mobile rests at night; the fixed line does not."""
    entry = configuration.directory["tsc"]
    quiet = replace(entry.phones[0], quiet=Quiet(NIGHTLY, "Europe/Brussels", unless))
    changed = replace(entry, phones=(quiet, *entry.phones[1:]))
    return replace(configuration, directory={**configuration.directory, "tsc": changed})


def labels(configuration: Configuration, hour: int) -> tuple[list[str], list[str]]:
    """TSC's phones in the order in which they are rung at that hour; the hunt was planned at noon."""
    noon = datetime(2026, 1, 7, 12, tzinfo=BRUSSELS)
    hunt = plan_hunt(configuration, configuration.duty.policies["standard"], noon)
    person = next(each for each in hunt.stages[0].people if each.entry == "tsc")
    usual, kept = person.phones_at(noon.replace(hour=hour))
    return [phone.label for phone in usual], [phone.label for phone in kept]


def test_a_quiet_phone_is_rung_when_the_others_have_failed(configuration: Configuration) -> None:
    quiet = with_quiet_mobile(configuration, Unless.NEEDED)
    assert labels(quiet, 12) == (["mobile", "fixed"], [])
    assert labels(quiet, 3) == (["fixed"], ["mobile"])


def test_a_phone_that_is_never_rung_at_night_is_left_out(configuration: Configuration) -> None:
    quiet = with_quiet_mobile(configuration, Unless.NEVER)
    assert labels(quiet, 12) == (["mobile", "fixed"], [])
    assert labels(quiet, 3) == (["fixed"], [])


def test_an_engineer_is_spoken_to_in_the_first_of_his_languages(configuration: Configuration) -> None:
    duty = configuration.duty
    first = replace(duty.engineers[0], languages=("de", "nl"))
    changed = replace(configuration, duty=replace(duty, engineers=(first, *duty.engineers[1:])))
    now = datetime(2026, 1, 7, 12, tzinfo=BRUSSELS)
    people = plan_hunt(changed, changed.duty.policies["standard"], now).stages[0].people
    assert {each.entry: each.language for each in people}[first.entry] == "de"


def test_while_nobody_is_on_duty_the_levels_are_next(configuration: Configuration) -> None:
    roster = replace(configuration.duty.roster, weeks=())
    empty = replace(configuration, duty=replace(configuration.duty, roster=roster))
    now = datetime(2026, 1, 7, 12, tzinfo=BRUSSELS)
    stages = plan_hunt(empty, empty.duty.policies["standard"], now).stages
    assert [len(stage.people) for stage in stages] == [0, 0, 1, 1, 1, 1], "and in the end the desk is told"
