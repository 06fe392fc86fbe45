"""What a page is: the facts it is about, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ivr.duty.hunt import Attempt, Hunt
from ivr.storage.states import PageState

LIVE_STATES = frozenset({PageState.PAGED, PageState.RINGING})


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What a plan (or an administrator) asks for. Numbers are E.164."""

    policy: str
    brand: str
    call_id: str | None = None
    dialled: str = ""
    caller: str = ""
    caller_name: str = ""
    customer: str = ""
    release: str = ""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Who has the call. `at` is UTC; `number` the phone on which it was accepted."""

    attempt_id: str
    entry: str
    title: str
    number: str
    at: datetime


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

    @property
    def is_live(self) -> bool:
        """Whether somebody is still looked for."""
        return self.state in LIVE_STATES


@dataclass(frozen=True, slots=True)
class LivePage:
    """A page and the attempts made for it, as read back after a restart."""

    page: Page
    attempts: tuple[Attempt, ...]
