"""`dutyline duty phones`: what was learned of the phones that are rung at night, and forgetting it."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ivr.cli.shared import give_up, out, print_json, read_settings

if TYPE_CHECKING:
    from rich.table import Table

    from ivr.notify.words import Language

AsJson = Annotated[bool, typer.Option("--json", help="Print data instead of text.")]


def mount(duty_app: typer.Typer) -> None:
    """Put it on the command."""
    duty_app.command("phones")(phones)


def phones(
    forget: Annotated[
        str, typer.Option("--forget", metavar="NUMBER", help="Ring this phone as long as others again.")
    ] = "",
    language: Annotated[str, typer.Option("--language", help="nl, fr, de or en.")] = "en",
    as_json: AsJson = False,
) -> None:
    """List phones that were picked up without a key, and those of which a voicemail's second was learned.

    A voicemail accepts nothing: once it has answered twice at the same second the phone is rung for less."""
    from ivr.cli.shared import check_language

    if forget:
        _forget(forget, check_language(language))
    else:
        _list(check_language(language), as_json=as_json)


def _list(language: Language, *, as_json: bool) -> None:
    from ivr.cli.schedule_words import PHONES
    from ivr.cli.showing import read
    from ivr.duty.school import all_lessons

    found = read(read_settings(), all_lessons)
    if as_json:
        print_json([_as_dict(one) for one in found])
    elif not found:
        out.print(PHONES["none"][language])
    else:
        out.print(_table(found, language))


def _table(found: list[Any], language: Language) -> Table:
    from rich.table import Table

    from dialplan.numbers import display
    from ivr.cli.schedule_words import PHONE_HEADS, PHONES

    table = Table(*PHONE_HEADS[language], box=None, pad_edge=False)
    for one in found:
        seconds = ", ".join(f"{each.second:g} s" for each in one.pickups)
        second = "-" if one.second is None else f"{one.second:g} s"
        longest = PHONES["as-others"][language] if one.longest_s is None else f"{one.longest_s:g} s"
        since = _clock(one.learned_at) if one.learned_at else "-"
        table.add_row(display(one.number), one.entry or "-", seconds or "-", second, longest, since)
    return table


def _clock(at: datetime) -> str:
    from ivr.cli.showing import ZONE

    return f"{at.astimezone(ZONE):%d/%m/%Y %H:%M}"


def _as_dict(one: Any) -> dict[str, object]:
    return {
        "number": one.number,
        "entry": one.entry,
        "pickups": [each.to_json() for each in one.pickups],
        "voicemail_s": one.second,
        "longest_s": one.longest_s,
        "learned": one.learned_at.isoformat(timespec="seconds") if one.learned_at else None,
    }


def _forget(wanted: str, language: Language) -> None:
    """By the running service, which holds it in memory as well."""
    from dialplan.numbers import display
    from ivr.cli.client import ServiceClient, ServiceError
    from ivr.cli.schedule_words import PHONES
    from ivr.cli.showing import read
    from ivr.duty.school import all_lessons

    settings = read_settings()
    digits = "".join(sign for sign in wanted if sign.isdigit()).lstrip("0")
    known = [one.number for one in read(settings, all_lessons) if digits and one.number.endswith(digits)]
    if len(known) != 1:
        give_up(PHONES["unknown"][language].format(number=wanted))
    try:
        asyncio.run(ServiceClient(settings).ask("forget-phone", {"number": known[0]}))
    except ServiceError as fault:
        give_up(fault.said_in(language))
    out.print(PHONES["forgotten"][language].format(number=display(known[0])))


__all__ = ["mount", "phones"]
