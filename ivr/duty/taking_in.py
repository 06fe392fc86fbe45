"""A duty taken in from a spreadsheet: each good row becomes an override, and each row is reported."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dialplan.changes import ChangeRefused
from dialplan.faults import ConfigurationFaults, Fault
from dialplan.model import Duty, Swap
from dialplan.rota import Fate, RotaRow, read_rota
from dialplan.sentences import Sentence, said_in
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


async def take_rota(
    board: DutyBoard, text: str, wish: RotaWish, duty: Duty, now: datetime, language: str = "en"
) -> dict[str, Any]:
    """Take a spreadsheet in; what became of each row, with what there is to say of it in `language`.

    ChangeRefused: it is none, or lacks a column.
    """
    earlier = [one for one in board.live(now) if one.made_by.endswith(f" by {wish.file}")]
    kept = [one for one in board.live(now) if not (wish.replace and one in earlier)]
    known = [one.change for one in kept if isinstance(one.change, Swap)]
    try:
        rows = await asyncio.to_thread(read_rota, text, wish.file, duty, now, known)
    except ConfigurationFaults as faults:
        raise ChangeRefused(_say_faults(faults.faults)) from None
    bad = [row for row in rows if row.fate is Fate.BAD]
    is_done = not wish.dry_run and not (bad and wish.all_or_nothing)
    ids = await _do(board, rows, wish, earlier if wish.replace else ()) if is_done else {}
    said = "done" if is_done else "would be done" if not (bad and wish.all_or_nothing) else "not done"
    report = [_as_json(row, said, ids.get(row.line, ""), language) for row in rows]
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


def _say_faults(faults: Iterable[Fault]) -> str:
    """All of them, one after the other."""
    said = ""
    for one in faults:
        more = Sentence("did-you-mean", nearest=one.nearest) if one.nearest else ""
        where = f"{one.file}:{one.line}:{one.column}{one.where and f' {one.where}'}"
        each = Sentence("of-file", where=where, what=one.message, more=more)
        said = Sentence("both", one=said, two=each) if said else each
    return said


def _as_json(row: RotaRow, done: str, id_: str, language: str) -> dict[str, Any]:
    became = {Fate.GOOD: done, Fate.KNOWN: "left", Fate.OVER: "left", Fate.BAD: "refused"}[row.fate]
    return {
        "line": row.line,
        "row": row.text,
        "became": became,
        "says": [said_in(each, language) for each in row.says],
        "id": id_,
    }


__all__ = ["RotaWish", "take_rota"]
