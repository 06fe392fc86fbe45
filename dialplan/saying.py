"""What callers say and wish on paper: the answers to `Record` and `AskCallback` of a simulated call."""

from __future__ import annotations

from typing import Final

from dialplan.commands import Record
from dialplan.events import Kept, Recorded
from dialplan.times import parse_duration_s

SAID_S: Final = 10.0
"""How long a message is when nobody supposes otherwise."""
NOTHING: Final = "nothing"
HANG_UP: Final = "hang-up"
"""The caller speaks, and hangs up in the middle of it."""
REFUSED: Final = "limit"
RECORD_WORDS: Final = f"{NOTHING}, {HANG_UP} or a duration, 12 s for instance"
CALLBACK_WORDS: Final = f"kept or {REFUSED}"


def record_on_paper(record: Record, word: str, name: str) -> Recorded | None:
    """What is recorded; None when `word` says nothing about a recording."""
    if word == NOTHING:
        return Recorded("")
    if word in ("", HANG_UP):
        return Recorded(name, min(SAID_S, record.longest_s))
    try:
        said_s = parse_duration_s(word)
    except ValueError:
        return None
    return Recorded(name, min(said_s, record.longest_s)) if said_s >= record.least_s else Recorded("")


def keep_on_paper(word: str) -> Kept | None:
    """Whether a call back is kept; None when `word` says nothing about that."""
    if word in ("", "kept"):
        return Kept(1)
    return Kept(refused="supposed") if word == REFUSED else None
