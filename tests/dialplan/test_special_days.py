# ruff: noqa: E501 - the words are compared as they are printed, on one line
"""Days out of the ordinary: Easter and its neighbours, days by their place in the month, regions, zones."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from textwrap import dedent

import pytest
from paper import at, known_prompts, small, small_texts

from dialplan.calendars import Calendar, changes_between, is_open, next_change
from dialplan.faults import ConfigurationFaults
from dialplan.overrides import Override, OverrideKind, with_overrides
from dialplan.source import load_texts


def calendar(text: str) -> Calendar:
    return small(calendars=f"work: {text}").calendars["work"]


def is_open_at(hours: Calendar, when: str) -> bool:
    return is_open(hours, at(when))[0]


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigurationFaults) as caught:
        load_texts(small_texts(calendars=f"work: {text}"), known_prompts(), {"plan-mail"})
    return [str(fault) for fault in caught.value.faults]


def test_days_counted_from_easter() -> None:
    """Easter is on 28 March in 2027 and on 16 April in 2028."""
    hours = calendar("{open: always, days: [{day: easter-2..easter+1, hours: closed, title: Easter}]}")
    for day, is_closed in (("2027-03-25", False), ("2027-03-26", True), ("2027-03-29", True),
                           ("2027-03-30", False), ("2028-04-14", True), ("2028-03-28", False)):  # fmt: skip
        assert is_open_at(hours, f"{day} 12:00") is not is_closed, day
    assert is_open(hours, at("2027-03-28 12:00"))[1] == "28 March (Easter) is closed by work"


def test_the_last_friday_of_every_month() -> None:
    hours = calendar(
        "{open: Mon-Fri 08:00-18:00, days: [{day: last Fri of every month, hours: 08:00-12:00}]}"
    )
    assert not is_open_at(hours, "2026-11-27 14:00") and is_open_at(hours, "2026-11-20 14:00")
    assert not is_open_at(hours, "2028-02-25 14:00"), "in a leap year too"


def test_the_third_friday_night_of_maintenance() -> None:
    hours = calendar("{days: [{day: third Friday of every month, hours: 22:00-04:00}]}")
    assert is_open_at(hours, "2026-11-20 22:00") and is_open_at(hours, "2026-11-21 03:59")
    assert not is_open_at(hours, "2026-11-21 04:00") and not is_open_at(hours, "2026-11-13 23:00")
    assert next_change(hours, at("2026-11-21 04:00")) == at("2026-12-18 22:00")


def test_days_over_new_year_that_were_more_likely_meant_the_other_way_round() -> None:
    for days, warned in (
        ("12-24..12-20", ['calendars.yaml:1:35 work days[1] day: "12-24..12-20" runs over New Year and is '
                          '363 days long; did you mean "12-20..12-24"?']),
        ("12-24..01-02", []),
        ("07-01..12-31", []),
    ):  # fmt: skip
        texts = small_texts(calendars=f"work: {{open: always, days: [{{day: {days}, hours: closed}}]}}")
        loaded = load_texts(texts, known_prompts(), {"plan-mail"})
        assert [str(each) for each in loaded.warnings if "New Year" in each.message] == warned


def test_a_dated_day_goes_before_one_counted_from_easter() -> None:
    hours = calendar(
        "{open: always, days: [{day: easter+1, hours: closed}, {day: 2027-03-29, hours: 10:00-12:00}]}"
    )
    assert is_open_at(hours, "2027-03-29 11:00") and not is_open_at(hours, "2027-03-29 13:00")


def test_holidays_of_two_countries_and_a_region() -> None:
    """Epiphany is a holiday in Bavaria, the national day in Belgium; neither in the other."""
    both = calendar("{open: always, holidays: closed, country: [BE, DE-BY]}")
    assert not is_open_at(both, "2027-01-06 12:00") and not is_open_at(both, "2027-07-21 12:00")
    assert is_open(both, at("2027-01-06 12:00"))[1] == "6 January is a German holiday: Epiphany"
    assert is_open_at(both, "2027-01-07 12:00")


def test_bank_holidays_only_where_they_are_wanted() -> None:
    """Good Friday is no public holiday in Belgium, but the banks are closed."""
    plain = calendar("{open: always, holidays: closed}")
    banks = calendar("{open: always, holidays: closed, holiday-kinds: [public, bank]}")
    assert is_open_at(plain, "2027-03-26 12:00") and not is_open_at(banks, "2027-03-26 12:00")


def test_hours_in_two_zones() -> None:
    """The desk in Brussels, and after it the one in Denver, eight hours behind."""
    hours = calendar(
        "{open: Mon-Fri 08:00-18:00, elsewhere: [{timezone: America/Denver, open: Mon-Fri 07:00-17:00}]}"
    )
    assert is_open_at(hours, "2026-11-23 17:59") and is_open_at(hours, "2026-11-23 18:00")
    open_, why = is_open(hours, at("2026-11-24 00:30"))
    assert (open_, why) == (True, "Monday 16:30 is within work in America/Denver (Mon-Fri 07:00-17:00)")
    found = changes_between(hours, at("2026-11-23 00:30"), at("2026-11-24 12:00"))
    assert [f"{moment:%d %H:%M}" for moment in found] == ["23 07:00", "24 00:00", "24 07:00"]


def test_a_calendar_that_is_open_for_a_while() -> None:
    night, morning = at("2026-11-21 23:15"), at("2026-11-22 06:00")
    made = Override("1", OverrideKind.CALENDAR, "work", "open", night, morning, "TSC", "storm")
    hours = with_overrides(small(), [made]).calendars["work"]
    assert is_open(hours, night) == (
        True, "the calendar work is switched to open by TSC (storm) until 2026-11-22 06:00",
    )  # fmt: skip
    assert changes_between(hours, night - timedelta(hours=1), morning + timedelta(hours=1)) == (
        night.astimezone(UTC), morning.astimezone(UTC),
    )  # fmt: skip
    assert not is_open(hours, morning)[0] and not is_open(small().calendars["work"], night)[0]


EVENTS = dedent(
    """\
    BEGIN:VCALENDAR
    VERSION:2.0
    PRODID:-//tests//EN
    BEGIN:VEVENT
    UID:works
    DTSTART;TZID=Europe/Brussels:20260904T220000
    DTEND;TZID=Europe/Brussels:20260905T060000
    RRULE:FREQ=WEEKLY;BYDAY=FR;UNTIL=20261231T000000Z
    EXDATE;TZID=Europe/Brussels:20261113T220000
    SUMMARY:Works at the switch
    CATEGORIES:Works,Night
    END:VEVENT
    BEGIN:VEVENT
    UID:day
    DTSTART;VALUE=DATE:20261202
    SUMMARY:Inventory
    CATEGORIES:Closed
    END:VEVENT
    BEGIN:VEVENT
    UID:floating
    DTSTART:20261203T100000
    DTEND:20261203T110000
    SUMMARY:Visit
    END:VEVENT
    BEGIN:VEVENT
    UID:abroad
    DTSTART;TZID=America/New_York:20261204T090000
    DURATION:PT2H
    SUMMARY:Call with New York
    END:VEVENT
    BEGIN:VEVENT
    UID:cancelled
    DTSTART:20261205T100000Z
    DTEND:20261205T110000Z
    STATUS:CANCELLED
    SUMMARY:Nothing
    END:VEVENT
    END:VCALENDAR
    """
)


def with_events(text: str, events: str = EVENTS) -> dict[str, str]:
    return {**small_texts(calendars=f"work: {text}"), "calendars/own.ics": events}


def event_calendar(text: str, events: str = EVENTS) -> Calendar:
    return load_texts(with_events(text, events), known_prompts(), {"plan-mail"}).configuration.calendars[
        "work"
    ]


def test_open_while_an_event_of_a_category_runs() -> None:
    hours = event_calendar("{events: [{file: calendars/own.ics, category: works}]}")
    open_, why = is_open(hours, at("2026-11-07 05:59"))
    assert (open_, why) == (True, 'work is open while "Works at the switch" of calendars/own.ics runs')
    assert not is_open_at(hours, "2026-11-07 06:00")
    assert not is_open_at(hours, "2026-11-13 23:00"), "that Friday is taken out"
    assert not is_open_at(hours, "2027-01-01 23:00"), "it has ended with the year"
    assert not is_open_at(hours, "2026-12-02 12:00"), "another category"


def test_a_series_keeps_its_clock_over_the_change() -> None:
    """From 25 October on 22:00 is another hour of UTC."""
    hours = event_calendar("{events: [{file: calendars/own.ics, category: Works}]}")
    found = changes_between(hours, at("2026-10-23 00:00"), at("2026-11-01 00:00"))
    assert [f"{moment:%d %H:%M}" for moment in found] == ["23 20:00", "24 04:00", "30 21:00", "31 05:00"]


def test_whole_days_and_floating_times_are_the_calendars_own() -> None:
    brussels = event_calendar('{events: [{file: calendars/own.ics, summary: ["Inv*", "visit"]}]}')
    denver = event_calendar(
        '{timezone: America/Denver, events: [{file: calendars/own.ics, summary: ["Inv*", "visit"]}]}'
    )
    span = (datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 9, tzinfo=UTC))
    assert [f"{m:%d %H:%M}" for m in changes_between(brussels, *span)] == [
        "01 23:00", "02 23:00", "03 09:00", "03 10:00",
    ]  # fmt: skip
    assert [f"{m:%d %H:%M}" for m in changes_between(denver, *span)] == [
        "02 07:00", "03 07:00", "03 17:00", "03 18:00",
    ]  # fmt: skip


def test_an_event_of_another_zone() -> None:
    hours = event_calendar('{events: [{file: calendars/own.ics, summary: "Call*"}]}')
    assert is_open_at(hours, "2026-12-04 15:00") and not is_open_at(hours, "2026-12-04 17:00")


def test_an_event_that_closes_goes_before_the_week() -> None:
    hours = event_calendar(
        "{open: Mon-Fri 08:00-18:00, events: [{file: calendars/own.ics, category: Closed, then: closed}]}"
    )
    assert is_open_at(hours, "2026-12-01 12:00") and not is_open_at(hours, "2026-12-02 12:00")
    assert is_open(hours, at("2026-12-02 12:00"))[1] == (
        'work is closed while "Inventory" of calendars/own.ics runs'
    )


def test_a_cancelled_event_does_not_run() -> None:
    assert not is_open_at(event_calendar("{events: [{file: calendars/own.ics}]}"), "2026-12-05 11:30")


def test_events_missing_hour() -> None:
    """An event from 01:30 to 03:30 on 29 March 2026 is one hour long."""
    text = EVENTS.replace("20261203T100000", "20260329T013000").replace("20261203T110000", "20260329T033000")
    hours = event_calendar('{events: [{file: calendars/own.ics, summary: "Visit"}]}', text)
    found = changes_between(hours, at("2026-03-28 12:00"), at("2026-03-29 12:00"))
    assert [f"{moment:%H:%M}" for moment in found] == ["00:30", "01:30"]


def test_events_repeated_hour() -> None:
    """An event from 02:30 to 03:30 on 25 October 2026 begins the first time that it is half past two."""
    text = EVENTS.replace("20261203T100000", "20261025T023000").replace("20261203T110000", "20261025T033000")
    hours = event_calendar('{events: [{file: calendars/own.ics, summary: "Visit"}]}', text)
    found = changes_between(hours, at("2026-10-24 12:00"), at("2026-10-25 12:00"))
    assert [f"{moment:%H:%M}" for moment in found] == ["00:30", "02:30"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{open: always, days: [{day: easter+x, hours: closed}]}",
         'calendars.yaml:1:35 work days[1] day: "easter+x" is no day counted from Easter; '
         'write it as in "easter-2" or "easter+1"'),
        ("{open: always, days: [{day: easter+1..easter-1, hours: closed}]}",
         'calendars.yaml:1:35 work days[1] day: "easter+1..easter-1" ends before it begins'),
        ("{open: always, days: [{day: lst Fri of May, hours: closed}]}",
         'calendars.yaml:1:35 work days[1] day: "lst Fri of May" is no day of the month; '
         'write it as in "last Fri of every month"'),
        ("{open: always, days: [{day: last Fry of May, hours: closed}]}",
         'calendars.yaml:1:35 work days[1] day: "fry" is not a day; write Mon, Tue, Wed, Thu, Fri, Sat, Sun'),
        ("{open: always, days: [{day: last Fri of Juin, hours: closed}]}",
         'calendars.yaml:1:35 work days[1] day: "juin" is not a month; write its name, or "every month"; '
         'did you mean "june"?'),
        ("{open: always, holidays: closed, country: Belgium}",
         'calendars.yaml:1:49 work country: "Belgium" is not a country; write two capital letters, as in "BE"'),
        ("{open: always, holidays: closed, country: DE-BA}",
         "calendars.yaml:1:32 work holidays: the holidays of DE, BA are not known; those are known of "
         "BB, BE, BW, BY, HB, HE, HH, MV, NI, NW, RP, SH, SL, SN, ST, TH, Augsburg"),
        ("{open: always, holidays: only, country: BE, subdivision: VLG}",
         "calendars.yaml:1:32 work holidays: the holidays of BE, VLG are not known; those are known of "
         "Flemish, French, German"),
        ("{open: always, holidays: only, country: JP, subdivision: 13}",
         "calendars.yaml:1:32 work holidays: the holidays of JP are known, and none of its regions"),
        ("{open: always, holidays: closed, holiday-kinds: banks}",
         'calendars.yaml:1:55 work holiday-kinds: BE has no holidays of the kind "banks"; '
         'it has bank, public, school; did you mean "bank"?'),
        ("{open: always, elsewhere: [{open: always}]}",
         'calendars.yaml:1:34 work elsewhere[1]: "timezone" is missing'),
        ("{open: always, elsewhere: [{timezone: America/Denver}]}",
         'calendars.yaml:1:34 work elsewhere[1]: "open" is missing'),
        ("{events: [{file: calendars/onw.ics}]}",
         'calendars.yaml:1:24 work events[1] file: there is no iCal file "calendars/onw.ics"; '
         "they are calendars/*.ics"),
        ("{events: [{file: calendars/own.ics, then: shut}]}",
         'calendars.yaml:1:49 work events[1] then: "shut" is none of open, closed'),
    ],
)  # fmt: skip
def test_faults(text: str, words: str) -> None:
    files = with_events(text) if "own.ics" in text else small_texts(calendars=f"work: {text}")
    with pytest.raises(ConfigurationFaults) as caught:
        load_texts(files, known_prompts(), {"plan-mail"})
    assert words in [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("BEGIN:VCALENDAR\n", "", "calendars/own.ics:1:1: not an iCal file: "),
        ("FREQ=WEEKLY", "FREQ=WEEKLI",
         "calendars/own.ics:8:1: Works at the switch: RRULE: Expected frequency, got: WEEKLI"),
        ("DTSTART;VALUE=DATE:20261202", "DTSTART;VALUE=DATE:202612O2",
         "calendars/own.ics:15:1: Inventory: DTSTART: Wrong date format 202612O2"),
        ("DTSTART;VALUE=DATE:20261202\n", "", "calendars/own.ics:14:1: Inventory: has no DTSTART"),
        ("TZID=America/New_York", "TZID=America/New_Yrok",
         'calendars/own.ics:27:1: "America/New_Yrok" is no time zone, and the file does not say what it is'),
    ],
)  # fmt: skip
def test_faults_of_a_file_are_said_at_its_own_lines(old: str, new: str, words: str) -> None:
    assert old in EVENTS
    files = with_events("{events: [{file: calendars/own.ics}]}", EVENTS.replace(old, new, 1))
    with pytest.raises(ConfigurationFaults) as caught:
        load_texts(files, known_prompts(), {"plan-mail"})
    said = [str(fault) for fault in caught.value.faults]
    assert len(said) == 1 and said[0].startswith(words), said


def test_what_somebody_should_look_at() -> None:
    files = with_events("{open: always, events: [{file: calendars/own.ics, category: Workz}]}")
    files["calendars/spare.ics"] = EVENTS
    said = [str(each) for each in load_texts(files, known_prompts(), {"plan-mail"}).warnings]
    assert (
        'calendars.yaml:1:67 work events[1] category: no event of calendars/own.ics has the category "Workz" '
        'now; did you mean "Works"?' in said
    )
    assert "calendars/spare.ics:1:1: no calendar and no layer names this file" in said


def test_only_the_countries_that_are_asked_for_are_imported() -> None:
    program = (
        "import sys\nfrom datetime import date\nfrom dialplan.days import holiday_name, subdivisions_of\n"
        "assert holiday_name('BE', '', date(2026, 7, 21)) == 'National Day'\n"
        "assert holiday_name('DE', 'BY', date(2026, 1, 6)) == 'Epiphany'\nassert 'BY' in subdivisions_of('DE')\n"
        "print(sorted(name for name in sys.modules if name.startswith('holidays.countries.')))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "['holidays.countries.belgium', 'holidays.countries.germany']"
