"""Times as people give them to `--since` and `--until`: `2h`, `7d`, or ISO 8601 by the desk's clock."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from ivr.cli.shared import give_up

UNITS: Final = {"m": 60, "min": 60, "h": 3600, "d": 86400, "w": 7 * 86400}


def read_moment(text: str, option: str, zone: ZoneInfo, now: datetime | None = None) -> datetime:
    """The moment, UTC: so long ago, or a time; a date alone is its midnight."""
    ago = re.fullmatch(r"\s*(\d{1,6})\s*(min|[mhdw])\s*", text)
    if ago:
        return (now or datetime.now(UTC)) - timedelta(seconds=int(ago[1]) * UNITS[ago[2]])
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        give_up(f"{option} {text!r} is no time; write for instance 2h, 7d or 2026-11-21T18:00.")
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
