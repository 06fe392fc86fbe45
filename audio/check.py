"""Everything that is wrong with a prompts folder, at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import numpy as np

from audio import alaw, level
from audio.catalogue import Prompt, Silence, nearest
from audio.pipeline import TARGET
from audio.shelf import CATALOGUE, Key, Shelf, fingerprint, load_shelf, wave_files
from audio.sound import CODEC_NAMES, SoundError, WaveFacts, parse_wave

LOUDNESS_TOLERANCE_DB: Final = 3.0
LONGEST_SILENCE_MS: Final = 400
_CLIPPED: Final = 30208
"""The last interval but one of A-law; several samples in a row up there were cut off."""
_CLIPPED_RUN: Final = 4
_SILENT_DBFS: Final = -50.0


class Severity(StrEnum):
    """A fault is heard by callers; a warning wants a look."""

    FAULT = "fault"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: where (a path within the prompts folder), and why."""

    path: str
    reason: str
    severity: Severity = Severity.FAULT

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The findings over all prompts."""

    findings: tuple[Finding, ...]
    prompts: int
    files: int

    @property
    def faults(self) -> tuple[Finding, ...]:
        """The findings that callers would hear."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.FAULT)

    @property
    def is_good(self) -> bool:
        """Whether there is no fault; warnings are allowed."""
        return not self.faults


def check(folder: Path) -> CheckReport:
    """Look at every prompt and every file.

    Raises CatalogueError or ShelfError when there is no list to go by.
    """
    shelf = load_shelf(folder)
    files = dict(wave_files(folder))
    findings: list[Finding] = []
    for prompt in shelf.catalogue:
        findings += _check_prompt(shelf, prompt)
    for key, path in files.items():
        findings += _check_file(shelf, key, path)
    findings += _check_lists(shelf)
    return CheckReport(tuple(findings), len(shelf.catalogue), len(files))


def _check_prompt(shelf: Shelf, prompt: Prompt) -> Iterator[Finding]:
    """What is missing of a prompt, and shared audio that is not shared."""
    for language in prompt.missing:
        if not shelf.path(Key(language, prompt.id)).is_file():
            place = f"{CATALOGUE}:{prompt.line}"
            yield Finding(place, f"{prompt.id} has no words in {language.value}", Severity.WARNING)
    for language in prompt.languages:
        key = Key(language, prompt.id)
        if not shelf.path(key).is_file():
            yield Finding(f"{key}.wav", "the file is missing; run `dutyline prompts build`")
    if prompt.shared:
        yield from _check_shared(shelf, prompt)


def _check_shared(shelf: Shelf, prompt: Prompt) -> Iterator[Finding]:
    paths = [
        path for language in prompt.languages if (path := shelf.path(Key(language, prompt.id))).is_file()
    ]
    if len({fingerprint(path.read_bytes()) for path in paths}) > 1:
        reason = "the languages share this prompt, but their files differ"
        yield Finding(f"{paths[0].parent.name}/{prompt.id}.wav", reason, Severity.WARNING)


def _check_file(shelf: Shelf, key: Key, path: Path) -> Iterator[Finding]:
    where = f"{key}.wav"
    if key.id not in shelf.catalogue:
        near = nearest(key.id, shelf.catalogue.prompts)
        hint = f'; did you mean "{near}"?' if near else ""
        yield Finding(where, f"no prompt of the catalogue has this name{hint}", Severity.WARNING)
    try:
        content = path.read_bytes()
        facts = parse_wave(content)
    except (OSError, ValueError, SoundError) as cause:
        yield Finding(where, str(cause))
        return
    if key.id in shelf.catalogue:
        yield from _check_origin(shelf, key, content)
    wrong = list(_wrong_form(facts))
    yield from (Finding(where, reason) for reason in wrong)
    if not wrong:
        yield from (Finding(where, reason) for reason in wrong_audio(facts.data, _is_silence(shelf, key)))


def _is_silence(shelf: Shelf, key: Key) -> bool:
    prompt = shelf.catalogue.prompts.get(key.id)
    segments = prompt.spoken.get(key.language, ()) if prompt else ()
    return bool(segments) and all(isinstance(segment, Silence) for segment in segments)


def _wrong_form(facts: WaveFacts) -> Iterator[str]:
    if facts.codec != 6:
        yield f"the codec is {CODEC_NAMES.get(facts.codec, facts.codec)}, not A-law"
    if facts.rate_hz != alaw.RATE_HZ:
        yield f"the sampling rate is {facts.rate_hz} Hz, not {alaw.RATE_HZ}"
    if facts.channels != 1:
        yield f"it has {facts.channels} channels, not one"
    if facts.bits != 8:
        yield f"it has {facts.bits} bits a sample, not 8"


def wrong_audio(codes: bytes, is_silence: bool = False) -> Iterator[str]:
    """What is wrong with the audio itself."""
    if not codes:
        yield "it holds no audio"
        return
    samples = alaw.decode(codes)
    loudness = level.loudness_dbfs(samples / 32768.0)
    if is_silence:
        if loudness > _SILENT_DBFS:
            yield "it is to be silent, but something can be heard"
        return
    if loudness < _SILENT_DBFS:
        yield "it holds (almost) nothing but silence"
        return
    yield from _wrong_levels(samples, loudness)
    yield from _wrong_ends(samples / 32768.0)


def _wrong_levels(samples: alaw.Samples, loudness: float) -> Iterator[str]:
    off = loudness - TARGET.loudness_dbfs
    if abs(off) > LOUDNESS_TOLERANCE_DB:
        word = "loud" if off > 0 else "quiet"
        yield f"it is {abs(off):.1f} dB too {word} ({loudness:.1f} dBFS, {TARGET.loudness_dbfs:g} is wanted)"
    high = np.abs(samples.astype(np.int32)) >= _CLIPPED
    if len(high) >= _CLIPPED_RUN and np.convolve(high, np.ones(_CLIPPED_RUN), "valid").max() >= _CLIPPED_RUN:
        yield "it is clipped"


def _wrong_ends(signal: level.Signal) -> Iterator[str]:
    span = level.sounding(signal)
    if span is None:
        return
    ends = (("starts", span.start), ("ends", len(signal) - span.end))
    for word, length in ends:
        if (silent_ms := length * 1000 // alaw.RATE_HZ) > LONGEST_SILENCE_MS:
            yield f"it {word} with {silent_ms} ms of silence (at most {LONGEST_SILENCE_MS})"


def _check_origin(shelf: Shelf, key: Key, content: bytes) -> Iterator[Finding]:
    """Whether the words changed since, and whether somebody changed a rendered file."""
    where, prompt = f"{key}.wav", shelf.catalogue[key.id]
    words = prompt.fingerprint(key.language) if key.language in prompt.spoken else ""
    if key in shelf.recorded:
        if shelf.recorded[key].words not in ("", words):
            yield Finding(where, "the words were changed since it was recorded", Severity.WARNING)
        return
    was = shelf.rendered.get(key)
    if was is None or was.audio != fingerprint(content):
        reason = "it is not what was rendered, nor marked as recorded; use `dutyline prompts import`"
        yield Finding(where, reason, Severity.WARNING)
    elif was.words != words:
        yield Finding(where, "the words were changed since it was rendered; run `dutyline prompts build`")


def _check_lists(shelf: Shelf) -> Iterator[Finding]:
    """Recordings that are marked but not there."""
    for key in sorted(shelf.recorded):
        if not shelf.path(key).is_file():
            yield Finding(f"{key}.wav", "it is marked as recorded, but there is no file")
