"""Who is told of a change of the duty: those whom it puts on duty or relieves, and those who are asked.

Written in the transaction of the change, in each one's language, over his own channels. Whoever stands in a
spreadsheet that is taken in as a whole is not told of each row.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from dialplan.changes import people_of
from dialplan.model import Absence, Configuration, Cover
from ivr.duty.kept import Kept
from ivr.notify.people import tell_person

TEMPLATE = "duty-changed"


class News(StrEnum):
    """What has happened to a change."""

    MADE = "made"
    ASKED = "asked"
    AGREED = "agreed"
    DECLINED = "declined"
    CANCELLED = "cancelled"


class ChangeMails:
    """Writes them. `configuration`: the live one, for people's addresses."""

    def __init__(self, configuration: Callable[[], Configuration]) -> None:
        self._configuration = configuration

    def tell(self, session: Session, news: News, kept: Kept, by: str, now: datetime, who: str = "") -> None:
        """Tell everybody whom it concerns. `who`: the trigram that has declined."""
        configuration = self._configuration()
        entries = {engineer.trigram: engineer.entry for engineer in configuration.duty.engineers}
        facts = {**_facts(kept), "state": str(news), "by": by or "?", "who_said": who}
        for trigram in _concerned(news, kept, configuration):
            if trigram in entries:
                dedupe = f"duty:{kept.id}:{news}:{who}"
                tell_person(session, configuration, entries[trigram], TEMPLATE, facts, dedupe, now)


def _concerned(news: News, kept: Kept, configuration: Configuration) -> tuple[str, ...]:
    change = kept.change
    if isinstance(change, Absence):
        return ()
    asker = change.absent if isinstance(change, Cover) else ""
    asked = kept.asked or tuple(engineer.trigram for engineer in configuration.duty.engineers)
    if news is News.ASKED:
        return tuple(name for name in asked if name != asker)
    if news is News.DECLINED:
        return (asker,)
    if news is News.CANCELLED and kept.is_request:
        return tuple(name for name in asked if name != asker and name not in kept.declined)
    return people_of(change)


def _facts(kept: Kept) -> dict[str, Any]:
    change, people = kept.change, people_of(kept.change)
    return {
        "id": kept.id,
        "kind": str(kept.kind),
        "people": list(people),
        "absent": people[0] if people else "",
        "stand_in": change.by if isinstance(change, Cover) else "",
        "start": change.start,
        "end": change.end,
        "title": change.title,
        "layer": "" if isinstance(change, Absence) else change.layer,
    }


__all__ = ["ChangeMails", "News"]
