"""What is learned of phones: when they are picked up without a key."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Float, Text
from sqlalchemy.orm import Mapped, mapped_column

from ivr.storage.tables import Base


class PhoneLesson(Base):
    """What is known of one phone. Columns as in `ivr.duty.lessons.Lesson`."""

    __tablename__ = "phone_lessons"

    number: Mapped[str] = mapped_column(Text, primary_key=True)
    """E.164."""
    entry: Mapped[str] = mapped_column(default="")
    """The directory entry on whose turn it was rung last."""
    pickups: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    """The last pick-ups without a key, oldest first: attempt, moment, second of ringing."""
    second: Mapped[float | None] = mapped_column(Float)
    """A voicemail answers after so many seconds; None: nothing is believed yet."""
    learned_at: Mapped[datetime | None]


__all__ = ["PhoneLesson"]
