"""Who was rung for a call besides the plan, as `dutyline calls show` tells it below the call's own story."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialplan.numbers import display
from ivr.cli.page_lines import say_step
from ivr.cli.page_words import CALL_PAGES
from ivr.duty.history import read_history
from ivr.duty.ledger import pages_of_call
from ivr.duty.shown import whole_page
from ivr.notify.words import Language, outcome
from ivr.storage import Attempt, Page, PageState, PageStep

_TOLD: Final = frozenset(
    {
        PageStep.PASSED,
        PageStep.REMINDED,
        PageStep.GONE_ON,
        PageStep.CALLED_BACK,
        PageStep.HANDED_OVER,
        PageStep.HANDOVER_FAILED,
    }
)
"""Steps of the history that are told here as well; the others follow from the rings."""


def pages_of(session: Session, call_id: str, zone: ZoneInfo, language: Language = "en") -> list[str]:
    """The pages of a call and each ring of them, in lines; none when no engineer was looked for."""
    pages = session.scalars(select(Page).where(Page.call_id == call_id).order_by(Page.started))
    return [line for page in pages for line in _page(session, page, zone, language)]


def whole_pages(session: Session, call_id: str) -> list[dict[str, Any]]:
    """The same as data, with the whole history."""
    return [whole_page(session, page) for page in pages_of_call(session, call_id)]


def _page(session: Session, page: Page, zone: ZoneInfo, language: Language) -> Iterator[str]:
    yield CALL_PAGES["page"][language].format(ref=page.call_ref, policy=page.policy)
    for at, _, line in sorted(_lines(session, page, language)):
        yield f"  {_clock(at, zone)}  {line}"
    if page.ended is None and page.accepted_at is None:
        yield f"  {CALL_PAGES['goes-on'][language]}"


def _lines(session: Session, page: Page, language: Language) -> Iterator[tuple[datetime, int, str]]:
    """When, in which order within the same moment, and what."""
    attempts = select(Attempt).where(Attempt.page_id == page.id).order_by(Attempt.seq)
    for ring in session.scalars(attempts):
        yield ring.planned_at, ring.seq, _ring(ring, language)
    history = read_history(session, page.id)
    accepted = CALL_PAGES["accepted"][language]
    for number, event in enumerate(history, start=page.rung):
        facts = event.facts or {}
        if event.kind in _TOLD:
            yield event.at, number, say_step(event.kind, facts, language)
        elif event.kind is PageStep.ACCEPTED:
            yield event.at, number, accepted.format(who=facts.get("who", ""))
    last = page.rung + len(history)
    if page.accepted_at is not None and not history:
        yield page.accepted_at, last, accepted.format(who=page.accepted_title)
    if page.ended is not None and page.state in (PageState.EXHAUSTED, PageState.CANCELLED):
        yield page.ended, last, CALL_PAGES[page.state][language]


def _ring(ring: Attempt, language: Language) -> str:
    cause = CALL_PAGES["cause"][language].format(cause=ring.cause) if ring.cause else ""
    said = CALL_PAGES["ring"][language].format(
        who=ring.title,
        number=display(ring.number),
        stage=ring.stage,
        outcome=outcome(ring.state, language),
    )
    return f"{said}{cause}"


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%H:%M:%S}"


__all__ = ["pages_of", "whole_pages"]
