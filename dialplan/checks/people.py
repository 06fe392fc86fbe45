"""People and their phones: shared, foreign, in a circle; engineers without an address."""

from __future__ import annotations

from collections.abc import Iterator

from dialplan.checks.survey import Finding, Survey
from dialplan.faults import Place
from dialplan.model import Entry, EntryKind, Phone
from dialplan.numbers import NumberKind, country_of, display, kind_of

_NO_PIN = "none in desk.yaml; `dutyline pin` makes one"


def check_engineers_have_mail(survey: Survey) -> Iterator[Finding]:
    """An engineer without a mail address."""
    configuration = survey.configuration
    for engineer in configuration.duty.engineers:
        entry = configuration.directory[engineer.entry]
        if not entry.mail:
            yield Finding(survey.place("mail", entry.id), entry.id, f"{engineer.trigram} has no mail address")


def check_pages_have_pins(survey: Survey) -> Iterator[Finding]:
    """Somebody whom a page asks for a PIN has none: he could not accept."""
    configuration = survey.configuration
    pins, duty = configuration.desk.pins, configuration.duty
    for engineer in duty.engineers:
        if engineer.pin and engineer.entry not in pins:
            message = (
                f"is asked for a PIN, and {engineer.entry} has none in desk.yaml; `dutyline pin` makes one"
            )
            place = survey.place("engineer", engineer.trigram)
            yield Finding(place, f"engineers {engineer.trigram} pin", message, is_fault=True)
    free = {engineer.entry for engineer in duty.engineers if engineer.pin is not None}
    for policy in duty.policies.values():
        asked = [engineer.entry for engineer in duty.engineers] + [level.entry for level in policy.levels]
        without = [entry for entry in dict.fromkeys(asked) if entry not in pins and entry not in free]
        if policy.pin and without:
            have = "has" if len(without) == 1 else "have"
            message = (
                f"asks for a PIN, and {', '.join(without)} {have} none in desk.yaml; `dutyline pin` makes one"
            )
            place = survey.place("policy", policy.id)
            yield Finding(place, f"policies {policy.id} pin", message, is_fault=True)


def check_shared_mail(survey: Survey) -> Iterator[Finding]:
    """The same mail address for two people: one of them reads what was meant for the other."""
    names = {engineer.entry: engineer.trigram for engineer in survey.configuration.duty.engineers}
    owners: dict[str, str] = {}
    for entry in survey.configuration.directory.values():
        address = entry.mail.lower()
        if not address:
            continue
        owner = owners.setdefault(address, entry.id)
        if owner != entry.id:
            who = f"{names.get(owner, owner)} and {names.get(entry.id, entry.id)}"
            message = f"{who} have the same address: {address}"
            yield Finding(survey.place("mail", entry.id), f"{entry.id} mail", message)


def check_shared_phones(survey: Survey) -> Iterator[Finding]:
    """The same number for two people; a fault when one is the back-up of the other."""
    directory = survey.configuration.directory
    owners: dict[str, str] = {}
    for entry, phone in _phones(survey):
        owner = directory[owners.setdefault(phone.number, entry.id)]
        if owner is entry:
            continue
        is_backup = EntryKind.BACKUP in (entry.kind, owner.kind)
        more = "; a back-up must be another phone" if is_backup else ""
        message = f"is also the phone of {owner.id}{more}"
        yield Finding(_place(survey, entry, phone), f"{entry.id} phone", message, is_fault=is_backup)


def check_backup_is_another(survey: Survey) -> Iterator[Finding]:
    """An engineer's own entry among the back-up phones: it fails when he fails."""
    duty = survey.configuration.duty
    names = {engineer.entry: engineer.trigram for engineer in duty.engineers}
    for entry in duty.backup_phones:
        if entry in names:
            message = f"{entry} is {names[entry]}'s own phone; a back-up must be another phone"
            yield Finding(_backup_place(survey), "backup_phones", message, is_fault=True)


def check_foreign_phones(survey: Survey) -> Iterator[Finding]:
    """A phone in another country: ringing it costs money, and some operators refuse it."""
    home = survey.configuration.desk.country
    for entry, phone in _phones(survey):
        if country_of(phone.number) not in (home, ""):
            message = f"{display(phone.number, home)} is a foreign number"
            yield Finding(_place(survey, entry, phone), f"{entry.id} phone", message)


def check_shared_cost_phones(survey: Survey) -> Iterator[Finding]:
    """A phone with shared cost: ringing it costs money."""
    home = survey.configuration.desk.country
    for entry, phone in _phones(survey):
        if kind_of(phone.number) is NumberKind.SHARED_COST:
            message = f"{display(phone.number, home)} is a number with shared cost"
            yield Finding(_place(survey, entry, phone), f"{entry.id} phone", message)


def check_phones_in_a_circle(survey: Survey) -> Iterator[Finding]:
    """Somebody's phone that is a number of the desk itself: the call would come back."""
    numbers = survey.configuration.numbers
    for entry, phone in _phones(survey):
        if phone.number in numbers:
            message = f"is a number of {numbers[phone.number].brand}: the call would come back here"
            yield Finding(_place(survey, entry, phone), f"{entry.id} phone", message, is_fault=True)


def check_failsafe_apart(survey: Survey) -> Iterator[Finding]:
    """A brand whose failsafe is its own office: whoever did not answer is all that is left."""
    for brand in survey.configuration.brands.values():
        if brand.office == brand.failsafe:
            message = f'office and failsafe are both "{brand.office}": nobody else is left to be rung'
            yield Finding(survey.place("brand", brand.id), brand.id, message)


def _phones(survey: Survey) -> Iterator[tuple[Entry, Phone]]:
    for entry in survey.configuration.directory.values():
        for phone in entry.phones:
            yield entry, phone


def _place(survey: Survey, entry: Entry, phone: Phone) -> Place:
    return survey.place("phone", entry.id, phone.number)


def _backup_place(survey: Survey) -> Place:
    references = survey.reading.references
    found = (each.place for each in references if each.where.startswith("backup_phones"))
    return next(found, Place("duty.yaml"))
