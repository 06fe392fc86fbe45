"""Which prompts were heard: names, languages and times found in recorded A-law audio.

A recording made from RTP holds the prompt's own bytes; only whole frames are lost, doubled or replaced
by silence. So prompts are found by landmarks of their bytes (`anchors`), each find is verified sample by
sample, and every stretch of the recording is explained by one prompt only: the one that explains most of
it. What was transcoded or mixed with other sound is left to `correlate`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from audio import alaw
from audio.alaw import Codes
from audio.correlate import Correlator, Found
from audio.index import STEP, Index, Model, distinct
from audio.shelf import Key, wave_files
from audio.sound import SoundError, read_alaw

Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_LEAST_STEPS: Final = 4
_SHORTEST: Final = 15
_LONGEST_GAP: Final = 2 * alaw.RATE_HZ
_TOLERANCE: Final = 24
_WHOLE: Final = 0.9
"""Who has heard so much of a prompt has heard which one it is."""
_AS_WELL: Final = 0.95


@dataclass(frozen=True, slots=True)
class Heard:
    """One playing of a prompt.

    `language` is "*" when the prompt is the same audio in several languages (`languages` names them).
    Times are seconds from the start of the recording. `share`: how much of the prompt's audible part was
    heard, 0..1. `also`: other prompts that are the very same audio, or that begin as what was heard of one
    that was cut off does. `is_exact`: found byte by byte.
    """

    prompt_id: str
    language: str
    start_s: float
    end_s: float
    share: float
    languages: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    is_exact: bool = True

    def is_prompt(self, prompt_id: str, language: str = "") -> bool:
        """Whether this could be that prompt (in that language)."""
        named = prompt_id == self.prompt_id or prompt_id in self.also
        return named and (not language or language in self.languages)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Part of a prompt found at one alignment: recording place minus prompt place is `shift`."""

    model: int
    shift: int
    steps: Places
    """The prompt's steps that agree."""

    @property
    def starts(self) -> int:
        return self.shift + int(self.steps[0]) * STEP

    @property
    def ends(self) -> int:
        return self.shift + (int(self.steps[-1]) + 1) * STEP


@dataclass(frozen=True, slots=True)
class _Play:
    """Pieces of one prompt that follow each other."""

    model: int
    pieces: tuple[_Piece, ...]

    @property
    def size(self) -> int:
        return len(np.unique(np.concatenate([piece.steps for piece in self.pieces])))


class Recogniser:
    """Knows every prompt; says which ones a recording holds. Made once, used as often as wished."""

    def __init__(self, audio: Mapping[Key, bytes]) -> None:
        self._models = distinct(audio)
        self._index = Index(self._models)
        self._correlator = Correlator([model.samples / 32768.0 for model in self._models])

    @classmethod
    def load(cls, prompts_dir: Path) -> Recogniser:
        """Of a prompts folder; files that are no prompts are passed over."""
        return cls(dict(_read(prompts_dir)))

    def hear(self, codes: bytes | Codes, *, tolerant: bool = True) -> list[Heard]:
        """The prompts of a recording (A-law, 8 kHz), in the order they were heard.

        With `tolerant`, loud stretches that nothing explains byte by byte are compared by correlation.
        """
        raw = np.frombuffer(codes, dtype=np.uint8) if isinstance(codes, bytes) else codes
        samples = alaw.decode(raw).astype(np.int32)
        found = self._plays(raw, samples)
        plays = self._choose(found, samples)
        heard = [self._told(play, found) for play in plays]
        if tolerant:
            explained = self._covered(plays, len(samples))
            heard += [self._guessed(found) for found in self._correlator.find(samples / 32768.0, explained)]
        return sorted(heard, key=lambda each: each.start_s)

    def _plays(self, raw: Codes, samples: npt.NDArray[np.int32]) -> list[_Play]:
        pieces: dict[int, list[_Piece]] = {}
        for model, shift in self._index.candidates(raw):
            steps = _agreeing(self._models[model], samples, shift)
            if len(steps) >= _LEAST_STEPS:
                pieces.setdefault(model, []).append(_Piece(model, shift, steps))
        return [play for found in pieces.values() for play in _chain(found)]

    def _choose(self, plays: list[_Play], samples: npt.NDArray[np.int32]) -> list[_Play]:
        """The best explanation first; what it explains is taken from the others."""
        free = np.ones(len(samples) // STEP + 2, dtype=np.bool_)
        chosen: list[_Play] = []
        for play in sorted(plays, key=lambda each: self._worth(each, samples), reverse=True):
            left = _unexplained(play, free)
            if left and self._is_enough(left):
                chosen.append(left)
                _claim(left, free)
        return chosen

    def _worth(self, play: _Play, samples: npt.NDArray[np.int32]) -> tuple[int, float, float]:
        """What it explains, how much of the prompt that is, and how well the quiet parts agree too.

        The last tells "six" from "sixth", which differ in a breath only.
        """
        model = self._models[play.model]
        return play.size, play.size / model.audible_steps, _likeness(model, samples, play.pieces[-1].shift)

    def _is_enough(self, play: _Play) -> bool:
        return play.size >= _SHORTEST or play.size * 2 >= self._models[play.model].audible_steps

    def _told(self, play: _Play, found: Iterable[_Play]) -> Heard:
        model = self._models[play.model]
        ends = max(piece.ends for piece in play.pieces)
        begins = min(piece.shift if piece.steps[0] < 30 else piece.starts for piece in play.pieces)
        heard = _heard(model, begins, ends, play.size / model.audible_steps, is_exact=True)
        if heard.share >= _WHOLE:
            return heard
        others = [self._models[rival.model] for rival in found if _explains_as_well(rival, play)]
        also = dict.fromkeys((*heard.also, *(name for other in others for name in other.ids)))
        languages = dict.fromkeys((*heard.languages, *(one for other in others for one in other.languages)))
        also.pop(heard.prompt_id, None)
        return replace(heard, also=tuple(also), languages=tuple(languages))

    def _covered(self, plays: list[_Play], length: int) -> Mask:
        """The steps from where each prompt began to where it would have ended, lost frames included."""
        covered = np.zeros(length // STEP + 2, dtype=np.bool_)
        for play in plays:
            begin = min(piece.shift for piece in play.pieces)
            end = max(piece.shift for piece in play.pieces) + len(self._models[play.model].samples)
            covered[max(begin // STEP, 0) : end // STEP + 1] = True
        return covered

    def _guessed(self, found: Found) -> Heard:
        return _heard(self._models[found.model], found.start, found.end, found.share, is_exact=False)


def _heard(model: Model, start: int, end: int, share: float, is_exact: bool) -> Heard:
    language = model.languages[0] if len(model.languages) == 1 else "*"
    start_s, end_s = max(start, 0) / alaw.RATE_HZ, end / alaw.RATE_HZ
    return Heard(
        model.ids[0],
        language,
        start_s,
        end_s,
        round(min(share, 1.0), 3),
        model.languages,
        model.ids[1:],
        is_exact,
    )


def _read(prompts_dir: Path) -> Iterable[tuple[Key, bytes]]:
    for key, path in wave_files(prompts_dir):
        try:
            yield key, read_alaw(path)
        except SoundError:
            continue


def _agreeing(model: Model, samples: npt.NDArray[np.int32], shift: int) -> Places:
    """The audible steps of a prompt that the recording repeats at that alignment."""
    first = max(0, -(shift // STEP))
    last = min(len(model.audible), (len(samples) - shift) // STEP)
    if last <= first:
        return np.zeros(0, dtype=np.int64)
    wanted = model.samples[first * STEP : last * STEP]
    given = samples[shift + first * STEP : shift + last * STEP]
    near = np.abs(wanted - given) <= _TOLERANCE + (np.abs(wanted) >> 4)
    enough = near.reshape(-1, STEP).sum(axis=1) >= int(0.9 * STEP)
    return first + np.flatnonzero(enough & model.audible[first:last])


def _likeness(model: Model, samples: npt.NDArray[np.int32], shift: int) -> float:
    """The share of all of a prompt's samples, quiet ones included, that the recording repeats."""
    given = samples[max(shift, 0) : shift + len(model.samples)]
    wanted = model.samples[max(-shift, 0) :][: len(given)]
    return float(np.count_nonzero(np.abs(wanted - given) <= _TOLERANCE)) / len(model.samples)


def _chain(pieces: list[_Piece]) -> list[_Play]:
    """Pieces that go on where the one before stopped belong to one playing of the prompt."""
    plays: list[list[_Piece]] = []
    for piece in sorted(pieces, key=lambda each: each.starts):
        play = next((play for play in plays if _goes_on(play[-1], piece)), None)
        if play is None:
            plays.append([piece])
        else:
            play.append(piece)
    return [_Play(play[0].model, tuple(play)) for play in plays]


def _goes_on(before: _Piece, piece: _Piece) -> bool:
    is_forward = piece.steps[0] >= before.steps[-1] - 2 and piece.starts >= before.ends - 2 * STEP
    return bool(is_forward) and abs(piece.shift - before.shift) <= _LONGEST_GAP


def _unexplained(play: _Play, free: Mask) -> _Play | None:
    """What remains of a play where nothing else has explained the recording."""
    pieces = []
    for piece in play.pieces:
        steps = piece.steps[free[(piece.shift + piece.steps * STEP + STEP // 2) // STEP]]
        if len(steps) >= _LEAST_STEPS:
            pieces.append(_Piece(piece.model, piece.shift, steps))
    return _Play(play.model, tuple(pieces)) if pieces else None


def _explains_as_well(rival: _Play, play: _Play) -> bool:
    """Whether another prompt begins with what was heard of this one."""
    if rival.model == play.model:
        return False
    ours, theirs = (
        {int(step) for piece in each.pieces for step in piece.shift // STEP + piece.steps}
        for each in (play, rival)
    )
    near = theirs | {step + 1 for step in theirs} | {step - 1 for step in theirs}
    return len(ours & near) >= _AS_WELL * len(ours)


def _claim(play: _Play, free: Mask) -> None:
    for piece in play.pieces:
        free[max(piece.starts // STEP, 0) : piece.ends // STEP + 1] = False
