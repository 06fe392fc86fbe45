"""Tables: what is known of a customer, a number, a ticket, outside the routing plans.

A table stands in a data file, read when the configuration is loaded, or in a database, asked on the call.
Each is asked for one key and gives one row: texts by the names of its columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dialplan.events import Found
from dialplan.numbers import to_e164

LIMIT_S = 2.0
KEEP_S = 60.0


class KeyKind(StrEnum):
    """How a key is compared."""

    TEXT = "text"
    """As it is, but for capitals and blanks around it."""
    PHONE = "phone"
    """As a telephone number in any form."""
    DIGITS = "digits"
    """By its digits alone: `1-0123456789` is 10123456789."""


@dataclass(frozen=True, slots=True)
class LookUpTable:
    """A table. `variables`: column -> variable of the call. `default`: the row that stands for a table
    which does not answer."""

    id: str
    title: str
    variables: Mapping[str, str]
    key_kind: KeyKind = KeyKind.TEXT
    country: str = "BE"
    rows: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    """By key, as `key_of` writes it: of a data file."""
    default: Mapping[str, str] | None = None
    url: str = ""
    """SQLAlchemy URL, or `$NAME` of the environment variable that holds it; empty: a data file."""
    query: str = ""
    """SELECT with `:key`."""
    limit_s: float = LIMIT_S
    keep_s: float = KEEP_S
    """How long an answer of the database is good."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is known: those that the file has, and those that become variables."""
        row: Mapping[str, str] = next(iter(self.rows.values()), {})
        return tuple(dict.fromkeys((*self.variables, *row, *(self.default or {}))))

    @property
    def is_database(self) -> bool:
        """Whether it is asked on the call."""
        return bool(self.url)

    def key_of(self, value: str) -> str:
        """A value as it is looked for; empty when it can be no key."""
        if self.key_kind is KeyKind.PHONE:
            return to_e164(value, self.country) or value.strip()
        if self.key_kind is KeyKind.DIGITS:
            return "".join(sign for sign in value if sign.isdecimal() and sign.isascii())
        return value.strip().casefold()


def find_row(table: LookUpTable, value: str) -> Found:
    """The row of a table in a data file."""
    row = table.rows.get(table.key_of(value))
    return Found(row, f'the table "{table.id}" has {"this" if row is not None else "no such"} row')


def default_row(table: LookUpTable, why: str) -> Found:
    """What stands for a table that does not answer. `why`: a clause, `it was silent for 2 s`."""
    return Found(table.default, why, is_default=True)
