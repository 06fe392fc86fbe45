"""Faults measured in another FastAGI server; each has a test here so that ours never has it."""

import asyncio

import pytest

from ivr.agi import AgiClosed, AgiServer, AgiSession, AgiUsageError

from . import captured
from .captured import HEADER
from .switch import FAST, Switch, desk, until


async def test_connect_and_close_freezes_the_event_loop() -> None:
    async def greet(session: AgiSession) -> None:
        await session.noop()

    async with AgiServer(greet, port=0, limits=FAST) as server:
        for _ in range(20):
            await (await Switch.call(server.port, b"")).close()
        ticks = 0
        for _ in range(10):
            await asyncio.wait_for(asyncio.sleep(0.001), 1)
            ticks += 1
        assert ticks == 10
        switch = await Switch.call(server.port)
        await switch.expect("NOOP", b"200 result=0\n")
        assert await switch.is_closed()


@pytest.mark.parametrize("order", [b"HANGUP\n200 result=-1\n", b"200 result=-1\nHANGUP\n"])
async def test_a_hangup_in_mid_command_shifts_every_later_answer(order: bytes) -> None:
    async with desk() as d:
        switch, call = await d.connect()
        task = asyncio.create_task(call.command("GET DATA", "menu", 5000, 1))
        await switch.expect("GET DATA", order)
        assert (await task).result == "-1"
        for name in ("A", "B"):
            asking = asyncio.create_task(call.command("GET VARIABLE", name))
            await switch.expect("GET VARIABLE", b"200 result=1 (value%s)\n" % name.encode())
            assert (await asking).data == f"value{name}"
        assert call.hung_up.is_set()


async def test_a_520_of_several_lines_desynchronises() -> None:
    async with desk() as d:
        switch, call = await d.connect()
        task = asyncio.create_task(call.command("STREAM FILE"))
        await switch.expect("STREAM FILE", captured.USAGE)
        with pytest.raises(AgiUsageError):
            await task
        for name in ("A", "B", "C"):
            asking = asyncio.create_task(call.command("GET VARIABLE", name))
            await switch.expect("GET VARIABLE", b"200 result=1 (value%s)\n" % name.encode())
            assert (await asking).data == f"value{name}"


async def test_a_latin_1_caller_name_kills_the_request() -> None:
    async with desk() as d:
        header = HEADER.replace(b"agi_calleridname: unknown", b"agi_calleridname: J\xe9r\xf4me")
        switch, call = await d.connect(header)
        assert call.env["calleridname"] == "Jérôme"
        task = asyncio.create_task(call.command("GET VARIABLE", "CALLERID(name)"))
        await switch.expect("GET VARIABLE", b"200 result=1 (J\xe9r\xf4me)\n")
        assert (await task).data == "Jérôme"


@pytest.mark.parametrize("where", ["elsewhere", "in a command"])
async def test_the_handler_swallows_cancellation(where: str) -> None:
    ended: list[str] = []

    async def handler(session: AgiSession) -> None:
        try:
            if where == "elsewhere":
                await asyncio.sleep(30)
            await session.wait_for_digit(30_000)
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    server = AgiServer(handler, port=0)
    await server.start()
    switch = await Switch.call(server.port)
    await until(lambda: server.sessions == 1)
    if where == "in a command":
        await switch.expect("WAIT FOR DIGIT")
    await asyncio.wait_for(server.close(1), 5)
    assert await switch.is_closed()
    assert ended == ["cancelled"] and server.metrics.cancelled == 1


async def test_an_unfinished_header_waits_for_ever() -> None:
    async def never(session: AgiSession) -> None:
        raise AssertionError("no session without a header")

    async with AgiServer(never, port=0, limits=FAST) as server:
        switch = await Switch.call(server.port, HEADER[:-1])
        assert await switch.is_closed()
        assert server.sessions == 0


async def test_a_dead_socket_is_written_to_again_and_again() -> None:
    async with desk() as d:
        switch, call = await d.connect()
        await switch.close()
        await asyncio.wait_for(call.closed.wait(), 5)
        for _ in range(1000):
            with pytest.raises(AgiClosed):
                await call.wait_for_digit(1000)
        assert d.server.metrics.commands == 0


async def test_a_caller_who_is_gone_leaves_the_handler_waiting() -> None:
    async with desk() as d:
        switch, call = await d.connect()
        waiting = asyncio.create_task(call.hung_up.wait())
        await switch.close()
        await asyncio.wait_for(waiting, 5)
