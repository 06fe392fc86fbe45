"""`dutyline page` and `dutyline alarms`: rings somebody; what came in, and what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session

from dialplan.faults import ConfigurationFaults
from ivr.cli.client import ServiceClient, ServiceError
from ivr.cli.shared import give_up, out, print_json
from ivr.cli.showing import ZONE, read
from ivr.settings import Settings
from ivr.storage import AlarmState, KeptAlarm, Page


def raise_page(settings: Settings, asked: Mapping[str, Any], *, as_json: bool) -> None:
    """Asked of the running service; exit code 1 when it does not answer or will not."""
    try:
        done = asyncio.run(ServiceClient(settings).ask("raise-alarm", asked))
    except ServiceError as fault:
        give_up(fault)
    if "error" in done:
        give_up(done["error"])
    if as_json:
        print_json(done)
    elif done["call_ref"]:
        out.print(
            f"Call ID {done['call_ref']}: an engineer is being rung. `dutyline pages` tells how it goes on."
        )
    else:
        out.print("It is written down and rings as soon as it can; `dutyline alarms` tells.")


def list_alarms(settings: Settings, last: int, *, as_json: bool) -> None:
    """The last ones."""
    found = read(settings, lambda session: [_told(session, one) for one in _last(session, last)])
    if as_json:
        print_json(found)
        return
    if not found:
        out.print("No alarms yet.")
        return
    table = Table("id", "came in", "by", "from", "about", "became", box=None, pad_edge=False)
    for one in found:
        table.add_row(
            one["id"][:10],
            one["received"][:19],
            one["source"],
            one["sender"] or "-",
            one["subject"],
            _became(one),
        )
    out.print(table)


def _last(session: Session, last: int) -> list[KeptAlarm]:
    return list(session.scalars(select(KeptAlarm).order_by(KeptAlarm.received.desc()).limit(last)))


def show_alarm(settings: Settings, alarm_id: str, save: Path | None, *, as_json: bool) -> None:
    """One of them; `save`: what came in, to a file."""
    query = select(KeptAlarm).where(KeptAlarm.id.startswith(alarm_id, autoescape=True)).limit(2)
    rows = read(settings, lambda session: [(_told(session, one), one.raw) for one in session.scalars(query)])
    if not rows:
        give_up(f"There is no alarm {alarm_id!r}; `dutyline alarms` lists them.")
    if len(rows) > 1:
        give_up(f"Several alarms begin with {alarm_id!r}; write more of it.")
    [(told, raw)] = rows
    if save is not None:
        if raw is None:
            give_up("What came in has been kept for its time, and is gone.")
        save.write_bytes(raw)
    if as_json:
        print_json(told)
        return
    for name in ("subject", "sender", "received", "source", "row", "size", "page", "call_ref", "repeats"):
        out.print(f"{name + ':':<10} {told[name] or '-'}", markup=False)
    out.print(f"{'became:':<10} {_became(told)}", markup=False)


def _told(session: Session, alarm: KeptAlarm) -> dict[str, Any]:
    page = session.get(Page, alarm.page_id) if alarm.page_id else None
    return {
        "id": alarm.id,
        "received": alarm.received.astimezone(ZONE).isoformat(timespec="seconds"),
        "source": str(alarm.source.value),
        "row": alarm.name,
        "sender": alarm.sender,
        "subject": alarm.subject,
        "state": str(alarm.state.value),
        "why": alarm.why,
        "size": alarm.size,
        "repeats": alarm.repeats,
        "page": alarm.page_id,
        "call_ref": page.call_ref if page else "",
        "facts": alarm.facts,
    }


def _became(told: Mapping[str, Any]) -> str:
    words = {
        AlarmState.RECEIVED: "waits to be looked at",
        AlarmState.PAGING: "is becoming a page",
        AlarmState.PAGED: f"page {told['call_ref']}",
        AlarmState.JOINED: f"part of page {told['call_ref']}",
        AlarmState.KEPT: "rang nobody",
        AlarmState.RESOLVED: "says that it is over",
    }[AlarmState(told["state"])]
    return f"{words}: {told['why']}" if told["why"] else words


def show_hooks(settings: Settings, *, with_secrets: bool) -> None:
    """Where they are, and how to sign; of the configuration folder."""
    from dialplan.source import load
    from ivr.alarms.signing import SIGNATURE

    try:
        hooks = load(settings.config).configuration.alarms.hooks
    except ConfigurationFaults as faults:
        give_up("\n".join(map(str, faults.faults)))
    if not hooks:
        out.print("alarms.yaml names no webhooks.")
    for name, row in hooks.items():
        where = f"http://{settings.host}:{settings.web_port}/alarms/{name}"
        out.print(f"POST {where}   ({row.form} form, brand {row.brand})", markup=False)
        if with_secrets:
            out.print(f"     secret {settings.secret(f'webhook-{name}')}", markup=False)
    if hooks:
        out.print(
            f"\nEither {SIGNATURE}: t=<seconds since 1970>,v1=<HMAC-SHA256 of '<t>.<body>' in hex>,\n"
            "or Authorization: Bearer <secret> from tools that cannot sign.",
            markup=False,
        )


__all__ = ["list_alarms", "raise_page", "show_alarm", "show_hooks"]
