"""Whether the duty has changed since a page was planned: asked at every step of its hunt, so it costs nothing
while nothing has changed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from dialplan.gathering import Wanted
from dialplan.model import Configuration, Duty
from dialplan.roster import edges_between
from ivr.duty.hunt import Hunt
from ivr.duty.page import Page
from ivr.duty.planning import plan_hunt

SLACK: Final = timedelta(seconds=60)
"""A change is made a moment before it is seen here: before it is committed, and maybe on another box."""
AHEAD: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Cause:
    """Who changed the duty, and what he did, in words; both empty for a handover, a calendar, a release."""

    by: str = ""
    what: str = ""


@dataclass(frozen=True, slots=True)
class Anew:
    """A page's hunt as it would be planned now, and what changed the duty last."""

    hunt: Hunt
    cause: Cause


FindCause = Callable[[datetime, datetime, datetime], Cause]
"""What changed the duty last after the first moment and until the second, by the clock; the third is by the
wall, which differs on a test call: what was planned for then."""


class Lookout:
    """Watches the duty for the pages of this box. `configuration`: the live one, with all laid over it."""

    def __init__(
        self,
        configuration: Callable[[], Configuration],
        caps: Callable[[], Mapping[str, float]],
        woken: Callable[[], Mapping[str, float]],
    ) -> None:
        self._configuration, self._caps, self._woken = configuration, caps, woken
        self._looked: dict[str, tuple[Configuration, datetime]] = {}
        self._edges = _Edges()
        self.find_cause: FindCause = lambda since, until, wall: Cause()

    def begin(self, page_id: str, now: datetime) -> None:
        """That page has been planned this moment."""
        self._looked[page_id] = (self._configuration(), now)

    def forget(self, page_id: str) -> None:
        """Nobody is looked for any more; or it is to be looked at again, whatever is known."""
        self._looked.pop(page_id, None)

    def look(self, page: Page, now: datetime) -> Anew | None:
        """The page's hunt by the duty of now; None: nothing has changed since it was asked last."""
        live = self._configuration()
        before, since = self._looked.get(page.id, (None, page.seen_at or page.started))
        wall = page.hunt.wall_clock(now)
        self._looked[page.id] = (live, now)
        if before is live and not self._edges.any_between(live.duty, page.hunt.wall_clock(since), wall):
            return None
        hunt = self._planned(live, page, wall)
        return Anew(hunt, self.find_cause(since - SLACK, now, wall)) if hunt is not None else None

    def _planned(self, live: Configuration, page: Page, wall: datetime) -> Hunt | None:
        """None: the live release does not know the policy any more, so what was planned stands."""
        request, policy = page.request, live.duty.policies.get(page.request.policy)
        if policy is None:
            return None
        return plan_hunt(
            live,
            policy,
            page.hunt.wall_clock(page.started),
            wanted=Wanted(request.brand, request.category, request.language, self._woken()),
            caps=self._caps(),
            not_before=wall,
        )


class _Edges:
    """The moments at which the duty may change by itself: worked out once for some hours."""

    def __init__(self) -> None:
        self._duty: Duty | None = None
        self._start = self._end = datetime.min.replace(tzinfo=UTC)
        self._found: list[datetime] = []

    def any_between(self, duty: Duty, start: datetime, end: datetime) -> bool:
        """Whether there is one after `start` and until `end`, both aware."""
        if self._duty is not duty or not self._start <= start <= end <= self._end:
            self._duty, self._start, self._end = duty, start, end + AHEAD
            self._found = edges_between(duty, self._start, self._end)
        return bisect_right(self._found, start) < bisect_right(self._found, end)


__all__ = ["Anew", "Cause", "FindCause", "Lookout"]
