"""Nodes that bring people in: destination, call-back, page, mail; and limits and queues."""

from __future__ import annotations

from typing import Final

from dialplan.reference.asking import ADDRESSES
from dialplan.reference.pages import Exit, Going, NodePage
from dialplan.reference.shapes import (
    FLAG,
    KEY,
    NAME_PATTERN,
    NODE,
    PHONE,
    TITLE,
    WORDS,
    Field,
    Shape,
    duration,
    either,
    entries,
    list_of,
    many,
    name,
    one_of,
    table,
    text,
    variable,
    whole,
)

_CHOSEN: Final = Shape("a key", {"pattern": "^[1-9]$"})
_NAMED: Final = Shape("", {"pattern": NAME_PATTERN})
PERSON: Final = text("who", r"^(\$[a-z0-9._-]+|[a-z0-9]+([-_][a-z0-9]+)*|[+0-9][0-9 ./()-]*)$")
LEVELS: Final = either(
    "a skill, a list, or skill -> level",
    many(text("skill")),
    entries(text("skill"), whole(1, 9), "skill -> level"),
)
_CALLS: Final = (
    Field("calls", whole(1, 100_000), "At most so many calls at the same time."),
    Field("starts", whole(1, 100_000), "At most so many calls that begin `within` a while."),
    Field("within", duration("1 s", "24 h"), "The while that `starts` is about."),
)
LIMIT: Final = (
    *_CALLS,
    Field("name", name("limit"), "Destinations that name the same limit share its places."),
)
GATE: Final = (
    *_CALLS,
    Field(
        "over",
        text("`node` or `plan.node`", r"^[a-z0-9_-]+(\.[a-z0-9_-]+)?$"),
        "Where a call over the limit goes; without it the call is refused before it is answered.",
    ),
    Field("cause", one_of("busy", "rejected", "congested"), "How a call is refused.", "`busy`"),
)
QUEUE: Final = (
    Field("id", name("queue"), "Destinations with the same one share a queue.", "plan and node"),
    Field("longest", whole(0, 10_000), "At most so many callers wait; 0: no limit.", "0"),
    Field("wait", duration("5 s", "2 h"), "At most so long.", "5 min"),
    Field("priority", whole(0, 99), "Of everybody; higher goes first.", "0"),
    Field("important", whole(0, 99), "The priority of important customers.", "10"),
    Field("fair", duration("0 s", "2 h"), "Who has waited so much longer goes first all the same.", "2 min"),
    Field("welcome", WORDS, "Said once, on beginning to wait."),
    Field("first", WORDS, "Said once, on becoming the first of the queue."),
    Field("comfort", WORDS, "Said again and again."),
    Field("position", FLAG, "Says the place in the queue.", "no"),
    Field("expected-wait", FLAG, "Says how long it may take, when anybody can tell.", "no"),
    Field("every", duration("5 s", "10 min"), "How often all of that is said again.", "30 s"),
    Field("music", name("class of music"), "Music on hold.", "`default`"),
    Field("keys", entries(KEY, NODE, "key -> node"), "Keys with which a caller leaves the queue."),
)
DESTINATION: Final = NodePage(
    "destination",
    "Rings somebody: one after another, together, by chance, or the free agents of a skills group.",
    (
        Field(
            "destination",
            many(
                either(
                    "who",
                    PERSON,
                    Shape("", {"type": "integer"}),
                    table(
                        (
                            Field("entry", PERSON, "A directory entry, or `$brand.office`."),
                            Field("number", PHONE, "A number that no entry has."),
                            Field("extension", text("digits", r"^\d{2,6}$"), "An extension."),
                            Field("title", TITLE, "What a number is called."),
                            Field("allow", list_of(one_of("foreign", "premium")), "What the number may be."),
                            Field("ring", duration("1 s", "10 min"), "How long this one rings."),
                        )
                    ),
                ),
                "who, or a list",
            ),
            "Directory entries, `$brand.office`, `$brand.failsafe`, `$extension`, numbers, extensions; "
            "or one skills group.",
            needed=True,
        ),
        Field(
            "order",
            one_of("in-turn", "together", "random", "longest-idle"),
            "`together` needs SIP numbers; `longest-idle` is for skills groups.",
            "`in-turn`; of a group what the group says",
        ),
        Field("ring", duration("1 s", "10 min"), "How long each phone rings.", "25 s; of a group its own"),
        Field("all-phones", FLAG, "Whether private phones are rung too.", "no"),
        Field("needs", LEVELS, "Skills that an agent of the group must have; `$language` is one."),
        Field("limit", table(LIMIT), "How many calls at once, or within a while."),
        Field("queue", table(QUEUE), "Keeps callers who find no place, or no free agent."),
    ),
    Going.OWN,
    (
        Exit("answered", "the call was answered and is over; without it the call ends", True),
        Exit("no-answer", "nobody answered in time"),
        Exit("not-reached", "the phone could not be reached"),
        Exit("busy", "the phone was busy"),
        Exit("congested", "there was no line to it"),
        Exit("cause-31", "the network gave no better reason (release cause 31)"),
        Exit("interrupted", "the call was cut off"),
        Exit("limit", "there is no place; only with `limit`", True),
        Exit("queue-full", "too many wait; only with `queue`", True),
        Exit("queue-timeout", "nobody was free in time; only with `queue`", True),
        Exit("nobody", "no agent can be had at all; only with a skills group", True),
    ),
    more_exits="each key of the queue: the node beside it",
    rest_says="every outcome that has no exit of its own",
)
CALL_BACK: Final = NodePage(
    "call-back",
    "Offers to call back instead of letting the caller wait.",
    (
        Field("call-back", name("node"), "The destination of this plan whose people call back.", needed=True),
        Field("offer", WORDS, "Said before the caller's own number.", "`callback-offer`"),
        Field("other", FLAG, "Whether another number may be keyed.", "yes"),
        Field("tries", whole(1, 9), "How often is asked.", "3"),
        Field("wait", duration("1 s", "60 s"), "How long to wait for a key.", "6 s"),
    ),
    Going.NEXT_OR_REST,
    (
        Exit("declined", "nothing was chosen"),
        Exit("not-allowed", "no number was given that may be called"),
        Exit("limit", "there are too many call-backs"),
    ),
    rest_says="the wish could not be written down",
)
PAGE: Final = NodePage(
    "page",
    "Starts the hunt for an engineer, and goes on at once.",
    (
        Field(
            "page",
            name("page policy"),
            "A policy of duty.yaml, for which `choose` there may put another.",
            needed=True,
        ),
        Field(
            "severity",
            either("1 to 9, or a variable", whole(1, 9), variable()),
            "How bad it is; 1 is the worst.",
            "`$severity`",
        ),
        Field(
            "category",
            either("a name, or a variable", name("category"), variable()),
            "What it is about.",
            "`$category`",
        ),
    ),
    Going.NEXT,
    rest_says="the hunt cannot be started",
)
MAIL_NODE: Final = NodePage(
    "mail",
    "Sends a mail, and goes on at once.",
    (
        Field("mail", name("mail template"), "The template.", needed=True),
        Field("to", ADDRESSES, "To whom.", needed=True),
        Field("cc", ADDRESSES, "Who is sent a copy."),
        Field("subject", TITLE, "Instead of the template's own; `$name` stands for a variable."),
        Field("text", Shape("text", {"type": ["string", "number"]}), "Words for the mail, in the same way."),
        Field("recordings", FLAG, "Attaches the messages that the caller has left.", "no"),
    ),
    Going.NEXT,
    rest_says="it cannot be sent",
)
SWITCH_PLAN: Final = NodePage(
    "switch-plan",
    "Lets somebody with a PIN switch a number group to another plan, by phone.",
    (
        Field(
            "switch-plan",
            entries(_CHOSEN, name("number group"), "key -> number group"),
            "The groups that can be switched.",
            needed=True,
        ),
        Field(
            "plans", entries(_CHOSEN, name("plan"), "key -> plan"), "The plans to choose from.", needed=True
        ),
        Field(
            "say", entries(_NAMED, name("prompt"), "plan -> prompt"), "How a plan is spoken of.", "its key"
        ),
        Field("callers", list_of(PERSON), "Numbers and entries that may call.", "anybody"),
        Field("people", list_of(name("directory entry")), "Whose PINs are taken.", "all of desk.yaml"),
        Field("for", duration("1 min", "30 days"), "How long it holds.", "until it is switched back"),
        Field("tell", ADDRESSES, "Who hears of wrong PINs.", "`$brand.mailboxes`"),
    ),
    Going.NEXT,
    (
        Exit("not-allowed", "the caller may not switch anything"),
        Exit("wrong-pin", "three wrong PINs, or no more tries are allowed"),
        Exit("cancelled", "nothing was chosen or confirmed"),
    ),
    rest_says="it could not be done",
)
DUTY_LINE: Final = NodePage(
    "duty-line",
    "The engineers' number: who is on duty, taking and giving duty, open pages, the caller, the desk.",
    (
        Field(
            "duty-line",
            list_of(name("directory entry"), "`engineers`, name of a directory entry; or a list"),
            "Who may come in; `engineers` is everybody of duty.yaml who has a trigram.",
            needed=True,
        ),
        Field("known phones only", FLAG, "Turns away everybody else's telephone at once.", "no"),
        Field("ring", duration("5 s", "2 min"), "How long each phone rings that is rung for him.", "30 s"),
        Field("hours", whole(1, 72), "For how many hours duty may be taken or given at most.", "24"),
        Field("tell", ADDRESSES, "Who hears of wrong PINs.", "`$brand.mailboxes`"),
    ),
    Going.NEXT,
    (
        Exit("desk", "he wants to talk with the desk"),
        Exit("not-known", "three wrong PINs, or no more tries are allowed"),
    ),
    rest_says="it could not be done",
)
