"""`dutyline duty import` and `export`: the duty and spreadsheets."""

from __future__ import annotations

import csv
import getpass
from base64 import b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from dialplan.source import BINARY
from ivr.cli.duty_asking import ask
from ivr.cli.duty_showing import stop_if_refused
from ivr.cli.duty_words import AWAY
from ivr.cli.shared import give_up, out, print_json, words_of
from ivr.duty.taking_in import say_report
from ivr.settings import Settings

SUFFIXES: Final = (".csv", ".xlsx")
LARGEST: Final = 16 << 20


def import_file(settings: Settings, file: Path, options: Mapping[str, bool], *, as_json: bool) -> None:
    """Take a spreadsheet in. Exit code 1: some rows were refused, or it is no such file."""
    wish = {"file": file.name, "text": _read(file), "by": getpass.getuser(), **options}
    answer, is_live = ask(settings, "duty-import", wish)
    stop_if_refused(answer, as_json=as_json)
    if as_json:
        print_json({**answer, "live": is_live})
    else:
        for row in answer["rows"]:
            says = f": {'; '.join(row['says'])}" if row["says"] else ""
            out.print(f"line {row['line']}: {row['row']}: {row['became']}{says}", markup=False)
        if answer["cancelled"]:
            verb = "would be cancelled" if answer["dry_run"] else "cancelled"
            out.print(f"{answer['cancelled']} from an earlier {file.name} {verb}.", markup=False)
        out.print(say_report(answer))
        if answer["done"] and not is_live:
            out.print(AWAY["en"])
    if answer["refused"]:
        raise SystemExit(1)


def export_file(settings: Settings, file: Path, start: str, days: float, layer: str) -> None:
    """Write a period into a spreadsheet."""
    _check_suffix(file)
    answer, _ = ask(settings, "duty-export", {"from": start, "days": days, "layer": layer})
    stop_if_refused(answer, as_json=False)
    try:
        (_write_workbook if file.suffix.lower() == ".xlsx" else _write_csv)(file, answer["rows"])
    except OSError as fault:
        give_up(words_of(fault))
    out.print(f"{file}: {len(answer['rows']) - 1} rows", markup=False)


def _read(file: Path) -> str:
    """The text of a CSV file, a workbook in base64."""
    _check_suffix(file)
    try:
        content = file.read_bytes()
    except OSError as fault:
        give_up(words_of(fault))
    if len(content) > LARGEST:
        give_up(f"{file} is larger than {LARGEST >> 20} MB.")
    if file.suffix.lower() == ".xlsx":
        return BINARY + b64encode(content).decode()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # as spreadsheets of Windows write it
        return content.decode("cp1252", errors="replace")


def _check_suffix(file: Path) -> None:
    if file.suffix.lower() not in SUFFIXES:
        give_up(f"{file.name} is neither .csv nor .xlsx.", 2)


def _write_csv(file: Path, rows: Sequence[Sequence[Any]]) -> None:
    with file.open("w", newline="", encoding="utf-8") as opened:
        csv.writer(opened, delimiter=";").writerows(rows)


def _write_workbook(file: Path, rows: Sequence[Sequence[Any]]) -> None:
    """Times as text: a program would show 00:00 as a day alone, and that counts in full."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Duty"
    for row in rows:
        sheet.append(list(row))
    for column, width in zip("ABCD", (18, 18, 30, 16), strict=True):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = "A2"
    book.save(file)


__all__ = ["export_file", "import_file"]
