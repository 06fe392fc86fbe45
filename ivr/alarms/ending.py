"""Alarms that are over: which pages have come to nothing by it, and who is told. Functions of a session.

A page is over when each of its alarms is: of a storm the last one. While somebody is looked for the page is
called off then; whoever has accepted it keeps it, and is told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from ivr.alarms.model import Ended, Terms
from ivr.duty.history import told, write
from ivr.notify.people import ChannelName, tell_person
from ivr.storage import AlarmState, Attempt, KeptAlarm, Page, PageState

LIVE: Final = (PageState.PAGED, PageState.RINGING)
FIRED: Final = (AlarmState.PAGED, AlarmState.JOINED)
LOOK_BACK: Final = timedelta(hours=1)
"""What was over longer ago has been seen to, or is nobody's news any more."""
OVER: Final = "alarm-over"
AGAIN: Final = "alarm-again"

_Word = aliased(KeptAlarm)
"""The word that an alarm is over: an alarm as well, from the same sender."""


def is_over(session: Session, page_id: str) -> bool:
    """Whether every alarm of a page is over. Alarms of which nobody says so never are: mails, commands."""
    fired = (KeptAlarm.page_id == page_id) & KeptAlarm.state.in_(FIRED)
    going_on = fired & ~select(_Word.id).where(_ends()).exists()
    has_any = session.scalar(select(KeptAlarm.id).where(fired).limit(1)) is not None
    return has_any and session.scalar(select(KeptAlarm.id).where(going_on).limit(1)) is None


def _ends() -> ColumnElement[bool]:
    """The word belongs to the alarm, and came after it."""
    return (
        (_Word.state == AlarmState.RESOLVED)
        & (_Word.fingerprint == KeptAlarm.fingerprint)
        & (KeptAlarm.fingerprint != "")
        & (_Word.source == KeptAlarm.source)
        & (_Word.name == KeptAlarm.name)
        & (_Word.received > KeptAlarm.received)
    )


def end_pages(session: Session, terms: Terms, known: Collection[Ended]) -> list[Ended]:
    """Pages that are over since a short while, but for those `known`: people have been told by then.

    Written down before anybody is called off: whoever is killed in between does it again, and nobody is told
    twice.
    """
    found = (
        select(KeptAlarm.page_id, func.max(_Word.received))
        .join(_Word, _ends())
        .where(_Word.received > terms.now - LOOK_BACK, KeptAlarm.page_id != "", KeptAlarm.state.in_(FIRED))
        .group_by(KeptAlarm.page_id)
    )
    ended = []
    for page_id, at in session.execute(found).all():
        page = session.get(Page, page_id)
        if page is None or page.state not in (*LIVE, PageState.ACCEPTED):
            continue
        one = Ended(page_id, at.isoformat(), page.state in LIVE)
        if one not in known and is_over(session, page_id):
            _tell(session, page, one, terms)
            ended.append(one)
    return ended


def _tell(session: Session, page: Page, ended: Ended, terms: Terms) -> None:
    """Who has accepted; or else those whose phones have rung for it, and are not left out."""
    if ended.is_live:
        query = select(Attempt.entry).where(Attempt.page_id == page.id).distinct()
        people = sorted(session.scalars(query).all())
    else:
        people = [page.accepted_by]
    facts = {"called_off": ended.is_live, "engineer": page.accepted_title}
    once = f"page:{page.id}:{OVER}:{ended.last}"
    _tell_people(session, page, people, OVER, facts, once, terms)


def tell_again(session: Session, page: Page, words: str, once: str, terms: Terms) -> None:
    """Whoever has accepted a page was told that it is over, and it is not."""
    if page.accepted_by:
        _tell_people(session, page, [page.accepted_by], AGAIN, {"words": words}, once, terms)


def _tell_people(
    session: Session,
    page: Page,
    people: Iterable[str],
    template: str,
    facts: Mapping[str, Any],
    once: str,
    terms: Terms,
) -> None:
    directory = terms.configuration.directory
    policy = terms.configuration.duty.policies.get(page.policy)
    channels = tuple(ChannelName) if policy is not None and policy.sms else None
    variables = {
        "brand": page.brand_title or page.brand,
        "call_ref": page.call_ref,
        "words": _words_of(session, page),
        "at": terms.now,
        "engineer": "",
        **facts,
    }
    reached = [
        directory[entry].title
        for entry in people
        if entry in directory
        and tell_person(session, terms.configuration, entry, template, variables, once, terms.now, channels)
    ]
    if reached:
        write(session, page.id, told(template, reached, terms.now))


def _words_of(session: Session, page: Page) -> str:
    """What the page is about: the words of the alarm that began it."""
    query = select(KeptAlarm.subject).where(KeptAlarm.page_id == page.id, KeptAlarm.state.in_(FIRED))
    return session.scalar(query.order_by(KeptAlarm.received).limit(1)) or ""


__all__ = ["AGAIN", "LIVE", "OVER", "end_pages", "is_over", "tell_again"]
