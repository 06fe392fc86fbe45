"""Reports of the `prompts` commands as text and as data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from audio.build import BuildReport
from audio.check import CheckReport, Severity
from audio.importing import ImportReport
from audio.languages import Language
from audio.shelf import Key, Shelf
from audio.sound import SoundError, read_wave

out, err = Console(), Console(stderr=True)


def show_build(report: BuildReport) -> None:
    for key, why in report.rendered:
        out.print(f"rendered  {key}: {why}", markup=False, highlight=False)
    for key in report.foreign:
        out.print(f"left      {key}: not made here; mark it with `dutyline prompts import`", markup=False)
    for reason, keys in _by_reason(report).items():
        some = ", ".join(keys[:3]) + (f" and {len(keys) - 3} more" if len(keys) > 3 else "")
        err.print(f"failed    {some}: {reason}", style="red", markup=False, highlight=False, soft_wrap=True)
    parts = [f"{len(report.rendered)} rendered", f"{report.kept} up to date", f"{report.recorded} recorded"]
    out.print(
        ", ".join([*parts, f"{len(report.failed)} failed"] if report.failed else parts), highlight=False
    )


def _by_reason(report: BuildReport) -> dict[str, list[str]]:
    """Failures of one reason are said once."""
    reasons: dict[str, list[str]] = {}
    for failure in report.failed:
        reasons.setdefault(failure.reason, []).append(str(failure.key))
    return reasons


def build_data(report: BuildReport) -> dict[str, object]:
    return {
        "rendered": [{"prompt": str(key), "why": why.value} for key, why in report.rendered],
        "kept": report.kept,
        "recorded": report.recorded,
        "foreign": [str(key) for key in report.foreign],
        "failed": [{"prompt": str(failure.key), "reason": failure.reason} for failure in report.failed],
    }


def show_import(report: ImportReport) -> None:
    for key in report.keys:
        out.print(f"{key}: {report.length_s:.1f} s, recorded", markup=False, highlight=False)
    level = f"{report.source_loudness_dbfs:.1f} to {report.loudness_dbfs:.1f} dBFS"
    out.print(f"from {report.rate_hz} Hz, {report.source_s:.1f} s; loudness {level}", highlight=False)
    for remark in report.remarks:
        out.print(remark, style="yellow", markup=False, highlight=False)


def import_data(report: ImportReport) -> dict[str, object]:
    return {
        "prompts": [str(key) for key in report.keys],
        "length_s": round(report.length_s, 3),
        "loudness_dbfs": round(report.loudness_dbfs, 1),
        "remarks": list(report.remarks),
    }


def show_check(report: CheckReport) -> None:
    for finding in report.findings:
        style = "red" if finding.severity is Severity.FAULT else "yellow"
        out.print(
            f"{finding.severity}: {finding}", style=style, markup=False, highlight=False, soft_wrap=True
        )
    warnings = len(report.findings) - len(report.faults)
    counts = (
        f"{report.prompts} prompts, {report.files} files: {len(report.faults)} faults, {warnings} warnings"
    )
    out.print(counts, highlight=False)


def check_data(report: CheckReport) -> dict[str, object]:
    findings = [
        {"path": finding.path, "severity": finding.severity.value, "reason": finding.reason}
        for finding in report.findings
    ]
    return {"prompts": report.prompts, "files": report.files, "findings": findings}


def rows(shelf: Shelf, language: Language) -> list[dict[str, object]]:
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


def show_rows(rows: Sequence[Mapping[str, object]], language: Language) -> None:
    table = Table(box=None, header_style="bold")
    table.add_column("prompt", no_wrap=True)
    for title in (f"words ({language.value})", "s", "voice"):
        table.add_column(title)
    for row in rows:
        length = "" if row["length_s"] is None else f"{row['length_s']:.1f}"
        table.add_row(str(row["id"]), str(row["words"] or row["use"]), length, str(row["voice"]))
    out.print(table)


def show_json(data: object) -> None:
    out.print_json(json.dumps(data, ensure_ascii=False))
