"""Traces searched: which calls took which way, by caller, number, brand, node, exit and time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from dialplan.engine import CallFacts
from ivr.records.model import CallRecord, RecordedCall
from ivr.records.reading import with_hops
from ivr.records.recorder import CALLS, HOPS, TAPES

CHUNK = 200


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for; what is empty does not matter. Numbers are E.164, `node` may be `plan.node`."""

    caller: str = ""
    dialled: str = ""
    brand: str = ""
    node: str = ""
    exit: str = ""
    since: datetime | None = None
    until: datetime | None = None
    last: int = 20


@dataclass(frozen=True, slots=True)
class TracedCall:
    """A call, its way, and what was set on it: hop -> variable -> value."""

    call: RecordedCall
    values: Mapping[int, Mapping[str, str]]

    def to_json(self) -> dict[str, Any]:
        """The form that `dutyline trace --json` prints."""
        told = self.call.to_json()
        for index, step in enumerate(told["steps"]):
            step["set"] = dict(self.values.get(index, {}))
        return told


@dataclass(frozen=True, slots=True)
class PastCall:
    """A call that is over, as another configuration may be driven with it."""

    record: CallRecord
    facts: CallFacts
    tape: str
    """Empty: it was not kept."""


def search_calls(session: Session, wanted: Search) -> list[TracedCall]:
    """The calls that fit, newest first."""
    query = select(CALLS).where(*_conditions(wanted))
    newest = query.order_by(CALLS.c.started.desc(), CALLS.c.id.desc()).limit(wanted.last)
    found = with_hops(session, session.execute(newest).mappings())
    tapes = _tapes(session, [one.record.id for one in found])
    return [TracedCall(one, values_of(tapes.get(one.record.id, ""))) for one in found]


def _conditions(wanted: Search) -> Iterator[ColumnElement[bool]]:
    for column, value in (
        (CALLS.c.caller, wanted.caller),
        (CALLS.c.dialled, wanted.dialled),
        (CALLS.c.brand, wanted.brand),
    ):
        if value:
            yield column == value
    if wanted.since is not None:
        yield CALLS.c.started >= wanted.since
    if wanted.until is not None:
        yield CALLS.c.started < wanted.until
    if wanted.node or wanted.exit:
        yield CALLS.c.id.in_(select(HOPS.c.call_id).where(*_hop_conditions(wanted)))


def _hop_conditions(wanted: Search) -> Iterator[ColumnElement[bool]]:
    plan, dot, node = wanted.node.rpartition(".")
    if wanted.node:
        yield HOPS.c.node == node
    if dot:
        yield HOPS.c.plan == plan
    if wanted.exit:
        yield HOPS.c.exit == wanted.exit


def past_calls(session: Session, since: datetime, until: datetime, most: int) -> list[PastCall]:
    """Calls that began in that time and are over, oldest first; the newest `most` of them."""
    over = CALLS.c.ended.is_not(None)
    query = select(CALLS).where(CALLS.c.started >= since, CALLS.c.started < until, over)
    rows = session.execute(query.order_by(CALLS.c.started.desc()).limit(most)).mappings().all()
    records = [CallRecord(**{str(name): value for name, value in row.items()}) for row in reversed(rows)]
    tapes = _tapes(session, [record.id for record in records])
    return [PastCall(one, facts_of(one), tapes.get(one.id, "")) for one in records]


def facts_of(record: CallRecord) -> CallFacts:
    """What was known when the call came in; coin and chance are on its tape."""
    return CallFacts(record.id, record.dialled, record.caller, record.caller_name)


def _tapes(session: Session, ids: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for first in range(0, len(ids), CHUNK):
        some = TAPES.c.call_id.in_(ids[first : first + CHUNK])
        for row in session.execute(select(TAPES).where(some)).mappings():
            found[row["call_id"]] = row["entries"]
    return found


def values_of(tape: str) -> dict[int, dict[str, str]]:
    """The variables of a tape: hop -> what was set; nothing where there is no tape."""
    try:
        return {int(hop): dict(values) for hop, values in json.loads(tape or "{}").get("set", {}).items()}
    except (ValueError, AttributeError, TypeError):
        return {}


__all__ = ["PastCall", "Search", "TracedCall", "facts_of", "past_calls", "search_calls", "values_of"]
