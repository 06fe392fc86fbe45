"""The tables of the reference, in Markdown, and the pages with their tables filled in.

A page is written by hand; between `<!-- fields -->` and `<!-- end -->` stands what is made here, so that the
page cannot lag behind. Markers: `fields` and `exits` of a node, `fields` of a file (with a table for each
table in it), `call {...}` for what a caller meets in the example above it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from dialplan.reference.files import FilePage
from dialplan.reference.pages import Going, NodePage
from dialplan.reference.shapes import Field, Shape

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
    yield from dict.fromkeys(each for field in fields for each in _of_shape(field.name, field.shape))


def _of_shape(name: str, shape: Shape) -> Iterator[tuple[str, str]]:
    if shape.fields:
        yield name, fields_table(shape.fields)
    for field in shape.fields:
        yield from _of_shape(f"{name}.{field.name}", field.shape)
    for each in shape.inside:
        yield from _of_shape(name, each)
