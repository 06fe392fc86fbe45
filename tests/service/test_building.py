"""A configuration that is built in a process of its own is the same as one that is built here."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bench import house, large
from dialplan.faults import ConfigurationFaults
from dialplan.scenarios import demand_scenarios
from dialplan.source import read_texts
from ivr import building
from ivr.building import Builder, Order, build
from ivr.notify import DEFAULT as TEMPLATES
from ivr.settings import ROOT


@pytest.fixture
def order() -> Order:
    return Order(
        read_texts(ROOT / "config"), None, TEMPLATES.names(), date(2026, 11, 22), prove=demand_scenarios
    )


@pytest.fixture
def all_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "LARGE_CHARS", 0)
    monkeypatch.setattr(building, "_build_here", None)


def test_what_is_built_aside_is_what_is_built_here(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    here = build(order)
    monkeypatch.setattr(building, "LARGE_CHARS", 0)
    monkeypatch.setattr(building, "_build_here", None)
    aside = build(order)
    assert aside == here and aside.configuration is not here.configuration


@pytest.mark.usefixtures("all_aside")
def test_faults_come_back_with_their_places_and_the_warnings_beside_them(order: Order) -> None:
    files = {
        **order.files,
        "brands.yaml": order.files["brands.yaml"].replace("plan: night", "plan: nigth", 1),
    }
    with pytest.raises(ConfigurationFaults) as refused:
        build(replace(order, files=files))
    assert [fault.nearest for fault in refused.value.faults] == ["night"]
    assert refused.value.faults[0].file == "brands.yaml" and refused.value.faults[0].line > 1


@pytest.mark.usefixtures("all_aside")
def test_scenarios_are_played_there_too(order: Order) -> None:
    name = "scenarios/numbers.yaml"
    text = order.files[name].replace("ends: answered by agent-1", "ends: answered by agent-2", 1)
    files = {**order.files, name: text}
    with pytest.raises(ConfigurationFaults):
        build(replace(order, files=files))


def test_a_process_that_dies_leaves_the_work_to_us(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "LARGE_CHARS", 0)
    for gone in ("/bin/false", "/nowhere/python"):
        monkeypatch.setattr(building.sys, "executable", gone)
        assert build(order).configuration.brands


@pytest.mark.usefixtures("all_aside")
def test_a_process_that_waits_serves_the_next_order_and_another_takes_its_place(order: Order) -> None:
    builder = Builder()
    builder.keep_ready()
    try:
        first = builder._spare
        assert builder.build(order).configuration.brands
        assert first is not None and first.poll() is not None, "it has gone home"
        assert builder._spare is not None and builder._spare is not first
        builder._spare.kill()
        builder._spare.wait(5)
        assert builder.build(order).configuration.brands, "what died while it waited is no obstacle"
    finally:
        last = builder._spare
        builder.close()
    assert last is not None and last.poll() is not None
    assert builder._spare is None


WAITING = """
import sys
from ivr.building import Builder
builder = Builder()
builder.keep_ready()
print(builder._spare.pid, flush=True)
sys.stdin.read()
"""


def test_a_process_that_waits_goes_home_when_the_service_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WAITING], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as service:
        assert service.stdout is not None
        spare = int(service.stdout.readline())
        service.kill()
    deadline = time.monotonic() + 20
    while _lives(spare) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _lives(spare)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_only_large_ones_are_built_aside(order: Order) -> None:
    assert not order.is_large
    assert replace(order, files=large.beside(house.texts(), 10_000, 1_000)).is_large
