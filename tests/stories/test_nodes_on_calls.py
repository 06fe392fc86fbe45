"""Stories of the nodes that branch, ask and look up, on real calls: every exit of origin, list, set, switch,
percentage, lookup, menu, collect, announce, language and hang-up."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ivr.carrier import PlacedCall
from tests.stories.house import House, together
from tests.stories.sip_client import Stranger, an_ear, recv, run

pytestmark = pytest.mark.switch

DESK, ASKING, AHEAD = "03 205 62 00", "03 205 62 01", "03 205 62 02"
GOLD, UNKNOWN = "+32470009811", "+32470009812"

BRANCHES = """\
title: What branches by itself
start: blocked
nodes:
  blocked: {list: [blocked, from-a-file], exits: {listed: refused}, next: where}
  refused: {hangup: rejected, say: number-unknown}
  where:
    origin:
      - {from: important, go: customer}
      - {from: antwerp, go: busy}
      - {from: mobile, go: note}
      - {from: [GB, foreign], go: abroad}
      - {from: anonymous, go: full}
    rest: free
  busy: {hangup: busy}
  full: {hangup: congested, say: [goodbye]}
  free: {hangup: unallocated}
  abroad: {hangup: 31}
  customer: {lookup: customers, by: $caller, exits: {found: tier, not-found: full, unanswered: full}}
  tier: {switch: $tier, cases: {"1..5": tongue}, rest: full}
  note: {set: {owner: "$brand_id of $dialled"}, next: brand}
  brand: {switch: $owner, cases: {"fuzer of +32*": share}, rest: full}
  share: {percentage: {contract: 100 %}}
  contract: {lookup: contracts, by: $caller, exits: {found: level, not-found: stranger, unanswered: full}}
  stranger: {announce: please-hold, next: bye}
  level: {switch: $level, cases: {gold: slow}, rest: full}
  slow: {lookup: slow, by: $caller, exits: {found: full, not-found: full, unanswered: tongue}}
  tongue: {language: $their_language, next: hello}
  hello: {announce: [still-trying, still-trying], pick: one, next: bye}
  bye: {hangup: normal, say: goodbye}
"""
QUESTIONS = """\
title: What asks
start: tongue
nodes:
  tongue: {language: en, next: choose}
  choose:
    menu: please-hold
    keys: {1: one, 12: ticket, 7: phone}
    repeat: "*"
    wait: 5 s
    wait-next: 2 s
    tries-no-input: 2
    tries-wrong-input: 2
    say-wrong-input: number-unknown
    exits: {no-input: silent, wrong-input: wrong}
    rest: wrong
  one: {announce: still-trying, next: bye}
  ticket:
    collect: enter-ticket-number
    into: ticket
    pattern: 1-xxxxxx
    confirm: yes
    read-back: ticket-number-is
    tries-no-input: 1
    tries-wrong-input: 2
    next: said
    exits: {no-input: silent, wrong-input: wrong}
  phone:
    collect: enter-customer-number
    into: back
    as: phone
    tries: 1
    next: said
    exits: {no-input: silent}
    rest: wrong
  said: {announce: ["$ticket", "$back:phone"], next: bye}
  silent: {announce: no-input, next: bye}
  wrong: {announce: apology-technical, next: bye}
  bye: {hangup: normal}
"""
AHEADS = """\
title: Keys ahead of a question
start: tongue
nodes:
  tongue: {language: en, next: hello}
  hello: {announce: [please-hold, still-trying], next: hours}
  hours: {calendar: [{when: office-hours, go: choose}], rest: choose}
  choose: {menu: press-1-to-confirm, keys: {12: ticket, 7: tip}, wait: 3 s, tries: 1, rest: bye}
  ticket: {collect: enter-ticket-number, into: ticket, pattern: 1-xxxxxx, tries: 1, next: fresh, rest: bye}
  fresh: {announce: goodbye, next: deaf}
  deaf:
    menu: please-hold
    keys: {3: never}
    type-ahead: no
    wait: 3 s
    tries: 1
    exits: {no-input: bye, wrong-input: never}
  never: {announce: apology-technical, next: bye}
  tip: {announce: still-trying, stop: yes, next: last}
  last: {menu: please-hold, keys: {5: bye}, wait: 3 s, tries: 1, rest: never}
  bye: {hangup: normal}
"""
LISTS = """\
blocked:
  entries:
    - {number: +32 470 00 98 13, reason: a story}
    - {number: +32 470 00 98 11, reason: long over, until: 2026-01-01}
from-a-file: {file: tables/blocked.csv}
"""
TABLES = """\
customers:
  file: tables/customers.csv
  key: number
  key-kind: phone
  columns: {tier: tier, language: their_language}
contracts:
  url: sqlite:///FILE
  query: SELECT level, language FROM contracts WHERE number = :key
  key-kind: phone
  columns: {level: level, language: their_language}
  keep: 1 s
slow:
  url: sqlite:///FILE
  query: >-
    SELECT count(*) AS level FROM (WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c
    WHERE x < 6000000) SELECT x FROM c) WHERE :key <> ''
  columns: [level]
  limit: 300 ms
  default: {level: gold}
"""
DATA = {
    "tables/blocked.csv": "number;reason\n+3247000981*;of a file\n",
    "tables/customers.csv": "number,tier,language\n02 788 74 99,3,fr\n",
}
NUMBERS = "    - {number: +32 2 788 74 99, carrier: public, plan: day-and-night}\n"


def changes(file: Path) -> dict[str, object]:
    added = "".join(
        f"    - {{number: {number}, plan: {plan}}}\n"
        for number, plan in ((DESK, "branches"), (ASKING, "questions"), (AHEAD, "aheads"))
    )
    blocked = DATA["tables/blocked.csv"].replace("981*", "9814")
    return {
        "plans/branches.yaml": lambda _: BRANCHES,
        "plans/questions.yaml": lambda _: QUESTIONS,
        "plans/aheads.yaml": lambda _: AHEADS,
        "origins.yaml": lambda _: "important: {numbers: [02 788 74 99]}\n",
        "lists.yaml": lambda _: LISTS,
        "tables.yaml": lambda _: TABLES.replace("FILE", str(file)),
        "tables/blocked.csv": lambda _: blocked,
        "tables/customers.csv": lambda _: DATA["tables/customers.csv"],
        "brands.yaml": lambda text: text.replace(NUMBERS, NUMBERS + added),
    }


@contextmanager
def a_database(folder: Path) -> Iterator[Path]:
    """Somebody else's database, with one contract."""
    file = folder / "contracts.db"
    connection = sqlite3.connect(file)
    with connection:
        connection.execute("CREATE TABLE contracts (number TEXT, level TEXT, language TEXT)")
        connection.execute("INSERT INTO contracts VALUES (?, 'Gold', 'de')", (GOLD,))
    connection.close()
    yield file


@contextmanager
def a_tables_folder(house: House) -> Iterator[None]:
    folder = house.settings.config / "tables"
    folder.mkdir(exist_ok=True)
    try:
        yield
    finally:
        folder.rmdir()


async def way_of(house: House, caller: str | None) -> list[str]:
    """The exits that a caller's call took."""
    return [f"{hop.node}.{hop.exit}" for hop in (await house.record_from(caller)).hops]


async def test_every_branch_is_taken_by_the_caller_it_is_for(house: House, tmp_path: Path) -> None:
    """All at once: who is refused is not charged, and hears why where there is something to say."""
    with a_database(tmp_path) as file, a_tables_folder(house):
        async with house.configured(changes(file)):
            await together(
                is_known_to_a_database(house),
                is_known_to_a_file(house),
                is_unknown(house),
                shows_no_number(house),
                *(
                    is_refused(house, tmp_path, *who)
                    for who in (
                        ("+32470009813", 403, "blocked.listed", "refused.end", ["number-unknown"] * 2),
                        ("+32470009814", 403, "blocked.listed", "refused.end", ["number-unknown"] * 2),
                        ("+3232055582", 486, "where.antwerp", "busy.end", []),
                        ("+442079460000", 480, "where.GB", "abroad.end", []),
                        ("+3280039808", 404, "where.rest", "free.end", []),
                    )
                ),
            )


async def is_refused(
    house: House, folder: Path, caller: str, code: int, exit_: str, end: str, said: list[str]
) -> None:
    """A final refusal, and never a 200: nobody pays for it."""
    async with an_ear() as (ear, own):
        one = Stranger(caller, own)
        number = DESK.replace(" ", "")
        done, errors = await run(
            folder, caller, number, house.settings.sip_port, one.invite(), recv(code), one.refused_ack()
        )
    assert done == 0, f"{caller}: {errors}"
    assert house.heard_by(bytes(ear.sound)) == said, f"{caller} hears, in Dutch and in French"
    way = await way_of(house, caller)
    assert way[-1] == end and exit_ in way, way
    record = (await house.record_from(caller)).record
    assert record.answered is None and record.disposition == "rejected"


async def is_known_to_a_database(house: House) -> None:
    """And another database is slow, which costs him 0.3 s and no more."""
    call = await house.call(DESK.replace(" ", ""), caller=GOLD)
    await call.ended(40)
    found = await house.record_from(GOLD)
    assert [f"{hop.node}.{hop.exit}" for hop in found.hops] == [
        "blocked.next", "where.mobile", "note.next", "brand.fuzer of +32*", "share.contract",
        "contract.found", "level.gold", "slow.unanswered", "tongue.next", "hello.next", "bye.end",
    ]  # fmt: skip
    slow = next(hop for hop in found.hops if hop.node == "slow")
    assert slow.why == 'the table "slow" did not answer (it was silent for 0.3 s); its default row stands'
    heard = await house.heard_whole(call)
    assert [(one.prompt_id, one.language) for one in heard] == [("still-trying", "de"), ("goodbye", "de")]


async def is_known_to_a_file(house: House) -> None:
    call = await house.call(DESK.replace(" ", ""), caller="+3227887499")
    await call.ended(40)
    way = await way_of(house, "+3227887499")
    assert way[1:5] == ["where.important", "customer.found", "tier.1..5", "tongue.next"]
    assert {one.language for one in await house.heard_whole(call)} == {"fr"}


async def is_unknown(house: House) -> None:
    call = await house.call(DESK.replace(" ", ""), caller=UNKNOWN)
    await call.ended(40)
    assert (await way_of(house, UNKNOWN))[-3:] == ["contract.not-found", "stranger.next", "bye.end"]


async def shows_no_number(house: House) -> None:
    call = await house.call(DESK.replace(" ", ""), caller=None)
    assert not await call.answered(30)
    assert call.cause in (34, 42), "congestion, as the carrier says it"
    assert (await way_of(house, None))[-2:] == ["where.anonymous", "full.end"]


ASKED = [
    ("a short choice, after the wait for a longer one", "1", ["choose.1", "one.next"], "still-trying"),
    ("repeats, and then says nothing twice", "*", ["choose.no-input", "silent.next"], "no-input"),
    ("is wrong twice", "9wwwwwwww9", ["choose.wrong-input", "wrong.next"], "number-unknown"),
    ("a ticket, read back and confirmed", "12wwwwwwww1004711wwwwwwwwwwwwwwwwwwww1",
     ["choose.12", "ticket.next", "said.next"], "ticket-number-is"),
    ("a telephone number that is none", "7wwwwwwwwww4711#", ["choose.7", "phone.rest", "wrong.next"],
     "apology-technical"),
    ("a telephone number", "7wwwwwwwwww0470009899#", ["choose.7", "phone.next", "said.next"], ""),
    ("no ticket at all", "12", ["choose.12", "ticket.no-input", "silent.next"], "no-input"),
]  # fmt: skip


async def test_questions_are_asked_and_answered_in_every_way(house: House, tmp_path: Path) -> None:
    """All at once, each with keys of his own, pressed a second after the call is answered."""

    async def asks(place: int, title: str, keys: str, way: list[str], heard: str) -> None:
        caller = f"+3247000982{place}"
        call = await house.call(ASKING.replace(" ", ""), caller=caller)
        await call.answered(20)
        await asyncio.sleep(1)
        await call.press(keys)
        await call.ended(60)
        assert await way_of(house, caller) == ["tongue.next", *way, "bye.end"], title
        said = [one.prompt_id for one in await house.heard_whole(call)]
        assert not heard or heard in said, f"{title}: {said}"

    with a_database(tmp_path) as file, a_tables_folder(house):
        async with house.configured(changes(file)):
            await together(*(asks(place, *one) for place, one in enumerate(ASKED)))


async def test_keys_pressed_during_announcements_count_for_the_questions_after_them(
    house: House, tmp_path: Path
) -> None:
    """Whoever knows his way keys all of it at the first word; the announcements are heard out none the less,
    but for the one that a key may stop; a question that wants no keys ahead throws away what is left."""
    with a_database(tmp_path) as file, a_tables_folder(house):
        async with house.configured(changes(file)):
            await together(keys_it_all_at_once(house), stops_an_announcement(house))


async def dialled(house: House, caller: str) -> PlacedCall:
    call = await house.call(AHEAD.replace(" ", ""), caller=caller)
    await call.answered(20)
    await asyncio.sleep(0.6)
    return call


async def keys_it_all_at_once(house: House) -> None:
    call = await dialled(house, "+32470009831")
    await call.press("1210047113")
    await call.ended(60)
    assert await way_of(house, "+32470009831") == [
        "tongue.next", "hello.next", "hours.rest", "choose.12", "ticket.next", "fresh.next", "deaf.no-input",
        "bye.end",
    ]  # fmt: skip
    heard = [one.prompt_id for one in await house.heard_whole(call)]
    assert "still-trying" in heard and "goodbye" in heard
    assert "press-1-to-confirm" not in heard and "enter-ticket-number" not in heard, "answered before asked"
    assert (await house.record_from("+32470009831")).record.hung_by == "service"


async def stops_an_announcement(house: House) -> None:
    call = await dialled(house, "+32470009832")
    await call.press("7")
    await asyncio.sleep(8.5)
    await call.press("5")
    await call.ended(40)
    found = await house.record_from("+32470009832")
    assert [f"{hop.node}.{hop.exit}" for hop in found.hops][-4:] == [
        "choose.7", "tip.next", "last.5", "bye.end",
    ]  # fmt: skip
