"""Changes of the duty while the desk runs: swaps, overrides, covers and requests for them, leave.

Kept in the database before anybody is told, laid over whatever configuration is live at once, and read again
now and then because another box, or the command line without a service, may have changed them. Each ends by
itself. What names somebody whom a new configuration does not have is said, and holds again when he is back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.orm import Session

from dialplan.changes import ChangeRefused, check_change, fault_of_change, people_of, say_change
from dialplan.model import Cover, Duty
from dialplan.roster import Change, with_changes
from dialplan.sentences import Sentence
from ivr.clock import Clock
from ivr.duty.change_mails import ChangeMails, News
from ivr.duty.kept import (
    Kept,
    Standing,
    add_change,
    as_kept,
    find_rows,
    list_changes,
    note_change,
    read_changes,
)
from ivr.feed import Feed
from ivr.storage import AuditAction, Database, DutyChangeKind, KeptDutyChange, StorageError

log = structlog.get_logger(__name__)

REMEMBERED: Final = timedelta(days=35)
"""So far back the live duty still knows who was on duty: feeds and reports look there."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A kept change that means nothing to the live configuration, and why."""

    kept: Kept
    why: str

    def __str__(self) -> str:
        return f"the change {self.kept.id} of the duty means nothing: {self.why}"


class UnknownChange(ChangeRefused):
    """No change of that id, or several."""


class DutyBoard:
    """One for the service.

    `duty`: the live one without these changes. `lay_over`: puts what is given over the live duty, and over
    whatever becomes live later, in one step.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        duty: Callable[[], Duty],
        lay_over: Callable[[Callable[[Duty], Duty]], None],
        feed: Feed | None = None,
        under: Callable[[Duty], Duty] = lambda duty: duty,
        mails: ChangeMails | None = None,
    ) -> None:
        """`under`: what lies below the changes: calendars that were fetched. `mails`: who is told."""
        self._mails = mails
        self._database, self._clock, self._feed = database, clock, feed
        self._duty, self._lay_over, self._under = duty, lay_over, under
        self.changes: tuple[Kept, ...] = ()
        """Those that hold now or later, and those of the last weeks, oldest first."""
        self.why_stale = ""
        """Why they could not be read when they were read last; empty: they were."""

    async def start(self) -> None:
        """Lay the kept ones over the duty; while the database is away, `follow` goes on trying."""
        self.lay()
        await self.follow()

    async def follow(self) -> None:
        """Read them again."""
        since = self._clock.now() - REMEMBERED
        try:
            found = await self._database.read(lambda session: read_changes(session, since))
        except StorageError as fault:
            self.why_stale = str(fault)
            log.error("duty.changes_not_read", why=str(fault))
            return
        self.why_stale = ""
        if found != self.changes:
            self._show(found)

    def lay(self) -> None:
        """Lay everything over the live duty anew: what is below the changes has changed."""
        effective, under = tuple(change for one in self.changes for change in one.effective()), self._under
        self._lay_over(lambda duty: with_changes(under(duty), effective))

    async def add(self, change: Change, by: str, *, asked: Sequence[str] = ()) -> Kept:
        """Make one; it holds when this returns. A `Cover` without `by` is a request; `asked`: of whom.

        ChangeRefused, DatabaseUnavailable: nothing has changed.
        """
        return (await self.add_all([change], by, asked=asked, is_told=True))[0]

    async def add_all(
        self, changes: Sequence[Change], by: str, *, asked: Sequence[str] = (), is_told: bool = False
    ) -> list[Kept]:
        """Make several, all or none of them, in this order. `is_told`: those whom they concern get a mail."""
        now = self._clock.now()
        for change in changes:
            self.check(change, asked)

        def work(session: Session) -> list[Kept]:
            kept = [
                add_change(session, Kept("", change, now, by, tuple(asked)), place)
                for place, change in enumerate(changes)
            ]
            for one in kept:
                self._note(session, AuditAction.DUTY_CHANGED, one, by, now)
                if is_told and self._mails is not None:
                    news = News.ASKED if one.is_request else News.MADE
                    self._mails.tell(session, news, one, by, now)
            return kept

        made = await self._database.run(work)
        await self._reread()
        for one in made:
            self._tell("duty-changed", one, by)
        return made

    def check(self, change: Change, asked: Sequence[str] = ()) -> None:
        """Raises ChangeRefused for a change that cannot be made now, or asked of these."""
        duty = self._duty()
        check_change(duty, change, self._clock.now())
        for name in asked:
            fault = fault_of_change(duty, Cover(change.start, change.end, name))
            if fault is not None:
                raise fault
            if name in people_of(change):
                raise ChangeRefused(Sentence("cannot-stand-in", who=name))

    async def cancel(self, id_: str, by: str) -> Kept:
        """End one, whether it holds or is planned. `id_`: how its id begins. UnknownChange, ChangeRefused."""

        def end(row: KeptDutyChange, now: datetime) -> None:
            row.ended_at, row.ended_by = now, by

        return await self._change(id_, by, AuditAction.DUTY_CANCELLED, end, News.CANCELLED)

    async def agree(self, id_: str, trigram: str, by: str) -> Kept:
        """`trigram` stands in, as a request asks; it holds when this returns. The first who agrees counts."""
        fault = fault_of_change(self._duty(), Cover(self._clock.now(), self._clock.now(), trigram))
        if fault is not None:
            raise fault

        def agree(row: KeptDutyChange, now: datetime) -> None:
            _check_request(as_kept(row), trigram)
            row.people = [row.people[0], trigram]
            row.agreed_at, row.agreed_by = now, by

        return await self._change(id_, by, AuditAction.DUTY_AGREED, agree, News.AGREED)

    async def decline(self, id_: str, trigram: str, by: str) -> Kept:
        """`trigram` will not stand in; the request stays open to others."""

        def decline(row: KeptDutyChange, now: datetime) -> None:
            _check_request(as_kept(row), trigram)
            row.declined = list(dict.fromkeys((*row.declined, trigram)))

        return await self._change(id_, by, AuditAction.DUTY_DECLINED, decline, News.DECLINED, trigram)

    async def list(self, most: int = 50) -> tuple[Kept, ...]:
        """The last ones made, newest first, whatever became of them."""
        return await self._database.read(lambda session: list_changes(session, most))

    def live(self, now: datetime | None = None) -> tuple[Kept, ...]:
        """Those that hold now or will, requests among them, oldest first."""
        at = now or self._clock.now()
        over = (Standing.OVER, Standing.CANCELLED)
        return tuple(one for one in self.changes if one.standing(at) not in over)

    def requests(self) -> tuple[Kept, ...]:
        """The requests that nobody has agreed to, oldest first."""
        return tuple(one for one in self.live() if one.is_request)

    def lost(self) -> tuple[Lost, ...]:
        """Those that hold or will, and mean nothing to the live configuration."""
        duty = self._duty()
        judged = ((one, fault_of_change(duty, one.change)) for one in self.live())
        return tuple(Lost(one, fault.said) for one, fault in judged if fault is not None)

    def warnings(self) -> tuple[str, ...]:
        """Which changes the live configuration makes meaningless, in sentences; said in the log as well."""
        self.warn_of_lost()
        return tuple(map(str, self.lost()))

    def warn_of_lost(self) -> None:
        """Say in the log which changes the live configuration makes meaningless."""
        for one in self.lost():
            log.warning("duty.change_means_nothing", change=one.kept.id, why=one.why)

    async def _change(
        self,
        id_: str,
        by: str,
        action: AuditAction,
        do: Callable[[KeptDutyChange, datetime], None],
        news: News,
        who: str = "",
    ) -> Kept:
        now = self._clock.now()

        def work(session: Session) -> Kept:
            row = _only(find_rows(session, id_) if id_.strip() else (), id_)
            _check_open(as_kept(row), now, self._duty().roster.zone)
            do(row, now)
            session.flush()
            kept = as_kept(row)
            self._note(session, action, kept, by, now)
            if self._mails is not None:
                self._mails.tell(session, news, kept, by, now, who)
            return kept

        kept = await self._database.run(work)
        await self._reread()
        self._tell(str(action), kept, by)
        return kept

    async def _reread(self) -> None:
        since = self._clock.now() - REMEMBERED
        self._show(await self._database.read(lambda session: read_changes(session, since)))

    def _show(self, found: tuple[Kept, ...]) -> None:
        self.changes = found
        self.lay()
        self.warn_of_lost()
        log.info("duty.changes_live", changes=len(self.live()))

    def _note(self, session: Session, action: AuditAction, kept: Kept, by: str, now: datetime) -> None:
        said = say_change(kept.change, self._duty().roster.zone)
        note_change(session, now, by, action, f"{kept.kind} {kept.id}", said)

    def _tell(self, what: str, kept: Kept, by: str) -> None:
        log.info(what.replace("-", "."), change=kept.id, change_kind=str(kept.kind), by=by)
        if self._feed is not None and self._feed.has_listeners:
            said = say_change(kept.change, self._duty().roster.zone)
            self._feed.publish(what, self._clock.now(), change=kept.id, what=said, by=by)


def _only(rows: Sequence[KeptDutyChange], id_: str) -> KeptDutyChange:
    if not rows:
        raise UnknownChange(Sentence("no-change", name=id_))
    if len(rows) > 1:
        raise UnknownChange(Sentence("several-changes", name=id_))
    return rows[0]


def _check_open(kept: Kept, now: datetime, zone: str) -> None:
    """What is over cannot be changed any more."""
    said = say_change(kept.change, zone)
    if kept.ended_at is not None:
        by = kept.ended_by or Sentence("somebody")
        raise ChangeRefused(Sentence("cancelled-already", name=kept.id, by=by, what=said))
    if kept.change.end <= now:
        raise ChangeRefused(Sentence("change-is-over", name=kept.id, what=said))


def _check_request(kept: Kept, trigram: str) -> None:
    """Only a request can be agreed to or declined, by those who were asked."""
    if not isinstance(kept.change, Cover) or (not kept.is_request and kept.agreed_at is None):
        raise ChangeRefused(Sentence("no-request", name=kept.id))
    if not kept.is_request:
        raise ChangeRefused(Sentence("agreed-already", who=kept.change.by, name=kept.id))
    if trigram == kept.change.absent:
        raise ChangeRefused(Sentence("cannot-stand-in", who=trigram))
    if kept.asked and trigram not in kept.asked:
        key = "not-asked-but-one" if len(kept.asked) == 1 else "not-asked-but-more"
        raise ChangeRefused(Sentence(key, who=trigram, names=", ".join(kept.asked)))


__all__ = ["REMEMBERED", "DutyBoard", "DutyChangeKind", "Kept", "Lost", "Standing", "UnknownChange"]
