"""What is learned of a phone: the second of ringing at which it is picked up and nobody presses a key.

That is a voicemail, or a pocket. A voicemail always answers at the same second; so after a few that agree the
phone is rung for less, and the next one is rung instead of being kept waiting by a greeting. Pure: how a
lesson grows; `ivr.duty.school` keeps them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from ivr.duty.hunt import SHORTEST_RING_S

AGREEING: Final = 2
"""So many pick-ups without a key, one after the other, are believed."""
WITHIN_S: Final = 2.0
"""So near to each other they agree."""
MARGIN_S: Final = 1.5
"""The ring ends so long before the voicemail."""
KEPT: Final = 6
"""Pick-ups that are remembered of one phone."""
STALE: Final = timedelta(days=90)
"""A pick-up longer ago says nothing any more."""


@dataclass(frozen=True, slots=True)
class Pickup:
    """Somebody, or something, picked up after so many seconds of ringing, and pressed nothing."""

    attempt_id: str
    at: datetime
    second: float

    def to_json(self) -> dict[str, Any]:
        """For its row."""
        return {"attempt": self.attempt_id, "at": self.at.isoformat(), "second": self.second}


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is known of one phone. `second`: a voicemail answers then; None: nothing is believed yet."""

    number: str
    entry: str = ""
    pickups: tuple[Pickup, ...] = ()
    second: float | None = None
    learned_at: datetime | None = None

    @property
    def longest_s(self) -> float | None:
        """So long it is rung; None: as long as the policy says."""
        return None if self.second is None else self.second - MARGIN_S


def read_pickup(said: Mapping[str, Any]) -> Pickup:
    """A pick-up as a row has it."""
    return Pickup(str(said["attempt"]), datetime.fromisoformat(said["at"]), float(said["second"]))


def without_key(lesson: Lesson, pickup: Pickup, entry: str) -> Lesson:
    """The lesson after one more pick-up without a key. The same one twice counts once."""
    if any(one.attempt_id == pickup.attempt_id for one in lesson.pickups):
        return lesson
    pickups = tuple(one for one in (*lesson.pickups, pickup) if pickup.at - one.at < STALE)[-KEPT:]
    lesson = replace(lesson, pickups=pickups, entry=entry or lesson.entry)
    second = _agreed(pickups)
    if second is None or (lesson.second is not None and lesson.second <= second + WITHIN_S):
        return lesson
    return replace(lesson, second=second, learned_at=pickup.at)


def with_key(lesson: Lesson, second: float) -> Lesson:
    """The lesson after somebody picked up at that second and pressed a key.

    A voicemail would have been there before him: what was picked up earlier was a pocket.
    """
    lesson = replace(lesson, pickups=tuple(one for one in lesson.pickups if one.second >= second))
    if lesson.second is not None and second > lesson.second:
        return replace(lesson, second=None, learned_at=None)
    return lesson


def _agreed(pickups: tuple[Pickup, ...]) -> float | None:
    """The earliest second of the last few, when they are near to each other and leave a ring worth its name.

    A phone that is switched off goes to its voicemail at once: that is no reason to ring it less tomorrow.
    """
    last = [one.second for one in pickups[-AGREEING:]]
    if len(last) < AGREEING or max(last) - min(last) > WITHIN_S:
        return None
    return min(last) if min(last) - MARGIN_S >= SHORTEST_RING_S else None


__all__ = ["AGREEING", "MARGIN_S", "WITHIN_S", "Lesson", "Pickup", "read_pickup", "with_key", "without_key"]
