"""Short messages beside ringing: to whom, in which words, and never without their step."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from dialplan.model import Configuration
from dialplan.source import load
from ivr.settings import ROOT
from ivr.storage import Mail, Notice
from tests.duty.night import REQUEST, Night, accepts, the_night


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
