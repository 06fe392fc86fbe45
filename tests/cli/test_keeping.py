"""Whatever ends is started again, with patience; and the launcher says what an administrator must know."""

import asyncio
from collections import deque

import pytest

from ivr.cli import keeping
from ivr.cli.keeping import Pauses, keep_up


class Child:
    """Ends as often as it is told; `faults` are the starts that fail."""

    def __init__(self, *faults: Exception | None, lives: int) -> None:
        self.faults, self.lives = deque(faults), lives
        self.starts = 0
        self.settled = asyncio.Event()

    async def start(self) -> None:
        self.starts += 1
        if self.faults and (fault := self.faults.popleft()):
            raise fault

    async def watch(self, _say: object) -> str:
        self.lives -= 1
        if self.lives < 0:
            self.settled.set()
            await asyncio.Event().wait()
        return "exit code 1"

    def last_words(self) -> str:
        return "no room left"


@pytest.fixture(autouse=True)
def in_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "FIRST_PAUSE_S", 0.001)
    monkeypatch.setattr(keeping, "LONGEST_PAUSE_S", 0.01)


async def kept(child: Child) -> list[str]:
    """What is said until it lives."""
    said: list[str] = []
    keeper = asyncio.create_task(keep_up("The switch", child, said.append))
    await asyncio.wait_for(child.settled.wait(), 10)
    keeper.cancel()
    return said


async def test_it_is_started_again_however_often_it_ends() -> None:
    child = Child(lives=5)
    said = await kept(child)
    assert child.starts == 5
    assert said[0] == "The switch has ended (exit code 1); it is started again. It said last:\nno room left"
    assert said[1:] == ["The switch has ended (exit code 1); it is started again."] * 4


async def test_a_start_that_fails_is_tried_until_it_does_not() -> None:
    taken = OSError("the port is taken")
    child = Child(taken, taken, TimeoutError(), taken, None, lives=1)
    said = await kept(child)
    assert child.starts == 5
    assert [sentence for sentence in said if "cannot be started" in sentence] == [
        "The switch cannot be started: the port is taken\nIt is tried again.",
        "The switch cannot be started: TimeoutError\nIt is tried again.",
        "The switch cannot be started: the port is taken\nIt is tried again.",
    ]


def test_pauses_grow_in_a_storm_and_are_short_after_a_good_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    pauses = Pauses()
    assert [pauses.after(1) for _ in range(7)] == [0.5, 1, 2, 4, 8, 10, 10]
    assert [pauses.after(60), pauses.after(1)] == [0.5, 1]
