"""The fields of alarms.yaml."""

from __future__ import annotations

from typing import Final

from dialplan.reference.shapes import (
    FLAG,
    MAIL,
    NAME_PATTERN,
    SCALAR,
    SPOKEN,
    Field,
    Shape,
    duration,
    entries,
    list_of,
    many,
    name,
    one_of,
    table,
    text,
    whole,
)

_NAMED: Final = Shape("", {"pattern": NAME_PATTERN})
_PATTERN: Final = many(text("pattern, `*down*`"))
_PROCEDURE: Final = (
    Field("brand", name("brand"), "By whose procedure it pages.", needed=True),
    Field("policy", name("page policy"), "How an engineer is hunted for.", "the first"),
    Field("customer", SCALAR, "The customer id of the page."),
    Field("severity", whole(1, 5), "How bad it is; 1 is the worst. A webhook's own goes before it.", "1"),
    Field("window", duration("0 s", "24 h"), "Others like the first join its page so long.", "30 min"),
    Field(
        "group",
        one_of("subject", "sender", "row"),
        "Which are alike: same sender and subject but for numbers; same sender; all of the row.",
        "`subject`",
    ),
    Field("most_pages", whole(1, 100), "Pages in one window; what comes then joins the last of them.", "5"),
    Field("language", SPOKEN, "In which the words are read aloud.", "that of the brand's mails"),
    Field("forward", list_of(MAIL), "Who gets the mail.", "the brand's mailboxes"),
    Field("page", FLAG, "`no`: it is forwarded and kept, and nobody is rung.", "yes"),
)
_MAIL: Final = (
    Field("name", Shape("a name", {"type": "string", "pattern": NAME_PATTERN}), "The row's.", needed=True),
    Field("from", _PATTERN, "Senders it takes.", "every one"),
    Field("subject", _PATTERN, "Subjects it takes.", "every one"),
    *_PROCEDURE,
)
_HOOK: Final = (
    Field(
        "form",
        one_of("any", "alertmanager", "zabbix", "icinga", "plain"),
        "How its body is written; `any`: seen from the body.",
        "`any`",
    ),
    *_PROCEDURE,
)
ALARMING: Final = (
    Field("addresses", list_of(MAIL), "Where alarm mails are sent; the listener takes no other."),
    Field("mails", list_of(table(_MAIL), "list, see below"), "Rows; the first that takes a mail has it."),
    Field(
        "hooks", entries(_NAMED, table(_HOOK), "name -> webhook, see below"), "Webhooks, `/alarms/<name>`."
    ),
    Field(
        "forward_most", whole(1, 1000), "Mails of one storm that are forwarded; the rest are counted.", "20"
    ),
)
