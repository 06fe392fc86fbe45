"""Pages as data for programs and for the command line: one form, from memory or from the database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ivr.duty.history import Event, read_history
from ivr.duty.ledger import Rung, read_rings
from ivr.duty.page import Page
from ivr.duty.promise import lapses_at, promised_at


def page_as_json(page: Page) -> dict[str, Any]:
    """A page as it stands; times in ISO 8601, UTC."""
    request, acceptance, gone_on = page.request, page.acceptance, page.gone_on
    called_back, handover = page.called_back, page.handover
    return {
        "id": page.id,
        "call_ref": page.call_ref,
        "call": request.call_id,
        "brand": request.brand,
        "policy": request.policy,
        "customer": request.customer,
        "caller": request.caller or None,
        "dialled": request.dialled,
        "release": request.release,
        "state": str(page.state),
        "started": _iso(page.started),
        "accepted": acceptance
        and {
            "by": acceptance.entry,
            "who": acceptance.title,
            "number": acceptance.number,
            "at": _iso(acceptance.at),
        },
        "acceptances": page.acceptances,
        "promised_until": _iso(promised_at(page)),
        "goes_on_at": _iso(lapses_at(page)) if page.is_promised else None,
        "called_back": called_back
        and {"by": called_back.by, "how": called_back.how, "at": _iso(called_back.at)},
        "gone_on": gone_on
        and {"why": str(gone_on.why), "who": gone_on.title, "by": gone_on.entry, "at": _iso(gone_on.at)},
        "handover": handover
        and {"to": handover.to.entry, "who": handover.to.title, "at": _iso(handover.asked_at)},
        "out": list(page.out),
        "is_open": page.is_driven or page.is_open,
    }


def ring_as_json(number: int, rung: Rung) -> dict[str, Any]:
    """A ring of a phone; `number` counts from 1."""
    attempt = rung.attempt
    answered, ended = attempt.answered_at, attempt.ended_at
    return {
        "n": number,
        "id": attempt.id,
        "stage": attempt.stage,
        "round": attempt.turn + 1,
        "who": attempt.title,
        "entry": attempt.entry,
        "number": attempt.number,
        "label": attempt.label,
        "backup": attempt.backup,
        "state": str(attempt.state),
        "cause": rung.cause,
        "key": rung.key,
        "at": _iso(attempt.planned_at),
        "answered": _iso(answered),
        "ended": _iso(ended),
        "ring_s": round(attempt.ring_s, 1),
        "rang_s": _between(attempt.planned_at, answered or ended),
        "talked_s": _between(answered, ended),
    }


def whole_page(session: Session, page: Page) -> dict[str, Any]:
    """A page with its rings and its history."""
    rings = (ring_as_json(n, rung) for n, rung in enumerate(read_rings(session, page.id), start=1))
    history: Iterable[Event] = read_history(session, page.id)
    return {
        **page_as_json(page),
        "attempts": list(rings),
        "history": [event.to_json() for event in history],
    }


def _between(start: datetime | None, end: datetime | None) -> float | None:
    return None if start is None or end is None else round((end - start).total_seconds(), 1)


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="milliseconds")


__all__ = ["page_as_json", "ring_as_json", "whole_page"]
