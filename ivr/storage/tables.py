"""The tables. What a column means stands beside it; changes go through `migrations/versions`."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Float, ForeignKey, Index, Integer, MetaData, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from ivr.storage.states import (
    AttemptState,
    CallbackState,
    DeliveryState,
    Disposition,
    HungBy,
    MailState,
    PageState,
    RecordingState,
)
from ivr.storage.types import Utc, Words, code


class Base(DeclarativeBase):
    """What all tables share: column types by annotation, names of constraints by rule."""

    metadata: ClassVar[MetaData] = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Words(),
        datetime: Utc(),
        Disposition: code(Disposition),
        HungBy: code(HungBy),
        PageState: code(PageState),
        AttemptState: code(AttemptState),
        MailState: code(MailState),
        DeliveryState: code(DeliveryState),
        RecordingState: code(RecordingState),
        CallbackState: code(CallbackState),
    }


class Call(Base):
    """One call of a caller. Written when it begins, whole again when it ends."""

    __tablename__ = "calls"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    uniqueid: Mapped[str] = mapped_column(default="", index=True)
    """The switch's own name of the channel's life; `close_orphans` compares it."""
    channel: Mapped[str] = mapped_column(default="")
    dialled: Mapped[str] = mapped_column(default="", index=True)
    """E.164, or as it came when it is no number."""
    caller: Mapped[str | None] = mapped_column(index=True)
    """E.164, or as it came; null: withheld."""
    caller_name: Mapped[str] = mapped_column(default="")
    brand: Mapped[str] = mapped_column(default="")
    plan: Mapped[str] = mapped_column(default="")
    release: Mapped[str] = mapped_column(default="")
    """Fingerprint of the configuration that served the call."""
    clock_at: Mapped[datetime | None]
    """What the plan's clock was set to at the start of a test call; null: the real time."""
    started: Mapped[datetime] = mapped_column(index=True)
    answered: Mapped[datetime | None]
    prompt_at: Mapped[datetime | None]
    """The first prompt began."""
    queued_at: Mapped[datetime | None]
    """Began to wait in a queue, for the first time."""
    queue_left_at: Mapped[datetime | None]
    """Left the queue, for the last time: served, by a key, out of time or out of patience."""
    agent_rang_at: Mapped[datetime | None]
    agent_at: Mapped[datetime | None]
    """An agent (or any other person the plan rang) picked up."""
    agent_entry: Mapped[str] = mapped_column(default="")
    agent_number: Mapped[str] = mapped_column(default="")
    ended: Mapped[datetime | None]
    disposition: Mapped[Disposition] = mapped_column(default=Disposition.IN_PROGRESS, index=True)
    cause: Mapped[int] = mapped_column(default=0)
    """Q.850 hang-up cause; 0: not known."""
    hung_by: Mapped[HungBy] = mapped_column(default=HungBy.UNKNOWN)
    places: Mapped[str] = mapped_column(default="", server_default="")
    """JSON: the places and the agent it holds (`ivr.calls.places.kept`); empty: none."""


class Hop(Base):
    """One step of a call through its plan."""

    __tablename__ = "hops"

    call_id: Mapped[str] = mapped_column(Text, ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    plan: Mapped[str]
    node: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    exit: Mapped[str]
    why: Mapped[str]
    at: Mapped[datetime]
    release: Mapped[str]


class Page(Base):
    """One hunt for an engineer."""

    __tablename__ = "pages"
    __table_args__ = (
        Index(
            "uq_pages_live_call_ref",
            "call_ref",
            unique=True,
            sqlite_where=text("live"),
            postgresql_where=text("live"),
        ),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    call_ref: Mapped[str]
    """The 3-digit call ID that people say to each other; unique among live pages."""
    live: Mapped[bool] = mapped_column(default=True)
    """Whether `call_ref` is taken; may outlast the hunt, so that nobody mixes two calls up."""
    call_id: Mapped[str | None] = mapped_column(index=True)
    brand: Mapped[str] = mapped_column(default="")
    policy: Mapped[str] = mapped_column(default="")
    customer: Mapped[str] = mapped_column(default="")
    caller: Mapped[str | None]
    dialled: Mapped[str] = mapped_column(default="")
    brand_title: Mapped[str] = mapped_column(default="")
    state: Mapped[PageState] = mapped_column(default=PageState.PAGED, index=True)
    started: Mapped[datetime] = mapped_column(index=True)
    release: Mapped[str] = mapped_column(default="")
    hunt: Mapped[str] = mapped_column(default="{}")
    """JSON: who is rung in which order and for how long, as it stood when the page began."""
    request: Mapped[str] = mapped_column(default="{}")
    """JSON: what was asked for; with `hunt` and the attempts all that a restart needs."""
    ended: Mapped[datetime | None]
    rung: Mapped[int] = mapped_column(default=0)
    """Attempts begun so far."""
    seen_at: Mapped[datetime | None]
    """When somebody last drove this page: what lies between that and a restart does not count."""
    outages: Mapped[str] = mapped_column(default="[]")
    """JSON: pairs of moments between which nobody could be rung; the hunt's time stood still."""
    accepted_by: Mapped[str] = mapped_column(default="")
    accepted_title: Mapped[str] = mapped_column(default="")
    accepted_number: Mapped[str] = mapped_column(default="")
    accepted_attempt: Mapped[str] = mapped_column(default="")
    accepted_at: Mapped[datetime | None]
    acceptances: Mapped[int] = mapped_column(default=0, server_default="0")
    """Times somebody has taken it: more than one after a handover, or when the hunt went on."""
    promise_s: Mapped[float] = mapped_column(Float, default=0.0, server_default="0")
    """The caller was promised a call back within so many seconds of `started`; 0: nothing was promised."""
    remind_s: Mapped[float] = mapped_column(Float, default=0.0, server_default="0")
    """So long before that runs out the one who accepted is reminded."""
    called_back_at: Mapped[datetime | None]
    called_back_by: Mapped[str] = mapped_column(default="", server_default="")
    called_back_how: Mapped[str] = mapped_column(default="", server_default="")
    """`call`, `connected`, `key`, `line`, `command`, `link` ..."""
    gone_on: Mapped[str] = mapped_column(default="", server_default="")
    """JSON: why the hunt went on after the last acceptance; empty: it did not."""
    out: Mapped[str] = mapped_column(default="[]", server_default="[]")
    """JSON: directory entries that are not rung for this page any more."""
    handover: Mapped[str] = mapped_column(default="", server_default="")
    """JSON: to whom it is being handed over; empty: to nobody."""
    driver: Mapped[str] = mapped_column(default="", server_default="")
    """The box that drives it; empty where there is one box only, or when nobody does."""
    driven_until: Mapped[datetime | None]
    """By the clock of the database: after that another box may take it up."""


class Attempt(Base):
    """One ring of one phone for a page."""

    __tablename__ = "attempts"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    """The channel id chosen for the leg, so that the switch and the row share a name."""
    page_id: Mapped[str] = mapped_column(ForeignKey("pages.id", ondelete="CASCADE"), index=True)
    seq: Mapped[int] = mapped_column(Integer)
    stage: Mapped[str] = mapped_column(default="")
    turn: Mapped[int] = mapped_column(default=0)
    """The round within the stage, from 0."""
    entry: Mapped[str] = mapped_column(default="")
    title: Mapped[str] = mapped_column(default="")
    """Trigram or title of who was rung."""
    language: Mapped[str] = mapped_column(default="")
    label: Mapped[str] = mapped_column(default="")
    number: Mapped[str] = mapped_column(default="")
    backup: Mapped[bool] = mapped_column(default=False)
    ring_s: Mapped[float] = mapped_column(Float, default=30.0)
    """How long it may ring, seconds."""
    state: Mapped[AttemptState] = mapped_column(default=AttemptState.RINGING, index=True)
    cause: Mapped[int] = mapped_column(default=0)
    planned_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    key: Mapped[str] = mapped_column(default="")
    box: Mapped[str] = mapped_column(default="", server_default="")
    """The box on whose switch it rang; empty where there is one box only."""


class Mail(Base):
    """One mail to send. The row is committed with what it announces; the courier does the rest."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_state_next_at", "state", "next_at"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    dedupe: Mapped[str] = mapped_column(unique=True)
    """What this mail is about; a second one with the same words is not written."""
    template: Mapped[str]
    language: Mapped[str]
    to: Mapped[list[str]] = mapped_column("to_json", JSON)
    cc: Mapped[list[str]] = mapped_column("cc_json", JSON)
    subject: Mapped[str]
    body: Mapped[str]
    created: Mapped[datetime] = mapped_column(index=True)
    state: Mapped[MailState] = mapped_column(default=MailState.WAITING)
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    """Not tried before; while `sending`: another courier may take over after this."""
    owner: Mapped[str] = mapped_column(default="")
    """The courier that is sending it."""
    sent_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(default="")
    """What went wrong last, in words."""
    message_id: Mapped[str] = mapped_column(default="")
    """Set before the first try and kept, so that a repeat can be told by the receiving side."""


class Delivery(Base):
    """A mail and one of its addresses: who has it already, who was refused and why."""

    __tablename__ = "deliveries"

    mail_id: Mapped[str] = mapped_column(Text, ForeignKey("outbox.id", ondelete="CASCADE"), primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[DeliveryState] = mapped_column(default=DeliveryState.WAITING)
    code: Mapped[int] = mapped_column(default=0)
    """The mail server's last answer about this address; 0: none yet."""
    reply: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime | None]


class Enclosure(Base):
    """A file that goes with a mail: a caller's message."""

    __tablename__ = "enclosures"

    mail_id: Mapped[str] = mapped_column(Text, ForeignKey("outbox.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    path: Mapped[str]
    """Below the folder of recordings; what lies elsewhere is never enclosed."""
    title: Mapped[str]
    """The file's name as the reader sees it."""
    kind: Mapped[str] = mapped_column(default="audio/wav")
    """MIME type."""


class Recording(Base):
    """A message that a caller left."""

    __tablename__ = "recordings"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    """The call's id and a number; what the plan's variable holds."""
    call_id: Mapped[str] = mapped_column(index=True)
    """No foreign key: a message may be written down before its call is."""
    brand: Mapped[str] = mapped_column(default="")
    caller: Mapped[str | None]
    dialled: Mapped[str] = mapped_column(default="")
    state: Mapped[RecordingState] = mapped_column(default=RecordingState.RECORDING, index=True)
    seconds: Mapped[float] = mapped_column(Float, default=0.0)
    least_s: Mapped[float] = mapped_column(Float, default=1.0)
    """Less speech than this is nothing."""
    longest_s: Mapped[float] = mapped_column(Float, default=120.0)
    """It is over at the latest so long after it began."""
    path: Mapped[str] = mapped_column(default="")
    """The WAV file, below the folder of recordings; empty while there is none."""
    why: Mapped[str] = mapped_column(default="")
    """What went wrong, in words."""
    started: Mapped[datetime] = mapped_column(index=True)
    ended: Mapped[datetime | None]


class Callback(Base):
    """A call back that was promised to a caller. Committed before he hears the promise."""

    __tablename__ = "callbacks"
    __table_args__ = (Index("ix_callbacks_state_due_at", "state", "due_at"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    call_id: Mapped[str] = mapped_column(index=True)
    brand: Mapped[str] = mapped_column(default="")
    dialled: Mapped[str] = mapped_column(default="")
    caller: Mapped[str | None]
    caller_name: Mapped[str] = mapped_column(default="")
    number: Mapped[str] = mapped_column(index=True)
    """Whom to call back, E.164."""
    shown: Mapped[str] = mapped_column(default="")
    """What the called-back phone sees, E.164."""
    language: Mapped[str] = mapped_column(default="")
    queue: Mapped[str] = mapped_column(default="")
    priority: Mapped[int] = mapped_column(default=0)
    ask: Mapped[str] = mapped_column(default="{}")
    """JSON: the people, agents and limits as the plan asked for them."""
    state: Mapped[CallbackState] = mapped_column(default=CallbackState.WAITING)
    asked_at: Mapped[datetime] = mapped_column(index=True)
    waits_since: Mapped[datetime]
    """His place in the queue: when he began to wait, on the line or off it."""
    due_at: Mapped[datetime]
    """Not tried before."""
    gives_up_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    most_tries: Mapped[int] = mapped_column(default=3)
    owner: Mapped[str] = mapped_column(default="")
    """The box that sees to it; empty where there is one box only, or when nobody does."""
    owned_until: Mapped[datetime | None]
    """By the clock of the database: after that another box may take it up."""
    box: Mapped[str] = mapped_column(default="", server_default="")
    """On whose switch the agent's leg is."""
    leg: Mapped[str] = mapped_column(default="", index=True)
    """Channel id of the agent's leg of the present try; the switch refuses a second one of that id."""
    agent_entry: Mapped[str] = mapped_column(default="")
    agent_number: Mapped[str] = mapped_column(default="")
    accepted_at: Mapped[datetime | None]
    """An agent pressed 1."""
    reached_at: Mapped[datetime | None]
    """The caller picked up."""
    ended: Mapped[datetime | None]
    why: Mapped[str] = mapped_column(default="")
    """How the last try ended, in words."""


class Release(Base):
    """A checked configuration. Never changed once it is here."""

    __tablename__ = "releases"

    fingerprint: Mapped[str] = mapped_column(Text, primary_key=True)
    loaded_at: Mapped[datetime] = mapped_column(index=True)
    """When it was made."""
    author: Mapped[str] = mapped_column(default="")
    message: Mapped[str] = mapped_column(default="")
    files: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    """Relative path -> text."""
    base: Mapped[str] = mapped_column(default="", server_default="")
    """The release that was live when it was made."""


__all__ = [
    "Attempt",
    "Base",
    "Call",
    "Callback",
    "Delivery",
    "Enclosure",
    "Hop",
    "Mail",
    "Page",
    "Recording",
    "Release",
]
