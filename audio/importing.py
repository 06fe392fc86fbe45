"""A recording put in a prompt's place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from audio import level
from audio.catalogue import Prompt
from audio.languages import Language
from audio.pipeline import TARGET, SilentSoundError, Target, prepare, to_alaw
from audio.shelf import (
    Key,
    Recorded,
    fingerprint,
    load_recorded,
    load_shelf,
    save_recorded,
    wave_path,
)
from audio.sound import Sound, SoundError, load, wave_of
from audio.writing import write_whole


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What was made of a recording. `remarks` say what is doubtful about it."""

    keys: tuple[Key, ...]
    paths: tuple[Path, ...]
    rate_hz: int
    source_s: float
    length_s: float
    source_loudness_dbfs: float
    loudness_dbfs: float
    audio: str
    remarks: tuple[str, ...] = ()


class ImportRefusedError(Exception):
    """A recording that cannot take a prompt's place, with the reason."""


def import_file(
    path: Path,
    folder: Path,
    prompt_id: str | None = None,
    languages: Sequence[Language] = (),
    target: Target = TARGET,
) -> ImportReport:
    """Convert a sound file, put it in the place of a prompt, and mark it as recorded.

    The id is the file's own name when none is given; without languages, a prompt whose languages share
    one audio is replaced in all of them, any other is refused. Raises SoundError, CatalogueError,
    ShelfError, UnknownPromptError, ImportRefusedError.
    """
    shelf = load_shelf(folder)
    prompt = shelf.catalogue[prompt_id or path.stem]
    chosen = _languages(prompt, languages)
    sound = load(path)
    signal = _prepared(path, sound, target)
    codes = to_alaw(signal)
    keys = tuple(Key(language, prompt.id) for language in chosen)
    paths = tuple(wave_path(folder, key) for key in keys)
    content = wave_of(codes)
    _mark(folder, prompt, keys, path.name)  # first: a recording not marked could be taken for a rendering
    for place in paths:
        write_whole(place, content)
    return ImportReport(
        keys,
        paths,
        sound.rate_hz,
        sound.length_s,
        len(codes) / 8000,
        level.loudness_dbfs(sound.signal),
        level.loudness_dbfs(signal),
        fingerprint(content),
        _remarks(sound),
    )


def _prepared(path: Path, sound: Sound, target: Target) -> level.Signal:
    try:
        return prepare(sound, target)
    except (SilentSoundError, ValueError) as cause:
        raise SoundError(path, str(cause)) from cause


def _languages(prompt: Prompt, languages: Sequence[Language]) -> tuple[Language, ...]:
    if languages:
        return tuple(dict.fromkeys(languages))
    if prompt.shared:
        return prompt.languages
    raise ImportRefusedError(f'"{prompt.id}" differs from language to language: say which one was recorded')


def _mark(folder: Path, prompt: Prompt, keys: Sequence[Key], source: str) -> None:
    recorded = load_recorded(folder)
    for key in keys:
        words = prompt.fingerprint(key.language) if key.language in prompt.spoken else ""
        recorded[key] = Recorded(words, source)
    save_recorded(folder, recorded)


def _remarks(sound: Sound) -> tuple[str, ...]:
    """What the pipeline cannot mend."""
    remarks = []
    if sound.rate_hz < 8000:
        remarks.append(f"recorded at {sound.rate_hz} Hz: it will sound dull; 16000 Hz or more is better")
    if (share := _clipped_share(sound)) > 0.0005:
        remarks.append(f"{share:.1%} of it is at full scale: the recording was clipped")
    if level.loudness_dbfs(sound.signal) < -45:
        remarks.append("it is very quiet: raising it raises the noise too")
    return tuple(remarks)


def _clipped_share(sound: Sound) -> float:
    peak = float(abs(sound.signal).max())
    return float((abs(sound.signal) >= 0.9995 * peak).mean()) if peak >= 0.98 else 0.0
