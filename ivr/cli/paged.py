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
from ivr.duty.history import read_history
from ivr.duty.ledger import pages_of_call
from ivr.duty.shown import whole_page
from ivr.storage import Attempt, Page, PageState, PageStep

_ENDS = {
    PageState.EXHAUSTED: "nobody accepted",
    PageState.CANCELLED: "the page was called off",
}
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


def pages_of(session: Session, call_id: str, zone: ZoneInfo) -> list[str]:
    """The pages of a call and each ring of them, in lines; none when no engineer was looked for."""
    pages = session.scalars(select(Page).where(Page.call_id == call_id).order_by(Page.started))
    return [line for page in pages for line in _page(session, page, zone)]


def whole_pages(session: Session, call_id: str) -> list[dict[str, Any]]:
    """The same as data, with the whole history."""
    return [whole_page(session, page) for page in pages_of_call(session, call_id)]


def _page(session: Session, page: Page, zone: ZoneInfo) -> Iterator[str]:
    yield f"Page {page.call_ref}, by the policy {page.policy}"
    for at, _, line in sorted(_lines(session, page)):
        yield f"  {_clock(at, zone)}  {line}"
    if page.ended is None and page.accepted_at is None:
        yield "  the page goes on"


def _lines(session: Session, page: Page) -> Iterator[tuple[datetime, int, str]]:
    """When, in which order within the same moment, and what."""
    attempts = select(Attempt).where(Attempt.page_id == page.id).order_by(Attempt.seq)
    for ring in session.scalars(attempts):
        cause = f" (cause {ring.cause})" if ring.cause else ""
        state = f"{ring.state}{cause}".replace("-", " ")
        yield ring.planned_at, ring.seq, f"{ring.title} on {display(ring.number)}, {ring.stage}: {state}"
    history = read_history(session, page.id)
    for number, event in enumerate(history, start=page.rung):
        facts = event.facts or {}
        if event.kind in _TOLD:
            yield event.at, number, say_step(event.kind, facts)
        elif event.kind is PageStep.ACCEPTED:
            yield event.at, number, f"{facts.get('who', '')} accepted"
    last = page.rung + len(history)
    if page.accepted_at is not None and not history:
        yield page.accepted_at, last, f"{page.accepted_title} accepted"
    if page.ended is not None and page.state in _ENDS:
        yield page.ended, last, _ENDS[page.state]


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%H:%M:%S}"


__all__ = ["pages_of", "whole_pages"]
