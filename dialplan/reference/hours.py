"""The fields of calendars.yaml."""

from __future__ import annotations

from typing import Final

from dialplan.reference.shapes import (
    TITLE,
    ZONE,
    Field,
    Shape,
    list_of,
    one_of,
    table,
    text,
    whole,
)

_HOURS: Final = list_of(
    Shape(
        "hours, `Mon-Fri 08:00-18:00`, or `always`",
        {"type": "string", "pattern": r"^([Aa]lways|.+\s\d{1,2}:\d{2}\s*-\s*\d{1,2}:\d{2})$"},
    )
)
_COUNTRIES: Final = list_of(
    Shape("country, `BE` or `DE-BY`", {"type": "string", "pattern": "^[A-Z]{2}(-.+)?$"}),
    "`BE`, `DE-BY`, a list",
)
_HOLIDAYS: Final = one_of("closed", "only", "ignore")
_DAY: Final = (
    Field(
        "day",
        text("a date, a run of dates, `easter-2`, `last Fri of every month`"),
        "Which day, or days: with a year once, without it every year.",
        needed=True,
    ),
    Field("hours", text("hours, `08:00-12:00, 13:00-17:00`, or `closed`"), "Its hours.", needed=True),
    Field("title", TITLE, "What it is."),
)
_EVENTS: Final = (
    Field("file", text("`calendars/*.ics`"), "The iCal file.", needed=True),
    Field("category", list_of(TITLE), "Only events of these categories."),
    Field("summary", list_of(TITLE), "Only events whose title is this; `*` for whatever."),
    Field("then", one_of("open", "closed"), "What the calendar is while they run.", "`open`"),
)
_ELSEWHERE: Final = (
    Field("timezone", ZONE, "Its zone.", needed=True),
    Field("open", _HOURS, "Its hours of the week.", needed=True),
    Field("holidays", _HOLIDAYS, "What holidays do there.", "as above"),
    Field("country", _COUNTRIES, "Whose holidays.", "as above"),
    Field("subdivision", text("region"), "The region of the country."),
)
CALENDAR: Final = (
    Field("title", TITLE, "What it is called.", "its name"),
    Field("open", _HOURS, "Hours of the week; `Fri 22:00-06:00` ends on Saturday."),
    Field("timezone", ZONE, "The clock of its hours.", "the desk's"),
    Field("holidays", _HOLIDAYS, "`only`: open on holidays and no other day.", "`ignore`"),
    Field("country", _COUNTRIES, "Whose holidays.", "the desk's"),
    Field("subdivision", text("region"), "The region of the country."),
    Field("holiday-kinds", list_of(text("kind")), "Which kinds of holidays count.", "`public`"),
    Field("days", list_of(table(_DAY), "list, see below"), "Own days; they come before holidays."),
    Field("events", list_of(table(_EVENTS), "list, see below"), "Events of iCal files."),
    Field("elsewhere", list_of(table(_ELSEWHERE), "list, see below"), "More hours, in other zones."),
    Field("window", whole(1, 99), "The number by which contracts name these hours."),
)
