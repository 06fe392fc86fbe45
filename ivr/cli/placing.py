"""`dutyline call`: its options made into a call, its story printed."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import typer

from dialplan.numbers import is_withheld, to_e164
from dialplan.times import parse_duration_s
from ivr.ami import AmiError
from ivr.cli.calling import CallStory, sentence_of
from ivr.cli.home import home
from ivr.cli.phoning import read_phones, words_said
from ivr.cli.shared import give_up, out
from ivr.cli.simulating import load_quickly
from ivr.logs import configure
from ivr.settings import Settings

ZONE = ZoneInfo("Europe/Brussels")


@dataclass(frozen=True, slots=True)
class Tried:
    """What people do in the call: the telephones (`agent-1=busy`), how long the caller speaks where a message
    may be left (`5 s`), what he keys, how long he talks, and when he hangs up."""

    phones: Sequence[str] = ()
    say: str = ""
    keys: str = ""
    talk_s: float = 5.0
    hang_up_after_s: float | None = None
    limit_s: float = 180.0


def run_call(
    settings: Settings, number: str, caller: str, at: str | None, tried: Tried, *, as_json: bool
) -> None:
    """Place the call; the exit code is 0 when it was answered, 1 when not, 130 or 143 when it was stopped."""
    if not settings.demo:
        give_up("`dutyline call` dials from the demo's carrier, and this installation is not the demo.")
    shown_number = _caller(caller)
    configure(settings.log, "error")
    story = CallStory(settings, _print_json if as_json else _print)
    habits = read_phones(load_quickly(settings.config), tried.phones) if tried.phones else {}
    said = words_said(settings, _seconds(tried.say)) if tried.say else None
    try:
        was_answered = asyncio.run(
            _stoppable(
                story.run(
                    _dialled(number),
                    caller=shown_number,
                    keys=[part.strip() for part in tried.keys.split(",")] if tried.keys else [],
                    at=_moment(at),
                    hang_up_after_s=tried.hang_up_after_s,
                    talk_s=tried.talk_s,
                    limit_s=tried.limit_s,
                    habits=habits,
                    said=said,
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


def _seconds(text: str) -> float:
    try:
        return parse_duration_s(text)
    except ValueError as fault:
        give_up(f"--say: {fault}.")


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
