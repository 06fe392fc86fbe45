"""Black and white lists: numbers, prefixes or words, each with a reason and perhaps an end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from dialplan.numbers import to_e164


class ListKind(StrEnum):
    """What stands in a list."""

    NUMBERS = "numbers"
    WORDS = "words"
    """Any other values: customer numbers, names. Capitals do not matter."""


class Listing(NamedTuple):
    """One entry. It holds until before `until` (aware)."""

    shown: str
    """As in "stands in the list by ...": `its number`, `the prefix +3290`."""
    reason: str = ""
    until: datetime | None = None
    ends: str = ""
    """`until` as it was written, by the clock of the desk."""

    def holds(self, now: datetime) -> bool:
        """Whether it counts at this moment."""
        return self.until is None or now < self.until

    def __str__(self) -> str:
        """`its number: abuse, until 2026-12-31`."""
        said = self.shown + (f": {self.reason}" if self.reason else "")
        return said + (f", until {self.ends}" if self.ends else "")


@dataclass(frozen=True, slots=True)
class NumberList:
    """A list. `lengths`: those of its prefixes, longest first."""

    id: str
    title: str
    kind: ListKind = ListKind.NUMBERS
    country: str = "BE"
    exact: Mapping[str, Listing] = field(default_factory=dict)
    prefixes: Mapping[str, Listing] = field(default_factory=dict)
    anonymous: Listing | None = None
    lengths: tuple[int, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "lengths", tuple(sorted({len(each) for each in self.prefixes}, reverse=True))
        )

    def find(self, value: str, now: datetime) -> Listing | None:
        """The entry that holds for a value now; an empty one is a number that is not shown."""
        key = self.key_of(value) if value else ""
        listing = self.exact.get(key) if value else self.anonymous
        if listing is not None and listing.holds(now):
            return listing
        for length in self.lengths:
            listing = self.prefixes.get(key[:length])
            if listing is not None and listing.holds(now):
                return listing
        return None

    def ends_of(self, value: str) -> tuple[datetime | None, ...]:
        """When each entry ends that may hold for a value, whether it has ended or not."""
        key = self.key_of(value) if value else ""
        found = [self.exact.get(key) if value else self.anonymous]
        found += [self.prefixes.get(key[:length]) for length in self.lengths]
        return tuple(listing.until for listing in found if listing is not None)

    def key_of(self, value: str) -> str:
        """A value as it is looked for."""
        if self.kind is ListKind.WORDS:
            return value.strip().casefold()
        return value if value[0] == "+" else to_e164(value, self.country) or value
