"""`desk.yaml`: the desk as a whole."""

from __future__ import annotations

from dialplan.fields import (
    caller_language,
    country,
    duration,
    email,
    identifier,
    shown_phone,
    timezone,
    title,
)
from dialplan.model import Desk
from dialplan.nodes.destination import ENTRY
from dialplan.reading import Section

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
    )
    section.close()
    return desk
