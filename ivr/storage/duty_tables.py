"""The tables of what is laid over the duty for a while, and of the calendars that are given out."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from ivr.storage.tables import Base
from ivr.storage.types import code


class DutyChangeKind(StrEnum):
    """What a change of the duty is."""

    OVERRIDE = "override"
    """Another order, whoever's turn it is."""
    COVER = "cover"
    """One stands in for another; without a stand-in it is a request."""
    SWAP = "swap"
    """Two take each other's places."""
    LEAVE = "leave"


class KeptDutyChange(Base):
    """For a while somebody else is on duty, or somebody is away, or asks to be covered."""

    __tablename__ = "duty_changes"
    __table_args__ = (Index("ix_duty_changes_ends", "ends"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    """Short, for people to type."""
    kind: Mapped[DutyChangeKind] = mapped_column(code(DutyChangeKind))
    layer: Mapped[str] = mapped_column(default="")
    """That layer alone; empty: the whole duty."""
    people: Mapped[list[Any]] = mapped_column(JSON, default=list)
    """Trigrams: the order of an override; who is absent, and then who stands in; who is on leave."""
    starts: Mapped[datetime]
    ends: Mapped[datetime]
    title: Mapped[str] = mapped_column(default="")
    made_at: Mapped[datetime] = mapped_column(index=True)
    place: Mapped[int] = mapped_column(default=0)
    """Among those made in the same moment."""
    made_by: Mapped[str] = mapped_column(default="")
    asked: Mapped[list[Any]] = mapped_column(JSON, default=list)
    """Of a request: the trigrams who were asked; empty: anybody."""
    declined: Mapped[list[Any]] = mapped_column(JSON, default=list)
    """Those who said no."""
    agreed_at: Mapped[datetime | None]
    """When somebody agreed to a request."""
    agreed_by: Mapped[str] = mapped_column(default="")
    ended_at: Mapped[datetime | None]
    """When somebody cancelled it."""
    ended_by: Mapped[str] = mapped_column(default="")


class DutyFeed(Base):
    """A calendar that is given out under an address nobody can guess."""

    __tablename__ = "duty_feeds"
    __table_args__ = (Index("uq_duty_feeds_key", "key", unique=True),)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str]
    """SHA-256 of the token of its address; the token itself is not kept."""
    what: Mapped[str] = mapped_column(default="")
    """`layer:NAME`, `team:NAME`, `engineer:TRIGRAM`; empty: the whole duty."""
    title: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(default="")
    asked_at: Mapped[datetime | None]
    """When a program asked for it last, to the hour."""
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str] = mapped_column(default="")


__all__ = ["DutyChangeKind", "DutyFeed", "KeptDutyChange"]
