"""Layers whose calendar is kept elsewhere: what is configured, and what becomes of what was fetched."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from paper import known_prompts

from dialplan.diff import describe_changes
from dialplan.faults import ConfigurationFaults
from dialplan.ical import Events, UnreadableEvents, check_events
from dialplan.model import Duty
from dialplan.remote import Remote, hide_address, is_good_address, remotes_of, with_fetched
from dialplan.roster import explain_duty, on_duty
from dialplan.source import Loaded, load_texts, read_texts
from ivr.settings import ROOT

NIGHT = datetime(2026, 11, 21, 22, 15, tzinfo=UTC)
SECRET = "https://calendar.example.com/on-call/5ecret.ics"
FEED = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//EN
BEGIN:VEVENT
UID:1@example
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Brussels:20261121T180000
DTEND;TZID=Europe/Brussels:20261122T080000
RRULE:FREQ=WEEKLY
SUMMARY:On call: SVO, then ADU
END:VEVENT
END:VCALENDAR
"""


def loaded(layer: str) -> Loaded:
    texts = read_texts(ROOT / "config")
    texts["duty.yaml"] += f"\nlayers:\n  second: {layer}\n"
    return load_texts(texts, known_prompts())


def second(duty: Duty) -> list[str]:
    """Who is on duty by the second layer alone."""
    alone = duty.layers[0]
    roster = replace(duty.roster, weeks=())
    return [one.trigram for one in on_duty(replace(duty, roster=roster, layers=(alone,)), NIGHT)]


def test_until_it_was_fetched_the_default_is_on_duty_and_then_whom_its_events_name() -> None:
    duty = loaded(f"{{calendar: '{SECRET}', default: [WTI, MAB]}}").configuration.duty
    assert second(duty) == ["WTI", "MAB"]
    why = explain_duty(duty, NIGHT)
    assert (
        "second: WTI is on call: by default, for the calendar at calendar.example.com was never fetched"
        in why
    )
    remote = remotes_of(duty)["second"]
    assert remote.every_s == 900
    fetched = with_fetched(duty, {remote.key: FEED})
    assert second(fetched) == ["SVO", "ADU"]
    assert "by the calendar at calendar.example.com, until Sunday 22 November 08:00" in explain_duty(
        fetched, NIGHT
    )


def test_nobody_may_be_the_default_and_is_said() -> None:
    duty = loaded(f"{{calendar: '{SECRET}', default: nobody, every: 5 min}}").configuration.duty
    assert (second(duty), remotes_of(duty)["second"].every_s) == ([], 300)
    assert "second: nobody, for the calendar at calendar.example.com was never fetched" in explain_duty(
        duty, NIGHT
    )


def test_the_address_is_never_said() -> None:
    before = loaded(f"{{calendar: '{SECRET}', default: WTI}}").configuration
    after = loaded(f"{{calendar: '{SECRET.replace('5', '6')}', default: WTI, every: 1 h}}").configuration
    said = "\n".join(describe_changes(before, after)) + repr(before.duty) + str(before.duty.layers)
    assert said and "ecret" not in said
    with pytest.raises(ConfigurationFaults) as caught:
        loaded("{calendar: 'htps://calendar.example.com/5ecret.ics', default: WTI}")
    assert "5ecret" not in str(caught.value)


@pytest.mark.parametrize(
    ("layer", "fault"),
    [
        (
            f"{{calendar: '{SECRET}'}}",
            'layers second calendar: needs "default": who is on duty until it was fetched for the first '
            "time, or nobody",
        ),
        (
            "{calendar: 'ftp://calendar.example.com/a.ics', default: WTI}",
            "layers second calendar: is no address; write https://HOST/... or name a file, calendars/*.ics",
        ),
        (
            f"{{calendar: '{SECRET}', default: WTJ}}",
            'layers second default: unknown engineer "WTJ"; did you mean "WTI"?',
        ),
        (
            f"{{calendar: '{SECRET}', default: WTI, every: 2 s}}",
            'layers second every: "2 s" is not between 60 s and 24 h',
        ),
        (
            "{people: [WTI], first: 2026-01-05, default: WTI}",
            'layers second default: belongs beside a "calendar" that is an address',
        ),
        (
            f"{{calendar: '{SECRET}', default: WTI, turn: daily}}",
            'layers second turn: does not belong beside "calendar": '
            "that says itself who is on duty, and when",
        ),
    ],
)
def test_what_is_wrong_is_said(layer: str, fault: str) -> None:
    with pytest.raises(ConfigurationFaults) as caught:
        loaded(layer)
    assert [str(each).split(" ", 1)[1] for each in caught.value.faults] == [fault]


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://calendar.example.com/a.ics", "calendar.example.com"),
        ("https://me:5ecret@calendar.example.com:8443/a.ics?token=5ecret", "calendar.example.com"),
        ("HTTP://Calendar.Example.com", "calendar.example.com"),
        ("http://[::1]:8080/a.ics", "[::1]"),
        ("http://127.0.0.1:99/a.ics", "127.0.0.1"),
        ("https://", ""),
        ("https:///a.ics", ""),
        ("https://two words/a.ics", ""),
        ("https://host:port/a.ics", ""),
        ("file:///etc/passwd", ""),
    ],
)
def test_of_an_address_the_host_alone_is_said(address: str, host: str) -> None:
    assert is_good_address(address) is bool(host)
    assert str(Remote(address, 60.0, ())) == f"the calendar at {host or 'elsewhere'}"
    assert "5ecret" not in hide_address(address)


OUTLOOK = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//EN
BEGIN:VTIMEZONE
TZID:(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
UID:1@example
DTSTAMP:20260101T000000Z
DTSTART;TZID="(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vien
 na":20261020T180000
DURATION:PT14H
RRULE:FREQ=DAILY
SUMMARY:On call: SVO
END:VEVENT
END:VCALENDAR
"""


@pytest.mark.parametrize(
    ("utc", "is_on_call"),
    [
        (datetime(2026, 10, 24, 15, 59, tzinfo=UTC), False),
        (datetime(2026, 10, 24, 16, 0, tzinfo=UTC), True),
        (datetime(2026, 10, 25, 16, 59, tzinfo=UTC), False),
        (datetime(2026, 10, 25, 17, 0, tzinfo=UTC), True),
    ],
)
def test_a_zone_that_outlook_names_in_quotes_over_two_lines_is_the_one_of_the_file(
    utc: datetime, is_on_call: bool
) -> None:
    check_events(OUTLOOK)
    minute = int(utc.timestamp()) // 60
    found = Events("outlook.ics", OUTLOOK, "Europe/Brussels").running(minute)
    assert [run.title for run in found] == ["On call: SVO"] * is_on_call


def test_one_that_the_file_does_not_tell_of_is_refused_with_its_whole_name_and_its_line() -> None:
    name = "(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna"
    text = OUTLOOK.replace(f"TZID:{name}", "TZID:another")
    with pytest.raises(UnreadableEvents, match=re.escape(f'"{name}" is no time zone')) as refused:
        check_events(text)
    assert text.splitlines()[refused.value.line - 1].startswith("DTSTART;TZID=")


def test_a_summary_with_brackets_is_wanted_as_it_is_written() -> None:
    text = FEED.replace("On call: SVO, then ADU", "[On-call] SVO")
    found = Events("feed.ics", text, "Europe/Brussels", summaries=("[on-call] *",)).running(
        int(NIGHT.timestamp()) // 60
    )
    assert [run.title for run in found] == ["[On-call] SVO"]
