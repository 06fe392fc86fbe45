"""Pages and attempts as rows of their tables, and back."""

from __future__ import annotations

from datetime import datetime

from pydantic import TypeAdapter

from ivr.duty.hunt import Attempt, Hunt
from ivr.duty.page import Acceptance, CalledBack, GoneOn, Handover, Outage, Page, PageRequest
from ivr.storage import tables

_HUNT = TypeAdapter(Hunt)
_REQUEST = TypeAdapter(PageRequest)
OUTAGES = TypeAdapter(tuple[Outage, ...])
_GONE_ON = TypeAdapter(GoneOn)
_HANDOVER = TypeAdapter(Handover)
OUT = TypeAdapter(tuple[str, ...])


def page_row(page: Page) -> tables.Page:
    """A new row."""
    request = page.request
    return tables.Page(
        id=page.id,
        call_ref=page.call_ref,
        live=True,
        call_id=request.call_id,
        brand=request.brand,
        policy=request.policy,
        customer=request.customer,
        caller=request.caller or None,
        dialled=request.dialled,
        state=page.state,
        started=page.started,
        release=request.release,
        hunt=_HUNT.dump_json(page.hunt).decode(),
        request=_REQUEST.dump_json(request).decode(),
        brand_title=page.brand_title,
        promise_s=request.promise.within_s,
        remind_s=request.promise.remind_s,
    )


def moved_columns(before: Page, after: Page, at: datetime) -> dict[str, object]:
    """The columns that a step may change."""
    acceptance, called_back = after.acceptance, after.called_back
    is_over = not (after.is_driven or after.state is before.state)
    columns: dict[str, object] = {
        "state": after.state,
        "acceptances": after.acceptances,
        "accepted_by": acceptance.entry if acceptance else "",
        "accepted_title": acceptance.title if acceptance else "",
        "accepted_number": acceptance.number if acceptance else "",
        "accepted_attempt": acceptance.attempt_id if acceptance else "",
        "accepted_at": acceptance.at if acceptance else None,
        "called_back_at": called_back.at if called_back else None,
        "called_back_by": called_back.by if called_back else "",
        "called_back_how": called_back.how if called_back else "",
        "gone_on": _GONE_ON.dump_json(after.gone_on).decode() if after.gone_on else "",
        "out": OUT.dump_json(after.out).decode(),
        "handover": _HANDOVER.dump_json(after.handover).decode() if after.handover else "",
        "outages": OUTAGES.dump_json(after.outages).decode(),
    }
    if after.hunt is not before.hunt:
        columns["hunt"] = _HUNT.dump_json(after.hunt).decode()
    return columns | ({"live": False, "ended": at} if is_over else {"ended": None} if after.is_live else {})


def read_page(row: tables.Page) -> Page:
    """A page as its row has it."""
    acceptance = None
    if row.accepted_at is not None:
        acceptance = Acceptance(
            row.accepted_attempt, row.accepted_by, row.accepted_title, row.accepted_number, row.accepted_at
        )
    return Page(
        id=row.id,
        call_ref=row.call_ref,
        request=_REQUEST.validate_json(row.request),
        brand_title=row.brand_title,
        hunt=_HUNT.validate_json(row.hunt),
        started=row.started,
        state=row.state,
        acceptance=acceptance,
        outages=OUTAGES.validate_json(row.outages),
        seen_at=row.seen_at,
        acceptances=row.acceptances,
        called_back=_called_back(row),
        gone_on=_GONE_ON.validate_json(row.gone_on) if row.gone_on else None,
        out=OUT.validate_json(row.out),
        handover=_HANDOVER.validate_json(row.handover) if row.handover else None,
    )


def _called_back(row: tables.Page) -> CalledBack | None:
    if row.called_back_at is None:
        return None
    return CalledBack(row.called_back_at, row.called_back_by, row.called_back_how)


def attempt_row(page_id: str, seq: int, attempt: Attempt) -> tables.Attempt:
    """A new row; `seq` is its place among the page's attempts."""
    return tables.Attempt(
        id=attempt.id,
        page_id=page_id,
        seq=seq,
        stage=attempt.stage,
        turn=attempt.turn,
        entry=attempt.entry,
        title=attempt.title,
        language=attempt.language,
        label=attempt.label,
        number=attempt.number,
        backup=attempt.backup,
        ring_s=attempt.ring_s,
        state=attempt.state,
        planned_at=attempt.planned_at,
        box=attempt.box,
    )


def read_attempt(row: tables.Attempt) -> Attempt:
    """An attempt as its row has it."""
    return Attempt(
        id=row.id,
        stage=row.stage,
        turn=row.turn,
        entry=row.entry,
        number=row.number,
        state=row.state,
        planned_at=row.planned_at,
        ring_s=row.ring_s,
        backup=row.backup,
        answered_at=row.answered_at,
        ended_at=row.ended_at,
        label=row.label,
        title=row.title,
        language=row.language,
        box=row.box,
    )


__all__ = [
    "OUT",
    "OUTAGES",
    "attempt_row",
    "moved_columns",
    "page_row",
    "read_attempt",
    "read_page",
]
