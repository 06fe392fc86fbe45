"""Who changed the duty last, told to the pages that follow it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from dialplan.changes import say_change
from ivr.duty.kept import Kept
from ivr.duty.lookout import Cause


def cause_of(changes: Iterable[Kept], zone: str, since: datetime, until: datetime, wall: datetime) -> Cause:
    """The last change that was made, agreed to or ended after `since` and until `until`, or began or ended by
    itself in that time by the clock on the `wall` (all aware); none: a handover, a calendar, a release."""
    shift = wall - until
    moments = (
        (at, by, kept)
        for kept in changes
        for at, by in (*_hands(kept), *((at - shift, by) for at, by in _clock(kept)))
        if since < at <= until
    )
    last = max(moments, key=lambda one: one[0], default=None)
    return Cause(last[1], str(say_change(last[2].change, zone))) if last else Cause()


def _hands(kept: Kept) -> Iterator[tuple[datetime, str]]:
    """When somebody did something with it."""
    yield kept.made_at, kept.made_by
    if kept.agreed_at is not None:
        yield kept.agreed_at, kept.agreed_by
    if kept.ended_at is not None:
        yield kept.ended_at, kept.ended_by


def _clock(kept: Kept) -> Iterator[tuple[datetime, str]]:
    """When it holds, unless it was cancelled before or nobody has agreed to it."""
    if not kept.is_request and kept.ended_at is None:
        yield kept.change.start, kept.made_by
        yield kept.change.end, kept.made_by


__all__ = ["cause_of"]
