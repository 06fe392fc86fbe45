"""The link in a reminder's mail: it opens a page with a button, and nothing else can be done with it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from dialplan.roster import on_duty
from dialplan.source import load
from ivr.duty.done_links import link_for
from ivr.duty.page import Page
from ivr.settings import ROOT
from ivr.storage import PageState
from ivr.web.called_back import CalledBackPage
from tests.duty.night import NIGHT, Night, accepts, the_night

CONFIGURATION = load(ROOT / "config").configuration
FIRST, SECOND, *_ = on_duty(CONFIGURATION.duty, NIGHT)
NUMBER = CONFIGURATION.directory[FIRST.entry].phones[0].number
Browser = TestClient[web.Request, web.Application]


@pytest_asyncio.fixture
async def night(tmp_path: Path) -> AsyncIterator[Night]:
    async with the_night(tmp_path, CONFIGURATION) as night:
        yield night


@pytest_asyncio.fixture
async def browser(night: Night) -> AsyncIterator[Browser]:
    app = web.Application()
    app.add_routes(CalledBackPage(night.pager, lambda: CONFIGURATION, night.clock).routes())
    async with TestClient(TestServer(app)) as client:
        yield client


@pytest_asyncio.fixture
async def page(night: Night) -> Page:
    """Accepted by the first engineer."""
    night.phones.reactions[NUMBER] = accepts()
    page = await night.page()
    await night.clock.pass_time(10)
    return page


def path(page: Page, entry: str = FIRST.entry) -> str:
    return link_for("http://desk", page, entry).removeprefix("http://desk")


async def state(night: Night, page: Page) -> PageState:
    found = await night.ledger.find(page.id)
    assert found is not None
    return found.state


async def test_opening_the_link_changes_nothing_and_the_button_does(
    night: Night, browser: Browser, page: Page
) -> None:
    opened = await browser.get(path(page))
    text = await opened.text()
    assert opened.status == 200
    assert page.call_ref in text
    assert len(re.findall("<button", text)) == 2
    assert await state(night, page) is PageState.ACCEPTED
    pressed = await browser.post(path(page), data={"said": "done"})
    assert pressed.status == 200
    assert await state(night, page) is PageState.DONE
    found = await night.ledger.find(page.id)
    assert found is not None
    assert found.called_back is not None
    assert (found.called_back.by, found.called_back.how) == (FIRST.entry, "link")
    again = await (await browser.get(path(page))).text()
    assert "<button" not in again


async def test_the_call_is_passed_on_by_whoever_has_it(night: Night, browser: Browser, page: Page) -> None:
    other = await (await browser.get(path(page, SECOND.entry))).text()
    assert len(re.findall("<button", other)) == 1, "who does not have it has nothing to pass"
    await browser.post(path(page), data={"said": "pass"})
    assert await state(night, page) is PageState.RINGING


async def test_a_link_that_was_changed_opens_nothing(night: Night, browser: Browser, page: Page) -> None:
    good = path(page)
    for wrong in (
        good[:-1] + ("0" if good[-1] != "0" else "1"),
        good.replace(page.id, "f" * 32),
        "/called-back/x",
    ):
        answer = await browser.post(wrong, data={"said": "done"})
        assert answer.status == 404
    assert await state(night, page) is PageState.ACCEPTED
    assert (await browser.post(good, data={"said": "rm -rf"})).status == 400
    await night.clock.pass_time(25 * 3600)
    assert (await browser.get(good)).status == 410
