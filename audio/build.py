"""Rendering of what is missing or was changed, and of nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from audio import pipeline
from audio.catalogue import Prompt, Segment
from audio.languages import Language
from audio.pipeline import SilentSoundError
from audio.render import render, voice_names
from audio.shelf import (
    Key,
    Recorded,
    Rendered,
    Shelf,
    fingerprint,
    load_shelf,
    save_manifest,
    save_recorded,
)
from audio.sound import wave_of
from audio.voices import Voice, VoiceError
from audio.writing import write_whole


class Why(StrEnum):
    """Why a prompt is rendered."""

    MISSING = "there was no file"
    WORDS = "the words were changed"
    VOICE = "a better voice, or another setting of it"
    PIPELINE = "the audio pipeline was changed"
    ASKED = "asked for"


@dataclass(frozen=True, slots=True)
class Failure:
    """A prompt that could not be rendered, and why."""

    key: Key
    reason: str


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. `foreign`: files it did not make and that nobody marked as recorded; left alone."""

    rendered: tuple[tuple[Key, Why], ...] = ()
    kept: int = 0
    recorded: int = 0
    foreign: tuple[Key, ...] = ()
    failed: tuple[Failure, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether every prompt has its file."""
        return not self.failed


@dataclass(frozen=True, slots=True)
class _Job:
    """The same segments for one or more languages: rendered once."""

    keys: tuple[Key, ...]
    segments: tuple[Segment, ...]


@dataclass(slots=True)
class _Progress:
    manifest: dict[Key, Rendered]
    recorded: dict[Key, Recorded]
    rendered: list[tuple[Key, Why]] = field(default_factory=list)
    foreign: list[Key] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    kept: int = 0
    skipped: int = 0


def build(
    folder: Path,
    voices: Sequence[Voice],
    *,
    only: Sequence[str] = (),
    force: bool = False,
    workers: int = 2,
    on_progress: Callable[[int, int], None] | None = None,
) -> BuildReport:
    """Bring `folder` in line with its catalogue.

    A file is rendered when it is missing, when its words, its voice or the pipeline changed, or when a
    better voice is at hand; with `force` always. A recording is never touched, nor is a file that differs
    from what was rendered. `only` limits it to those ids. Raises CatalogueError, ShelfError,
    UnknownPromptError; voices that fail are in the report.
    """
    shelf = load_shelf(folder)
    chosen = [shelf.catalogue[name] for name in only] or list(shelf.catalogue)
    progress = _Progress(dict(shelf.rendered), dict(shelf.recorded))
    wanted = {
        key: why
        for prompt in chosen
        for key in (Key(language, prompt.id) for language in prompt.languages)
        if (why := _why(shelf, prompt, key, voices, force, progress))
    }
    jobs = [job for prompt in chosen for job in _jobs(prompt, wanted)]
    _render_all(shelf, jobs, wanted, voices, workers, progress, on_progress)
    _save(shelf, progress)
    return BuildReport(
        tuple(progress.rendered),
        progress.kept,
        progress.skipped,
        tuple(progress.foreign),
        tuple(progress.failed),
    )


def _why(
    shelf: Shelf, prompt: Prompt, key: Key, voices: Sequence[Voice], force: bool, progress: _Progress
) -> Why | None:
    """Whether a file has to be rendered; counts the ones that have not."""
    path, was = shelf.path(key), shelf.rendered.get(key)
    if not path.is_file():
        return Why.MISSING
    if key in shelf.recorded:
        progress.skipped += 1
        return None
    if was is None or fingerprint(path.read_bytes()) != was.audio:
        progress.foreign.append(key)
        return None
    why = Why.ASKED if force else _change(prompt, key.language, was, voices)
    progress.kept += why is None
    return why


def _change(prompt: Prompt, language: Language, was: Rendered, voices: Sequence[Voice]) -> Why | None:
    if prompt.fingerprint(language) != was.words:
        return Why.WORDS
    name, rank = voice_names(prompt.spoken[language], voices)
    if rank < was.rank:
        return None  # what lies there was made by a better voice than any at hand
    if name != was.voice:
        return Why.VOICE
    return Why.PIPELINE if was.pipeline != pipeline.VERSION else None


def _jobs(prompt: Prompt, wanted: dict[Key, Why]) -> list[_Job]:
    """Languages with the same segments share one rendering."""
    by_segments: dict[tuple[Segment, ...], list[Key]] = {}
    for language in prompt.languages:
        key = Key(language, prompt.id)
        if key in wanted:
            by_segments.setdefault(prompt.spoken[language], []).append(key)
    return [_Job(tuple(keys), segments) for segments, keys in by_segments.items()]


def _render_all(
    shelf: Shelf,
    jobs: Sequence[_Job],
    wanted: dict[Key, Why],
    voices: Sequence[Voice],
    workers: int,
    progress: _Progress,
    on_progress: Callable[[int, int], None] | None,
) -> None:
    with ThreadPoolExecutor(max_workers=max(1, workers)) as pool:
        outcomes = pool.map(lambda job: _attempt(job, voices), jobs)
        for done, (job, outcome) in enumerate(zip(jobs, outcomes, strict=True), start=1):
            _file(shelf, job, outcome, wanted, voices, progress)
            if on_progress:
                on_progress(done, len(jobs))


def _attempt(job: _Job, voices: Sequence[Voice]) -> bytes | str:
    """The audio, or why there is none."""
    try:
        return render(job.segments, voices)
    except (VoiceError, SilentSoundError) as cause:
        return str(cause)


def _file(
    shelf: Shelf,
    job: _Job,
    outcome: bytes | str,
    wanted: dict[Key, Why],
    voices: Sequence[Voice],
    progress: _Progress,
) -> None:
    if isinstance(outcome, str):
        progress.failed += [Failure(key, outcome) for key in job.keys]
        return
    content = wave_of(outcome)
    name, rank = voice_names(job.segments, voices)
    for key in job.keys:
        write_whole(shelf.path(key), content)
        words = shelf.catalogue[key.id].fingerprint(key.language)
        progress.manifest[key] = Rendered(words, name, rank, pipeline.VERSION, fingerprint(content))
        progress.recorded.pop(key, None)
        progress.rendered.append((key, wanted[key]))


def _save(shelf: Shelf, progress: _Progress) -> None:
    """The manifest without prompts that no longer are; the recordings only when some went."""
    known = {Key(language, prompt.id) for prompt, language in shelf.catalogue.pairs()}
    manifest = {key: entry for key, entry in progress.manifest.items() if key in known}
    if manifest != dict(shelf.rendered):
        save_manifest(shelf.folder, manifest)
    if progress.recorded != dict(shelf.recorded):
        save_recorded(shelf.folder, progress.recorded)
