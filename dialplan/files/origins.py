"""`origins.yaml`: callers under names, for the node `origin`.

vip:
  title: Important customers
  numbers: [02 788 74 99]
  prefixes: [02 788, +33 1]
neighbours: {countries: [FR, NL, DE, LU]}
the-coast: {zones: [bruges, ostend, veurne]}
"""

from __future__ import annotations

from dialplan.faults import nearest_of
from dialplan.fields import any_phone, choice, country, identifier, phone_prefix, title
from dialplan.numbers import NumberKind
from dialplan.origins import ANONYMOUS, BUILT_IN, FOREIGN, MOBILE, NATIONAL, Origin, built_in
from dialplan.reading import Section, Wrong, as_section
from dialplan.zones import ZONES, zone_named

ORIGIN = "origin"
"""What a reference to an origin is called."""


def read_origins(root: Section) -> dict[str, Origin]:
    """Every origin by its id."""
    origins: dict[str, Origin] = {}
    for name, place, cell in root.entries():
        section = as_section(root.reading, cell, name)
        root.reading.places["origin", name] = place
        if built_in(name) is not None:
            root.reading.fault(place, name, "is the name of an origin that everybody has; choose another")
        elif root.parsed_key(name, place, identifier) and section is not None:
            origins[name] = _read_origin(section, name)
            section.close()
    return origins


def _read_origin(section: Section, name: str) -> Origin:
    home = section.reading.country
    general = section.list_of("callers", choice((MOBILE, NATIONAL, FOREIGN, ANONYMOUS)))
    origin = Origin(
        id=name,
        title=section.get("title", title, name),
        numbers=frozenset(section.list_of("numbers", any_phone(home))),
        prefixes=section.list_of("prefixes", phone_prefix(home)),
        zones=frozenset(section.list_of("zones", _zone)),
        countries=frozenset(section.list_of("countries", country)),
        kinds=frozenset({NumberKind.MOBILE} if MOBILE in general else ()),
        is_foreign=FOREIGN in general,
        is_national=NATIONAL in general,
        is_anonymous=ANONYMOUS in general,
    )
    if origin == Origin(name, origin.title):
        message = "names nobody; give it numbers, prefixes, zones, countries or callers"
        section.reading.fault(section.place, section.where, message)
    return origin


def _zone(text: str) -> str:
    zone = zone_named(text)
    if zone is None:
        raise Wrong(f'unknown zone "{text[:40]}"', nearest_of(text, ZONES))
    return zone.id


def origin_name(text: str) -> str:
    """The name of an origin: of a zone in any language, of a country, a general one, or one's own."""
    found = built_in(text)
    return found.id if found is not None else identifier(text)


def known_origins() -> frozenset[str]:
    """The origins that everybody has, but for the countries."""
    return frozenset(BUILT_IN)
