"""From the segments of a prompt to its A-law codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from audio import alaw, pipeline
from audio.catalogue import Segment, Silence, Tone, Words
from audio.languages import Language
from audio.level import Signal, fade
from audio.pipeline import SilentSoundError
from audio.voices import Voice, VoiceError

GAP_MS: Final = 120
"""Between segments; long enough that two voices do not run into each other."""


def render(segments: Sequence[Segment], voices: Sequence[Voice]) -> bytes:
    """Speak each segment with the best voice for it, join, and bring to the target. Raises VoiceError."""
    if all(isinstance(segment, Silence) for segment in segments):
        return b"".join(alaw.silence(part.length_ms) for part in segments if isinstance(part, Silence))
    return pipeline.to_alaw(
        pipeline.finish(pipeline.join([_sounded(part, voices) for part in segments], GAP_MS))
    )


def voice_of(language: Language, voices: Sequence[Voice]) -> Voice | None:
    """The highest-ranking voice that has the language."""
    able = [voice for voice in voices if voice.name(language)]
    return max(able, key=lambda voice: voice.rank, default=None)


def voice_names(segments: Sequence[Segment], voices: Sequence[Voice]) -> tuple[str, int]:
    """Who would speak: their names for the manifest, and the sum of their ranks (0: somebody is missing)."""
    names: list[str] = []
    ranks: list[int] = []
    for segment in segments:
        voice = voice_of(segment.language, voices) if isinstance(segment, Words) else None
        if isinstance(segment, Words):
            names.append(voice.name(segment.language) if voice else "")
            ranks.append(voice.rank if voice else 0)
    return " + ".join(dict.fromkeys(names)) or "tone", sum(ranks) if all(ranks) else 0


def _sounded(segment: Segment, voices: Sequence[Voice]) -> Signal:
    match segment:
        case Silence(length_ms):
            return np.zeros(pipeline.samples(length_ms))
        case Tone(frequency_hz, length_ms):
            return _tone(frequency_hz, length_ms)
        case Words(language, _, _):
            return _voiced(segment, voice_of(language, voices))


def _voiced(words: Words, voice: Voice | None) -> Signal:
    if voice is None:
        raise VoiceError("no voice", f"nothing here can speak {words.language.value}; install espeak-ng")
    try:
        return pipeline.prepare(voice.speak(words.spoken, words.language), pipeline.Target(silence_ms=0))
    except SilentSoundError:
        raise VoiceError(voice.name(words.language), f'it made no sound of "{words.spoken}"') from None


def _tone(frequency_hz: int, length_ms: int) -> Signal:
    time = np.arange(pipeline.samples(length_ms)) / alaw.RATE_HZ
    return fade(np.sin(2 * np.pi * frequency_hz * time), pipeline.samples(10))
