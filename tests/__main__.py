"""`python -m tests`: all tests, three at a time where they do not mind, then those that want to be alone.

What failed is tried once more, alone, and named: on a busy machine a telephone may be late, but a fault
shows itself again. Words go to pytest as they are. Who chooses by marker, or says how many at a
time, gets that in one run. Storage is tried on PostgreSQL too, a server of our own where it is installed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.postgres import serving

POSTGRES = "DUTYLINE_TEST_POSTGRES"
"""Names a server in which databases may be made (see `tests.databases`)."""
NOTHING_CHOSEN = pytest.ExitCode.NO_TESTS_COLLECTED
AT_A_TIME = 3
"""`tests.world.free_settings` has ports for as many."""
MOST_AGAIN = 15
"""When more than that failed it was no lateness."""


class Failures:
    """Notes which tests failed."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One phase of a test is over."""
        if report.failed and report.nodeid not in self.names:
            self.names.append(report.nodeid)


def main(words: list[str]) -> int:
    """Run the tests, on a PostgreSQL of their own beside SQLite where there is one; the exit code."""
    if POSTGRES in os.environ:
        return run(words)
    with serving() as url:
        if url is None:
            print("PostgreSQL is not installed: tests on it are left out.", flush=True)  # noqa: T201
        else:
            os.environ[POSTGRES] = url
        return run(words)


def run(words: list[str]) -> int:
    """The exit code of pytest; of several runs, the one that says more."""
    if (os.cpu_count() or 1) < 2 or any(word.startswith(("-m", "-n", "-p", "--pdb")) for word in words):
        return int(pytest.main(words))
    # telephones ring for seconds while nothing is computed: three at a time keep two cores busy
    together = _twice(["-m", "not alone", "-n", str(AT_A_TIME), "--dist", "worksteal"], words)
    if together not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, NOTHING_CHOSEN):
        return together
    return _worse(together, _twice(["-m", "alone"], words))


def _twice(choice: list[str], words: list[str]) -> int:
    failures = Failures()
    code = int(pytest.main([*choice, *words], plugins=[failures]))
    if code == pytest.ExitCode.TESTS_FAILED and 0 < len(failures.names) <= MOST_AGAIN:
        print("\nTried once more, alone:", *failures.names, sep="\n  ", flush=True)  # noqa: T201
        code = int(pytest.main([*(word for word in words if not _is_place(word)), *failures.names]))
    return code


def _is_place(word: str) -> bool:
    return Path(word.partition("::")[0]).exists()


def _worse(*codes: int) -> int:
    said = [code for code in codes if code != NOTHING_CHOSEN]
    return max(said, default=int(NOTHING_CHOSEN))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
