"""`python -m bench`: what a call costs here, and in four other ways on the same switch."""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from asterisk.obstacles import ObtainError
from asterisk.obtain import Package, default_cache, find_or_obtain, progress_for_terminal
from asterisk.progress import Bar
from asterisk.tree import Tree
from audio.raw import export_raw
from bench import house, report
from bench.activation import measure_activation
from bench.load import Load
from bench.paging import PAGES, QUICK_PAGES, measure_paging
from bench.paper import command_rows, engine_rows
from bench.rounds import QUICK, Plan, Rounds
from bench.systems import Dutyline, HelperFailedError, System, make_systems
from bench.waiting import CALLERS, QUICK_CALLERS, measure_waiting
from ivr.settings import Settings
from ivr.switch import AsteriskFailedError, PortTakenError, Switch
from ivr.switch.paths import place

TALK_S = 1.0
ROWS = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 9})
ON_PAPER = frozenset({4, 8})
"""Rows that want no switch."""
NEEDED = ("native", "dutyline")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked on the command line."""

    plan: Plan
    rows: frozenset[int]
    only: frozenset[str]
    state: Path | None
    json: Path | None
    offline: bool


def read_wishes(words: list[str]) -> Wishes:
    """The command line. Exits with a sentence for what makes no sense."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="one short round: three minutes instead of ten")
    parser.add_argument(
        "--rows", default=",".join(map(str, sorted(ROWS))), help="which rows of the goals (default: all)"
    )
    parser.add_argument("--systems", default="", help="only these beside native and dutyline: ari,python,php")
    parser.add_argument(
        "--rate", type=float, default=20.0, help="calls a second for rows 1 and 2 (default: 20)"
    )
    parser.add_argument("--rounds", type=int, default=None, help="rounds of rows 1 and 2 (default: 3)")
    parser.add_argument(
        "--state", type=Path, default=None, help="a folder to keep (default: a temporary one)"
    )
    parser.add_argument(
        "--json", type=Path, default=None, help="where the figures go (default: <state>/bench.json)"
    )
    parser.add_argument("--offline", action="store_true", help="fetch nothing")
    given = parser.parse_args(words)
    wanted = {part.strip() for part in given.rows.split(",")}
    if not wanted or not wanted <= {str(row) for row in ROWS}:
        parser.error(f"--rows takes {', '.join(map(str, sorted(ROWS)))}; not {given.rows!r}")
    if not 1 <= given.rate <= 200:
        parser.error("--rate is between 1 and 200 calls a second")
    plan = replace(QUICK if given.quick else Plan(), rate=given.rate)
    if given.rounds is not None:
        plan = replace(plan, rounds=max(1, given.rounds))
    only = frozenset(filter(None, given.systems.split(",")))
    return Wishes(plan, frozenset(map(int, wanted)), only, given.state, given.json, given.offline)


def obtain(wishes: Wishes, console: Console) -> tuple[Tree, Tree | None]:
    """Asterisk, and PHP where it can be had. ObtainError for the former."""
    progress = progress_for_terminal()
    with ExitStack() as stack:
        if isinstance(progress, Bar):
            stack.enter_context(progress)
        tree = find_or_obtain(Package.ASTERISK, default_cache(), progress=progress, offline=wishes.offline)
        if wishes.only and "php" not in wishes.only:
            return tree, None
        try:
            return tree, find_or_obtain(
                Package.PHP, default_cache(), progress=progress, offline=wishes.offline
            )
        except ObtainError as lack:
            console.print(f"Without the PHP reference: {lack}", markup=False)
            return tree, None


async def measure(
    wishes: Wishes,
    settings: Settings,
    tree: Tree,
    php: Tree | None,
    console: Console,
    paper: list[report.Row],
) -> None:
    """Start the switch, measure, print, write; `paper`: rows that were measured without it."""
    house.furnish(settings, php)
    await asyncio.to_thread(export_raw, settings.prompts, place(settings.state_dir / "switch").sounds)
    switch = Switch(settings, tree)
    systems = {
        name: system
        for name, system in make_systems(settings, has_php=php is not None).items()
        if not wishes.only or name in wishes.only or name in NEEDED
    }
    try:
        await switch.start()
        rounds, more = await _measure_on(switch, wishes, settings, systems, console)
    finally:
        await switch.stop()
    _tell(wishes, settings, tree, rounds, systems, console, [*paper, *more])


async def _measure_on(
    switch: Switch, wishes: Wishes, settings: Settings, systems: dict[str, System], console: Console
) -> tuple[Rounds, list[report.Row]]:
    load = Load(
        switch_port=settings.sip_port,
        phones_port=settings.carrier_sip_port,
        welcome=house.Welcome.of(settings).sound,
        talk_s=TALK_S,
        agent=house.AGENT,
    )
    assert switch.pid is not None

    def say(text: str) -> None:
        console.print(text, markup=False, highlight=False, soft_wrap=True)

    rounds = Rounds(load, switch.pid, systems, wishes.plan, say)
    more: list[report.Row] = []
    try:
        if 9 in wishes.rows:
            await rounds.measure_starts()
        if wishes.rows & {1, 2}:
            await rounds.measure_steady()
        if 3 in wishes.rows:
            await rounds.measure_highest()
        if 5 in wishes.rows:
            service = systems["dutyline"]
            assert isinstance(service, Dutyline)
            more += (await measure_activation(load, switch, service, wishes.plan.rate)).rows()
    finally:
        load.close()
    if 6 in wishes.rows:
        service = systems["dutyline"]
        assert isinstance(service, Dutyline)
        callers = QUICK_CALLERS if wishes.plan.rounds < Plan().rounds else CALLERS
        more += (await measure_waiting(switch, service, callers, say)).rows()
    if 7 in wishes.rows:
        service = systems["dutyline"]
        assert isinstance(service, Dutyline)
        pages = QUICK_PAGES if wishes.plan.rounds < Plan().rounds else PAGES
        more += (await measure_paging(service, pages, say)).rows()
    return rounds, more


def _measure_paper(rows: frozenset[int]) -> list[report.Row]:
    """What needs no switch."""
    found = engine_rows() if 4 in rows else []
    return found + (command_rows() if 8 in rows else [])


def _tell(
    wishes: Wishes,
    settings: Settings,
    tree: Tree,
    rounds: Rounds,
    systems: dict[str, System],
    console: Console,
    more: list[report.Row],
) -> None:
    facts = report.describe(tree)
    found = sorted([*report.rows(rounds.tallies, wishes.rows), *more], key=lambda row: row.number)
    report.print_tables(console, found, rounds.tallies, systems)
    console.print(
        ", ".join(f"{name} {value}" for name, value in facts.items()), markup=False, highlight=False
    )
    path = wishes.json or settings.state_dir / "bench.json"
    path.write_text(json.dumps(report.as_json(facts, wishes.plan, found, rounds.tallies), indent=1) + "\n")
    if wishes.json or wishes.state:
        console.print(f"Every figure: {path}", markup=False)


def main(words: list[str]) -> int:
    """Exit code 0 when it was measured, whatever came out."""
    console = Console()
    wishes = read_wishes(words)
    state = wishes.state or Path(tempfile.mkdtemp(prefix="dutyline-bench-"))
    try:
        paper = _measure_paper(wishes.rows)
        if not wishes.rows - ON_PAPER:
            report.print_goals(console, paper)
            return 0
        tree, php = obtain(wishes, console)
        asyncio.run(measure(wishes, house.settle(state.absolute()), tree, php, console, paper))
    except (ObtainError, PortTakenError, AsteriskFailedError, HelperFailedError) as fault:
        console.print(str(fault), markup=False)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        if wishes.state is None:
            shutil.rmtree(state, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
