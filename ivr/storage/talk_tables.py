"""Who talks: the legs on which engineers are engaged, as each box writes down its own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from ivr.storage.tables import Base


class EngagedLeg(Base):
    """A leg of the switch that somebody is on; gone when he has hung up."""

    __tablename__ = "engaged_legs"

    box: Mapped[str] = mapped_column(Text, primary_key=True)
    leg: Mapped[str] = mapped_column(Text, primary_key=True)
    """Unique id of the channel on the switch of that box."""
    entry: Mapped[str]
    page_id: Mapped[str] = mapped_column(default="")
    """The page for which it was rung; empty: he has called the engineers' number."""
    caller_of: Mapped[str] = mapped_column(default="")
    """The page whose caller is being called from this leg; empty: none is."""
    until: Mapped[datetime | None]
    """Without news of the box it counts so long."""


__all__ = ["EngagedLeg"]
