"""Prompts in audio that was transcoded, turned up or down, or mixed with something else.

Two stages. Coarse: band energies every 10 ms, correlated with every prompt at once, give candidates.
Fine: samples are correlated in blocks of 100 ms, each of which may lie a little off its place (lost and
inserted packets); a candidate counts when most of its blocks are found. Steady tones are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from audio.bands import (
    LOUD,
    SHORTEST,
    STEP,
    Bands,
    Mask,
    bands_of,
    centred,
    correlated,
    is_tone,
    loud_part,
    open_stretches,
)
from audio.level import Signal, Span

_BATCH: Final = 64
_CANDIDATES: Final = 24
_PLACES: Final = 3
_APART_STEPS: Final = 15
_COARSE_LEAST: Final = 0.35
_BLOCK: Final = 800
_SLACK: Final = 480
_DRIFT: Final = 330
_BLOCK_LEAST: Final = 0.5
_MEAN_LEAST: Final = 0.6
_SHARE_LEAST: Final = 0.6
_LEAST_BLOCKS: Final = 2
_OWN: Final = 8 * 8000


@dataclass(frozen=True, slots=True)
class Found:
    """A prompt by number, from one sample to before another.

    `share`: the part of its blocks that was found; `likeness`: their mean correlation.
    """

    model: int
    start: int
    end: int
    share: float
    likeness: float

    @property
    def worth(self) -> float:
        """How much of the audio it explains, and how well: a likeness of words that rhyme is not enough."""
        return self.likeness**8 * self.share * (self.end - self.start)

    def overlaps(self, other: Found) -> bool:
        """Whether two finds claim more than a moment in common."""
        return min(self.end, other.end) - max(self.start, other.start) > _BLOCK // 2


class _Fit(NamedTuple):
    """How well a prompt's bands fit, which prompt, and at which step it would begin."""

    score: float
    model: int
    at: int


class Correlator:
    """Compares audio with all prompts. Making it costs nothing; the first search prepares the bands."""

    def __init__(self, prompts: Sequence[Signal]) -> None:
        self._prompts = list(prompts)

    @cached_property
    def _bands(self) -> list[Bands]:
        return [centred(bands_of(prompt)) for prompt in self._prompts]

    def find(self, signal: Signal, explained: Mask) -> list[Found]:
        """The prompts in loud stretches that `explained` (one value for each 10 ms) leaves open."""
        return [found for span in open_stretches(signal, explained) for found in self._find_in(signal, span)]

    def _find_in(self, signal: Signal, span: Span) -> list[Found]:
        """Long stretches are searched in parts.

        Parts overlap by the longest prompt: what begins before the overlap lies wholly in its part, what
        begins later is left to the next one.
        """
        longest = max((len(prompt) for prompt in self._prompts), default=0)
        found: list[Found] = []
        start = span.start
        while span.end - start >= SHORTEST:
            end = min(start + _OWN + longest, span.end)
            here = self._search(signal[start:end], start)
            if end == span.end:
                return found + here
            here = [each for each in here if each.start < start + _OWN]
            found += here
            start = max([start + _OWN, *(each.end for each in here)])
        return found

    def _search(self, signal: Signal, offset: int) -> list[Found]:
        """The best prompts that do not overlap; then what lies between them in turn."""
        if len(signal) < SHORTEST or is_tone(signal):
            return []
        verified = [self._verify(fit.model, signal, fit.at * STEP) for fit in self._fits(signal)]
        chosen: list[Found] = []
        for found in sorted(filter(_is_good, verified), key=lambda each: each.worth, reverse=True):
            if not any(found.overlaps(other) for other in chosen):
                chosen.append(found)
        if not chosen:
            return []
        between = self._search_between(signal, sorted(chosen, key=lambda each: each.start), offset)
        moved = [replace(each, start=each.start + offset, end=each.end + offset) for each in chosen]
        return sorted(moved + between, key=lambda each: each.start)

    def _search_between(self, signal: Signal, chosen: list[Found], offset: int) -> list[Found]:
        starts = [0, *(each.end for each in chosen)]
        ends = [*(each.start for each in chosen), len(signal)]
        found: list[Found] = []
        for start, end in zip(starts, ends, strict=True):
            span = loud_part(signal[start : max(start, end)])
            if span is not None:
                part = signal[start + span.start : start + span.end]
                found += self._search(part, offset + start + span.start)
        return found

    def _fits(self, signal: Signal) -> list[_Fit]:
        """The prompts whose bands fit best."""
        query = centred(bands_of(signal))
        fits = [
            fit for first in range(0, len(self._bands), _BATCH) for fit in self._fits_of_batch(query, first)
        ]
        good = sorted((fit for fit in fits if fit.score >= _COARSE_LEAST), reverse=True)
        return good[:_CANDIDATES]

    def _fits_of_batch(self, query: Bands, first: int) -> Iterator[_Fit]:
        """Prompts may begin before the audio and end after it, so it is padded with nothing."""
        batch = self._bands[first : first + _BATCH]
        pad = max(len(bands) for bands in batch)
        padded = np.pad(query, ((pad, pad), (0, 0)))
        energy = np.concatenate([[0.0], np.cumsum((padded**2).sum(axis=1))])
        products = correlated(padded, batch)
        for place, bands in enumerate(batch):
            lags = len(padded) - len(bands) + 1
            windows = energy[len(bands) :] - energy[:lags]
            norm = np.sqrt(np.maximum(windows, 1e-9) * float((bands**2).sum()) + 1e-9)
            scores = products[place, :lags] / norm
            yield from (_Fit(float(scores[at]), first + place, at - pad) for at in _peaks(scores))

    def _verify(self, model: int, signal: Signal, at: int) -> Found:
        """Look for each loud block of the prompt near where it should be."""
        prompt = self._prompts[model]
        starts = [
            start
            for start in range(0, max(len(prompt) - _BLOCK // 2, 1), _BLOCK)
            if np.sqrt((prompt[start : start + _BLOCK] ** 2).mean()) > LOUD
        ]
        scores = [_block_score(prompt[start : start + _BLOCK], signal, at + start) for start in starts]
        good = [lag for score, lag in scores if score >= _BLOCK_LEAST]
        usual = int(np.median(good)) if good else 0
        hits = [
            (start, score)
            for start, (score, lag) in zip(starts, scores, strict=True)
            if score >= _BLOCK_LEAST and abs(lag - usual) <= _DRIFT
        ]
        if len(hits) < _LEAST_BLOCKS:
            return Found(model, at, at, 0.0, 0.0)
        first, last = at + usual + hits[0][0], at + usual + hits[-1][0] + _BLOCK
        end = min(last, at + usual + len(prompt), len(signal))
        likeness = float(np.mean([score for _, score in hits]))
        return Found(model, max(first, 0), max(end, 0), len(hits) / len(starts), likeness)


def _is_good(found: Found) -> bool:
    return found.share >= _SHARE_LEAST and found.likeness >= _MEAN_LEAST and found.end > found.start


def _peaks(scores: Signal) -> Iterator[int]:
    """The best places of a prompt: the same digit may be heard several times."""
    left = scores.copy()
    for _ in range(_PLACES):
        at = int(left.argmax())
        yield at
        left[max(at - _APART_STEPS, 0) : at + _APART_STEPS] = -1.0


def _block_score(block: Signal, signal: Signal, at: int) -> tuple[float, int]:
    """The best normalised correlation of a block with the audio around a place, and how far off it lies."""
    around = _cut_out(signal, at - _SLACK, at + len(block) + _SLACK)
    products = np.correlate(around, block, mode="valid")
    squares = np.concatenate([[0.0], np.cumsum(around**2)])
    windows = squares[len(block) :] - squares[: len(squares) - len(block)]
    norm = np.sqrt(np.maximum(windows, 1e-9) * max(float((block**2).sum()), 1e-9))
    scores = products / norm
    best = int(scores.argmax())
    return float(scores[best]), best - _SLACK


def _cut_out(signal: Signal, start: int, end: int) -> Signal:
    """Part of a signal; beyond its ends there is silence."""
    inside = signal[max(start, 0) : max(end, 0)]
    before = min(max(-start, 0), end - start)
    return np.pad(inside, (before, end - start - before - len(inside)))
