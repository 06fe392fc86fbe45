"""Writes calls: the record as it stands at any moment, and the hops taken so far."""

from __future__ import annotations

from asyncio import Future
from collections.abc import Sequence
from operator import attrgetter
from typing import Final

from ivr.records.model import CallRecord, HopRecord
from ivr.storage import BatchWriter, Call, Hop, Rows, Tape, upsert
from ivr.storage.tables import Base

CALLS: Final = Base.metadata.tables[Call.__tablename__]
HOPS: Final = Base.metadata.tables[Hop.__tablename__]
TAPES: Final = Base.metadata.tables[Tape.__tablename__]
_CALL_NAMES: Final = tuple(column.name for column in CALLS.columns)
_HOP_NAMES: Final = tuple(column.name for column in HOPS.columns)[2:]
"""All but the first two, the key: call_id, seq."""
_call_values: Final = attrgetter(*_CALL_NAMES)
_hop_values: Final = attrgetter(*_HOP_NAMES)


class Recorder:
    """Hands records to the group commit. Each time the whole record: any may be missed but the last."""

    def __init__(self, writer: BatchWriter, dialect: str) -> None:
        self._writer = writer
        self._call = upsert(dialect, CALLS)
        self._hop = upsert(dialect, HOPS, replace=False)
        self._tape = upsert(dialect, TAPES)

    def begin(self, record: CallRecord) -> Future[None]:
        """Keep the call as it begins, so that a restart knows of it. Need not be awaited."""
        return self._write(record, (), 0)

    def note(self, record: CallRecord, hops: Sequence[HopRecord] = (), first: int = 0) -> Future[None]:
        """Keep the call as it stands; `hops` are its hops from number `first` on. Need not be awaited."""
        return self._write(record, hops, first)

    def finish(self, record: CallRecord, hops: Sequence[HopRecord], tape: str = "") -> Future[None]:
        """Keep the call as it ended, with all its hops, and what happened on it (see `dialplan.tape`).

        The future is done once that is durable."""
        return self._write(record, hops, 0, tape)

    def _write(
        self, record: CallRecord, hops: Sequence[HopRecord], first: int, tape: str = ""
    ) -> Future[None]:
        rows = [Rows(self._call, (_call_values(record),))]
        if hops:
            values = [(record.id, seq, *_hop_values(hop)) for seq, hop in enumerate(hops, first)]
            rows.append(Rows(self._hop, values))
        if tape:
            rows.append(Rows(self._tape, ((record.id, tape),)))
        return self._writer.submit(rows)


__all__ = ["CALLS", "HOPS", "TAPES", "Recorder"]
