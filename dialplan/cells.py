"""What a YAML file is made of: texts, lists and tables, each with its place (see `dialplan.document`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from dialplan.faults import Place


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


__all__ = ["Cell", "Items", "Scalar", "Table"]
