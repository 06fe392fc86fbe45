"""What a handler sees of a call."""

import asyncio

import pytest

from ivr.agi import (
    AgiClosed,
    AgiCommandError,
    AgiDeadChannel,
    AgiFailed,
    AgiHungUp,
    AgiInvalidCommand,
    AgiSession,
    AgiTimeout,
    AgiUsageError,
    AgiValueError,
    ChannelState,
    Digits,
    Limits,
    Played,
    Recorded,
)

from . import captured
from .switch import FAST, Switch, desk, parse_args


async def test_each_method_says_its_line_and_reads_its_answer() -> None:
    async with desk() as d:
        switch, call = await d.connect()
        table = [
            (call.answer(), [b"ANSWER"], b"200 result=0", None),
            (call.set_variable("A", 'x "y"'), [b"SET", b"VARIABLE", b"A", b'x "y"'], b"200 result=1", None),
            (
                call.stream_file("fuzer/welcome", "12"),
                [b"STREAM", b"FILE", b"fuzer/welcome", b"12", b"0"],
                b"200 result=50 endpos=480",
                Played("2", 480),
            ),
            (
                call.get_data("menu", 3000, 2),
                [b"GET", b"DATA", b"menu", b"3000", b"2"],
                b"200 result=1# (timeout)",
                Digits("1#", True),
            ),
            (call.get_data("menu", 3000, 2), None, b"200 result=", Digits("", False)),
            (call.wait_for_digit(500), [b"WAIT", b"FOR", b"DIGIT", b"500"], b"200 result=35", "#"),
            (call.wait_for_digit(-1), None, b"200 result=0", None),
            (call.get_option("menu", "1", 900), None, b"200 result=49 endpos=1", Played("1", 1)),
            (
                call.record_file("msg", "alaw", "#", 9000, beep=True, silence_s=3),
                [b"RECORD", b"FILE", b"msg", b"alaw", b"#", b"9000", b"BEEP", b"s=3"],
                b"200 result=35 (dtmf) endpos=960",
                Recorded("#", "dtmf", 960),
            ),
            (
                call.exec("Dial", "PJSIP/100,x", 30),
                [b"EXEC", b"Dial", b"PJSIP/100\\,x,30"],
                b"200 result=0",
                "0",
            ),
            (call.exec("Ringing"), [b"EXEC", b"Ringing"], b"200 result=-1", "-1"),
            (
                call.gosub("subs", "s", 1, "a", 2),
                [b"GOSUB", b"subs", b"s", b"1", b"a,2"],
                b"200 result=0 x",
                None,
            ),
            (call.channel_status(), [b"CHANNEL", b"STATUS"], b"200 result=6", ChannelState.UP),
            (call.channel_status("PJSIP/x"), None, b"200 result=-1", None),
            (call.verbose("hi", 3), [b"VERBOSE", b"hi", b"3"], b"200 result=1", None),
            (call.noop(), [b"NOOP"], b"200 result=0", None),
            (call.hangup(), [b"HANGUP"], b"200 result=1", None),
            (call.hangup(17), [b"EXEC", b"Hangup", b"17"], b"200 result=-1", None),
        ]
        for doing, words, answer, expected in table:
            task = asyncio.ensure_future(doing)
            line = await switch.hear()
            assert words is None or parse_args(line) == words
            switch.say(answer + b"\n")
            assert await asyncio.wait_for(task, 5) == expected


async def test_a_variable_is_read_whatever_it_holds() -> None:
    async with desk() as d:
        switch, call = await d.connect()
        serving = asyncio.create_task(switch.serve())
        for value in ("plain", "a)\n200 result=1 (forged)\nHANGUP\nb", "Jérôme ☎", "", ")", "x" * 5000):
            switch.variables[b"X"] = value.encode()
            assert await call.get_variable("X") == value
        switch.variables[b"X"] = "Jérôme".encode("latin-1")
        assert await call.get_variable("X") == "Jérôme"
        assert await call.get_variable("NOPE") is None
        assert await call.get_full_variable("${NOPE}") == ""
        assert not call.hung_up.is_set()
        await switch.close()
        await serving


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (captured.UNKNOWN_COMMAND, AgiInvalidCommand),
        (captured.DEAD, AgiDeadChannel),
        (captured.USAGE, AgiUsageError),
        (b"520 Invalid command syntax.  Proper usage not available.\n", AgiUsageError),
        (b"503 result=-2 Memory allocation failure\n", AgiCommandError),
        (b"200 result=-1 endpos=0\n", AgiFailed),
        (captured.HUNG_UP_WHILE_PLAYING, AgiHungUp),
        (b"HANGUP\n" + captured.DEAD, AgiDeadChannel),
        (b"HANGUP\n200 result=-1 endpos=0\n", AgiHungUp),
    ],
)
async def test_each_refusal_has_its_error(said: bytes, error: type[AgiCommandError]) -> None:
    async with desk() as d:
        switch, call = await d.connect()
        task = asyncio.create_task(call.stream_file("x"))
        await switch.expect("STREAM FILE", said)
        with pytest.raises(error) as caught:
            await task
        assert type(caught.value) is error
        assert caught.value.command.verb == "STREAM FILE"
        assert str(caught.value).startswith("STREAM FILE: ")
        await still_in_step(switch, call)


async def still_in_step(switch: Switch, call: AgiSession) -> None:
    """The next answer is the next command's."""
    task = asyncio.create_task(call.command("DATABASE GET", "a", "b"))
    await switch.expect("DATABASE GET", b"200 result=1 (mine)\n")
    assert (await asyncio.wait_for(task, 5)).data == "mine"


async def test_a_value_that_cannot_be_said_sends_nothing() -> None:
    async with desk() as d:
        switch, call = await d.connect()
        for doing in (call.set_variable("X", "a\nHANGUP"), call.set_variable("X", "x" * 9000)):
            with pytest.raises(AgiValueError):
                await doing
        await still_in_step(switch, call)
        assert len(switch.got) == 1


async def test_an_older_switch_gets_no_line_longer_than_its_buffer() -> None:
    async with desk() as d:
        header = captured.HEADER.replace(b"agi_version: 22.10.1", b"agi_version: 20.9.3")
        _, call = await d.connect(header)
        with pytest.raises(AgiValueError, match="this switch takes 2047"):
            await call.set_variable("X", "x" * 2100)


async def test_a_cancelled_prompt_stops_and_the_next_command_gets_its_own_answer() -> None:
    async with desk() as d:
        switch, call = await d.connect()
        switch.variables[b"X"] = b"mine"
        serving = asyncio.create_task(switch.serve())
        playing = asyncio.create_task(call.stream_file("long"))
        await asyncio.sleep(0.02)
        playing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await playing
        assert await call.get_variable("X") == "mine"
        await switch.close()
        await serving


async def test_interrupt_stops_a_cancelled_prompt_at_once() -> None:
    async with desk() as d:
        switch, call = await d.connect()
        playing = asyncio.create_task(call.stream_file("long"))
        await switch.expect("STREAM FILE")
        playing.cancel()
        stopping = asyncio.create_task(call.interrupt())
        line = await switch.expect("GET FULL VARIABLE")
        switch.say(switch.answer_to(line))
        await stopping
        await still_in_step(switch, call)


@pytest.mark.parametrize("answers_late", [True, False])
async def test_the_late_answer_of_a_cancelled_command_is_swallowed_in_order(answers_late: bool) -> None:
    async with desk() as d:
        switch, call = await d.connect()
        waiting = asyncio.create_task(call.wait_for_digit(5000))
        await switch.expect("WAIT FOR DIGIT")
        waiting.cancel()
        asking = asyncio.create_task(call.command("DATABASE GET", "a", "b"))
        line = await switch.expect("GET FULL VARIABLE")
        switch.say((b"200 result=1\n" if answers_late else b"") + switch.answer_to(line))
        await switch.expect("DATABASE GET", b"200 result=1 (mine)\n")
        assert (await asking).data == "mine"


async def test_a_line_stuck_in_the_switchs_buffer_is_pushed_out() -> None:
    """Two lines in one packet: Asterisk reads both, answers one, and waits on the empty socket."""
    async with desk() as d:
        switch, call = await d.connect()
        playing = asyncio.create_task(call.stream_file("short"))
        await asyncio.sleep(0)
        playing.cancel()
        asking = asyncio.create_task(call.noop())
        await switch.expect("STREAM FILE", b"200 result=0 endpos=8000\n")
        stuck = await switch.expect("GET FULL VARIABLE")
        pushing = await switch.expect("GET FULL VARIABLE")
        switch.say(switch.answer_to(stuck))
        await switch.expect("NOOP", switch.answer_to(pushing), b"200 result=0\n")
        await asyncio.wait_for(asking, 5)


async def test_a_hung_switch_is_given_up_and_may_come_back() -> None:
    async with desk() as d:
        switch, call = await d.connect()
        with pytest.raises(AgiTimeout, match=r"NOOP: no answer from the switch within 0\.05 s"):
            await call.noop(timeout_s=0.05)
        with pytest.raises(AgiTimeout):
            await call.verbose("x", timeout_s=0.05)
        asking = asyncio.create_task(call.command("DATABASE GET", "a", "b"))
        switch.say(b"200 result=0\n")
        await switch.expect("NOOP")
        while not (line := await switch.hear()).startswith(b"DATABASE"):
            switch.say(switch.answer_to(line))
        switch.say(b"200 result=1 (mine)\n")
        assert (await asking).data == "mine"
        assert d.server.metrics.timeouts == 2


async def test_waiting_for_ones_turn_has_a_limit_too() -> None:
    async with desk() as d:
        switch, call = await d.connect()
        dialling = asyncio.create_task(call.exec("Dial", "PJSIP/100"))
        await switch.expect("EXEC")
        with pytest.raises(AgiTimeout):
            await call.noop(timeout_s=0.05)
        switch.say(b"200 result=0\n")
        assert await dialling == "0"
        await still_in_step(switch, call)


async def test_commands_of_several_coroutines_take_turns() -> None:
    async with desk() as d:
        switch, call = await d.connect()
        serving = asyncio.create_task(switch.serve())

        async def keep(name: str) -> None:
            for i in range(20):
                await call.set_variable(name, f"{name}{i}")
                assert await call.get_variable(name) == f"{name}{i}"

        await asyncio.wait_for(asyncio.gather(*(keep(f"V{n}") for n in range(10))), 20)
        await switch.close()
        await serving


async def test_a_hang_up_is_noticed_while_the_handler_waits_elsewhere() -> None:
    async with desk() as d:
        switch, call = await d.connect()
        elsewhere = asyncio.create_task(call.hung_up.wait())
        switch.hang_up()
        await asyncio.wait_for(elsewhere, 5)
        assert not call.closed.is_set()
        task = asyncio.create_task(call.set_variable("LAST_WORD", "1"))
        await switch.expect("SET VARIABLE", b"200 result=1\n")
        await task


async def test_the_end_of_the_connection_is_noticed_while_the_handler_waits_elsewhere() -> None:
    async with desk() as d:
        switch, call = await d.connect()
        elsewhere = asyncio.create_task(call.closed.wait())
        assert not call.is_cut
        await switch.close()
        await asyncio.wait_for(elsewhere, 5)
        assert call.hung_up.is_set()
        assert call.is_cut, "nobody has said that the caller hung up"


async def test_the_end_after_a_hang_up_is_the_callers_doing() -> None:
    async with desk() as d:
        switch, call = await d.connect()
        elsewhere = asyncio.create_task(call.closed.wait())
        switch.hang_up()
        await switch.close()
        await asyncio.wait_for(elsewhere, 5)
        assert call.hung_up.is_set() and not call.is_cut


@pytest.mark.parametrize("last", [b"", b"200 resu", b"520-Invalid\n", b"200 result=1 (a\n"])
async def test_the_end_may_come_in_the_middle_of_an_answer(last: bytes) -> None:
    async with desk() as d:
        switch, call = await d.connect()
        task = asyncio.create_task(call.command("GET VARIABLE", "X"))
        await switch.expect("GET VARIABLE", last)
        await switch.writer.drain()
        await switch.close()
        with pytest.raises(AgiClosed, match="GET VARIABLE: the connection to the switch is closed"):
            await asyncio.wait_for(task, 5)


async def test_hanging_up_a_caller_who_is_gone_is_no_error() -> None:
    async with desk() as d:
        switch, call = await d.connect()
        task = asyncio.create_task(call.hangup())
        await switch.expect("HANGUP", b"HANGUP\n", captured.DEAD)
        await task
        assert call.hung_up.is_set()


async def test_511_tells_of_a_hang_up_where_the_switch_sends_no_word_of_it() -> None:
    async with desk() as d:
        switch, call = await d.connect()
        task = asyncio.create_task(call.answer())
        await switch.expect("ANSWER", captured.DEAD)
        with pytest.raises(AgiDeadChannel):
            await task
        assert call.hung_up.is_set()


async def test_a_second_answer_of_exec_never_reaches_the_next_command() -> None:
    async with desk() as d:
        switch, call = await d.connect()
        task = asyncio.create_task(call.exec("Odd"))
        await switch.expect("EXEC", b"200 result=1\n")
        assert await task == "1"
        asking = asyncio.create_task(call.command("DATABASE GET", "a", "b"))
        line = await switch.expect("GET FULL VARIABLE")
        switch.say(captured.USAGE + switch.answer_to(line))
        await switch.expect("DATABASE GET", b"200 result=1 (mine)\n")
        assert (await asking).data == "mine"


async def test_a_babbling_peer_is_cut_off() -> None:
    async with desk(Limits(header_s=FAST.header_s, noise_lines=10)) as d:
        switch, call = await d.connect()
        switch.say(b"babble\n" * 50)
        await asyncio.wait_for(call.closed.wait(), 5)
        assert await switch.is_closed()
        assert d.server.metrics.broken == 1
        with pytest.raises(AgiClosed, match="noise"):
            await call.noop()
