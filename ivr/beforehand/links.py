"""Signed links, by which an engineer says from a mail that he is there.

A link names a run and when it ends, and bears a signature over both: it cannot be guessed, changed, or kept
for another day. Opening it changes nothing, for mail scanners open links too: a button does.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime
from typing import Final

PATH: Final = "/here"
_BYTES: Final = 16


class LinkError(ValueError):
    """A link that is not ours, or is over; the word says which."""


def make_token(secret: str, run_id: str, until: datetime) -> str:
    """What the link ends with."""
    stamp = f"{int(until.timestamp()):x}"
    return f"{run_id}-{stamp}-{_sign(secret, run_id, stamp)}"


def read_token(secret: str, token: str, now: datetime) -> str:
    """The id of the run that a link is about. LinkError."""
    run_id, _, rest = token.partition("-")
    stamp, _, signature = rest.partition("-")
    if not hmac.compare_digest(_sign(secret, run_id, stamp).encode(), signature.encode()):
        raise LinkError("wrong")
    if now > datetime.fromtimestamp(int(stamp, 16), tz=UTC):
        raise LinkError("over")
    return run_id


def _sign(secret: str, run_id: str, stamp: str) -> str:
    text = f"here {run_id} {stamp}".encode()
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()[: 2 * _BYTES]


__all__ = ["PATH", "LinkError", "make_token", "read_token"]
