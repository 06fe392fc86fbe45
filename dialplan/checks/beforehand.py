"""What is done before anybody calls: drills that are never held, engineers who cannot be asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from dialplan.beforehand import AskedBy, HandshakePlan
from dialplan.checks.survey import Finding, Survey
from dialplan.model import Entry
from dialplan.rotations import moment_of
from dialplan.times import say_clock

DAYS = 366


def check_drills_are_held(survey: Survey) -> Iterator[Finding]:
    """A monthly drill at an hour at which its calendar is closed all year: it is never held."""
    duty = survey.configuration.duty
    drill, zone = duty.beforehand.drill, duty.roster.zone
    if drill is None or drill.monthly is None or drill.during not in duty.calendars:
        return
    first = datetime.combine(survey.from_day, time())
    start, end = (moment_of(each, zone) for each in (first, first + timedelta(days=DAYS)))
    if not any(drill.due(zone, duty.calendars[drill.during], start, end)):
        message = f"is never held: {drill.during} is closed at {say_clock(drill.at_min)} all year"
        yield Finding(survey.place("beforehand", "drill"), "drill", message)


def check_handshakes_reach_somebody(survey: Survey) -> Iterator[Finding]:
    """An engineer who cannot be asked whether he is there: he has no phone for it and no mail address."""
    configuration = survey.configuration
    plan = configuration.duty.beforehand.handshake
    for engineer in configuration.duty.engineers if plan else ():
        entry = configuration.directory[engineer.entry]
        if plan is not None and not entry.mail and not _can_be_rung(plan, entry):
            message = f"{engineer.trigram} cannot be asked whether he is there: {_why(plan)}"
            yield Finding(survey.place("directory", entry.id), entry.id, message)


def _can_be_rung(plan: HandshakePlan, entry: Entry) -> bool:
    return plan.by is AskedBy.PHONE and any(not phone.only_if_needed for phone in entry.phones)


def _why(plan: HandshakePlan) -> str:
    no_phone = "" if plan.by is AskedBy.MAIL else "no phone that is rung in the ordinary way, and "
    return f"{no_phone}no mail address"


__all__ = ["check_drills_are_held", "check_handshakes_reach_somebody"]
