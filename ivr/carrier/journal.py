"""The carrier's journal: which telephones rang, when, what they showed, pressed and heard, how it ended.

The carrier's extensions append one line for each event, in the form of a URL's query. Reading goes on
where it stopped, so a long run costs no more than a short one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qsl

LegKind = Literal["phone", "caller"]


@dataclass(slots=True)
class Leg:
    """One call of one telephone, or of a caller. Times are aware, UTC; None: did not happen (yet)."""

    id: str
    number: str
    """E.164 with `+`: the telephone's own number; of a caller's leg the number it dialled."""
    kind: LegKind = "phone"
    turn: int = 0
    """The how-manieth call of this telephone, from 1."""
    habit: str = ""
    shown: str = ""
    """The caller's number that the display showed; empty when withheld."""
    shown_name: str = ""
    diversion: str = ""
    rang_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    cause: int | None = None
    """Q.850 cause of the end."""
    ended_by: Literal["", "switch", "phone"] = ""
    keys: list[tuple[datetime, str]] = field(default_factory=list)
    """Keys pressed, with the moment at which the first was."""
    heard: Path | None = None
    """What it heard: headerless A-law, written as it comes in pieces of up to four seconds."""
    faults: list[str] = field(default_factory=list)

    @property
    def is_live(self) -> bool:
        return self.ended_at is None

    def heard_bytes(self) -> bytes:
        """What it has heard so far, A-law; empty when it never answered."""
        return self.heard.read_bytes() if self.heard and self.heard.exists() else b""


class Journal:
    """The journal file, read as it grows."""

    def __init__(self, path: Path, heard_dir: Path) -> None:
        self._path = path
        self._heard_dir = heard_dir
        self._read = 0
        self._legs: dict[str, Leg] = {}

    def legs(self, number: str | None = None, kind: LegKind = "phone") -> list[Leg]:
        """Every leg so far, in the order in which they began; of one number when given."""
        for line in self._new_lines():
            self._note(dict(parse_qsl(line, keep_blank_values=True)))
        wanted = None if number is None else plain(number)
        return [
            leg for leg in self._legs.values() if leg.kind == kind and wanted in (None, plain(leg.number))
        ]

    def leg(self, leg_id: str) -> Leg | None:
        """The leg of that id, if it has been heard of."""
        self.legs()
        return self._legs.get(leg_id)

    def skip(self) -> None:
        """Leave out what has been written so far."""
        self.legs()
        self._legs.clear()

    def _new_lines(self) -> Iterator[str]:
        try:
            with self._path.open("rb") as file:
                file.seek(self._read)
                text = file.read()
        except FileNotFoundError:
            return
        whole = text[: text.rfind(b"\n") + 1]
        self._read += len(whole)
        yield from whole.decode(errors="replace").splitlines()

    def _note(self, event: dict[str, str]) -> None:
        number = event.get("number", "")
        leg = self._legs.setdefault(event["leg"], Leg(event["leg"], f"+{number}"))
        at = datetime.fromisoformat(event["at"])
        match event["event"]:
            case "rang":
                leg.rang_at = at
                leg.habit, leg.turn = event.get("habit", ""), int(event.get("turn", 0))
                leg.shown, leg.shown_name = event.get("shown", ""), event.get("name", "")
                leg.diversion = event.get("diversion", "")
            case "answered":
                leg.answered_at = at
                leg.heard = self._heard_dir / event["heard"] if event.get("heard") else None
                if event.get("kind") == "caller":
                    leg.kind, leg.number = "caller", number
            case "keys":
                leg.keys.append((at, event.get("keys", "")))
            case "ended":
                leg.ended_at, leg.cause = at, int(event.get("cause") or 0)
                leg.ended_by = "switch" if event.get("by") == "switch" else "phone"
            case "fault":
                leg.faults.append(event.get("why", ""))


def plain(number: str) -> str:
    """Its digits alone."""
    return "".join(filter(str.isdigit, number))


__all__ = ["Journal", "Leg", "LegKind", "plain"]
