"""The pages of the reference say what is so: tables, schemas, and what callers meet in the examples."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from paper import ROOT, known_prompts
from test_bad_configurations import BAD

from dialplan.reference.files import FILES, short_name
from dialplan.reference.nodes import PAGES
from dialplan.reference.tables import fill
from dialplan.reference.written import file_page, node_page, rules_table, schemas, variables_page
from dialplan.scenarios import run_scenarios
from dialplan.source import Loaded, load, load_texts, read_texts
from ivr.cli.reference import grades_of, write_reference

DOCS = ROOT / "docs"
DESK = read_texts(DOCS / "nodes" / "desk")
ANEW = "`make docs` writes it anew"


def read(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", PAGES)
def test_the_page_of_a_node(kind: str) -> None:
    text = read(f"nodes/{kind}.md")
    assert text.startswith(f"# `{kind}`\n")
    assert set(re.findall(r"<!-- (\w+)", text)) == {"fields", "exits", "call", "end"}
    assert node_page(kind, text, DESK) == text, ANEW


@pytest.mark.parametrize("kind", PAGES)
def test_the_example_of_a_node_is_good(kind: str) -> None:
    plan = re.search(r"```yaml\n(.*?)```", read(f"nodes/{kind}.md"), re.DOTALL)
    assert plan
    loaded = try_with_desk("plans/main.yaml", plan[1])
    assert kind in {node.kind for node in loaded.configuration.plans["main"].nodes.values()}
    about_plan = [str(one) for one in loaded.warnings if one.file.startswith("plans/")]
    assert about_plan == []


@pytest.mark.parametrize("page", FILES, ids=short_name)
def test_the_page_of_a_file(page: object) -> None:
    name = short_name(page)  # type: ignore[arg-type]
    text = read(f"files/{name}.md")
    assert text.startswith(f"# `{page.file}`\n")  # type: ignore[attr-defined]
    assert file_page(name, text) == text, ANEW


@pytest.mark.parametrize("page", FILES, ids=short_name)
def test_the_example_of_a_file_is_good(page: object) -> None:
    name = short_name(page)  # type: ignore[arg-type]
    example = re.search(r"```yaml\n(.*?)```", read(f"files/{name}.md"), re.DOTALL)
    assert example
    file = page.file.replace("*", "main")  # type: ignore[attr-defined]
    loaded = try_with_desk(file, example[1])
    assert run_scenarios(loaded.configuration, {file: example[1]} if name == "scenario" else {}) == []


def try_with_desk(file: str, text: str) -> Loaded:
    return load_texts({**DESK, file: text}, known_prompts(), {"plan-mail", "pin-wrong"})


def test_the_desk_of_the_examples_is_good() -> None:
    loaded = load(DOCS / "nodes" / "desk", known_prompts())
    assert not [str(one) for one in loaded.warnings if "used nowhere" not in one.message]


def test_the_page_of_the_rules() -> None:
    text = read("checks.md")
    assert rules_table(text, grades_of(BAD)) == text, ANEW


def test_the_page_of_the_variables() -> None:
    text = read("variables.md")
    assert variables_page(text) == text, ANEW


@pytest.mark.parametrize(("name", "text"), list(schemas()), ids=lambda each: each[:24])
def test_the_schema(name: str, text: str) -> None:
    assert read(name) == text, ANEW


def test_every_node_and_file_is_in_the_lists() -> None:
    assert re.findall(r"^\| \[[a-z-]+\]\(([a-z-]+)\.md\)", read("nodes/README.md"), re.M) == list(PAGES)
    listed = re.findall(r"^\| \[[a-z/*-]+\.yaml\]\(([a-z-]+)\.md\)", read("files/README.md"), re.M)
    assert sorted(listed) == sorted(short_name(page) for page in FILES)


def test_what_is_written_by_hand_is_left_alone(tmp_path: Path) -> None:
    page = "# Words\n\n<!-- fields -->\nold\n<!-- end -->\n\n<!-- other -->\nmine\n<!-- end -->\n"
    assert fill(page, {"fields": lambda _: "new"}) == page.replace("old", "new")


def test_writing_twice_changes_nothing(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    for path in (DOCS / "nodes", DOCS / "files", DOCS / "schema"):
        for each in path.rglob("*.*"):
            target = docs / each.relative_to(DOCS)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(each.read_bytes())
    for name in ("checks.md", "variables.md"):
        (docs / name).write_text(read(name), encoding="utf-8")
    assert write_reference(docs, BAD) == []
    (docs / "schema" / "desk.json").write_text(json.dumps({}), encoding="utf-8")
    assert write_reference(docs, BAD) == [docs / "schema" / "desk.json"]
