"""`alarms.yaml`: what becomes of alarms that come in by mail or by a webhook.

addresses: [escauxalerts@actiphone.be]
mails:
  - {name: alarming, brand: fuzer, policy: standard, customer: 465}
hooks:
  prometheus: {form: alertmanager, brand: fuzer, policy: standard}
"""

from __future__ import annotations

from typing import Final

from dialplan.alarms import EVERYTHING, AlarmRow, Alarms, Form, GroupBy
from dialplan.fields import duration, email, flag, identifier, member, spoken_language, title, whole
from dialplan.nodes.page import POLICY
from dialplan.reading import Section, Wrong, as_section

BRAND: Final = "brand"
ADDRESS: Final = "alarm address"
"""What a place of `Reading.places` is called: ("alarm address", address) ..."""
ROW: Final = "alarm row"
HOOK: Final = "alarm hook"
FORWARD: Final = "alarm forward"


def read_alarms(section: Section) -> Alarms:
    """Addresses, rows and webhooks; an absent file is one without any."""
    addresses = _read_addresses(section)
    usual = Alarms()
    alarms = Alarms(
        addresses=addresses,
        mails=_read_rows(section),
        hooks=_read_hooks(section),
        forward_most=section.get("forward_most", whole(1, 1000), usual.forward_most),
    )
    if alarms.mails and not addresses and not section.has("addresses"):
        section.fault("mails", 'wants "addresses": where are alarm mails sent to?')
    if addresses and not section.has("mails"):
        section.fault("addresses", 'wants "mails": which procedure does a mail that is sent there page by?')
    section.close()
    return alarms


def _read_addresses(section: Section) -> tuple[str, ...]:
    found: list[str] = []
    for where, cell in section.cells_of("addresses"):
        address = section.parsed(cell, where, email, "").lower()
        if address and address in found:
            section.reading.fault(cell.place, where, "the same address stands here twice")
        elif address:
            section.reading.places[ADDRESS, address] = cell.place
            found.append(address)
    return tuple(found)


def _read_rows(section: Section) -> tuple[AlarmRow, ...]:
    found: list[AlarmRow] = []
    for row in section.sections("mails"):
        name = row.need("name", identifier, "")
        if any(name == other.id for other in found if name):
            row.fault("name", f'another row is called "{name}" already')
        section.reading.places[ROW, name] = row.place
        senders = row.list_of("from", _pattern) or EVERYTHING
        subjects = row.list_of("subject", _pattern) or EVERYTHING
        found.append(_read_procedure(row, name, senders, subjects, Form.ANY))
        row.close()
    return tuple(found)


def _read_hooks(section: Section) -> dict[str, AlarmRow]:
    table = section.section("hooks")
    found: dict[str, AlarmRow] = {}
    for name, place, cell in table.entries() if table else ():
        row = as_section(section.reading, cell, f"hooks {name}")
        section.reading.places[HOOK, name] = place
        if table and table.parsed_key(name, place, identifier) and row is not None:
            form = row.get("form", member(Form), Form.ANY)
            found[name] = _read_procedure(row, name, EVERYTHING, EVERYTHING, form)
            row.close()
    return found


def _read_procedure(
    row: Section, name: str, senders: tuple[str, ...], subjects: tuple[str, ...], form: Form
) -> AlarmRow:
    usual = AlarmRow(name, "")
    forward = []
    for where, cell in row.cells_of("forward"):
        if address := row.parsed(cell, where, email, ""):
            row.reading.places[FORWARD, name, address.lower()] = cell.place
            forward.append(address)
    return AlarmRow(
        id=name,
        brand=row.name("brand", BRAND, parse=identifier),
        policy=row.name("policy", POLICY, is_needed=False, parse=identifier),
        customer=row.get("customer", title, usual.customer),
        severity=row.get("severity", whole(1, 5), usual.severity),
        window_s=row.get("window", duration(0, 24 * 3600), usual.window_s),
        group_by=row.get("group", member(GroupBy), usual.group_by),
        most_pages=row.get("most_pages", whole(1, 100), usual.most_pages),
        language=row.get("language", spoken_language, usual.language),
        forward=tuple(forward),
        pages=row.get("page", flag, usual.pages),
        senders=senders,
        subjects=subjects,
        form=form,
    )


def _pattern(text: str) -> str:
    if not text.strip() or len(text) > 200:
        raise Wrong("a pattern has 1 to 200 characters; * stands for any others")
    return text.strip()
