"""The telephones of the demo, by number: what they do until they are told otherwise."""

from __future__ import annotations

from typing import Final

from ivr.carrier.habits import answer_and_key, answer_and_talk

STRANGER: Final = answer_and_talk(after_s=2)
"""What a number does that stands nowhere: it answers and talks."""

PHONES: Final[dict[str, str]] = {
    f"+3247000000{n}": answer_and_key("1", after_s=2, listens_s=6) for n in range(1, 10)
}
"""The placeholder mobiles of the shipped roster: whoever is rung accepts."""

__all__ = ["PHONES", "STRANGER"]
