"""While somebody is looked for: the hunt follows the duty, and goes back to those whom it has passed over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import structlog

from ivr.duty import steps
from ivr.duty.following import follow, still_looked_for, take_back
from ivr.duty.hunt import Person
from ivr.duty.moves import place_of

if TYPE_CHECKING:
    from ivr.duty.run import PageRun

log = structlog.get_logger(__name__)


async def keep_up(run: PageRun) -> None:
    """Committed before anybody is rung by it: a restart goes on with the hunt as it was changed.

    A fault of ours keeps nobody from being rung: it is said, and what was planned before stands.
    """
    try:
        if run.page.is_live:
            await _follow_duty(run)
        if run.page.is_live and run.page.hunt.owed:
            await _take_back(run)
    except Exception:
        log.exception("page.duty_not_followed", page=run.page.id)


async def _follow_duty(run: PageRun) -> None:
    anew = run.elsewhere.planned_anew(run.page)
    if anew is None:
        return
    _, attempts, _ = run.hunted()
    before = run.page.hunt
    found = follow(before, anew.hunt, _place(run), attempts, run.now())
    if found is None:
        return
    if not await run.step(steps.follow_duty(found, anew.cause.by, anew.cause.what)):
        run.elsewhere.forget_duty(run.page)
        return
    log.info("page.duty_changed", page=run.page.id, come=found.come, gone=found.gone)
    at = _place(run)
    await run.leave_in_peace(still_looked_for(before, 0) - still_looked_for(run.page.hunt, at))


async def _take_back(run: PageRun) -> None:
    page, talking = run.page, run.elsewhere.talking(run.page)
    rung = {
        (one.entry, owed.at)
        for owed in page.hunt.owed
        for one in run.all_attempts()
        if one.planned_at >= owed.at
    }
    free = {
        owed.entry
        for owed in page.hunt.owed
        if owed.entry not in talking and owed.entry not in page.out and (owed.entry, owed.at) not in rung
    }
    hunt = take_back(page.hunt, _place(run), free, run.now()) if free else None
    if hunt is not None:
        await run.step(steps.ring_after_all(hunt))


async def pass_over(run: PageRun, people: Sequence[Person]) -> None:
    """It is their turn, and they talk for another page: that is written down, once for each talk."""
    talking = run.elsewhere.talking(run.page) if people else {}
    for person in people:
        talk = talking.get(person.entry)
        known = {(one.entry, one.leg) for one in run.page.hunt.owed}
        if talk is not None and (person.entry, talk.leg) not in known:
            await run.step(steps.pass_over(person, talk.ref, talk.leg))


def _place(run: PageRun) -> int:
    hunt, attempts, now = run.hunted()
    return place_of(hunt, run.page.started, attempts, now, at=run.on_the_wall())


__all__ = ["keep_up", "pass_over"]
