"""Make `.venv` and install the project into it, or see at once that this has been done.

    python3 -m ivr.setup [--extra test] [--extra lint]

Called by the Makefile with the Python it has found. Exit code 1 and one sentence when it cannot be done.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ivr.setup.compiled import compile_project
from ivr.setup.environment import Environment, hold_checkout
from ivr.setup.faults import SetupError
from ivr.setup.install import install_project
from ivr.setup.stamp import Stamp

ROOT = Path(__file__).resolve().parent.parent.parent


def main(words: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python3 -m ivr.setup", description=__doc__)
    parser.add_argument("--extra", action="append", default=[], help="also the libraries for: test, lint")
    extras = frozenset(parser.parse_args(words).extra)
    try:
        with hold_checkout(ROOT):
            environment = Environment(ROOT / ".venv")
            _set_up(environment, extras)
            compile_project(environment, ROOT)
    except SetupError as fault:
        sys.stderr.write(f"dutyline: {fault}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted; the next start goes on from here.\n")
        return 130
    return 0


def _set_up(environment: Environment, extras: frozenset[str]) -> None:
    stamp = Stamp.read(environment.folder)
    is_sound = environment.is_sound()
    if is_sound and stamp and stamp.covers(ROOT, extras):
        return
    if not is_sound or (stamp and stamp.root != ROOT):
        environment.make()
    wanted = extras | (stamp.extras if stamp else frozenset())
    install_project(environment, ROOT, wanted)
    Stamp.of(ROOT, wanted).write(environment.folder)


if __name__ == "__main__":
    sys.exit(main())
