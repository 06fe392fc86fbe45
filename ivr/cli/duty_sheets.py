"""`dutyline duty import` and `export`: the duty and spreadsheets."""

from __future__ import annotations

import csv
import getpass
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from dialplan.source import BINARY
from ivr.cli.duty_asking import ask
from ivr.cli.duty_showing import stop_if_refused
from ivr.cli.duty_words import AWAY
from ivr.cli.shared import check_language, give_up, out, print_json, words_of
from ivr.cli.sheet_words import BECAME, SHEETS, say_report, say_rows
from ivr.notify.words import Language
from ivr.settings import Settings

SUFFIXES: Final = (".csv", ".xlsx")
LARGEST: Final = 16 << 20


def import_file(
    settings: Settings, file: Path, options: Mapping[str, bool], language: str, *, as_json: bool
) -> None:
    """Take a spreadsheet in. Exit code 1: some rows were refused, or it is no such file."""
    spoken = check_language(language)
    text = _read(file, spoken)
    wish = {"file": file.name, "text": text, "by": getpass.getuser(), "language": spoken, **options}
    answer, is_live = ask(settings, "duty-import", wish)
    stop_if_refused(answer, as_json=as_json)
    if as_json:
        print_json({**answer, "live": is_live})
    else:
        for line in _lines(answer, file.name, spoken):
            out.print(line, markup=False)
        if answer["done"] and not is_live:
            out.print(AWAY[spoken])
    if answer["refused"]:
        raise SystemExit(1)


def _lines(answer: Mapping[str, Any], file: str, language: Language) -> Iterator[str]:
    """What became of each row, and the sum."""
    for row in answer["rows"]:
        became = BECAME[row["became"]][language]
        says = SHEETS["says"][language].format(why="; ".join(row["says"])) if row["says"] else ""
        yield SHEETS["row"][language].format(line=row["line"], row=row["row"], became=became) + says
    if answer["cancelled"]:
        phrase = SHEETS["would-cancel" if answer["dry_run"] else "cancelled"]
        yield phrase[language].format(n=answer["cancelled"], file=file)
    yield say_report(answer, language)


def export_file(settings: Settings, file: Path, start: str, days: float, layer: str, language: str) -> None:
    """Write a period into a spreadsheet."""
    spoken = check_language(language)
    _check_suffix(file, spoken)
    wish = {"from": start, "days": days, "layer": layer, "language": spoken}
    answer, _ = ask(settings, "duty-export", wish)
    stop_if_refused(answer, as_json=False)
    try:
        (_write_workbook if file.suffix.lower() == ".xlsx" else _write_csv)(file, answer["rows"])
    except OSError as fault:
        give_up(words_of(fault))
    rows = say_rows(len(answer["rows"]) - 1, spoken)
    out.print(SHEETS["written"][spoken].format(file=file, rows=rows), markup=False)


def _read(file: Path, language: Language) -> str:
    """The text of a CSV file, a workbook in base64."""
    _check_suffix(file, language)
    try:
        content = file.read_bytes()
    except OSError as fault:
        give_up(words_of(fault))
    if len(content) > LARGEST:
        give_up(SHEETS["too-large"][language].format(file=file, most=LARGEST >> 20))
    if file.suffix.lower() == ".xlsx":
        return BINARY + b64encode(content).decode()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # as spreadsheets of Windows write it
        return content.decode("cp1252", errors="replace")


def _check_suffix(file: Path, language: Language) -> None:
    if file.suffix.lower() not in SUFFIXES:
        give_up(SHEETS["no-sheet"][language].format(file=file.name), 2)


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
