"""YAML text -> cells: every scalar as the text that stands there, every cell with its place.

YAML's own guesses are not wanted here: `0470` is no octal number, `10:00` no sexagesimal one and `no` no
boolean. So the text is only composed, never constructed, and each field is typed by whoever reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from sys import intern
from typing import Any, Protocol

import yaml
from yaml.reader import ReaderError

from dialplan.cells import Cell, Items, Scalar, Table
from dialplan.faults import Fault, Place, fault_at
from dialplan.syntax import say_syntax, say_unprintable

DEEPEST = 32
"""Levels of nesting: far above what any file here needs, far below what exhausts the stack."""

LARGEST_CHARS = 16_000_000
LONGEST_REREAD_CHARS = 20_000
MOST_REREAD_BRACKETS = 400
"""Open brackets within each other make reading without libyaml slow: it looks at all of them at each sign."""

_new = tuple.__new__
"""Makes a named tuple in a third of the time that calling its class takes."""
_QUOTES = frozenset({"'", '"', "|", ">"})
_TOO_DEEP = "is nested too deeply, or contains itself"


def compose(file: str, text: str) -> tuple[Cell | None, list[Fault]]:
    """The cells of one file, and what is wrong with its YAML. An empty file is None without a fault."""
    if len(text) > LARGEST_CHARS:
        return None, [Fault(file, 1, 1, "", f"is longer than {LARGEST_CHARS:,} characters")]
    try:
        composer = _compose_fast(file, text)
    except RecursionError:
        return None, [Fault(file, 1, 1, "", f"is nested deeper than {DEEPEST} levels")]
    except yaml.YAMLError as error:
        return None, [_syntax_fault(file, text, error)]
    return composer.root, composer.faults


def _compose_fast(file: str, text: str) -> _Composer:
    """Compose with libyaml where it is there; a text it refuses is read again for the clearer message.

    Not a long one: reading it without libyaml takes seconds.
    """
    fast = getattr(yaml, "CBaseLoader", None)
    if fast is not None:
        try:
            return _Composer(file).read(fast(text))
        except yaml.YAMLError:
            if len(text) > LONGEST_REREAD_CHARS or text.count("[") + text.count("{") > MOST_REREAD_BRACKETS:
                raise
    return _Composer(file).read(yaml.BaseLoader(text))


def _syntax_fault(file: str, text: str, error: yaml.YAMLError) -> Fault:
    wrong = say_unprintable(text) if isinstance(error, ReaderError) else None
    wrong = wrong or say_syntax(error)
    return Fault(file, wrong.line, wrong.column, "", wrong.message)


class _Events(Protocol):
    """A loader of PyYAML, as far as it is needed here."""

    def get_event(self) -> Any:
        """The next event."""

    def dispose(self) -> None:
        """Let go of the text."""


class _Composer:
    """Cells straight from the parser's events: a large configuration has some hundred thousand of them."""

    def __init__(self, file: str) -> None:
        self.root: Cell | None = None
        self.faults: list[Fault] = []
        self._file = file
        self._anchors: dict[str, tuple[Cell | None, yaml.Mark]] = {}
        """An alias is the cell it stands for, so that aliases of aliases cost nothing; None: still open."""

    def read(self, loader: _Events) -> _Composer:
        """One document. Raises yaml.YAMLError."""
        try:
            next_event = loader.get_event
            next_event()
            if type(next_event()) is not yaml.StreamEndEvent:
                self.root = self._cell(next_event(), next_event, 0)
                next_event()
                self._end(next_event())
            return self
        finally:
            loader.dispose()

    def _end(self, event: Any) -> None:
        if type(event) is not yaml.StreamEndEvent:
            problem = "but found another document"
            raise yaml.MarkedYAMLError(
                "expected a single document in the stream", None, problem, event.start_mark
            )

    def _cell(self, event: Any, next_event: Callable[[], Any], depth: int) -> Cell:
        """The cell that begins with this event."""
        mark = event.start_mark
        place = _new(Place, (self._file, mark.line + 1, mark.column + 1))
        kind = type(event)
        if kind is yaml.AliasEvent:
            return self._alias(event, place)
        if event.anchor is not None:
            self._open_anchor(event)
        if event.tag is not None:
            self._look_at_tag(event.tag, place)
        if depth > DEEPEST:
            self._add(place, _TOO_DEEP)
            _skip(event, next_event)
            cell: Cell = Scalar(place, "")
        elif kind is yaml.ScalarEvent:
            cell = Scalar(place, event.value, event.style in _QUOTES)
        elif kind is yaml.SequenceStartEvent:
            cell = Items(place, tuple(self._items(next_event, depth)))
        else:
            cell = self._table(place, next_event, depth)
        if event.anchor is not None:
            self._anchors[event.anchor] = (cell, mark)
        return cell

    def _items(self, next_event: Callable[[], Any], depth: int) -> Iterator[Cell]:
        while type(event := next_event()) is not yaml.SequenceEndEvent:
            yield self._cell(event, next_event, depth + 1)

    def _table(self, place: Place, next_event: Callable[[], Any], depth: int) -> Table:
        cells: dict[str, Cell] = {}
        keys: dict[str, Place] = {}
        file, depth, scalar = self._file, depth + 1, yaml.ScalarEvent
        while type(event := next_event()) is not yaml.MappingEndEvent:
            mark: Any = event.start_mark
            at = _new(Place, (file, mark.line + 1, mark.column + 1))
            if type(event) is scalar and event.anchor is None and event.tag is None:
                name: str | None = intern(event.value)
            else:
                key = self._cell(event, next_event, depth)
                name = key.text if isinstance(key, Scalar) else None
            event = next_event()
            if type(event) is scalar and event.anchor is None and event.tag is None and depth <= DEEPEST:
                mark = event.start_mark  # nearly all of them, so without a call
                here = _new(Place, (file, mark.line + 1, mark.column + 1))
                value: Cell = _new(Scalar, (here, intern(event.value), event.style in _QUOTES))
            else:
                value = self._cell(event, next_event, depth)
            if name is None:
                self._add(at, "a key must be a plain word")
            elif name in cells:
                self._add(at, f'the key "{name}" stands twice; first on line {keys[name].line}')
            else:
                cells[name], keys[name] = value, at
        return Table(place, cells, keys)

    def _alias(self, event: Any, place: Place) -> Cell:
        if event.anchor not in self._anchors:
            problem = f"found undefined alias {event.anchor!r}"
            raise yaml.MarkedYAMLError(None, None, problem, event.start_mark)
        cell = self._anchors[event.anchor][0]
        if cell is None:
            self._add(place, _TOO_DEEP)
            return Scalar(place, "")
        return cell

    def _open_anchor(self, event: Any) -> None:
        if event.anchor in self._anchors:
            first = self._anchors[event.anchor][1]
            problem = f"found duplicate anchor {event.anchor!r}; first occurrence"
            raise yaml.MarkedYAMLError(problem, first, "second occurrence", event.start_mark)
        self._anchors[event.anchor] = (None, event.start_mark)

    def _look_at_tag(self, tag: str, place: Place) -> None:
        if tag != "!" and (not tag.startswith("tag:yaml.org,2002:") or "python/" in tag):
            self._add(place, f"the tag {tag} means nothing here; write the value alone")

    def _add(self, place: Place, message: str) -> None:
        self.faults.append(fault_at(place, "", message))


def _skip(event: Any, next_event: Callable[[], Any]) -> None:
    """Pass over a list or table that nobody wants, whatever its depth."""
    depth = 1 if isinstance(event, yaml.CollectionStartEvent) else 0
    while depth:
        event = next_event()
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
