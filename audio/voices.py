"""Voices that turn words into sound: espeak-ng for every language, piper where a model was given."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from audio.languages import Language
from audio.sound import Sound, SoundError, load

TIMEOUT_S = 60.0


class VoiceError(Exception):
    """A voice that could not speak: which one, and why."""

    def __init__(self, voice: str, reason: str) -> None:
        self.voice, self.reason = voice, reason
        super().__init__(f"{voice}: {reason}")


class Voice(Protocol):
    """Speaks words. `rank`: a voice of a higher rank takes precedence. `name`: what it would sound like."""

    @property
    def rank(self) -> int: ...

    def name(self, language: Language) -> str:
        """The voice with its settings; empty when it has none for that language."""

    def speak(self, text: str, language: Language) -> Sound:
        """The sound of the words. Raises VoiceError."""


ESPEAK_VOICES: Mapping[Language, str] = {
    Language.NL: "nl",
    Language.FR: "fr-be",
    Language.DE: "de",
    Language.EN: "en-gb",
}


@dataclass(frozen=True, slots=True)
class Espeak:
    """espeak-ng as a program. `command` may begin with a loader; `environment` goes to it as it is."""

    command: tuple[str, ...] = ("espeak-ng",)
    environment: Mapping[str, str] | None = None
    words_per_minute: int = 155
    pitch: int = 45
    voices: Mapping[Language, str] = field(default_factory=lambda: ESPEAK_VOICES)
    timeout_s: float = TIMEOUT_S
    rank: int = 1

    def name(self, language: Language) -> str:
        """Like `espeak-ng nl 155 45`."""
        return f"espeak-ng {self.voices[language]} {self.words_per_minute} {self.pitch}"

    def speak(self, text: str, language: Language) -> Sound:
        """Words at espeak's own rate. Raises VoiceError."""
        options = ["-v", self.voices[language], "-s", str(self.words_per_minute), "-p", str(self.pitch)]
        return _run((*self.command, *options, "-b", "1", "--stdin"), "-w", text, self)


@dataclass(frozen=True, slots=True)
class Piper:
    """A piper program with one model (.onnx) for each language that has one."""

    command: tuple[str, ...]
    models: Mapping[Language, Path]
    environment: Mapping[str, str] | None = None
    timeout_s: float = TIMEOUT_S
    rank: int = 2

    def name(self, language: Language) -> str:
        """Like `piper nl_BE-nathalie-medium`; empty without a model for the language."""
        model = self.models.get(language)
        return f"piper {model.stem}" if model else ""

    def speak(self, text: str, language: Language) -> Sound:
        """Words without piper's random variation, so that a build can be repeated. Raises VoiceError."""
        model = self.models[language]
        if not model.is_file():
            raise VoiceError("piper", f"the model {model} is not there")
        steady = ["--noise_scale", "0", "--noise_w", "0"]
        return _run((*self.command, "--model", str(model), *steady), "--output_file", text, self)


def _run(command: tuple[str, ...], output_option: str, text: str, voice: Espeak | Piper) -> Sound:
    """Give the words on standard input, take the WAV file that comes out."""
    name = Path(command[0]).name
    with tempfile.TemporaryDirectory(prefix="dutyline-voice-") as folder:
        wave = Path(folder) / "words.wav"
        try:
            done = subprocess.run(
                [*command, output_option, str(wave)],
                input=text.encode() + b"\n",
                capture_output=True,
                timeout=voice.timeout_s,
                env=None if voice.environment is None else dict(voice.environment),
                check=False,
            )
        except FileNotFoundError:
            raise VoiceError(name, "the program is not there") from None
        except OSError as cause:
            raise VoiceError(name, f"it cannot be started: {cause}") from cause
        except subprocess.TimeoutExpired:
            raise VoiceError(name, f"it said nothing within {voice.timeout_s:g} s") from None
        return _taken(name, wave, done)


def _taken(name: str, wave: Path, done: subprocess.CompletedProcess[bytes]) -> Sound:
    if done.returncode or not wave.is_file():
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise VoiceError(name, f"it ended with {done.returncode}: {said[-1] if said else 'no reason given'}")
    try:
        return load(wave)
    except SoundError as cause:
        raise VoiceError(name, cause.reason) from cause
