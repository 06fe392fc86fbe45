"""PINs of people who may switch plans by phone: kept as scrypt hashes only, `scrypt:14:8:1:SALT:HASH`."""

from __future__ import annotations

import re
from typing import Final

from dialplan.reading import Wrong

LEAST_DIGITS: Final = 4
MOST_DIGITS: Final = 12
COST: Final = 14
"""log2 of scrypt's N: 16 MB and about 50 ms for each try."""

_HASH = re.compile(r"^scrypt:(\d{2}):(\d{1,2}):(\d):([0-9a-f]{32}):([0-9a-f]{64})$")


def hash_pin(digits: str, salt: bytes) -> str:
    """The hash to keep; `salt` 16 random bytes. Raises ValueError for a PIN that is none."""
    if not (digits.isascii() and digits.isdecimal() and LEAST_DIGITS <= len(digits) <= MOST_DIGITS):
        raise ValueError(f"a PIN has {LEAST_DIGITS} to {MOST_DIGITS} digits")
    if len(set(digits)) == 1 or digits in "01234567890" or digits in "09876543210":
        raise ValueError("a PIN of one digit over and over, or of digits in a row, is guessed at once")
    return f"scrypt:{COST}:8:1:{salt.hex()}:{_derive(digits, salt, COST, 8, 1).hex()}"


def is_pin(digits: str, kept: str) -> bool:
    """Whether these digits are the PIN of that hash. Takes as long for a wrong one."""
    found = _HASH.match(kept)
    if found is None:
        return False
    import hmac

    cost, block, parallel, salt, expected = found.groups()
    derived = _derive(digits, bytes.fromhex(salt), int(cost), int(block), int(parallel))
    return hmac.compare_digest(derived, bytes.fromhex(expected))


def pin_hash(text: str) -> str:
    """A hash, as a field of the configuration."""
    found = _HASH.match(text.strip())
    if found is None:
        raise Wrong('is no hash of a PIN; `dutyline pin` makes one, as in "scrypt:14:8:1:..."')
    if not 12 <= int(found[1]) <= 17 or not 1 <= int(found[2]) <= 16 or found[3] != "1":
        raise Wrong("is a hash that is too easy, or takes too long, to try; `dutyline pin` makes a good one")
    return text.strip()


def _derive(digits: str, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
    import hashlib  # here, so that only those pay for it who look at a PIN

    memory = 2 * 128 * block * (1 << cost)
    return hashlib.scrypt(
        digits.encode(), salt=salt, n=1 << cost, r=block, p=parallel, dklen=32, maxmem=memory
    )
