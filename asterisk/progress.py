"""Telling somebody who waits how far it is: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from rich.progress import Progress as RichBar
    from rich.progress import TaskID

_LINE_EVERY_S = 5.0


class Progress(Protocol):
    """What the work reports to. `unit` is what `total` and `done` count: "bytes", "percent", or things."""

    def say(self, sentence: str) -> None: ...

    def begin(self, what: str, total: float, unit: str) -> None: ...

    def advance_to(self, done: float) -> None: ...

    def finish(self) -> None: ...


class Silence:
    """Reports nothing."""

    def say(self, sentence: str) -> None:
        pass

    def begin(self, what: str, total: float, unit: str) -> None:
        pass

    def advance_to(self, done: float) -> None:
        pass

    def finish(self) -> None:
        pass


class Lines:
    """A line at the beginning and the end of each step and every few seconds between, on stderr."""

    def __init__(self) -> None:
        self._what, self._total, self._unit = "", 0.0, ""
        self._spoke_at = 0.0

    def say(self, sentence: str) -> None:
        sys.stderr.write(f"{sentence}\n")
        sys.stderr.flush()

    def begin(self, what: str, total: float, unit: str) -> None:
        self._what, self._total, self._unit = what, total, unit
        self._spoke_at = time.monotonic()
        self.say(f"{what}{_amount(total, unit).replace(' of ', ': ')} ...")

    def advance_to(self, done: float) -> None:
        if time.monotonic() - self._spoke_at >= _LINE_EVERY_S and self._total:
            self._spoke_at = time.monotonic()
            self.say(f"{self._what}: {100 * done / self._total:.0f}%")

    def finish(self) -> None:
        self.say(f"{self._what}: done")


class Bar:
    """A Rich progress bar on stderr; used as a context manager so that the terminal is left in order."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._console = Console(stderr=True)
        self._bar: RichBar = Progress(
            TextColumn("{task.description:<28}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%{task.fields[amount]}"),
            TimeRemainingColumn(),
            console=self._console,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def say(self, sentence: str) -> None:
        self._console.print(sentence, markup=False, highlight=False)

    def begin(self, what: str, total: float, unit: str) -> None:
        self._bar.start()
        self._task = self._bar.add_task(what, total=total, amount=_amount(total, unit))

    def advance_to(self, done: float) -> None:
        if self._task is not None:
            self._bar.update(self._task, completed=done)

    def finish(self) -> None:
        if self._task is not None:
            task = self._bar.tasks[self._task]
            self._bar.update(self._task, completed=task.total)
            self._bar.stop()
            self._task = None


def progress_for_terminal() -> Bar | Lines:
    """A bar when somebody is watching, plain lines when the output goes to a file or a log."""
    return Bar() if sys.stderr.isatty() else Lines()


def _amount(total: float, unit: str) -> str:
    if unit == "percent":
        return ""
    return f" of {total / 1e6:.1f} MB" if unit == "bytes" else f" of {total:.0f} {unit}"
