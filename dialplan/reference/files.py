"""The files of a configuration, beside the plans: their fields."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from dialplan.reference.alarming import ALARMING
from dialplan.reference.expected import EXPECTED
from dialplan.reference.hours import CALENDAR
from dialplan.reference.nodes import PAGES
from dialplan.reference.people import DUTY, ENTRY, SKILLS
from dialplan.reference.ringing import GATE
from dialplan.reference.shapes import (
    CALLERS,
    COUNTRY,
    FLAG,
    MAIL,
    NAME_PATTERN,
    PHONE,
    SCALAR,
    SPOKEN,
    TITLE,
    ZONE,
    Field,
    Shape,
    duration,
    either,
    entries,
    list_of,
    many,
    name,
    object_of,
    one_of,
    table,
    text,
    whole,
)


class FilePage(NamedTuple):
    """One file. `entry`: what each key of the file is the name of; empty: the file is one table."""

    file: str
    says: str
    fields: tuple[Field, ...]
    entry: str = ""


_NAMED = Shape("", {"pattern": NAME_PATTERN})
_CALL_BACK = (
    Field("countries", list_of(COUNTRY), "Countries beside the desk's own that may be called back."),
    Field("per_number", whole(1, 100), "Call-backs for one number within an hour.", "3"),
    Field("per_hour", whole(1, 10_000), "Call-backs for all callers within an hour.", "30"),
    Field("tries", whole(1, 20), "How often a caller is tried.", "3"),
    Field("pause", duration("5 s", "24 h"), "Between two tries.", "5 min"),
    Field("within", duration("60 s", "72 h"), "After this it is given up.", "8 h"),
    Field("ring", duration("5 s", "120 s"), "How long each phone rings.", "30 s"),
)
DESK: Final = FilePage(
    "desk.yaml",
    "The desk as a whole.",
    (
        Field("title", TITLE, "What it is called.", needed=True),
        Field(
            "country", COUNTRY, "How numbers without a country are read, and whose holidays are kept.", "BE"
        ),
        Field("timezone", ZONE, "The clock of hours and rosters.", "Europe/Brussels"),
        Field(
            "language", CALLERS, "What callers hear; `bi` is Dutch and then French, or the reverse.", "`bi`"
        ),
        Field(
            "failsafe", name("directory entry"), "The last person, when everything else failed.", needed=True
        ),
        Field("failsafe_ring", duration("5 s", "5 min"), "How long each phone of that person rings.", "30 s"),
        Field("mail_from", MAIL, "The sender of every mail.", needed=True),
        Field("shown_number", PHONE, "What called phones see; never 0800 nor 078.", needed=True),
        Field("call_back", table(_CALL_BACK), "Which numbers may be called back, how often and how."),
        Field(
            "pins",
            entries(_NAMED, text("hash", "^scrypt:"), "directory entry -> hash of a PIN"),
            "Who may switch plans by phone.",
        ),
    ),
)
_NUMBER = (
    Field("number", PHONE, "The number that callers dial.", needed=True),
    Field("plan", name("plan"), "Its plan.", "that of its group"),
    Field("group", name("number group"), "Its group.", "the brand's own"),
    Field("carrier", TITLE, "Who brings its calls; for people."),
    Field("line", one_of("sip", "inap"), "How it reaches us; `inap` cannot ring in parallel.", "`sip`"),
    Field("limit", table(GATE), "How many calls at once, or within a while."),
)
_IMPORTANT = either(
    "a name; or `name`, `numbers`, `ids`",
    TITLE,
    table(
        (
            Field("name", TITLE, "The customer's name.", needed=True),
            Field("numbers", list_of(PHONE), "Numbers he calls from."),
            Field("ids", list_of(SCALAR), "What he may key as his customer number."),
        )
    ),
)
BRANDS: Final = FilePage(
    "brands.yaml",
    "The brands, and the numbers on which each is reached.",
    (
        Field("title", TITLE, "What it is called.", needed=True),
        Field("welcome", name("prompt"), "What callers hear first.", needed=True),
        Field("spoken", name("prompt"), "What engineers hear when they are rung.", needed=True),
        Field("languages", list_of(SPOKEN), "The languages its callers may be spoken to in.", "all four"),
        Field("language", CALLERS, "The language calls begin in.", "the desk's"),
        Field("mailboxes", list_of(MAIL), "Where its mails go.", needed=True),
        Field("copy", list_of(MAIL), "Who is sent a copy."),
        Field("accepted_to", MAIL, "Who is told who accepted a call.", needed=True),
        Field("office", name("directory entry"), "Its office; `$brand.office` in a plan.", needed=True),
        Field("failsafe", name("directory entry"), "Its last person; `$brand.failsafe`.", "the desk's"),
        Field("shown_number", PHONE, "What called phones see.", "the desk's"),
        Field("customer", SCALAR, "The customer id of a call, when nobody has asked for one."),
        Field("mail_language", SPOKEN, "The language of its mails.", "`en`"),
        Field("important", list_of(_IMPORTANT), "Customers whose calls want particular care."),
        Field("numbers", list_of(table(_NUMBER), "list, see below"), "The numbers of the brand."),
    ),
    "brand",
)
DIRECTORY: Final = FilePage("directory.yaml", "Everybody, and every place, that can be rung.", ENTRY, "entry")
CALENDARS: Final = FilePage("calendars.yaml", "Opening hours under names.", CALENDAR, "calendar")
DUTY_FILE: Final = FilePage("duty.yaml", "Who is on call, and how an engineer is hunted for.", DUTY)
SKILLS_FILE: Final = FilePage(
    "skills.yaml", "Groups of agents who share the calls that come to the group.", SKILLS, "skills group"
)
ORIGINS: Final = FilePage(
    "origins.yaml",
    "Callers under names, for the node `origin`.",
    (
        Field("title", TITLE, "What it is called.", "its name"),
        Field("numbers", list_of(PHONE), "Single numbers."),
        Field("prefixes", list_of(text("beginning of a number")), "How numbers begin: `02 788`, `+33 1`."),
        Field("zones", list_of(text("zone")), "Belgian zones, by name in any language or by code."),
        Field("countries", list_of(COUNTRY), "Countries."),
        Field(
            "callers",
            list_of(one_of("mobile", "national", "foreign", "anonymous")),
            "Callers of a kind.",
        ),
    ),
    "origin",
)
_LISTED = either(
    "a number, a prefix `0900*`, `anonymous`; or a table",
    SCALAR,
    table(
        (
            Field("number", PHONE, "A number."),
            Field("prefix", text("prefix"), "How numbers begin."),
            Field("value", SCALAR, "A word, in a list of words."),
            Field("reason", TITLE, "Why; for people."),
            Field("until", text("day or moment", r"^\d{4}-\d{2}-\d{2}( \d{1,2}:\d{2})?$"), "Until when."),
        )
    ),
)
LISTS: Final = FilePage(
    "lists.yaml",
    "Black and white lists under names, for the node `list`.",
    (
        Field("title", TITLE, "What it is called.", "its name"),
        Field("kind", one_of("numbers", "words"), "Telephone numbers, or other words.", "`numbers`"),
        Field("entries", list_of(_LISTED), "Who is listed."),
        Field("file", text("`tables/*.csv`, `tables/*.xlsx`"), "More entries: number, reason, until."),
    ),
    "list",
)
TABLES: Final = FilePage(
    "tables.yaml",
    "Tables under names, for the node `lookup`.",
    (
        Field("title", TITLE, "What it is called.", "its name"),
        Field("file", text("`tables/*.csv`, `tables/*.xlsx`"), "The data file; either this or `url`."),
        Field("sheet", TITLE, "The sheet of an .xlsx file.", "the first"),
        Field("key", TITLE, "The column in which is looked, of a file."),
        Field("url", text("`$NAME` or a SQLAlchemy URL"), "The database."),
        Field("query", Shape("one SELECT", {"type": "string"}), "Asks the database for `:key`."),
        Field("key-kind", one_of("text", "phone", "digits"), "How keys are compared.", "`text`"),
        Field(
            "columns",
            either(
                "column -> variable, or a list of columns",
                list_of(SCALAR),
                entries(SCALAR, name("variable"), "column -> variable"),
            ),
            "What is kept, and under which names.",
            "every column of a file",
        ),
        Field(
            "default", entries(SCALAR, SCALAR, "column -> value"), "The row when the table does not answer."
        ),
        Field("limit", duration("0.1 s", "5 s"), "How long a database may take.", "2 s"),
        Field("keep", duration("0 s", "24 h"), "How long its answers are kept.", "1 min"),
    ),
    "table",
)
GROUPS: Final = FilePage(
    "groups.yaml",
    "Number groups: numbers that share a plan and are switched together.",
    (
        Field("title", TITLE, "What it is called.", "its name"),
        Field("plan", name("plan"), "The plan of all its numbers."),
        Field("spoken", name("prompt"), "The prompt with which the group is spoken of."),
        Field("line", one_of("sip", "inap"), "How its numbers reach us, unless one says otherwise."),
        Field("limit", table(GATE), "How many calls at once, for all of them together."),
        Field("brand", name("brand"), "The brand of numbers that stand here alone."),
        Field("numbers", list_of(PHONE), "Numbers of the group."),
    ),
    "number group",
)
ALARMS: Final = FilePage(
    "alarms.yaml", "What becomes of alarms that come in by mail or by a webhook.", ALARMING
)
PLAN: Final = FilePage(
    "plans/*.yaml",
    "One routing plan; the file's name is the plan's.",
    (
        Field("title", TITLE, "What it is called.", "its name"),
        Field("start", name("node"), "The node at which calls begin.", needed=True),
        Field("last_resort", name("directory entry"), "Rung when the plan fails.", "the brand's failsafe"),
        Field("limit", table(GATE), "How many calls may be in the plan."),
        Field("caller-limit", table(GATE), "How many calls of one caller may be in the plan."),
        Field(
            "nodes",
            Shape("name -> node", {"type": "object", "additionalProperties": {"$ref": "#/definitions/node"}}),
            "The nodes; each is of one kind.",
            needed=True,
        ),
    ),
)
_ANSWERS = entries(SCALAR, list_of(SCALAR), "name -> answers")
_AT = Shape(
    "moment, `2027-07-21 10:00`",
    {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?([+-]\d\d:\d\d)?$"},
)
SCENARIOS: Final = FilePage(
    "scenarios/*.yaml",
    "What callers are meant to meet; tried by every check.",
    (
        Field("title", TITLE, "What it is about; for people."),
        Field("to", many(PHONE), "The number that is called, or several.", needed=True),
        Field("at", many(_AT), "When, or several times; every number is called at every time.", needed=True),
        Field("from", PHONE, "The caller's number.", "withheld"),
        Field("keys", list_of(SCALAR), "What is keyed at each question; empty for nothing."),
        Field("outcomes", _ANSWERS, "How ringing somebody ends, one time after the other.", "answered"),
        Field(
            "suppose",
            _ANSWERS,
            "How what a node asks is answered; `engineer`: the one who is rung takes the caller.",
        ),
        Field("full", list_of(TITLE), "What has no place."),
        Field(
            "chance",
            Shape("0 to 1", {"type": "number", "minimum": 0, "maximum": 1}),
            "What chance draws.",
            "0",
        ),
        Field("french_first", FLAG, "Which language of `bi` comes first.", "no"),
        Field("expect", table(EXPECTED), "What is meant to happen.", needed=True),
    ),
    "scenario",
)
FILES: Final[Sequence[FilePage]] = (
    DESK, BRANDS, DIRECTORY, CALENDARS, DUTY_FILE, GROUPS, SKILLS_FILE, ORIGINS, LISTS, TABLES, ALARMS, PLAN,
    SCENARIOS,
)  # fmt: skip


def schema_of(page: FilePage) -> dict[str, Any]:
    """The JSON Schema of a file."""
    head = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": page.file,
        "description": page.says,
    }
    body = object_of(page.fields)
    if page.entry:
        body = {
            "type": "object",
            "additionalProperties": body,
            "propertyNames": {"pattern": NAME_PATTERN},
        }
    return {**head, **body, **(_definitions() if page is PLAN else {})}


def _definitions() -> dict[str, Any]:
    """Every kind of node; a node is told by the key that is its kind."""
    kinds = {kind: node.schema for kind, node in PAGES.items()}
    choice = [{"if": {"required": [kind]}, "then": {"$ref": f"#/definitions/{kind}"}} for kind in kinds]
    known = {field.name: True for node in PAGES.values() for field in node.all_fields}
    node = {
        "type": "object",
        "description": "One node of the plan: its kind with what it needs, and where it leads.",
        "properties": known,
        "anyOf": [{"required": [kind]} for kind in kinds],
        "allOf": choice,
    }
    return {"definitions": {"node": node, **kinds}}


def short_name(page: FilePage) -> str:
    """`desk.yaml` -> `desk`, `plans/*.yaml` -> `plan`."""
    return page.file.removesuffix("s/*.yaml").removesuffix(".yaml")
