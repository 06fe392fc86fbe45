"""Signed links in the mails of a page, by which the engineer says that he has called back.

A link names a page and a person, and bears a signature over both. The key is the page's own, kept with it, so
that every box can read it. Opening a link changes nothing, for mail scanners open links too: a button does.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final

from ivr.duty.page import Page

PATH: Final = "/called-back"
VALID_FOR: Final = timedelta(hours=24)
_BYTES: Final = 16


class DoneLinkError(ValueError):
    """A link that is not ours, or is over; the word says which."""


def make_key() -> str:
    """A key for one page."""
    return secrets.token_hex(_BYTES)


def link_for(address: str, page: Page, entry: str) -> str:
    """The link for that person; empty where the page has no key or the desk no address."""
    key = page.request.link_key
    return f"{address}{PATH}/{page.id}-{entry}-{_sign(key, page.id, entry)}" if key and address else ""


def page_of(token: str) -> str:
    """The id of the page that a link claims to be about."""
    return token.partition("-")[0]


def entry_of(page: Page, token: str, now: datetime) -> str:
    """Whose link it is. DoneLinkError for one that was not made for this page, or is over."""
    _, _, rest = token.partition("-")
    entry, _, signature = rest.rpartition("-")
    key = page.request.link_key
    if not key or not hmac.compare_digest(_sign(key, page.id, entry).encode(), signature.encode()):
        raise DoneLinkError("wrong")
    if now > page.started + VALID_FOR:
        raise DoneLinkError("over")
    return entry


def _sign(key: str, page_id: str, entry: str) -> str:
    text = f"called back {page_id} {entry}".encode()
    return hmac.new(key.encode(), text, hashlib.sha256).hexdigest()[: 2 * _BYTES]


__all__ = ["PATH", "DoneLinkError", "entry_of", "link_for", "make_key", "page_of"]
