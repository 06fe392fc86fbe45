"""Whether a webhook's request comes from somebody who has its secret. Pure: the moment is given.

    X-Dutyline-Signature: t=1763776800,v1=<HMAC-SHA256 of "1763776800." and the body, in hex>

is the form that cannot be used again: it is good for five minutes, and the same alarm twice is one. For
tools that cannot sign: `Authorization: Bearer <secret>`; `X-Hub-Signature-256: sha256=<hex>`, as Git
hosts and Grafana sign, is of the body alone.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final

SIGNATURE: Final = "X-Dutyline-Signature"
HUB: Final = "X-Hub-Signature-256"
GRAFANA: Final = "X-Grafana-Alerting-Signature"
GOOD_FOR_S: Final = 300


class RefusedSignature(ValueError):  # noqa: N818 - it says what is so
    """The request is not believed; the sentence says why, and nothing of the secret."""


def check_signature(secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """What names this very request, where its signature does (empty: nothing). RefusedSignature.

    `secrets`: any of them will do, so that one can be exchanged for another.
    """
    if given := headers.get(SIGNATURE, ""):
        return _check_ours(secrets, given, body, now)
    if given := headers.get(HUB, "") or headers.get(GRAFANA, ""):
        _believe(secrets, given.removeprefix("sha256="), lambda secret: _hex(secret, body))
        return ""
    given = headers.get("Authorization", "")
    if given.lower().startswith("bearer "):
        _believe(secrets, given[7:].strip(), lambda secret: secret)
        return ""
    raise RefusedSignature(f"wants a signature ({SIGNATURE}) or the secret (Authorization: Bearer ...)")


def sign(secret: str, body: bytes, now: datetime) -> str:
    """The value of `X-Dutyline-Signature` for a body."""
    stamp = str(int(now.timestamp()))
    return f"t={stamp},v1={_hex(secret, stamp.encode() + b'.' + body)}"


def _check_ours(secrets: Sequence[str], given: str, body: bytes, now: datetime) -> str:
    parts = dict(part.strip().partition("=")[::2] for part in given.split(","))
    stamp = parts.get("t", "")
    if not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12 or "v1" not in parts:
        raise RefusedSignature(f"{SIGNATURE} is not written as t=<seconds since 1970>,v1=<hex>")
    _believe(secrets, parts["v1"], lambda secret: _hex(secret, stamp.encode() + b"." + body))
    age_s = now.timestamp() - int(stamp)
    if abs(age_s) > GOOD_FOR_S:
        when = "ago" if age_s > 0 else "in the future"
        raise RefusedSignature(
            f"the signature is of {abs(age_s):.0f} s {when}; it is good for {GOOD_FOR_S} s"
        )
    return f"{stamp}.{parts['v1']}"


def _believe(secrets: Sequence[str], given: str, expected: Callable[[str], str]) -> None:
    # bytes of a header that are no text come as lone surrogates
    said = given.encode("utf-8", "surrogatepass")
    matches = [hmac.compare_digest(said, expected(secret).encode()) for secret in secrets]
    if not any(matches):
        raise RefusedSignature("the signature or secret is wrong")


def _hex(secret: str, content: bytes) -> str:
    return hmac.new(secret.encode(), content, sha256).hexdigest()


__all__ = ["GOOD_FOR_S", "SIGNATURE", "RefusedSignature", "check_signature", "sign"]
