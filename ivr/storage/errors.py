"""What can go wrong with the store, and whether to try again."""

from __future__ import annotations

import sqlite3
from typing import Final

from sqlalchemy import exc

from dialplan.sentences import Sentence


class StorageError(Exception):
    """Anything the store has to say itself."""


class DatabaseUnavailable(StorageError):  # noqa: N818 - it says what is so
    """The database did not do it in time: locked, gone, full, or not answering.

    `is_certain`: nothing was written, for sure. False only when the time ran out, or the connection
    broke, while the commit itself was under way.
    """

    def __init__(self, where: str, why: str, *, is_certain: bool = True) -> None:
        doubt = "" if is_certain else Sentence("perhaps-written")
        super().__init__(Sentence("database-away", where=where, why=why, more=doubt))
        self.where, self.why, self.is_certain = where, why, is_certain


class DatabaseTooNew(StorageError):  # noqa: N818 - it says what is so
    """The database was written by a newer version than this one."""

    def __init__(self, where: str, found: str, known: str) -> None:
        super().__init__(Sentence("database-too-new", where=where, one=found, two=known))
        self.where, self.found, self.known = where, found, known


class DatabaseUnusable(StorageError):  # noqa: N818 - it says what is so
    """The address of the database makes no sense to this product."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(Sentence("database-unusable", where=where, why=why))
        self.where, self.why = where, why


_SQLITE_RETRY: Final = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_SCHEMA,
        sqlite3.SQLITE_AUTH,
        sqlite3.SQLITE_NOTADB,
    }
)
"""Result codes that speak about the file, not about the statement (sqlite.org/rescode.html)."""

_SQLSTATE_RETRY: Final = ("08", "25006", "28", "3D", "40", "42P01", "53", "55P03", "57", "58", "XX")
"""PostgreSQL's codes that speak about the server: connection, read-only standby, log-in, missing database
or table, deadlock, resources, lock, operator, system, internal (appendix A of its manual)."""


def is_retryable(error: BaseException) -> bool:
    """Whether the database is at fault, so that the same work may succeed later.

    False: the statement or its data are (constraint, type, code of ours), and would fail again.
    """
    if isinstance(error, DatabaseUnavailable | exc.TimeoutError | exc.DisconnectionError):
        return True
    if not isinstance(error, exc.DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        result = getattr(cause, "sqlite_errorcode", None) or 0
        return result & 0xFF in _SQLITE_RETRY or "no such table" in str(cause)
    state = getattr(cause, "sqlstate", None)
    if state is None:
        return isinstance(error, exc.OperationalError | exc.InterfaceError)
    return str(state).startswith(_SQLSTATE_RETRY)


__all__ = ["DatabaseTooNew", "DatabaseUnavailable", "DatabaseUnusable", "StorageError", "is_retryable"]
