"""Builds a configuration out of its texts: a large one in a process of its own, so that no call waits for it.

Ten thousand numbers take seconds of work. A thread for it would share the interpreter with every live call;
a process has its own, steps back behind the calls, and gives its memory back when it ends. One is kept ready
by the service, for half of what such a process does is to import.
"""

from __future__ import annotations

import gc
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from threading import Lock
from typing import Any, Final

from dialplan.checks import USUAL_DAY
from dialplan.faults import ConfigurationFaults
from dialplan.model import Configuration
from dialplan.source import Loaded, load_texts, uncollected

LARGE_CHARS: Final = 300_000
"""From so many characters on a process is worth it: it costs a third of a second beside the work."""
LIMIT_S: Final = 300.0

Proving = Callable[[Configuration, Mapping[str, str]], None]
"""What a configuration must stand beside its checks; raises ConfigurationFaults."""


@dataclass(frozen=True, slots=True)
class Order:
    """To be built (see `dialplan.source.load_texts`). `prove`: what it must stand beside its checks."""

    files: Mapping[str, str]
    prompts: Collection[str] | None = None
    templates: Collection[str] | None = None
    today: date = USUAL_DAY
    is_kept: bool = False
    prove: Proving | None = None

    @property
    def is_large(self) -> bool:
        return sum(map(len, self.files.values())) >= LARGE_CHARS


class Builder:
    """Builds one configuration after another; may be asked from any thread."""

    def __init__(self) -> None:
        self._spare: subprocess.Popen[bytes] | None = None
        self._is_keeping = False
        self._lock = Lock()

    def keep_ready(self) -> None:
        """Have a process wait for the next large configuration, and another after it."""
        with self._lock:
            self._is_keeping = True
            if self._spare is None:
                self._spare = _start()

    def close(self) -> None:
        """The waiting process goes home."""
        with self._lock:
            self._is_keeping = False
            spare, self._spare = self._spare, None
        if spare is not None:
            _end(spare)

    def build(self, order: Order) -> Loaded:
        """The configuration; blocks until it is there. Raises ConfigurationFaults."""
        if not order.is_large:
            return _build_here(order)
        built = self._build_aside(order)
        return _build_here(order) if built is None else built

    def _build_aside(self, order: Order) -> Loaded | None:
        """In a process of its own; None when that came to nothing, for whatever reason."""
        with self._lock:
            process, self._spare = self._spare, None
        if process is None or process.poll() is not None:  # it may have died while it waited
            process = _start()
        try:
            answer = _ask(process, replace(order, files=dict(order.files)))
        finally:
            if self._is_keeping:
                self.keep_ready()
        if answer is None or isinstance(answer, Loaded):
            return answer
        raise ConfigurationFaults(*answer)


def build(order: Order) -> Loaded:
    """The configuration, once; blocks until it is there. Raises ConfigurationFaults."""
    return Builder().build(order)


def _build_here(order: Order) -> Loaded:
    loaded = load_texts(order.files, order.prompts, order.templates, order.today, is_kept=order.is_kept)
    if order.prove is not None:
        order.prove(loaded.configuration, order.files)
    return loaded


# -- the process, from outside


def _start() -> subprocess.Popen[bytes] | None:
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "ivr.aside"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # an interrupt is for the service
        )
    except OSError as fault:
        _regret(fault)
        return None


def _ask(process: subprocess.Popen[bytes] | None, order: Order) -> Any:
    """What the process answers; None when it does not."""
    if process is None:
        return None
    try:
        said, _ = process.communicate(pickle.dumps(order, pickle.HIGHEST_PROTOCOL), LIMIT_S)
        with uncollected():
            answer = pickle.loads(said)  # noqa: S301 - from a process of our own
            gc.freeze()  # the collector need not look at it once more either, while calls wait
        return answer
    except (OSError, subprocess.SubprocessError, pickle.PickleError, EOFError, AttributeError) as fault:
        _regret(fault)
        return None
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Without a trace, whatever it is doing."""
    with process:
        process.kill()


def _regret(fault: Exception) -> None:
    import structlog  # not in the process itself: a fifth of its start

    structlog.get_logger(__name__).warning("configuration.built_here", why=type(fault).__name__)


# -- the process, from inside


def serve() -> None:
    """An order comes in, the configuration or its faults go out. Nothing, when nobody wants anything more."""
    try:
        order = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the service that started us
    except EOFError:
        return
    try:
        answer: object = _build_here(order)
    except ConfigurationFaults as faults:
        answer = (faults.faults, faults.warnings)
    sys.stdout.buffer.write(pickle.dumps(answer, pickle.HIGHEST_PROTOCOL))
    sys.stdout.flush()
    os._exit(0)  # taking a million things apart one by one helps nobody
