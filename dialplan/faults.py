"""What is wrong with a configuration: every fault with its place, its sentence and the nearest right name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import NamedTuple

LONGEST_SAID = 800
"""Characters of a sentence that somebody reads to its end."""


class Place(NamedTuple):
    """Where something stands: a file of the configuration, line and column counted from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong, at one place: `plans/fuzer.yaml:41:9 choose keys["3"]: unknown node ...`."""

    file: str
    line: int
    column: int
    where: str
    message: str
    nearest: str = ""
    rule: str = field(default="", compare=False)
    """The rule that found it; empty when it was found while the files were read."""

    def __str__(self) -> str:
        where = f" {self.where}" if self.where else ""
        hint = f'; did you mean "{self.nearest}"?' if self.nearest else ""
        return f"{self.file}:{self.line}:{self.column}{where}: {self.message}{hint}"


class ConfigurationFaults(Exception):  # noqa: N818 - the plural says it: all of them at once
    """The configuration cannot be used. Carries every fault, and the warnings found beside them."""

    def __init__(self, faults: Sequence[Fault], warnings: Sequence[Fault] = ()) -> None:
        self.faults = list(faults)
        self.warnings = list(warnings)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def fault_at(place: Place, where: str, message: str, nearest: str = "", rule: str = "") -> Fault:
    """A fault at a place. What somebody wrote at great length is said shortly."""
    return Fault(place.file, place.line, place.column, _short(where), _short(message), nearest, rule)


def _short(text: str) -> str:
    half = LONGEST_SAID // 2
    return text if len(text) <= LONGEST_SAID else f"{text[:half]} ... {text[-half:]}"


def nearest_of(name: str, names: Iterable[str]) -> str:
    """The right name most like the wrong one, whatever its capitals; empty when none is like it."""
    by_small = {each.lower(): each for each in names}
    close = get_close_matches(name.lower(), by_small, n=1, cutoff=0.6)
    return by_small[close[0]] if close else ""
