"""`dutyline draw`: a plan as a picture or as text, with a call's way lit on it."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Final

from rich.tree import Tree as Branch
from sqlalchemy.orm import Session

from asterisk.obtain import ObtainError, Package, Tree, default_cache, find_or_obtain, progress_for_terminal
from asterisk.progress import Bar
from dialplan.drawing.dot import read_layout, write_dot
from dialplan.drawing.graph import Drawn, Entrance, Lit, draw_plan, entrances_of, ways_of
from dialplan.drawing.svg import write_svg
from dialplan.faults import nearest_of
from dialplan.model import Configuration, Plan
from dialplan.nodes.goto import Goto
from dialplan.run import Node
from ivr.cli.home import shown
from ivr.cli.releasing import clock, read_folder
from ivr.cli.replaying import build
from ivr.cli.shared import give_up, out
from ivr.cli.showing import read
from ivr.records import RecordedCall, find_call
from ivr.settings import Settings
from ivr.storage import Release

DRAWING_S: Final = 60.0
PLUGINS: Final = "graphviz"


def run_draw(
    settings: Settings, plan: str, svg: Path | None, call_id: str, folder: Path | None, *, offline: bool
) -> None:
    """Draw to a file, or tell on the terminal."""
    call = _find(settings, call_id) if call_id else None
    configuration, source = _configuration(settings, folder, call)
    found = configuration.plans.get(plan)
    if found is None:
        near = nearest_of(plan, configuration.plans)
        give_up(f'There is no plan "{plan}" in {source}' + (f'; did you mean "{near}"?' if near else "."))
    way = way_of(call) if call else []
    entrances = entrances_of(configuration, plan)
    if svg is None:
        out.print(outline(found, way, entrances))
        return
    drawn = draw_plan(found, way, entrances)
    layout = read_layout(_lay_out(drawn, offline=offline), drawn)
    svg.write_text(write_svg(drawn, layout, way, _subtitle(plan, source, call)), encoding="utf-8")
    out.print(f"{svg}: {len(found.nodes)} nodes of the plan {plan}.", markup=False)


def way_of(call: RecordedCall) -> list[Lit]:
    """A call's steps."""
    return [Lit(hop.plan, hop.node, hop.exit, hop.why) for hop in call.hops]


def _find(settings: Settings, call_id: str) -> RecordedCall:
    found = read(settings, lambda session: find_call(session, call_id))
    if found is None:
        give_up(f"There is no call {call_id!r}; `dutyline calls` lists them.")
    return found


def _configuration(
    settings: Settings, folder: Path | None, call: RecordedCall | None
) -> tuple[Configuration, str]:
    """What was asked for; for a call the release that served it, else the installation's folder."""
    if call is not None and folder is None:
        release = call.record.release

        def work(session: Session) -> dict[str, str]:
            kept = session.get(Release, release)
            return dict(kept.files) if kept else {}

        files = read(settings, work)
        if files:
            name = f"release {release[:12]}"
            return build(files, name), name
    chosen = folder or settings.config
    return build(read_folder(chosen), str(chosen)), str(chosen)


def _subtitle(plan: str, source: str, call: RecordedCall | None) -> str:
    if call is None:
        return f"plan {plan}"
    record = call.record
    return (
        f"plan {plan}, {source}; call {record.id}, {clock(record.started)}, "
        f"{shown(record.caller)} to {shown(record.dialled)}: {record.disposition}"
    )


def _lay_out(drawn: Drawn, *, offline: bool) -> str:
    """What Graphviz says; it is fetched first where it is missing."""
    progress = progress_for_terminal()
    with progress if isinstance(progress, Bar) else nullcontext():
        try:
            tree = find_or_obtain(Package.GRAPHVIZ, default_cache(), progress=progress, offline=offline)
        except ObtainError as fault:
            give_up(f"{fault} Without Graphviz a plan is told as text: leave --svg away.")
    try:
        return ask_dot(tree, write_dot(drawn))
    except (OSError, subprocess.SubprocessError) as fault:
        give_up(f"Graphviz ({tree.program}) cannot draw: {_reason(fault)}")


def ask_dot(tree: Tree, question: str) -> str:
    """The layout as JSON. OSError, subprocess.SubprocessError."""
    env = tree.env()
    if tree.root is not None:
        plugins = next(iter(sorted(tree.root.glob(f"usr/lib/*/{PLUGINS}"))), tree.root)
        env["GVBINDIR"] = str(plugins)
        if not list(plugins.glob("config[0-9]*")):
            # the list of its plugins, which an installation with root would have made
            subprocess.run(
                tree.argv("dot", "-c"), env=env, capture_output=True, timeout=DRAWING_S, check=True
            )
    words = tree.argv("dot", "-Tjson")
    done = subprocess.run(
        words, input=question, env=env, capture_output=True, text=True, timeout=DRAWING_S, check=True
    )
    return done.stdout


def _reason(fault: Exception) -> str:
    said = getattr(fault, "stderr", None)
    words = said.decode(errors="replace") if isinstance(said, bytes) else said
    return " ".join(str(words or fault).split())[:300]


# -- as text


def outline(plan: Plan, way: Sequence[Lit] = (), entrances: Sequence[Entrance] = ()) -> Branch:
    """The plan from its start, each node told once."""
    root = Branch(_plain(f"{plan.title or plan.id} (plan {plan.id})"))
    told: set[str] = set()
    numbers: dict[str, list[int]] = {}
    for number, step in enumerate(way, 1):
        if step.plan == plan.id:
            numbers.setdefault(step.node, []).append(number)

    def grow(branch: Branch, exit_: str, name: str) -> None:
        node = plan.nodes.get(name)
        lit = f" [bold]({', '.join(map(str, numbers[name]))})[/]" if name in numbers else ""
        kind = _kind_of(node)
        head = f"{_plain(exit_)}: " if exit_ else ""
        known = " [dim](above)[/]" if name in told else ""
        twig = branch.add(f"{head}[bold]{_plain(name)}[/] {_plain(f'[{kind}]')}{lit}{known}")
        if known or node is None:
            return
        told.add(name)
        for exits, target in ways_of(node.exits):
            grow(twig, exits, target)

    grow(root, "", plan.start)
    for entrance in entrances:
        grow(root, entrance.origin, entrance.node)
    for name in plan.nodes:
        if name not in told:
            grow(root, "not reached", name)
    return root


def _kind_of(node: Node | None) -> str:
    """What a node is; of a goto, where it leads."""
    if node is None:
        return "missing"
    return f"goto {node.plan}{f'.{node.node}' if node.node else ''}" if isinstance(node, Goto) else node.kind


def _plain(text: str) -> str:
    return text.replace("[", "\\[")


__all__ = ["ask_dot", "outline", "run_draw", "way_of"]
