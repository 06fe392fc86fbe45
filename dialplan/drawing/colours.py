"""Colours by what a node does. Told apart by people who see colours otherwise (after Okabe and Ito), with
text that stands out from its ground by 4.5 to 1; and the kind stands in every box in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Look(NamedTuple):
    """A group of kinds: its name in the legend, its ink, its ground."""

    title: str
    ink: str
    ground: str


SPEAKS: Final = Look("speaks or listens", "#00588a", "#e9f3fa")
DECIDES: Final = Look("decides", "#7a4f00", "#fdf3dd")
RINGS: Final = Look("rings people", "#00664b", "#e3f4ed")
WRITES: Final = Look("writes", "#7d2f69", "#f8eaf3")
LEADS: Final = Look("leads to another plan", "#1f5a7a", "#ffffff")
ENDS: Final = Look("ends the call", "#333333", "#ececec")
OTHER: Final = Look("other", "#444444", "#f7f7f7")
PATH: Final = "#c44f00"
"""A call's way."""
LINE: Final = "#6b6b6b"

_LOOKS: Final[Mapping[str, Look]] = {
    **dict.fromkeys(
        ("announce", "menu", "collect", "language", "record", "switch-plan", "duty-line"), SPEAKS
    ),
    **dict.fromkeys(
        ("calendar", "origin", "list", "switch", "percentage", "set", "lookup", "limit"), DECIDES
    ),
    **dict.fromkeys(("destination", "page", "call-back", "callback", "last-resort"), RINGS),
    "mail": WRITES,
    "goto": LEADS,
    "hangup": ENDS,
}


def look_of(kind: str) -> Look:
    """How a node of that kind looks."""
    return _LOOKS.get(kind, OTHER)
