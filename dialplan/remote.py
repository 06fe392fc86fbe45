"""On-call calendars that are kept elsewhere and fetched now and then: what a layer knows of one.

The address is as good as a password: it is never said. What was fetched is laid over the duty by
`with_fetched`; until then, and where nothing was ever fetched, the layer has those it names as its default.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from dialplan.ical import Events
from dialplan.model import Duty, Layer
from dialplan.sentences import Sentence

_ADDRESS: Final = re.compile(
    r"(https?)://(?:[^/?#@\s]*@)?(\[[0-9a-f:.]+\]|[a-z0-9]+(?:[.-]+[a-z0-9]+)*\.?)(?::[1-9]\d{0,4})?(?:[/?#]\S*)?",
    re.I,
)
"""An address that can be asked: how, and where."""


@dataclass(frozen=True, slots=True)
class Remote:
    """A calendar at an address. `default`: who is on duty by it as long as it was never fetched."""

    address: str = field(repr=False)
    every_s: float
    default: tuple[str, ...]
    categories: tuple[str, ...] = ()
    summaries: tuple[str, ...] = ()

    @property
    def host(self) -> str:
        """Where it is kept; the part of its address that may be said."""
        found = _ADDRESS.fullmatch(self.address)
        return found[2].lower() if found else "elsewhere"

    @property
    def key(self) -> str:
        """By what its copy is known: nobody learns the address from it."""
        return hashlib.sha256(self.address.encode()).hexdigest()[:24]

    @property
    def said(self) -> Sentence:
        """The calendar, where people read of it."""
        return Sentence("calendar-at", host=self.host)

    def __str__(self) -> str:
        return self.said

    def events(self, text: str, zone: str) -> Events:
        """Its events, once it was fetched."""
        return Events(str(self), text, zone, self.categories, self.summaries)


def hide_address(address: str) -> str:
    """What may be said of an address: `https://calendar.example.com/...`."""
    found = _ADDRESS.fullmatch(address)
    return f"{found[1].lower()}://{found[2].lower()}/..." if found else "an address"


def is_good_address(address: str) -> bool:
    """Whether it can be asked."""
    return _ADDRESS.fullmatch(address) is not None


def remotes_of(duty: Duty) -> dict[str, Remote]:
    """The calendars that layers of a duty are fetched from, by the layers' ids."""
    return {layer.id: layer.remote for layer in duty.layers if layer.remote is not None}


def with_fetched(duty: Duty, texts: Mapping[str, str]) -> Duty:
    """The duty with what was fetched. `texts`: iCal text by the key of the calendar."""
    if not any(remote.key in texts for remote in remotes_of(duty).values()):
        return duty
    return replace(duty, layers=tuple(_with_events(layer, texts) for layer in duty.layers))


def _with_events(layer: Layer, texts: Mapping[str, str]) -> Layer:
    if layer.remote is None or layer.remote.key not in texts:
        return layer
    return replace(layer, events=layer.remote.events(texts[layer.remote.key], layer.zone))


__all__ = ["Remote", "hide_address", "is_good_address", "remotes_of", "with_fetched"]
