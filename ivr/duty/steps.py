"""The steps that a page takes besides ringing and being accepted by a key, pure: from a page as it stands to
the page after, with the line of history that tells it. None: the step cannot be taken from there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from ivr.duty.following import Followed, with_owed
from ivr.duty.history import Event
from ivr.duty.hunt import Attempt, Hunt, Owed, Person
from ivr.duty.page import Acceptance, CalledBack, GoingOn, GoneOn, Handover, Outage, Page
from ivr.storage import PageStep
from ivr.storage.states import PageState

Taken: TypeAlias = tuple[Page, Event] | None
Step: TypeAlias = Callable[[Page, datetime], Taken]


def go_on(why: GoingOn, by: str) -> Step:
    """The one who accepted does not have it any more: the hunt goes on where it was, without him."""

    def take(page: Page, now: datetime) -> Taken:
        had = page.acceptance
        if page.state is not PageState.ACCEPTED or had is None:
            return None
        after = replace(
            page,
            state=PageState.RINGING,
            acceptance=None,
            gone_on=GoneOn(why, had.entry, had.title, now),
            out=_with(page.out, had.entry),
            handover=None,
            outages=_stood_still(page.outages, had.at, now),
        )
        facts = {"why": str(why), "who": had.title, "entry": had.entry, "accepted": _iso(had.at)}
        return after, Event(PageStep.GONE_ON, now, by, facts=facts, once=f"gone-on:{page.acceptances}")

    return take


def leave_out(entry: str, title: str, by: str) -> Step:
    """Somebody who is looked for does not want it: he is not rung for this page any more."""

    def take(page: Page, now: datetime) -> Taken:
        if not page.is_live or entry in page.out:
            return None
        facts = {"who": title, "entry": entry}
        return replace(page, out=_with(page.out, entry)), Event(PageStep.PASSED, now, by, facts=facts)

    return take


def follow_duty(followed: Followed, by: str, what: str) -> Step:
    """Whoever is on duty now is looked for. `by`, `what`: who changed the duty and how, if it is known."""

    def take(page: Page, now: datetime) -> Taken:
        if not page.is_live:
            return None
        facts = {"come": list(followed.come), "gone": list(followed.gone), "what": what}
        return replace(page, hunt=followed.hunt), Event(PageStep.DUTY_CHANGED, now, by, facts=facts)

    return take


def pass_over(person: Person, ref: str, leg: str) -> Step:
    """It is somebody's turn, and he talks on the leg `leg` of the page with the call ID `ref`."""

    def take(page: Page, now: datetime) -> Taken:
        if not page.is_live:
            return None
        hunt = with_owed(page.hunt, Owed(person.entry, now, leg))
        facts = {"who": person.title, "entry": person.entry, "ref": ref}
        event = Event(PageStep.PASSED_OVER, now, facts=facts, once=f"passed-over:{person.entry}:{leg}")
        return replace(page, hunt=hunt), event

    return take


def ring_after_all(hunt: Hunt) -> Step:
    """Those who were passed over are free: `hunt` is the one with their stage."""

    def take(page: Page, now: datetime) -> Taken:
        if not page.is_live:
            return None
        owed = {one.entry for one in page.hunt.owed} - {one.entry for one in hunt.owed}
        people = (person for stage in hunt.stages if stage.since for person in stage.people)
        names = dict.fromkeys(person.title for person in people if person.entry in owed)
        event = Event(PageStep.FREE_AGAIN, now, facts={"who": ", ".join(names)})
        return replace(page, hunt=hunt), event

    return take


def call_back(by: str, how: str) -> Step:
    """The caller was called back: nothing more is to be done."""

    def take(page: Page, now: datetime) -> Taken:
        if page.state in (PageState.CANCELLED, PageState.DONE):
            return None
        after = replace(page, state=PageState.DONE, called_back=CalledBack(now, by, how), handover=None)
        facts = {"how": how, "after_s": round((now - page.started).total_seconds())}
        return after, Event(PageStep.CALLED_BACK, now, by, facts=facts, once="called-back")

    return take


def call_off(by: str) -> Step:
    """An accepted page is taken back."""

    def take(page: Page, now: datetime) -> Taken:
        if page.state is not PageState.ACCEPTED:
            return None
        after = replace(page, state=PageState.CANCELLED, handover=None)
        return after, Event(PageStep.CANCELLED, now, by, once=f"cancelled:{page.acceptances}")

    return take


def remind(person: Person, until: datetime) -> Step:
    """The one who accepted is told that the promise runs out soon."""

    def take(page: Page, now: datetime) -> Taken:
        if page.state is not PageState.ACCEPTED:
            return None
        facts = {"who": person.title, "entry": person.entry, "until": until.isoformat(timespec="seconds")}
        return page, Event(PageStep.REMINDED, now, facts=facts, once=f"reminded:{page.acceptances}")

    return take


def offer(to: Person, by: str) -> Step:
    """An accepted page is offered to somebody else."""

    def take(page: Page, now: datetime) -> Taken:
        had = page.acceptance
        if page.state is not PageState.ACCEPTED or had is None or page.handover is not None:
            return None
        facts = {"from": had.title, "to": to.title, "entry": to.entry}
        event = Event(PageStep.HANDOVER_ASKED, now, by, facts=facts)
        return replace(page, handover=Handover(to, by, now)), event

    return take


def end_offer(page: Page, now: datetime) -> Taken:
    """The other one did not take it; who had it has it still."""
    handover = page.handover
    if handover is None or page.acceptance is None:
        return None
    facts = {"from": page.acceptance.title, "to": handover.to.title, "entry": handover.to.entry}
    once = f"handover-failed:{handover.asked_at.timestamp()}"
    return replace(page, handover=None), Event(PageStep.HANDOVER_FAILED, now, facts=facts, once=once)


def transfer(to: Attempt, by: str, how: str) -> Step:
    """An accepted page changes hands. `to`: the ring on which he took it, or one that stands for none."""

    def take(page: Page, now: datetime) -> Taken:
        had = page.acceptance
        if page.state is not PageState.ACCEPTED or had is None or had.entry == to.entry:
            return None
        after = replace(
            page,
            acceptance=Acceptance(to.id, to.entry, to.title, to.number, now),
            acceptances=page.acceptances + 1,
            handover=None,
            out=tuple(one for one in _with(page.out, had.entry) if one != to.entry),
        )
        facts = {"from": had.title, "to": to.title, "entry": to.entry, "number": to.number, "how": how}
        once = f"handed-over:{after.acceptances}"
        return after, Event(PageStep.HANDED_OVER, now, by, to.id if how == "key" else "", facts, once)

    return take


def _with(entries: tuple[str, ...], entry: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*entries, entry)))


def _stood_still(outages: tuple[Outage, ...], since: datetime, until: datetime) -> tuple[Outage, ...]:
    """While somebody had the page the hunt's clock stood still, outages of that time or not."""
    before = tuple(
        replace(one, end=min(one.end, since)) for one in outages if one.start < min(since, one.end)
    )
    return (*before, Outage(since, until))


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


__all__ = [
    "Step",
    "call_back",
    "call_off",
    "end_offer",
    "follow_duty",
    "go_on",
    "leave_out",
    "offer",
    "pass_over",
    "remind",
    "ring_after_all",
    "transfer",
]
