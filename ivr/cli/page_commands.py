"""`dutyline pages`: who was looked for and who has the call, as the command line offers it."""

from __future__ import annotations

from typing import Annotated

import typer

from ivr.cli.shared import read_settings

pages_app = typer.Typer(
    invoke_without_command=True,
    help="Pages: who is looked for, who has the call, why a phone rang; accept, pass, hand over, done.\n\n"
    "A page is named by its 3-digit call ID or by its id, an engineer by trigram.",
)
AsJson = Annotated[bool, typer.Option("--json", help="Print data instead of text.")]
Page = Annotated[str, typer.Argument(metavar="PAGE", help="The 3-digit call ID, or the page's id.")]
Who = Annotated[str, typer.Option("--as", metavar="WHO", help="The engineer, by trigram.")]
Language = Annotated[str, typer.Option("--language", help="nl, fr, de or en.")]
Last = Annotated[int, typer.Option("--last", "-n", min=1, help="How many.")]
Open = Annotated[bool, typer.Option("--open", help="Only those of which something is still to come.")]


def mount(app: typer.Typer) -> None:
    """Put them on the command."""
    app.add_typer(pages_app, name="pages")


@pages_app.callback()
def pages(
    context: typer.Context,
    last: Last = 20,
    is_open: Open = False,
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Without a command: the last pages."""
    if context.invoked_subcommand is None:
        list_all(last=last, is_open=is_open, language=language, as_json=as_json)


@pages_app.command("list")
def list_all(
    last: Last = 20, is_open: Open = False, language: Language = "en", as_json: AsJson = False
) -> None:
    """List the last pages, newest first: where they stand, who has them, until when to call back."""
    from ivr.cli.pages import list_pages

    list_pages(read_settings(), last, language, is_open=is_open, as_json=as_json)


@pages_app.command("show")
def show(page: Page, language: Language = "en", as_json: AsJson = False) -> None:
    """Show one page whole: each ring with its cause and seconds, each key, each mail."""
    from ivr.cli.pages import show_page

    show_page(read_settings(), page, language, as_json=as_json)


@pages_app.command("accept")
def accept(page: Page, who: Who, language: Language = "en", as_json: AsJson = False) -> None:
    """Give a page to an engineer who says so otherwise than by a key: the phones that ring fall silent."""
    from ivr.cli.pages import accept_page

    accept_page(read_settings(), page, who, language, as_json=as_json)


@pages_app.command("pass")
def pass_on(page: Page, who: Who = "", language: Language = "en", as_json: AsJson = False) -> None:
    """Pass a page on: the hunt goes on without that engineer. Without --as: of whoever has it."""
    from ivr.cli.pages import pass_page

    pass_page(read_settings(), page, who, language, as_json=as_json)


@pages_app.command("hand-over")
def hand_over(
    page: Page,
    to: Annotated[str, typer.Option("--to", metavar="WHO", help="The other engineer, by trigram.")],
    force: Annotated[bool, typer.Option("--force", help="At once; he is told, not asked.")] = False,
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Hand an accepted page over: the other engineer is rung and takes it with a key."""
    from ivr.cli.pages import hand_page_over

    hand_page_over(read_settings(), page, to, language, is_forced=force, as_json=as_json)


@pages_app.command("done")
def done(page: Page, who: Who = "", language: Language = "en", as_json: AsJson = False) -> None:
    """Say that the caller was called back: the clock stops, and nobody else is rung."""
    from ivr.cli.pages import finish_page

    finish_page(read_settings(), page, who, language, as_json=as_json)


@pages_app.command("cancel")
def cancel(page: Page, language: Language = "en", as_json: AsJson = False) -> None:
    """Call a page off: nobody is looked for any more."""
    from ivr.cli.pages import cancel_page

    cancel_page(read_settings(), page, language, as_json=as_json)


@pages_app.command("why")
def why(
    page: Page,
    attempt: Annotated[
        int,
        typer.Option("--attempt", "-a", min=0, help="Which ring, as `pages show` counts; default: the last."),
    ] = 0,
    number: Annotated[str, typer.Option("--phone", help="The last ring of this telephone number.")] = "",
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Tell in plain sentences why a phone rang: rule, clock, release, who came before, who was skipped."""
    from ivr.cli.pages import tell_why_it_rang

    tell_why_it_rang(read_settings(), page, attempt, number, language, as_json=as_json)


__all__ = ["mount", "pages_app"]
