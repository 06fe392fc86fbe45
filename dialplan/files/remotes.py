"""On-call calendars at an address, as layers name them.

second:
  calendar: https://calendar.example.com/on-call/abc.ics
  every: 15 min                       # so often it is fetched
  default: [ADU, WTI]                 # until it was fetched for the first time; or: nobody
"""

from __future__ import annotations

from typing import Final

from dialplan.cells import Scalar
from dialplan.fields import duration, title
from dialplan.files.orders import read_order
from dialplan.reading import Section
from dialplan.remote import Remote, is_good_address

USUAL_EVERY_S: Final = 900.0
NOBODY: Final = "nobody"


def is_address(text: str) -> bool:
    """Whether this is an address rather than a file of the configuration."""
    return "://" in text


def read_remote(row: Section) -> Remote | None:
    """The calendar under `calendar`, where that is an address."""
    address = row.get("calendar", str, "")
    if not is_address(address):
        for key in ("every", "default"):
            if row.has(key):
                row.cell(key)
                row.fault(key, 'belongs beside a "calendar" that is an address')
        return None
    _check_address(row, address)
    every_s = row.get("every", duration(60, 86400), USUAL_EVERY_S)
    default = _read_default(row)
    categories, summaries = row.list_of("category", title), row.list_of("summary", title)
    return Remote(address, every_s, default, categories, summaries)


def _check_address(row: Section, address: str) -> None:
    """The address itself is never repeated: it may be as good as a password."""
    if not is_good_address(address):
        row.fault("calendar", "is no address; write https://HOST/... or name a file, calendars/*.ics")


def _read_default(row: Section) -> tuple[str, ...]:
    """Who is on duty by it before it was ever fetched: somebody has to say so."""
    if not row.has("default"):
        message = 'needs "default": who is on duty until it was fetched for the first time, or nobody'
        row.fault("calendar", message)
        return ()
    cell = row.cell("default")
    if isinstance(cell, Scalar) and cell.text.strip().lower() == NOBODY:
        return ()
    return read_order(row, "default")


__all__ = ["is_address", "read_remote"]
