"""`desk.yaml`: the desk as a whole."""

from __future__ import annotations

from dialplan.dial_rules import COUNTRIES, CallBackRules
from dialplan.fields import (
    caller_language,
    country,
    duration,
    email,
    identifier,
    shown_phone,
    timezone,
    title,
    whole,
)
from dialplan.model import Desk
from dialplan.nodes.destination import ENTRY
from dialplan.pins import pin_hash
from dialplan.reading import Section, Wrong

DEFAULT_ZONE = "Europe/Brussels"


def read_desk(section: Section) -> Desk:
    """The desk. Its country and zone hold for everything that is read after it."""
    reading = section.reading
    reading.country = section.get("country", country, "BE")
    reading.timezone = section.get("timezone", timezone, DEFAULT_ZONE)
    desk = Desk(
        title=section.need("title", title, ""),
        timezone=reading.timezone,
        country=reading.country,
        language=section.get("language", caller_language, "bi"),
        failsafe=section.name("failsafe", ENTRY, parse=identifier),
        mail_from=section.need("mail_from", email, ""),
        shown_number=section.need("shown_number", shown_phone(reading.country), ""),
        failsafe_ring_s=section.get("failsafe_ring", duration(5, 300), 30.0),
        call_back=_read_call_back(section),
        pins=_read_pins(section),
    )
    section.close()
    return desk


def _read_pins(desk: Section) -> dict[str, str]:
    """`pins`: who may switch plans by phone, and the hash of each one's PIN, which `dutyline pin` makes."""
    table = desk.section("pins")
    found: dict[str, str] = {}
    for name, place, cell in table.entries() if table else ():
        where = f"pins {name}"
        kept = desk.parsed(cell, where, pin_hash, "")
        if kept:
            desk.reading.refer(ENTRY, name, place, where)
            found[name] = kept
    return found


def _read_call_back(desk: Section) -> CallBackRules:
    """`call_back`: which numbers may be called back, how often and how."""
    section, usual = desk.section("call_back"), CallBackRules()
    if section is None:
        return usual
    rules = CallBackRules(
        countries=section.list_of("countries", _known_country),
        per_number=section.get("per_number", whole(1, 100), usual.per_number),
        per_hour=section.get("per_hour", whole(1, 10_000), usual.per_hour),
        tries=section.get("tries", whole(1, 20), usual.tries),
        pause_s=section.get("pause", duration(5, 24 * 3600), usual.pause_s),
        within_s=section.get("within", duration(60, 72 * 3600), usual.within_s),
        ring_s=section.get("ring", duration(5, 120), usual.ring_s),
    )
    section.close()
    return rules


def _known_country(text: str) -> str:
    found = country(text)
    if found not in COUNTRIES:
        raise Wrong(f'"{found}" is no country with a numbering plan; write for instance BE, NL, FR')
    return found
