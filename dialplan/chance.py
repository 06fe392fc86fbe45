"""Chances out of the one random number of a call: the same number gives the same order and the same share."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def shuffled(items: Sequence[T], chance: float) -> tuple[T, ...]:
    """The items in the order that `chance` (from 0 up to 1) stands for; each order as likely as any other.

    The number is used up digit by digit in a base that shrinks with each place (Lehmer's code). A float
    carries enough for 18 items; what comes after those stays as it was.
    """
    left, found = list(items), []
    while left:
        scaled = min(max(chance, 0.0), 0.9999999999999999) * len(left)
        index = int(scaled)
        found.append(left.pop(index))
        chance = scaled - index
    return tuple(found)


def own_chance(chance: float, name: str) -> float:
    """A number of its own, from 0 up to 1, for each name: two names of one call are independent of each
    other, and the same name of the same call is the same number again."""
    digest = hashlib.blake2b(f"{chance!r} {name}".encode(), digest_size=8).digest()
    return (int.from_bytes(digest) >> 11) / 2**53
