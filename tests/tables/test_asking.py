"""Asking databases for calls: read only, in time, remembered, and left alone when they are ill."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from dialplan.commands import LookUp
from dialplan.tables import KeyKind, LookUpTable
from ivr.tables import Tables
from ivr.tables.circuit import MOST_FAILURES, OPEN_S, Circuit
from ivr.tables.database import MOST_AT_ONCE, NoAddressError, ask, open_engine, read_url
from ivr.tables.memory import Memory


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "crm.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE customers (msisdn TEXT, Name TEXT, level REAL, vip BOOLEAN)")
        connection.execute("INSERT INTO customers VALUES ('+32470000001', 'Colruyt', 3.0, NULL)")
        connection.execute("INSERT INTO customers VALUES ('it''s', 'A quote', 1.5, 1)")
    connection.close()
    return path


@pytest.fixture
def table(file: Path) -> LookUpTable:
    return LookUpTable(
        id="crm",
        title="CRM",
        variables={"name": "customer_name", "level": "level", "vip": "vip"},
        key_kind=KeyKind.TEXT,
        default={"level": "standard"},
        url=f"sqlite:///{file}",
        query="SELECT name, level, vip FROM customers WHERE msisdn = :key",
        limit_s=2.0,
        keep_s=60.0,
    )


@pytest.fixture
def tables() -> Iterator[Tables]:
    made = Tables()
    yield made
    made.close()


def asked(value: str, limit_s: float = 2.0) -> LookUp:
    return LookUp("crm", value, limit_s)


class TestAnswers:
    async def test_a_row_is_texts_by_the_names_of_the_table(self, tables: Tables, table: LookUpTable) -> None:
        found = await tables.find(table, asked("+32470000001"))
        assert found.row == {"name": "Colruyt", "level": "3", "vip": ""}
        assert not found.is_default

    async def test_no_row(self, tables: Tables, table: LookUpTable) -> None:
        found = await tables.find(table, asked("nobody"))
        assert (found.row, found.is_default) == (None, False)

    async def test_a_key_is_a_parameter_and_never_part_of_the_query(
        self, tables: Tables, table: LookUpTable
    ) -> None:
        assert (await tables.find(table, asked("x' OR '1'='1"))).row is None
        row = (await tables.find(table, asked("it's"))).row
        assert row is not None and row["name"] == "A quote"

    async def test_a_data_file_is_answered_at_once(self, tables: Tables, table: LookUpTable) -> None:
        own = replace(table, url="", query="", rows={"465": {"name": "Actiphone"}})
        assert (await tables.find(own, asked("465"))).row == {"name": "Actiphone"}

    async def test_what_was_asked_is_remembered_for_a_while(self, table: LookUpTable, file: Path) -> None:
        now = [100.0]
        tables = Tables(lambda: now[0])
        assert (await tables.find(table, asked("+32470000001"))).row["level"] == "3"  # type: ignore[index]
        with sqlite3.connect(file) as connection:
            connection.execute("UPDATE customers SET level = 5")
        connection.close()
        now[0] += 59
        assert (await tables.find(table, asked("+32470000001"))).row["level"] == "3"  # type: ignore[index]
        now[0] += 2
        assert (await tables.find(table, asked("+32470000001"))).row["level"] == "5"  # type: ignore[index]
        tables.close()

    async def test_two_calls_with_the_same_key_ask_once(
        self, tables: Tables, table: LookUpTable, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        times: list[str] = []

        def slow(_engine: object, _query: str, key: str) -> dict[str, str]:
            times.append(key)
            threading.Event().wait(0.2)
            return {"name": "Once"}

        monkeypatch.setattr("ivr.tables.asking.ask", slow)
        found = await asyncio.gather(*(tables.find(table, asked("a")) for _ in range(5)))
        assert times == ["a"] and {one.row["name"] for one in found if one.row} == {"Once"}


class TestReadOnly:
    def test_nothing_can_be_written(self, file: Path) -> None:
        engine = open_engine(read_url(f"sqlite:///{file}"), 1.0)
        with engine.connect() as connection, pytest.raises(OperationalError, match="readonly"):
            connection.execute(text("DELETE FROM customers"))
        assert ask(engine, "SELECT count(*) AS n FROM customers WHERE :key = ''", "") == {"n": "2"}
        engine.dispose()

    def test_the_address_may_stand_in_the_environment(self) -> None:
        assert read_url("$CRM_URL", {"CRM_URL": "sqlite:////data/crm.db"}).database == "/data/crm.db"
        with pytest.raises(NoAddressError, match="the environment variable CRM_URL is not set"):
            read_url("$CRM_URL", {})


class TestIllDatabases:
    async def test_no_address(self, tables: Tables, table: LookUpTable) -> None:
        found = await tables.find(replace(table, url="$NO_SUCH_URL_HERE"), asked("a"))
        assert found.is_default and found.row == {"level": "standard"}
        assert found.why == "the environment variable NO_SUCH_URL_HERE is not set"

    async def test_a_fault_is_told_by_its_kind_alone(self, tables: Tables, table: LookUpTable) -> None:
        wrong = replace(table, query="SELECT name FROM gone WHERE msisdn = :key")
        found = await tables.find(wrong, asked("+32470000001"))
        assert found.is_default and found.why == "OperationalError (OperationalError)"

    async def test_a_silent_one_costs_its_limit_and_its_answer_is_kept_all_the_same(
        self, tables: Tables, table: LookUpTable, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        go = threading.Event()
        monkeypatch.setattr(
            "ivr.tables.asking.ask", lambda engine, query, key: go.wait(10) and {"name": "Late"}
        )
        found = await tables.find(table, asked("a", 0.05))
        assert found.is_default and found.why == "it was silent for 0.05 s"
        go.set()
        async with asyncio.timeout(5):
            while not (row := (await tables.find(table, asked("a", 0.05))).row) or "name" not in row:
                await asyncio.sleep(0.01)
        assert row["name"] == "Late"

    async def test_a_hanging_one_holds_a_few_threads_and_no_call(
        self, tables: Tables, table: LookUpTable, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        go = threading.Event()
        monkeypatch.setattr("ivr.tables.asking.ask", lambda engine, query, key: go.wait(10) and None)
        before = threading.active_count()
        found = await asyncio.gather(*(tables.find(table, asked(str(n), 0.05)) for n in range(50)))
        assert all(one.is_default for one in found)
        assert threading.active_count() - before <= MOST_AT_ONCE
        assert "every connection to it is busy" in {one.why for one in found}
        go.set()

    async def test_after_failures_in_a_row_it_is_left_alone_and_then_tried_again(
        self, table: LookUpTable
    ) -> None:
        now = [100.0]
        tables = Tables(lambda: now[0])
        wrong = replace(table, query="SELECT name FROM gone WHERE msisdn = :key")
        for _ in range(MOST_FAILURES):
            assert (await tables.find(wrong, asked("a"))).why.startswith("OperationalError")
        assert (await tables.find(wrong, asked("a"))).why == "it has failed again and again"
        now[0] += OPEN_S + 1
        assert (await tables.find(wrong, asked("a"))).why.startswith("OperationalError"), "one tries it"
        assert (await tables.find(wrong, asked("a"))).why == "it has failed again and again"
        tables.close()

    async def test_another_table_does_not_suffer(
        self, tables: Tables, table: LookUpTable, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        wrong = replace(table, id="wrong", query="SELECT name FROM gone WHERE msisdn = :key")
        for _ in range(MOST_FAILURES + 1):
            await tables.find(wrong, asked("a"))
        assert (await tables.find(table, asked("+32470000001"))).row is not None

    async def test_a_changed_table_is_asked_anew(self, tables: Tables, table: LookUpTable) -> None:
        assert (await tables.find(table, asked("+32470000001"))).row is not None
        other = replace(table, query="SELECT name FROM customers WHERE msisdn = :key AND level > 9")
        assert (await tables.find(other, asked("+32470000001"))).row is None


def test_a_circuit_closes_when_an_answer_comes() -> None:
    circuit = Circuit()
    for _ in range(MOST_FAILURES):
        assert not circuit.is_open(1.0)
        circuit.note(False, 1.0)
    assert circuit.is_open(2.0)
    assert not circuit.is_open(1.0 + OPEN_S), "one may try"
    assert circuit.is_open(1.0 + OPEN_S), "and the others wait for what comes of it"
    circuit.note(True, 1.0 + OPEN_S)
    assert not circuit.is_open(1.0 + OPEN_S)


def test_a_memory_forgets_what_is_old_and_what_is_least_used() -> None:
    memory = Memory(most=2)
    memory.keep("a", {"x": "1"}, 10.0)
    memory.keep("b", None, 10.0)
    assert memory.find("a", 9.9) == (True, {"x": "1"}) and memory.find("b", 9.9) == (True, None)
    assert memory.find("a", 9.9)[0]
    memory.keep("c", {}, 20.0)
    assert memory.find("b", 9.9) == (False, None), "used least"
    assert memory.find("a", 10.0) == (False, None), "too old"
