"""`dutyline call`: its options made into a call, its story printed."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Coroutine, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import typer

from dialplan.numbers import is_withheld, to_e164
from ivr.ami import AmiError
from ivr.cli.calling import CallStory, sentence_of
from ivr.cli.home import home
from ivr.cli.shared import give_up, out
from ivr.logs import configure
from ivr.settings import Settings

ZONE = ZoneInfo("Europe/Brussels")


def run_call(
    settings: Settings,
    number: str,
    caller: str,
    keys: str,
    at: str | None,
    hang_up_after_s: float | None,
    talk_s: float,
    limit_s: float,
    *,
    as_json: bool,
) -> None:
    """Place the call; the exit code is 0 when it was answered, 1 when not, 130 or 143 when it was stopped."""
    if not settings.demo:
        give_up("`dutyline call` dials from the demo's carrier, and this installation is not the demo.")
    shown_number = _caller(caller)
    configure(settings.log, "error")
    story = CallStory(settings, _print_json if as_json else _print)
    try:
        was_answered = asyncio.run(
            _stoppable(
                story.run(
                    _dialled(number),
                    caller=shown_number,
                    keys=[part.strip() for part in keys.split(",")] if keys else [],
                    at=_moment(at),
                    hang_up_after_s=hang_up_after_s,
                    talk_s=talk_s,
                    limit_s=limit_s,
                )
            )
        )
    except asyncio.CancelledError:
        raise typer.Exit(128 + signal.SIGTERM) from None
    except (AmiError, OSError, TimeoutError) as fault:
        give_up(
            f"The demo's carrier cannot be reached ({fault}); is Dutyline up? Start it with `dutyline up`."
        )
    except ValueError as fault:
        give_up(fault)
    if not was_answered:
        raise typer.Exit(1)


async def _stoppable(story: Coroutine[Any, Any, bool]) -> bool:
    """SIGTERM is taken as Ctrl-C is: the caller hangs up first."""
    telling = asyncio.create_task(story)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, telling.cancel)
    return await telling


def _caller(text: str) -> str | None:
    """The number that is shown; None: none is."""
    if is_withheld(text):
        return None
    found = to_e164(text, home())
    if found is None:
        give_up(f'--from "{text}" is no telephone number; write for instance 0470 00 99 99, or anonymous.')
    return found


def _dialled(number: str) -> str:
    """The number as it was given, without the spaces and dots that people write."""
    return "".join(sign for sign in number if sign.isalnum() or sign in "+*#")


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        give_up(f"--at {text!r} is no ISO 8601 time; write for instance 2026-11-21T23:15.")
    return at if at.tzinfo else at.replace(tzinfo=ZONE)


def _print(kind: str, facts: Mapping[str, Any]) -> None:
    out.print(sentence_of(kind, facts), markup=False)


def _print_json(kind: str, facts: Mapping[str, Any]) -> None:
    typer.echo(json.dumps({**facts, "kind": kind}, ensure_ascii=False, default=str))
