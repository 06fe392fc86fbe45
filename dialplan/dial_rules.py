"""Which numbers may be called because a caller asked for it: the rules against dialling out at our expense.

By default fixed and mobile numbers of the desk's own country. Premium and shared-cost numbers never, nor
those of services, satellites and the like, nor a number of the desk itself: that call would come back here.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from phonenumbers import SUPPORTED_REGIONS

from dialplan.numbers import NumberKind, country_of, is_valid, kind_of

COUNTRIES: Final = frozenset(SUPPORTED_REGIONS)
"""Countries with a numbering plan, two capital letters each."""


@dataclass(frozen=True, slots=True)
class CallBackRules:
    """What the desk allows, and how it goes about calling back."""

    countries: tuple[str, ...] = ()
    """Beside the desk's own; two capital letters each."""
    per_number: int = 3
    """Call-backs that one number may ask for within an hour."""
    per_hour: int = 30
    """Call-backs that all callers together may ask for within an hour."""
    tries: int = 3
    pause_s: float = 300.0
    """Between two tries."""
    within_s: float = 8 * 3600.0
    """After so long a call back is given up."""
    ring_s: float = 30.0
    """Each phone, the agents' and the caller's."""


class Refusal(StrEnum):
    """Why a number may not be called back."""

    NONE = "no number is shown"
    INVALID = "it is not a telephone number"
    OWN = "it is a number of the desk itself"
    PREMIUM = "it is a premium number"
    SHARED_COST = "it is a number with shared cost"
    NO_PERSON = "it is neither a fixed nor a mobile number"
    FOREIGN = "it is a foreign number"


_PEOPLE: Final = (NumberKind.FIXED, NumberKind.MOBILE)
_KINDS: Final = {NumberKind.PREMIUM: Refusal.PREMIUM, NumberKind.SHARED_COST: Refusal.SHARED_COST}


def refusal_of(number: str | None, rules: CallBackRules, home: str, own: Container[str]) -> Refusal | None:
    """Why `number` (E.164) may not be called back; None when it may.

    `home`: the desk's country, `own`: the service numbers of the desk.
    """
    if not number:
        return Refusal.NONE
    if number in own:
        return Refusal.OWN
    if not number.startswith("+") or not is_valid(number):
        return Refusal.INVALID
    if (kind := kind_of(number)) not in _PEOPLE:
        return _KINDS.get(kind, Refusal.NO_PERSON)
    if country_of(number) not in (home, *rules.countries):
        return Refusal.FOREIGN
    return None
