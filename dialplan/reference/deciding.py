"""Nodes that decide by themselves: calendar, origin, list, set, switch, percentage, lookup, goto, hangup."""

from __future__ import annotations

from typing import Final

from dialplan.reference.pages import Exit, Going, NodePage
from dialplan.reference.shapes import (
    NAME_PATTERN,
    NODE,
    SCALAR,
    WORDS,
    Field,
    Shape,
    entries,
    many,
    name,
    table,
    text,
    variable,
)

CALENDAR: Final = NodePage(
    "calendar",
    "Branches on date and time: the first calendar that is open wins.",
    (
        Field(
            "calendar",
            many(
                table(
                    (
                        Field("when", name("calendar"), "A calendar.", needed=True),
                        Field("go", NODE, "Where the call goes when it is open.", needed=True),
                    )
                ),
                "a list of `when` and `go`",
            ),
            "The calendars, asked from first to last.",
            needed=True,
        ),
    ),
    Going.OWN,
    more_exits="each calendar: the node beside it",
    rest_says="none of them is open",
)
ORIGIN: Final = NodePage(
    "origin",
    "Branches on where the caller calls from: the first origin that fits wins.",
    (
        Field(
            "origin",
            many(
                table(
                    (
                        Field("from", many(text("an origin")), "An origin, or several.", needed=True),
                        Field("go", NODE, "Where such a caller goes.", needed=True),
                    )
                ),
                "a list of `from` and `go`",
            ),
            "Origins of origins.yaml; Belgian zones by name or code; countries (`FR`); `mobile`, `national`, "
            "`foreign`, `anonymous`.",
            needed=True,
        ),
    ),
    Going.OWN,
    more_exits="each origin: the node beside it",
    rest_says="none of them fits",
)
LIST: Final = NodePage(
    "list",
    "Asks whether the caller, or another value, is in a black or white list.",
    (
        Field("list", many(name("list")), "A list of lists.yaml, or several, asked in turn.", needed=True),
        Field("value", variable(), "What is looked for.", "`$caller`"),
    ),
    Going.NEXT,
    (Exit("listed", "it is in one of the lists"),),
    rest_says="the list cannot be asked",
)
SET: Final = NodePage(
    "set",
    "Keeps values under names for the rest of the call.",
    (
        Field(
            "set",
            entries(name("variable"), SCALAR, "variable -> text"),
            "The variables. In a text `$name` stands for another variable, `$$` for a dollar.",
            needed=True,
        ),
    ),
    Going.NEXT,
    rest_says="a value cannot be set",
)
SWITCH: Final = NodePage(
    "switch",
    "Branches on the value of a variable: the first case that fits wins.",
    (
        Field("switch", variable(), "A variable of the plan or of the system.", needed=True),
        Field(
            "cases",
            entries(SCALAR, NODE, "pattern -> node"),
            "A value; `32*`, what begins so; `100..199`, a range; empty: none; `*`, any; several by commas.",
            needed=True,
        ),
    ),
    Going.OWN,
    more_exits="each case: the node beside its pattern",
    rest_says="no case fits",
)
PERCENTAGE: Final = NodePage(
    "percentage",
    "Sends a share of the calls each way.",
    (
        Field(
            "percentage",
            entries(
                Shape("", {"pattern": NAME_PATTERN}),
                Shape("", {"type": ["string", "number"], "pattern": r"^\d{1,3}([.,]\d{1,3})?\s*%?$"}),
                "node -> share",
            ),
            "The nodes and their shares, 100 % together.",
            needed=True,
        ),
    ),
    Going.OWN,
    more_exits="each node, with its own name",
)
LOOKUP: Final = NodePage(
    "lookup",
    "Asks a table for what belongs to a value, and keeps it in variables.",
    (
        Field("lookup", name("table"), "A table of tables.yaml.", needed=True),
        Field("by", variable(), "The variable whose value is the key.", "`$caller`"),
    ),
    Going.OWN,
    (
        Exit("found", "there is a row; its columns are in variables"),
        Exit("not-found", "there is no row; the variables are empty"),
        Exit("unanswered", "the table did not answer in time; the default row is set"),
    ),
)
GOTO: Final = NodePage(
    "goto",
    "Goes on in another plan.",
    (
        Field(
            "goto",
            text("`plan` or `plan.node`", r"^[a-z0-9_-]+(\.[a-z0-9_-]+)?$"),
            "The plan; with a node, what stands before that node is skipped.",
            needed=True,
        ),
    ),
    Going.NOWHERE,
)
HANGUP: Final = NodePage(
    "hangup",
    "Ends the call.",
    (
        Field(
            "hangup",
            Shape(
                "`normal`, `busy`, `rejected`, `congested`, `unallocated`, `unavailable`, `failure`, 1-127",
                {
                    "anyOf": [
                        {
                            "enum": [
                                "normal",
                                "busy",
                                "rejected",
                                "congested",
                                "unallocated",
                                "unavailable",
                                "failure",
                            ]
                        },
                        {"type": "integer", "minimum": 1, "maximum": 127},
                    ]
                },
            ),
            "How: a word, or a cause of Q.850. A call that nobody has answered costs its caller nothing.",
            needed=True,
        ),
        Field("say", WORDS, "Last words, said without answering a call that is not answered yet."),
    ),
    Going.NOWHERE,
)
