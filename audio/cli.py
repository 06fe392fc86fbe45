"""`dutyline prompts`: build, import, check, list. The only part of `audio` that prints."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from audio.build import BuildReport, build
from audio.catalogue import UnknownPromptError
from audio.check import CheckReport, Severity, check
from audio.importing import ImportRefusedError, ImportReport, import_file
from audio.languages import LANGUAGES, Language
from audio.shelf import Key, Shelf, ShelfError, load_shelf
from audio.sound import SoundError, read_wave
from audio.source import CatalogueError
from audio.voices import Espeak, Piper, Voice

app = typer.Typer(no_args_is_help=True, help="Prompts: render, record, check and list what callers hear.")

_HERE = Path(__file__).resolve().parent.parent / "prompts"
_out, _err = Console(), Console(stderr=True)

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
    force: Annotated[bool, typer.Option(help="Render anew even what has not changed.")] = False,
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
        voices = [*([Piper((piper,), models)] if models else []), *_espeak()]
        report = _build_with_bar(folder, voices, ids or [], force, quiet=as_json)
    except (CatalogueError, ShelfError, UnknownPromptError) as cause:
        _give_up(cause)
    _print_json(_build_data(report)) if as_json else _print_build(report)
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
    _print_json(_import_data(report)) if as_json else _print_import(report)


@app.command("check")
def check_command(folder: Folder = _HERE, as_json: AsJson = False) -> None:
    """Find wrong rate, codec, loudness, clipping, silence, missing languages, stale and stray files."""
    try:
        report = check(folder)
    except (CatalogueError, ShelfError) as cause:
        _give_up(cause)
    _print_json(_check_data(report)) if as_json else _print_check(report)
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
        rows = [
            row
            for row in _rows(load_shelf(folder), lang)
            if search.lower() in f"{row['id']} {row['words']}".lower()
        ]
    except (CatalogueError, ShelfError) as cause:
        _give_up(cause)
    _print_json(rows) if as_json else _print_rows(rows, lang)


def _give_up(cause: Exception) -> NoReturn:
    """Say what is wrong, and end with status 2."""
    _err.print(str(cause), style="red", markup=False, highlight=False, soft_wrap=True)
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


def _espeak() -> list[Voice]:
    """espeak-ng, installed or unpacked into the cache; empty (with the reason said) when it cannot be had."""
    from asterisk.obstacles import ObtainError
    from asterisk.obtain import default_cache, find_or_obtain
    from asterisk.package import Package
    from asterisk.progress import progress_for_terminal

    try:
        tree = find_or_obtain(Package.ESPEAK, default_cache(), progress=progress_for_terminal())
    except ObtainError as cause:
        _err.print(str(cause), style="yellow", markup=False, highlight=False, soft_wrap=True)
        return []
    return [Espeak(tuple(tree.argv("espeak-ng")), tree.env())]


def _build_with_bar(
    folder: Path, voices: Sequence[Voice], ids: Sequence[str], force: bool, quiet: bool
) -> BuildReport:
    workers = min(4, os.cpu_count() or 1)
    with Progress(console=_err, disable=quiet or not _err.is_terminal, transient=True) as bar:
        task = bar.add_task("Rendering", total=None)

        def show(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        return build(folder, voices, only=ids, force=force, workers=workers, on_progress=show)


def _print_build(report: BuildReport) -> None:
    for key, why in report.rendered:
        _out.print(f"rendered  {key}: {why}", markup=False, highlight=False)
    for key in report.foreign:
        _out.print(f"left      {key}: not made here; mark it with `dutyline prompts import`", markup=False)
    for failure in report.failed:
        _err.print(f"failed    {failure.key}: {failure.reason}", style="red", markup=False, highlight=False)
    parts = [f"{len(report.rendered)} rendered", f"{report.kept} up to date", f"{report.recorded} recorded"]
    _out.print(
        ", ".join([*parts, f"{len(report.failed)} failed"] if report.failed else parts), highlight=False
    )


def _build_data(report: BuildReport) -> dict[str, object]:
    return {
        "rendered": [{"prompt": str(key), "why": why.value} for key, why in report.rendered],
        "kept": report.kept,
        "recorded": report.recorded,
        "foreign": [str(key) for key in report.foreign],
        "failed": [{"prompt": str(failure.key), "reason": failure.reason} for failure in report.failed],
    }


def _print_import(report: ImportReport) -> None:
    for key in report.keys:
        _out.print(f"{key}: {report.length_s:.1f} s, recorded", markup=False, highlight=False)
    level = f"{report.source_loudness_dbfs:.1f} to {report.loudness_dbfs:.1f} dBFS"
    _out.print(f"from {report.rate_hz} Hz, {report.source_s:.1f} s; loudness {level}", highlight=False)
    for remark in report.remarks:
        _out.print(remark, style="yellow", markup=False, highlight=False)


def _import_data(report: ImportReport) -> dict[str, object]:
    return {
        "prompts": [str(key) for key in report.keys],
        "length_s": round(report.length_s, 3),
        "loudness_dbfs": round(report.loudness_dbfs, 1),
        "remarks": list(report.remarks),
    }


def _print_check(report: CheckReport) -> None:
    for finding in report.findings:
        style = "red" if finding.severity is Severity.FAULT else "yellow"
        _out.print(
            f"{finding.severity}: {finding}", style=style, markup=False, highlight=False, soft_wrap=True
        )
    warnings = len(report.findings) - len(report.faults)
    counts = (
        f"{report.prompts} prompts, {report.files} files: {len(report.faults)} faults, {warnings} warnings"
    )
    _out.print(counts, highlight=False)


def _check_data(report: CheckReport) -> dict[str, object]:
    findings = [
        {"path": finding.path, "severity": finding.severity.value, "reason": finding.reason}
        for finding in report.findings
    ]
    return {"prompts": report.prompts, "files": report.files, "findings": findings}


def _rows(shelf: Shelf, language: Language) -> list[dict[str, object]]:
    return [
        {
            "id": prompt.id,
            "words": prompt.words(language),
            "use": prompt.use,
            "languages": [each.value for each in prompt.languages],
            "length_s": _length_s(shelf, Key(language, prompt.id)),
            "voice": _voice(shelf, Key(language, prompt.id)),
        }
        for prompt in shelf.catalogue
    ]


def _length_s(shelf: Shelf, key: Key) -> float | None:
    try:
        facts = read_wave(shelf.path(key))
    except SoundError:
        return None
    frame = facts.channels * facts.bits // 8 or 1
    return round(len(facts.data) / frame / (facts.rate_hz or 1), 2)


def _voice(shelf: Shelf, key: Key) -> str:
    if key in shelf.recorded:
        return "recorded"
    return shelf.rendered[key].voice if key in shelf.rendered else ""


def _print_rows(rows: Sequence[Mapping[str, object]], language: Language) -> None:
    table = Table("prompt", f"words ({language.value})", "s", "voice", box=None, header_style="bold")
    for row in rows:
        length = "" if row["length_s"] is None else f"{row['length_s']:.1f}"
        table.add_row(str(row["id"]), str(row["words"] or row["use"]), length, str(row["voice"]))
    _out.print(table)


def _print_json(data: object) -> None:
    _out.print_json(json.dumps(data, ensure_ascii=False))
