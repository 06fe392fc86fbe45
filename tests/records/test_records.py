"""Calls are written as they go on, found again, told in plain words, and settled after a restart."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ivr.records import (
    AmbiguousCall,
    CallRecord,
    HopRecord,
    Recorder,
    close_orphans,
    find_call,
    last_calls,
)
from ivr.storage import BatchWriter, Database, Disposition, HungBy

NOW = datetime(2026, 11, 22, 2, 14, 15, 250000, tzinfo=UTC)


@pytest.fixture
async def recorder(database: Database) -> AsyncIterator[Recorder]:
    writer = BatchWriter(database, flush_s=0.01)
    yield Recorder(writer, database.dialect)
    await writer.close()


def call(name: str = "c1", **changes: Any) -> CallRecord:
    record = CallRecord(
        id=name,
        uniqueid=f"u-{name}",
        channel="PJSIP/trunk-00000001",
        dialled="+3232055582",
        caller="+32470000001",
        started=NOW,
        brand="fuzer",
        plan="fuzer-night",
        release="r1",
    )
    for field, value in changes.items():
        setattr(record, field, value)
    return record


def hop(node: str, at_s: float = 0, **changes: str) -> HopRecord:
    words = {"kind": "announce", "exit": "next", "why": "said welcome-fuzer", **changes}
    return HopRecord(plan="fuzer-night", node=node, at=NOW + timedelta(seconds=at_s), release="r1", **words)


async def test_a_call_in_progress_is_known_and_its_end_is_added(
    database: Database, recorder: Recorder
) -> None:
    record = call()
    await recorder.begin(record)
    found = await database.read(lambda s: find_call(s, "c1"))
    assert found is not None
    assert found.record.disposition is Disposition.IN_PROGRESS
    record.answered, record.ended = NOW + timedelta(seconds=1), NOW + timedelta(seconds=40)
    record.disposition, record.cause, record.hung_by = Disposition.ANSWERED, 16, HungBy.CALLER
    await recorder.finish(record, [hop("welcome"), hop("page", 3, kind="page")])
    found = await database.read(lambda s: find_call(s, "c1"))
    assert found is not None
    assert found.record == record
    assert [(one.node, one.kind) for one in found.hops] == [("welcome", "announce"), ("page", "page")]


async def test_hops_can_be_kept_as_they_come(database: Database, recorder: Recorder) -> None:
    """A service that dies in mid-call has told how far the call had come."""
    record = call()
    first, second = hop("welcome"), hop("night", 2)
    recorder.begin(record)
    await recorder.note(record, [first])
    await recorder.note(record, [second], first=1)
    await recorder.finish(record, [first, second])
    found = await database.read(lambda s: find_call(s, "c1"))
    assert found is not None
    assert found.hops == (first, second)


async def test_the_row_is_what_the_record_was_when_handed_over(
    database: Database, recorder: Recorder
) -> None:
    record = call()
    done = recorder.begin(record)
    record.brand = "escaux"
    await done
    found = await database.read(lambda s: find_call(s, "c1"))
    assert found is not None
    assert found.record.brand == "fuzer"


async def test_the_json_form_is_the_promised_one(database: Database, recorder: Recorder) -> None:
    record = call(caller=None, ended=NOW + timedelta(seconds=4), disposition=Disposition.ABANDONED)
    await recorder.finish(record, [hop("welcome")])
    [found] = await database.read(lambda s: last_calls(s, 5))
    assert found.to_json() == {
        "id": "c1",
        "to": "+3232055582",
        "from": None,
        "brand": "fuzer",
        "plan": "fuzer-night",
        "started": "2026-11-22T02:14:15.250+00:00",
        "answered": None,
        "ended": "2026-11-22T02:14:19.250+00:00",
        "disposition": "abandoned",
        "steps": [
            {
                "plan": "fuzer-night",
                "node": "welcome",
                "kind": "announce",
                "exit": "next",
                "why": "said welcome-fuzer",
                "at": "2026-11-22T02:14:15.250+00:00",
                "release": "r1",
            }
        ],
    }


async def test_the_last_calls_come_newest_first(database: Database, recorder: Recorder) -> None:
    await asyncio.gather(
        *(
            recorder.finish(call(f"c{i}", started=NOW + timedelta(minutes=i)), [hop(f"n{i}")])
            for i in range(5)
        )
    )
    found = await database.read(lambda s: last_calls(s, 3))
    assert [(one.record.id, one.hops[0].node) for one in found] == [("c4", "n4"), ("c3", "n3"), ("c2", "n2")]


async def test_a_call_is_found_by_a_piece_of_its_id(database: Database, recorder: Recorder) -> None:
    await asyncio.gather(*(recorder.begin(call(name)) for name in ("ab12", "ab34", "a_99")))
    find = lambda wanted: database.read(lambda s: find_call(s, wanted))  # noqa: E731
    assert (await find("ab1")).record.id == "ab12"
    assert (await find("a_")).record.id == "a_99"
    assert (await find("u-ab34")).record.id == "ab34"
    assert await find("zz") is None
    assert await find("") is None
    assert await find("%") is None
    with pytest.raises(AmbiguousCall, match=r'several calls begin with "ab": .*ab12'):
        await find("ab")


async def test_after_a_restart_gone_calls_are_closed_and_live_ones_returned(
    database: Database, recorder: Recorder
) -> None:
    await recorder.begin(call("gone"))
    await recorder.begin(call("alive"))
    await recorder.finish(call("over", disposition=Disposition.ANSWERED, ended=NOW), [])
    later = NOW + timedelta(hours=1)
    alive = await database.run(lambda s: close_orphans(s, {"u-alive"}, later))
    assert [record.id for record in alive] == ["alive"]
    calls = {one.record.id: one.record for one in await database.read(lambda s: last_calls(s, 9))}
    assert (calls["gone"].disposition, calls["gone"].ended) == (Disposition.UNKNOWN, later)
    assert calls["alive"].disposition is Disposition.IN_PROGRESS
    assert (calls["over"].disposition, calls["over"].ended) == (Disposition.ANSWERED, NOW)


async def test_a_hostile_name_does_not_cost_the_call_its_record(
    database: Database, recorder: Recorder
) -> None:
    name = "\udcff\0'; DROP TABLE calls;--\r\nBcc: x"
    await recorder.finish(call(caller_name=name, disposition=Disposition.ANSWERED), [])
    found = await database.read(lambda s: find_call(s, "c1"))
    assert found is not None
    assert found.record.caller_name == "?'; DROP TABLE calls;--\r\nBcc: x"
