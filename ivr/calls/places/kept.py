"""What a call has, as its record keeps it: after a restart its places are still taken."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from dialplan.commands import Limit


@dataclass(frozen=True, slots=True)
class KeptPlace:
    """A place in one limit. `since`: seconds of the book's clock, in a record seconds since 1970."""

    limit: Limit
    since: float


@dataclass(frozen=True, slots=True)
class Kept:
    """The places of one call, and the agent who is held for it."""

    places: tuple[KeptPlace, ...] = ()
    begun: tuple[KeptPlace, ...] = ()
    """Given back, in limits that count the call as begun all the same."""
    agent: str = ""
    wrap_up_s: float = 0.0

    def shifted(self, shift_s: float) -> Kept:
        """With every moment so much later: from one clock to another."""
        places, begun = (
            tuple(replace(place, since=place.since + shift_s) for place in kept)
            for kept in (self.places, self.begun)
        )
        return replace(self, places=places, begun=begun)

    def at_the_end(self) -> Kept:
        """What still matters when the call is over: that it began."""
        return Kept(begun=(*self.begun, *(place for place in self.places if place.limit.starts)))

    def to_text(self) -> str:
        """For the record; empty when there is nothing."""
        kept: dict[str, Any] = {
            name: [_written(place) for place in places]
            for name, places in (("places", self.places), ("begun", self.begun))
            if places
        }
        if self.agent:
            kept |= {"agent": self.agent, "wrap_up_s": self.wrap_up_s}
        return json.dumps(kept, separators=(",", ":")) if kept else ""


def read_kept(text: str) -> Kept:
    """What a record says; nothing, where it says what nobody understands."""
    try:
        kept = json.loads(text) if text else {}
        places, begun = (tuple(map(_read, kept.get(name, ()))) for name in ("places", "begun"))
        return Kept(places, begun, str(kept.get("agent", "")), float(kept.get("wrap_up_s", 0.0)))
    except (ValueError, TypeError, AttributeError, KeyError):
        return Kept()


def _written(place: KeptPlace) -> dict[str, Any]:
    limit = place.limit
    written: dict[str, Any] = {"key": limit.key, "at": round(place.since, 3), "at_once": limit.at_once}
    written["whole"] = limit.whole_call
    if limit.starts:
        written |= {"starts": limit.starts, "within_s": limit.within_s}
    return written


def _read(written: dict[str, Any]) -> KeptPlace:
    """A place of which it is not known is for the whole call."""
    limit = Limit(
        key=str(written["key"]),
        at_once=int(written.get("at_once", 0)),
        starts=int(written.get("starts", 0)),
        within_s=float(written.get("within_s", 0.0)),
        whole_call=bool(written.get("whole", True)),
    )
    return KeptPlace(limit, float(written["at"]))


__all__ = ["Kept", "KeptPlace", "read_kept"]
