"""Answers that are good for a while."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Final, TypeAlias

MOST_KEPT: Final = 10_000

Row: TypeAlias = Mapping[str, str] | None
"""A row, or that there is none."""


class Memory:
    """The answers of one table, the ones least used forgotten first."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._rows: OrderedDict[str, tuple[float, Row]] = OrderedDict()

    def keep(self, key: str, row: Row, until_s: float) -> None:
        """Keep an answer until then."""
        self._rows[key] = (until_s, row)
        self._rows.move_to_end(key)
        while len(self._rows) > self._most:
            self._rows.popitem(last=False)

    def find(self, key: str, now_s: float) -> tuple[bool, Row]:
        """Whether an answer is known and still good, and the answer."""
        until_s, row = self._rows.get(key, (0.0, None))
        if now_s >= until_s:
            self._rows.pop(key, None)
            return False, None
        self._rows.move_to_end(key)
        return True, row
