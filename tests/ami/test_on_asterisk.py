"""The link on a real Asterisk: what the scripted switch was made from."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from asterisk.obtain import default_cache, find_or_obtain
from asterisk.package import Package
from ivr.ami import (
    AmiDisconnected,
    AmiEvent,
    AmiFailed,
    AmiLink,
    AmiRefused,
    AmiUncertain,
    LinkState,
    OriginateResult,
    Timing,
)

from .asterisk_switch import RealSwitch
from .scripted import until

pytestmark = pytest.mark.switch

TIMING = Timing(retry_s=(0.1, 0.5))


@pytest.fixture
async def asterisk_switch() -> AsyncIterator[RealSwitch]:
    tree = await asyncio.to_thread(find_or_obtain, Package.ASTERISK, default_cache())
    switch = RealSwitch(tree)
    switch.start()
    yield switch
    await switch.remove()


def link_to(switch: RealSwitch, secret: str = "s3cret", **options: float) -> AmiLink:
    return AmiLink(
        "127.0.0.1",
        switch.port,
        "dutyline",
        secret,
        events=("Newchannel", "Hangup", "UserEvent"),
        timing=TIMING,
        **options,  # type: ignore[arg-type]
    )


@pytest.fixture
async def link(asterisk_switch: RealSwitch) -> AsyncIterator[AmiLink]:
    made = link_to(asterisk_switch)
    await made.start()
    await made.wait_ready(30)
    yield made
    await made.close()


async def originate(link: AmiLink, exten: str, channel_id: str, **options: object) -> None:
    await link.originate(
        channel=f"Local/{exten}@test/n",
        channel_id=channel_id,
        application="Wait",
        data="60",
        **options,  # type: ignore[arg-type]
    )


async def test_outcomes_of_originated_legs(link: AmiLink) -> None:
    expected = {
        "echo": (OriginateResult.ANSWERED, None),
        "busy": (OriginateResult.BUSY, 17),
        "rejected": (OriginateResult.REJECTED, 21),
        "congested": (OriginateResult.CONGESTED, 34),
        "netdown": (OriginateResult.CONGESTED, 38),
    }
    for exten in expected:
        await originate(link, exten, f"leg-{exten}")
    await originate(link, "ringing", "leg-ringing", timeout_ms=500)
    told = {exten: await link.outcome(f"leg-{exten}", 10) for exten in expected}
    assert {exten: (seen.result, seen.hangup_cause) for exten, seen in told.items()} == expected
    ringing = await link.outcome("leg-ringing", 10)
    assert (ringing.result, ringing.hangup_cause) == (OriginateResult.NO_ANSWER, 19)
    assert told["echo"].channel.startswith("Local/echo@test")
    await link.hangup("leg-echo")
    await until(lambda: link.metrics.pending == 0)


async def test_second_originate_with_the_same_id_is_refused_while_the_first_lives(link: AmiLink) -> None:
    await originate(link, "echo", "leg-1")
    assert (await link.outcome("leg-1", 10)).is_answered
    await originate(link, "echo", "leg-1")
    assert (await link.outcome("leg-1", 10)).result is OriginateResult.FAILED
    assert [channel.unique_id for channel in await link.core_show_channels()].count("leg-1") == 1


async def test_nowhere_to_go_is_said_at_once(link: AmiLink) -> None:
    with pytest.raises(AmiFailed, match="Extension does not exist"):
        await link.originate(channel="Local/echo@test", channel_id="leg", context="test", exten="nobody")
    await originate(link, "nobody", "leg-2")
    assert (await link.outcome("leg-2", 10)).result is OriginateResult.FAILED


async def test_only_the_events_asked_for_come(link: AmiLink) -> None:
    heard: list[AmiEvent] = []
    link.subscribe("*", heard.append)
    await originate(link, "echo", "leg-1")
    assert (await link.outcome("leg-1", 10)).is_answered
    await link.hangup("leg-1")
    await until(lambda: [event for event in heard if event.name == "Hangup"])
    await link.action("Ping")
    assert {event.name for event in heard} <= {"Newchannel", "Hangup", "UserEvent", "OriginateResponse"}
    assert any(event["Uniqueid"] == "leg-1" for event in heard if event.name == "Newchannel")


async def test_variables_arrive_exactly_as_they_are(link: AmiLink) -> None:
    value = 'Zoë, "de" (x) [y] \\ a=b; ${EXTEN} Łódź ' + "é" * 200
    await originate(link, "echo", "leg-1", variables={"NAME": value, "SECOND": "2"})
    assert (await link.outcome("leg-1", 10)).is_answered
    assert await link.get_var("NAME", "leg-1") == value
    assert await link.get_var("SECOND", "leg-1") == "2"
    await link.set_var("NAME", 'other, "value"', "leg-1")
    assert await link.get_var("NAME", "leg-1") == 'other, "value"'
    assert await link.get_var("NEVER_SET") == ""


async def test_held_call_is_woken(link: AmiLink) -> None:
    left: list[str] = []
    link.subscribe("UserEvent", lambda event: left.append(event["Uniqueid"]))
    await originate(link, "wait", "leg-1")
    assert (await link.outcome("leg-1", 10)).is_answered
    held = [channel for channel in await link.core_show_channels() if channel.application == "BridgeWait"]
    while not held:
        held = [channel for channel in await link.core_show_channels() if channel.application == "BridgeWait"]
    await until_bridged(link, held[0].channel)
    await link.bridge_kick(held[0].channel)
    await until(lambda: left)
    with pytest.raises(AmiFailed, match="does not exist"):
        await link.bridge_kick("Local/nobody-1")


async def until_bridged(link: AmiLink, channel: str) -> None:
    for _ in range(200):
        if any(seen.channel == channel and seen.bridge_id for seen in await link.core_show_channels()):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the call never came into its bridge")


async def test_console_command_and_reload(link: AmiLink) -> None:
    assert "Asterisk" in await link.command("core show version")
    with pytest.raises(AmiFailed, match="No such command"):
        await link.command("make coffee")
    await link.reload("pbx_config")
    with pytest.raises(AmiFailed, match="No such module"):
        await link.reload("res_nothing.so")


async def test_wrong_secret_is_refused_by_name(asterisk_switch: RealSwitch, link: AmiLink) -> None:
    wrong = link_to(asterisk_switch, secret="wrong")
    await wrong.start()
    try:
        with pytest.raises(AmiRefused, match="Authentication failed"):
            await wrong.wait_ready(10)
        assert wrong.state is LinkState.REFUSED
    finally:
        await wrong.close()


async def test_restart_of_the_switch_fails_what_was_under_way_and_syncs_anew(
    asterisk_switch: RealSwitch, link: AmiLink
) -> None:
    syncs: list[int] = []
    link.on_sync(lambda channels: syncs.append(len(channels)))
    await originate(link, "ringing", "leg-1", timeout_ms=60_000)
    await asterisk_switch.kill()
    await until(lambda: link.state is not LinkState.READY)
    with pytest.raises(AmiDisconnected):
        await link.action("Ping")
    asterisk_switch.start()
    await link.wait_ready(30)
    assert (await link.outcome("leg-1", 5)).result is OriginateResult.VANISHED
    assert syncs == [0]
    assert await link.core_show_channels() == []


async def test_frozen_switch_is_noticed_and_live_channels_are_found_again(
    asterisk_switch: RealSwitch,
) -> None:
    link = link_to(asterisk_switch, ping_s=0.2, pong_s=1.0)
    found: list[list[str]] = []
    link.on_sync(lambda channels: found.append([channel.unique_id for channel in channels]))
    await link.start()
    try:
        await link.wait_ready(30)
        await originate(link, "echo", "leg-1")
        assert (await link.outcome("leg-1", 10)).is_answered
        asterisk_switch.freeze()
        await until(lambda: link.state is not LinkState.READY)
        assert "no pong" in link.why
        asterisk_switch.thaw()
        await link.wait_ready(20)
        assert "leg-1" in found[-1]
    finally:
        await link.close()


async def test_originate_that_a_frozen_switch_carries_out_later_is_found_not_rung_twice(
    asterisk_switch: RealSwitch,
) -> None:
    link = link_to(asterisk_switch, ping_s=0.2, pong_s=1.0)
    await link.start()
    try:
        await link.wait_ready(30)
        asterisk_switch.freeze()
        with pytest.raises(AmiUncertain):
            await originate(link, "echo", "leg-1", answer_s=1.0)
        await until(lambda: link.state is not LinkState.READY)
        asterisk_switch.thaw()
        await link.wait_ready(20)
        assert (await link.outcome("leg-1", 10)).is_answered
        assert [seen.unique_id for seen in await link.core_show_channels()].count("leg-1") == 1
    finally:
        await link.close()


async def test_flood_of_events_does_not_cost_the_session(link: AmiLink) -> None:
    numbers: list[int] = []

    def count(event: AmiEvent) -> None:
        numbers.append(int(event["Number"]))

    link.subscribe("UserEvent", count)
    losses = link.metrics.losses
    await originate(link, "noise", "leg-1")
    await until(lambda: len(numbers) == 3000, within_s=30)
    assert numbers == list(range(1, 3001))
    assert link.metrics.losses == losses
