"""What the commands share: settings with all faults at once, output, and one clear sentence on failure."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from pydantic import ValidationError
    from rich.console import Console

    from ivr.notify.words import Language as NotifyLanguage
    from ivr.settings import Settings

    out: Console
    err: Console

WIDEST = 1000
"""Columns of a table that goes into a file or a pipe."""
STATE_FAULT = "The state folder cannot be made"
STATE_CURE = "Set DUTYLINE_STATE to a folder that this user may write."
DISK_CURE = "Make room there, or set DUTYLINE_STATE to a folder on another disk."


# Rich and pydantic are slow to import, and quick commands need neither.
def __getattr__(name: str) -> Any:
    """`out` and `err`, made when they are asked for."""
    if name in ("out", "err"):
        return _console(is_err=name == "err")
    raise AttributeError(f"module {__name__} has no attribute {name}")


@cache
def _console(*, is_err: bool) -> Console:
    from rich.console import Console

    # Into a file or a pipe a table is written as wide as it is: nothing is cut off that somebody looks for.
    is_told = os.environ.get("COLUMNS", "").isdecimal()
    width = None if is_told or (sys.stderr if is_err else sys.stdout).isatty() else WIDEST
    return Console(stderr=is_err, highlight=False, soft_wrap=True, width=width)


def say(*lines: str) -> None:
    """Plain lines, on stdout."""
    for line in lines:
        sys.stdout.write(f"{line}\n")


def give_up(sentence: object, code: int = 1) -> NoReturn:
    """Say why, on stderr, and end."""
    _console(is_err=True).print(f"[bold red]dutyline:[/] {_plain(sentence)}")
    raise SystemExit(code)


def check_language(language: str) -> NotifyLanguage:
    """The language to write in; another one than nl, fr, de and en is said, and ends the command."""
    from ivr.notify.words import LANGUAGES

    for known in LANGUAGES:
        if language == known:
            return known
    give_up(f'There is no language "{language}"; write nl, fr, de or en.', 2)


@contextmanager
def ending_well() -> Iterator[None]:
    """A command ends with a sentence and an exit code, whatever stops it."""
    try:
        yield
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except BrokenPipeError:
        # `dutyline calls | head`: the reader has seen enough; nothing is left to be flushed at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except OSError as fault:
        _console(is_err=True).print(f"[bold red]dutyline:[/] {_plain(words_of(fault))}")
        raise SystemExit(1) from None
    except Exception as fault:
        errors = sys.modules.get("ivr.storage.errors")
        if errors is None or not isinstance(fault, errors.StorageError):
            raise
        give_up(fault)


def print_json(value: Any) -> None:
    """Data for programs, one document."""
    say(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def read_settings(*, needs_state: bool = True) -> Settings:
    """The settings of this installation; every fault of them in one go.

    `needs_state`: the command reads or writes the state folder, which is made when missing.
    """
    from pydantic import ValidationError

    from ivr.settings import Settings

    err = _console(is_err=True)
    try:
        settings = Settings()
        if needs_state:
            _ = settings.state_dir
    except ValidationError as fault:
        for sentence in _sentences(fault):
            err.print(f"[bold red]dutyline:[/] {_plain(sentence)}")
        raise SystemExit(2) from None
    except UnicodeDecodeError as fault:
        give_up(f"dutyline.env cannot be read: {fault}", 2)
    except OSError as fault:
        give_up(f"{STATE_FAULT}: {words_of(fault)}. {STATE_CURE}", 2)
    return settings


def _sentences(fault: ValidationError) -> Iterator[str]:
    """One for each fault, with the name of the setting."""
    for one in fault.errors():
        name = "DUTYLINE_" + "_".join(str(part) for part in one["loc"]).upper() + ": " if one["loc"] else ""
        for line in one["msg"].removeprefix("Value error, ").splitlines():
            yield f"{name}{line}"


def words_of(fault: OSError) -> str:
    """What the system has against it, and against which file: `Not a directory: /var/lib/dutyline`."""
    what = fault.strerror or str(fault) or type(fault).__name__
    if isinstance(fault, FileExistsError):
        what = "there is a file of that name already"
    if fault.errno in (errno.ENOSPC, errno.EDQUOT) and not fault.filename:
        # the system does not say of which disk: all that is written stands below the state folder
        return f"{what}, where the state folder is. {DISK_CURE}"
    return f"{what}: {fault.filename}" if fault.filename else what


def _plain(text: object) -> str:
    """Text with the signs that Rich would read as markup made plain."""
    return str(text).replace("[", "\\[")


__all__ = [
    "STATE_CURE",
    "STATE_FAULT",
    "ending_well",
    "err",
    "give_up",
    "out",
    "print_json",
    "read_settings",
    "say",
    "words_of",
]
