"""The server under good and bad company."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable

import pytest
import structlog
import uvloop

from ivr.agi import AgiServer, AgiSession, Limits, RejectReason

from .captured import HEADER
from .switch import FAST, Switch, desk, until


async def idle(session: AgiSession) -> None:
    await session.hung_up.wait()


async def greet(session: AgiSession) -> None:
    await session.noop()


async def is_served(server: AgiServer) -> bool:
    """Whether a proper call still goes through."""
    switch = await Switch.call(server.port)
    await switch.expect("NOOP", b"200 result=0\n")
    return await switch.is_closed()


@pytest.mark.parametrize(
    ("sent", "ends", "reason"),
    [
        (b"", True, RejectReason.SILENT),
        (b"", False, RejectReason.HEADER_TIMEOUT),
        (b"agi_network: yes\nagi_req", True, RejectReason.UNFINISHED),
        (b"agi_network: yes\nagi_req", False, RejectReason.HEADER_TIMEOUT),
        (b"agi_network: yes\n" * 5000, False, RejectReason.HEADER_SIZE),
        (b"agi_x: " + b"y" * 200_000, False, RejectReason.HEADER_SIZE),
        (b"GET / HTTP/1.0\r\n\r\n", False, RejectReason.MALFORMED),
        (b"\xff\x00\n", False, RejectReason.MALFORMED),
        (b"agi_x: y\n\n", False, RejectReason.MALFORMED),
    ],
)
async def test_bad_company_closes_its_own_connection_only(
    sent: bytes, ends: bool, reason: RejectReason
) -> None:
    async with AgiServer(greet, port=0, limits=FAST) as server:
        with structlog.testing.capture_logs() as logs:
            switch = await Switch.call(server.port, sent)
            if ends:
                switch.writer.write_eof()
            await until(lambda: server.metrics.rejected[reason] == 1)
            await until(lambda: server.metrics.waiting == 0)
        assert [log["reason"] for log in logs] == [reason.value]
        await switch.close()
        assert await is_served(server)
        await until(lambda: server.sessions == 0)
        assert server.metrics.started == 1


async def test_one_call_too_many_is_turned_away_at_once_and_the_next_is_taken_again() -> None:
    async with AgiServer(idle, port=0, limits=Limits(sessions=3)) as server:
        calls = [await Switch.call(server.port) for _ in range(3)]
        await until(lambda: server.sessions == 3)
        extra = await Switch.call(server.port)
        assert (await extra.reader.read()) == b"failure\n"
        assert server.metrics.rejected[RejectReason.FULL] == 1
        calls[0].hang_up()
        assert await calls[0].is_closed()
        await Switch.call(server.port)
        await until(lambda: server.metrics.started == 4)


async def test_silent_connections_cannot_keep_calls_out() -> None:
    async with AgiServer(greet, port=0, limits=Limits(waiting=10, header_s=30)) as server:
        silent = [await Switch.call(server.port, b"") for _ in range(50)]
        assert await is_served(server)
        assert server.metrics.rejected[RejectReason.CROWDED] >= 40
        for switch in silent:
            await switch.close()


async def test_a_call_that_arrives_in_a_crowd_is_not_taken_for_one_of_it() -> None:
    """All accepted in one turn of the loop: the call's header has come, and nobody has read it yet."""
    async with AgiServer(greet, port=0, limits=Limits(waiting=5, header_s=30)) as server:
        crowd = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(50)]
        crowd[0].sendall(HEADER)
        await until(lambda: server.metrics.accepted == 50 and server.metrics.waiting <= 5)
        assert server.metrics.started == 1
        assert server.metrics.rejected[RejectReason.CROWDED] >= 40
        for peer in crowd:
            peer.close()


async def test_a_service_that_was_held_up_does_not_blame_the_caller() -> None:
    async with AgiServer(greet, port=0, limits=Limits(header_s=0.05)) as server:
        switch = await Switch.call(server.port, b"")
        await until(lambda: server.metrics.waiting == 1)
        switch.say(HEADER)
        time.sleep(0.1)  # noqa: ASYNC251 - the whole process stands still
        await switch.expect("NOOP", b"200 result=0\n")


async def test_a_handler_that_raises_closes_its_call_with_failure_and_is_logged() -> None:
    async def broken(session: AgiSession) -> None:
        raise RuntimeError("broken plan")

    async with AgiServer(broken, port=0) as server:
        with structlog.testing.capture_logs() as logs:
            switch = await Switch.call(server.port)
            assert await switch.reader.read() == b"failure\n"
        assert logs[0]["event"] == "agi.handler_failed" and logs[0]["exc_info"]
        assert server.metrics.failed == 1
        await until(lambda: server.sessions == 0)


async def test_a_handler_that_returns_closes_its_call_quietly() -> None:
    async with AgiServer(greet, port=0) as server:
        switch = await Switch.call(server.port)
        await switch.expect("NOOP", b"200 result=0\n")
        assert await switch.reader.read() == b""
        assert server.metrics.finished == 1


async def test_a_caller_who_leaves_is_no_fault_of_the_handler() -> None:
    async with AgiServer(greet, port=0) as server:
        with structlog.testing.capture_logs() as logs:
            switch = await Switch.call(server.port)
            await switch.hear()
            await switch.close()
            await until(lambda: server.metrics.started == 1 and server.sessions == 0)
        assert [log["event"] for log in logs] == ["agi.ended_by_hangup"]
        assert server.metrics.failed == 0


async def test_draining_takes_no_new_call_and_lets_the_others_end() -> None:
    async with AgiServer(idle, port=0) as server:
        switch = await Switch.call(server.port)
        await until(lambda: server.sessions == 1)
        waiting = await Switch.call(server.port, b"agi_")
        await until(lambda: server.metrics.waiting == 1)
        assert not await server.drain(0.05)
        with pytest.raises(OSError):
            await Switch.call(server.port)
        assert await waiting.is_closed()
        draining = asyncio.create_task(server.drain())
        switch.hang_up()
        assert await asyncio.wait_for(draining, 5)
        assert server.metrics.finished == 1


async def test_closing_cancels_the_handlers_and_lets_them_clean_up() -> None:
    cleaned: list[bool] = []

    async def careful(session: AgiSession) -> None:
        try:
            await session.hung_up.wait()
        finally:
            await session.noop()
            cleaned.append(True)

    server = AgiServer(careful, port=0)
    await server.start()
    switch = await Switch.call(server.port)
    await until(lambda: server.sessions == 1)
    closing = asyncio.create_task(server.close(5))
    await switch.expect("NOOP", b"200 result=0\n")
    await asyncio.wait_for(closing, 5)
    assert cleaned and server.sessions == 0
    assert server.metrics.cancelled == 1
    assert await switch.reader.read() == b"failure\n"


async def test_cancelling_one_session_ends_that_one_alone() -> None:
    async with desk() as d:
        first, call = await d.connect()
        _second, other = await d.connect()
        call.cancel()
        assert await first.is_closed()
        assert d.server.sessions == 1 and not other.closed.is_set()


async def test_a_handler_that_ignores_cancellation_does_not_hold_up_the_close() -> None:
    release = asyncio.Event()

    async def stubborn(session: AgiSession) -> None:
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue

    server = AgiServer(stubborn, port=0)
    await server.start()
    switch = await Switch.call(server.port)
    await until(lambda: server.sessions == 1)
    with structlog.testing.capture_logs() as logs:
        await asyncio.wait_for(server.close(0.05), 5)
    assert [log["event"] for log in logs] == ["agi.handlers_ignore_cancellation"]
    assert await switch.is_closed()
    release.set()
    await until(lambda: server.sessions == 0)


async def test_closing_twice_or_before_the_start_is_fine() -> None:
    server = AgiServer(idle, port=0)
    await server.close()
    async with desk() as d:
        await d.server.close()


async def test_a_taken_port_is_an_error_at_the_start() -> None:
    async with AgiServer(idle, port=0) as server:
        with pytest.raises(OSError):
            await AgiServer(idle, port=server.port).start()


HOSTILE = [
    b"",
    b"\n",
    b"agi_network: yes\n",
    b"agi_" + b"x" * 70_000,
    b"\x16\x03\x01\x02\x00",
    HEADER[:-1],
    HEADER,
    HEADER + b"HANGUP\n",
    HEADER + b"200 result=0\n" * 300,
    HEADER + b"520-\n" + b"x" * 70_000,
    HEADER.replace(b"unknown", b"J\xe9r\xf4me \0\xff"),
]


def harass(server: AgiServer, connections: int) -> None:
    """Connect, say something bad, leave in one of three ways; from another thread.

    Never so far ahead that the system's queue of connections overflows: what it drops the server never sees.
    """
    for number in range(connections):
        while number - server.metrics.accepted > 200:
            time.sleep(0.001)
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as peer:
            try:
                peer.sendall(HOSTILE[number % len(HOSTILE)])
                if number % 3 == 0:
                    peer.shutdown(socket.SHUT_WR)
                if number % 3 == 1:
                    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            except OSError:
                continue


async def _soak() -> None:
    async with AgiServer(greet, port=0, limits=FAST) as server:
        tasks_before = len(asyncio.all_tasks())
        attack = threading.Thread(target=harass, args=(server, 2000))
        attack.start()
        served = 0
        while attack.is_alive():
            assert await is_served(server)
            served += 1
            await asyncio.sleep(0.02)
        attack.join()
        await until(lambda: not server._connections and not server.sessions)
        metrics = server.metrics
        assert served > 0
        assert metrics.accepted == 2000 + served
        assert metrics.accepted == metrics.started + metrics.rejected.total()
        assert metrics.finished + metrics.failed + metrics.cancelled == metrics.started
        assert (metrics.open, metrics.waiting, metrics.failed) == (0, 0, 0)
        assert len(asyncio.all_tasks()) == tasks_before
        assert not server._tasks and not server._lobby


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
@pytest.mark.alone
def test_thousands_of_hostile_connections_leave_nothing_behind(run: Callable[..., None]) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    try:
        run(_soak())
    finally:
        structlog.reset_defaults()


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def test_many_calls_at_once_on_either_loop(run: Callable[..., None]) -> None:
    async def handler(session: AgiSession) -> None:
        for i in range(5):
            await session.set_variable("X", str(i))
            assert await session.get_variable("X") == str(i)

    async def one(port: int) -> None:
        switch = await Switch.call(port)
        await switch.serve()
        await switch.close()

    async def many() -> None:
        async with AgiServer(handler, port=0) as server:
            await asyncio.wait_for(asyncio.gather(*(one(server.port) for _ in range(100))), 30)
            await until(lambda: server.sessions == 0)
            assert (server.metrics.finished, server.metrics.failed) == (100, 0)

    run(many())
