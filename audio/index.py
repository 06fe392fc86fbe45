"""The prompts as the recogniser knows them, and where each landmark occurs in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from audio import alaw
from audio.alaw import Codes
from audio.anchors import find_anchors, loud_codes
from audio.languages import LANGUAGES
from audio.shelf import Key

Mask = npt.NDArray[np.bool_]

STEP: Final = 80
"""Samples of one step (10 ms): the grid on which prompts are verified."""

_LEAST_VOTES: Final = 2
_MOST_ALIKE: Final = 48
_LOUD_IN_STEP: Final = 12


@dataclass(frozen=True, slots=True)
class Model:
    """One distinct audio and everybody who plays it."""

    ids: tuple[str, ...]
    languages: tuple[str, ...]
    samples: npt.NDArray[np.int32]
    audible: Mask
    """For each step whether there is anything to verify."""

    @property
    def audible_steps(self) -> int:
        return int(self.audible.sum())


def distinct(audio: Mapping[Key, bytes]) -> list[Model]:
    """One model for each distinct audio; silence has none."""
    owners: dict[bytes, list[Key]] = {}
    for key, codes in audio.items():
        owners.setdefault(codes, []).append(key)
    models = (_model(codes, keys) for codes, keys in owners.items())
    return [model for model in models if model.audible_steps]


def _model(codes: bytes, keys: list[Key]) -> Model:
    samples = alaw.decode(codes).astype(np.int32)
    padded = np.pad(samples, (0, -len(samples) % STEP)).reshape(-1, STEP)
    audible = np.count_nonzero(np.abs(padded) >= 512, axis=1) >= _LOUD_IN_STEP
    present = {key.language for key in keys}
    ids = tuple(sorted({key.id for key in keys}))
    return Model(ids, tuple(each.value for each in LANGUAGES if each in present), padded.reshape(-1), audible)


class Index:
    """Where each landmark's hash occurs in the prompts."""

    def __init__(self, models: Sequence[Model]) -> None:
        found = [find_anchors(loud_codes(alaw.encode(model.samples))) for model in models]
        owners = np.repeat(np.arange(len(models)), [len(each.places) for each in found])
        hashes = np.concatenate([each.hashes for each in found] or [np.zeros(0, dtype=np.uint64)])
        places = np.concatenate([each.places for each in found] or [np.zeros(0, dtype=np.int64)])
        order = np.argsort(hashes, kind="stable")
        self._hashes, self._owners, self._places = hashes[order], owners[order], places[order]

    def candidates(self, raw: Codes) -> list[tuple[int, int]]:
        """Prompts and alignments that several landmarks speak for."""
        anchors = find_anchors(loud_codes(raw))
        first = np.searchsorted(self._hashes, anchors.hashes, side="left")
        count = np.searchsorted(self._hashes, anchors.hashes, side="right") - first
        count = np.where(count > _MOST_ALIKE, 0, count)
        ends = np.cumsum(count)
        entry = np.repeat(first - (ends - count), count) + np.arange(int(ends[-1]) if len(ends) else 0)
        shifts = np.repeat(anchors.places, count) - self._places[entry]
        pairs = np.stack([self._owners[entry], shifts], axis=1)
        unique, votes = np.unique(pairs, axis=0, return_counts=True)
        return [(int(model), int(shift)) for model, shift in unique[votes >= _LEAST_VOTES]]
