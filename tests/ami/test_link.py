"""Life with the link, beyond panoramisk's faults."""

from __future__ import annotations

import asyncio
import random

import pytest

from ivr.ami import (
    AmiFailed,
    AmiLink,
    AmiTimeout,
    AmiUncertain,
    AmiValueError,
    LinkState,
    OriginateResult,
)
from ivr.ami.backoff import Backoff

from .conftest import LinkMaker
from .scripted import Action, Connection, ScriptedSwitch, channel, until


async def ring(link: AmiLink, channel_id: str = "page-1") -> None:
    await link.originate(channel="PJSIP/eng1@trunk", channel_id=channel_id, context="dutyline-page")


def respond(switch: ScriptedSwitch, channel_id: str, response: str, reason: int) -> None:
    switch.last.event(
        "OriginateResponse",
        f"ActionID: {switch.received('Originate')[-1]['ActionID']}",
        f"Response: {response}",
        "Channel: PJSIP/trunk-00000001",
        f"Reason: {reason}",
        f"Uniqueid: {channel_id}",
    )


def hang_up(switch: ScriptedSwitch, channel_id: str, cause: int) -> None:
    switch.last.event("Hangup", "Channel: PJSIP/trunk-00000001", f"Uniqueid: {channel_id}", f"Cause: {cause}")


async def test_states_are_told_in_order(make_link: LinkMaker) -> None:
    link = make_link()
    states: list[LinkState] = []
    link.on_state(states.append)
    await link.start()
    await link.wait_ready(5)
    await link.close()
    assert states == [LinkState.CONNECTING, LinkState.SYNCING, LinkState.READY, LinkState.DOWN]


async def test_what_is_started_in_the_sync_handler_finds_a_ready_link(make_link: LinkMaker) -> None:
    link = make_link()
    tasks: list[asyncio.Task[object]] = []
    link.on_sync(lambda _channels: tasks.append(asyncio.create_task(link.action("Ping"))))
    await link.start()
    await link.wait_ready(5)
    assert await tasks[0]


async def test_originate_carries_the_id_we_chose(switch: ScriptedSwitch, link: AmiLink) -> None:
    await link.originate(
        channel="PJSIP/eng1@trunk",
        channel_id="page-1.attempt-2",
        context="dutyline-page",
        caller_id='"Fuzer" <+3227887499>',
        timeout_ms=20_000,
        variables={"DUTYLINE_ATTEMPT": "7"},
    )
    sent = switch.received("Originate")[0]
    assert sent["ChannelId"] == "page-1.attempt-2"
    assert sent["Async"] == "true"
    assert (sent["Context"], sent["Exten"], sent["Priority"]) == ("dutyline-page", "s", "1")
    assert sent["Variable"] == "DUTYLINE_ATTEMPT=7"
    assert sent["Timeout"] == "20000"


async def test_outcome_of_an_answered_leg(switch: ScriptedSwitch, link: AmiLink) -> None:
    await ring(link)
    respond(switch, "page-1", "Success", 4)
    outcome = await link.outcome("page-1", 5)
    assert outcome.is_answered
    assert outcome.channel == "PJSIP/trunk-00000001"


@pytest.mark.parametrize("cause_first", [True, False])
@pytest.mark.parametrize(
    ("reason", "cause", "result"),
    [
        (5, 17, OriginateResult.BUSY),
        (0, 17, OriginateResult.BUSY),
        (3, 19, OriginateResult.NO_ANSWER),
        (8, 38, OriginateResult.CONGESTED),
        (8, 21, OriginateResult.REJECTED),
        (0, 1, OriginateResult.FAILED),
        (5, 0, OriginateResult.BUSY),
    ],
)
async def test_outcome_of_a_failed_leg_has_the_cause_whichever_comes_first(
    switch: ScriptedSwitch, link: AmiLink, reason: int, cause: int, result: OriginateResult, cause_first: bool
) -> None:
    await ring(link)
    if cause_first:
        hang_up(switch, "page-1", cause)
    respond(switch, "page-1", "Failure", reason)
    if not cause_first:
        hang_up(switch, "page-1", cause)
    outcome = await link.outcome("page-1", 5)
    assert (outcome.result, outcome.reason, outcome.hangup_cause) == (result, reason, cause)


async def test_leg_that_never_came_to_be_has_no_cause(switch: ScriptedSwitch, link: AmiLink) -> None:
    await ring(link)
    respond(switch, "page-1", "Failure", 0)
    outcome = await link.outcome("page-1", 5)
    assert (outcome.result, outcome.hangup_cause) == (OriginateResult.FAILED, None)


async def test_outcome_survives_a_lost_link(switch: ScriptedSwitch, link: AmiLink) -> None:
    for name in ("up", "ringing", "gone"):
        await ring(link, name)
    switch.channels = [channel("PJSIP/trunk-1", "up"), channel("PJSIP/trunk-2", "ringing", state=5)]
    switch.last.close()
    assert (await link.outcome("up", 5)).result is OriginateResult.ANSWERED
    assert (await link.outcome("gone", 5)).result is OriginateResult.VANISHED
    with pytest.raises(AmiTimeout):
        await link.outcome("ringing", 0.05)
    respond(switch, "ringing", "Success", 4)
    assert (await link.outcome("ringing", 5)).result is OriginateResult.ANSWERED


async def test_leg_that_a_stuck_switch_begins_only_after_the_sync_is_still_found(
    switch: ScriptedSwitch, link: AmiLink
) -> None:
    await ring(link)
    switch.last.close()
    await until(lambda: len(switch.connections) == 2)
    await link.wait_ready(5)
    switch.channels = [channel("PJSIP/trunk-1", "page-1")]
    assert (await link.outcome("page-1", 5)).result is OriginateResult.ANSWERED


async def test_unanswered_originate_on_a_living_link_is_uncertain_too(
    switch: ScriptedSwitch, link: AmiLink
) -> None:
    switch.on("Originate", lambda _at, _action: None)
    with pytest.raises(AmiUncertain):
        await link.originate(channel="PJSIP/1", channel_id="page-1", context="c", answer_s=0.05)
    respond(switch, "page-1", "Success", 4)
    assert (await link.outcome("page-1", 5)).is_answered


async def test_refused_originate_is_said_and_not_awaited(switch: ScriptedSwitch, link: AmiLink) -> None:
    switch.on("Originate", lambda at, act: at.answer(act, "Extension does not exist.", response="Error"))
    with pytest.raises(AmiFailed, match="Extension does not exist"):
        await ring(link)
    with pytest.raises(AmiValueError, match="not originated"):
        await link.outcome("page-1", 1)


async def test_id_still_awaited_is_not_used_again(link: AmiLink) -> None:
    await ring(link)
    with pytest.raises(AmiValueError, match="awaited already"):
        await ring(link)


async def test_switch_still_starting_is_waited_for(switch: ScriptedSwitch, make_link: LinkMaker) -> None:
    switch.is_booted = False
    link = make_link()
    await link.start()
    await until(lambda: switch.received("Events"))
    await asyncio.sleep(0.05)
    assert link.state is LinkState.SYNCING
    assert not switch.received("CoreShowChannels")
    switch.last.event("FullyBooted", "Status: Fully Booted")
    await link.wait_ready(5)


async def test_secret_is_not_sent_to_a_peer_that_is_no_switch(make_link: LinkMaker) -> None:
    received = bytearray()

    async def other_service(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        received.extend(await reader.read(1000))
        writer.close()

    server = await asyncio.start_server(other_service, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    link = AmiLink("127.0.0.1", port, "dutyline", "secret", events=())
    await link.start()
    await until(lambda: "greet" in link.why)
    await link.close()
    server.close()
    assert not received


async def test_host_by_name_is_resolved(switch: ScriptedSwitch) -> None:
    link = AmiLink("localhost", switch.port, "dutyline", "secret", events=())
    await link.start()
    await link.wait_ready(5)
    await link.close()


async def test_list_is_collected_and_its_refusal_raised(switch: ScriptedSwitch, link: AmiLink) -> None:
    def two(connection: Connection, action: Action) -> None:
        connection.answer(action, "Status will follow", "EventList: start")
        for name in ("a", "b"):
            connection.say("Event: Status", f"ActionID: {action['ActionID']}", f"Channel: {name}")
            connection.event("Hangup", "Uniqueid: not-of-the-list")
        connection.say("Event: StatusComplete", f"ActionID: {action['ActionID']}", "EventList: Complete")

    switch.on("Status", two)
    events = await link.action_list("Status", "StatusComplete")
    assert [event["Channel"] for event in events] == ["a", "b"]
    switch.on("Status", lambda at, action: at.answer(action, "Permission denied", response="Error"))
    with pytest.raises(AmiFailed, match="Permission denied"):
        await link.action_list("Status", "StatusComplete")


async def test_console_output_is_joined(switch: ScriptedSwitch, link: AmiLink) -> None:
    lines = ("Output: one: 1", "Output: ", "Output: three")
    switch.on("Command", lambda at, action: at.answer(action, "Command output follows", *lines))
    assert await link.command("core show uptime") == "one: 1\n\nthree"


async def test_event_not_asked_of_the_switch_cannot_be_subscribed(link: AmiLink) -> None:
    with pytest.raises(AmiValueError, match="VarSet"):
        link.subscribe("VarSet", print)


async def test_coroutine_function_is_no_handler(link: AmiLink) -> None:
    async def handler(_event: object) -> None: ...

    with pytest.raises(TypeError):
        link.subscribe("Hangup", handler)


async def test_unsubscribed_handler_hears_nothing_more(switch: ScriptedSwitch, link: AmiLink) -> None:
    heard: list[str] = []
    stop = link.subscribe("UserEvent", lambda event: heard.append(event["UserEvent"]))
    switch.last.event("UserEvent", "UserEvent: first")
    await until(lambda: heard)
    stop()
    stop()
    switch.last.event("UserEvent", "UserEvent: second")
    await link.action("Ping")
    await until(lambda: link.metrics.queued == 0)
    assert heard == ["first"]


async def test_channel_pattern_is_not_hung_up(switch: ScriptedSwitch, link: AmiLink) -> None:
    with pytest.raises(AmiValueError, match="pattern"):
        await link.hangup("/.*/")
    assert not switch.received("Hangup")


async def test_secret_is_in_no_text_of_the_link(link: AmiLink) -> None:
    from ivr.ami.pending import PendingAction
    from ivr.ami.session import Account

    assert "s3cret" not in repr(Account("h", 1, "u", "s3cret"))
    assert "s3cret" not in repr(PendingAction("Login", {"Secret": "s3cret"}))


def test_waits_grow_from_the_first_to_the_cap_and_stay_in_between() -> None:
    backoff = Backoff(0.2, 5.0, random.Random(1))
    waits = [backoff.next_s() for _ in range(50)]
    assert all(0.2 <= wait <= 5.0 for wait in waits)
    assert max(waits[:2]) < 1.0
    assert all(wait >= 2.5 for wait in waits[6:])
    assert len(set(waits[10:])) > 10
    backoff.reset()
    assert backoff.next_s() <= 0.4
