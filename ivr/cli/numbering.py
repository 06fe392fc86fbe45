"""`dutyline numbers`: the numbers of a configuration, and many of them created or deleted at once."""

from __future__ import annotations

import csv
import os
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.table import Table

from dialplan.counts import say_count
from dialplan.faults import ConfigurationFaults, nearest_of
from dialplan.importing import Choices, Import, import_form
from dialplan.limits import say_limit
from dialplan.model import Configuration, ServiceNumber
from dialplan.numbers import display, to_e164
from dialplan.overrides import Override, OverrideKind, plan_at, say_override, with_overrides
from dialplan.source import BINARY, load_texts, read_texts
from ivr.cli.shared import give_up, out, print_json, words_of


@dataclass(frozen=True, slots=True)
class Options:
    """How a form is taken in. `brand` and `group` of rows that name none."""

    brand: str = ""
    group: str = ""
    dry_run: bool = False
    all_or_nothing: bool = False
    new_groups: tuple[str, ...] = ()


def import_numbers(folder: Path, file: Path, options: Options, report: Path | None, *, as_json: bool) -> None:
    """Exit code 0: every row was done; 1: some were refused, or nothing could be done."""
    form = _read_form(file)
    try:
        choices = Choices(options.brand, options.group, options.all_or_nothing, options.new_groups)
        done = import_form(read_texts(folder), form, file.name, choices)
    except ConfigurationFaults as faults:
        for fault in faults.faults:
            out.print(str(fault), markup=False)
        give_up("Nothing was done; mend this first.")
    if not options.dry_run:
        for name, text in done.files.items():
            _write(folder / name, text)
    if report is not None:
        _write_report(report, done)
    _tell(done, options, as_json=as_json)
    if done.refused:
        raise SystemExit(1)


def list_numbers(folder: Path, group: str, brand: str, *, as_json: bool) -> None:
    """The numbers, by brand and group."""
    configuration = _load(folder)
    _check_name(group, configuration.groups, "number group")
    _check_name(brand, configuration.brands, "brand")
    found = [
        number
        for number in configuration.numbers.values()
        if group in ("", number.group) and brand in ("", number.brand)
    ]
    if as_json:
        print_json([_as_json(number) for number in found])
        return
    table = Table("number", "brand", "group", "plan", "line", "carrier", box=None, pad_edge=False)
    for number in found:
        shown = display(number.number, configuration.desk.country)
        line = str(number.line_type)
        table.add_row(shown, number.brand, number.group, number.plan, line, number.carrier)
    out.print(table)


def show_number(
    folder: Path, text: str, *, overrides: Sequence[Override] = (), now: datetime, as_json: bool
) -> None:
    """One number, and what is switched for it `now` or later."""
    configuration = with_overrides(_load(folder), overrides)
    e164 = to_e164(text, configuration.desk.country) or text
    number = configuration.numbers.get(e164)
    if number is None:
        near = nearest_of(e164, configuration.numbers)
        hint = f"; the nearest is {display(near, configuration.desk.country)}" if near else ""
        give_up(f"Nobody has the number {display(e164, configuration.desk.country)}{hint}.")
    switched = [
        say_override(one, configuration.desk.timezone) for one in _switches(configuration, number, now)
    ]
    if as_json:
        print_json(
            {**_as_json(number), "plan_now": plan_at(configuration, number, now), "switched": switched}
        )
        return
    group, plan = configuration.groups[number.group], configuration.plans[number.plan]
    rows = [
        ("number", f"{display(number.number, configuration.desk.country)} ({number.number})"),
        ("brand", f"{configuration.brands[number.brand].title} ({number.brand})"),
        ("group", f"{group.title} ({group.id})"),
        ("plan", f"{plan.title} ({plan.id})"),
        ("line", str(number.line_type)),
        ("carrier", number.carrier or "-"),
        ("limits", "; ".join(say_limit(gate.limit) for gate in number.gates) or "-"),
        ("switched", "; ".join(switched) or "no"),
    ]
    for name, value in rows:
        out.print(f"{name + ':':10}{value}", markup=False)


def _switches(configuration: Configuration, number: ServiceNumber, now: datetime) -> list[Override]:
    """What holds for a number or its group, or will."""
    keys = (f"{OverrideKind.NUMBER}:{number.number}", f"{OverrideKind.GROUP}:{number.group}")
    kept = (one for key in keys for one in configuration.overrides.get(key, ()))
    return [one for one in kept if one.end is None or one.end > now]


def _load(folder: Path) -> Configuration:
    try:
        return load_texts(read_texts(folder)).configuration
    except ConfigurationFaults as faults:
        for fault in faults.faults:
            out.print(str(fault), markup=False)
        give_up(f"{say_count(len(faults.faults), 'fault')} in {folder}; mend them first.")


def _check_name(name: str, names: Iterable[str], what: str) -> None:
    known = list(names)
    if name and name not in known:
        near = nearest_of(name, known)
        give_up(f'unknown {what} "{name}"' + (f'; did you mean "{near}"?' if near else "."))


def _as_json(number: ServiceNumber) -> dict[str, Any]:
    return {
        "number": number.number,
        "brand": number.brand,
        "group": number.group,
        "plan": number.plan,
        "line": str(number.line_type),
        "carrier": number.carrier,
        "limits": [say_limit(gate.limit) for gate in number.gates],
    }


def _read_form(file: Path) -> str:
    try:
        content = file.read_bytes()
        if file.suffix.lower() == ".xlsx":
            return BINARY + b64encode(content).decode()
        return content.decode("utf-8-sig")
    except OSError as fault:
        give_up(words_of(fault))
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")  # what a spreadsheet program writes by itself


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.new")
        draft.write_text(text, encoding="utf-8", newline="")
        os.replace(draft, path)  # noqa: PTH105 - the same, and it says that it replaces
    except OSError as fault:
        give_up(f"{words_of(fault)}; nothing was done.")


def _write_report(path: Path, done: Import) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(("line", "number", "C/D", "result", "why"))
        for row in done.rows:
            writer.writerow((row.line, row.number, row.action, "done" if row.is_done else "refused", row.why))


def _tell(done: Import, options: Options, *, as_json: bool) -> None:
    good = len(done.rows) - done.refused
    if as_json:
        rows = [asdict(row) for row in done.rows]
        print_json({"done": good, "refused": done.refused, "dry_run": options.dry_run, "rows": rows})
        return
    for row in done.rows:
        result = ("would be done" if options.dry_run else "done") if row.is_done else "refused"
        out.print(f"line {row.line}: {row.number or '-'}: {result}: {row.why}", markup=False)
    out.print(f"{say_count(good, 'row')} {'would be ' * options.dry_run}done, {done.refused} refused.")
    if done.files and not options.dry_run:
        out.print("The configuration is changed; `dutyline publish` makes it live.")
