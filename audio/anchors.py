"""Landmarks in A-law audio that are found again wherever the same audio is played.

A landmark is a place chosen by its own content (three loud codes with a certain sum), so recordings need
no common alignment: cut, shifted or with frames missing, the same audio has the same landmarks. Each is
named by a hash of the 4 ms that follow it.

Codes below 512 (of 32256) count as quiet and all alike: the two codes of nothing (0xD5, 0x55), and the
few units that a mixer adds when it decodes and encodes again, change nothing above that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from audio.alaw import Codes

SPAN: Final = 32
"""Samples that are hashed."""
_ONE_IN: Final = 16
_LEAST_LOUD: Final = 20
_FACTORS: Final = np.array([47, 113, 229], dtype=np.uint16)


def _loud_table() -> Codes:
    bits = np.arange(256, dtype=np.uint8) ^ 0x55
    return np.where((bits & 0x70) >= 0x20, bits, 0).astype(np.uint8)


_LOUD: Final[Codes] = _loud_table()
_POWERS: Final = np.cumprod(np.full(SPAN, 0x9E3779B97F4A7C15, dtype=np.uint64))


@dataclass(frozen=True, slots=True)
class Anchors:
    """Landmarks in order of place."""

    places: npt.NDArray[np.int64]
    hashes: npt.NDArray[np.uint64]


def loud_codes(codes: bytes | Codes) -> Codes:
    """Each code without its inversion, and 0 for all quiet ones."""
    if not isinstance(codes, np.ndarray):
        codes = np.frombuffer(codes, dtype=np.uint8)
    return _LOUD[codes]


def find_anchors(loud: Codes) -> Anchors:
    """The landmarks of audio given as `loud_codes`."""
    last = len(loud) - SPAN + 1
    if last <= 0:
        return Anchors(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.uint64))
    first, second, third = (loud[shift : last + shift] for shift in range(3))
    mixed = first * _FACTORS[0] + second * _FACTORS[1] + third * _FACTORS[2]
    chosen = (((mixed ^ (mixed >> np.uint16(6))) & np.uint16(_ONE_IN - 1)) == 0) & (first != 0)
    places = np.flatnonzero(chosen & (second != 0) & (third != 0))
    windows = np.lib.stride_tricks.sliding_window_view(loud, SPAN)[places]
    places, windows = _lively(places, windows)
    return Anchors(places, _hash(windows))


def _lively(places: npt.NDArray[np.int64], windows: Codes) -> tuple[npt.NDArray[np.int64], Codes]:
    """Only windows that are mostly loud: others would be alike in many prompts."""
    keep = np.count_nonzero(windows, axis=1) >= _LEAST_LOUD
    return places[keep], windows[keep]


def _hash(windows: Codes) -> npt.NDArray[np.uint64]:
    summed = np.zeros(len(windows), dtype=np.uint64)
    for column in range(SPAN):
        summed += windows[:, column] * _POWERS[column]
    summed ^= summed >> np.uint64(29)
    return summed * np.uint64(0xBF58476D1CE4E5B9)
