"""Reads calls back, and settles those whose end nobody saw."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import RowMapping, select, update
from sqlalchemy.orm import Session

from ivr.records.model import CallRecord, HopRecord, RecordedCall
from ivr.records.recorder import CALLS, HOPS
from ivr.storage import Disposition

SHOWN: Final = 5
"""How many candidates an ambiguous id names."""


class AmbiguousCall(LookupError):  # noqa: N818 - it says what is so
    """A prefix that several calls share."""

    def __init__(self, prefix: str, ids: Sequence[str]) -> None:
        super().__init__(
            f'several calls begin with "{prefix}": {", ".join(ids[:SHOWN])}; give more of the id'
        )
        self.prefix, self.ids = prefix, tuple(ids)


def last_calls(session: Session, n: int) -> list[RecordedCall]:
    """The `n` calls that began last, the newest first."""
    wanted = select(CALLS).order_by(CALLS.c.started.desc(), CALLS.c.id.desc()).limit(n)
    return with_hops(session, session.execute(wanted).mappings())


def find_call(session: Session, wanted: str) -> RecordedCall | None:
    """The call of that id, of the switch's uniqueid, or whose id begins so. AmbiguousCall."""
    exact = select(CALLS).where((CALLS.c.id == wanted) | (CALLS.c.uniqueid == wanted)).limit(1)
    found = session.execute(exact).mappings().all() or _by_prefix(session, wanted)
    return with_hops(session, found)[0] if found else None


def _by_prefix(session: Session, prefix: str) -> Sequence[RowMapping]:
    if not prefix:
        return ()
    begins = CALLS.c.id.startswith(prefix, autoescape=True)
    query = select(CALLS).where(begins).order_by(CALLS.c.started.desc()).limit(SHOWN + 1)
    found = session.execute(query).mappings().all()
    if len(found) > 1:
        raise AmbiguousCall(prefix, [row["id"] for row in found])
    return found


def close_orphans(session: Session, live_uniqueids: Collection[str], now: datetime) -> list[CallRecord]:
    """After a restart: end the calls that the switch has no longer, return those that live on."""
    open_calls = select(CALLS).where(CALLS.c.disposition == Disposition.IN_PROGRESS).order_by(CALLS.c.started)
    records = [_record(row) for row in session.execute(open_calls).mappings()]
    gone = [record for record in records if record.uniqueid not in live_uniqueids]
    for is_served, disposition in ((True, Disposition.ANSWERED), (False, Disposition.UNKNOWN)):
        ids = [record.id for record in gone if (record.agent_at is not None) is is_served]
        for some in _chunks(ids):
            session.execute(
                update(CALLS).where(CALLS.c.id.in_(some)).values(disposition=disposition, ended=now)
            )
    return [record for record in records if record.uniqueid in live_uniqueids]


def with_hops(session: Session, rows: Iterable[RowMapping]) -> list[RecordedCall]:
    """Rows of `calls`, each with its way."""
    records = [_record(row) for row in rows]
    hops: defaultdict[str, list[HopRecord]] = defaultdict(list)
    for some in _chunks([record.id for record in records]):
        query = select(HOPS).where(HOPS.c.call_id.in_(some)).order_by(HOPS.c.call_id, HOPS.c.seq)
        for row in session.execute(query).mappings():
            hops[row["call_id"]].append(_hop(row))
    return [RecordedCall(record, tuple(hops[record.id])) for record in records]


def _record(row: RowMapping) -> CallRecord:
    return CallRecord(**_fields(row))


def _hop(row: RowMapping) -> HopRecord:
    fields = _fields(row)
    del fields["call_id"], fields["seq"]
    return HopRecord(**fields)


def _fields(row: RowMapping) -> dict[str, Any]:
    return {str(name): value for name, value in row.items()}


def _chunks(ids: Sequence[str], size: int = 500) -> Iterable[Sequence[str]]:
    """SQLite takes a limited number of parameters."""
    return (ids[i : i + size] for i in range(0, len(ids), size))


__all__ = ["AmbiguousCall", "close_orphans", "find_call", "last_calls", "with_hops"]
