"""Configurations spoilt in every way that hands and programs spoil them: refused in words, or good.

Each is refused with file, line and reason, or can be used; never an exception, and never a long wait. A few
hundred are tried each time, another few hundred with another DUTYLINE_TEST_SEED; DUTYLINE_TEST_MUTATIONS says
how many.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from random import Random

import pytest
from paper import known_prompts

from dialplan.faults import ConfigurationFaults
from dialplan.scenarios import read_scenarios
from dialplan.simulate import simulate
from dialplan.source import load_texts, read_texts

EVERYTHING = read_texts(Path(__file__).parent / "everything")
COUNT = int(os.environ.get("DUTYLINE_TEST_MUTATIONS", "200"))
SEED = int(os.environ.get("DUTYLINE_TEST_SEED", "1"))
CHUNKS = 10
LONGEST_S = 20.0
"""Most take some milliseconds; this is for a busy machine."""

GARBAGE = (
    "", "~", "null", "[]", "{}", "[[]]", "{a: b}", "- x", "yes", "no", "0", "-1", "1e309", "9" * 400,
    "x" * 5000, "\x00", "\x07", "\ud7ff", "é", "☎", "\u202e", "'", '"', "|", ">", "!", "!!python/none x",
    "&a [*a]", "*nobody", "<<: *a", "? [a]", "%", "@", "`", "\t", "\r", "\ufeff", "$", "$$", "$brand.",
    "$x:y:z",
    "24:01", "2026-02-30", "2026-13-01..2026-12-01", "Mon-Fri 25:00-26:00", "easter+400", "6th Mon of May",
    "0900 12345", "+", "112", "tel:", "::", "main.", ".main", "main.nobody", "last-resort", "admission",
    "100..1", "*", "**", "101 %", "33.3333 %", "1 s 2 s", "-5 s", "1e9 h", "a@b", "a@b\nBcc: c@d.e", "BE-XX",
    "../../secret", "/dev/zero", "tables/nothing.csv", "SELECT 1; DROP TABLE x", "scrypt:99:99:9:x:y",
)  # fmt: skip
BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12))

Mutation = Callable[[Random, str], str]


def lines_of(text: str) -> list[str]:
    return text.splitlines(keepends=True) or [""]


def drop_line(chance: Random, text: str) -> str:
    lines = lines_of(text)
    del lines[chance.randrange(len(lines))]
    return "".join(lines)


def double_line(chance: Random, text: str) -> str:
    lines = lines_of(text)
    at = chance.randrange(len(lines))
    return "".join([*lines[: at + 1], lines[at], *lines[at + 1 :]])


def swap_lines(chance: Random, text: str) -> str:
    lines = lines_of(text)
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return "".join(lines)


def shift_line(chance: Random, text: str) -> str:
    lines = lines_of(text)
    at = chance.randrange(len(lines))
    lines[at] = chance.choice(["  ", " ", "\t", "- ", "      "]) + lines[at].lstrip(chance.choice(["", " "]))
    return "".join(lines)


def misspell(chance: Random, text: str) -> str:
    words = list(re.finditer(r"[A-Za-z][\w-]+", text))
    if not words:
        return text
    word = chance.choice(words)
    letters = list(word[0])
    at = chance.randrange(len(letters) - 1)
    letters[at], letters[at + 1] = letters[at + 1], letters[at]
    return text[: word.start()] + "".join(letters) + text[word.end() :]


def swap_words(chance: Random, text: str) -> str:
    words = list(re.finditer(r"[\w$.+-]+", text))
    if len(words) < 2:
        return text
    one, other = sorted(chance.sample(words, 2), key=lambda word: word.start())
    return f"{text[: one.start()]}{other[0]}{text[one.end() : other.start()]}{one[0]}{text[other.end() :]}"


def spoil_value(chance: Random, text: str) -> str:
    values = list(re.finditer(r"(?<=: )[^,{}\[\]\n]+|(?<=\[)[^,{}\[\]\n]+", text))
    if not values:
        return text + chance.choice(GARBAGE)
    value = chance.choice(values)
    return text[: value.start()] + chance.choice(GARBAGE) + text[value.end() :]


def spoil_key(chance: Random, text: str) -> str:
    keys = list(re.finditer(r"[\w-]+(?=:)", text))
    if not keys:
        return text
    key = chance.choice(keys)
    return text[: key.start()] + chance.choice(GARBAGE) + text[key.end() :]


def insert_garbage(chance: Random, text: str) -> str:
    at = chance.randrange(len(text) + 1)
    return text[:at] + chance.choice(GARBAGE) + text[at:]


def cut_off(chance: Random, text: str) -> str:
    return text[: chance.randrange(len(text) + 1)]


def drop_sign(chance: Random, text: str) -> str:
    signs = [at for at, sign in enumerate(text) if sign in "{}[],:'\"\n"]
    if not signs:
        return text
    at = chance.choice(signs)
    return text[:at] + text[at + 1 :]


def replace_whole(chance: Random, text: str) -> str:
    return chance.choice(
        ["", "\n", "# nothing\n", "- a\n- b\n", "a: b\n", "just words", "---\na: 1\n---\nb: 2\n", "[" * 4000,
         "{a: " * 2000, BOMB, "x: &x {y: *x}\n", "\x00" * 100, "ä" * 50_000, text * 3,
         text.replace("\n", "\r\n")]
    )  # fmt: skip


MUTATIONS: tuple[Mutation, ...] = (
    drop_line, double_line, swap_lines, shift_line, misspell, swap_words, spoil_value, spoil_value, spoil_key,
    insert_garbage, cut_off, drop_sign, replace_whole,
)  # fmt: skip


def spoilt(seed: int) -> dict[str, str]:
    """The configuration of everything, spoilt in one to three places."""
    chance = Random(seed)
    texts = dict(EVERYTHING)
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        name = chance.choice(sorted(texts))
        if chance.random() < 0.02:
            del texts[name]
        else:
            texts[name] = chance.choice(MUTATIONS)(chance, texts[name])
    return texts


def judge(texts: dict[str, str]) -> bool:
    """Whether it can be used; AssertionError when it is neither used nor refused as it should be."""
    try:
        loaded = load_texts(texts, known_prompts(), {"plan-mail", "pin-wrong"})
    except ConfigurationFaults as found:
        assert found.faults
        for fault in (*found.faults, *found.warnings):
            file_lines = texts.get(fault.file, "").count("\n") + texts.get(fault.file, "").count("\r") + 2
            assert fault.file in {*texts, *EVERYTHING}, fault
            assert 1 <= fault.line <= file_lines and fault.column >= 1, fault
            assert fault.message and "object at 0x" not in fault.message and "Error" not in fault.message, (
                fault
            )
            assert len(str(fault)) < 2000, "nobody reads a fault of this length"
        return False
    read_scenarios(loaded.configuration, texts)
    for number in loaded.configuration.numbers:
        assert simulate(loaded.configuration, number, None, datetime(2026, 11, 21, 21, 14)).ended
    return True


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_a_spoilt_configuration_is_refused_in_words_or_good(chunk: int) -> None:
    for number in range(chunk, COUNT, CHUNKS):
        seed = SEED * 1_000_000 + number
        began = time.monotonic()
        try:
            judge(spoilt(seed))
        except Exception as error:
            pytest.fail(f"seed {seed}: {type(error).__name__}: {error}")
        assert time.monotonic() - began < LONGEST_S, f"seed {seed}"


def test_many_are_refused_and_some_are_good() -> None:
    verdicts = [judge(spoilt(SEED * 1_000_000 + number)) for number in range(40)]
    assert any(verdicts) and not all(verdicts)
