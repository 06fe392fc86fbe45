"""After the acceptance: the one who has the page is reminded, another is asked to take it over, and when the
caller has not been called back in time the hunt goes on. Every wait has its moment in `ivr.duty.promise`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from ivr.duty import steps
from ivr.duty.page import GoingOn
from ivr.duty.promise import REMINDER, Lapse, RingAfter, Unwanted, WaitFor, holder, lapses_at, next_step

if TYPE_CHECKING:
    from ivr.duty.run import PageRun

LOOK_S: Final = 15.0
"""So often it is looked whether somebody else, on another box, has moved the page."""
NO_PHONES_S: Final = 2.0
SERVICE: Final = "dutyline"
"""Who does what nobody asked for, in the history."""


async def keep(run: PageRun) -> None:
    """Until the accepted page is over, or somebody else is looked for."""
    while run.page.is_driven and not run.page.is_live:
        run.begin_look()
        await run.lose_overdue()
        await run.look_elsewhere()
        if run.page.is_driven and not run.page.is_live:
            await _take(run, next_step(run.page, run.all_attempts(), run.now(), at=run.on_the_wall()))


async def _take(run: PageRun, step: object) -> None:
    match step:
        case RingAfter(planned, is_first):
            if not run.has_phones:
                await run.wait(run.now() + timedelta(seconds=NO_PHONES_S))
                return
            if is_first and planned.stage == REMINDER:
                await _announce_reminder(run)
            await run.ring((planned,))
        case Lapse():
            await run.step(steps.go_on(GoingOn.PROMISE, SERVICE))
        case Unwanted():
            await run.step(steps.end_offer)
        case WaitFor(until):
            await run.wait(_soonest(until, run.next_overdue(), run.now() + timedelta(seconds=LOOK_S)))


async def _announce_reminder(run: PageRun) -> None:
    until = lapses_at(run.page)
    if until is not None:
        await run.step(steps.remind(holder(run.page), until))


def _soonest(*moments: datetime | None) -> datetime:
    return min(one for one in moments if one is not None)


__all__ = ["SERVICE", "keep"]
