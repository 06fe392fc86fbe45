"""The tables of scheduled work: its runs, who leads, and the phones that are rung without a page."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Float, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from ivr.storage.tables import Base
from ivr.storage.types import code


class RunState(StrEnum):
    """Where a run of a scheduled job stands."""

    BEGUN = "begun"
    """No run: since then the job is scheduled as `detail` says. What was due before is not caught up."""
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    MISSED = "missed"
    """Nobody was there when it was due, and a later one stands for it, or it is too late now."""


class RingState(StrEnum):
    """What became of one ring of one phone, outside of pages."""

    WAITING = "waiting"
    """Its turn has not come."""
    RINGING = "ringing"
    ANSWERED = "answered"
    """Picked up; no key yet."""
    KEYED = "keyed"
    """Somebody is there: a key was pressed."""
    DECLINED = "declined"
    """Somebody is there, and says that he is not available."""
    SILENT = "silent"
    """Picked up and keyed nothing: voicemail, most often."""
    NO_ANSWER = "no-answer"
    BUSY = "busy"
    REJECTED = "rejected"
    NETWORK = "network"
    UNKNOWN_NUMBER = "unknown-number"
    SKIPPED = "skipped"
    """Not rung; `why` says what stood against it."""
    GAVE_WAY = "gave-way"
    """A page wanted the phone, and had it."""
    LOST = "lost"
    """The service or the switch was restarted meanwhile."""


class RingKind(StrEnum):
    """What a phone is rung for."""

    HANDSHAKE = "handshake"
    DRILL = "drill"


class Run(Base):
    """One run of a job. The row is the claim: whoever makes it does the work."""

    __tablename__ = "runs"
    __table_args__ = (Index("uq_runs_job_subject_due_at", "job", "subject", "due_at", unique=True),)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    job: Mapped[str]
    subject: Mapped[str] = mapped_column(default="")
    """Whom or what it is about, where one job has several runs at a time."""
    due_at: Mapped[datetime] = mapped_column(index=True)
    state: Mapped[RunState] = mapped_column(code(RunState), default=RunState.RUNNING, index=True)
    by: Mapped[str] = mapped_column(default="")
    """The box that does, or did it."""
    tries: Mapped[int] = mapped_column(default=1)
    started: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    """When the box that does it last showed that it lives."""
    ended: Mapped[datetime | None]
    detail: Mapped[str] = mapped_column(default="")
    """What came of it, in words."""
    facts: Mapped[str] = mapped_column(default="{}")
    """JSON: what the job wants to know when it goes on, or the next time."""
    answer: Mapped[str] = mapped_column(default="")
    """What somebody answered who was asked: `here`, `not-here`; empty: nothing yet."""
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str] = mapped_column(default="")
    """How: the number of the phone, or `link`."""


class Lease(Base):
    """Who does something for all boxes, and until when unless it is renewed."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    owner: Mapped[str] = mapped_column(default="")
    since: Mapped[datetime]
    until: Mapped[datetime]


class Ring(Base):
    """One ring of one phone of a handshake or a drill."""

    __tablename__ = "rings"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    """The channel id chosen for the leg."""
    run_id: Mapped[str] = mapped_column(index=True)
    kind: Mapped[RingKind] = mapped_column(code(RingKind))
    seq: Mapped[int]
    turn: Mapped[int] = mapped_column(default=0)
    entry: Mapped[str] = mapped_column(default="")
    title: Mapped[str] = mapped_column(default="")
    """The trigram."""
    label: Mapped[str] = mapped_column(default="")
    number: Mapped[str] = mapped_column(default="", index=True)
    language: Mapped[str] = mapped_column(default="en")
    ring_s: Mapped[float] = mapped_column(Float, default=30.0)
    state: Mapped[RingState] = mapped_column(code(RingState), default=RingState.WAITING, index=True)
    cause: Mapped[int] = mapped_column(default=0)
    """Q.850; 0: not known."""
    planned_at: Mapped[datetime | None]
    """When it was asked to ring."""
    rang_at: Mapped[datetime | None]
    """When the network first said that it rings."""
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    key: Mapped[str] = mapped_column(default="")
    why: Mapped[str] = mapped_column(default="")


__all__ = ["Lease", "Ring", "RingKind", "RingState", "Run", "RunState"]
