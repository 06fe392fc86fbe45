"""A folder for each rule: what is wrong in it, over the files of `bad/base`, and the exact words of it."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pytest
import yaml
from paper import ROOT

from dialplan.checks import RULES, name_of
from dialplan.faults import ConfigurationFaults, Fault
from dialplan.source import load_texts, read_texts

BAD = Path(__file__).parent / "bad"
BASE = "base"
READING = "reading-"
"""Folders of what is found while the files are read, before there are rules."""
TODAY = date(2026, 11, 22)
RULE_NAMES = [name_of(rule) for rule in RULES]
FOLDERS = sorted(path.name for path in BAD.iterdir() if path.name != BASE)


@cache
def prompts() -> dict[str, dict[str, str]]:
    """The words of the shipped catalogue, and one prompt that is there in Dutch only."""
    entries = yaml.safe_load((ROOT / "prompts" / "catalogue.yaml").read_text(encoding="utf-8"))
    words = {
        name: {one: _words(entry, one) for one in ("nl", "fr", "de", "en")} for name, entry in entries.items()
    }
    return {**words, "only-dutch": {"nl": "Alleen Nederlands."}}


def _words(entry: dict[str, object], language: str) -> str:
    said = entry.get(language, entry.get("all", ""))
    return str(said.get("words", "")) if isinstance(said, dict) else str(said)


def texts_of(folder: str) -> dict[str, str]:
    """The files of a folder over those of the base."""
    path = BAD / folder
    gone = (path / "gone.txt").read_text().split() if (path / "gone.txt").exists() else []
    own = {
        each.relative_to(path).as_posix(): each.read_text(encoding="utf-8") for each in path.rglob("*.yaml")
    }
    return {name: text for name, text in {**read_texts(BAD / BASE), **own}.items() if name not in gone}


def findings_of(folder: str) -> tuple[list[Fault], list[Fault]]:
    """Faults and warnings."""
    try:
        return [], list(load_texts(texts_of(folder), prompts(), {"plan-mail", "pin-wrong"}, TODAY).warnings)
    except ConfigurationFaults as found:
        return found.faults, found.warnings


def test_the_base_is_good() -> None:
    assert findings_of(BASE) == ([], [])


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_is_said(folder: str) -> None:
    faults, warnings = findings_of(folder)
    said = [*map(str, faults), *(f"warning: {warning}" for warning in warnings)]
    assert said == (BAD / folder / "expected.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("folder", [name for name in FOLDERS if not name.startswith(READING)])
def test_the_rule_of_the_folder_is_the_one_that_speaks(folder: str) -> None:
    faults, warnings = findings_of(folder)
    assert folder in {each.rule for each in (*faults, *warnings)}


def test_each_rule_has_a_folder_and_each_folder_a_rule() -> None:
    assert sorted(RULE_NAMES) == [name for name in FOLDERS if not name.startswith(READING)]


@pytest.mark.parametrize("rule", RULES, ids=name_of)
def test_each_rule_says_in_one_sentence_what_it_finds(rule: object) -> None:
    says = (rule.__doc__ or "").strip()
    assert says.endswith(".") and "\n" not in says
