"""The history of pages: each step that a page took, one row each, written with the step itself."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from ivr.storage.tables import Base
from ivr.storage.types import code


class PageStep(StrEnum):
    """What happened to a page."""

    OPENED = "opened"
    RUNG = "rung"
    """A phone is about to ring."""
    PICKED_UP = "picked-up"
    KEY = "key"
    """The one who was rung pressed a key."""
    RING_ENDED = "ring-ended"
    """A ring is over; the facts say how, with the cause and the seconds."""
    ACCEPTED = "accepted"
    PASSED = "passed"
    """Somebody does not want the page, or gives it back."""
    PROMISED = "promised"
    """The clock of the promise to the caller runs from here."""
    REMINDED = "reminded"
    """The one who accepted is told that the promise runs out soon."""
    CALLED_BACK = "called-back"
    GONE_ON = "gone-on"
    """After an acceptance somebody else is looked for; the facts say why."""
    ESCALATED = "escalated"
    """The hunt has come to another part of its chain."""
    DUTY_CHANGED = "duty-changed"
    """Whoever is on duty now is looked for; the facts say who came and who went."""
    PASSED_OVER = "passed-over"
    """It was somebody's turn, and he talks for another page."""
    FREE_AGAIN = "free-again"
    """Somebody who was passed over is rung after all."""
    EXHAUSTED = "exhausted"
    CANCELLED = "cancelled"
    HANDOVER_ASKED = "handover-asked"
    HANDED_OVER = "handed-over"
    HANDOVER_FAILED = "handover-failed"
    TOLD = "told"
    """A mail or another message was queued in the same transaction."""
    NOTE = "note"
    """Anything else that is worth knowing; the facts have its kind."""


class PageEvent(Base):
    """One line of a page's history. Never changed."""

    __tablename__ = "page_events"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    page_id: Mapped[str] = mapped_column(ForeignKey("pages.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    kind: Mapped[PageStep] = mapped_column(code(PageStep))
    by: Mapped[str] = mapped_column(default="")
    """The directory entry, user or part of the service that did it."""
    attempt_id: Mapped[str] = mapped_column(default="")
    """The ring it belongs to, if any."""
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    dedupe: Mapped[str] = mapped_column(unique=True)
    """A step that is written again after a fault is the same line."""


__all__ = ["PageEvent", "PageStep"]
