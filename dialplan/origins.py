"""Where a caller calls from: by the number he shows, as far as the numbering plans tell.

An origin is a set of callers with a name. Some everybody has: each Belgian zone, `mobile`, `national`,
`foreign`, `anonymous`, and any country by its two capital letters. Others stand in `origins.yaml`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from dialplan.numbers import NumberKind, country_of, kind_of
from dialplan.zones import ZONES, Zone, zone_named, zone_of

MOBILE, NATIONAL, FOREIGN, ANONYMOUS = "mobile", "national", "foreign", "anonymous"
GENERAL: Final = (MOBILE, NATIONAL, FOREIGN, ANONYMOUS)
BUILT_IN: Final = (*GENERAL, *ZONES)

_KIND_WORDS: Final = {
    NumberKind.FIXED: "a fixed line",
    NumberKind.MOBILE: "a mobile number",
    NumberKind.FREE: "a free number",
    NumberKind.SHARED_COST: "a number with shared cost",
    NumberKind.PREMIUM: "a premium number",
    NumberKind.OTHER: "a number of no known kind",
}


class Whereabouts(NamedTuple):
    """What the number of a caller tells. `country` is empty for numbers of no country."""

    is_shown: bool
    country: str = ""
    kind: NumberKind = NumberKind.OTHER
    zone: Zone | None = None
    is_foreign: bool = False

    def __str__(self) -> str:
        """As in "the caller has ...": `a fixed line in the zone Brussels (02)`."""
        if not self.is_shown:
            return "no number"
        if self.zone is not None:
            return f"a fixed line in the zone {self.zone.en} ({self.zone.code})"
        if self.is_foreign:
            return f"a foreign number ({self.country or 'of no country'})"
        return _KIND_WORDS[self.kind]


@lru_cache(maxsize=32_768)
def whereabouts(caller: str | None, home: str) -> Whereabouts:
    """Where a caller is. `caller` is E.164, None or empty when withheld; a short number is of no country."""
    if not caller:
        return Whereabouts(False)
    if not caller.startswith("+"):
        return Whereabouts(True)
    country = country_of(caller)
    return Whereabouts(True, country, kind_of(caller), zone_of(caller), country != home)


@dataclass(frozen=True, slots=True)
class Origin:
    """A set of callers: whoever fits one of these.

    `kinds` are of the desk's own country. `is_built_in`: everybody has it, without `origins.yaml`.
    """

    id: str
    title: str = ""
    numbers: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    zones: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    kinds: frozenset[NumberKind] = frozenset()
    is_foreign: bool = False
    is_national: bool = False
    is_anonymous: bool = False
    is_built_in: bool = False

    def match(self, caller: str | None, home: str) -> str:
        """Why a caller is of this origin, as in "the caller has ..."; empty when he is not."""
        where = whereabouts(caller, home)
        if not caller or not where.is_shown:
            return str(where) if self.is_anonymous else ""
        if caller in self.numbers:
            return f'a number that stands in "{self.id}"'
        prefix = next((prefix for prefix in self.prefixes if caller.startswith(prefix)), "")
        if prefix:
            return f'a number that begins with {prefix}, as "{self.id}" says'
        return str(where) if self._is_from(where) else ""

    def _is_from(self, where: Whereabouts) -> bool:
        if where.zone is not None and where.zone.id in self.zones:
            return True
        if where.country and where.country in self.countries:
            return True
        if where.is_foreign:
            return self.is_foreign
        return bool(where.country) and (self.is_national or where.kind in self.kinds)


@lru_cache(maxsize=512)
def built_in(name: str) -> Origin | None:
    """The origin of this name that everybody has; a zone by any of its names; None for other names."""
    if re.fullmatch(r"[A-Z]{2}", name):
        return Origin(name, name, countries=frozenset({name}), is_built_in=True)
    if name == MOBILE:
        return Origin(name, "mobile numbers", kinds=frozenset({NumberKind.MOBILE}), is_built_in=True)
    if name in GENERAL:
        return Origin(
            name,
            f"{name} callers",
            is_foreign=name == FOREIGN,
            is_national=name == NATIONAL,
            is_anonymous=name == ANONYMOUS,
            is_built_in=True,
        )
    zone = zone_named(name)
    if zone is None:
        return None
    return Origin(zone.id, zone.en, zones=frozenset({zone.id}), is_built_in=True)
