"""`brands.yaml`: the brands, and the numbers on which each of them is reached."""

from __future__ import annotations

from dialplan.fields import (
    caller_language,
    email,
    identifier,
    member,
    phone,
    shown_phone,
    spoken_language,
    title,
)
from dialplan.model import Brand, Desk, LineType, ServiceNumber
from dialplan.nodes.destination import ENTRY
from dialplan.nodes.goto import PLAN
from dialplan.nodes.speech import PROMPT
from dialplan.numbers import display
from dialplan.reading import Section, as_section
from dialplan.words import LANGUAGES


def read_brands(root: Section, desk: Desk) -> tuple[dict[str, Brand], dict[str, ServiceNumber]]:
    """Every brand by its id, every number by its E.164 form."""
    brands: dict[str, Brand] = {}
    numbers: dict[str, ServiceNumber] = {}
    for name, place, cell in root.entries():
        section = as_section(root.reading, cell, name)
        root.reading.places["brand", name] = place
        if root.parsed_key(name, place, identifier) and section is not None:
            brands[name] = _read_brand(section, name, desk)
            _read_numbers(section, name, numbers)
            section.close()
    return brands, numbers


def _read_brand(section: Section, name: str, desk: Desk) -> Brand:
    country = section.reading.country
    languages = section.list_of("languages", spoken_language) or LANGUAGES
    return Brand(
        id=name,
        title=section.need("title", title, name),
        welcome=section.name("welcome", PROMPT, parse=identifier),
        spoken=section.name("spoken", PROMPT, parse=identifier),
        languages=languages,
        language=section.get("language", caller_language, desk.language),
        mailboxes=section.list_of("mailboxes", email, is_needed=True),
        copy=section.list_of("copy", email),
        accepted_to=section.need("accepted_to", email, ""),
        office=section.name("office", ENTRY, parse=identifier),
        failsafe=section.name("failsafe", ENTRY, is_needed=False, parse=identifier) or desk.failsafe,
        shown_number=section.get("shown_number", shown_phone(country), desk.shown_number),
        customer=section.get("customer", title, ""),
        mail_language=section.get("mail_language", spoken_language, "en"),
        important=section.list_of("important", title),
    )


def _read_numbers(brand_section: Section, brand: str, numbers: dict[str, ServiceNumber]) -> None:
    reading = brand_section.reading
    for section in brand_section.sections("numbers"):
        number = section.need("number", phone(reading.country), "")
        plan = section.name("plan", PLAN, parse=identifier)
        service = ServiceNumber(
            number=number,
            brand=brand,
            plan=plan,
            group=section.get("group", identifier, brand),
            carrier=section.get("carrier", title, ""),
            line_type=section.get("line", member(LineType), LineType.SIP),
        )
        section.close()
        if number in numbers:
            first = reading.places["number", number]
            shown, holder = display(number, reading.country), numbers[number].brand
            section.fault("number", f"{shown} stands twice; first for {holder}, at {first}")
        elif number:
            reading.places["number", number] = section.place_of("number")
            numbers[number] = service
