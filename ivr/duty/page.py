"""What a page is: the facts it is about, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ivr.duty.hunt import Attempt, Hunt, Move, Person
from ivr.storage.states import PageState

LIVE_STATES = frozenset({PageState.PAGED, PageState.RINGING})


class PageRefused(ValueError):  # noqa: N818 - it says what is so
    """What was asked of a page cannot be done; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Contacts:
    """Where a page's mails go and in which language, as its brand had it when the page began."""

    mailboxes: tuple[str, ...] = ()
    accepted_to: str = ""
    copy: tuple[str, ...] = ()
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Promise:
    """What the caller was promised: to be called back within `within_s` of the page's beginning (0: nothing).

    `remind_s` before that runs out the engineer who accepted is reminded; 0: he is not.
    """

    within_s: float = 0.0
    remind_s: float = 0.0


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What a plan (or an administrator) asks for. Numbers are E.164; `spoken` the brand's prompt."""

    policy: str
    brand: str
    call_id: str | None = None
    dialled: str = ""
    caller: str = ""
    caller_name: str = ""
    customer: str = ""
    release: str = ""
    about: str = ""
    """What it is about, in the words of who asks for it: the subject of an alarm. Read in mails and texts."""
    spoken: str = ""
    contacts: Contacts = Contacts()
    severity: str = ""
    category: str = ""
    """What it is about: the engineer hears the prompt `category-...`."""
    words: tuple[str, ...] = ()
    """Names of what the caller has recorded; more may come while engineers are rung."""
    language: str = ""
    """The caller's: `nl`, `fr`, `de`, `en`, or `bi`."""
    chosen: str | None = None
    """Why it is this policy, empty where it was asked for; None: nobody has chosen yet (see `choose`)."""
    promise: Promise = Promise()
    link_key: str = ""
    """Signs the links in its mails (see `ivr.duty.done_links`)."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Who has the call. `at` is UTC; `number` the phone on which it was accepted."""

    attempt_id: str
    entry: str
    title: str
    number: str
    at: datetime


class GoingOn(StrEnum):
    """Why somebody else is looked for after an acceptance."""

    PROMISE = "promise"
    """The caller was not called back in time."""
    PASSED = "passed"
    """The one who had accepted gave it back."""


@dataclass(frozen=True, slots=True)
class GoneOn:
    """The hunt went on after the acceptance of `entry`. `at` is UTC."""

    why: GoingOn
    entry: str
    title: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CalledBack:
    """The caller was called back. `how`: `call`, `connected`, `key`, `line`, `command`, `link`."""

    at: datetime
    by: str
    how: str


@dataclass(frozen=True, slots=True)
class Handover:
    """An accepted page is offered to somebody else, who has to accept it."""

    to: Person
    by: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Outage:
    """A time in which nobody was looked for: the switch was away, or we were, or somebody had accepted."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """One hunt for an engineer. `call_ref` is the 3-digit call ID, unique among live pages."""

    id: str
    call_ref: str
    request: PageRequest
    brand_title: str
    hunt: Hunt
    started: datetime
    state: PageState = PageState.PAGED
    acceptance: Acceptance | None = None
    outages: tuple[Outage, ...] = ()
    seen_at: datetime | None = None
    acceptances: int = 0
    called_back: CalledBack | None = None
    gone_on: GoneOn | None = None
    out: tuple[str, ...] = ()
    """Directory entries that are not rung for this page any more: they had it, or do not want it."""
    handover: Handover | None = None
    first: Move | None = None
    """What it does first, where it has just begun; it is kept nowhere."""

    def is_held_by(self, attempt_id: str) -> bool:
        """Whether it was accepted on that leg."""
        return self.acceptance is not None and self.acceptance.attempt_id == attempt_id

    @property
    def is_promised(self) -> bool:
        """Whether the caller still waits for the call that he was promised, from the one who accepted."""
        return self.state is PageState.ACCEPTED and self.request.promise.within_s > 0

    @property
    def is_driven(self) -> bool:
        """Whether something is still to be done by itself, be it to wait for a moment."""
        is_offered = self.state is PageState.ACCEPTED and self.handover is not None
        return self.is_live or self.is_promised or is_offered

    @property
    def is_live(self) -> bool:
        """Whether somebody is still looked for."""
        return self.state in LIVE_STATES

    @property
    def is_open(self) -> bool:
        """Whether it may still be accepted: live, or given up (better late than nobody)."""
        return self.is_live or self.state is PageState.EXHAUSTED

    def hunting_time(self, moment: datetime) -> datetime:
        """`moment` by the hunt's clock, which stands still in an outage."""
        lost = timedelta()
        for outage in self.outages:
            if outage.start < moment:
                lost += min(moment, outage.end) - outage.start
        return moment - lost

    def real_time(self, moment: datetime) -> datetime:
        """The real moment, from now on, at which the hunt's clock shows `moment`."""
        return moment + sum((outage.end - outage.start for outage in self.outages), timedelta())


@dataclass(frozen=True, slots=True)
class LivePage:
    """A page and the attempts made for it, as read back after a restart."""

    page: Page
    attempts: tuple[Attempt, ...]
