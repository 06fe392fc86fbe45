"""The tables of the reference, in Markdown, and the pages with their tables filled in.

A page is written by hand; between `<!-- fields -->` and `<!-- end -->` stands what is made here, so that the
page cannot lag behind. Markers: `fields` and `exits` of a node, `fields` of a file (with a table for each
table in it), `call {...}` for what a caller meets in the example above it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from dialplan.reference.files import FilePage
from dialplan.reference.pages import Going, NodePage
from dialplan.reference.shapes import Field

_MARKED = re.compile(
    r"(<!-- (?!end)(?P<what>[a-z]+)(?P<more>[^>]*?) -->\n)(?P<old>.*?)(?=<!-- end -->)", re.DOTALL
)
Maker = Callable[[str], str]
"""Given what stands behind the marker's word, the lines below it."""


def fill(text: str, makers: Mapping[str, Maker]) -> str:
    """A page with everything between these markers made anew; other markers are left alone."""

    def make(found: re.Match[str]) -> str:
        if found["what"] not in makers:
            return found[0]
        return f"{found[1]}{makers[found['what']](found['more'].strip())}\n"

    return _MARKED.sub(make, text)


def rows(head: Sequence[str], lines: Iterator[Sequence[str]] | Sequence[Sequence[str]]) -> str:
    """A table."""
    marked = [head, ["---"] * len(head), *lines]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in marked)


def fields_table(fields: Sequence[Field]) -> str:
    """`field | what stands there | default | what it does`."""
    return rows(
        ("field", "value", "default", ""),
        [(f"`{one.name}`", one.shape.says, _default(one), _plain(one.says)) for one in fields],
    )


def _default(field: Field) -> str:
    return "must be there" if field.needed else field.default


def _plain(text: str) -> str:
    return text.removesuffix(".")


def exits_table(page: NodePage) -> str:
    """The exits of a node, and when each is taken."""
    if page.going is Going.NOWHERE:
        return "This node has no exits: it leads out of the plan."
    lines: list[tuple[str, str]] = []
    if page.going is not Going.OWN:
        lines.append(("`next`", "all went well"))
    lines += [(f"`{each.name}`", each.says) for each in page.exits]
    if page.more_exits:
        which, _, where = page.more_exits.partition(": ")
        lines.append((which, where))
    usual = "; without it, `next`" if page.going is Going.NEXT else ""
    lines.append(("`rest`", f"{page.rest_says}{usual}"))
    return rows(("exit", "taken when"), lines)


def file_tables(page: FilePage) -> str:
    """The fields of a file, and then of each table in it."""
    parts = [fields_table(page.fields)]
    for name, described in _inner(page.fields):
        parts.append(f"Under `{name}`:\n\n{described}")
    return "\n\n".join(parts)


def inner_tables(fields: Sequence[Field]) -> str:
    """The tables within some fields; empty when there are none."""
    return "\n\n".join(f"Under `{name}`:\n\n{described}" for name, described in _inner(fields))


def _inner(fields: Sequence[Field]) -> Iterator[tuple[str, str]]:
    """Each table below some fields, once, under the words that lead to it."""
    described = [_of_schema(field.name, field.shape.schema) for field in fields if field.name != "exits"]
    yield from dict.fromkeys(each for one in described for each in one)


def _of_schema(name: str, schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if "properties" in schema:
        needed = schema.get("required", ())
        lines = [_line(key, value, key in needed) for key, value in schema["properties"].items()]
        yield name, rows(("field", "default", ""), lines)
        for key, value in schema["properties"].items():
            yield from _of_schema(f"{name}.{key}", value)
    for each in schema.get("anyOf", ()):
        if "properties" in each or each.get("type") != "array":
            yield from _of_schema(name, each)
            continue
        if not any("properties" in other for other in schema["anyOf"]):
            yield from _of_schema(name, each.get("items", {}))
    if isinstance(schema.get("additionalProperties"), dict) and "properties" not in schema:
        yield from _of_schema(name, schema["additionalProperties"])


def _line(name: str, schema: Mapping[str, Any], is_needed: bool) -> tuple[str, str, str]:
    says, _, usual = str(schema.get("description", "")).partition(" Default: ")
    default = "must be there" if is_needed else usual.removesuffix(".")
    return (f"`{name}`", default, _plain(says))
