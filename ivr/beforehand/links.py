"""Signed links, by which an engineer says from a mail that he is there.

A link names a run and when it ends, and bears a signature over both: it cannot be guessed, changed, or kept
for another day. The key is the run's own, kept with it, so that every box can read it. Opening a link changes
nothing, for mail scanners open links too: a button does.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import UTC, datetime
from typing import Final

PATH: Final = "/here"
_BYTES: Final = 16


class LinkError(ValueError):
    """A link that is not ours, or is over; the word says which."""


def make_key() -> str:
    """A key for one run."""
    return secrets.token_hex(_BYTES)


def make_token(key: str, run_id: str, until: datetime) -> str:
    """What the link ends with."""
    stamp = f"{int(until.timestamp()):x}"
    return f"{run_id}-{stamp}-{_sign(key, run_id, stamp)}"


def run_of(token: str) -> str:
    """The id of the run that a link claims to be about."""
    return token.partition("-")[0]


def check_token(key: str, token: str, now: datetime) -> None:
    """LinkError for one that was not made with this key, or is over."""
    run_id, _, rest = token.partition("-")
    stamp, _, signature = rest.partition("-")
    if not key or not hmac.compare_digest(_sign(key, run_id, stamp).encode(), signature.encode()):
        raise LinkError("wrong")
    if now > datetime.fromtimestamp(int(stamp, 16), tz=UTC):
        raise LinkError("over")


def _sign(key: str, run_id: str, stamp: str) -> str:
    text = f"here {run_id} {stamp}".encode()
    return hmac.new(key.encode(), text, hashlib.sha256).hexdigest()[: 2 * _BYTES]


__all__ = ["PATH", "LinkError", "check_token", "make_key", "make_token", "run_of"]
