"""The mails of a page, written in the transaction of the step they announce.

The first goes out as the call comes in, to the brand's mailboxes; the second on acceptance, to the
mailbox that is told who accepted; a third when nobody did. The service team is in copy of all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ivr.duty.history import told, write
from ivr.duty.hunt import Attempt, Hunt, Ring, Wait
from ivr.duty.ledger import PageMail, read_attempts
from ivr.duty.moves import next_move
from ivr.duty.page import Page
from ivr.duty.planning import level_stage
from ivr.duty.promise import person_of
from ivr.duty.texts import PageTexts
from ivr.notify import enqueue
from ivr.storage import PageState

LEVEL = level_stage("")


class PageMails:
    """Writes them to whom the brand's mails went when the page began."""

    def __init__(self, now: Callable[[], datetime], texts: PageTexts | None = None) -> None:
        """`texts`: who tells those who are rung by short messages; None: nobody does."""
        self._now, self._texts = now, texts

    def writers(self) -> Mapping[PageState, PageMail]:
        """Which step of a page is announced by which mail."""
        return {
            PageState.PAGED: self.announce,
            PageState.ACCEPTED: self.announce_acceptance,
            PageState.EXHAUSTED: self.raise_alarm,
        }

    def announce(self, session: Session, page: Page, now: datetime) -> None:
        """A call has come in, and these are being rung."""
        to = page.request.contacts.mailboxes
        first = page.first or next_move(page.hunt, now, [], now, at=page.hunt.wall_clock(now))
        planned = first.planned if isinstance(first, Ring) else ()
        facts = {
            "at": now,
            "ringing": [{"title": one.person.title, "number": one.phone.number} for one in planned],
            "waits": isinstance(first, Wait),
        }
        self._write(session, page, "call-in", to, facts, now)
        if self._texts is not None:
            words = variables_of(page) | {"at": now}
            self._texts.tell_rung(session, page, [one.person.entry for one in planned], words, now)

    def announce_rings(self, session: Session, page: Page, rung: Sequence[Attempt]) -> None:
        """Phones are about to ring: their owners have it in writing, those as well who come later."""
        if self._texts is not None and rung:
            words = variables_of(page) | {"at": rung[0].planned_at}
            self._texts.tell_rung(session, page, [one.entry for one in rung], words, rung[0].planned_at)

    def announce_acceptance(self, session: Session, page: Page, now: datetime) -> None:
        """Call ID, engineer, and the number on which he accepted."""
        acceptance = page.acceptance
        assert acceptance is not None
        name = _name(page.hunt, acceptance.entry) or acceptance.title
        facts = {"engineer": name, "number": acceptance.number, "at": acceptance.at}
        to = (page.request.contacts.accepted_to,)
        self._write(session, page, "call-accepted", to, facts, now, nth(page.acceptances))
        if self._texts is not None:
            self._texts.tell_accepted(session, page, variables_of(page) | {"at": acceptance.at}, now)

    def announce_stage(self, session: Session, page: Page, stage: str) -> None:
        """The hunt has come to a level of the escalation: the desk is told who is rung now; or to its end."""
        place, now = page.hunt.stage(stage), self._now()
        if place is not None and place.is_telling:
            self.raise_alarm(session, page, now)
        if place is None or not place.is_announced or not place.people:
            return
        level = stage.removeprefix(LEVEL)
        facts = {
            "level": level if stage.startswith(LEVEL) and level.isdecimal() else "",
            "title": place.title or place.people[0].title,
            "at": now,
            "tried": _tried(session, page),
        }
        to = page.request.contacts.mailboxes
        self._write(session, page, "page-escalated", to, facts, now, stage)

    def raise_alarm(self, session: Session, page: Page, now: datetime) -> None:
        """Nobody accepted: a person must act."""
        contacts = page.request.contacts
        to = tuple(dict.fromkeys((*contacts.mailboxes, contacts.accepted_to)))
        facts = {"at": now, "tried": _tried(session, page)}
        self._write(session, page, "nobody-accepted", to, facts, now, nth(page.acceptances + 1))

    def _write(
        self,
        session: Session,
        page: Page,
        template: str,
        to: tuple[str, ...],
        facts: Mapping[str, Any],
        now: datetime,
        part: str = "",
    ) -> None:
        mail = enqueue(
            session,
            template=template,
            language=page.request.contacts.language,
            to=to,
            cc=page.request.contacts.copy,
            variables={**variables_of(page), **facts},
            dedupe=f"page:{page.id}:{template}:{part}",
            now=now,
        )
        if mail is not None:
            write(session, page.id, told(template, to, now))


def variables_of(page: Page) -> dict[str, Any]:
    """What every mail about a page may say."""
    request = page.request
    return {
        "call_ref": page.call_ref,
        "brand": page.brand_title,
        "dialled": request.dialled,
        "caller": request.caller,
        "caller_name": request.caller_name,
        "about": request.about,
        "customer": request.customer,
        "started": page.started,
    }


def nth(acceptance: int) -> str:
    """What tells the mails of a second acceptance from those of the first."""
    return "" if acceptance <= 1 else str(acceptance)


def _tried(session: Session, page: Page) -> list[dict[str, Any]]:
    return [
        {"at": one.planned_at, "title": one.title, "number": one.number, "outcome": str(one.state)}
        for one in read_attempts(session, page.id)
    ]


def _name(hunt: Hunt, entry: str) -> str:
    found = person_of(hunt, entry)
    return found.name if found else ""
