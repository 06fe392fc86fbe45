"""A duty taken in from a spreadsheet: each good row becomes an override, and each row is reported."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dialplan.changes import ChangeRefused
from dialplan.counts import say_count
from dialplan.faults import ConfigurationFaults
from dialplan.model import Duty, Swap
from dialplan.rota import Fate, RotaRow, read_rota
from ivr.duty.changes import DutyBoard
from ivr.duty.kept import Kept


@dataclass(frozen=True, slots=True)
class RotaWish:
    """How a file is taken in, and by whom. `replace`: what one of its name brought before is cancelled."""

    file: str
    by: str
    dry_run: bool = False
    all_or_nothing: bool = False
    replace: bool = False

    @property
    def author(self) -> str:
        """Who is said to have made what it brings."""
        return f"{self.by} by {self.file}"


async def take_rota(board: DutyBoard, text: str, wish: RotaWish, duty: Duty, now: datetime) -> dict[str, Any]:
    """Take a spreadsheet in; what became of each row. ChangeRefused: it is none, or lacks a column."""
    earlier = [one for one in board.live(now) if one.made_by.endswith(f" by {wish.file}")]
    kept = [one for one in board.live(now) if not (wish.replace and one in earlier)]
    known = [one.change for one in kept if isinstance(one.change, Swap)]
    try:
        rows = await asyncio.to_thread(read_rota, text, wish.file, duty, now, known)
    except ConfigurationFaults as faults:
        raise ChangeRefused("; ".join(map(str, faults.faults))) from None
    bad = [row for row in rows if row.fate is Fate.BAD]
    is_done = not wish.dry_run and not (bad and wish.all_or_nothing)
    ids = await _do(board, rows, wish, earlier if wish.replace else ()) if is_done else {}
    said = "done" if is_done else "would be done" if not (bad and wish.all_or_nothing) else "not done"
    report = [_as_json(row, said, ids.get(row.line, "")) for row in rows]
    cancelled = len(earlier) if wish.replace else 0
    return {
        "rows": report,
        "done": len(ids),
        "refused": len(bad),
        "cancelled": cancelled,
        "dry_run": wish.dry_run,
    }


async def _do(
    board: DutyBoard, rows: Iterable[RotaRow], wish: RotaWish, earlier: Iterable[Kept]
) -> dict[int, str]:
    """Ids of what was made, by lines. The new ones first: nobody is off duty in between."""
    good = [(row.line, row.change) for row in rows if row.fate is Fate.GOOD and row.change is not None]
    made = await board.add_all([change for _, change in good], wish.author) if good else []
    for one in earlier:
        await board.cancel(one.id, wish.author)
    return {line: one.id for (line, _), one in zip(good, made, strict=True)}


def _as_json(row: RotaRow, done: str, id_: str) -> dict[str, Any]:
    became = {Fate.GOOD: done, Fate.KNOWN: "left", Fate.OVER: "left", Fate.BAD: "refused"}[row.fate]
    return {"line": row.line, "row": row.text, "became": became, "says": list(row.says), "id": id_}


def say_report(answer: dict[str, Any]) -> str:
    """How it went, in one sentence."""
    done = (
        answer["done"] if not answer["dry_run"] else sum("would" in row["became"] for row in answer["rows"])
    )
    left = sum(row["became"] == "left" for row in answer["rows"])
    verb = "would be done" if answer["dry_run"] else "done"
    more = f", {left} left as they are" if left else ""
    return f"{say_count(done, 'row')} {verb}{more}, {answer['refused']} refused."


__all__ = ["RotaWish", "say_report", "take_rota"]
