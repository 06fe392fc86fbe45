"""The description of the language and what the readers ask for are the same; editors get the same from it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator
from paper import CONFIG, ROOT, known_prompts, small_texts

from dialplan.faults import ConfigurationFaults
from dialplan.fields import flag
from dialplan.nodes import KINDS
from dialplan.reading import Section
from dialplan.reference.files import FILES, PLAN, FilePage, schema_of, short_name
from dialplan.reference.nodes import PAGES
from dialplan.scenarios import read_scenarios
from dialplan.source import load_texts, read_texts
from dialplan.times import parse_duration_s

EVERYTHING = Path(__file__).parent / "everything"
SCHEMAS = ROOT / "docs" / "schema"
Asked = tuple[str, str, str]
"""File, the words that lead to a table, key."""


def page_of(file: str) -> FilePage:
    folder, slash, _ = file.partition("/")
    return next(page for page in FILES if page.file == (f"{folder}/*.yaml" if slash else file))


def variants(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The schema itself, and what it may be instead."""
    yield schema
    for each in schema.get("anyOf", ()):
        yield from variants(each)
    if "items" in schema:
        yield from variants(schema["items"])


def step(schema: Mapping[str, Any], word: str) -> Mapping[str, Any]:
    for each in variants(schema):
        if word in each.get("properties", {}):
            return each["properties"][word]
        if isinstance(each.get("additionalProperties"), dict):
            return each["additionalProperties"]
    raise AssertionError(f"nothing in the schema leads to {word}")


def table_at(file: str, where: str, kinds: Mapping[str, str]) -> dict[str, Any]:
    """The schema of the table to which the words of a reader lead; empty when its keys are names."""
    schema: Mapping[str, Any] = schema_of(page_of(file))
    words = [re.sub(r"\[\d+\]$", "", word) for word in where.split()]
    if file.startswith("plans/") and words and words[0] in kinds:
        schema = PAGES[kinds[words.pop(0)]].schema
    for word in words:
        schema = step(schema, word)
    return next((dict(each["properties"]) for each in variants(schema) if "properties" in each), {})


@cache
def asked_and_usual() -> tuple[frozenset[Asked], tuple[tuple[Asked, Any, Any], ...], Mapping[str, str]]:
    """What the readers asked for while they read a configuration in which everything stands."""
    asked: set[Asked] = set()
    usual: list[tuple[Asked, Any, Any]] = []
    cell, get = Section.cell, Section.get

    def noting_cell(self: Section, key: str) -> Any:
        asked.add((self.place.file, self.where, key))
        return cell(self, key)

    def noting_get(self: Section, key: str, parse: Callable[[str], Any], default: Any) -> Any:
        usual.append(((self.place.file, self.where, key), parse, default))
        asked.add(usual[-1][0])
        return get(self, key, parse, default)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Section, "cell", noting_cell)
        patch.setattr(Section, "get", noting_get)
        texts = read_texts(EVERYTHING)
        loaded = load_texts(texts, known_prompts(), {"plan-mail", "pin-wrong"})
        read_scenarios(loaded.configuration, texts)
    kinds = {name: node.kind for name, node in loaded.configuration.plans["main"].nodes.items()}
    known = frozenset(each for each in asked if table_at(each[0], each[1], kinds))
    return known, tuple(each for each in usual if each[0] in known), kinds


def test_every_kind_of_node_is_described_and_no_other() -> None:
    assert set(PAGES) == set(KINDS)


def test_everything_stands_in_the_configuration_of_everything() -> None:
    assert set(asked_and_usual()[2].values()) == set(KINDS)


def test_every_field_that_a_reader_asks_for_is_described() -> None:
    asked, _, kinds = asked_and_usual()
    strangers = {
        f"{file} {where}: {key}" for file, where, key in asked if key not in table_at(file, where, kinds)
    }
    assert not strangers


def test_every_field_that_is_described_is_asked_for() -> None:
    asked, _, kinds = asked_and_usual()
    tables = {(file, where) for file, where, _ in asked}
    known = {(id_of(file, where, kinds), key) for file, where, key in asked}
    for file, where in tables:
        for key in table_at(file, where, kinds):
            assert (id_of(file, where, kinds), key) in known, f"{file} {where}: nobody asks for {key}"


def test_every_table_that_is_described_is_read() -> None:
    asked, _, kinds = asked_and_usual()
    read = {json.dumps(sorted(table_at(file, where, kinds))) for file, where, _ in asked}
    for page in FILES:
        for each in tables_in(schema_of(page)):
            assert json.dumps(sorted(each)) in read, f"{page.file}: {sorted(each)}"


def tables_in(schema: Any) -> Iterator[Mapping[str, Any]]:
    """The properties of every table below a schema; exits are read key by key, not by name."""
    if isinstance(schema, dict):
        if "properties" in schema and "if" not in schema and schema.get("additionalProperties") is False:
            yield schema["properties"]
        for name, value in schema.items():
            if name != "exits":
                yield from tables_in(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from tables_in(value)


def id_of(file: str, where: str, kinds: Mapping[str, str]) -> str:
    """The same for all tables of one description."""
    words = [re.sub(r"\[\d+\]$", "", word) for word in where.split()]
    if file.startswith("plans/") and words and words[0] in kinds:
        words[0] = kinds[words[0]]
    return f"{file} {json.dumps(table_at(file, where, kinds), sort_keys=True)}"


def test_the_usual_values_are_true() -> None:
    """Durations, numbers and flags that hold when nothing is written."""
    _, usual, kinds = asked_and_usual()
    compared, wrong = 0, []
    for (file, where, key), _, default in usual:
        words = re.search(r"Default: (.*)\.$", table_at(file, where, kinds)[key].get("description", ""))
        if words is None or isinstance(default, str) or default is None:
            continue
        told = words[1].strip("`").partition(";")[0]
        if isinstance(default, bool):
            wrong += [(file, where, key, told, default)] if flag(told) is not default else []
        elif isinstance(default, int | float) and default:
            found = float(told) if told.replace(".", "").isdecimal() else _seconds(told)
            wrong += [(file, where, key, told, default)] if found not in (None, default) else []
        compared += 1
    assert not wrong
    assert compared > 30


def _seconds(text: str) -> float | None:
    try:
        return parse_duration_s(text)
    except ValueError:
        return None


@pytest.mark.parametrize("page", FILES, ids=short_name)
def test_the_schema_in_the_documentation_is_this_one(page: FilePage) -> None:
    shipped = json.loads((SCHEMAS / f"{short_name(page)}.json").read_text(encoding="utf-8"))
    assert shipped == schema_of(page), "make docs writes it anew"


@pytest.mark.parametrize("page", FILES, ids=short_name)
def test_each_schema_is_one(page: FilePage) -> None:
    Draft7Validator.check_schema(schema_of(page))


class Loader(yaml.SafeLoader):
    """YAML 1.2, as editors read it: no dates, no sexagesimal numbers, only true and false."""


Loader.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?$", "-+0123456789."),
    ("null", r"^(?:~|null|)$", ["~", "n", ""]),
):
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), list(first))
Loader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(loader.construct_scalar(node), 10))


def as_editors_read(text: str) -> Any:
    return json.loads(json.dumps(yaml.load(text, Loader)))


def told_of(file: str, text: str) -> list[str]:
    """What an editor says of a file."""
    found = Draft7Validator(schema_of(page_of(file))).iter_errors(as_editors_read(text))
    return [f"{'/'.join(map(str, each.absolute_path))}: {each.message}" for each in found]


TEXTS = {
    f"{name}:{file}": text
    for name, texts in (
        ("shipped", read_texts(CONFIG)),
        ("everything", read_texts(EVERYTHING)),
        ("small", small_texts()),
    )
    for file, text in texts.items()
    if file.endswith(".yaml")
}


@pytest.mark.parametrize("name", TEXTS)
def test_an_editor_has_nothing_against_a_good_file(name: str) -> None:
    assert told_of(name.partition(":")[2], TEXTS[name]) == []


BAD = {
    "an unknown key": ("desk.yaml", "failsafe: boss", "failsave: boss"),
    "a missing key": ("desk.yaml", "mail_from: desk@example.com\n", ""),
    "an unknown kind of entry": ("directory.yaml", "kind: failsafe", "kind: failsave"),
    "no flag": ("directory.yaml", "only if needed: yes", "only if needed: perhaps"),
    "no mail address": ("directory.yaml", "eng@example.com", "eng"),
    "no hours": ("calendars.yaml", "Mon-Fri 09:00-17:00", "Mon-Fri 9-17"),
    "an unknown mode of holidays": ("calendars.yaml", "holidays: closed", "holidays: close"),
    "a bad trigram": ("duty.yaml", "{ENG: {", "{Eng: {"),
    "a number of a brand without number": ("brands.yaml", "{number: 03 205 55 82, ", "{"),
    "no kind of node": ("plans/main.yaml", "{hangup: normal}", "{hangpu: normal}"),
    "an unknown field of a node": ("plans/main.yaml", "rest: bye}", "ring: 20 s, rings: 3, rest: bye}"),
    "a duration without its unit": ("plans/main.yaml", "rest: bye}", "ring: 20, rest: bye}"),
    "an unknown exit": ("plans/main.yaml", "rest: bye}", "exits: {bussy: bye}, rest: bye}"),
    "no next": ("plans/main.yaml", ", next: ring", ""),
    "no way to end": ("plans/main.yaml", "{hangup: normal}", "{hangup: nromal}"),
}


@pytest.mark.parametrize("name", BAD)
def test_an_editor_underlines(name: str) -> None:
    file, right, wrong = BAD[name]
    text = small_texts()[file]
    assert right in text
    assert told_of(file, text) == []
    assert told_of(file, text.replace(right, wrong, 1))


@pytest.mark.parametrize("file", sorted(CONFIG.rglob("*.yaml")), ids=lambda path: path.name)
def test_shipped_files_name_their_schema(file: Path) -> None:
    said = re.match(r"# yaml-language-server: \$schema=(\S+)\n", file.read_text(encoding="utf-8"))
    assert said, "the first line tells an editor where the schema is"
    page = page_of(file.relative_to(CONFIG).as_posix())
    assert (file.parent / said[1]).resolve() == (SCHEMAS / f"{short_name(page)}.json").resolve()


def test_a_plan_is_described_by_its_nodes() -> None:
    assert set(schema_of(PLAN)["definitions"]) == {"node", *KINDS}


@pytest.mark.parametrize(
    ("file", "right", "slip"),
    [
        ("plans/main.yaml", "say-wrong-input:", "say-wrong-inptu:"),
        ("plans/main.yaml", "offer:", "offre:"),
        ("plans/main.yaml", "comfort:", "comofrt:"),
        ("plans/main.yaml", "digits: 3-10", "digist: 3-10"),
        ("lists.yaml", "file:", "fiel:"),
        ("lists.yaml", "prefix:", "perfix:"),
        ("directory.yaml", "phones:", "hpones:"),
        ("duty.yaml", "default:", "defalut:"),
    ],
)
def test_a_slip_in_a_key_that_need_not_be_there_is_told_with_the_right_one(
    file: str, right: str, slip: str
) -> None:
    texts = read_texts(EVERYTHING)
    assert right in texts[file]
    texts[file] = texts[file].replace(right, slip, 1)
    with pytest.raises(ConfigurationFaults) as caught:
        load_texts(texts, known_prompts(), {"plan-mail", "pin-wrong"})
    slip, right = slip.split(":")[0], right.split(":")[0]
    said = f'unknown key "{slip}"; did you mean "{right}"?'
    assert any(str(fault).endswith(said) for fault in caught.value.faults)
