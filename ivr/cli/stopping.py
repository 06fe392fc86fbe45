"""Being told to stop is no failure: Ctrl-C, SIGTERM and a closed terminal end `dutyline up` with code 0."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import typer

from ivr.cli.shared import err, out


@contextmanager
def stopping_well() -> Iterator[None]:
    """Also where no event loop runs yet, or none any more, to take the signals."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        tell("Stopped.")
        raise typer.Exit(0) from None


def tell(sentence: str) -> None:
    """Say what happens, to whoever still listens: the terminal may be gone, or its disk full."""
    with suppress(OSError, ValueError, SystemExit):
        out.print(sentence, markup=False)


def warn(sentence: str) -> None:
    """As `tell`, on stderr."""
    with suppress(OSError, ValueError, SystemExit):
        err.print(sentence, markup=False)
