"""`dutyline prompts`: build, import, check, list. The only part of `audio` that prints."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Annotated, NoReturn

import typer
from rich.progress import Progress

from audio.build import BuildReport, build
from audio.catalogue import UnknownPromptError
from audio.check import check
from audio.importing import ImportRefusedError, import_file
from audio.languages import LANGUAGES, Language
from audio.shelf import ShelfError, load_shelf
from audio.show import (
    build_data,
    check_data,
    err,
    import_data,
    rows,
    show_build,
    show_check,
    show_import,
    show_json,
    show_rows,
)
from audio.sound import Sound, SoundError
from audio.source import CatalogueError
from audio.voices import Espeak, Piper, Voice, VoiceError

app = typer.Typer(no_args_is_help=True, help="Prompts: render, record, check and list what callers hear.")

_HERE = Path(__file__).resolve().parent.parent / "prompts"

Folder = Annotated[
    Path,
    typer.Option(
        "--prompts", envvar="DUTYLINE_PROMPTS", help="The prompts folder.", show_default="as shipped"
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print data instead of text.")]


@app.command("build")
def build_command(
    ids: Annotated[list[str] | None, typer.Argument(help="Only these prompts.")] = None,
    folder: Folder = _HERE,
    force: Annotated[bool, typer.Option("--force", help="Render anew even what has not changed.")] = False,
    piper: Annotated[
        str, typer.Option(envvar="DUTYLINE_PIPER", help="A piper program, preferred to espeak-ng.")
    ] = "piper",
    piper_model: Annotated[
        list[str] | None,
        typer.Option(envvar="DUTYLINE_PIPER_MODELS", help="A piper voice as `nl=/path/to/voice.onnx`."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Render prompts that are missing or whose words were changed. Recordings are never touched."""
    models = _models(piper_model or [])
    try:
        voices: list[Voice] = [*([Piper((piper,), models)] if models else []), _FetchedEspeak()]
        report = _build_with_bar(folder, voices, ids or [], force, quiet=as_json)
    except (CatalogueError, ShelfError, UnknownPromptError) as cause:
        _give_up(cause)
    show_json(build_data(report)) if as_json else show_build(report)
    if not report.is_good:
        raise typer.Exit(1)


@app.command("import")
def import_command(
    file: Annotated[Path, typer.Argument(help="WAV, FLAC, OGG, MP3, AIFF; with ffmpeg nearly anything.")],
    prompt: Annotated[str | None, typer.Option("--as", help="The prompt's id; else the file's name.")] = None,
    lang: Annotated[
        list[Language] | None, typer.Option("--lang", help="Its language; several are allowed.")
    ] = None,
    folder: Folder = _HERE,
    as_json: AsJson = False,
) -> None:
    """Put a recording in the place of a prompt: converted, trimmed, levelled, marked as recorded."""
    try:
        report = import_file(file, folder, prompt, lang or [])
    except (CatalogueError, ShelfError, SoundError, UnknownPromptError, ImportRefusedError) as cause:
        _give_up(cause)
    show_json(import_data(report)) if as_json else show_import(report)


@app.command("check")
def check_command(folder: Folder = _HERE, as_json: AsJson = False) -> None:
    """Find wrong rate, codec, loudness, clipping, silence, missing languages, stale and stray files."""
    try:
        report = check(folder)
    except (CatalogueError, ShelfError) as cause:
        _give_up(cause)
    show_json(check_data(report)) if as_json else show_check(report)
    if not report.is_good:
        raise typer.Exit(1)


@app.command("list")
def list_command(
    search: Annotated[str, typer.Argument(help="Only prompts with this in their id or words.")] = "",
    lang: Annotated[Language, typer.Option("--lang", help="The language of the words shown.")] = Language.EN,
    folder: Folder = _HERE,
    as_json: AsJson = False,
) -> None:
    """List the prompts with their words, length, and who speaks them."""
    try:
        found = [row for row in rows(load_shelf(folder), lang) if _matches(row, search)]
    except (CatalogueError, ShelfError) as cause:
        _give_up(cause)
    show_json(found) if as_json else show_rows(found, lang)


def _matches(row: Mapping[str, object], search: str) -> bool:
    return search.lower() in f"{row['id']} {row['words']}".lower()


def _give_up(cause: Exception) -> NoReturn:
    """Say what is wrong, and end with status 2."""
    err.print(str(cause), style="red", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(2)


def _models(given: Sequence[str]) -> Mapping[Language, Path]:
    models: dict[Language, Path] = {}
    for item in (part for text in given for part in text.split(",") if part):
        name, _, path = item.partition("=")
        if name not in set(LANGUAGES) or not path:
            raise typer.BadParameter(
                f'"{item}" is not like nl=/path/to/voice.onnx', param_hint="--piper-model"
            )
        models[Language(name)] = Path(path).expanduser()
    return models


@dataclass(slots=True)
class _FetchedEspeak:
    """espeak-ng, looked for (and fetched, when it must be) only once there is something to say."""

    rank: int = 1
    _lock: Lock = field(default_factory=Lock)
    _found: Espeak | VoiceError | None = None

    def name(self, language: Language) -> str:
        """The name of the voice, which does not depend on where the program is."""
        return Espeak().name(language)

    def speak(self, text: str, language: Language) -> Sound:
        """Speak, or raise VoiceError with the reason why there is no espeak-ng."""
        with self._lock:
            self._found = self._found or _find_espeak()
        if isinstance(self._found, VoiceError):
            raise self._found
        return self._found.speak(text, language)


def _find_espeak() -> Espeak | VoiceError:
    """Installed, in the cache, or unpacked into the cache now."""
    from asterisk.obstacles import ObtainError
    from asterisk.obtain import default_cache, find_or_obtain
    from asterisk.package import Package
    from asterisk.progress import progress_for_terminal

    try:
        tree = find_or_obtain(Package.ESPEAK, default_cache(), progress=progress_for_terminal())
    except ObtainError as cause:
        return VoiceError("espeak-ng", str(cause))
    return Espeak(tuple(tree.argv("espeak-ng")), tree.env())


def _build_with_bar(
    folder: Path, voices: Sequence[Voice], ids: Sequence[str], force: bool, quiet: bool
) -> BuildReport:
    workers = min(4, os.cpu_count() or 1)
    with Progress(console=err, disable=quiet or not err.is_terminal, transient=True) as bar:
        task = bar.add_task("Rendering", total=None)

        def show(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        return build(folder, voices, only=ids, force=force, workers=workers, on_progress=show)
