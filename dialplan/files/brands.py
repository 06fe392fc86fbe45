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
from dialplan.files.important import read_important
from dialplan.files.numbers import Numbers, WrittenNumber
from dialplan.limits import read_gate
from dialplan.model import Brand, Desk, LineType
from dialplan.nodes.destination import ENTRY
from dialplan.nodes.goto import PLAN
from dialplan.nodes.speech import PROMPT
from dialplan.reading import Section, as_section
from dialplan.words import LANGUAGES


def read_brands(root: Section, desk: Desk, numbers: Numbers) -> dict[str, Brand]:
    """Every brand by its id; its numbers join `numbers`."""
    brands: dict[str, Brand] = {}
    for name, place, cell in root.entries():
        section = as_section(root.reading, cell, name)
        root.reading.places["brand", name] = place
        if root.parsed_key(name, place, identifier) and section is not None:
            brands[name] = _read_brand(section, name, desk)
            _read_numbers(section, name, numbers)
            section.close()
    return brands


def _read_brand(section: Section, name: str, desk: Desk) -> Brand:
    country = section.reading.country
    languages = section.list_of("languages", spoken_language) or LANGUAGES
    important, important_keys = read_important(section)
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
        important=important,
        important_keys=important_keys,
    )


def _read_numbers(brand_section: Section, brand: str, numbers: Numbers) -> None:
    any_number, any_line = phone(brand_section.reading.country), member(LineType)
    for section in brand_section.sections("numbers"):
        number = section.need("number", any_number, "")
        plan = section.name("plan", PLAN, is_needed=False, parse=identifier)
        gate = read_gate(section, "limit", f"number:{number}", plan)
        written = WrittenNumber(
            number=number,
            brand=brand,
            plan=plan,
            group=section.get("group", identifier, ""),
            place=section.place,
            where=section.where,
            carrier=section.get("carrier", title, ""),
            line=section.get("line", any_line, None),
            gates=(gate,) if gate else (),
        )
        section.close()
        if written.number:
            numbers.add(written, section.place_of("number"))
