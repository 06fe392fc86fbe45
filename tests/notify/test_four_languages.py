"""Whatever people read exists in Dutch, French, German and English, with the same facts filled in."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from string import Formatter
from typing import Any

import pytest

import dialplan
import ivr

LANGUAGES = {"nl", "fr", "de", "en"}
OTHERWISE = {
    "dialplan.duty_phrases._TURNS.is-closed": "English tells how the calendar explains itself",
    "dialplan.duty_phrases._TURNS.is-open": "English tells how the calendar explains itself",
}
"""Phrases that say another thing in one language, and why."""


def modules() -> Iterator[str]:
    for package in (dialplan, ivr):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith("__main__") and ".migrations" not in found.name:
                yield found.name


def tables_in(name: str, value: Any, depth: int = 0) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every mapping by language, wherever it stands in a module's constants."""
    if isinstance(value, Mapping):
        keys = {each for each in value if isinstance(each, str)}
        if keys and keys <= LANGUAGES and len(keys) > 1:
            yield name, value
        elif depth < 4:
            for key, each in value.items():
                yield from tables_in(f"{name}.{key}", each, depth + 1)
    elif isinstance(value, tuple) and depth < 4:
        for place, each in enumerate(value):
            yield from tables_in(f"{name}[{place}]", each, depth + 1)


def shape_of(value: Any) -> Any:
    """The facts that a sentence names; of a table of sentences, its keys and theirs."""
    if isinstance(value, str):
        return sorted({field for _, field, _, _ in Formatter().parse(value) if field})
    if isinstance(value, Mapping):
        return {key: shape_of(each) for key, each in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: shape_of(getattr(value, each.name)) for each in fields(value)}
    return len(value) if isinstance(value, tuple | list) else None


@pytest.fixture(scope="module")
def tables() -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    seen: set[int] = set()
    for module_name in modules():
        module = importlib.import_module(module_name)
        for constant, value in vars(module).items():
            if constant.startswith("__") or isinstance(value, type):
                continue
            for name, table in tables_in(f"{module_name}.{constant}", value):
                if id(table) not in seen:
                    seen.add(id(table))
                    found[name] = table
    return found


def test_every_table_by_language_has_all_four(tables: dict[str, Mapping[str, Any]]) -> None:
    assert len(tables) > 200, "the tables are found"
    lacking = {name: LANGUAGES - set(table) for name, table in tables.items() if set(table) != LANGUAGES}
    empty = [name for name, table in tables.items() if not all(each or each == 0 for each in table.values())]
    assert not lacking
    assert not empty


def test_every_sentence_names_the_same_facts_in_each(tables: dict[str, Mapping[str, Any]]) -> None:
    uneven = [
        name
        for name, table in tables.items()
        if len({str(shape_of(each)) for each in table.values()}) > 1 and name not in OTHERWISE
    ]
    assert not uneven


def test_no_language_is_another_ones_copy(tables: dict[str, Mapping[str, Any]]) -> None:
    """A sentence that was never translated would read alike in two languages."""
    copied = [
        name
        for name, table in tables.items()
        if isinstance(table["en"], str)
        and len(table["en"].split()) > 4
        and table["en"] in [table[each] for each in ("nl", "fr", "de")]
    ]
    assert not copied
