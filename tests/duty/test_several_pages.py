"""What pages know of each other, which policy they follow, and the desk that is told in the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dialplan.chains import Choice
from dialplan.model import Configuration
from dialplan.roster import on_duty
from dialplan.source import load
from ivr.clock import VirtualClock
from ivr.settings import ROOT
from ivr.storage import AttemptState, Mail, PageState
from tests.duty.night import NIGHT, REQUEST, Night, accepts, fails, hears, the_night

DESK_MOBILE, DUTY_MANAGER = "+32470000061", "+32470000062"
PROXIMUS_1, PROXIMUS_2 = "+32477110105", "+32474981211"


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load(ROOT / "config").configuration


def order(configuration: Configuration) -> list[str]:
    """The first phone of each engineer, in the order of that night."""
    directory = configuration.directory
    return [directory[each.entry].phones[0].number for each in on_duty(configuration.duty, NIGHT)]


@pytest.fixture(scope="module")
def on_orange(configuration: Configuration) -> Configuration:
    """Every engineer's phones are on one network; the back-up phones on another, as shipped."""
    entries = {each.entry for each in configuration.duty.engineers}
    directory = {
        name: replace(entry, phones=tuple(replace(phone, operator="orange") for phone in entry.phones))
        if name in entries
        else entry
        for name, entry in configuration.directory.items()
    }
    return replace(configuration, directory=directory)


async def test_a_fault_that_one_page_meets_sends_the_next_page_to_another_network(
    tmp_path: Path, on_orange: Configuration
) -> None:
    first, *_ = order(on_orange)
    async with the_night(tmp_path, on_orange) as night:
        night.phones.reactions[first] = fails(38)
        night.phones.reactions[PROXIMUS_1] = accepts(1)
        await night.page()
        await night.clock.pass_time(30)
        assert [number for _, number in night.phones.rung] == [first, PROXIMUS_1]
        night.phones.rung.clear()
        night.phones.reactions[PROXIMUS_1] = fails(17)
        night.phones.reactions[first] = accepts(1)
        await night.page()
        await night.clock.pass_time(30)
        assert [number for _, number in night.phones.rung] == [PROXIMUS_1, first]
        night.phones.rung.clear()
        await night.page()
        await night.clock.pass_time(5)
        assert [number for _, number in night.phones.rung] == [first], "it was reached: the network is well"


async def test_a_fault_is_known_after_a_restart_and_forgotten_after_a_quarter_of_an_hour(
    tmp_path: Path, on_orange: Configuration
) -> None:
    first, *_ = order(on_orange)
    async with the_night(tmp_path, on_orange) as night:
        night.phones.reactions[first] = fails(38)
        night.phones.reactions[PROXIMUS_1] = accepts(1)
        await night.page()
        await night.clock.pass_time(30)
        clock = night.clock
    async with the_night(tmp_path, on_orange, clock) as night:
        await night.pager.resume(night.phones)
        night.phones.reactions[PROXIMUS_1] = accepts(1)
        await night.page()
        await night.clock.pass_time(5)
        assert [number for _, number in night.phones.rung] == [PROXIMUS_1], night.phones.rung
        clock = night.clock
    clock._now += timedelta(minutes=15)
    async with the_night(tmp_path, on_orange, clock) as night:
        await night.pager.resume(night.phones)
        page = await night.page()
        await night.clock.pass_time(5)
        assert (await night.ledger.attempts_of(page.id))[0].number == first


async def test_two_pages_at_once_ring_two_engineers_and_nobody_twice(
    tmp_path: Path, configuration: Configuration
) -> None:
    first, second, *_ = order(configuration)
    async with the_night(tmp_path, configuration) as night:
        await night.page()
        await night.page()
        assert [number for _, number in night.phones.rung] == [first, second]
        await night.clock.pass_time(31)
        rung = [number for _, number in night.phones.rung]
        assert sorted(rung[2:4]) == sorted([first, second]), "each goes on with whom it has not rung yet"


async def test_the_severity_of_a_page_chooses_its_policy(
    tmp_path: Path, configuration: Configuration
) -> None:
    duty = configuration.duty
    urgent = replace(duty.policies["standard"], id="urgent", together=True)
    policies = {**duty.policies, "urgent": urgent}
    choices = (Choice("urgent", severities=frozenset({1})),)
    changed = replace(configuration, duty=replace(duty, policies=policies, choices=choices))
    async with the_night(tmp_path, changed) as night:
        page = await night.pager.page(replace(REQUEST, severity="1"))
        assert (page.request.policy, page.request.chosen) == ("urgent", "choose[1], severity 1")
        assert (page.hunt.policy, page.hunt.chosen) == ("urgent", "choose[1], severity 1")
        await night.settle()
        assert len(night.phones.rung) == 6, "everybody at once"
        calm = await night.pager.page(replace(REQUEST, severity="3"))
        assert (calm.request.policy, calm.request.chosen) == ("standard", "")


async def test_a_page_for_which_nobody_named_a_policy_is_chosen_for_like_one_of_the_first(
    tmp_path: Path, configuration: Configuration
) -> None:
    """An alarm's row without a policy goes by the first one, and so by the rows that ask for it."""
    duty = configuration.duty
    policies = {**duty.policies, "urgent": replace(duty.policies["standard"], id="urgent")}
    choices = (Choice("urgent", pages=("standard",), severities=frozenset({1})),)
    changed = replace(configuration, duty=replace(duty, policies=policies, choices=choices))
    async with the_night(tmp_path, changed) as night:
        page = await night.pager.page(replace(REQUEST, policy="", severity="1"))
        assert page.request.policy == "urgent"
        calm = await night.pager.page(replace(REQUEST, policy="", severity="3"))
        assert (calm.request.policy, calm.request.chosen) == ("standard", "")


async def told(
    tmp_path: Path, configuration: Configuration, clock: VirtualClock | None = None
) -> VirtualClock:
    """A page that has come to the telling of the desk."""
    async with the_night(tmp_path, configuration, clock) as night:
        await night.page()
        while not any(number == DESK_MOBILE for _, number in night.phones.rung):
            await night.clock.pass_time(60)
        run = next(iter(night.pager.runs.values()))
        assert run.page.state is PageState.RINGING, "an engineer may still accept"
        assert (await night.mails())[-1] == "nobody-accepted", "written as the first phone of the desk rings"
        return night.clock


async def test_the_desk_is_told_again_and_again_through_a_restart(
    tmp_path: Path, configuration: Configuration
) -> None:
    clock = await told(tmp_path, configuration)
    async with the_night(tmp_path, configuration, clock) as night:
        await night.pager.resume(night.phones)
        for attempt in night.phones.watched:
            await night.phones.end(attempt, 19)
        await night.clock.pass_time(600)
        rung = [number for _, number in night.phones.rung]
        assert len(rung) >= 6
        assert set(rung) == {DESK_MOBILE, DUTY_MANAGER}
        night.phones.reactions[DUTY_MANAGER] = hears(1)
        await night.clock.pass_time(200)
        assert not night.pager.runs, "somebody has heard"
        rung = [number for _, number in night.phones.rung]
        await night.clock.pass_time(3600)
        assert [number for _, number in night.phones.rung] == rung
        assert (await night.mails()).count("nobody-accepted") == 1


async def test_an_engineer_who_accepts_late_ends_the_telling(
    tmp_path: Path, configuration: Configuration
) -> None:
    clock = await told(tmp_path, configuration)
    async with the_night(tmp_path, configuration, clock) as night:
        await night.pager.resume(night.phones)
        page_id = next(iter(night.pager.runs))
        given = await night.pager.accept_for(page_id, "tsc", "somebody")
        assert given is not None
        await night.clock.pass_time(400)
        rung = {number for _, number in night.phones.rung}
        assert not rung & {DESK_MOBILE, DUTY_MANAGER}, "nobody is told any more"


async def test_when_the_one_who_accepted_gives_it_back_the_desk_is_told_again(
    tmp_path: Path, configuration: Configuration
) -> None:
    clock = await told(tmp_path, configuration)
    async with the_night(tmp_path, configuration, clock) as night:
        await night.pager.resume(night.phones)
        for attempt in night.phones.watched:
            await night.phones.end(attempt, 19)
        night.phones.reactions[DESK_MOBILE] = night.phones.reactions[DUTY_MANAGER] = hears(1)
        page_id = next(iter(night.pager.runs))
        await night.clock.pass_time(200)
        assert not night.pager.runs
        assert await night.pager.accept_for(page_id, "tsc", "somebody")
        night.phones.rung.clear()
        night.phones.reactions[DESK_MOBILE] = fails(17)
        before = await night.mails()
        assert await night.pager.pass_for(page_id, "tsc", "somebody")
        await night.clock.pass_time(0.2)
        assert [number for _, number in night.phones.rung] == [DESK_MOBILE]
        letters = ["nobody-accepted", "page-gone-on"]
        assert sorted((await night.mails())[len(before) :]) == letters, "as the desk's phone rings"
        await night.clock.pass_time(200)
        assert [number for _, number in night.phones.rung] == [DESK_MOBILE, DUTY_MANAGER]
        assert (await night.mails()).count("nobody-accepted") == 2, "for each time once"
        found = await night.ledger.find_page(page_id)
        assert found is not None
        assert found.state is PageState.EXHAUSTED
        states = [one.state for one in await night.ledger.attempts_of(page_id)]
        assert states.count(AttemptState.HEARD) == 2


async def first_mails(night: Night) -> list[str]:
    def work(session: Session) -> list[str]:
        query = select(Mail).where(Mail.template == "call-in").order_by(Mail.created)
        return [mail.body for mail in session.scalars(query)]

    return await night.database.read(work)


async def test_the_first_mail_names_who_is_rung_and_not_whose_phone_rings_for_another_page(
    tmp_path: Path, configuration: Configuration
) -> None:
    names = [each.trigram for each in on_duty(configuration.duty, NIGHT)]
    async with the_night(tmp_path, configuration) as night:
        await night.page()
        await night.clock.pass_time(3)
        await night.page()
        one, two = await first_mails(night)
        assert [number for _, number in night.phones.rung] == order(configuration)[:2]
        assert f"- {names[0]}," in one
        assert f"- {names[1]}," in two
        assert f"- {names[0]}," not in two


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "by another call"), ("nl", "andere oproep"), ("fr", "autre appel"), ("de", "anderen Anruf")],
)
async def test_the_first_mail_does_not_say_that_nobody_is_on_duty_while_he_talks(
    tmp_path: Path, configuration: Configuration, language: str, words: str
) -> None:
    alone = replace(
        configuration.duty,
        roster=replace(configuration.duty.roster, weeks=(("MAB",),), swaps=()),
    )
    brands = {name: replace(brand, mail_language=language) for name, brand in configuration.brands.items()}
    async with the_night(tmp_path, replace(configuration, duty=alone, brands=brands, memo={})) as night:
        await night.page()
        await night.clock.pass_time(3)
        await night.page()
        one, two = await first_mails(night)
        assert "- MAB," in one
        assert words in two
        assert "- MAB," not in two


async def test_the_first_mail_names_the_back_up_phone_where_the_network_has_failed(
    tmp_path: Path, on_orange: Configuration
) -> None:
    first, *_ = order(on_orange)
    async with the_night(tmp_path, on_orange) as night:
        night.phones.reactions[first] = fails(38)
        night.phones.reactions[PROXIMUS_1] = accepts(1)
        await night.page()
        await night.clock.pass_time(30)
        await night.page()
        _, two = await first_mails(night)
        assert night.phones.rung[-1][1] == PROXIMUS_1
        assert "0477 11 01 05" in two
