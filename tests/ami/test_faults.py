"""Every measured fault of panoramisk 1.4, by name: what it did to us, and that it cannot any more."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any

import pytest
import structlog
import uvloop

from ivr.ami import (
    AmiDisconnected,
    AmiEvent,
    AmiLink,
    AmiRefused,
    AmiTimeout,
    AmiUncertain,
    AmiValueError,
    ChannelSnapshot,
    LinkState,
)

from .conftest import EVENTS, QUICK, LinkMaker
from .scripted import Action, Connection, ScriptedSwitch, channel, until


def silent(_connection: Connection, _action: Action) -> None:
    """Take the action and never answer."""


async def ready_again(link: AmiLink, switch: ScriptedSwitch, connections: int = 2) -> None:
    await until(lambda: len(switch.connections) >= connections)
    await link.wait_ready(5)


# 1 actions unanswered at a disconnect are sent again


async def test_unanswered_originate_is_not_sent_again_after_a_reconnect(
    switch: ScriptedSwitch, link: AmiLink
) -> None:
    switch.on("Originate", silent)
    call = asyncio.create_task(
        link.originate(channel="PJSIP/eng1@trunk", channel_id="page-1", context="dutyline-page")
    )
    await until(lambda: switch.received("Originate"))
    switch.last.close()
    with pytest.raises(AmiUncertain) as caught:
        await call
    assert caught.value.channel_id == "page-1"
    await ready_again(link, switch)
    await link.action("Ping")
    assert len(switch.received("Originate")) == 1


async def test_unanswered_action_fails_at_the_disconnect(switch: ScriptedSwitch, link: AmiLink) -> None:
    switch.on("Hangup", silent)
    task = asyncio.create_task(link.hangup("PJSIP/x-1"))
    await until(lambda: switch.received("Hangup"))
    switch.last.close()
    with pytest.raises(AmiDisconnected) as caught:
        await task
    assert caught.value.was_sent
    await ready_again(link, switch)
    assert len(switch.received("Hangup")) == 1


async def test_action_while_disconnected_fails_at_once_and_is_never_sent(
    switch: ScriptedSwitch, make_link: LinkMaker
) -> None:
    link = make_link()
    with pytest.raises(AmiDisconnected) as caught:
        await link.originate(channel="PJSIP/eng1@trunk", channel_id="page-1", context="x")
    assert not caught.value.was_sent
    await link.start()
    await link.wait_ready(5)
    await link.action("Ping")
    assert not switch.received("Originate")


# 2 one exception in a callback drops the connection


async def test_exception_in_a_handler_does_not_drop_the_connection(
    switch: ScriptedSwitch, link: AmiLink
) -> None:
    heard: list[str] = []

    def broken(_event: AmiEvent) -> None:
        raise ValueError("bug in a handler")

    link.subscribe("UserEvent", broken)
    link.subscribe("UserEvent", lambda event: heard.append(event["UserEvent"]))
    with structlog.testing.capture_logs() as logs:
        switch.last.event("UserEvent", "UserEvent: first")
        switch.last.event("UserEvent", "UserEvent: second")
        await until(lambda: len(heard) == 2)
    assert heard == ["first", "second"]
    assert len(switch.connections) == 1
    assert link.state is LinkState.READY
    assert link.metrics.handler_errors == 2
    assert [entry["log_level"] for entry in logs] == ["error", "error"]


async def test_exception_in_a_sync_or_state_handler_does_not_keep_the_link_from_being_ready(
    make_link: LinkMaker,
) -> None:
    def broken(_anything: object) -> None:
        raise ValueError("bug in a handler")

    link = make_link()
    link.on_sync(broken)
    link.on_state(broken)
    await link.start()
    await link.wait_ready(5)


# 3 "successfully queued" without Async


async def test_answer_that_ends_in_successfully_queued_is_taken(
    switch: ScriptedSwitch, link: AmiLink
) -> None:
    switch.on("PlayDTMF", lambda at, action: at.answer(action, "DTMF successfully queued"))
    await link.play_dtmf("PJSIP/x-1", "1")
    answer = await link.action("Originate", Channel="Local/1@x", Application="Echo")
    assert answer.success
    assert answer.message == "Originate successfully queued"
    assert switch.received("Originate")[0]["Async"] == "true"
    assert len(switch.connections) == 1


async def test_originate_is_always_asynchronous(switch: ScriptedSwitch, link: AmiLink) -> None:
    await link.action("originate", {"Channel": "Local/1@x", "async": False}, Application="Echo")
    sent = switch.received("originate")[0]
    assert {name: value for name, value in sent.items() if name.lower() == "async"} == {"Async": "true"}


# 4 pings are sent but never checked


async def test_half_open_link_is_noticed_and_replaced(switch: ScriptedSwitch, make_link: LinkMaker) -> None:
    link = make_link(ping_s=0.05, pong_s=0.3)
    states: list[LinkState] = []
    await link.start()
    await link.wait_ready(5)
    assert link.last_pong_age_s < 5
    link.on_state(states.append)
    switch.is_mute = True
    await until(lambda: link.state is not LinkState.READY)
    assert "no pong" in link.why
    switch.is_mute = False
    await ready_again(link, switch)
    assert states[0] is LinkState.DOWN


def test_half_open_link_is_noticed_within_ten_seconds_by_default() -> None:
    from ivr.ami import Timing

    assert Timing().ping_s + Timing().pong_s < 10


async def test_long_action_is_not_taken_for_a_dead_link(switch: ScriptedSwitch, make_link: LinkMaker) -> None:
    async def slow_reload(connection: Connection, action: Action) -> None:
        await asyncio.sleep(0.8)
        connection.answer(action, "Module Reloaded")

    switch.on("Reload", slow_reload)
    link = make_link(ping_s=0.05, pong_s=0.2)
    await link.start()
    await link.wait_ready(5)
    await link.reload("res_pjsip.so")
    assert len(switch.connections) == 1


# 5 a bad password raises nothing


async def test_bad_password_is_said_and_not_hammered(switch: ScriptedSwitch, make_link: LinkMaker) -> None:
    link = make_link(secret="wrong-secret")
    with structlog.testing.capture_logs() as logs:
        await link.start()
        with pytest.raises(AmiRefused, match="Authentication failed") as caught:
            await link.wait_ready(5)
    assert link.state is LinkState.REFUSED
    assert "'dutyline'" in str(caught.value)
    assert any(entry["log_level"] == "error" and "refused" in entry["event"] for entry in logs)
    assert "wrong-secret" not in repr(logs) + str(caught.value) + link.why
    await asyncio.sleep(0.15)
    assert len(switch.connections) == 1  # the next try waits for refused_retry_s


async def test_refused_link_is_tried_again_and_gets_in_once_the_switch_allows(
    switch: ScriptedSwitch, make_link: LinkMaker
) -> None:
    def refuse(connection: Connection, action: Action) -> None:
        connection.answer(action, "Authentication failed", response="Error")
        connection.close()

    switch.on("Login", refuse)
    link = make_link()
    await link.start()
    with pytest.raises(AmiRefused):
        await link.wait_ready(5)
    del switch.replies["login"]
    await until(lambda: link.state is LinkState.READY)


async def test_missing_right_to_see_channels_is_a_refusal_that_names_it(
    switch: ScriptedSwitch, make_link: LinkMaker
) -> None:
    switch.on("CoreShowChannels", lambda at, act: at.answer(act, "Permission denied", response="Error"))
    link = make_link()
    await link.start()
    with pytest.raises(AmiRefused, match=r"CoreShowChannels.*write=system"):
        await link.wait_ready(5)


# 6 a UTF-8 character split over two reads is lost


async def test_utf8_character_split_over_two_reads_survives(switch: ScriptedSwitch, link: AmiLink) -> None:
    names: list[str] = []
    link.subscribe("Newchannel", lambda event: names.append(event["CallerIDName"]))
    raw = "Event: Newchannel\r\nCallerIDName: René\r\n\r\n".encode()
    cut = raw.index("é".encode()) + 1
    switch.last.send_bytes(raw[:cut])
    await asyncio.sleep(0.05)
    switch.last.send_bytes(raw[cut:])
    await until(lambda: names)
    assert names == ["René"]


async def test_latin1_name_is_read_and_the_other_lines_stay_utf8(
    switch: ScriptedSwitch, link: AmiLink
) -> None:
    events: list[AmiEvent] = []
    link.subscribe("Newchannel", events.append)
    switch.last.send_bytes(
        b"Event: Newchannel\r\nCallerIDName: Ren\xe9\r\nConnectedLineName: Zo\xc3\xab\r\n\r\n"
    )
    await until(lambda: events)
    assert events[0]["CallerIDName"] == "René"
    assert events[0]["ConnectedLineName"] == "Zoë"
    assert link.metrics.latin1_lines == 1


# 7 answers that never come are kept for ever


async def test_answer_that_never_comes_times_out_and_nothing_is_kept(
    switch: ScriptedSwitch, link: AmiLink
) -> None:
    kept: list[tuple[Connection, Action]] = []
    switch.on("Getvar", lambda at, action: kept.append((at, action)))
    with pytest.raises(AmiTimeout, match="Getvar"):
        await link.action("Getvar", Variable="A", timeout_s=0.05)
    assert link.metrics.pending == 0
    connection, action = kept[0]
    connection.answer(action, "", "Value: too late")
    await link.action("Ping")
    assert link.metrics.late_answers == 1
    assert link.state is LinkState.READY


async def test_caller_who_stops_waiting_leaves_nothing_behind(switch: ScriptedSwitch, link: AmiLink) -> None:
    switch.on("Getvar", silent)
    task = asyncio.create_task(link.get_var("A"))
    await until(lambda: switch.received("Getvar"))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert link.metrics.pending == 0


# 8 nothing is replayed after a reconnect


async def test_live_channels_are_told_after_each_login_before_later_events(
    switch: ScriptedSwitch, make_link: LinkMaker
) -> None:
    story: list[object] = []
    switch.channels = [channel("PJSIP/a-1", "1.1")]
    plain = switch._do_coreshowchannels

    def busy_switch(connection: Connection, action: Action) -> None:
        connection.event("Newchannel", "Uniqueid: before-the-list")
        plain(connection, action)
        connection.event("Hangup", "Uniqueid: after-the-list")

    switch.on("CoreShowChannels", busy_switch)
    link = make_link()
    link.on_sync(lambda channels: story.append([seen.unique_id for seen in channels]))
    link.subscribe("Newchannel", lambda event: story.append(event["Uniqueid"]))
    link.subscribe("Hangup", lambda event: story.append(event["Uniqueid"]))
    await link.start()
    await until(lambda: len(story) == 3)
    assert story == [["1.1"], "before-the-list", "after-the-list"]

    switch.channels = [channel("PJSIP/b-1", "2.1"), channel("PJSIP/b-2", "2.2", state=5)]
    switch.last.close()
    await until(lambda: len(story) == 6)
    assert story[3:] == [["2.1", "2.2"], "before-the-list", "after-the-list"]


async def test_snapshot_says_what_the_channel_is(switch: ScriptedSwitch, make_link: LinkMaker) -> None:
    switch.channels = [channel("PJSIP/a-1", "1.1")]
    seen: list[ChannelSnapshot] = []
    link = make_link()
    link.on_sync(seen.extend)
    await link.start()
    await link.wait_ready(5)
    assert seen == [
        ChannelSnapshot(
            channel="PJSIP/a-1",
            unique_id="1.1",
            linked_id="1.1",
            state=6,
            state_name="Up",
            context="dutyline-call",
            exten="s",
            application="Dial",
            caller_number="",
            caller_name="",
            connected_number="+32470000001",
            bridge_id="",
            duration_s=62,
            account="",
        )
    ]
    assert seen[0].is_up
    assert await link.core_show_channels() == seen


# 9 the switch accepts and closes at once


async def test_switch_that_accepts_and_closes_at_once_is_tried_again(
    switch: ScriptedSwitch, make_link: LinkMaker
) -> None:
    switch.on_connect = lambda _connection: len(switch.connections) > 5
    link = make_link()
    await link.start()
    await link.wait_ready(10)
    assert len(switch.connections) == 6


async def test_switch_that_is_not_there_yet_is_waited_for(make_link: LinkMaker) -> None:
    late = ScriptedSwitch()
    await late.start()
    port = late.port
    await late.stop()
    link = AmiLink("127.0.0.1", port, "dutyline", "secret", events=EVENTS, timing=QUICK)
    await link.start()
    try:
        with pytest.raises(AmiTimeout, match=f"127.0.0.1:{port}"):
            await link.wait_ready(0.1)
        await late.start(port)
        await link.wait_ready(5)
    finally:
        await link.close()
        await late.stop()


# 10 gather and wait on actions


async def test_actions_can_be_gathered_and_waited_for(link: AmiLink) -> None:
    answers = await asyncio.gather(*(link.action("Ping") for _ in range(20)))
    assert all(answer.get("Ping") == "Pong" for answer in answers)
    done, _ = await asyncio.wait([asyncio.create_task(link.action("Ping"))])
    assert done.pop().result().success


# 11 newline injection


@pytest.mark.parametrize("evil", ["x\r\nAction: Command\r\nCommand: core stop now", "a\nb", "a\rb", "a\0b"])
async def test_line_end_in_a_header_is_refused(switch: ScriptedSwitch, link: AmiLink, evil: str) -> None:
    before = len(switch.actions)
    for attempt in (
        link.action("Originate", CallerID=evil),
        link.action("Originate", Variable=["A=1", evil]),
        link.action("Originate", variables={"A": evil}),
        link.action("Originate", variables={evil: "1"}),
        link.action("Originate", {evil: "1"}),
        link.action(evil),
        link.originate(channel=evil, channel_id="p", context="c"),
        link.originate(channel="Local/1", channel_id=evil, context="c"),
    ):
        with pytest.raises(AmiValueError):
            await attempt
    await link.action("Ping")
    assert [action["Action"] for action in switch.actions[before:]] == ["Ping"]


async def test_long_and_foreign_values_arrive_whole(switch: ScriptedSwitch, link: AmiLink) -> None:
    name = 'Zoë "de" Łódź, (x) [y] \\ 日本 ' + "é" * 300
    await link.action("Originate", Channel="Local/1@x", variables={"NAME": name, "_B": "2"})
    lines = [line for line in switch.last.lines[-1] if line.startswith("Variable: ")]
    assert lines[1] == "Variable: _B=2"
    assert split_variables(lines[0].removeprefix("Variable: ")) == {"NAME": name}
    heard: list[str] = []
    link.subscribe("UserEvent", lambda event: heard.append(event["Body"]))
    switch.last.event("UserEvent", f"Body: {'ü' * 4096}")
    await until(lambda: heard)
    assert heard == ["ü" * 4096]


async def test_line_that_the_switch_would_throw_away_is_refused(link: AmiLink) -> None:
    with pytest.raises(AmiValueError, match="line of 4105 bytes"):
        await link.action("UserEvent", Message="x" * 4096)


def split_variables(text: str) -> dict[str, str]:
    """What Asterisk reads from a `Variable` line (`__ast_app_separate_args`, with `remove_chars`)."""
    parts, current, depth, quoted, letters = [], "", 0, False, iter(text)
    for letter in letters:
        if letter == "\\":
            current += next(letters, "")
        elif letter == '"':
            quoted = not quoted
        elif letter == "," and not depth and not quoted:
            parts.append(current)
            current = ""
        else:
            depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(letter, 0)
            current += letter
    return dict(part.split("=", 1) for part in [*parts, current])


# 12 the switch drops a session that is not read


async def test_events_are_filtered_by_the_switch_before_they_are_switched_on(
    switch: ScriptedSwitch, link: AmiLink
) -> None:
    names = [action["Action"] for action in switch.last.actions]
    assert names[0] == "Login"
    assert names.index("Events") > max(i for i, name in enumerate(names) if name == "Filter")
    assert switch.received("Login")[0]["Events"] == "system"
    assert switch.received("Events")[0]["EventMask"] == "call,system,user"
    filters = {action["MatchCriteria"]: action["Filter"] for action in switch.received("Filter")}
    assert filters["name(Newchannel),method(regex)"] == "^Event: Newchannel[[:cntrl:]]"
    assert len(filters) == 6
    assert all(action["Operation"] == "Add" for action in switch.received("Filter"))


async def test_reading_does_not_wait_for_handlers(switch: ScriptedSwitch, link: AmiLink) -> None:
    handled: list[str] = []

    def slow(event: AmiEvent) -> None:
        threading.Event().wait(0.01)
        handled.append(event["UserEvent"])

    link.subscribe("UserEvent", slow)
    for number in range(100):
        switch.last.event("UserEvent", f"UserEvent: {number}")
    await until(lambda: handled)
    await link.action("Ping")
    assert len(handled) < 100  # the pong was read while events were still waiting for their handler
    await until(lambda: len(handled) == 100)
    assert handled == [str(number) for number in range(100)]


async def test_overflow_drops_the_link_and_syncs_again(switch: ScriptedSwitch, make_link: LinkMaker) -> None:
    link = make_link(max_queued=50)
    syncs: list[int] = []
    link.on_sync(lambda channels: syncs.append(len(channels)))
    await link.start()
    await link.wait_ready(5)
    switch.last.send_bytes(b"Event: UserEvent\r\nUserEvent: flood\r\n\r\n" * 500)
    await ready_again(link, switch)
    assert link.metrics.overflows >= 1
    assert len(syncs) == 2


async def test_switch_that_refuses_filters_is_used_all_the_same(
    switch: ScriptedSwitch, make_link: LinkMaker
) -> None:
    switch.on("Filter", lambda at, action: at.answer(action, "Permission denied", response="Error"))
    link = make_link()
    with structlog.testing.capture_logs() as logs:
        await link.start()
        await link.wait_ready(5)
    assert any("unfiltered" in entry["event"] for entry in logs)


# panoramisk's own reconnecting, its patterns, the resolver


async def test_the_connection_has_one_owner(switch: ScriptedSwitch, link: AmiLink) -> None:
    switch.last.event("Shutdown", "Shutdown: Cleanly", "Restart: True")
    switch.last.close()
    await ready_again(link, switch)
    await asyncio.sleep(0.3)
    assert len(switch.connections) == 2


async def test_closed_link_stays_closed(switch: ScriptedSwitch, link: AmiLink) -> None:
    await link.close()
    await asyncio.sleep(0.3)
    assert len(switch.connections) == 1
    assert link.state is LinkState.DOWN
    with pytest.raises(AmiDisconnected):
        await link.action("Ping")


async def test_events_are_not_matched_against_patterns(
    switch: ScriptedSwitch, link: AmiLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fnmatch

    def forbidden(*_args: object) -> None:
        raise AssertionError("an event was matched against a pattern")

    monkeypatch.setattr(fnmatch, "translate", forbidden)
    heard: list[str] = []
    link.subscribe("*", lambda event: heard.append(event.name))
    link.subscribe("UserEvent", lambda event: heard.append("own"))
    switch.last.event("UserEvent", "UserEvent: x")
    await until(lambda: len(heard) == 2)
    assert heard == ["own", "UserEvent"]


async def test_no_resolver_is_asked_for_an_address_in_digits(
    make_link: LinkMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_args: Any, **_options: Any) -> None:
        raise AssertionError("the resolver was asked")

    monkeypatch.setattr(socket, "getaddrinfo", forbidden)
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", forbidden)
    link = make_link()
    await link.start()
    await link.wait_ready(5)


async def test_everything_works_under_uvloop_too() -> None:
    async def story() -> tuple[str, LinkState]:
        switch = ScriptedSwitch()
        await switch.start()
        link = AmiLink(
            "127.0.0.1",
            switch.port,
            "dutyline",
            "secret",
            events=EVENTS,
            timing=QUICK,
            ping_s=0.05,
            pong_s=0.3,
        )
        await link.start()
        await link.wait_ready(5)
        switch.is_mute = True
        await until(lambda: link.state is not LinkState.READY)
        switch.is_mute = False
        await link.wait_ready(5)
        answer = await link.action("Ping")
        state = link.state
        await link.close()
        await switch.stop()
        return answer.get("Ping"), state

    assert await asyncio.to_thread(uvloop.run, story()) == ("Pong", LinkState.READY)
