"""Words of a node as they are written: one prompt or a list of prompts, brand words and variables."""

from __future__ import annotations

from dialplan.files.variables import refer_variable
from dialplan.reading import Section
from dialplan.words import Value, Word, Words, parse_word

PROMPT = "prompt"
"""What a reference to a prompt is called."""


def read_words(section: Section, key: str, default: Words = ()) -> Words:
    """The words under a key, each prompt noted as a reference. Without a default they must be there."""
    if default and not section.has(key):
        return refer_prompts(section, key, default)
    found: list[Word] = []
    for where, cell in section.cells_of(key, is_needed=True):
        for word in section.parsed_one(cell, where, parse_word):
            found.append(word)
            if isinstance(word, Value):
                refer_variable(section.reading, word.variable, cell.place, where)
            elif not word.startswith("$"):
                section.reading.refer(PROMPT, word, cell.place, where)
    return tuple(found)


def refer_prompts(section: Section, key: str, words: Words) -> Words:
    """Note prompts that are said without being written, at the place of the node."""
    for word in words:
        if isinstance(word, str) and not word.startswith("$"):
            section.reading.refer(PROMPT, word, section.place, section.path(key))
    return words
