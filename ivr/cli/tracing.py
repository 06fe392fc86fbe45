"""`dutyline trace`: the way of each call and the values that decided it, of past calls or as they come in."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import typer

from dialplan import gates, last_resort
from dialplan.faults import ConfigurationFaults, nearest_of
from dialplan.numbers import to_e164
from dialplan.source import load
from ivr.cli.home import home, shown
from ivr.cli.queues import say_waiting
from ivr.cli.releasing import clock
from ivr.cli.shared import give_up, out, print_json
from ivr.cli.showing import ZONE, read
from ivr.cli.spans import read_moment
from ivr.records.search import Search, TracedCall, search_calls
from ivr.settings import Settings

OWN_NODES: Final = (last_resort.NODE, gates.NODE)
"""The engine's own, which no plan has."""


def search_for(
    caller: str,
    number: str,
    brand: str,
    node: str,
    exit_: str,
    since: str | None,
    until: str | None,
    last: int,
) -> Search:
    """What is looked for, as a person says it."""
    return Search(
        caller=_number(caller),
        dialled=_number(number),
        brand=brand,
        node=node,
        exit=exit_,
        since=read_moment(since, "--since", ZONE) if since else None,
        until=read_moment(until, "--until", ZONE) if until else None,
        last=last,
    )


def _number(text: str) -> str:
    return to_e164(text, home()) or text if text else ""


def run_trace(settings: Settings, wanted: Search, *, follow: bool, as_json: bool) -> None:
    """Past calls; with `follow` those that come in from now on, until Ctrl-C."""
    if follow:
        asyncio.run(_follow(settings, wanted, as_json=as_json))
        return
    found = read(settings, lambda session: search_calls(session, wanted))
    if as_json:
        print_json([one.to_json() for one in found])
    elif not found:
        out.print(f"No call fits{_misspelt(settings, wanted)}.", markup=False)
    for one in reversed(found) if not as_json else ():
        _tell(one)


def _misspelt(settings: Settings, wanted: Search) -> str:
    """The first name that the configuration does not have, with the nearest that it has."""
    try:
        configuration = load(settings.config).configuration
    except ConfigurationFaults:
        return ""
    plan, _, node = wanted.node.rpartition(".")
    plans = configuration.plans
    nodes = {name for one in plans.values() if plan in ("", one.id) for name in (*one.nodes, *OWN_NODES)}
    numbers = {shown(each): each for each in configuration.numbers}
    asked = (
        ("brand", wanted.brand, configuration.brands),
        ("number", shown(wanted.dialled) if wanted.dialled else "", numbers),
        ("plan", plan, plans),
        ("node", node, nodes),
    )
    for what, name, known in asked:
        if name and name not in known:
            near = nearest_of(name, known)
            return f'; there is no {what} "{name}"' + (f', did you mean "{near}"?' if near else "")
    return ""


def _tell(one: TracedCall) -> None:
    record = one.call.record
    caller = shown(record.caller)
    end = f", {record.disposition}"
    out.print(
        f"[bold]{record.id}[/]  {clock(record.started)}  {caller} to {shown(record.dialled)}"
        f"  {record.brand or 'no brand'}{end}"
    )
    for index, hop in enumerate(one.call.hops):
        _tell_step(f"{hop.at.astimezone(ZONE):%H:%M:%S}", hop.plan, hop.node, hop.kind, hop.exit, hop.why)
        _tell_values(one.values.get(index, {}))


def _tell_step(at: str, plan: str, node: str, kind: str, exit_: str, why: str) -> None:
    where = " ".join(filter(None, (".".join(filter(None, (plan, node))), f"[{kind}]")))
    out.print(f"  {at}  {where} -> {exit_}: {why}", markup=False)


def _tell_values(values: Mapping[str, str]) -> None:
    if values:
        said = ", ".join(f"{name} = {value or 'empty'}" for name, value in values.items())
        out.print(f"            {said}", markup=False)


async def _follow(settings: Settings, wanted: Search, *, as_json: bool) -> None:
    from ivr.cli.client import ServiceClient, ServiceError

    watched: set[str] = set()
    try:
        async for line in ServiceClient(settings).follow():
            if not line:
                if not as_json:
                    out.print("Waiting for calls; Ctrl-C ends.")
            elif _is_watched(line, wanted, watched):
                _tell_line(line, as_json=as_json)
    except ServiceError as fault:
        give_up(fault)


def _is_watched(line: Mapping[str, Any], wanted: Search, watched: set[str]) -> bool:
    """Whether this line belongs to a call that was asked for; a call is chosen as it comes in."""
    call = str(line.get("call", ""))
    if line.get("kind") == "call":
        pairs = ((wanted.caller, "caller"), (wanted.dialled, "to"), (wanted.brand, "brand"))
        if all(not value or line.get(name) == value for value, name in pairs):
            watched.add(call)
    if call not in watched:
        return False
    if line.get("kind") == "end":
        watched.discard(call)
    return True


def _tell_line(line: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        import json

        typer.echo(json.dumps(line, ensure_ascii=False))
        return
    at = datetime.fromisoformat(str(line["at"])) if "at" in line else datetime.now(UTC)
    moment = f"{at.astimezone(ZONE):%H:%M:%S}"
    match line.get("kind"):
        case "call":
            caller = shown(str(line["caller"])) if line.get("caller") else "withheld"
            out.print(f"[bold]{line['call']}[/]  {moment}  {caller} to {shown(str(line['to']))}")
        case "hop":
            words = (str(line.get(name, "")) for name in ("plan", "node", "node_kind", "exit", "why"))
            _tell_step(moment, *words)
            _tell_values(line.get("set") or {})
        case "command" if line.get("what") != "hangup":
            out.print(f"  {moment}    {line.get('what')}: {', '.join(line.get('says') or ())}", markup=False)
        case "queue":
            out.print(f"  {moment}    {say_waiting(line)}", markup=False)
        case "answer":
            out.print(f"  {moment}    answered by {line.get('who')}", markup=False)
        case "end":
            out.print(
                f"  {moment}  ended: {line.get('disposition')}, by the {line.get('hung_by')}", markup=False
            )
