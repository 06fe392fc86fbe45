"""The `dutyline` command. Each command imports what it needs when it runs, so that `--help` is quick."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ivr.cli import (
    alarm_commands,
    beforehand_commands,
    duty_commands,
    page_commands,
    phones,
    release_commands,
    switch_commands,
)
from ivr.cli.quick import COMMANDS as QUICK
from ivr.cli.quick import run_quick
from ivr.cli.shared import ending_well, read_settings

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    # A line break within a paragraph would stand on the screen as well.
    help="The out-of-hours support line on your own Asterisk.\n\n"
    '[bold]dutyline up[/] runs everything; in another terminal [bold]dutyline call "+32 2 788 74 99"[/] '
    "places a call and tells what the caller hears, and [bold]dutyline calls[/] what became of it. "
    "[bold]dutyline doctor[/] says what is wrong with this installation and how to mend it.",
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
    strict: Annotated[bool, typer.Option("--strict", help="Refuse warnings too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check a configuration as a whole: every fault at once, each with file, line and column.

    The exit code is 0 when it may go live and 1 when it may not; warnings do not count without --strict.
    """
    from ivr.cli.checking import run_check

    run_check(read_settings(needs_state=False), folder, strict=strict, as_json=as_json)


@app.command()
def schema(
    file: Annotated[str, typer.Argument(help="desk, brands, plan ...; a list of them if not given.")] = "",
) -> None:
    """Print the JSON Schema of a configuration file, from which editors complete and check it."""
    from ivr.cli.schema import run_schema

    run_schema(file)


@app.command()
def reload(
    force: Annotated[bool, typer.Option("--force", help="Undo what others published meanwhile.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make the configuration folder live, or say every fault and leave the live one alone."""
    from ivr.cli.releasing import run_reload

    run_reload(read_settings(), force=force, as_json=as_json)


def _quick(name: str) -> None:
    """A command of `ivr.cli.quick`, which reads its own options; here for the list of commands."""

    def run(context: typer.Context) -> None:
        run_quick(name, context.args)

    passed_on = {"allow_extra_args": True, "ignore_unknown_options": True}
    app.command(name, help=QUICK[name].says, add_help_option=False, context_settings=passed_on)(run)


for _name in QUICK:
    _quick(_name)


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
    phone: Annotated[
        list[str] | None,
        typer.Option(
            "--phone",
            metavar="WHO=WHAT",
            help="What a telephone does from now on: `agent-1=busy`, `ADU=no-answer,accepts`; answers, "
            "accepts, declines, hangs-up, voicemail, no-answer, busy, rejects, congested, away, usual. "
            "Repeatable.",
        ),
    ] = None,
    say: Annotated[
        str, typer.Option("--say", help='How long the caller speaks where a message may be left: "5 s".')
    ] = "",
    limit: Annotated[float, typer.Option("--limit", help="End the call after so many seconds.")] = 180.0,
    as_json: AsJson = False,
) -> None:
    """Place a real call from the demo carrier and tell, as it happens, what the caller hears and why.

    The exit code is 0 when the call was answered and 1 when it was not."""
    from ivr.cli.placing import Tried, run_call

    tried = Tried(tuple(phone or ()), say, keys, talk, hang_up_after, limit)
    run_call(read_settings(), number, caller, at, tried, as_json=as_json)


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
    call_id: Annotated[
        str,
        typer.Argument(metavar="ID", help="The call's id, or how it begins; or a page's 3-digit call ID."),
    ],
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


callbacks_app = typer.Typer(
    invoke_without_command=True, help="Call-backs that were promised: their list; take one back."
)
app.add_typer(callbacks_app, name="callbacks")


@callbacks_app.callback()
def callbacks(
    context: typer.Context,
    last: Annotated[int, typer.Option("--last", "-n", min=1, help="How many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List the call-backs that were asked for last, newest first."""
    if context.invoked_subcommand is None:
        from ivr.cli.callbacks import list_callbacks

        list_callbacks(read_settings(), last, as_json=as_json)


@callbacks_app.command("cancel")
def callbacks_cancel(
    callback_id: Annotated[str, typer.Argument(metavar="ID", help="Its id, or how it begins.")],
) -> None:
    """Take back a call back that no agent has taken yet."""
    from ivr.cli.callbacks import cancel_callback

    cancel_callback(read_settings(), callback_id)


@app.command()
def recordings(
    last: Annotated[int, typer.Option("--last", "-n", min=1, help="How many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List the messages that callers have left, newest first."""
    from ivr.cli.callbacks import list_recordings

    list_recordings(read_settings(), last, as_json=as_json)


@app.command()
def queues(as_json: AsJson = False) -> None:
    """Say who waits where and since when, what the agents do, and which limits are how full."""
    from ivr.cli.queues import show_queues

    show_queues(read_settings(), as_json=as_json)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Say what is wrong with this installation, and how to mend it."""
    from ivr.cli.doctor import run_doctor

    run_doctor(read_settings(needs_state=False), as_json=as_json)


alarm_commands.mount(app)
duty_commands.mount(app)
beforehand_commands.mount(app, duty_commands.duty_app)
phones.mount(duty_commands.duty_app)
page_commands.mount(app)
release_commands.mount(app)
switch_commands.mount(app)


def _mount_prompts() -> None:
    """Not for other commands: the sound behind it is slow to import."""
    if sys.argv[1:2] and sys.argv[1] not in ("prompts", "-h", "--help"):
        return
    from audio.cli import app as prompts_app

    app.add_typer(prompts_app, name="prompts")


def main() -> None:
    """The entry point."""
    with ending_well():
        _mount_prompts()
        app()
