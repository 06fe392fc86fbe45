"""What the commands share: settings with all faults at once, output, and one clear sentence on failure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console

from ivr.settings import Settings

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

STATE_FAULT = "The state folder cannot be made"
STATE_CURE = "Set DUTYLINE_STATE to a folder that this user may write."


def give_up(sentence: object, code: int = 1) -> NoReturn:
    """Say why, on stderr, and end."""
    err.print(f"[bold red]dutyline:[/] {_plain(sentence)}")
    raise typer.Exit(code)


def print_json(value: Any) -> None:
    """Data for programs, one document."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def read_settings(*, needs_state: bool = True) -> Settings:
    """The settings of this installation; every fault of them in one go.

    `needs_state`: the command reads or writes the state folder, which is made when missing.
    """
    try:
        settings = Settings()
        if needs_state:
            _ = settings.state_dir
    except ValidationError as fault:
        for sentence in _sentences(fault):
            err.print(f"[bold red]dutyline:[/] {_plain(sentence)}")
        raise typer.Exit(2) from None
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
    return f"{what}: {fault.filename}" if fault.filename else what


def _plain(text: object) -> str:
    """Text with the signs that Rich would read as markup made plain."""
    return str(text).replace("[", "\\[")


__all__ = [
    "STATE_CURE",
    "STATE_FAULT",
    "err",
    "give_up",
    "out",
    "print_json",
    "read_settings",
    "words_of",
]
