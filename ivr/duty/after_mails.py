"""What is told when a page goes a step further after its acceptance, in the transaction of the step.

The desk hears that somebody else is looked for, or has taken over; the one who has the page hears that the
promise runs out soon; the one who had it, that he has it no more, or still. Persons are told in their own
language over their own channels, the desk by mail in the brand's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dialplan.model import Configuration
from ivr.duty.done_links import link_for
from ivr.duty.history import Event, told, write
from ivr.duty.mails import variables_of
from ivr.duty.page import GoingOn, Page
from ivr.duty.promise import lapses_at, person_of, promised_at
from ivr.notify import enqueue
from ivr.notify.people import tell_person
from ivr.storage import PageStep


class StepMails:
    """Writes them. `configuration`: the live one, for people; `address`: what links begin with."""

    def __init__(self, configuration: Callable[[], Configuration], address: str = "") -> None:
        self._configuration, self._address = configuration, address

    def announce(self, session: Session, before: Page, after: Page, step: Event) -> None:
        """What this step announces (see `ivr.duty.ledger.StepMail`)."""
        match step.kind:
            case PageStep.REMINDED:
                self._remind(session, after, step)
            case PageStep.GONE_ON:
                self._go_on(session, before, after, step)
            case PageStep.HANDED_OVER:
                self._hand_over(session, before, after, step)
            case PageStep.HANDOVER_FAILED:
                self._keep(session, before, step)
            case _:
                return

    def _remind(self, session: Session, page: Page, step: Event) -> None:
        acceptance = page.acceptance
        if acceptance is not None:
            link = link_for(self._address, page, acceptance.entry)
            facts = {"until": lapses_at(page), "at": acceptance.at, "link": link}
            self._person(session, page, acceptance.entry, "page-reminder", facts, step)

    def _go_on(self, session: Session, before: Page, after: Page, step: Event) -> None:
        gone, had = after.gone_on, before.acceptance
        if gone is None or had is None:
            return
        facts = {
            "engineer": self._name(before, had.entry, had.title),
            "number": had.number,
            "accepted": had.at,
            "at": step.at,
            "is_late": gone.why is GoingOn.PROMISE,
            "until": promised_at(before),
        }
        self._desk(session, before, "page-gone-on", facts, step)
        if gone.why is GoingOn.PROMISE:
            lapsed = {**facts, "link": link_for(self._address, before, had.entry)}
            self._person(session, before, had.entry, "page-lapsed", lapsed, step)

    def _hand_over(self, session: Session, before: Page, after: Page, step: Event) -> None:
        had, has = before.acceptance, after.acceptance
        if had is None or has is None:
            return
        facts = {
            "former": self._name(before, had.entry, had.title),
            "engineer": self._name(after, has.entry, has.title),
            "number": has.number,
            "at": step.at,
            "until": lapses_at(after),
        }
        self._desk(session, after, "page-handed-over", facts, step)
        for entry in (had.entry, has.entry):
            self._person(session, after, entry, "page-handed-over", facts, step)

    def _keep(self, session: Session, page: Page, step: Event) -> None:
        handover, has = page.handover, page.acceptance
        if handover is not None and has is not None:
            facts = {"other": handover.to.name or handover.to.title, "until": lapses_at(page), "at": step.at}
            self._person(session, page, has.entry, "page-handover-failed", facts, step)

    def _name(self, page: Page, entry: str, title: str) -> str:
        """As the directory writes it."""
        person, known = person_of(page.hunt, entry), self._configuration().directory.get(entry)
        return (person.name if person else "") or (known.title if known else "") or title

    def _desk(
        self, session: Session, page: Page, template: str, facts: Mapping[str, Any], step: Event
    ) -> None:
        contacts = page.request.contacts
        boxes = (contacts.accepted_to,) if step.kind is PageStep.HANDED_OVER else _everybody(page)
        mail = enqueue(
            session,
            template=template,
            language=contacts.language,
            to=boxes,
            cc=contacts.copy,
            variables={**variables_of(page), **facts},
            dedupe=_once(page, template, step.at),
            now=step.at,
        )
        if mail is not None:
            write(session, page.id, told(template, boxes, step.at))

    def _person(
        self, session: Session, page: Page, entry: str, template: str, facts: Mapping[str, Any], step: Event
    ) -> None:
        variables, once = {**variables_of(page), **facts}, _once(page, template, step.at)
        if tell_person(session, self._configuration(), entry, template, variables, once, step.at):
            write(session, page.id, told(template, (entry,), step.at))


def _everybody(page: Page) -> tuple[str, ...]:
    contacts = page.request.contacts
    return tuple(dict.fromkeys((*contacts.mailboxes, contacts.accepted_to)))


def _once(page: Page, template: str, at: datetime) -> str:
    return f"page:{page.id}:{template}:{page.acceptances}:{at.timestamp()}"


__all__ = ["StepMails"]
