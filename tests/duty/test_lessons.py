"""What is learned of a phone: the second at which its voicemail answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dialplan.source import load
from ivr.clock import VirtualClock
from ivr.duty.hunt import Attempt
from ivr.duty.lessons import Lesson, Pickup, with_key, without_key
from ivr.duty.planning import plan_hunt
from ivr.duty.school import School, all_lessons
from ivr.feed import Feed
from ivr.settings import ROOT
from ivr.storage import AttemptState, Database, Mail

NIGHT = datetime(2026, 11, 21, 22, 15, tzinfo=UTC)
MAB = "+32470000004"


def taught(*seconds: float, days: float = 1) -> Lesson:
    """A phone that was picked up without a key after so many seconds, a night after the other."""
    lesson = Lesson(MAB)
    for index, second in enumerate(seconds):
        at = NIGHT + timedelta(days=index * days)
        lesson = without_key(lesson, Pickup(f"page-{index}", at, second), "mab")
    return lesson


def test_two_that_agree_are_believed_and_the_ring_ends_before() -> None:
    assert taught(20.1).second is None
    lesson = taught(20.1, 20.9)
    assert lesson.second == 20.1
    assert lesson.longest_s == pytest.approx(18.6)


def test_pockets_at_any_second_teach_nothing() -> None:
    assert taught(4.0, 20.0, 9.5).second is None


def test_the_same_pick_up_counts_once() -> None:
    lesson = taught(20.0)
    assert without_key(lesson, Pickup("page-0", NIGHT, 20.0), "mab") == lesson


def test_a_phone_that_is_switched_off_is_not_rung_less() -> None:
    assert taught(1.2, 1.4, 1.3).second is None


def test_what_was_seen_months_ago_says_nothing() -> None:
    assert taught(20.0, 20.5, days=100).second is None


def test_a_voicemail_that_answers_earlier_by_now_is_learned_anew() -> None:
    assert taught(20.0, 20.5, 12.0, 12.4).second == 12.0


def test_a_key_after_that_second_unlearns_it_and_before_it_does_not() -> None:
    lesson = taught(20.0, 20.5)
    assert with_key(lesson, 8.0).second == 20.0
    assert with_key(lesson, 24.0).second is None


def test_a_key_takes_away_what_pockets_had_left_behind() -> None:
    assert with_key(taught(20.0), 22.0).pickups == ()


def attempt(number: int, second: float) -> tuple[Attempt, datetime]:
    at = NIGHT + timedelta(days=number)
    made = Attempt(f"page-{number}", "roster", 0, "mab", MAB, AttemptState.SILENT, at, title="MAB")
    return made, at + timedelta(seconds=second)


async def test_the_owner_is_told_once_and_the_next_page_rings_less(database: Database) -> None:
    configuration = load(ROOT / "config").configuration
    school = School(database, VirtualClock(NIGHT), lambda: configuration, Feed())
    for number in range(3):
        school.answered_by_nobody(*attempt(number, 20 + number / 10))
        await wait_written(school)
    assert school.caps() == {MAB: 18.5}
    mails = await database.read(lambda session: session.query(Mail).all())
    assert [(one.template, one.to, one.language) for one in mails] == [
        ("phone-voicemail", ["mab@example.com"], "fr")
    ]
    policy = next(iter(configuration.duty.policies.values()))
    hunt = plan_hunt(configuration, policy, NIGHT, caps=school.caps())
    phones = {
        phone.number: phone for stage in hunt.stages for person in stage.people for phone in person.phones
    }
    assert phones[MAB].longest_s == 18.5

    again = School(database, VirtualClock(NIGHT), lambda: configuration, Feed())
    await again.refresh()
    assert again.caps() == {MAB: 18.5}, "it outlives a restart"
    assert await again.forget(MAB)
    assert not await again.forget(MAB)
    assert again.caps() == {}
    assert await database.read(all_lessons) == []


async def test_a_back_up_phone_is_nobodys_own(database: Database) -> None:
    configuration = load(ROOT / "config").configuration
    school = School(database, VirtualClock(NIGHT), lambda: configuration, Feed())
    for number in range(2):
        made, at = attempt(number, 20)
        school.answered_by_nobody(Attempt(**{**as_dict(made), "backup": True}), at)
        await wait_written(school)
    assert school.caps() == {MAB: 18.5}
    assert await database.read(lambda session: session.query(Mail).count()) == 0


def as_dict(made: Attempt) -> dict[str, object]:
    return {name: getattr(made, name) for name in made.__slots__}


async def wait_written(school: School) -> None:
    import asyncio

    while school._writing:
        await asyncio.gather(*school._writing)


def test_the_mail_exists_in_four_languages() -> None:
    folder = Path(ROOT) / "ivr/notify/templates"
    assert sorted(path.parent.name for path in folder.glob("*/phone-voicemail.txt.j2")) == [
        "de", "en", "fr", "nl",
    ]  # fmt: skip
