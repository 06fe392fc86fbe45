"""What PyYAML finds wrong with a text, in words for people who do not know YAML's grammar.

Its own words name tokens (`expected <block end>`), and it often stops a line after the mistake; where it
knows the beginning of what is not in order, that is the place.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import yaml
from yaml.reader import Reader

_FOUND = re.compile(r"but (?:found|got) '?(?P<what>.*?)'?$")
_START = re.compile(r"found character '?(?P<what>.*?)'? that cannot start any token")
_BRACKETS = {"}": "{", "]": "["}


class Syntax(NamedTuple):
    """What is wrong, and where: line and column counted from 1."""

    line: int
    column: int
    message: str


def say_syntax(error: yaml.YAMLError) -> Syntax:
    """The mistake in plain words; what is not known here in PyYAML's own."""
    mark = getattr(error, "problem_mark", None)
    begin = getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read"
    said = _say(problem, getattr(error, "context", None) or "", begin)
    at = (begin if said and said.is_at_beginning else mark) or mark or begin
    line, column = (1, 1) if at is None else (at.line + 1, at.column + 1)
    return Syntax(line, column, f"not YAML: {said.words if said else _as_it_is(error, problem)}")


def say_unprintable(text: str) -> Syntax | None:
    """Where the first sign stands that no text has; PyYAML does not count lines for it."""
    found = Reader.NON_PRINTABLE.search(text)
    if found is None:
        return None
    before = text[: found.start()]
    column = found.start() - before.rfind("\n")
    message = f"not YAML: an invisible sign (U+{ord(found[0]):04X}) stands here; delete it"
    return Syntax(before.count("\n") + 1, column, message)


class _Said(NamedTuple):
    words: str
    is_at_beginning: bool = False


def _say(problem: str, context: str, begin: yaml.Mark | None) -> _Said | None:
    found = _FOUND.search(problem)
    what = found["what"] if found else ""
    if "'\\t'" in problem:
        return _Said("a tab stands here; indent with spaces")
    if problem.startswith("expected <block end>"):
        return _Said(_stranger(what, begin))
    if problem.startswith("mapping values are not allowed"):
        return _Said(
            'a ": " cannot stand here; quote a value that holds one, or indent this line as its like'
        )
    if problem.startswith("could not find expected ':'"):
        return _Said('a key is to be followed by ": "', is_at_beginning=True)
    if problem.startswith("but found another document"):
        return _Said("another document begins here; a file has one")
    if problem.startswith("expected ',' or"):
        return _unclosed(problem)
    if problem.startswith("expected the node content"):
        return _Said(f'a value is expected here, not "{what}"')
    if problem.startswith("found unexpected end of stream") and "quoted" in context:
        return _Said("the quote that begins here does not end", is_at_beginning=True)
    start = _START.search(problem)
    return _Said(f'nothing can begin with "{start["what"]}"; put the value in quotes') if start else None


def _stranger(what: str, begin: yaml.Mark | None) -> str:
    """Something in a block that is none of it: an indentation, mostly."""
    if what in _BRACKETS:
        return f'there is a "{what}" too many'
    if what == "<scalar>":
        return "this does not belong to the value before it; put the whole value in quotes"
    others = f"; from line {begin.line + 1} on they begin in column {begin.column + 1}" if begin else ""
    return f"this line is not indented as those it belongs to{others}"


def _unclosed(problem: str) -> _Said:
    close = problem.removeprefix("expected ',' or '")[:1]
    return _Said(f'the "{_BRACKETS.get(close, "[")}" that begins here lacks its "{close}", or a ","', True)


def _as_it_is(error: yaml.YAMLError, problem: str) -> str:
    context = getattr(error, "context", None)
    return problem + (f" ({context})" if context else "")


__all__ = ["Syntax", "say_syntax", "say_unprintable"]
