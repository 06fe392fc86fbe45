"""iCal files that no calendar should follow."""

from __future__ import annotations

import pytest
from paper import known_prompts, small_texts

from dialplan.faults import ConfigurationFaults
from dialplan.source import load_texts

OFTEN = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Acme//Works//EN
BEGIN:VEVENT
UID:1@example.com
DTSTAMP:20260101T000000Z
SUMMARY:Works
DTSTART:20260105T080000Z
DTEND:20260105T080030Z
RRULE:FREQ=EVERY
END:VEVENT
END:VCALENDAR
"""


@pytest.mark.parametrize("every", ["SECONDLY", "MINUTELY"])
def test_an_event_that_recurs_without_end_is_refused_at_once(every: str) -> None:
    """To follow it would keep the check, and the service, busy for hours."""
    texts = small_texts(calendars="work: {events: [{file: calendars/w.ics, then: open}]}")
    texts["calendars/w.ics"] = OFTEN.replace("EVERY", every)
    with pytest.raises(ConfigurationFaults) as found:
        load_texts(texts, known_prompts())
    assert [str(fault) for fault in found.value.faults] == [
        "calendars/w.ics:10:1: Works: recurs every minute or second; nothing is open so often"
    ]
