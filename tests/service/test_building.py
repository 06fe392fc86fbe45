"""A configuration that is built in a process of its own is the same as one that is built here."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bench import house, large
from dialplan.faults import ConfigurationFaults
from dialplan.scenarios import demand_scenarios
from dialplan.source import read_texts
from ivr import building
from ivr.building import Order, build
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
    monkeypatch.setattr(building.sys, "executable", "/bin/false")
    assert build(order).configuration.brands


def test_only_large_ones_are_built_aside(order: Order) -> None:
    assert not order.is_large
    assert replace(order, files=large.beside(house.texts(), 10_000, 1_000)).is_large
