"""`directory.yaml`: everybody, and every place, that can be rung."""

from __future__ import annotations

from dataclasses import replace

from dialplan.cells import Cell, Scalar, Table
from dialplan.extensions import extension
from dialplan.fields import NO, YES, email, flag, identifier, member, phone, spoken_language, title
from dialplan.files.calendars import parse_week_window
from dialplan.model import Entry, EntryKind, Phone, PhoneLabel
from dialplan.quiet import Quiet, Unless
from dialplan.reading import Section, as_section

_LABELS = {EntryKind.DESK: PhoneLabel.DESK, EntryKind.OFFICE: PhoneLabel.FIXED}


def read_directory(root: Section) -> dict[str, Entry]:
    """Every entry by its id."""
    directory: dict[str, Entry] = {}
    for name, place, cell in root.entries():
        section = as_section(root.reading, cell, name)
        root.reading.places["directory", name] = place
        if root.parsed_key(name, place, identifier) and section is not None:
            directory[name] = _read_entry(section, name)
            section.close()
    return directory


def _read_entry(section: Section, name: str) -> Entry:
    kind = section.need("kind", member(EntryKind), EntryKind.DESK)
    entry = Entry(
        id=name,
        title=section.need("title", title, name),
        kind=kind,
        phones=_read_phones(section, _LABELS.get(kind, PhoneLabel.MOBILE)),
        mail=section.get("mail", email, ""),
        language=section.get("language", spoken_language, ""),
        extension=_read_extension(section),
    )
    entry = replace(entry, sms=_read_sms(section, entry.phones))
    section.reading.places["mail", name] = section.place_of("mail")
    if entry.phones and not entry.targets:
        section.fault("phones", "every phone is only for need; one must be rung in the ordinary way")
    return entry


def _read_sms(section: Section, phones: tuple[Phone, ...]) -> str:
    """`sms: yes`: text messages go to the first mobile phone; or the number itself."""
    text = section.get("sms", str, "")
    if not section.has("sms") or not text or text.lower() in NO:
        return ""
    if text.lower() not in YES:
        return section.parsed(
            Scalar(section.place_of("sms"), text), section.path("sms"), phone(section.reading.country), ""
        )
    mobiles = [one.number for one in phones if one.label is PhoneLabel.MOBILE]
    if not mobiles:
        section.fault("sms", "there is no mobile phone; write the number that text messages go to")
    return mobiles[0] if mobiles else ""


def _read_extension(section: Section) -> str:
    """The digits that stand for this entry; each is one entry's alone."""
    found = section.get("extension", extension, "")
    places, place = section.reading.places, section.place_of("extension")
    first = places.setdefault(("extension", found), place) if found else place
    if first != place:
        section.fault("extension", f"{found} stands for another entry already, at {first}")
    return found


def _read_phones(section: Section, usual: PhoneLabel) -> tuple[Phone, ...]:
    """`phone` for one, `phones` for several; a number alone, or a table that says more about it."""
    if section.has("phone") and section.has("phones"):
        section.fault("phone", 'write either "phone" or "phones"')
    key = "phones" if section.has("phones") else "phone"
    found: list[Phone] = []
    for where, cell in section.cells_of(key, is_needed=True):
        one = _read_phone(section, where, cell, usual)
        if one is None:
            continue
        if any(one.number == other.number for other in found):
            section.reading.fault(cell.place, where, "the same number stands here twice")
        section.reading.places["phone", section.where, one.number] = cell.place
        found.append(one)
    return tuple(found)


def _read_phone(section: Section, where: str, cell: Cell, usual: PhoneLabel) -> Phone | None:
    parse = phone(section.reading.country)
    if not isinstance(cell, Table):
        number = section.parsed(cell, where, parse, "")
        return Phone(number, usual) if number else None
    table = Section(section.reading, cell, where)
    number = table.need("number", parse, "")
    label = table.get("label", member(PhoneLabel), usual)
    kept = table.get("only if needed", flag, False)
    quiet = _read_quiet(table)
    operator = table.get("operator", identifier, "")
    table.close()
    return Phone(number, label, kept, quiet, operator) if number else None


def _read_quiet(table: Section) -> Quiet | None:
    """When a phone is not rung: `quiet: [Mon-Fri 22:00-07:00, Sat, Sun 00:00-24:00]`."""
    hours = table.list_of("quiet", parse_week_window)
    unless = table.get("quiet unless", member(Unless), Unless.NEEDED)
    if table.has("quiet unless") and not table.has("quiet"):
        table.fault("quiet unless", 'belongs to "quiet", which is missing')
    return Quiet(hours, table.reading.timezone, unless) if hours else None
