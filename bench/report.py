"""What came out: a table for people, JSON for machines, and on what it was measured."""

from __future__ import annotations

import math
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from asterisk.tree import Tree
from bench.cpu import cores, cpu_model
from bench.figures import middle, ratio, ratio_of_rounds
from bench.rounds import Plan, Tally
from bench.systems import System


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the goals: what was reached, and whether that is enough (None: not measured)."""

    number: int
    what: str
    reached: str
    goal: str
    is_met: bool | None


def rows(tallies: Mapping[str, Tally], wanted: frozenset[int]) -> list[Row]:
    """The rows that were measured."""
    found: list[Row] = []
    own, native = tallies["dutyline"], tallies["native"]
    if 1 in wanted:
        found += _cpu_rows(tallies, own, native)
    if 2 in wanted:
        found += _welcome_rows(own, native)
    if 3 in wanted:
        share = ratio(own.highest, native.highest)
        text = f"{own.highest:.0f}/s, {share:.2f} x native ({native.highest:.0f}/s)"
        found.append(Row(3, "highest rate that holds", text, ">= 0.85 x native", _is(share >= 0.85, share)))
    if 9 in wanted:
        took = middle(own.starts_s)
        found.append(Row(9, "start to first call answered", f"{took:.2f} s", "<= 2 s", _is(took <= 2, took)))
    return found


def _cpu_rows(tallies: Mapping[str, Tally], own: Tally, native: Tally) -> list[Row]:
    over_native = ratio_of_rounds(own.cpu_ms, native.cpu_ms)
    text = f"{middle(own.cpu_ms):.1f} ms, {over_native:.2f} x native ({middle(native.cpu_ms):.1f} ms)"
    found = [Row(1, "CPU for each call", text, "<= 1.25 x native", _is(over_native <= 1.25, over_native))]
    for name in ("php", "python"):
        if name in tallies:
            part = ratio_of_rounds(own.cpu_ms, tallies[name].cpu_ms)
            reached = f"1/{1 / part:.1f} of it ({middle(tallies[name].cpu_ms):.0f} ms)"
            found.append(Row(1, f"over {name} by AGI", reached, "<= 1/4", _is(part <= 0.25, part)))
    return found


def _welcome_rows(own: Tally, native: Tally) -> list[Row]:
    found = []
    for name, goal in (("p50", ""), ("p99", "<= +10 ms")):
        mine = [getattr(stretch.welcome, name) for stretch in own.stretches]
        theirs = [getattr(stretch.welcome, name) for stretch in native.stretches]
        over = middle([a - b for a, b in zip(mine, theirs, strict=True)])
        text = f"{middle(mine):.1f} ms, {over:+.1f} over native ({middle(theirs):.1f} ms)"
        found.append(
            Row(2, f"INVITE to welcome, {name}", text, goal, _is(over <= 10, over) if goal else None)
        )
    return found


def _is(is_met: bool, figure: float) -> bool | None:
    return None if math.isnan(figure) else is_met


def print_tables(
    console: Console, found: list[Row], tallies: Mapping[str, Tally], systems: Mapping[str, System]
) -> None:
    """The goals, then every system."""
    print_goals(console, found)
    if any(tally.stretches or tally.search for tally in tallies.values()):
        console.print(_systems_table(tallies, systems))


def print_goals(console: Console, found: list[Row]) -> None:
    """What was reached, and whether it is enough."""
    goals = Table(title="Dutyline against the goals", title_justify="left")
    for title in ("row", "figure", "reached", "goal", ""):
        goals.add_column(title)
    for row in found:
        mark = {True: "[green]met[/]", False: "[red]missed[/]", None: ""}[row.is_met]
        goals.add_row(str(row.number), row.what, row.reached, row.goal, mark)
    console.print(goals)


def _systems_table(tallies: Mapping[str, Tally], systems: Mapping[str, System]) -> Table:
    table = Table(
        title="Every way to serve the same call",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        collapse_padding=True,
        pad_edge=False,
        caption="CPU ms for each call, and the helpers' part; ratio to native; INVITE to welcome in ms",
        caption_justify="left",
    )
    table.add_column("", no_wrap=True)
    for title in ("CPU ms", "helpers", "ratio", "at/s", "p50", "p99", "failed", "max/s"):
        table.add_column(title, justify="right", no_wrap=True)
    for name, tally in tallies.items():
        stretches = tally.stretches
        table.add_row(
            systems[name].title,
            _number(middle(tally.cpu_ms)),
            _number(middle(tally.helper_ms)),
            _number(ratio_of_rounds(tally.cpu_ms, tallies["native"].cpu_ms), 2),
            _number(stretches[0].rate if stretches else math.nan, 0),
            _number(middle([stretch.welcome.p50 for stretch in stretches])),
            _number(middle([stretch.welcome.p99 for stretch in stretches])),
            str(sum(stretch.failed for stretch in stretches)) if stretches else "",
            _number(tally.highest or math.nan, 0),
        )
    return table


def _number(value: float, places: int = 1) -> str:
    return "" if math.isnan(value) else f"{value:.{places}f}"


def describe(tree: Tree) -> dict[str, Any]:
    """On what it was measured, and when."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cpu": cpu_model(),
        "cores": cores(),
        "kernel": platform.release(),
        "asterisk": f"{tree.version} ({tree.origin})",
        "python": platform.python_version(),
    }


def as_json(
    facts: Mapping[str, Any], plan: Plan, found: list[Row], tallies: Mapping[str, Tally]
) -> dict[str, Any]:
    """Everything, raw values included."""
    return {
        "measured_on": dict(facts),
        "plan": asdict(plan),
        "rows": [asdict(row) for row in found],
        "systems": {name: _tally_json(tally) for name, tally in tallies.items()},
    }


def _tally_json(tally: Tally) -> dict[str, Any]:
    def told(stretches: list[Any]) -> list[dict[str, Any]]:
        keys = ("rate", "calls", "lasted_s", "faults", "late_ms_p99")
        return [
            {**{key: getattr(one, key) for key in keys}, "welcome_ms": asdict(one.welcome)}
            for one in stretches
        ]

    return {
        "cpu_ms": tally.cpu_ms,
        "helper_ms": tally.helper_ms,
        "steady": told(tally.stretches),
        "highest": tally.highest,
        "ceiling": tally.ceiling if math.isfinite(tally.ceiling) else None,
        "search": told(tally.search),
        "starts_s": tally.starts_s,
    }


__all__ = ["Row", "as_json", "describe", "print_goals", "print_tables", "rows"]
