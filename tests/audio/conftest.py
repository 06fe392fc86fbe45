"""A shelf of a few prompts, a voice that needs no program, and the shipped prompts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest

from audio.catalogue import Catalogue
from audio.languages import Language
from audio.recognise import Recogniser
from audio.sound import Sound, read_alaw
from audio.source import load_catalogue
from audio.voices import VoiceError

SHIPPED = Path(__file__).resolve().parents[2] / "prompts"

SMALL = """\
welcome:
  use: First words.
  all: [{nl: goededag}, {fr: bonjour}]
closed:
  use: At night.
  nl: Gesloten.
  fr: Fermé.
  de: Geschlossen.
  en: Closed.
pause:
  all: {silence_ms: 200}
"""


@dataclass
class Hummer:
    """Hums words: the same words in the same language always make the same sound."""

    rank: int = 1
    title: str = "hummer"
    languages: tuple[Language, ...] = tuple(Language)
    said: list[tuple[str, str]] = field(default_factory=list)
    broken: bool = False

    def name(self, language: Language) -> str:
        return f"{self.title} {language.value}" if language in self.languages else ""

    def speak(self, text: str, language: Language) -> Sound:
        if self.broken:
            raise VoiceError(self.title, "lost its voice")
        self.said.append((language.value, text))
        return Sound(speechlike(crc32(f"{self.title} {language} {text}".encode()), 22050, 0.6), 22050)


def speechlike(seed: int, rate_hz: int, length_s: float, loudness: float = 0.2) -> np.ndarray:
    """Syllables of harmonics and noise with silence around them."""
    random = np.random.default_rng(seed)
    time = np.arange(int(length_s * rate_hz)) / rate_hz
    pitch = 110 + 40 * np.cumsum(random.normal(0, 1, len(time))) / np.sqrt(len(time))
    phase = 2 * np.pi * np.cumsum(pitch) / rate_hz
    tone = sum(random.uniform(0.2, 1) / n * np.sin(n * phase + n) for n in range(1, 20))
    syllables = np.abs(np.sin(2 * np.pi * 2.3 * time)) ** 0.7
    voice = syllables * (tone + random.normal(0, 0.15, len(time)))
    quiet = np.zeros(int(0.2 * rate_hz))
    return np.concatenate([quiet, loudness * voice / np.abs(voice).max(), quiet])


@pytest.fixture
def hummer() -> Hummer:
    return Hummer()


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A prompts folder with a catalogue and no file yet."""
    (tmp_path / "catalogue.yaml").write_text(SMALL, encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue(SHIPPED / "catalogue.yaml")


@pytest.fixture(scope="session")
def recogniser() -> Recogniser:
    return Recogniser.load(SHIPPED)


@pytest.fixture(scope="session")
def prompt() -> Callable[[str], bytes]:
    """The A-law codes of a shipped prompt, by `nl/goodbye`."""
    return lambda name: read_alaw(SHIPPED / f"{name}.wav")
