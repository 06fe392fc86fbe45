"""Who was rung for a call besides the plan, as `dutyline calls show` tells it below the call's own story."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.cli.home import shown
from ivr.storage import Attempt, Page, PageState

_ENDS = {
    PageState.EXHAUSTED: "nobody accepted",
    PageState.CANCELLED: "the page was called off",
}


def pages_of(session: Session, call_id: str, zone: ZoneInfo) -> list[str]:
    """The pages of a call and each ring of them, in lines; none when no engineer was looked for."""
    pages = session.scalars(select(Page).where(Page.call_id == call_id).order_by(Page.started))
    return [line for page in pages for line in _page(session, page, zone)]


def _page(session: Session, page: Page, zone: ZoneInfo) -> Iterator[str]:
    yield f"Page {page.call_ref}, by the policy {page.policy}"
    attempts = select(Attempt).where(Attempt.page_id == page.id).order_by(Attempt.seq)
    for ring in session.scalars(attempts):
        cause = f" (cause {ring.cause})" if ring.cause else ""
        state = f"{ring.state}{cause}".replace("-", " ")
        who = f"{ring.title} on {shown(ring.number)}, {ring.stage}"
        yield f"  {_clock(ring.planned_at, zone)}  {who}: {state}"
    if page.accepted_at is not None:
        yield f"  {_clock(page.accepted_at, zone)}  {page.accepted_title} accepted"
    elif page.ended is not None:
        yield f"  {_clock(page.ended, zone)}  {_ENDS.get(page.state, 'the page is over')}"
    else:
        yield "  the page goes on"


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%H:%M:%S}"


__all__ = ["pages_of"]
