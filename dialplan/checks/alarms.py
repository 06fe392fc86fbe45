"""Alarms: that each one finds its row, and that our own mails do not come back as alarms."""

from __future__ import annotations

from collections.abc import Iterator

from dialplan.checks.survey import Finding, Survey
from dialplan.files.alarms import ADDRESS, FORWARD, ROW


def check_alarms_caught(survey: Survey) -> Iterator[Finding]:
    """A mail that no row takes would ring nobody; a row behind one that takes everything is never asked."""
    rows = survey.configuration.alarms.mails
    last = next((place for place, row in enumerate(rows) if row.takes_everything), None)
    if rows and last is None:
        message = 'not every mail has a row: the last one must have neither "from" nor "subject"'
        yield Finding(survey.place(ROW, rows[-1].id), f"mails {rows[-1].id}", message, is_fault=True)
    for row in rows[last + 1 :] if last is not None else ():
        message = f'is never asked: "{rows[last or 0].id}" before it takes every mail'
        yield Finding(survey.place(ROW, row.id), f"mails {row.id}", message)


def check_alarms_in_a_circle(survey: Survey) -> Iterator[Finding]:
    """Mails of ours that go to the address where alarms come in: each would be an alarm again."""
    configuration = survey.configuration
    addresses = set(configuration.alarms.addresses)
    message = "alarms come in there: mails of ours would come back as alarms"
    for row in (*configuration.alarms.mails, *configuration.alarms.hooks.values()):
        for address in row.forward:
            if address.lower() in addresses:
                place = survey.place(FORWARD, row.id, address.lower())
                yield Finding(place, f"{row.id} forward", f"{address}: {message}", is_fault=True)
    for brand in configuration.brands.values():
        for address in (*brand.mailboxes, *brand.copy, brand.accepted_to):
            if address.lower() in addresses:
                yield Finding(
                    survey.place("brand", brand.id), brand.id, f"{address}: {message}", is_fault=True
                )
    if configuration.desk.mail_from.lower() in addresses:
        place = survey.place(ADDRESS, configuration.desk.mail_from.lower())
        text = (
            f"{configuration.desk.mail_from} is also the sender of our mails: answers to them would be alarms"
        )
        yield Finding(place, "addresses", text, is_fault=True)
