"""Handovers: who comes on duty when, whom he follows, and who is next if he is not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from dialplan.model import Duty
from dialplan.roster import Stretch, stretches_between

LOOK_BACK: Final = timedelta(days=4)
"""Whoever comes back to a layer of which he was the last was not relieved: night after night."""


@dataclass(frozen=True, slots=True)
class Handover:
    """At `at` (UTC) `who` becomes the first of `layer`, after `before` (empty: nobody). `backup`: the next in
    the order of everybody on duty, after the last the first; empty: nobody."""

    at: datetime
    layer: str
    who: str
    before: str = ""
    backup: str = ""


def handovers_between(duty: Duty, start: datetime, end: datetime) -> Iterator[Handover]:
    """Those after `start` and until `end` (both aware), in order; each person once at a time."""
    last: dict[str, str] = {}
    for stretch in stretches_between(duty, start - LOOK_BACK, end + timedelta(seconds=1)):
        if start < stretch.start <= end:
            yield from _come_on(stretch, last)
        for part in stretch.parts:
            if part.order:
                last[part.layer] = part.order[0]
        if any(not part.layer for part in stretch.parts):
            # an override of everything: whoever it names has the whole duty
            last = dict.fromkeys(last, stretch.order[0] if stretch.order else "")


def _come_on(stretch: Stretch, last: Mapping[str, str]) -> Iterator[Handover]:
    told: set[str] = set()
    for part in stretch.parts:
        who = part.order[0] if part.order else ""
        before = last.get(part.layer, "") if part.layer else next(iter(last.values()), "")
        if not who or who == before or who in told:
            continue
        told.add(who)
        place = stretch.order.index(who)
        others = (*stretch.order[place + 1 :], *stretch.order[:place])
        backup = others[0] if others else ""
        yield Handover(stretch.start, part.layer, who, before, backup)


__all__ = ["Handover", "handovers_between"]
