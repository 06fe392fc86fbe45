"""The tables of overrides, and the audit: who did what, and when."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from dialplan.overrides import OverrideKind
from ivr.storage.tables import Base
from ivr.storage.types import code


class AuditAction(StrEnum):
    """What was done."""

    SWITCHED = "switched"
    """An override was made."""
    SWITCHED_BACK = "switched-back"
    """One was ended before its time."""
    PIN_RIGHT = "pin-right"
    PIN_WRONG = "pin-wrong"
    PIN_BLOCKED = "pin-blocked"
    """A PIN was keyed while no more tries were allowed; it was not looked at."""
    DUTY_CHANGED = "duty-changed"
    DUTY_CANCELLED = "duty-cancelled"
    DUTY_AGREED = "duty-agreed"
    DUTY_DECLINED = "duty-declined"
    FEED_MADE = "feed-made"
    FEED_REVOKED = "feed-revoked"


class KeptOverride(Base):
    """For a while a number or a number group has another plan, or a calendar is open or closed."""

    __tablename__ = "overrides"
    __table_args__ = (Index("ix_overrides_ended_at_ends", "ended_at", "ends"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[OverrideKind] = mapped_column(code(OverrideKind))
    name: Mapped[str]
    """The group, the number (E.164) or the calendar."""
    to: Mapped[str]
    """The plan; `open` or `closed` for a calendar."""
    starts: Mapped[datetime]
    ends: Mapped[datetime | None]
    """Ends by itself then; null: only when somebody ends it."""
    made_at: Mapped[datetime] = mapped_column(index=True)
    made_by: Mapped[str] = mapped_column(default="")
    why: Mapped[str] = mapped_column(default="")
    ended_at: Mapped[datetime | None]
    """When somebody ended it."""
    ended_by: Mapped[str] = mapped_column(default="")


class Audit(Base):
    """One thing that somebody did. Never changed, never holds a PIN or a keyed digit."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_action_at", "action", "at"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(default="")
    """A user of the machine, a person of the directory, or the caller's number."""
    action: Mapped[AuditAction] = mapped_column(code(AuditAction))
    object: Mapped[str] = mapped_column(default="")
    detail: Mapped[str] = mapped_column(default="")
    call_id: Mapped[str] = mapped_column(default="")
    """The call on which it was done; empty: not by phone."""


__all__ = ["Audit", "AuditAction", "KeptOverride"]
