"""Whether a channel has left the switch: what a freed place waits for."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ivr.ami import AmiEvent
from ivr.calls.departures import Departures


class Switch:
    """A link of which only hang-ups and syncs matter."""

    def subscribe(self, name: str, handler: Any) -> None:
        if name == "DialEnd":
            self.end_dial = lambda caller, rung: handler(
                AmiEvent("DialEnd", {"uniqueid": caller, "destchannel": rung})
            )
        else:
            self.hang_up = lambda channel, unique_id="": handler(
                AmiEvent("Hangup", {"channel": channel, "uniqueid": unique_id})
            )

    def on_sync(self, handler: Any) -> None:
        self.sync = handler


@pytest.fixture
def switch() -> Switch:
    return Switch()


@pytest.fixture
def departures(switch: Switch) -> Departures:
    return Departures(switch)  # type: ignore[arg-type]


async def test_it_is_waited_until_the_telephone_has_left(switch: Switch, departures: Departures) -> None:
    waiting = asyncio.create_task(departures.wait_gone(("PJSIP/agent-1",), 30))
    await asyncio.sleep(0.02)
    switch.hang_up("PJSIP/agent-2")
    await asyncio.sleep(0.02)
    assert not waiting.done()
    switch.hang_up("PJSIP/agent-1")
    await asyncio.wait_for(waiting, 5)


async def test_one_that_left_before_is_not_waited_for(switch: Switch, departures: Departures) -> None:
    switch.hang_up("PJSIP/agent-1")
    await asyncio.wait_for(departures.wait_gone(("PJSIP/agent-1",), 30), 5)


async def test_several_may_wait_for_the_same(switch: Switch, departures: Departures) -> None:
    waiting = [asyncio.create_task(departures.wait_gone(("PJSIP/agent-1",), 30)) for _ in range(2)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    await asyncio.sleep(0)
    switch.hang_up("PJSIP/agent-1")
    await asyncio.wait_for(waiting[1], 5)


async def test_what_a_new_sync_does_not_know_has_left(switch: Switch, departures: Departures) -> None:
    waiting = asyncio.create_task(departures.wait_gone(("PJSIP/agent-1",), 30))
    await asyncio.sleep(0)
    switch.sync([])
    await asyncio.wait_for(waiting, 5)


async def test_nobody_waits_for_ever(departures: Departures) -> None:
    await asyncio.wait_for(departures.wait_gone(("PJSIP/agent-1",), 0.05), 5)


async def test_without_a_switch_nothing_is_waited_for() -> None:
    await asyncio.wait_for(Departures().wait_gone(("PJSIP/agent-1",), 30), 5)


async def test_all_that_rang_for_a_caller_is_seen_off(switch: Switch, departures: Departures) -> None:
    switch.end_dial("1.1", "PJSIP/agent-1")
    switch.end_dial("1.1", "PJSIP/agent-2")
    switch.hang_up("PJSIP/agent-1")
    waiting = asyncio.create_task(departures.see_off("1.1", "PJSIP/agent-3", 30))
    await asyncio.sleep(0)
    switch.hang_up("PJSIP/agent-2")
    await asyncio.sleep(0.02)
    assert not waiting.done()
    switch.hang_up("PJSIP/agent-3")
    await asyncio.wait_for(waiting, 5)


async def test_what_nobody_sees_off_is_forgotten_with_its_caller(
    switch: Switch, departures: Departures
) -> None:
    switch.end_dial("1.1", "PJSIP/agent-1")
    switch.hang_up("PJSIP/trunk-1", "1.1")
    await asyncio.wait_for(departures.see_off("1.1", limit_s=30), 5)
    assert not departures._rung
