"""The telephone zones of Belgium, with their names in the four languages.

Source: the national numbering plan of BIPT/IBPT (geographic numbers), as Google's libphonenumber
reproduces it; the German names are those of its geocoding data.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Final, NamedTuple

from dialplan.numbers import NumberKind, kind_of

COUNTRY: Final = "BE"
CALLING_CODE: Final = "+32"


class Zone(NamedTuple):
    """A zone. `area`: its code without the leading 0, `2` for Brussels."""

    id: str
    area: str
    nl: str
    fr: str
    de: str
    en: str

    @property
    def code(self) -> str:
        """The code as people write it: `02`."""
        return f"0{self.area}"

    @property
    def names(self) -> tuple[str, ...]:
        """Its names in every language, each once."""
        return tuple(dict.fromkeys((self.en, self.nl, self.fr, self.de)))


_ROWS: Final = (
    Zone("brussels", "2", "Brussel", "Bruxelles", "Brüssel", "Brussels"),
    Zone("antwerp", "3", "Antwerpen", "Anvers", "Antwerpen", "Antwerp"),
    Zone("liege", "4", "Luik", "Liège", "Lüttich", "Liège"),
    Zone("ghent", "9", "Gent", "Gand", "Gent", "Ghent"),
    Zone("wavre", "10", "Waver", "Wavre", "Wavre", "Wavre"),
    Zone("hasselt", "11", "Hasselt", "Hasselt", "Hasselt", "Hasselt"),
    Zone("tongeren", "12", "Tongeren", "Tongres", "Tongern", "Tongeren"),
    Zone("diest", "13", "Diest", "Diest", "Diest", "Diest"),
    Zone("herentals", "14", "Herentals", "Herentals", "Herentals", "Herentals"),
    Zone("mechelen", "15", "Mechelen", "Malines", "Mecheln", "Mechelen"),
    Zone("leuven", "16", "Leuven", "Louvain", "Löwen", "Leuven"),
    Zone("waremme", "19", "Borgworm", "Waremme", "Waremme", "Waremme"),
    Zone("bruges", "50", "Brugge", "Bruges", "Brügge", "Bruges"),
    Zone("roeselare", "51", "Roeselare", "Roulers", "Roeselare", "Roeselare"),
    Zone("dendermonde", "52", "Dendermonde", "Termonde", "Dendermonde", "Dendermonde"),
    Zone("aalst", "53", "Aalst", "Alost", "Aalst", "Aalst"),
    Zone("ninove", "54", "Ninove", "Ninove", "Ninove", "Ninove"),
    Zone("ronse", "55", "Ronse", "Renaix", "Ronse", "Ronse"),
    Zone("kortrijk", "56", "Kortrijk", "Courtrai", "Kortrijk", "Kortrijk"),
    Zone("ypres", "57", "Ieper", "Ypres", "Ypern", "Ypres"),
    Zone("veurne", "58", "Veurne", "Furnes", "Veurne", "Veurne"),
    Zone("ostend", "59", "Oostende", "Ostende", "Ostende", "Ostend"),
    Zone("chimay", "60", "Chimay", "Chimay", "Chimay", "Chimay"),
    Zone("libramont", "61", "Libramont-Chevigny", "Libramont-Chevigny", "Libramont-Chevigny", "Libramont"),
    Zone("arlon", "63", "Aarlen", "Arlon", "Arel", "Arlon"),
    Zone("la-louviere", "64", "La Louvière", "La Louvière", "La Louvière", "La Louvière"),
    Zone("mons", "65", "Bergen", "Mons", "Bergen", "Mons"),
    Zone("nivelles", "67", "Nijvel", "Nivelles", "Nivelles", "Nivelles"),
    Zone("ath", "68", "Aat", "Ath", "Ath", "Ath"),
    Zone("tournai", "69", "Doornik", "Tournai", "Tournai", "Tournai"),
    Zone("charleroi", "71", "Charleroi", "Charleroi", "Charleroi", "Charleroi"),
    Zone("stavelot", "80", "Stavelot", "Stavelot", "Stablo", "Stavelot"),
    Zone("namur", "81", "Namen", "Namur", "Namür", "Namur"),
    Zone("dinant", "82", "Dinant", "Dinant", "Dinant", "Dinant"),
    Zone("ciney", "83", "Ciney", "Ciney", "Ciney", "Ciney"),
    Zone("marche", "84", "Marche-en-Famenne", "Marche-en-Famenne", "Marche-en-Famenne", "Marche-en-Famenne"),
    Zone("huy", "85", "Hoei", "Huy", "Huy", "Huy"),
    Zone("durbuy", "86", "Durbuy", "Durbuy", "Durbuy", "Durbuy"),
    Zone("verviers", "87", "Verviers", "Verviers", "Verviers", "Verviers"),
    Zone("genk", "89", "Genk", "Genk", "Genk", "Genk"),
)  # fmt: skip

ZONES: Final[Mapping[str, Zone]] = {zone.id: zone for zone in _ROWS}
_BY_AREA: Final[Mapping[str, Zone]] = {zone.area: zone for zone in _ROWS}


def slug(text: str) -> str:
    """`Liège` -> `liege`: small letters without accents, dashes between words."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join("".join(sign if sign.isalnum() else " " for sign in plain).split())


_BY_NAME: Final[Mapping[str, Zone]] = {
    **{slug(name): zone for zone in reversed(_ROWS) for name in zone.names},
    **{zone.code: zone for zone in _ROWS},
    **ZONES,
}


def zone_named(text: str) -> Zone | None:
    """A zone by its id, its code (`02`) or its name in any of the four languages."""
    return _BY_NAME.get(text) or _BY_NAME.get(slug(text))


def zone_of(e164: str) -> Zone | None:
    """The zone of a Belgian fixed line; None for every other number."""
    if not e164.startswith(CALLING_CODE) or kind_of(e164) is not NumberKind.FIXED:
        return None
    area = e164[len(CALLING_CODE) :]
    return _BY_AREA.get(area[:2]) or _BY_AREA.get(area[:1])
