"""What is done before anybody calls, in virtual time: a real database, phones that do as they are told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from dialplan.beforehand import AskedBy, HandshakePlan
from dialplan.calendars import WeekWindow
from dialplan.forecast import Concern, Item
from dialplan.model import Absence, Configuration, Duty, Phone
from dialplan.quiet import Quiet
from dialplan.source import load
from ivr.beforehand.drill import DrillRefusedError, Drills, DrillWish
from ivr.beforehand.forecasting import Forecasts
from ivr.beforehand.handshake import Handshakes
from ivr.beforehand.links import LinkError, check_token, make_token, run_of
from ivr.beforehand.ringing import Means
from ivr.beforehand.rings import Ring, Skipped, keep_ring, rings_of
from ivr.beforehand.words import say_ring, sentence
from ivr.clock import VirtualClock
from ivr.feed import Feed
from ivr.notify.letters import DEFAULT
from ivr.notify.words import Language
from ivr.schedule import KeptRun, Timetable, last_runs
from ivr.settings import ROOT
from ivr.storage import Database, Mail, RingKind, RingState

SUNDAY = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MSS, SVO = "+32470000005", "+32470000006"


@dataclass
class Phones:
    """A ringer: each number ends as it is told, one state for each ring."""

    database: Database
    clock: VirtualClock
    ends: dict[str, list[RingState]] = field(default_factory=dict)
    rung: list[tuple[datetime, str]] = field(default_factory=list)
    live = 0
    dies_at: str = ""

    async def ring(self, ring: Ring) -> Ring:
        if ring.is_over:
            return ring
        if ring.number == self.dies_at:
            self.dies_at = ""
            raise RuntimeError("kill -9")
        if ring.state is RingState.RINGING:
            ring = replace(ring, state=RingState.LOST)
        else:
            self.rung.append((self.clock.now(), ring.number))
            ends = self.ends.get(ring.number, [RingState.NO_ANSWER])
            state = ends.pop(0) if len(ends) > 1 else ends[0]
            now = self.clock.now()
            ring = replace(ring, state=state, planned_at=now, rang_at=now, ended_at=now, key="1")
        await self.database.run(lambda session: keep_ring(session, ring))
        return ring


@dataclass
class Eve:
    """The evening before a duty, its clock in our hands."""

    database: Database
    clock: VirtualClock
    phones: Phones
    timetable: Timetable
    drills: Drills
    handshakes: Handshakes
    wanted: set[str]
    change: Callable[[Callable[[Duty], Duty]], None]

    async def mails(self) -> list[Mail]:
        return await self.database.read(
            lambda session: list(session.scalars(select(Mail).order_by(Mail.created)))
        )

    async def passes(self, hours: float, step_s: float = 1800.0) -> None:
        for _ in range(int(hours * 3600 / step_s)):
            await self.timetable.look()
            await self.settle()
            await self.clock.pass_time(step_s)
        await self.timetable.look()
        await self.settle()

    async def settle(self) -> None:
        """Until whoever was woken has done what there was to do: several steps, each a commit."""
        for _ in range(20):
            for _ in range(10):
                await asyncio.sleep(0)
            await self.database.run(lambda session: None)
            await self.database.read(lambda session: None)

    async def runs(self, job: str) -> list[KeptRun]:
        return await self.database.read(lambda session: last_runs(session, 50, job))


@pytest.fixture(scope="module")
def shipped() -> Configuration:
    return load(ROOT / "config").configuration


@pytest.fixture
async def eve(tmp_path: Path, shipped: Configuration) -> AsyncIterator[Eve]:
    database, clock = Database(f"sqlite:///{tmp_path / 'eve.db'}"), VirtualClock(SUNDAY)
    await database.open()
    live = [shipped]
    wanted: set[str] = set()
    phones = Phones(database, clock)

    async def is_wanted(number: str) -> bool:
        return number in wanted

    async def nothing(*_: Any) -> Any:
        return ""

    means = Means(
        database=database,
        link=None,  # type: ignore[arg-type]
        clock=clock,
        configuration=lambda: live[0],
        feed=Feed(),
        cause_of=nothing,
        is_wanted=is_wanted,
        learn=nothing,
        at_of=nothing,
    )
    timetable = Timetable(database, clock, "one")
    drills = Drills(means, phones, timetable)  # type: ignore[arg-type]
    handshakes = Handshakes(means, phones, timetable, "https://desk.example.com/")  # type: ignore[arg-type]
    for job in (Forecasts(database, clock, lambda: live[0]).job(), handshakes.job(), drills.job()):
        timetable.add(job)

    def change(by: Callable[[Duty], Duty]) -> None:
        live[0] = replace(live[0], duty=by(live[0].duty))

    made = Eve(database, clock, phones, timetable, drills, handshakes, wanted, change)
    clock.settle = made.settle
    try:
        yield made
    finally:
        await timetable.close()
        await database.close()


def with_handshake(**more: Any) -> Callable[[Duty], Duty]:
    def change(duty: Duty) -> Duty:
        plan = replace(duty.beforehand.handshake or HandshakePlan(("desk@example.com",)), **more)
        return replace(duty, beforehand=replace(duty.beforehand, handshake=plan))

    return change


# -- the forecast


async def test_a_fortnight_in_order_is_told_on_mondays_alone(eve: Eve) -> None:
    await eve.passes(24 * 9, step_s=3 * 3600)
    mails = [mail for mail in await eve.mails() if mail.template == "duty-forecast"]
    assert [(mail.subject, f"{mail.created:%a}") for mail in mails] == [
        ("The next 14 days on duty: all is well", "Mon"),
        ("The next 14 days on duty: all is well", "Mon"),
    ]
    assert len(await eve.runs("forecast")) == 9, "it is made each day"


async def test_what_is_wrong_is_told_each_day_and_what_is_new_is_marked(eve: Eve) -> None:
    await eve.passes(18, step_s=3600)
    away = Absence("SVO", datetime(2026, 12, 2, tzinfo=UTC), datetime(2026, 12, 4, tzinfo=UTC))
    eve.change(lambda duty: replace(duty, leave=(away,)))
    await eve.passes(24, step_s=3600)
    last = [mail for mail in await eve.mails() if mail.template == "duty-forecast"][-1]
    assert last.subject == "The next 14 days on duty: 1 to see to"
    assert "It is SVO's turn, who is on leave, from Wednesday 2 December 2026 at 01:00" in last.body
    assert "TSC is rung first" in last.body
    more = Absence("MSS", datetime(2026, 11, 28, tzinfo=UTC), datetime(2026, 11, 29, tzinfo=UTC))
    eve.change(lambda duty: replace(duty, leave=(away, more)))
    await eve.passes(24, step_s=3600)
    last = [mail for mail in await eve.mails() if mail.template == "duty-forecast"][-1]
    assert "* NEW: It is MSS's turn" in last.body
    assert "\n* It is SVO's turn" in last.body


# -- the handshake


async def test_an_engineer_who_says_that_he_is_there_is_asked_once(eve: Eve) -> None:
    eve.phones.ends[MSS] = [RingState.NO_ANSWER, RingState.KEYED]
    await eve.passes(21)
    clocks = [f"{at:%a %H:%M}" for at, number in eve.phones.rung if number == MSS]
    assert clocks == ["Mon 06:30", "Mon 06:35"], "half an hour before 08:00 in Brussels; and once more"
    (run,) = await eve.runs("handshake")
    assert (run.subject, run.answer, run.detail) == ("MSS", "here", f"MSS is there, by {MSS}")
    assert [mail.template for mail in await eve.mails()] == ["duty-forecast"]


async def test_silence_tells_the_next_in_the_order_and_the_desk(eve: Eve) -> None:
    eve.phones.ends[MSS] = [RingState.SILENT]
    await eve.passes(21)
    mails = [mail for mail in await eve.mails() if mail.template == "duty-silence"]
    assert {tuple(mail.to) for mail in mails} == {("mss@example.com",), ("service-team.ext@escaux.com",)}
    desk = next(mail for mail in mails if mail.to == ["service-team.ext@escaux.com"])
    assert desk.subject == "MSS does not answer: duty from Monday 23 November 2026 at 08:00 on"
    assert "The next in the order is SVO" in desk.body


async def test_whoever_says_that_he_is_not_available_is_not_asked_again(eve: Eve) -> None:
    eve.phones.ends[MSS] = [RingState.DECLINED]
    await eve.passes(21)
    assert len(eve.phones.rung) == 1
    desk = [mail for mail in await eve.mails() if mail.template == "duty-silence"][-1]
    assert "says that he is not there" in desk.subject


async def test_nothing_rings_in_quiet_hours_and_a_link_is_mailed_instead(
    eve: Eve, shipped: Configuration
) -> None:
    quiet = Quiet((WeekWindow(frozenset(range(7)), (22 * 60, 32 * 60)),), "Europe/Brussels")
    phones = (Phone(MSS, quiet=quiet),)
    original = shipped.directory["mss"]
    shipped.directory["mss"] = replace(original, phones=phones)  # type: ignore[index]
    try:
        await eve.passes(21)
        assert eve.phones.rung == []
        asked = [mail for mail in await eve.mails() if mail.template == "duty-ask"]
        assert [mail.to for mail in asked] == [["mss@example.com"]] * 2
        assert "https://desk.example.com/here/" in asked[0].body
        eve.change(with_handshake(in_quiet_hours=True))
        await eve.passes(24 * 7, step_s=1800)
    finally:
        shipped.directory["mss"] = original  # type: ignore[index]


async def test_a_link_answers_for_the_engineer(eve: Eve) -> None:
    eve.change(with_handshake(by=AskedBy.MAIL))
    await eve.passes(18.5)
    (run,) = await eve.runs("handshake")
    await eve.handshakes.answer(run.id, "here", "link")
    await eve.passes(1)
    (run,) = await eve.runs("handshake")
    assert run.detail == "MSS is there, by link"
    assert "duty-silence" not in [mail.template for mail in await eve.mails()]


async def test_whoever_answers_late_is_there_after_all(eve: Eve) -> None:
    eve.change(with_handshake(by=AskedBy.MAIL))
    await eve.passes(18.5)
    await eve.passes(0.4, step_s=300)
    (run,) = await eve.runs("handshake")
    assert run.detail == "MSS has not answered; SVO and the desk were told"
    for _ in range(2):
        await eve.handshakes.answer(run.id, "here", "link")
    late = [mail.subject for mail in await eve.mails() if mail.template == "duty-silence"][2:]
    assert sorted(late) == [
        "MSS is er toch: wacht vanaf maandag 23 november 2026 om 08:00",
        "MSS is there after all: duty from Monday 23 November 2026 at 08:00 on",
    ]


async def test_a_handover_that_is_changed_in_the_last_minute_is_asked_about_at_once(eve: Eve) -> None:
    eve.phones.ends[MSS] = eve.phones.ends["+32470000002"] = [RingState.KEYED]
    await eve.passes(18.75)
    from dialplan.model import Swap

    swap = Swap(datetime(2026, 11, 23, 7, 0, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC), ("ADU", "WTI"))
    eve.change(lambda duty: replace(duty, overrides=(swap,)))
    await eve.passes(0.25)
    assert [number for _, number in eve.phones.rung] == [MSS, "+32470000002"]


async def test_a_handshake_that_was_missed_is_done_late_and_after_the_handover_no_more(eve: Eve) -> None:
    await eve.timetable.look()
    await eve.clock.pass_time(18.75 * 3600)
    await eve.passes(0.1)
    assert [number for _, number in eve.phones.rung][:1] == [MSS]
    await eve.clock.pass_time((7 * 24 + 0.5) * 3600)
    await eve.passes(0.1)
    states = {run.subject: str(run.state) for run in await eve.runs("handshake")}
    assert states["SVO"] == "missed"


# -- the drill


async def test_a_drill_respects_its_calendar(eve: Eve) -> None:
    with pytest.raises(DrillRefusedError, match="a drill is held while office-hours is open"):
        await eve.drills.start(DrillWish("all", "somebody"))
    with pytest.raises(DrillRefusedError, match='"nobody" is neither an engineer nor a team'):
        await eve.drills.start(DrillWish("nobody", "somebody", anyway=True))


async def test_a_drill_goes_on_where_a_dead_box_left_it(eve: Eve) -> None:
    eve.phones.ends = {f"+3247000000{n}": [RingState.KEYED] for n in range(1, 7)}
    eve.phones.dies_at = "+32470000003"
    run = await eve.drills.start(DrillWish("all", "somebody", anyway=True))
    for _ in range(300):
        await eve.settle()
        if not eve.timetable._doing:
            break
        await asyncio.sleep(0.05)
    assert [number for _, number in eve.phones.rung] == ["+32470000001", "+32470000011", "+32470000002"]
    await eve.clock.pass_time(30)
    await eve.timetable.look()
    for _ in range(300):
        await eve.settle()
        if not eve.timetable._doing:
            break
        await asyncio.sleep(0.05)
    numbers = [number for _, number in eve.phones.rung]
    assert len(numbers) == len(set(numbers)) == 7, "none is rung twice"
    rings = await eve.database.read(lambda session: rings_of(session, run.id))
    assert sum(ring.is_well for ring in rings) == 6
    report = (await eve.mails())[-1]
    assert report.template == "duty-drill"
    assert report.subject == "Drill of the on-call phones: 6 of 7 phones work"


async def test_a_drill_leaves_those_on_leave_and_quiet_phones_alone(eve: Eve) -> None:
    away = Absence("ADU", SUNDAY - timedelta(days=1), SUNDAY + timedelta(days=1))
    eve.change(lambda duty: replace(duty, leave=(away,), beforehand=replace(duty.beforehand, drill=None)))
    rings = {ring.title: ring for ring in eve.drills.plan(DrillWish("all"))}
    assert (rings["ADU"].state, rings["ADU"].why) == (RingState.SKIPPED, "leave")
    assert rings["WTI"].state is RingState.WAITING


# -- links


def test_a_link_cannot_be_guessed_changed_or_kept() -> None:
    until = SUNDAY + timedelta(hours=1)
    token = make_token("key", "abc123", until)
    check_token("key", token, SUNDAY)
    assert run_of(token) == "abc123"
    changed = token[:-1] + ("0" if token[-1] != "0" else "1")
    for wrong in (changed, token.replace("abc", "abd"), "", "a-b-c", "x"):
        with pytest.raises(LinkError, match="wrong"):
            check_token("key", wrong, SUNDAY)
    for key in ("another", ""):
        with pytest.raises(LinkError, match="wrong"):
            check_token(key, token, SUNDAY)
    with pytest.raises(LinkError, match="over"):
        check_token("key", token, until + timedelta(seconds=1))


# -- words


WORDS = {
    "duty-forecast": {
        "days": 14,
        "start": SUNDAY,
        "wrong": [{"says": "Somebody is away.", "is_new": True}],
        "notes": ["Christmas."],
        "turns": [{"start": SUNDAY, "order": "ADU, WTI"}],
    },
    "duty-drill": {
        "who": "somebody",
        "about": "all",
        "started": SUNDAY,
        "ended": SUNDAY,
        "well": 1,
        "silent": True,
        "rings": [{"title": "ADU", "number": MSS, "is_well": True, "says": "rang"}],
    },
    "duty-ask": {
        "trigram": "ADU",
        "at": SUNDAY,
        "before": "WTI",
        "backup": "MAB",
        "link": "https://x/here/1",
    },
    "duty-silence": {
        "trigram": "ADU",
        "at": SUNDAY,
        "before": "",
        "backup": "",
        "is_declined": False,
        "is_here": False,
        "tried": [{"at": SUNDAY, "number": MSS, "says": "rang"}],
    },
}


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
@pytest.mark.parametrize("template", WORDS)
def test_every_mail_can_be_written_in_every_language(template: str, language: str) -> None:
    letter = DEFAULT.render(template, language, WORDS[template])
    assert letter.subject and letter.body
    if language != "en":
        assert letter.body != DEFAULT.render(template, "en", WORDS[template]).body


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
@pytest.mark.parametrize("concern", Concern)
def test_every_concern_is_said_in_every_language(concern: Concern, language: Language) -> None:
    item = Item(
        concern, SUNDAY, SUNDAY + timedelta(hours=1), ("ADU", "WTI"), "nights", MSS, "MAB", 3600, "x", "BE"
    )
    said = sentence(item, language, ZoneInfo("Europe/Brussels"))
    assert "ADU" in said or concern is Concern.HOLE
    assert "2026" in said


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
@pytest.mark.parametrize("state", RingState)
def test_every_end_of_a_ring_is_said_in_every_language(state: RingState, language: Language) -> None:
    for why in Skipped if state is RingState.SKIPPED else ("",):
        ring = Ring("id", "run", RingKind.DRILL, 0, "adu", "ADU", MSS, state=state, why=why, cause=38)
        said = say_ring(ring, language)
        assert said
        assert state is RingState.WAITING or language == "en" or f", {state}" not in said, said
