"""`python -m tests`: all tests, two at a time where they do not mind, then those that want to be alone.

Words go to pytest as they are. Who chooses by marker, or says how many at a time, gets that in one run.
"""

from __future__ import annotations

import os
import sys

import pytest

NOTHING_CHOSEN = pytest.ExitCode.NO_TESTS_COLLECTED


def main(words: list[str]) -> int:
    """The exit code of pytest; of two runs, the one that says more."""
    if (os.cpu_count() or 1) < 2 or any(word.startswith(("-m", "-n", "-p", "--pdb")) for word in words):
        return int(pytest.main(words))
    # files stay together: what they start for all their tests is started once
    together = int(pytest.main(["-m", "not alone", "-n", "2", "--dist", "loadfile", *words]))
    if together not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, NOTHING_CHOSEN):
        return together
    alone = int(pytest.main(["-m", "alone", *words]))
    return _worse(together, alone)


def _worse(*codes: int) -> int:
    said = [code for code in codes if code != NOTHING_CHOSEN]
    return max(said, default=int(NOTHING_CHOSEN))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
