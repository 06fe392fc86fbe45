"""`dutyline call`: its exit code says whether somebody was there, and nobody is left on the line."""

import asyncio
import signal

import pytest

from tests.cli.command import begin, dutyline, environment
from tests.world import World

pytestmark = pytest.mark.switch
ANSWERS = "SET VARIABLE TIMEOUT(absolute) 0; ANSWER; wait"
REFUSES = "SET VARIABLE DUTYLINE_DONE 1; HANGUP"


@pytest.mark.parametrize(("script", "code"), [(ANSWERS, 0), (REFUSES, 1)])
async def test_the_exit_code_tells_whether_it_was_answered(world: World, script: str, code: int) -> None:
    async with world.service(script):
        said = await dutyline(
            "call", "+3232055582", "--hang-up-after", "0.5", env=environment(world.settings), timeout_s=40
        )
    assert said.code == code, said


async def test_a_call_that_the_switch_refuses_alone_has_an_end(world: World) -> None:
    """What begins with h is no number to the extensions; the caller is told 404, and we as well."""
    async with world.service(ANSWERS):
        said = await dutyline("call", "hotel", env=environment(world.settings), timeout_s=40)
    assert said.code == 1
    assert "ended   (cause 1); the service has told nothing of this call" in said.out, said


@pytest.mark.parametrize(("stop", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
async def test_a_caller_who_is_stopped_hangs_up(world: World, stop: signal.Signals, code: int) -> None:
    async with world.service(ANSWERS):
        calling = await begin("call", "+3232055582", env=environment(world.settings))
        try:
            async with asyncio.timeout(40):
                while not await world.channels():
                    await asyncio.sleep(0.05)
                await asyncio.sleep(0.5)
                calling.send_signal(stop)
                assert await calling.wait() == code
            await world.wait_for_silence()
        finally:
            if calling.returncode is None:
                calling.kill()
