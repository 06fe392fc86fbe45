"""The `dutyline` command. Each command imports what it needs when it runs, so that `--help` is quick."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from ivr.cli.shared import err, read_settings, words_of

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""The out-of-hours support line on your own Asterisk.

    [bold]dutyline up[/] runs everything; in another terminal [bold]dutyline call "+32 2 788 74 99"[/] places
    a call and tells what the caller hears, and [bold]dutyline calls[/] what became of it.
    [bold]dutyline doctor[/] says what is wrong with this installation and how to mend it.""",
)
AsJson = Annotated[bool, typer.Option("--json", help="Print data instead of text.")]


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"dutyline {version('dutyline')}")
        raise typer.Exit


@app.callback()
def start(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Shared by all commands."""


@app.command()
def up(
    offline: Annotated[bool, typer.Option(help="Fetch nothing, even when Asterisk is missing.")] = False,
) -> None:
    """Run everything on this machine: the switch, the service and, in the demo, the outside world."""
    from ivr.cli.stopping import stopping_well

    with stopping_well():
        from ivr.cli.up import run_up

        run_up(read_settings(), offline=offline)


@app.command()
def serve() -> None:
    """Run the service alone, on a switch that runs already (what `up` does as a child process)."""
    from ivr.cli.serving import run_service

    run_service(read_settings())


@app.command()
def check(
    folder: Annotated[
        Path | None, typer.Argument(help="A configuration folder; the installation's own if not given.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a configuration as a whole: every fault at once, each with file, line and column."""
    from ivr.cli.configuring import run_check

    run_check(read_settings(needs_state=False), folder, as_json=as_json)


@app.command()
def reload(as_json: AsJson = False) -> None:
    """Make the configuration folder live, or say every fault and leave the live one alone."""
    from ivr.cli.configuring import run_reload

    run_reload(read_settings(), as_json=as_json)


@app.command()
def simulate(
    to: Annotated[str, typer.Option("--to", help="The number that is dialled, in any form.")],
    caller: Annotated[
        str | None, typer.Option("--from", help="The caller's number; withheld if not given.")
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", help="ISO 8601; without a zone by the desk's clock. Default: now.")
    ] = None,
    keys: Annotated[
        str, typer.Option("--keys", help="What is keyed at each question, comma separated.")
    ] = "",
    outcome: Annotated[
        list[str] | None, typer.Option("--outcome", help="DEST=busy: how ringing a person or number ends.")
    ] = None,
    config: Annotated[Path | None, typer.Option("--config", help="Another configuration folder.")] = None,
    french_first: Annotated[bool, typer.Option(help="Which language of `bi` comes first.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run the routing plan without a switch: what would this caller meet at that hour?"""
    from ivr.cli.configuring import run_simulate

    run_simulate(
        read_settings(needs_state=False),
        to,
        caller,
        at,
        [part.strip() for part in keys.split(",")] if keys else [],
        outcome or [],
        config,
        dutch_first=not french_first,
        as_json=as_json,
    )


@app.command()
def call(
    number: Annotated[str, typer.Argument(help="The number to dial, in any form a carrier uses.")],
    caller: Annotated[
        str, typer.Option("--from", help="The caller's number; `anonymous` withholds it.")
    ] = "+32470009999",
    keys: Annotated[
        str, typer.Option("--keys", help="Keys for each question, comma separated: `1,2` or `465#,1`.")
    ] = "",
    at: Annotated[
        str | None, typer.Option("--at", help="Set the plan's clock for this call (demo only), ISO 8601.")
    ] = None,
    hang_up_after: Annotated[
        float | None, typer.Option("--hang-up-after", help="Hang up so many seconds after the answer.")
    ] = None,
    talk: Annotated[
        float, typer.Option("--talk", min=0, help="Seconds to talk with whoever picks up, then hang up.")
    ] = 5.0,
    limit: Annotated[float, typer.Option("--limit", help="End the call after so many seconds.")] = 180.0,
    as_json: AsJson = False,
) -> None:
    """Place a real call from the demo carrier and tell, as it happens, what the caller hears and why.

    The exit code is 0 when the call was answered and 1 when it was not."""
    from ivr.cli.placing import run_call

    run_call(read_settings(), number, caller, keys, at, hang_up_after, talk, limit, as_json=as_json)


calls_app = typer.Typer(invoke_without_command=True, help="Past calls: their list, and the story of one.")
app.add_typer(calls_app, name="calls")


@calls_app.callback()
def calls(
    context: typer.Context,
    last: Annotated[int, typer.Option("--last", "-n", min=1, help="How many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List the last calls, newest first."""
    if context.invoked_subcommand is None:
        from ivr.cli.showing import list_calls

        list_calls(read_settings(), last, as_json=as_json)


@calls_app.command("show")
def calls_show(
    call_id: Annotated[str, typer.Argument(metavar="ID", help="The call's id, or how it begins.")],
    language: Annotated[str, typer.Option(help="nl, fr, de or en.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Tell the story of one call in plain words."""
    from ivr.cli.showing import show_call

    show_call(read_settings(), call_id, language, as_json=as_json)


mails_app = typer.Typer(invoke_without_command=True, help="Mails of the outbox: their list, and one whole.")
app.add_typer(mails_app, name="mails")


@mails_app.callback()
def mails(
    context: typer.Context,
    last: Annotated[int, typer.Option("--last", "-n", min=1, help="How many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List the last mails, newest first."""
    if context.invoked_subcommand is None:
        from ivr.cli.showing import list_outbox

        list_outbox(read_settings(), last, as_json=as_json)


@mails_app.command("show")
def mails_show(
    mail_id: Annotated[str, typer.Argument(metavar="ID", help="The mail's id, or how it begins.")],
    as_json: AsJson = False,
) -> None:
    """Show one mail: to whom it went, or why it did not, and its words."""
    from ivr.cli.showing import show_one_mail

    show_one_mail(read_settings(), mail_id, as_json=as_json)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Say what is wrong with this installation, and how to mend it."""
    from ivr.cli.doctor import run_doctor

    run_doctor(read_settings(needs_state=False), as_json=as_json)


def _mount_prompts() -> None:
    from audio.cli import app as prompts_app

    app.add_typer(prompts_app, name="prompts")


def main() -> None:
    """The entry point."""
    _mount_prompts()
    try:
        app()
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except BrokenPipeError:
        # `dutyline calls | head`: the reader has seen enough; nothing is left to be flushed at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except OSError as fault:
        err.print(f"[bold red]dutyline:[/] {escape(words_of(fault))}")
        raise SystemExit(1) from None
