"""A caller waits on the switch: what is said in which order, and what breaks it off."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

import pytest

from dialplan.commands import Admit, Limit, Prompt, Say, Waiting
from dialplan.events import Admission, Admitted
from ivr.agi import AgiError, AgiTimeout
from ivr.calls.holding import Holding, round_wait
from ivr.calls.places import Door, Turn, Usher

WAITING = Waiting(
    "desk",
    wait_s=60,
    welcome=(Prompt("all-agents-busy", "nl"),),
    first=(Prompt("first-in-queue", "nl"),),
    periodic=(
        (Prompt("thank-you-for-waiting", "nl"),),
        (Say("position", "", "nl"),),
        (Prompt("expected-wait", "nl"), Say("duration", "", "nl")),
    ),
    every_s=0.2,
    keys="1",
    music="calm",
)
DESK = Admit((Limit("destination:desk", at_once=1),), None, WAITING)


@dataclass
class Caller:
    """The switch and the caller's telephone, as far as the wait has to do with them."""

    heard: list[str] = field(default_factory=list)
    keys: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    long_prompt: str = ""
    is_gone: bool = False

    async def open(self) -> None:
        self.heard.append("(answered)")

    async def stream(self, file: str, keys: str) -> str:
        self.heard.append(file.rpartition("/")[2])
        if file.endswith(self.long_prompt or "none"):
            await asyncio.sleep(30)
        return ""

    async def command(self, verb: str, *values: str) -> None:
        self.heard.append(" ".join(("music", *values)) if verb == "SET MUSIC" else verb)

    async def wait_for_digit(self, wait_ms: int, *, timeout_s: float) -> str | None:
        if self.is_gone:
            raise AgiTimeout("WAIT FOR DIGIT", 1)
        try:
            async with asyncio.timeout(wait_ms / 1000):
                return await self.keys.get()
        except TimeoutError:
            return None

    async def hears(self, what: str) -> None:
        async with asyncio.timeout(5):
            while what not in self.heard:
                await asyncio.sleep(0.005)


@dataclass
class Line:
    """A queue with somebody at the desk, and a caller who waits."""

    usher: Usher
    caller: Caller
    turn: Turn
    wait: asyncio.Task[Admitted]
    told: list[str]


async def stand_in_line(waiting: Waiting = WAITING, before: int = 0, **caller: str) -> Line:
    usher = Usher()
    admit = replace(DESK, waiting=waiting)
    for n in range(before + 1):
        await Door(usher, f"before{n}").ask(admit)
    turn = await Door(usher, "me").ask(admit)
    assert isinstance(turn, Turn)
    here, told = Caller(**caller), []  # type: ignore[arg-type, var-annotated]
    holding = Holding(here, here, turn, lambda what, **_: told.append(what))  # type: ignore[arg-type]
    return Line(usher, here, turn, asyncio.create_task(holding.wait()), told)


async def test_welcome_then_first_then_music_and_now_and_then_how_it_stands() -> None:
    line = await stand_in_line()
    await line.caller.hears("thank-you-for-waiting")
    line.usher.end("before0")
    assert (await line.wait).admission is Admission.IN
    heard = line.caller.heard
    assert heard[:4] == ["(answered)", "all-agents-busy", "first-in-queue", "music ON calm"]
    assert "expected-wait" not in heard, "nobody can tell: the whole group of words is left out"
    assert heard[-1] == "music OFF"
    assert line.told == ["position", "position"]


async def test_the_place_cuts_short_what_is_being_said() -> None:
    line = await stand_in_line(long_prompt="all-agents-busy")
    await line.caller.hears("all-agents-busy")
    line.usher.end("before0")
    answer = await asyncio.wait_for(line.wait, 1)
    assert answer.admission is Admission.IN
    assert line.caller.heard == ["(answered)", "all-agents-busy", "music OFF"]


async def test_becoming_the_first_is_said_at_once_but_interrupts_no_words() -> None:
    quiet = replace(WAITING, periodic=(), welcome=())
    line = await stand_in_line(quiet, before=1)
    await line.caller.hears("music ON calm")
    assert "first-in-queue" not in line.caller.heard
    line.usher.end("before1")
    await line.caller.hears("first-in-queue")
    line.usher.end("before0")
    assert (await line.wait).admission is Admission.IN
    assert line.caller.heard.count("first-in-queue") == 1


@pytest.mark.parametrize("key", ["2", "D", "#"])
async def test_other_keys_do_nothing_whatever_they_are(key: str) -> None:
    line = await stand_in_line(replace(WAITING, periodic=()))
    line.caller.keys.put_nowait(key)
    await asyncio.sleep(0.05)
    assert not line.wait.done() and line.turn.answer is None
    line.caller.keys.put_nowait("1")
    answer = await line.wait
    assert (answer.admission, answer.key) == (Admission.KEY, "1")
    assert line.usher.book.queues["desk"].line == []


async def test_too_long_is_told_without_the_switch_having_a_say() -> None:
    line = await stand_in_line(replace(WAITING, wait_s=0.1, periodic=()))
    assert (await asyncio.wait_for(line.wait, 2)).admission is Admission.TIMEOUT


async def test_who_has_waited_before_is_not_welcomed_again() -> None:
    line = await stand_in_line(replace(WAITING, late=True, periodic=(), first=()))
    await line.caller.hears("music ON calm")
    assert line.caller.heard == ["(answered)", "music ON calm"]
    line.wait.cancel()


async def test_a_switch_that_does_not_answer_is_a_fault_and_no_news() -> None:
    line = await stand_in_line(replace(WAITING, periodic=()))
    await line.caller.hears("music ON calm")
    line.caller.is_gone = True
    line.caller.keys.put_nowait("5")
    with pytest.raises(AgiError):
        await asyncio.wait_for(line.wait, 2)
    assert line.turn.on_news is None


async def test_a_wait_that_is_cancelled_listens_to_nothing_more() -> None:
    line = await stand_in_line()
    await line.caller.hears("all-agents-busy")
    line.wait.cancel()
    with pytest.raises(asyncio.CancelledError):
        await line.wait
    assert line.turn.on_news is None
    line.usher.end("before0")


@pytest.mark.parametrize(
    ("seconds", "said"), [(3, 30), (45, 30), (46, 60), (70, 60), (80, 120), (110, 120), (300, 300), (0, 30)]
)
def test_a_wait_is_said_as_people_say_it(seconds: float, said: int) -> None:
    assert round_wait(seconds) == said
