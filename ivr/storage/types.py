"""Column types: times that know their zone, text that every database takes, states as enums."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import DateTime, Dialect, Enum, Text
from sqlalchemy.types import TypeDecorator


class Utc(TypeDecorator[datetime]):
    """An instant with microseconds: stored as UTC, aware in Python whatever the database.

    SQLite has no type for it and keeps sortable text; a time without a zone is refused (ValueError)
    rather than guessed at.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The instant as the database takes it."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone cannot be stored: {value}")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The instant as Python wants it."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text from outside (names, numbers, reasons), made storable: see `storable`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The text without what a database refuses."""
        return None if value is None else storable(value)


def storable(text: str) -> str:
    """`text` without NUL (PostgreSQL refuses it) and with `?` for broken UTF-8 (all refuse it).

    A hostile caller name must not cost the call its record.
    """
    if text.isascii():
        return text.replace("\0", "") if "\0" in text else text
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def code(states: type[StrEnum]) -> Enum:
    """A column of that enum's values, kept as plain text: a new state needs no migration."""
    return Enum(
        states,
        native_enum=False,
        create_constraint=False,
        length=32,
        values_callable=lambda known: [member.value for member in known],
    )


__all__ = ["Utc", "Words", "code", "storable"]
