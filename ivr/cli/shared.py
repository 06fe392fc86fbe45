"""What the commands share: settings with all faults at once, output, and one clear sentence on failure."""

from __future__ import annotations

import json
from typing import Any, NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console

from ivr.settings import Settings

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def give_up(sentence: object, code: int = 1) -> NoReturn:
    """Say why, on stderr, and end."""
    err.print(f"[bold red]dutyline:[/] {_plain(sentence)}")
    raise typer.Exit(code)


def print_json(value: Any) -> None:
    """Data for programs, one document."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def read_settings() -> Settings:
    """The settings of this installation; every fault of them in one go."""
    try:
        return Settings()
    except ValidationError as fault:
        for one in fault.errors():
            name = "DUTYLINE_" + "_".join(str(part) for part in one["loc"]).upper() if one["loc"] else ""
            err.print(f"[bold red]dutyline:[/] {_plain(f'{name}: ' if name else '')}{_plain(one['msg'])}")
        raise typer.Exit(2) from None


def _plain(text: object) -> str:
    """Text with the signs that Rich would read as markup made plain."""
    return str(text).replace("[", "\\[")


__all__ = ["err", "give_up", "out", "print_json", "read_settings"]
