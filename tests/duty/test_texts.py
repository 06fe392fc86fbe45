"""Short messages beside ringing: to whom, in which words, and never without their step."""

from __future__ import annotations

import asyncio
import contextlib
import random
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from dialplan.model import Configuration, PhoneLabel
from dialplan.source import load
from ivr.duty.history import read_history
from ivr.duty.hunt import Attempt
from ivr.settings import ROOT
from ivr.storage import Attempt as AttemptRow
from ivr.storage import Database, Mail, Notice
from tests.duty.night import NIGHT, REQUEST, Night, VirtualClock, accepts, the_night


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load(ROOT / "config").configuration


def texted(configuration: Configuration) -> Configuration:
    """The same desk, whose policy sends texts."""
    policies = {name: replace(one, sms=True) for name, one in configuration.duty.policies.items()}
    return replace(configuration, duty=replace(configuration.duty, policies=policies))


async def texts(night: Night) -> list[Notice]:
    return list(
        await night.database.read(
            lambda session: session.scalars(select(Notice).order_by(Notice.created)).all()
        )
    )


async def test_nobody_is_texted_who_has_not_asked_for_it(
    tmp_path: Path, configuration: Configuration
) -> None:
    async with the_night(tmp_path, configuration) as night:
        await night.page()
        assert await texts(night) == []


async def test_the_first_who_is_rung_and_the_one_who_accepts(
    tmp_path: Path, configuration: Configuration
) -> None:
    async with the_night(tmp_path, texted(configuration)) as night:
        night.phones.reactions |= {f"+3247000000{number}": accepts() for number in range(1, 7)}
        request = replace(REQUEST, about="Core router down", customer="465", caller="")
        page = await night.pager.page(request)
        [begins] = await texts(night)
        assert begins.address.startswith("+324700000")
        assert page.call_ref in begins.text
        assert "Core router down" in begins.text
        assert "465" in begins.text
        await night.clock.pass_time(120)
        begun, *yours = await texts(night)
        assert [one.template for one in (begun, *yours)] == ["page-begins", "page-yours"]


async def test_whoever_is_rung_later_is_texted_then_and_once(
    tmp_path: Path, configuration: Configuration
) -> None:
    """Three on duty, one after the other, again and again; then the levels. Each is told when his phone rings
    for the first time, and the death of the service doubles nothing."""
    clock = VirtualClock(NIGHT)
    async with the_night(tmp_path, texted(configuration), clock) as night:
        page = await night.page()
        assert len(await texts(night)) == 1, "the second is left to sleep as long as the first is rung"
        await night.clock.pass_time(100)
        begun = await texts(night)
        rung = await rings(night, page.id)
        assert len(rung) >= 3
        assert [(one.entry, one.created) for one in begun] == firsts_of(rung)
        await night.pager.close()
    async with the_night(tmp_path, texted(configuration), clock) as night:
        await night.pager.resume(night.phones)
        await night.clock.pass_time(25 * 60)
        rung = await rings(night, page.id)
        levels = {attempt.entry for attempt in rung if attempt.stage.startswith("level-")}
        assert levels, "nobody has accepted, so the levels were rung"
        begun = await texts(night)
        assert {one.template for one in begun} == {"page-begins"}
        assert sorted((one.entry, one.created) for one in begun if one.address) == sorted(
            one for one in firsts_of(rung) if has_mobile(configuration, one[0])
        )
        history = await night.database.read(lambda session: read_history(session, page.id))
        told = [event for event in history if (event.facts or {}).get("template") == "page-begins (SMS)"]
        assert len(told) == len(begun), "the page's history has each"


async def test_the_service_is_killed_again_and_again(tmp_path: Path) -> None:
    """At no moment is a ring written without its text, or a text twice."""
    chance = random.Random(7)
    for _ in range(5):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.duty.texted", str(tmp_path), cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        assert (await process.stdout.readline()).strip() == b"under way"
        await asyncio.sleep(chance.uniform(0.05, 0.6))
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    database = Database(f"sqlite:///{tmp_path / 'pages.db'}")
    await database.open()
    try:
        query = select(AttemptRow.entry).distinct()
        rung = set(await database.read(lambda session: session.scalars(query).all()))
        begun = list(await database.read(lambda session: session.scalars(select(Notice.entry)).all()))
    finally:
        await database.close()
    assert len(rung) >= 3, "it has come some way"
    assert sorted(begun) == sorted(rung), "each of them once"


async def rings(night: Night, page_id: str) -> list[Attempt]:
    return await night.ledger.attempts_of(page_id)


def firsts_of(rung: list[Attempt]) -> list[tuple[str, datetime]]:
    """Who was rung, and when for the first time."""
    first: dict[str, datetime] = {}
    for attempt in rung:
        first.setdefault(attempt.entry, attempt.planned_at)
    return list(first.items())


def has_mobile(configuration: Configuration, entry: str) -> bool:
    return any(phone.label is PhoneLabel.MOBILE for phone in configuration.directory[entry].phones)


async def test_mails_of_an_alarm_say_what_it_is_about_and_no_caller(
    tmp_path: Path, configuration: Configuration
) -> None:
    async with the_night(tmp_path, configuration) as night:
        await night.pager.page(replace(REQUEST, about="Core router down", caller="", dialled=""))
        [mail] = await night.database.read(lambda session: session.scalars(select(Mail)).all())
        assert mail.subject.endswith("Fuzer: Core router down")
        assert "withheld" not in mail.body


async def test_nobody_waits_to_be_called_back_about_an_alarm(
    tmp_path: Path, configuration: Configuration
) -> None:
    async with the_night(tmp_path, configuration) as night:
        night.phones.reactions |= {f"+3247000000{number}": accepts() for number in range(1, 7)}
        page = await night.pager.page(replace(REQUEST, category="alarm", call_id=None, about="Router down"))
        assert page.request.promise.within_s == 0
        await night.clock.pass_time(7200)
        assert "page-reminder" not in await night.mails(), "the engineer is left to his work"
