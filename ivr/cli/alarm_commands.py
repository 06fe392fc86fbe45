"""The commands about alarms, and about messages beside mail, as `dutyline` offers them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ivr.cli.shared import read_settings

AsJson = Annotated[bool, typer.Option("--json", help="Print data instead of text.")]
Last = Annotated[int, typer.Option("--last", "-n", min=1, help="How many.")]

alarms_app = typer.Typer(
    invoke_without_command=True, help="Alarms by mail and webhook: their list, and one of them."
)
texts_app = typer.Typer(
    invoke_without_command=True, help="Text messages: their list, one with each try, and a new try."
)


def mount(app: typer.Typer) -> None:
    """Put them on the command."""
    app.command("page")(page)
    app.add_typer(alarms_app, name="alarms")
    app.add_typer(texts_app, name="texts")


def page(
    brand: Annotated[str, typer.Option("--brand", help="By whose procedure.")],
    words: Annotated[str, typer.Option("--words", help="What it is about; it is read aloud.")] = "",
    customer: Annotated[str, typer.Option("--customer", help="The customer id.")] = "",
    severity: Annotated[int | None, typer.Option("--severity", min=1, max=5, help="1 is the worst.")] = None,
    policy: Annotated[str, typer.Option("--policy", help="How an engineer is hunted for.")] = "",
    as_json: AsJson = False,
) -> None:
    """Ring the engineer on duty now, without a call or an alarm. Its call ID is printed once it rings."""
    from getpass import getuser

    from ivr.cli.alarms import raise_page

    by = getuser()
    asked = {"brand": brand, "words": words, "customer": customer, "policy": policy, "by": by}
    raise_page(read_settings(), asked | ({"severity": severity} if severity else {}), as_json=as_json)


@alarms_app.callback()
def alarms(context: typer.Context, last: Last = 20, as_json: AsJson = False) -> None:
    """List the alarms that came in last, newest first, and what became of each."""
    if context.invoked_subcommand is None:
        from ivr.cli.alarms import list_alarms

        list_alarms(read_settings(), last, as_json=as_json)


@alarms_app.command("show")
def alarms_show(
    alarm_id: Annotated[str, typer.Argument(metavar="ID", help="The alarm's id, or how it begins.")],
    save: Annotated[
        Path | None, typer.Option("--save", help="Write what came in, byte by byte, to this file.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show one alarm: what it says, which row took it, and why it rang somebody or not."""
    from ivr.cli.alarms import show_alarm

    show_alarm(read_settings(), alarm_id, save, as_json=as_json)


@alarms_app.command("hooks")
def alarms_hooks(
    show_secret: Annotated[
        bool, typer.Option("--secret", help="Print the secrets too; made now where there is none.")
    ] = False,
) -> None:
    """Say where monitoring calls the webhooks of alarms.yaml, and how it signs."""
    from ivr.cli.alarms import show_hooks

    show_hooks(read_settings(), with_secrets=show_secret)


@texts_app.callback()
def texts(
    context: typer.Context,
    last: Last = 20,
    dead: Annotated[bool, typer.Option("--dead", help="Those alone that were given up.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the last text messages, newest first."""
    if context.invoked_subcommand is None:
        from ivr.cli.texts import list_texts

        list_texts(read_settings(), last, dead=dead, as_json=as_json)


@texts_app.command("show")
def texts_show(
    text_id: Annotated[str, typer.Argument(metavar="ID", help="The message's id, or how it begins.")],
    as_json: AsJson = False,
) -> None:
    """Show one text message, with each try to deliver it and what the gateway said."""
    from ivr.cli.texts import show_text

    show_text(read_settings(), text_id, as_json=as_json)


@texts_app.command("retry")
def texts_retry(
    text_id: Annotated[str, typer.Argument(metavar="ID", help="The message's id, or how it begins.")],
) -> None:
    """Try a message again that was given up."""
    from ivr.cli.texts import retry_text

    retry_text(read_settings(), text_id)


__all__ = ["mount"]
