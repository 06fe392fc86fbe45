"""Two processes and one cache folder."""

from __future__ import annotations

import multiprocessing
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from asterisk.lock import hold_lock
from asterisk.obstacles import LockTakenError
from asterisk.progress import Silence


def _hold(folder: Path, has_it: Event) -> None:
    with hold_lock(folder, "sipp", Silence()):
        has_it.set()
        multiprocessing.Event().wait(60)


def test_a_held_lock_is_waited_for_with_a_limit_and_dies_with_its_holder(tmp_path: Path) -> None:
    fork = multiprocessing.get_context("fork")
    has_it = fork.Event()
    holder = fork.Process(target=_hold, args=(tmp_path, has_it))
    holder.start()
    assert has_it.wait(30)
    with pytest.raises(LockTakenError), hold_lock(tmp_path, "sipp", Silence(), limit_s=0.3):
        pass
    holder.kill()
    holder.join(30)
    with hold_lock(tmp_path, "sipp", Silence(), limit_s=0.3):
        pass


def test_whoever_waits_is_told_why(tmp_path: Path) -> None:
    said: list[str] = []

    class Ear(Silence):
        def say(self, sentence: str) -> None:
            said.append(sentence)

    outer = hold_lock(tmp_path, "sipp", Silence())
    inner = hold_lock(tmp_path, "sipp", Ear(), limit_s=1.5)
    with outer, pytest.raises(LockTakenError), inner:
        pass
    assert said == [f"Another process is filling {tmp_path}; waiting for it."]
