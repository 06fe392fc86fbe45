"""The prompts folder: WAV files, what was rendered (`manifest.json`) and recorded (`recorded.yaml`)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from audio.catalogue import Catalogue
from audio.languages import LANGUAGES, Language
from audio.source import load_catalogue
from audio.writing import write_whole

CATALOGUE: Final = "catalogue.yaml"
MANIFEST: Final = "manifest.json"
RECORDED: Final = "recorded.yaml"

_RECORDED_HEAD: Final = """\
# Prompts recorded by a person. `dutyline prompts build` never renders over them; delete the WAV file to
# have the synthesiser's voice back. Written by `dutyline prompts import`.
#   words: fingerprint of the words when it was recorded, so that a change of words is noticed
"""


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """One prompt in one language."""

    language: Language
    id: str

    def __str__(self) -> str:
        return f"{self.language.value}/{self.id}"

    @classmethod
    def parse(cls, text: str) -> Key:
        """The reverse of str(); ValueError when it is none."""
        language, _, name = text.partition("/")
        if not name:
            raise ValueError(f'"{text}" is not <language>/<id>')
        return cls(Language(language), name)


@dataclass(frozen=True, slots=True)
class Rendered:
    """How a file was rendered. `rank` adds up its voices; `audio` is the fingerprint of its bytes."""

    words: str
    voice: str
    rank: int
    pipeline: int
    audio: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording in a prompt's place: the fingerprint of the words then, and its file's name."""

    words: str
    source: str


class ShelfError(Exception):
    """A file of the prompts folder that cannot be understood."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"{path}: {reason}")


@dataclass(frozen=True, slots=True)
class Shelf:
    """A prompts folder as it was read."""

    folder: Path
    catalogue: Catalogue
    rendered: Mapping[Key, Rendered]
    recorded: Mapping[Key, Recorded]

    def path(self, key: Key) -> Path:
        """Where the file of a prompt lies (or should lie)."""
        return wave_path(self.folder, key)


def wave_path(folder: Path, key: Key) -> Path:
    """`<folder>/<language>/<id>.wav`."""
    return folder / key.language.value / f"{key.id}.wav"


def load_shelf(folder: Path) -> Shelf:
    """Read a prompts folder. Raises CatalogueError or ShelfError."""
    catalogue = load_catalogue(folder / CATALOGUE)
    return Shelf(folder, catalogue, load_manifest(folder), load_recorded(folder))


def wave_files(folder: Path) -> Iterator[tuple[Key, Path]]:
    """Every WAV file in the folders of the languages, in order."""
    for language in LANGUAGES:
        for path in sorted((folder / language.value).glob("*.wav")):
            yield Key(language, path.stem), path


def fingerprint(content: bytes) -> str:
    """A short hash of a file's bytes."""
    return hashlib.sha256(content).hexdigest()[:16]


def load_manifest(folder: Path) -> dict[Key, Rendered]:
    """What was rendered; empty when there is no manifest yet. Raises ShelfError."""
    path = folder / MANIFEST
    try:
        entries = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        return {Key.parse(name): Rendered(**entry) for name, entry in entries.items()}
    except (OSError, ValueError, TypeError, AttributeError) as cause:
        raise ShelfError(
            path, f"it cannot be read ({cause}); delete it to have everything rendered anew"
        ) from cause


def save_manifest(folder: Path, rendered: Mapping[Key, Rendered]) -> None:
    """Write the manifest, one line for each file, so that differences can be read."""
    lines = [f"  {json.dumps(str(key))}: {json.dumps(asdict(rendered[key]))}" for key in sorted(rendered)]
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    write_whole(folder / MANIFEST, text.encode())


def load_recorded(folder: Path) -> dict[Key, Recorded]:
    """What was recorded; empty when nothing was. Raises ShelfError."""
    path = folder / RECORDED
    try:
        entries: Any = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else None
        return {Key.parse(str(name)): _recorded(entry) for name, entry in (entries or {}).items()}
    except (OSError, ValueError, TypeError, AttributeError, yaml.YAMLError) as cause:
        raise ShelfError(path, f"it cannot be read: {cause}") from cause


def _recorded(entry: Any) -> Recorded:
    """`nl/goodbye:` with nothing behind it is enough to mark a file that was put there by hand."""
    entry = entry or {}
    return Recorded(str(entry.get("words", "")), str(entry.get("source", "")))


def save_recorded(folder: Path, recorded: Mapping[Key, Recorded]) -> None:
    """Write the list of recordings."""
    entries = {str(key): asdict(recorded[key]) for key in sorted(recorded)}
    body = yaml.safe_dump(entries, allow_unicode=True, sort_keys=False) if entries else "{}\n"
    write_whole(folder / RECORDED, (_RECORDED_HEAD + body).encode())
