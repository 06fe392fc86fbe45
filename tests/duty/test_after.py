"""After the acceptance, in virtual time: the promise and its clock, reminders, handover, work by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.orm import Session

from dialplan.calendars import WeekWindow
from dialplan.model import Configuration, PhoneLabel
from dialplan.quiet import Quiet, Unless
from dialplan.roster import on_duty
from dialplan.source import load
from ivr.agi import AgiSession
from ivr.duty.aftertalk import AfterEar
from ivr.duty.history import read_history
from ivr.duty.hunt import Attempt
from ivr.duty.ledger import read_rings
from ivr.duty.page import GoingOn, Page, PageRefused
from ivr.duty.promise import HANDOVER, REMINDER
from ivr.duty.steps import go_on
from ivr.duty.why import tell_why
from ivr.settings import ROOT
from ivr.storage import AttemptState, DatabaseUnavailable, Mail, PageState, PageStep
from ivr.storage import Page as PageRow
from tests.duty.night import NIGHT, FakePhones, Night, Reaction, accepts, the_night

MINUTE = 60.0


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load(ROOT / "config").configuration


@pytest.fixture(scope="module")
def order(configuration: Configuration) -> list[str]:
    """Mobile numbers in the order in which they ring that night."""
    found = on_duty(configuration.duty, NIGHT)
    return [configuration.directory[one.entry].phones[0].number for one in found]


@pytest.fixture(scope="module")
def entries(configuration: Configuration) -> list[str]:
    return [one.entry for one in on_duty(configuration.duty, NIGHT)]


@pytest_asyncio.fixture
async def night(tmp_path: Path, configuration: Configuration) -> AsyncIterator[Night]:
    async with the_night(tmp_path, configuration) as night:
        yield night


def presses(key: str, after_s: float = 5) -> Reaction:
    """Picks up a leg of an accepted page and presses that key."""
    return lambda phones, attempt: phones.later(after_s, lambda: press(phones, attempt, key))


async def press(phones: FakePhones, attempt: Attempt, key: str) -> None:
    """As `ivr.duty.aftertalk` does; for a ring of the hunt, 1 accepts."""
    assert phones.pager is not None
    run = phones.pager._run_of(attempt.id)
    assert run is not None
    await run.answered(attempt.id)
    await run.press(attempt.id, key)
    if attempt.stage == REMINDER and key == "1":
        await phones.pager.mark_called_back(run.page.id, attempt.entry, "key")
        await run.hear(attempt.id)
    elif attempt.stage == REMINDER:
        await run.hear(attempt.id)
    elif key == "1":
        await run.accept(attempt.id)
    else:
        await run.pass_on(attempt.id)


def first_then(*reactions: Reaction) -> Reaction:
    """What a phone does the first time it rings, the second time ..."""
    left = list(reactions)

    def react(phones: FakePhones, attempt: Attempt) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(phones, attempt)

    return react


def rings_out(phones: FakePhones, attempt: Attempt) -> None:
    phones.later(attempt.ring_s, lambda: phones.end(attempt, 0))


async def accepted_by_first(night: Night, order: list[str], *later: Reaction) -> Page:
    """A page that the first engineer accepts after five seconds; `later`: what his phone does afterwards."""
    night.phones.reactions[order[0]] = first_then(accepts(), *(later or (rings_out,)))
    page = await night.page()
    await night.clock.pass_time(10)
    return page


async def stored(night: Night, page: Page) -> Page:
    found = await night.ledger.find(page.id)
    assert found is not None
    return found


async def steps_of(night: Night, page: Page) -> list[PageStep]:
    events = await night.database.read(lambda session: read_history(session, page.id))
    return [event.kind for event in events]


def rings_after(night: Night, seconds: float) -> list[str]:
    return [number for at, number in night.phones.rung if at >= seconds]


async def letters(night: Night, template: str) -> list[Mail]:
    return await night.database.read(
        lambda session: list(session.scalars(select(Mail).where(Mail.template == template)))
    )


async def test_nothing_rings_between_the_acceptance_and_the_reminder(night: Night, order: list[str]) -> None:
    page = await accepted_by_first(night, order)
    await night.clock.pass_time(15 * MINUTE - 11)
    assert rings_after(night, 10) == []
    await night.clock.pass_time(5)
    assert rings_after(night, 10) == [order[0]], "five minutes before the promise runs out"
    reminder = (await letters(night, "page-reminder"))[0]
    assert page.call_ref in reminder.subject
    assert "23:35:00" in reminder.subject, "until when, by the clock of the desk"


async def test_a_call_back_stops_the_clock(night: Night, order: list[str]) -> None:
    page = await accepted_by_first(night, order)
    assert await night.pager.mark_called_back(page.id, "adu", "call")
    assert not await night.pager.mark_called_back(page.id, "adu", "command"), "it was known"
    await night.clock.pass_time(3600)
    assert rings_after(night, 10) == []
    found = await stored(night, page)
    assert found.state is PageState.DONE
    assert found.called_back is not None
    assert found.called_back.how == "call"
    assert night.pager.driven == {}
    assert await night.mails() == ["call-in", "call-accepted"]


async def test_the_reminded_one_says_that_he_has_called_back(night: Night, order: list[str]) -> None:
    page = await accepted_by_first(night, order, presses("1"))
    await night.clock.pass_time(3600)
    assert rings_after(night, 10) == [order[0]], "reminded once, and nobody else rings"
    assert (await stored(night, page)).state is PageState.DONE
    assert await steps_of(night, page) == [
        PageStep.OPENED,
        PageStep.PROMISED,
        PageStep.TOLD,
        PageStep.RUNG,
        PageStep.PICKED_UP,
        PageStep.ACCEPTED,
        PageStep.TOLD,
        PageStep.RING_ENDED,
        PageStep.REMINDED,
        PageStep.TOLD,
        PageStep.RUNG,
        PageStep.PICKED_UP,
        PageStep.KEY,
        PageStep.CALLED_BACK,
        PageStep.RING_ENDED,
    ]


async def test_a_reminder_that_is_not_heard_is_rung_again_each_minute(night: Night, order: list[str]) -> None:
    await accepted_by_first(night, order)
    await night.clock.pass_time(19 * MINUTE)
    assert len(rings_after(night, 10)) >= 3
    assert set(rings_after(night, 10)) == {order[0]}
    assert len(await letters(night, "page-reminder")) == 1


async def test_one_that_was_heard_is_not_repeated_and_the_clock_runs_on(
    night: Night, order: list[str]
) -> None:
    await accepted_by_first(night, order, presses("3"))
    await night.clock.pass_time(19.5 * MINUTE)
    assert rings_after(night, 10) == [order[0]]
    await night.clock.pass_time(40)
    assert rings_after(night, 10) == [order[0], order[1]], "the promise is over: the next one"


async def test_when_the_promise_runs_out_the_hunt_goes_on_where_it_was(
    night: Night, order: list[str]
) -> None:
    page = await accepted_by_first(night, order, presses("3"))
    await night.clock.pass_time(25 * MINUTE)
    rung = rings_after(night, 20 * MINUTE)
    mobiles = [number for number in rung if number in order]
    assert mobiles[:5] == order[1:6], "the others of the roster, in their order"
    assert order[0] not in rung, "not the one who did not call back"
    assert (await stored(night, page)).state is PageState.RINGING
    assert page.id in night.pager.runs
    (to_desk,) = await letters(night, "page-gone-on")
    assert "support@fuzer.net" in to_desk.to
    assert "has not called back in time" in to_desk.subject or "niet op tijd" in to_desk.subject
    (to_him,) = await letters(night, "page-lapsed")
    assert to_him.to == ["adu@example.com"] or to_him.to[0].count("@") == 1


async def test_who_is_just_being_reminded_may_say_what_he_has_to_say(night: Night, order: list[str]) -> None:
    begins_late = first_then(rings_out, rings_out, rings_out, presses("1", after_s=28))
    page = await accepted_by_first(night, order, begins_late)
    await night.clock.pass_time(3600)
    assert (await stored(night, page)).state is PageState.DONE


async def test_the_second_one_accepts_and_is_given_time(night: Night, order: list[str]) -> None:
    await accepted_by_first(night, order, presses("3"))
    night.phones.reactions[order[1]] = first_then(accepts(), presses("3"))
    await night.clock.pass_time(21 * MINUTE)
    assert await night.mails() == [
        "call-in",
        "call-accepted",
        "page-reminder",
        "page-gone-on",
        "page-lapsed",
        "call-accepted",
    ]
    await night.clock.pass_time(8 * MINUTE)
    assert rings_after(night, 20 * MINUTE) == [order[1], order[1]], "reminded after five minutes, not at once"
    await night.clock.pass_time(70)
    assert rings_after(night, 20 * MINUTE) == [order[1], order[1], order[2]], "after ten the next"


async def test_everybody_lets_it_lapse_and_the_desk_is_told(night: Night, order: list[str]) -> None:
    for number in order:
        night.phones.reactions[number] = first_then(accepts(), presses("3"))
    page = await accepted_by_first(night, order, presses("3"))
    await night.clock.pass_time(8 * 3600)
    assert (await stored(night, page)).state is PageState.EXHAUSTED
    assert (await night.mails()).count("nobody-accepted") == 1


async def test_the_first_calls_back_while_the_hunt_goes_on(
    night: Night, order: list[str], entries: list[str]
) -> None:
    page = await accepted_by_first(night, order, presses("3"))
    await night.clock.pass_time(20 * MINUTE + 5)
    assert page.id in night.pager.runs
    assert await night.pager.mark_called_back(page.id, entries[0], "line")
    await night.clock.pass_time(600)
    assert rings_after(night, 20 * MINUTE) == [order[1]]
    assert night.phones.silenced == [order[1]]
    assert (await stored(night, page)).state is PageState.DONE


async def test_who_passes_an_accepted_page_is_not_rung_again(
    night: Night, order: list[str], entries: list[str]
) -> None:
    page = await accepted_by_first(night, order)
    assert await night.pager.pass_for(page.id, entries[0], entries[0])
    night.phones.reactions[order[1]] = accepts()
    await night.clock.pass_time(60)
    assert rings_after(night, 10) == [order[1]], "at once, and the next one"
    found = await stored(night, page)
    assert found.acceptance is not None
    assert found.acceptance.entry == entries[1]
    (to_desk,) = await letters(night, "page-gone-on")
    assert "has passed the call on" in to_desk.subject or "doorgegeven" in to_desk.subject
    assert await letters(night, "page-lapsed") == []


async def test_who_passes_before_it_is_his_turn_is_left_out(
    night: Night, order: list[str], entries: list[str]
) -> None:
    page = await night.page()
    assert await night.pager.pass_for(page.id, entries[1], "desk")
    assert await night.pager.pass_for(page.id, entries[0], "desk"), "his phone rings this moment"
    await night.clock.pass_time(50)
    assert [number for _, number in night.phones.rung] == [order[0], order[2], order[3]]
    assert not await night.pager.pass_for(page.id, entries[1], "desk"), "he has passed already"


async def test_a_page_is_accepted_by_hand_and_its_phones_fall_silent(
    night: Night, order: list[str], entries: list[str]
) -> None:
    page = await night.page()
    given = await night.pager.accept_for(page.call_ref, entries[3], "desk")
    assert given is not None
    assert given.entry == entries[3]
    assert given.number == order[3]
    await night.clock.pass_time(600)
    assert [number for _, number in night.phones.rung] == [order[0]]
    assert night.phones.silenced == [order[0]]
    late = await night.pager.accept_for(page.id, entries[4], "desk")
    assert late is not None
    assert late.entry == entries[3], "somebody has it already"


async def test_an_exhausted_page_is_taken_by_hand_and_its_clock_runs(
    night: Night, order: list[str], entries: list[str]
) -> None:
    page = await night.page()
    await night.clock.pass_time(7200)
    assert (await stored(night, page)).state is PageState.EXHAUSTED
    assert [one.id for one in await night.pager.open_pages()] == [page.id]
    rung = len(night.phones.rung)
    await night.pager.accept_for(page.id, entries[1], "desk")
    await night.clock.pass_time(5 * MINUTE + 1)
    assert [number for _, number in night.phones.rung[rung:]] == [order[1]], "the reminder"
    await night.pager.mark_called_back(page.id, entries[1], "command")
    assert await night.pager.open_pages() == []


async def test_a_page_is_handed_over_when_the_other_one_accepts(
    night: Night, order: list[str], entries: list[str]
) -> None:
    page = await accepted_by_first(night, order)
    night.phones.reactions[order[2]] = first_then(presses("1"), presses("3"))
    await night.pager.hand_over(page.id, entries[2], entries[0])
    with pytest.raises(PageRefused, match="being handed over"):
        await night.pager.hand_over(page.id, entries[1], entries[0])
    await night.clock.pass_time(60)
    found = await stored(night, page)
    assert found.acceptance is not None
    assert found.acceptance.entry == entries[2]
    assert rings_after(night, 10) == [order[2]]
    told = [mail.to for mail in await letters(night, "page-handed-over")]
    assert ["escaux@actiphone.be"] in told
    await night.clock.pass_time(16 * MINUTE)
    assert rings_after(night, 12 * MINUTE)[0] == order[2], "the reminder is his now"
    with pytest.raises(PageRefused, match="has page"):
        await night.pager.hand_over(page.id, entries[2], "desk")


@pytest.mark.parametrize("answer", ["2", "", "none"])
async def test_who_does_not_take_it_over_leaves_it_where_it_was(
    night: Night, order: list[str], entries: list[str], answer: str
) -> None:
    page = await accepted_by_first(night, order)
    night.phones.reactions[order[2]] = presses("2") if answer == "2" else rings_out
    await night.pager.hand_over(page.id, entries[2], entries[0])
    await night.clock.pass_time(120)
    found = await stored(night, page)
    assert found.acceptance is not None
    assert found.acceptance.entry == entries[0]
    assert found.handover is None
    (mail,) = await letters(night, "page-handover-failed")
    assert page.call_ref in mail.subject
    assert PageStep.HANDOVER_FAILED in await steps_of(night, page)


async def test_an_administrator_hands_a_page_over_without_asking(
    night: Night, order: list[str], entries: list[str]
) -> None:
    page = await accepted_by_first(night, order)
    await night.pager.hand_over(page.id, entries[2], "desk", forced=True)
    await night.clock.pass_time(60)
    assert rings_after(night, 10) == []
    found = await stored(night, page)
    assert found.acceptance is not None
    assert found.acceptance.entry == entries[2]
    assert len(await letters(night, "page-handed-over")) == 3, "the desk, and both of them"


async def test_what_nobody_has_cannot_be_handed_over(night: Night, entries: list[str]) -> None:
    page = await night.page()
    with pytest.raises(PageRefused, match="Nobody has accepted"):
        await night.pager.hand_over(page.id, entries[2], "desk")
    with pytest.raises(PageRefused, match="no page '000000'"):
        await night.pager.hand_over("000000", entries[2], "desk")
    with pytest.raises(PageRefused, match="nobody 'xyz'"):
        await night.pager.accept_for(page.id, "xyz", "desk")
    assert await night.pager.cancel(page.id, "desk")
    with pytest.raises(PageRefused, match="called off"):
        await night.pager.mark_called_back(page.id, "desk", "command")


async def test_the_clock_survives_a_restart_and_the_reminder_comes_once(
    tmp_path: Path, configuration: Configuration, order: list[str]
) -> None:
    async with the_night(tmp_path, configuration) as night:
        page = await accepted_by_first(night, order, presses("3"))
        await night.clock.pass_time(10 * MINUTE)
        clock = night.clock
    async with the_night(tmp_path, configuration, clock) as night:
        night.phones.reactions[order[0]] = presses("3")
        assert await night.pager.resume(night.phones) == 1
        await night.clock.pass_time(6 * MINUTE)
        assert [number for _, number in night.phones.rung] == [order[0]]
        assert night.phones.rung[0][0] == pytest.approx(15 * MINUTE)
    async with the_night(tmp_path, configuration, clock) as night:
        night.phones.reactions[order[1]] = accepts()
        await night.pager.resume(night.phones)
        await night.clock.pass_time(6 * MINUTE)
        assert [number for _, number in night.phones.rung] == [order[1]], "no second reminder; the next one"
        assert (await night.mails()).count("page-gone-on") == 1
        assert (await stored(night, page)).acceptances == 2


async def test_who_was_down_when_the_promise_ran_out_goes_on_at_once(
    tmp_path: Path, configuration: Configuration, order: list[str]
) -> None:
    async with the_night(tmp_path, configuration) as night:
        page = await accepted_by_first(night, order)
        clock = night.clock
    clock._now += timedelta(hours=1)
    async with the_night(tmp_path, configuration, clock) as night:
        night.phones.reactions[order[1]] = accepts()
        await night.pager.resume(night.phones)
        await night.clock.pass_time(10)
        assert [number for _, number in night.phones.rung] == [order[1]], "the roster goes on, not level 1"
        assert (await stored(night, page)).acceptances == 2


async def test_a_handover_survives_a_restart(
    tmp_path: Path, configuration: Configuration, order: list[str], entries: list[str]
) -> None:
    async with the_night(tmp_path, configuration) as night:
        page = await accepted_by_first(night, order)
        night.phones.reactions[order[2]] = lambda phones, attempt: None
        await night.pager.hand_over(page.id, entries[2], entries[0])
        await night.clock.pass_time(5)
        clock = night.clock
    async with the_night(tmp_path, configuration, clock) as night:
        await night.pager.resume(night.phones)
        (ringing,) = night.phones.watched
        assert ringing.stage == HANDOVER
        run = night.pager.driven[page.id]
        await run.answered(ringing.id)
        await run.accept(ringing.id)
        found = await stored(night, page)
        assert found.acceptance is not None
        assert found.acceptance.entry == entries[2]


async def test_the_promise_runs_out_while_the_database_is_away(
    night: Night, order: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await accepted_by_first(night, order, presses("3"))
    await night.clock.pass_time(18 * MINUTE)
    inner = night.ledger._inner

    async def away(*_given: object) -> bool:
        raise DatabaseUnavailable("here", "it is away")

    with monkeypatch.context() as patch:
        for name in ("move", "add_attempts", "change_attempt", "find_page", "keep_time", "claim", "press"):
            patch.setattr(inner, name, away)
        night.phones.reactions[order[1]] = accepts()
        await night.clock.pass_time(3 * MINUTE)
        assert rings_after(night, 16 * MINUTE) == [order[1]], "the next one is rung all the same, once"
        assert night.ledger.owed > 0
    for _ in range(100):
        if not night.ledger.owed:
            break
        await asyncio.sleep(0.1)
    found = await stored(night, page)
    assert found.acceptance is not None
    assert found.acceptance.number == order[1]
    assert found.acceptances == 2
    steps = await steps_of(night, page)
    assert steps.count(PageStep.GONE_ON) == 1
    assert steps.count(PageStep.ACCEPTED) == 2


async def test_another_box_marks_it_done(night: Night, order: list[str]) -> None:
    page = await accepted_by_first(night, order)
    await night.database.run(
        lambda session: (
            session.query(PageRow)
            .filter_by(id=page.id)
            .update({"state": PageState.DONE, "called_back_at": night.clock.now()})
        )
    )
    await night.clock.pass_time(3600)
    assert rings_after(night, 10) == []
    assert night.pager.driven == {}


async def test_nothing_was_promised_and_nobody_is_reminded(
    tmp_path: Path, configuration: Configuration, order: list[str]
) -> None:
    policies = {name: replace(policy, promise_s=0.0) for name, policy in configuration.duty.policies.items()}
    without = replace(configuration, duty=replace(configuration.duty, policies=policies))
    async with the_night(tmp_path, without) as night:
        await accepted_by_first(night, order)
        assert night.pager.driven == {}
        await night.clock.pass_time(7200)
        assert rings_after(night, 10) == []


async def test_an_accepted_page_is_called_off(night: Night, order: list[str]) -> None:
    page = await accepted_by_first(night, order)
    assert await night.pager.cancel(page.call_ref, "desk")
    assert not await night.pager.cancel(page.id, "desk")
    await night.clock.pass_time(3600)
    assert rings_after(night, 10) == []
    assert (await stored(night, page)).state is PageState.CANCELLED


async def test_a_passing_phone_is_in_the_history_with_its_key_and_seconds(
    night: Night, order: list[str]
) -> None:
    night.phones.reactions[order[0]] = presses("2", after_s=7)
    night.phones.reactions[order[1]] = lambda phones, attempt: phones.later(
        2, lambda: phones.end(attempt, 17)
    )
    page = await night.page()
    await night.clock.pass_time(20)
    events = await night.database.read(lambda session: read_history(session, page.id))
    key = next(event for event in events if event.kind is PageStep.KEY)
    assert key.facts == {"key": "2", "who": key.facts["who"], "after_s": 0.0} if key.facts else False
    ended = [event.facts for event in events if event.kind is PageStep.RING_ENDED]
    assert [(one["state"], one["cause"], one["rang_s"]) for one in ended if one] == [
        (str(AttemptState.PASSED), 0, 7.0),
        (str(AttemptState.BUSY), 17, 2.0),
    ]


MOBILE, PRIVATE, DESK = "+32470000091", "+32470000092", "+3222000093"


@pytest.fixture
def with_three_phones(configuration: Configuration, entries: list[str]) -> Configuration:
    """The third on duty: a private number, which his file names first, a mobile, and a phone in the office
    that is not rung at night."""
    all_night = (WeekWindow(frozenset(range(7)), (20 * 60, 31 * 60)),)
    owner = configuration.directory[entries[2]]
    phone = owner.phones[0]
    phones = (
        replace(phone, number=PRIVATE, label=PhoneLabel.PRIVATE, only_if_needed=True),
        replace(phone, number=DESK, quiet=Quiet(all_night, "Europe/Brussels", Unless.NEVER)),
        replace(phone, number=MOBILE),
    )
    directory = {**configuration.directory, owner.id: replace(owner, phones=phones)}
    return replace(configuration, directory=directory, memo={})


async def test_a_handover_rings_no_quiet_phone_and_the_private_one_last(
    tmp_path: Path, with_three_phones: Configuration, order: list[str], entries: list[str]
) -> None:
    async with the_night(tmp_path, with_three_phones) as night:
        page = await accepted_by_first(night, order)
        await night.pager.hand_over(page.id, entries[2], entries[0])
        await night.clock.pass_time(5 * MINUTE)
        assert rings_after(night, 10) == [MOBILE, PRIVATE]
        assert PageStep.HANDOVER_FAILED in await steps_of(night, page)


async def test_a_reminder_rings_where_he_accepted_then_his_others_but_for_quiet_ones(
    tmp_path: Path, with_three_phones: Configuration, order: list[str], entries: list[str]
) -> None:
    async with the_night(tmp_path, with_three_phones) as night:
        page = await accepted_by_first(night, order)
        night.phones.reactions[PRIVATE] = accepts()
        await night.pager.hand_over(page.id, entries[2], entries[0])
        await night.clock.pass_time(5 * MINUTE)
        found = await stored(night, page)
        assert found.acceptance is not None
        assert found.acceptance.number == PRIVATE
        del night.phones.reactions[PRIVATE]
        await night.clock.pass_time(13 * MINUTE)
        assert rings_after(night, 10 * MINUTE) == [PRIVATE, MOBILE, PRIVATE, MOBILE]


async def test_who_took_it_by_command_is_reminded_as_a_page_would_ring_him(
    tmp_path: Path, with_three_phones: Configuration, order: list[str], entries: list[str]
) -> None:
    async with the_night(tmp_path, with_three_phones) as night:
        page = await night.page()
        await night.pager.accept_for(page.id, entries[2], "adu")
        await night.clock.pass_time(18 * MINUTE)
        assert rings_after(night, 10 * MINUTE) == [MOBILE, PRIVATE, MOBILE, PRIVATE]


async def test_a_handover_rings_shorter_than_a_voicemail_that_was_learned(
    tmp_path: Path, configuration: Configuration, order: list[str], entries: list[str]
) -> None:
    async with the_night(tmp_path, configuration) as night:
        night.pager.hands = replace(night.pager.hands, caps=lambda: {order[2]: 12.5})
        rang: list[tuple[str, float]] = []
        night.phones.reactions[order[2]] = lambda phones, attempt: (
            rang.append((attempt.stage, attempt.ring_s)),
            accepts()(phones, attempt),
        )[1]
        page = await accepted_by_first(night, order)
        await night.pager.hand_over(page.id, entries[2], entries[0])
        await night.clock.pass_time(5 * MINUTE)
        assert rang == [(HANDOVER, 12.5)]


async def picked_up(night: Night, stage: str, seconds: float) -> Attempt:
    """The ring of that stage, once it was picked up."""
    await night.clock.pass_time(seconds)
    [run] = night.pager.driven.values()
    attempt = next(one for one in run.all_attempts() if one.stage == stage and one.is_open)
    found = await run.answered(attempt.id)
    assert found is not None
    return found


class Ears:
    """An engineer's leg: what is played into it, and the key that he presses when he has heard all.

    `meanwhile`: what happens in that moment.
    """

    def __init__(self, key: str, meanwhile: Callable[[], Awaitable[object]]) -> None:
        self.key, self.meanwhile, self.heard = key, meanwhile, list[str]()

    async def stream_file(self, file: str, keys: str = "", **_: float) -> SimpleNamespace:
        self.heard.append(file.rpartition("/")[2])
        return SimpleNamespace(digit="")

    async def wait_for_digit(self, *_: float, **__: float) -> str:
        await self.meanwhile()
        return self.key


@pytest.mark.parametrize("key", ["1", "2"])
async def test_called_off_as_he_answers_the_reminder_he_hears_that_it_is(
    night: Night, order: list[str], key: str
) -> None:
    page = await accepted_by_first(night, order, lambda phones, attempt: None)
    attempt = await picked_up(night, REMINDER, 15 * MINUTE)
    run = night.pager.driven[page.id]

    async def call_off() -> None:
        await night.pager.cancel(page.id, "desk")

    ears = Ears(key, call_off)
    await AfterEar(cast(AgiSession, ears), run, attempt).hold()
    assert ears.heard[-1] == "page-cancelled", "not that the call is taken by himself, nor that all is well"
    assert (await stored(night, page)).state is PageState.CANCELLED


async def test_passed_on_in_the_moment_in_which_it_was_taken_from_him(night: Night, order: list[str]) -> None:
    page = await accepted_by_first(night, order, lambda phones, attempt: None)
    attempt = await picked_up(night, REMINDER, 15 * MINUTE)
    run = night.pager.driven[page.id]

    async def lapse() -> None:
        assert await run.step(go_on(GoingOn.PROMISE, "dutyline"))

    ears = Ears("2", lapse)
    await AfterEar(cast(AgiSession, ears), run, attempt).hold()
    assert ears.heard[-1] == "page-lapsed"


async def test_whoever_takes_a_handover_as_the_promise_runs_out_has_it(
    night: Night, order: list[str], entries: list[str]
) -> None:
    night.phones.reactions[order[2]] = lambda phones, attempt: None
    page = await accepted_by_first(night, order, lambda phones, attempt: None)
    await night.clock.pass_time(14 * MINUTE)
    await night.pager.hand_over(page.id, entries[2], entries[0])
    attempt = await picked_up(night, HANDOVER, 5)
    run = night.pager.driven[page.id]

    async def lapse() -> None:
        assert await run.step(go_on(GoingOn.PROMISE, "dutyline"))

    ears = Ears("1", lapse)
    await AfterEar(cast(AgiSession, ears), run, attempt).hold()
    assert ears.heard[-1] == "page-accepted"
    found = await stored(night, page)
    assert found.acceptance is not None
    assert (found.acceptance.entry, found.acceptance.attempt_id) == (entries[2], attempt.id)


async def why(night: Night, page: Page, number: str, language: str = "en") -> list[str]:
    """What is told of the last ring of that phone."""

    def work(session: Session) -> list[str]:
        kept = [one for one in read_rings(session, page.id) if one.attempt.number == number]
        return tell_why(session, found, kept[-1], language)

    found = await stored(night, page)
    return await night.database.read(work)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "MSS was not rung: has passed."),
        ("nl", "MSS werd niet gebeld: heeft doorgegeven."),
        ("fr", "MSS n'a pas été appelé : a passé son tour."),
        ("de", "MSS wurde nicht angerufen: hat weitergegeben."),
    ],
)
async def test_why_names_whoever_has_passed_by_command(
    night: Night, order: list[str], entries: list[str], language: str, words: str
) -> None:
    page = await night.page()
    assert await night.pager.pass_for(page.id, entries[1], "desk")
    await night.clock.pass_time(32)
    assert rings_after(night, 1) == [order[2]]
    assert words in await why(night, page, order[2], language)


async def test_why_does_not_say_that_somebody_has_passed_who_did_not_take_a_handover(
    night: Night, order: list[str], entries: list[str]
) -> None:
    page = await accepted_by_first(night, order)
    night.phones.reactions[order[3]] = presses("2", after_s=2)
    await night.pager.hand_over(page.id, entries[3], entries[0])
    await night.clock.pass_time(10)
    assert await night.pager.pass_for(page.id, entries[0], "desk")
    await night.clock.pass_time(40)
    told = await why(night, page, order[2])
    assert not [one for one in told if "has passed." in one], told
