"""The commands around releases, drafts, past calls and drawings, as `dutyline` offers them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ivr.cli.shared import read_settings

AsJson = Annotated[bool, typer.Option("--json", help="Print data instead of text.")]
Author = Annotated[str, typer.Option("--author", help="Who does this; default: who is logged in.")]
Message = Annotated[str, typer.Option("--message", "-m", help="What this is about, for others.")]
At = Annotated[
    str | None, typer.Option("--at", help="ISO 8601; without a zone by the desk's clock. Default: now.")
]
Rebase = Annotated[bool, typer.Option("--rebase", help="Keep what others changed in other files.")]
Force = Annotated[bool, typer.Option("--force", help="Undo what others changed meanwhile.")]
Replace = Annotated[bool, typer.Option("--force", help="Replace the configuration that the folder holds.")]
Last = Annotated[int, typer.Option("--last", "-n", min=1, help="How many.")]
Draft = Annotated[str, typer.Option("--draft", help="A draft, by its name.")]
ReleaseId = Annotated[str, typer.Option("--release", help="A release, by its id or how it begins.")]
Config = Annotated[Path | None, typer.Option("--config", help="A configuration folder.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="The release's id, or how it begins; `live`.")]

releases_app = typer.Typer(
    invoke_without_command=True, help="Releases: what was live, is, and will be; go back, plan, export."
)
drafts_app = typer.Typer(invoke_without_command=True, help="Drafts: configurations apart from what is live.")
shadow_app = typer.Typer(
    invoke_without_command=True, help="Let a draft decide silently beside the live release on real calls."
)


def mount(app: typer.Typer) -> None:
    """Put them on the command."""
    app.command("publish")(publish)
    app.add_typer(releases_app, name="releases")
    app.add_typer(drafts_app, name="drafts")
    app.command("replay")(replay)
    app.add_typer(shadow_app, name="shadow")
    app.command("trace")(trace)
    app.command("draw")(draw)


def publish(
    folder: Annotated[
        Path | None, typer.Argument(help="A configuration folder; the installation's own if not given.")
    ] = None,
    message: Message = "",
    author: Author = "",
    at: At = None,
    rebase: Rebase = False,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Make a configuration a release, and make it live now or at a time.

    It is checked as a whole first. What somebody else published meanwhile is never undone without a word.
    """
    from ivr.cli.releasing import Told, run_publish

    run_publish(read_settings(), folder, Told(author, message, at, rebase, force), as_json=as_json)


@releases_app.callback()
def releases(context: typer.Context, last: Last = 20, as_json: AsJson = False) -> None:
    """List releases, newest first, and when each was, is or will be live."""
    if context.invoked_subcommand is None:
        from ivr.cli.releasing import show_releases

        show_releases(read_settings(), last, as_json=as_json)


@releases_app.command("show")
def releases_show(release: Id, as_json: AsJson = False) -> None:
    """Tell what a release changed, in sentences, and when it was live."""
    from ivr.cli.releasing import show_release

    show_release(read_settings(), release, as_json=as_json)


@releases_app.command("activate")
def releases_activate(release: Id, at: At = None, author: Author = "", as_json: AsJson = False) -> None:
    """Make a kept release live, now or at a time; a time that is missed is caught up."""
    from ivr.cli.releasing import run_activate

    run_activate(read_settings(), release, author, at, as_json=as_json)


@releases_app.command("cancel")
def releases_cancel(
    planned: Annotated[str, typer.Argument(metavar="PLANNED", help="The id of what is planned.")],
    as_json: AsJson = False,
) -> None:
    """Take back a planned activation."""
    from ivr.cli.releasing import run_cancel

    run_cancel(read_settings(), planned, as_json=as_json)


@releases_app.command("rollback")
def releases_rollback(author: Author = "", as_json: AsJson = False) -> None:
    """Go back to the release that was live before; again: to the one before that."""
    from ivr.cli.releasing import run_rollback

    run_rollback(read_settings(), author, as_json=as_json)


@releases_app.command("export")
def releases_export(
    release: Id,
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.")],
    force: Replace = False,
) -> None:
    """Write a release's files into a folder, byte for byte."""
    from ivr.cli.releasing import export_release

    export_release(read_settings(), release, folder, force=force)


@drafts_app.callback()
def drafts(context: typer.Context, as_json: AsJson = False) -> None:
    """List drafts, the one saved last first."""
    if context.invoked_subcommand is None:
        from ivr.cli.drafting import show_drafts

        show_drafts(read_settings(), as_json=as_json)


DraftName = Annotated[str, typer.Argument(metavar="NAME", help="The draft's name.")]


@drafts_app.command("save")
def drafts_save(
    name: DraftName,
    folder: Annotated[
        Path | None, typer.Argument(help="A configuration folder; the installation's own if not given.")
    ] = None,
    author: Author = "",
    revision: Annotated[
        int | None, typer.Option("--revision", help="The revision you began with; newer ones are not lost.")
    ] = None,
) -> None:
    """Save a folder as a draft, faults and all; somebody else's is not replaced without a word."""
    from ivr.cli.drafting import save

    save(read_settings(), name, folder, author, revision)


@drafts_app.command("show")
def drafts_show(name: DraftName, as_json: AsJson = False) -> None:
    """Tell what a draft changes in the release it began with."""
    from ivr.cli.drafting import show

    show(read_settings(), name, as_json=as_json)


@drafts_app.command("export")
def drafts_export(
    name: DraftName,
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.")],
    force: Replace = False,
) -> None:
    """Write a draft's files into a folder, to work on them."""
    from ivr.cli.drafting import export

    export(read_settings(), name, folder, force=force)


@drafts_app.command("discard")
def drafts_discard(name: DraftName) -> None:
    """Throw a draft away."""
    from ivr.cli.drafting import discard

    discard(read_settings(), name)


@drafts_app.command("publish")
def drafts_publish(
    name: DraftName,
    message: Message = "",
    author: Author = "",
    at: At = None,
    rebase: Rebase = False,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Make a draft a release, as `dutyline publish` does with a folder."""
    from ivr.cli.drafting import publish_draft
    from ivr.cli.releasing import Told

    publish_draft(read_settings(), name, Told(author, message, at, rebase, force), as_json=as_json)


def replay(
    since: Annotated[str, typer.Option("--since", help="So long ago (2h, 7d), or ISO 8601.")],
    until: Annotated[str | None, typer.Option("--until", help="Likewise; default: now.")] = None,
    config: Config = None,
    draft: Draft = "",
    release: ReleaseId = "",
    as_json: AsJson = False,
) -> None:
    """Drive past calls through another configuration: which would have gone otherwise, and where.

    Without a choice the installation's own folder is taken. What a past call cannot answer is said so.
    """
    from ivr.cli.replaying import Other, run_replay

    run_replay(read_settings(), since, until, Other(config, draft, release), as_json=as_json)


@shadow_app.callback()
def shadow(
    context: typer.Context,
    draft: Draft = "",
    release: ReleaseId = "",
    stop: Annotated[bool, typer.Option("--stop", help="End the shadow.")] = False,
    as_json: AsJson = False,
) -> None:
    """Begin or end a shadow: it decides silently on every call, and what differs is kept."""
    if context.invoked_subcommand is None:
        from ivr.cli.replaying import run_shadow

        run_shadow(read_settings(), draft, release, stop=stop, as_json=as_json)


@shadow_app.command("show")
def shadow_show(last: Last = 50, as_json: AsJson = False) -> None:
    """Tell which calls would have gone otherwise."""
    from ivr.cli.replaying import show_shadow

    show_shadow(read_settings(), last, as_json=as_json)


def trace(
    caller: Annotated[str, typer.Option("--caller", help="The caller's number.")] = "",
    number: Annotated[str, typer.Option("--number", help="The number that was dialled.")] = "",
    brand: Annotated[str, typer.Option("--brand", help="A brand, by its id.")] = "",
    node: Annotated[str, typer.Option("--node", help="A node on the way: NODE or PLAN.NODE.")] = "",
    exit_: Annotated[str, typer.Option("--exit", help="An exit on the way.")] = "",
    since: Annotated[str | None, typer.Option("--since", help="So long ago (2h, 7d), or ISO 8601.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Likewise.")] = None,
    last: Last = 20,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Calls as they come in.")] = False,
    as_json: AsJson = False,
) -> None:
    """Tell the way of calls through their plans, and the values that decided it."""
    from ivr.cli.tracing import run_trace, search_for

    wanted = search_for(caller, number, brand, node, exit_, since, until, last)
    run_trace(read_settings(), wanted, follow=follow, as_json=as_json)


def draw(
    plan: Annotated[str, typer.Argument(metavar="PLAN", help="The plan's name.")],
    svg: Annotated[
        Path | None, typer.Option("--svg", help="Write a drawing; without it the plan is told as text.")
    ] = None,
    call: Annotated[str, typer.Option("--call", help="Light the way of this call.")] = "",
    config: Config = None,
    offline: Annotated[bool, typer.Option(help="Fetch nothing, even when Graphviz is missing.")] = False,
) -> None:
    """Draw a plan as SVG, with a call's way lit on it, or tell it as text."""
    from ivr.cli.drawing import run_draw

    run_draw(read_settings(), plan, svg, call, config, offline=offline)
