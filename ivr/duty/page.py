"""What a page is: the facts it is about, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ivr.duty.hunt import Attempt, Hunt
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
    spoken: str = ""
    contacts: Contacts = Contacts()


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Who has the call. `at` is UTC; `number` the phone on which it was accepted."""

    attempt_id: str
    entry: str
    title: str
    number: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Outage:
    """A time in which nobody could be rung: the switch was away, or we were."""

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
