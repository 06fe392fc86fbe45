"""Builds a configuration out of its texts: a large one in a process of its own, so that no call waits for it.

Ten thousand numbers take seconds of work. A thread for it would share the interpreter with every live call;
a process has its own, steps back behind the calls, and gives its memory back when it ends.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from dialplan.checks import USUAL_DAY
from dialplan.faults import ConfigurationFaults
from dialplan.model import Configuration
from dialplan.source import Loaded, load_texts

LARGE_CHARS: Final = 300_000
"""From so many characters on it is worth starting a process: that alone takes a third of a second."""
LIMIT_S: Final = 300.0
_BEHIND_CALLS: Final = 10
"""How much nicer than the service (see `nice`)."""
_AUTOGROUP: Final = Path("/proc/self/autogroup")
"""Where Linux shares the cores among sessions first (see sched(7)), only a session's own niceness counts."""

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


def build(order: Order) -> Loaded:
    """The configuration; blocks until it is there. Raises ConfigurationFaults."""
    if order.is_large:
        built = _build_aside(order)
        if built is not None:
            return built
    return _build_here(order)


def _build_here(order: Order) -> Loaded:
    loaded = load_texts(order.files, order.prompts, order.templates, order.today, is_kept=order.is_kept)
    if order.prove is not None:
        order.prove(loaded.configuration, order.files)
    return loaded


def _build_aside(order: Order) -> Loaded | None:
    """In a process of its own; None when that came to nothing, for whatever reason."""
    order = replace(order, files=dict(order.files))
    try:
        said = subprocess.run(
            [sys.executable, "-m", "ivr.building"],
            input=pickle.dumps(order, pickle.HIGHEST_PROTOCOL),
            stdout=subprocess.PIPE,
            timeout=LIMIT_S,
            check=True,
            start_new_session=True,  # an interrupt is for the service
        ).stdout
        answer = pickle.loads(said)  # noqa: S301 - from a process of our own
    except (OSError, subprocess.SubprocessError, pickle.PickleError, EOFError, AttributeError) as fault:
        import structlog  # not in the process itself: a fifth of its start

        structlog.get_logger(__name__).warning("configuration.built_here", why=type(fault).__name__)
        return None
    if isinstance(answer, Loaded):
        return answer
    raise ConfigurationFaults(*answer)


def main() -> None:
    """The process: an order comes in, the configuration or its faults go out."""
    _step_back()
    order = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the service that started us
    try:
        answer: object = _build_here(order)
    except ConfigurationFaults as faults:
        answer = (faults.faults, faults.warnings)
    sys.stdout.buffer.write(pickle.dumps(answer, pickle.HIGHEST_PROTOCOL))


def _step_back() -> None:
    os.nice(_BEHIND_CALLS)
    with suppress(OSError):
        _AUTOGROUP.write_text(str(_BEHIND_CALLS))


if __name__ == "__main__":
    main()
