"""Calendars of the duty that are given out: each under an address that nobody can guess, until revoked.

Only the digest of a token is kept: whoever reads the database cannot open a calendar, and the address is
shown once, when it is made.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from dialplan.changes import ChangeRefused
from dialplan.faults import nearest_of
from dialplan.feeds import write_feed
from dialplan.model import Duty
from dialplan.roster import ROSTER
from dialplan.sentences import Sentence
from ivr.clock import Clock
from ivr.duty.changes import REMEMBERED
from ivr.duty.kept import new_id, note_change
from ivr.storage import AuditAction, Database, DutyFeed, StorageError

log = structlog.get_logger(__name__)

AHEAD: Final = timedelta(days=190)
"""So far ahead a calendar tells."""
TOKEN_BYTES: Final = 24
PATH: Final = "/calendars/{token}.ics"
KINDS: Final = ("layer", "team", "engineer")
LANGUAGES: Final = ("nl", "fr", "de", "en")
NOTED_EVERY: Final = timedelta(hours=1)
"""So often it is written down that a calendar was asked for."""


@dataclass(frozen=True, slots=True)
class Given:
    """A calendar that is given out. `what`: `layer:NAME`, `team:NAME`, `engineer:TRIGRAM`; empty: all."""

    id: str
    what: str
    title: str
    language: str
    made_at: datetime
    made_by: str
    asked_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_by: str = ""


@dataclass(frozen=True, slots=True)
class _Text:
    """A calendar as it was written last, and for what."""

    duty: Duty
    hour: datetime
    text: str


class DutyFeeds:
    """One for the service. `duty`: the live one, with all that is laid over it."""

    def __init__(self, database: Database, clock: Clock, duty: Callable[[], Duty]) -> None:
        self._database, self._clock, self._duty = database, clock, duty
        self._texts: dict[str, _Text] = {}

    async def make(self, what: str, by: str, *, title: str = "", language: str = "en") -> tuple[Given, str]:
        """Give a new calendar out; also the token of its address, which nobody can be told again.

        ChangeRefused: there is nothing of that name.
        """
        if language not in LANGUAGES:
            raise ChangeRefused(Sentence("no-language", name=language, names=", ".join(LANGUAGES)))
        now, what = self._clock.now(), named(self._duty(), what)
        token = secrets.token_urlsafe(TOKEN_BYTES)
        given = Given(new_id(), what, title, language, now, by)

        def work(session: Session) -> None:
            session.add(
                DutyFeed(
                    id=given.id,
                    key=key_of(token),
                    what=what,
                    title=title,
                    language=language,
                    made_at=now,
                    made_by=by,
                )
            )
            note_change(session, now, by, AuditAction.FEED_MADE, f"calendar {given.id}", what or "everything")

        await self._database.run(work)
        log.info("calendar.made", calendar=given.id, what=what, by=by)
        return given, token

    async def list(self) -> tuple[Given, ...]:
        """Those that are given out, oldest first; revoked ones are not among them."""
        query = select(DutyFeed).where(DutyFeed.revoked_at.is_(None)).order_by(DutyFeed.made_at, DutyFeed.id)
        return await self._database.read(lambda session: tuple(_given(row) for row in session.scalars(query)))

    async def revoke(self, id_: str, by: str) -> Given:
        """Give a calendar out no more. `id_`: how its id begins. ChangeRefused: there is none."""
        now = self._clock.now()

        def work(session: Session) -> Given:
            begins = DutyFeed.id.startswith(id_.strip().lower(), autoescape=True)
            found = session.scalars(
                select(DutyFeed).where(begins, DutyFeed.revoked_at.is_(None)).limit(2)
            ).all()
            if len(found) != 1 or not id_.strip():
                key = "several-calendars" if found and id_.strip() else "no-calendar"
                raise ChangeRefused(Sentence(key, name=id_))
            found[0].revoked_at, found[0].revoked_by = now, by
            note_change(session, now, by, AuditAction.FEED_REVOKED, f"calendar {found[0].id}", found[0].what)
            return _given(found[0])

        given = await self._database.run(work)
        self._texts.pop(given.id, None)
        log.info("calendar.revoked", calendar=given.id, by=by)
        return given

    async def text_of(self, token: str) -> str | None:
        """The calendar under a token, as it is now; None: there is none. DatabaseUnavailable."""
        given = await self._database.read(lambda session: _find(session, token))
        if given is None:
            return None
        await self._note(given)
        return await self._written(given)

    async def _written(self, given: Given) -> str:
        duty = self._duty()
        now = self._clock.now().replace(minute=0, second=0, microsecond=0)
        known = self._texts.get(given.id)
        # the very same duty is given out from memory for an hour: many programs ask often
        if known is not None and known.duty is duty and known.hour == now:
            return known.text
        text = await asyncio.to_thread(write, duty, given, now)
        self._texts[given.id] = _Text(duty, now, text)
        return text

    async def _note(self, given: Given) -> None:
        """When it was asked for; a calendar is served all the same where that cannot be written down."""
        now = self._clock.now()
        if given.asked_at is not None and now - given.asked_at < NOTED_EVERY:
            return

        def work(session: Session) -> None:
            row = session.get(DutyFeed, given.id)
            if row is not None:
                row.asked_at = now

        try:
            await self._database.run(work, timeout_s=1.0)
        except StorageError as fault:
            log.warning("calendar.not_noted", calendar=given.id, why=str(fault))


def write(duty: Duty, given: Given, now: datetime) -> str:
    """The iCal text: the last weeks, and the months to come."""
    kind, _, name = given.what.partition(":")
    return write_feed(
        duty,
        now - REMEMBERED,
        now + AHEAD,
        now,
        layer=name if kind == "layer" else "",
        team=name if kind == "team" else "",
        only=name if kind == "engineer" else "",
        language=given.language,
        title=given.title,
    )


def named(duty: Duty, text: str) -> str:
    """What somebody means by `nights`, `layer:nights`, `adu`, or nothing: with its kind. ChangeRefused."""
    kind, colon, name = text.strip().partition(":")
    if not text.strip() or text.strip().lower() in ("all", "everything"):
        return ""
    known = dict(_known(duty))
    if colon:
        wanted = f"{kind.lower()}:{name.strip()}"
        found = [each for each in known if each.lower() == wanted.lower()]
    else:
        found = [each for each in known if known[each].lower() == kind.lower()]
    if not found:
        nearest = nearest_of(name.strip() if colon else kind, known.values())
        raise ChangeRefused(Sentence("nothing-named", name=text.strip()), nearest)
    return found[0]


def _known(duty: Duty) -> Iterator[tuple[str, str]]:
    layers = [layer.id for layer in duty.layers]
    for name in [ROSTER, *layers] if duty.roster.weeks or not layers else layers:
        yield f"layer:{name}", name
    for name in duty.teams:
        yield f"team:{name}", name
    for engineer in duty.engineers:
        yield f"engineer:{engineer.trigram}", engineer.trigram


def address_of(base: str, token: str) -> str:
    """The whole address of a calendar, for people. `base`: what links begin with."""
    return base + PATH.format(token=token)


def key_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _find(session: Session, token: str) -> Given | None:
    query = select(DutyFeed).where(DutyFeed.key == key_of(token), DutyFeed.revoked_at.is_(None))
    row = session.scalars(query).first()
    return _given(row) if row is not None else None


def _given(row: DutyFeed) -> Given:
    given = Given(row.id, row.what, row.title, row.language, row.made_at, row.made_by)
    return replace(given, asked_at=row.asked_at, revoked_at=row.revoked_at, revoked_by=row.revoked_by)


__all__ = ["PATH", "DutyFeeds", "Given", "address_of", "key_of", "named", "write"]
