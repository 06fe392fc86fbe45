"""`dutyline duty forecast|drill|nights` and `dutyline schedule`, as the command line offers them."""

from __future__ import annotations

from typing import Annotated

import typer

from ivr.cli.shared import read_settings

AsJson = Annotated[bool, typer.Option("--json", help="Print data instead of text.")]
Language = Annotated[str, typer.Option("--language", help="nl, fr, de or en.")]


def mount(app: typer.Typer, duty_app: typer.Typer) -> None:
    """Put them on the commands."""
    duty_app.command("forecast")(forecast)
    duty_app.command("drill")(drill)
    duty_app.command("nights")(nights)
    schedule_app = typer.Typer(
        invoke_without_command=True, help="What is done by itself: when next, and how it went; one run whole."
    )
    schedule_app.callback()(schedule)
    schedule_app.command("show")(schedule_show)
    app.add_typer(schedule_app, name="schedule")


def forecast(
    days: Annotated[int, typer.Option("--days", min=1, max=400, help="So many days.")] = 14,
    start: Annotated[str, typer.Option("--from", help="The first moment; default: now.")] = "",
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Look through the next days of the duty: holes, double duty, leave, silent phones, too little rest.

    The exit code is 0 when nothing is wrong and 1 when somebody ought to see to something."""
    from ivr.cli.beforehand import show_forecast

    show_forecast(read_settings(), days, start, language, as_json=as_json)


def drill(
    who: Annotated[str, typer.Option("--who", help="A trigram, a team, or all.")] = "all",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Ring nobody; say who would be rung.")] = False,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Also outside its calendar, in quiet hours and in leave.")
    ] = False,
    last: Annotated[bool, typer.Option("--last", help="Ring nobody; show the last drill.")] = False,
    stop: Annotated[
        bool, typer.Option("--stop", help="Have the drill that goes on ring no further phone.")
    ] = False,
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Really ring the phones of the engineers, one by one, and tell which of them work.

    It says that it is a drill and asks for a key. A phone for which a page is out is left alone.
    Ctrl-C ends it with the phone that rings. The exit code is 0 when every phone that was rung works."""
    from ivr.cli.beforehand import run_drill, show_drill, stop_drill

    if stop:
        stop_drill(read_settings(), language)
    elif last:
        show_drill(read_settings(), language, as_json=as_json)
    else:
        run_drill(read_settings(), who, language, dry_run=dry_run, anyway=anyway, as_json=as_json)


def nights(
    since: Annotated[str, typer.Option("--since", help="A day or a moment; default: 90 days ago.")] = "",
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Say who was woken how often, who had the nights and the holidays, and since when they rest."""
    from ivr.cli.beforehand import show_nights

    show_nights(read_settings(), since, language, as_json=as_json)


def schedule(
    context: typer.Context,
    last: Annotated[int, typer.Option("--last", "-n", min=1, help="How many past runs.")] = 20,
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Say what is done by itself, when next, and how the last times went."""
    from ivr.cli.beforehand import show_schedule

    if context.invoked_subcommand is None:
        show_schedule(read_settings(), last, language, as_json=as_json)


def schedule_show(
    run: Annotated[str, typer.Argument(metavar="ID", help="The run's id, or how it begins.")],
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Tell one run whole: which phones it has rung, and what came of it."""
    from ivr.cli.beforehand import show_run

    show_run(read_settings(), run, language, as_json=as_json)


__all__ = ["mount"]
