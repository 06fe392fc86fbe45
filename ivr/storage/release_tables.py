"""The tables of releases, drafts and shadows, and what happened on a call answer by answer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from ivr.storage.states import ActivationSource, ActivationState, Verdict
from ivr.storage.tables import Base
from ivr.storage.types import code


class Tape(Base):
    """What happened on a call, answer by answer: enough to drive a configuration with it again."""

    __tablename__ = "tapes"

    call_id: Mapped[str] = mapped_column(Text, ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True)
    entries: Mapped[str]
    """JSON; see `dialplan.tape`."""


class Activation(Base):
    """A release that was, is or will be live."""

    __tablename__ = "activations"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    release: Mapped[str] = mapped_column(index=True)
    source: Mapped[ActivationSource] = mapped_column(code(ActivationSource))
    state: Mapped[ActivationState] = mapped_column(code(ActivationState), index=True)
    author: Mapped[str] = mapped_column(default="")
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    began_at: Mapped[datetime | None] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    why: Mapped[str] = mapped_column(default="")
    """Why it was refused."""


class Copy(Base):
    """A folder, and the release it was last the same as: what somebody who edits there began with."""

    __tablename__ = "copies"

    place: Mapped[str] = mapped_column(Text, primary_key=True)
    """`host:/absolute/path`."""
    release: Mapped[str]
    noted_at: Mapped[datetime]


class Draft(Base):
    """A configuration that somebody works on."""

    __tablename__ = "drafts"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    base: Mapped[str]
    """The release it began with."""
    files: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    author: Mapped[str] = mapped_column(default="")
    """Who saved it last."""
    revision: Mapped[int]
    """Counted up by each saving."""
    made_at: Mapped[datetime]
    saved_at: Mapped[datetime]


class Shadow(Base):
    """A configuration that decides silently beside the live one."""

    __tablename__ = "shadows"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    what: Mapped[str]
    """For people: `draft "summer"`, `release 1a2b3c4d5e6f`."""
    release: Mapped[str]
    """Fingerprint of the configuration."""
    files: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    author: Mapped[str] = mapped_column(default="")
    began_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]


class ShadowCall(Base):
    """What a shadow would have done with one call."""

    __tablename__ = "shadow_calls"

    shadow_id: Mapped[str] = mapped_column(Text, primary_key=True)
    call_id: Mapped[str] = mapped_column(Text, primary_key=True)
    at: Mapped[datetime]
    verdict: Mapped[Verdict] = mapped_column(code(Verdict))
    parts: Mapped[str] = mapped_column(default="")
    """Where the two part, in a sentence; or why nothing can be told."""
    live: Mapped[str] = mapped_column(default="[]")
    """JSON: what the caller met, a sentence for each thing."""
    shadow: Mapped[str] = mapped_column(default="[]")
    """JSON: what he would have met."""


__all__ = ["Activation", "Copy", "Draft", "Shadow", "ShadowCall", "Tape"]
