"""Somebody is put on duty for a while: the one rule for it, whoever asks, by command or by telephone."""

from __future__ import annotations

from datetime import datetime

from dialplan.model import Duty, Swap
from dialplan.roster import ROSTER, parts_at


def put_on_duty(
    duty: Duty, trigram: str, start: datetime, end: datetime, *, layer: str = "", title: str = ""
) -> Swap:
    """The override by which he takes the place of whoever is on call at `start` (aware), in one layer.

    Whoever was on call there is not rung by it while it holds; the others stay behind in their order, and the
    other layers as they are. `layer`: empty: the first that has anybody then.
    """
    parts = parts_at(duty, start)
    part = next((one for one in parts if (one.layer == layer if layer else one.order)), None)
    place, order = (part.layer, part.order) if part else (layer or _first_layer(duty), ())
    behind = order if order[:1] == (trigram,) else order[1:]
    others = tuple(one for one in behind if one != trigram)
    return Swap(start, end, (trigram, *others), title, place)


def _first_layer(duty: Duty) -> str:
    return ROSTER if duty.roster.weeks or not duty.layers else duty.layers[0].id


__all__ = ["put_on_duty"]
