"""`dutyline duty`: who is on duty and why, and changes of it for a while, as the command line offers them.

Others put more commands on `duty_app`: forecasts, drills, nights, phones.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ivr.cli.shared import read_settings

duty_app = typer.Typer(
    invoke_without_command=True,
    help="Who is on duty, and why; swaps, covers, overrides and leave; calendars.\n\n"
    "Times are as people say them: [bold]friday 18:00[/], [bold]tomorrow[/], [bold]24 december 8:00[/], "
    "[bold]2026-12-24 18:00[/], [bold]in 2 h[/].",
)
AsJson = Annotated[bool, typer.Option("--json", help="Print data instead of text.")]
Language = Annotated[str, typer.Option("--language", help="nl, fr, de or en.")]
Start = Annotated[str, typer.Option("--from", help="It begins then; default: now.")]
Until = Annotated[str, typer.Option("--until", help="It ends by itself then; default: the next handover.")]
For = Annotated[str, typer.Option("--for", help='It lasts so long: "2 h", "3 days".')]
Layer = Annotated[str, typer.Option("--layer", help="In this layer only.")]
Why = Annotated[str, typer.Option("--why", help="What for: everybody who asks is told.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Change nothing; say what there is to know of it.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="The change's id, or how it begins.")]
Who = Annotated[str, typer.Argument(metavar="WHO", help="The engineer's trigram.")]


def mount(app: typer.Typer) -> None:
    """Put them on the command."""
    app.add_typer(duty_app, name="duty")


@duty_app.callback()
def duty(context: typer.Context, language: Language = "en", as_json: AsJson = False) -> None:
    """Without a command: who is on duty now."""
    if context.invoked_subcommand is None:
        now(language=language, as_json=as_json)


@duty_app.command("now")
def now(language: Language = "en", as_json: AsJson = False) -> None:
    """Say who is on duty, on which phone first, until when, and why."""
    from ivr.cli.duty_showing import show_duty

    show_duty(read_settings(), "", language, as_json=as_json)


@duty_app.command("at")
def at(
    moment: Annotated[
        list[str], typer.Argument(metavar="MOMENT", help='"friday 18:00", "2026-12-24 18:00".')
    ],
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Say who is on duty at a moment, and why."""
    from ivr.cli.duty_showing import show_duty

    show_duty(read_settings(), " ".join(moment), language, as_json=as_json)


@duty_app.command("week")
def week(
    start: Annotated[str, typer.Option("--from", help="The first moment; default: now.")] = "",
    days: Annotated[float, typer.Option("--days", min=0.1, max=400, help="So many days.")] = 7,
    layer: Annotated[str, typer.Option("--layer", help="Of this layer only.")] = "",
    why: Annotated[bool, typer.Option("--why", help="Say of each time why.")] = False,
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """List who is on duty in the next seven days, handover by handover."""
    from ivr.cli.duty_showing import show_period

    show_period(read_settings(), start, days, layer, language, with_why=why, as_json=as_json)


@duty_app.command("month")
def month(
    start: Annotated[str, typer.Option("--from", help="The first moment; default: now.")] = "",
    layer: Annotated[str, typer.Option("--layer", help="Of this layer only.")] = "",
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """List who is on duty in the next 31 days."""
    from ivr.cli.duty_showing import show_period

    show_period(read_settings(), start, 31, layer, language, with_why=False, as_json=as_json)


@duty_app.command("override")
def override(
    who: Annotated[list[str], typer.Argument(metavar="WHO...", help="Trigrams, the first to be rung first.")],
    start: Start = "",
    until: Until = "",
    for_: For = "",
    layer: Layer = "",
    why: Why = "",
    dry_run: DryRun = False,
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Put others on duty for a while, whoever's turn it is. Pages follow at once, those under way as well.

    One takes the place of whoever is on call, and the others stay behind; several are the whole order.

    [bold]dutyline duty override WTI --until "monday 8:00"[/]"""
    _change("override", who, [], start, until, for_, layer, why, dry_run, language, as_json)


@duty_app.command("cover")
def cover(
    absent: Annotated[str, typer.Argument(metavar="ABSENT", help="Whose place is taken.")],
    by: Annotated[str, typer.Argument(metavar="BY", help="Who stands in.")],
    start: Start = "",
    until: Until = "",
    for_: For = "",
    layer: Layer = "",
    why: Why = "",
    dry_run: DryRun = False,
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Have one stand in for another, who has agreed to it.

    [bold]dutyline duty cover ADU WTI --from "friday 18:00" --until "saturday 8:00"[/]"""
    _change("cover", [absent, by], [], start, until, for_, layer, why, dry_run, language, as_json)


@duty_app.command("swap")
def swap(
    one: Annotated[str, typer.Argument(metavar="ONE", help="Who takes the other's place ...")],
    other: Annotated[str, typer.Argument(metavar="OTHER", help="... and the other way round.")],
    start: Start = "",
    until: Until = "",
    for_: For = "",
    layer: Layer = "",
    why: Why = "",
    dry_run: DryRun = False,
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Have two exchange their places for a while.

    [bold]dutyline duty swap MAB MSS --from "monday 8:00" --for "2 weeks"[/]"""
    _change("swap", [one, other], [], start, until, for_, layer, why, dry_run, language, as_json)


@duty_app.command("ask")
def ask(
    absent: Annotated[str, typer.Argument(metavar="ABSENT", help="Who wants to be covered.")],
    of: Annotated[list[str] | None, typer.Option("--of", help="Who is asked; default: anybody.")] = None,
    exchange: Annotated[bool, typer.Option("--exchange", help="In exchange for a turn of theirs.")] = False,
    start: Start = "",
    until: Until = "",
    for_: For = "",
    layer: Layer = "",
    why: Why = "",
    dry_run: DryRun = False,
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Ask for somebody to stand in. Whoever asks stays on duty until somebody agrees.

    [bold]dutyline duty ask ADU --of WTI --from "friday 18:00" --until "saturday 8:00" --why "a wedding"[/]"""
    more = {"exchange": True} if exchange else {}
    _change("ask", [absent], of or [], start, until, for_, layer, why, dry_run, language, as_json, more)


@duty_app.command("agree")
def agree(id_: Id, who: Who, language: Language = "en", as_json: AsJson = False) -> None:
    """Agree to stand in, as a request asks. [bold]dutyline duty agree k7f3q WTI[/]"""
    from ivr.cli.duty_changing import run_answer

    run_answer(read_settings(), "duty-agree", id_, who, language, as_json=as_json)


@duty_app.command("decline")
def decline(id_: Id, who: Who, language: Language = "en", as_json: AsJson = False) -> None:
    """Decline a request; it stays open to others."""
    from ivr.cli.duty_changing import run_answer

    run_answer(read_settings(), "duty-decline", id_, who, language, as_json=as_json)


@duty_app.command("leave")
def leave(
    who: Who,
    start: Start = "",
    until: Annotated[str, typer.Option("--until", help="The last day, or the moment of return.")] = "",
    for_: For = "",
    why: Why = "",
    dry_run: DryRun = False,
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Skip somebody's turns while he is away.

    [bold]dutyline duty leave ADU --from 2027-07-05 --until 2027-07-18 --why holidays[/]"""
    _change("leave", [who], [], start, until, for_, "", why, dry_run, language, as_json)


@duty_app.command("cancel")
def cancel(id_: Id, language: Language = "en", as_json: AsJson = False) -> None:
    """End a change, whether it holds, is planned, or is only asked for."""
    from ivr.cli.duty_changing import run_cancel

    run_cancel(read_settings(), id_, language, as_json=as_json)


@duty_app.command("changes")
def changes(
    all_: Annotated[bool, typer.Option("--all", help="Also those that are over or cancelled.")] = False,
    last: Annotated[int, typer.Option("--last", "-n", min=1, help="How many, with --all.")] = 30,
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """List the changes that hold or are to come, and the requests that nobody has agreed to."""
    from ivr.cli.duty_changing import list_changes

    list_changes(read_settings(), language, all_=all_, last=last, as_json=as_json)


@duty_app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(help="CSV or XLSX: from, until, trigram; layer and why if you like.")
    ],
    dry_run: DryRun = False,
    all_or_nothing: Annotated[
        bool, typer.Option("--all-or-nothing", help="Do nothing when any row is refused.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Cancel what a file of this name brought before.")
    ] = False,
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Take a duty in from a spreadsheet, with a report for each row; it is live at once.

    Each row is an override; a day alone counts in full. The exit code is 1 when a row was refused."""
    from ivr.cli.duty_sheets import import_file

    options = {"dry_run": dry_run, "all_or_nothing": all_or_nothing, "replace": replace}
    import_file(read_settings(), file, options, language, as_json=as_json)


@duty_app.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="To be written: .csv or .xlsx.")],
    start: Annotated[str, typer.Option("--from", help="The first moment; default: now.")] = "",
    days: Annotated[float, typer.Option("--days", min=0.1, max=400, help="So many days.")] = 31,
    layer: Annotated[str, typer.Option("--layer", help="Of this layer only.")] = "",
    language: Language = "en",
) -> None:
    """Write who is on duty into a spreadsheet, as `import` reads it."""
    from ivr.cli.duty_sheets import export_file

    export_file(read_settings(), file, start, days, layer, language)


calendars_app = typer.Typer(
    invoke_without_command=True,
    help="Calendars (iCal) of the duty for ordinary calendar programs: list them; give one out; revoke it.",
)
duty_app.add_typer(calendars_app, name="calendars")


@calendars_app.callback()
def calendars(context: typer.Context, language: Language = "en", as_json: AsJson = False) -> None:
    """List the calendars that are given out."""
    if context.invoked_subcommand is None:
        from ivr.cli.duty_calendars import list_calendars

        list_calendars(read_settings(), language, as_json=as_json)


@calendars_app.command("make")
def calendars_make(
    what: Annotated[
        str,
        typer.Argument(metavar="WHAT", help="A layer, a team or an engineer; without it: the whole duty."),
    ] = "",
    title: Annotated[str, typer.Option("--title", help="The calendar's name in people's programs.")] = "",
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Give a calendar out under an address that nobody can guess; it is shown this once.

    [bold]dutyline duty calendars make ADU[/], [bold]dutyline duty calendars make nights[/]"""
    from ivr.cli.duty_calendars import make_calendar

    make_calendar(read_settings(), what, title, language, as_json=as_json)


@calendars_app.command("revoke")
def calendars_revoke(
    id_: Annotated[str, typer.Argument(metavar="ID", help="The calendar's id, or how it begins.")],
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Give a calendar out no more: its address leads nowhere from now on."""
    from ivr.cli.duty_calendars import revoke_calendar

    revoke_calendar(read_settings(), id_, language, as_json=as_json)


def _change(
    kind: str,
    people: list[str],
    asked: list[str],
    start: str,
    until: str,
    for_: str,
    layer: str,
    why: str,
    dry_run: bool,
    language: str,
    as_json: bool,
    more: dict[str, Any] | None = None,
) -> None:
    from ivr.cli.duty_changing import run_change

    wish = {
        "kind": kind, "people": people, "asked": asked, "from": start, "until": until, "for": for_,
        "layer": layer, "title": why, "dry_run": dry_run, **(more or {}),
    }  # fmt: skip
    run_change(read_settings(), wish, language, as_json=as_json)


__all__ = ["calendars_app", "duty_app", "mount"]
