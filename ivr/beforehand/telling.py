"""The forecast and the ledger of nights as data, for whoever asks: the service, or a command without one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from dialplan.forecast import forecast
from dialplan.model import Configuration
from dialplan.sentences import Sentence, reason_in
from dialplan.when import parse_when
from ivr.beforehand.forecasting import letter_of
from ivr.duty.nights import USUAL_DAYS, nights_of, read_rings
from ivr.notify.words import pick_language
from ivr.storage import Database

LONGEST_DAYS: Final = 400
Asked = Mapping[str, Any]


def tell_forecast(configuration: Configuration, asked: Asked, now: datetime) -> dict[str, Any]:
    """The next `days` from `from` on (a moment as people say it), in sentences of `language`."""
    language = pick_language(str(asked.get("language", "en")))
    days = min(LONGEST_DAYS, max(1, int(asked.get("days", 14))))
    zone = configuration.duty.roster.zone
    try:
        start = parse_when(str(asked["from"]), now, zone) if asked.get("from") else now
    except ValueError as fault:
        return {"error": reason_in(fault, language)}
    letter = letter_of(forecast(configuration, start, days), configuration, language, set(), days)
    return {
        **letter,
        "start": start.isoformat(),
        "wrong": [one["says"] for one in letter["wrong"]],
        "turns": [{**turn, "start": turn["start"].isoformat()} for turn in letter["turns"]],
        "zone": zone,
    }


async def tell_nights(
    database: Database, configuration: Configuration, asked: Asked, now: datetime
) -> dict[str, Any]:
    """Who was woken how often since `since` (a day, or a moment; 90 days ago when nobody says)."""
    zone = ZoneInfo(configuration.duty.roster.zone)
    language = pick_language(str(asked.get("language", "en")))
    try:
        since = datetime.fromisoformat(str(asked["since"])) if asked.get("since") else None
    except ValueError:
        return {"error": Sentence("no-day", text=str(asked["since"])).said_in(language)}
    start = since or now - timedelta(days=USUAL_DAYS)
    start = start if start.tzinfo else start.replace(tzinfo=zone)
    if start > now:
        return {"error": Sentence("not-come-yet", text=f"{start:%Y-%m-%d %H:%M}").said_in(language)}
    start = max(start, now - timedelta(days=LONGEST_DAYS))
    rings = await database.read(lambda session: read_rings(session, start))
    found = nights_of(configuration, rings, start, now)
    return {
        "since": start.isoformat(),
        "night": str(configuration.duty.beforehand.night),
        "zone": zone.key,
        "people": [one.to_json() for one in found],
        "order": [one.trigram for one in sorted(found, key=lambda one: (one.wakings, one.nights))],
    }


__all__ = ["LONGEST_DAYS", "tell_forecast", "tell_nights"]
