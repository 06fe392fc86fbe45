"""The commands that switch plans for a while, and those about numbers, as `dutyline` offers them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ivr.cli.shared import give_up, read_settings

AsJson = Annotated[bool, typer.Option("--json", help="Print data instead of text.")]
Last = Annotated[int, typer.Option("--last", "-n", min=1, help="How many.")]

numbers_app = typer.Typer(
    no_args_is_help=True, help="Service numbers: their list, one of them, many at once."
)


def mount(app: typer.Typer) -> None:
    """Put them on the command."""
    app.command("switch")(switch)
    app.command("audit")(audit)
    app.command("pin")(pin)
    app.add_typer(numbers_app, name="numbers")


def switch(
    name: Annotated[
        str,
        typer.Argument(
            metavar="GROUP", help="A number group, a number, or a calendar; or `list`, or `back`."
        ),
    ],
    to: Annotated[
        str,
        typer.Argument(
            metavar="PLAN", help="The plan; `open` or `closed` for a calendar; after `back` the group."
        ),
    ] = "",
    for_: Annotated[
        str | None, typer.Option("--for", help='It ends by itself after this: "2 h", "30 min".')
    ] = None,
    until: Annotated[str | None, typer.Option("--until", help="It ends by itself then (ISO 8601).")] = None,
    start: Annotated[str | None, typer.Option("--from", help="It begins then (ISO 8601), not now.")] = None,
    why: Annotated[str, typer.Option("--why", help="What for; stands in the trace of every call.")] = "",
    last: Last = 20,
    as_json: AsJson = False,
) -> None:
    """Switch a number group to another plan at once, and back.

    [bold]dutyline switch fuzer night --for "2 h"[/], [bold]dutyline switch office-hours closed --until
    2026-12-24T12:00[/], [bold]dutyline switch list[/], [bold]dutyline switch back fuzer[/].
    Calls in progress keep their plan. It survives restarts."""
    from ivr.cli import switching

    if name == "list" and not to:
        switching.run_switch_list(read_settings(), last, as_json=as_json)
    elif name == "back" and to:
        switching.run_switch_back(read_settings(), to, as_json=as_json)
    elif name == "back":
        give_up("Say which: dutyline switch back GROUP.", 2)
    elif not to:
        give_up(f"Say where to: dutyline switch {name} PLAN.", 2)
    else:
        times = {"for": for_, "until": until, "from": start}
        switching.run_switch(read_settings(), name, to, times, why, as_json=as_json)


def audit(last: Last = 20, as_json: AsJson = False) -> None:
    """List who switched what, and who tried a PIN, newest first."""
    from ivr.cli.switching import run_audit

    run_audit(read_settings(), last, as_json=as_json)


def pin(
    who: Annotated[
        str, typer.Argument(metavar="WHO", help="Whose it is: a trigram, or an entry of the directory.")
    ] = "",
    config: Annotated[Path | None, typer.Option("--config", help="Another configuration folder.")] = None,
) -> None:
    """Make the hash of a PIN, for those who dial the engineers' number or switch plans by phone."""
    from ivr.cli.pin import run_pin

    run_pin(config or read_settings(needs_state=False).config, who)


@numbers_app.command("list")
def numbers_list(
    group: Annotated[str, typer.Option("--group", help="Only those of this number group.")] = "",
    brand: Annotated[str, typer.Option("--brand", help="Only those of this brand.")] = "",
    config: Annotated[Path | None, typer.Option("--config", help="Another configuration folder.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the numbers with their brand, group and plan."""
    from ivr.cli.numbering import list_numbers

    list_numbers(config or read_settings(needs_state=False).config, group, brand, as_json=as_json)


@numbers_app.command("show")
def numbers_show(
    number: Annotated[str, typer.Argument(help="The number, in any form.")],
    config: Annotated[Path | None, typer.Option("--config", help="Another configuration folder.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show one number: where it stands, its brand, group, plan and limits, and whether it is switched."""
    from ivr.cli.laid_over import overrides_of
    from ivr.cli.numbering import show_number

    folder = config or read_settings(needs_state=False).config
    now = datetime.now(UTC)
    show_number(folder, number, overrides=overrides_of(config), now=now, as_json=as_json)


@numbers_app.command("import")
def numbers_import(
    file: Annotated[
        Path, typer.Argument(help="CSV or XLSX: number, C/D, destination, brand, group, plan, line.")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Change nothing, say what would be done.")
    ] = False,
    all_or_nothing: Annotated[
        bool, typer.Option("--all-or-nothing", help="Do nothing when any row is refused.")
    ] = False,
    brand: Annotated[str, typer.Option("--brand", help="The brand of rows that name none.")] = "",
    group: Annotated[str, typer.Option("--group", help="The number group of rows that name none.")] = "",
    new_group: Annotated[
        list[str] | None,
        typer.Option("--new-group", metavar="GROUP", help="A number group that rows may make; repeatable."),
    ] = None,
    report: Annotated[Path | None, typer.Option("--report", help="Write the report as CSV.")] = None,
    config: Annotated[Path | None, typer.Option("--config", help="Another configuration folder.")] = None,
    as_json: AsJson = False,
) -> None:
    """Create (C) and delete (D) many numbers at once, with a report for each row.

    With a destination a simple plan to it is made. The configuration is changed, not what is live:
    [bold]dutyline publish[/] makes it so. The exit code is 1 when a row was refused."""
    from ivr.cli.numbering import Options, import_numbers

    options = Options(
        brand, group, dry_run=dry_run, all_or_nothing=all_or_nothing, new_groups=tuple(new_group or ())
    )
    folder = config or read_settings(needs_state=False).config
    import_numbers(folder, file, options, report, as_json=as_json)
