"""YAML text -> cells: every scalar as the text that stands there, every cell with its place.

YAML's own guesses are not wanted here: `0470` is no octal number, `10:00` no sexagesimal one and `no` no
boolean. So the text is only composed, never constructed, and each field is typed by whoever reads it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

import yaml

from dialplan.faults import Fault, Place, fault_at, nearest_of

DEEPEST = 32
"""Levels of nesting: far above what any file here needs, far below what exhausts the stack."""

LARGEST_CHARS = 16_000_000
LONGEST_REREAD_CHARS = 20_000


class Scalar(NamedTuple):
    """A text. `is_quoted`: quotes stood around it, so an empty one is meant."""

    place: Place
    text: str
    is_quoted: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    place: Place
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Keys and what stands under them, in the order of the file."""

    place: Place
    cells: dict[str, Cell]
    keys: dict[str, Place]


Cell: TypeAlias = Scalar | Items | Table


def compose(file: str, text: str) -> tuple[Cell | None, list[Fault]]:
    """The cells of one file, and what is wrong with its YAML. An empty file is None without a fault."""
    if len(text) > LARGEST_CHARS:
        return None, [Fault(file, 1, 1, "", f"is longer than {LARGEST_CHARS:,} characters")]
    try:
        root = _compose_fast(text)
    except RecursionError:
        return None, [Fault(file, 1, 1, "", f"is nested deeper than {DEEPEST} levels")]
    except yaml.YAMLError as error:
        return None, [_syntax_fault(file, error)]
    if root is None:
        return None, []
    converter = _Converter(file)
    return converter.cell(root, 0), converter.faults


def _compose_fast(text: str) -> yaml.Node | None:
    """Compose with libyaml where it is there; a text it refuses is read again for the clearer message.

    Not a long one: reading it without libyaml takes seconds.
    """
    fast = getattr(yaml, "CBaseLoader", None)
    if fast is not None:
        try:
            return yaml.compose(text, Loader=fast)
        except yaml.YAMLError:
            if len(text) > LONGEST_REREAD_CHARS:
                raise
    return yaml.compose(text, Loader=yaml.BaseLoader)


def _syntax_fault(file: str, error: yaml.YAMLError) -> Fault:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read"
    context = getattr(error, "context", None)
    message = f"not YAML: {problem}" + (f" ({context})" if context else "")
    if "'\\t'" in message:
        message = "not YAML: a tab stands here; indent with spaces"
    if mark is None:
        return Fault(file, 1, 1, "", message)
    return Fault(file, mark.line + 1, mark.column + 1, "", message)


@dataclass(slots=True)
class _Converter:
    file: str
    faults: list[Fault] = field(default_factory=list)
    open_nodes: set[int] = field(default_factory=set)
    known: dict[int, Cell] = field(default_factory=dict)
    """Cells by node: an alias is the cell it stands for, so that aliases of aliases cost nothing."""

    def cell(self, node: yaml.Node, depth: int) -> Cell:
        found = self.known.get(id(node))
        if found is None:
            found = self.known[id(node)] = self._convert(node, depth)
        return found

    def _convert(self, node: yaml.Node, depth: int) -> Cell:
        place = self._place(node)
        if depth > DEEPEST or id(node) in self.open_nodes:
            self._add(place, "is nested too deeply, or contains itself")
            return Scalar(place, "")
        if _has_own_tag(node):
            self._add(place, f"the tag {node.tag} means nothing here; write the value alone")
        if isinstance(node, yaml.ScalarNode):
            return Scalar(place, node.value, node.style in ("'", '"', "|", ">"))
        self.open_nodes.add(id(node))
        cell = self._nested(node, place, depth)
        self.open_nodes.discard(id(node))
        return cell

    def _nested(self, node: yaml.Node, place: Place, depth: int) -> Cell:
        if isinstance(node, yaml.SequenceNode):
            return Items(place, tuple(self.cell(child, depth + 1) for child in node.value))
        assert isinstance(node, yaml.MappingNode)
        table = Table(place, {}, {})
        for key, value in node.value:
            self._put(table, key, self.cell(value, depth + 1))
        return table

    def _put(self, table: Table, key: yaml.Node, value: Cell) -> None:
        place = self._place(key)
        if not isinstance(key, yaml.ScalarNode):
            self._add(place, "a key must be a plain word")
        elif key.value in table.cells:
            first = table.keys[key.value]
            self._add(place, f'the key "{key.value}" stands twice; first on line {first.line}')
        else:
            table.cells[key.value] = value
            table.keys[key.value] = place

    def _add(self, place: Place, message: str) -> None:
        self.faults.append(fault_at(place, "", message))

    def _place(self, node: yaml.Node) -> Place:
        return Place(self.file, node.start_mark.line + 1, node.start_mark.column + 1)


def _has_own_tag(node: yaml.Node) -> bool:
    return not str(node.tag).startswith("tag:yaml.org,2002:") or "python/" in node.tag


def nearest_key(name: str, table: Table) -> str:
    """The key of a table most like a name."""
    return nearest_of(name, table.cells)
