"""The fields of duty.yaml about what is done before anybody calls."""

from __future__ import annotations

from typing import Final

from dialplan.reference.shapes import (
    FLAG,
    MAIL,
    SPOKEN,
    Field,
    duration,
    many,
    name,
    one_of,
    table,
    text,
    whole,
)

_LANGUAGE: Final = Field("language", SPOKEN, "The language of its mails.", "`en`")
_FORECAST: Final = (
    Field("to", many(MAIL), "Who reads it.", needed=True),
    Field("at", text("`06:00`"), "When it is made, each day.", "06:00"),
    Field("days", whole(1, 90), "So many days are looked at.", "14"),
    Field(
        "when_well",
        text("`Mon`, `never`"),
        "The day on which it is sent though nothing is wrong.",
        "`Mon`",
    ),
    _LANGUAGE,
)
_HANDSHAKE: Final = (
    Field("to", many(MAIL), "Who is told when nobody says that he is there.", needed=True),
    Field("before", duration("2 min", "12 h"), "So long before a handover.", "30 min"),
    Field("by", one_of("phone", "mail"), "He is rung, or mailed a link.", "`phone`"),
    Field("tries", whole(1, 10), "So often.", "2"),
    Field("pause", duration("5 s", "1 h"), "Between two tries.", "5 min"),
    Field("ring", duration("5 s", "2 min"), "How long each phone rings.", "30 s"),
    Field("in_quiet_hours", FLAG, "Rings phones in their quiet hours too; else he is mailed then.", "no"),
    _LANGUAGE,
)
_DRILL: Final = (
    Field("to", many(MAIL), "Who reads the report.", needed=True),
    Field(
        "monthly",
        text("`first Tue 10:00`"),
        "When all phones are rung by themselves.",
        "only by `dutyline duty drill`",
    ),
    Field(
        "during",
        name("calendar"),
        "Only while this calendar is open; else on the next day on which it is.",
        "at any hour",
    ),
    Field("team", name("team"), "The phones of this team.", "everybody's"),
    Field("ring", duration("5 s", "2 min"), "How long each phone rings.", "30 s"),
    _LANGUAGE,
)
BEFOREHAND: Final = (
    Field("forecast", table(_FORECAST), "The mail that tells of holes and double duty beforehand.", "none"),
    Field(
        "handshake", table(_HANDSHAKE), "Asks whoever comes on duty whether he is there.", "nobody is asked"
    ),
    Field("drill", table(_DRILL), "Rings every phone to see whether it works.", "only what the command says"),
    Field("nights", text("`22:00-07:00`"), "What counts as night when wake-ups are counted.", "22:00-07:00"),
)  # fmt: skip
