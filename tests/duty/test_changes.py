"""The duty changed while the desk runs: durable before it is told, back by itself, all in the audit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from sqlalchemy import select

from dialplan.changes import ChangeRefused, warnings_of
from dialplan.model import Absence, Configuration, Cover, Duty, Roster, Swap
from dialplan.roster import explain_duty, on_duty
from dialplan.source import load
from ivr.clock import VirtualClock
from ivr.duty.change_mails import ChangeMails, News
from ivr.duty.changes import DutyBoard, UnknownChange
from ivr.duty.kept import Kept, Standing
from ivr.duty.live import with_live_duty
from ivr.notify.letters import DEFAULT
from ivr.notify.words import LANGUAGES
from ivr.overrides.kept import list_audit
from ivr.settings import ROOT
from ivr.storage import Database, Mail, StorageError

NOW = datetime(2026, 11, 21, 22, 15, tzinfo=UTC)
"""A Saturday night, 23:15 by the desk's clock."""
MORNING = NOW + timedelta(hours=9)


class Desk:
    """A board on a database, with the shipped configuration live."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock = database, VirtualClock(NOW)
        self.plain: Configuration = load(ROOT / "config").configuration
        self.over: Callable[[Duty], Duty] = lambda duty: duty
        self.board = self.another()

    def another(self) -> DutyBoard:
        """A board of the same desk: after a restart, or on another box."""
        return DutyBoard(self.database, self.clock, lambda: self.plain.duty, self.lay_over)

    def lay_over(self, over: Callable[[Duty], Duty]) -> None:
        self.over = over

    @property
    def duty(self) -> Duty:
        return self.over(self.plain.duty)

    @property
    def order(self) -> list[str]:
        return [engineer.trigram for engineer in on_duty(self.duty, self.clock.now())]

    async def audit(self) -> list[tuple[str, str]]:
        rows = await self.database.read(lambda session: list_audit(session, 50))
        return [(row.actor, str(row.action)) for row in reversed(rows)]


@pytest_asyncio.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    yield Desk(database)


@pytest.fixture
def usual(desk: Desk) -> list[str]:
    return desk.order


async def test_an_override_holds_at_once_and_ends_by_itself(desk: Desk, usual: list[str]) -> None:
    kept = await desk.board.add(Swap(NOW, MORNING, ("MAB", "SVO"), "storm"), "tsc")
    assert desk.order == ["MAB", "SVO"] != usual
    assert "MAB is on call by an override (storm) until Sunday 22 November 08:15" in explain_duty(
        desk.duty, NOW
    )
    assert kept.standing(NOW) is Standing.HOLDS
    await desk.clock.pass_time(9 * 3600)
    assert (desk.order, kept.standing(desk.clock.now())) == (usual, Standing.OVER)
    assert await desk.audit() == [("tsc", "duty-changed")]


async def test_it_survives_a_restart_and_reaches_the_other_box(desk: Desk, usual: list[str]) -> None:
    await desk.board.add(Absence(usual[0], NOW, MORNING), "tsc")
    desk.over = lambda duty: duty
    assert desk.order == usual
    await desk.another().start()
    assert desk.order == usual[1:]


async def test_what_another_box_cancels_ends_here_too(desk: Desk, usual: list[str]) -> None:
    kept = await desk.board.add(Swap(NOW, MORNING, ("MAB",)), "tsc")
    other = desk.another()
    await other.start()
    await other.cancel(kept.id[:4], "adu")
    await desk.board.follow()
    assert desk.order == usual
    assert [one.ended_by for one in await desk.board.list()] == ["adu"]


async def test_a_request_leaves_its_asker_on_duty_until_somebody_agrees(desk: Desk, usual: list[str]) -> None:
    first = usual[0]
    asked = await desk.board.add(Cover(NOW, MORNING, first, title="a wedding"), first, asked=["TSC", "SVO"])
    assert desk.order == usual
    assert "asks to be covered (a wedding)" in explain_duty(desk.duty, NOW)
    assert [one.id for one in desk.board.requests()] == [asked.id]
    with pytest.raises(ChangeRefused, match="ADU was not asked; TSC, SVO were"):
        await desk.board.agree(asked.id, "ADU", "ADU")
    declined = await desk.board.decline(asked.id, "TSC", "TSC")
    assert declined.declined == ("TSC",)
    await desk.clock.pass_time(60)
    agreed = await desk.board.agree(asked.id, "SVO", "SVO")
    assert desk.order[0] == "SVO" and first not in desk.order
    assert desk.board.requests() == ()
    assert (agreed.agreed_by, agreed.is_request) == ("SVO", False)
    with pytest.raises(ChangeRefused, match=f"SVO has agreed to {asked.id} already"):
        await desk.board.agree(asked.id, "TSC", "TSC")
    did = [action for _, action in await desk.audit()]
    assert did == ["duty-changed", "duty-declined", "duty-agreed"]


async def test_what_was_is_still_told_after_it_was_cancelled(desk: Desk, usual: list[str]) -> None:
    kept = await desk.board.add(Swap(NOW, MORNING, ("MAB",)), "tsc")
    await desk.clock.pass_time(3600)
    await desk.board.cancel(kept.id, "tsc")
    assert desk.order == usual
    assert [one.trigram for one in on_duty(desk.duty, NOW + timedelta(minutes=30))] == ["MAB"]
    with pytest.raises(ChangeRefused, match="was cancelled already, by tsc"):
        await desk.board.cancel(kept.id, "tsc")


async def test_who_left_the_directory_is_reported_and_counts_again_when_he_is_back(
    desk: Desk, usual: list[str]
) -> None:
    await desk.board.add(Swap(NOW, MORNING, ("MAB",)), "tsc")
    with_mab = desk.plain
    desk.plain = replace(with_mab, duty=_without(with_mab.duty, "MAB"))
    assert desk.order == [name for name in usual if name != "MAB"]
    (lost,) = desk.board.lost()
    assert lost.why == 'there is no engineer "MAB"; there are TSC, ADU, WTI, MSS, SVO'
    assert desk.board.warnings() == (f"the change {lost.kept.id} of the duty means nothing: {lost.why}",), (
        "whoever reloads is told"
    )
    desk.plain = with_mab
    assert (desk.order, desk.board.lost()) == (["MAB"], ())


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (Swap(NOW, MORNING, ("WTJ",)), 'there is no engineer "WTJ"; did you mean "WTI"?'),
        (
            Swap(NOW, MORNING, ("WTI",), layer="rooster"),
            'no layer "rooster"; did you mean "roster"?',
        ),
        (Swap(MORNING, NOW, ("WTI",)), "it would end on Saturday 21 November 23:15, and begins on Sunday 22"),
        (Swap(NOW - timedelta(days=2), NOW - timedelta(days=1), ("WTI",)), "it would be over already"),
        (Cover(NOW, MORNING, "WTI", "WTI"), "WTI cannot stand in for WTI"),
        (Swap(NOW, NOW + timedelta(days=500), ("WTI",)), "it would last 500 days; the most is 400"),
    ],
)
async def test_what_cannot_be_is_refused_in_one_sentence(
    desk: Desk, change: Swap | Cover, why: str, usual: list[str]
) -> None:
    with pytest.raises(ChangeRefused) as refused:
        await desk.board.add(change, "tsc")
    assert why in str(refused.value)
    assert (desk.order, await desk.board.list()) == (usual, ())


async def test_an_id_that_is_unknown_is_said(desk: Desk) -> None:
    with pytest.raises(UnknownChange, match='there is no change "zzzzz"'):
        await desk.board.cancel("zzzzz", "tsc")


async def test_several_are_made_together_or_not_at_all(desk: Desk) -> None:
    good, bad = Swap(NOW, MORNING, ("MAB",)), Swap(NOW, MORNING, ("XXX",))
    with pytest.raises(ChangeRefused):
        await desk.board.add_all([good, bad], "tsc")
    assert await desk.board.list() == ()
    made = await desk.board.add_all([good, Swap(NOW, MORNING, ("SVO",))], "tsc")
    assert desk.order == ["SVO"], "of two the later counts"
    assert [one.id for one in desk.board.changes] == [one.id for one in made]


def test_what_people_should_know_is_said_before_it_holds() -> None:
    duty = load(ROOT / "config").configuration.duty
    alone = replace(duty, roster=replace(duty.roster, weeks=(("WTI",), ("ADU",)), first_week=_MONDAY))
    first = on_duty(alone, NOW)[0].trigram
    other = "ADU" if first == "WTI" else "WTI"
    end = "Sunday 22 November 08:15"
    assert warnings_of(alone, Absence(first, NOW, MORNING), NOW) == (
        f"nobody is on duty from Saturday 21 November 23:15 until {end}",
    )
    away = replace(alone, leave=(Absence("MAB", NOW, MORNING, "skiing"),))
    assert warnings_of(away, Cover(NOW, MORNING, first, "MAB"), NOW)[0] == (
        f"MAB is on leave (skiing) until {end}, and would be rung all the same"
    )
    assert warnings_of(alone, Cover(NOW, MORNING, other, "MAB"), NOW) == (
        "this changes nothing: the same people are rung in the same order",
    )
    assert warnings_of(alone, Cover(NOW, MORNING, other), NOW) == (
        f"{other} is not on duty then: there is nothing to cover",
    )
    before = Swap(NOW - timedelta(hours=5), NOW - timedelta(hours=3), (other,))
    rested = replace(alone, overrides=(before,))
    assert f"{other} rests 3 h only, from Saturday 21 November 20:15 on; the least is 8 h" in warnings_of(
        rested, Swap(NOW, MORNING, (other,)), NOW
    )


def test_a_call_that_began_yesterday_rings_who_is_on_duty_today() -> None:
    pinned = load(ROOT / "config").configuration
    live = replace(pinned, duty=replace(pinned.duty, overrides=(Swap(NOW, MORNING, ("MAB",)),)))
    seen = with_live_duty(pinned, live)
    assert [one.trigram for one in on_duty(seen.duty, NOW)] == ["MAB"]
    assert seen.plans is pinned.plans


_MONDAY = Roster((), datetime(2026, 1, 5).date(), 0, 480, "Europe/Brussels").first_week


def _without(duty: Duty, trigram: str) -> Duty:
    weeks = tuple(tuple(name for name in week if name != trigram) for week in duty.roster.weeks)
    return replace(
        duty,
        engineers=tuple(one for one in duty.engineers if one.trigram != trigram),
        roster=replace(duty.roster, weeks=weeks),
    )


async def test_those_whom_it_concerns_are_told_in_their_language(database: Database) -> None:
    desk = Desk(database)
    board = DutyBoard(
        database,
        desk.clock,
        lambda: desk.plain.duty,
        desk.lay_over,
        mails=ChangeMails(lambda: desk.plain),
    )
    asked = await board.add(Cover(NOW, MORNING, "MAB", title="a wedding"), "MAB", asked=["TSC", "ADU"])
    await board.decline(asked.id, "TSC", "TSC by phone")
    await board.agree(asked.id, "ADU", "ADU by phone")
    await board.add(Absence("SVO", NOW, MORNING), "SVO")
    await board.add_all([Swap(NOW, MORNING, ("WTI",))], "a spreadsheet")
    mails = await database.read(lambda session: [_mail(row) for row in session.scalars(select(Mail))])
    subjects = sorted(f"{to}: {subject}" for to, subject, _ in mails)
    at = "zaterdag 21 november 2026 om 23:15"
    le = "samedi 21 novembre 2026 à 23:15"
    assert subjects == [
        f"adu@example.com: ADU remplace MAB, {le}",
        f"adu@example.com: Pouvez-vous remplacer MAB ?, {le}",
        f"mab@example.com: ADU remplace MAB, {le}",
        f"mab@example.com: TSC ne peut pas remplacer MAB, {le}",
        f"tsc@example.com: Wilt u MAB vervangen?, {at}",
    ]
    (body,) = [body for to, subject, body in mails if "Wilt" in subject]
    assert f"dutyline duty agree {asked.id}" in body and "Waarom: a wedding" in body
    assert "\n\n\n" not in body


def _mail(row: Mail) -> tuple[str, str, str]:
    return ", ".join(row.to), row.subject, row.body


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("news", News)
@pytest.mark.parametrize("kind", ["override", "cover", "swap", "leave"])
def test_every_change_can_be_told_in_every_language(language: str, news: News, kind: str) -> None:
    facts = {
        "state": str(news), "kind": kind, "id": "k7f3q", "people": ["ADU", "WTI"], "absent": "ADU",
        "stand_in": "" if news is News.ASKED else "WTI", "who_said": "TSC", "start": NOW, "end": MORNING,
        "title": "", "layer": "nights", "by": "tsc",
    }  # fmt: skip
    letter = DEFAULT.render("duty-changed", language, facts)
    assert "ADU" in letter.body and "nights" in letter.body and "{" not in letter.subject + letter.body
    assert "\n\n\n" not in letter.body


async def test_of_two_who_agree_at_the_same_moment_one_stands_in(desk: Desk, usual: list[str]) -> None:
    """Two boxes, one request: the other is told that somebody has agreed already."""
    other = desk.another()
    for turn in range(10):
        start = NOW + timedelta(days=turn)
        asked = await desk.board.add(Cover(start, start + timedelta(hours=1), usual[0]), "tsc")
        answers = await asyncio.gather(
            desk.board.agree(asked.id, "SVO", "SVO"),
            other.agree(asked.id, "ADU", "ADU"),
            return_exceptions=True,
        )
        agreed = [one for one in answers if isinstance(one, Kept)]
        refused = [str(one) for one in answers if isinstance(one, ChangeRefused)]
        assert len(agreed) == len(refused) == 1, answers
        assert refused == [f"{agreed[0].agreed_by} has agreed to {asked.id} already"]


async def test_a_database_that_is_away_changes_nothing_and_what_held_holds(desk: Desk) -> None:
    await desk.board.add(Swap(NOW, MORNING, ("MAB",)), "tsc")
    before = desk.order
    await desk.database.close()
    await desk.board.follow()
    assert desk.order == before and desk.board.why_stale
    with pytest.raises(StorageError):
        await desk.board.add(Swap(NOW, MORNING, ("SVO",)), "tsc")
    assert desk.order == before
