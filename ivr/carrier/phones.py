"""The telephones of the demo, by number: what they do until they are told otherwise."""

from __future__ import annotations

from typing import Final

from ivr.carrier.habits import answer_and_key, answer_and_talk

STRANGER: Final = answer_and_talk(after_s=2)
"""What a number does that stands nowhere, such as an office or an agent: it answers and talks."""

_ACCEPTS: Final = answer_and_key("1", after_s=2, listens_s=6)
_ENGINEERS: Final = (*range(1, 10), 11)
_MANAGERS: Final = (31, 32, 33, 41, 42, 43)
_BACKUPS: Final = ("+32477110105", "+32474981211")

PHONES: Final[dict[str, str]] = {
    **{f"+324700000{n:02}": _ACCEPTS for n in (*_ENGINEERS, *_MANAGERS)},
    **dict.fromkeys(_BACKUPS, _ACCEPTS),
}
"""Engineers, their back-up mobiles and the managers of the shipped configuration: whoever is rung accepts."""

__all__ = ["PHONES", "STRANGER"]
