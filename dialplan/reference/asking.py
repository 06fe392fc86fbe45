"""Nodes that speak, and nodes that ask: announce, menu, language, collect, record."""

from __future__ import annotations

from typing import Final

from dialplan.reference.pages import Exit, Going, NodePage
from dialplan.reference.shapes import (
    FLAG,
    KEY,
    MAIL,
    NODE,
    SPOKEN,
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
    whole,
)

NO_INPUT: Final = Exit("no-input", "nothing was keyed, after the last try")
WRONG_INPUT: Final = Exit("wrong-input", "what was keyed is wrong, after the last try")
CHOICE: Final = Shape("keys of a telephone", {"type": ["string", "integer"], "pattern": "^[0-9*#]{1,6}$"})
ADDRESSES: Final = list_of(
    either(
        "mail address", MAIL, Shape("", {"enum": ["$brand.mailboxes", "$brand.copy", "$brand.accepted_to"]})
    ),
    "mail addresses, `$brand.mailboxes`, `$brand.copy`, `$brand.accepted_to`",
)

ATTEMPTS: Final = (
    Field("tries", whole(1, 9), "How often is asked in all.", "3"),
    Field("tries-no-input", whole(1, 9), "How often when nothing is keyed, counted apart.", "`tries`"),
    Field(
        "tries-wrong-input", whole(1, 9), "How often when something wrong is keyed, counted apart.", "`tries`"
    ),
    Field("say-no-input", WORDS, "Said before asking again when nothing was keyed.", "`no-input`"),
    Field("say-wrong-input", WORDS, "Said before asking again after something wrong.", "`invalid-choice`"),
    Field("type-ahead", FLAG, "Whether keys pressed before the question count.", "yes"),
)

ANNOUNCE: Final = NodePage(
    "announce",
    "Says something and goes on.",
    (
        Field("announce", WORDS, "What is said, in the language of the call.", needed=True),
        Field("once", FLAG, "Says it in one language only: for words that are bilingual themselves.", "no"),
        Field(
            "pick", one_of("all", "one"), "`one`: chance picks one of the words, once for each call.", "all"
        ),
        Field("stop", FLAG, "Any key ends it, and counts for what is asked next.", "no"),
    ),
    Going.NEXT,
    rest_says="the words cannot be said",
)
MENU: Final = NodePage(
    "menu",
    "Says the choices and reads a key.",
    (
        Field("menu", WORDS, "The words that name the choices.", needed=True),
        Field(
            "keys",
            entries(CHOICE, NODE, "choice -> node"),
            "The choices: one key, or a few one after the other, and the node of each.",
            needed=True,
        ),
        Field("wait", duration("1 s", "60 s"), "How long to wait for a key after the words.", "5 s"),
        Field("wait-next", duration("0.5 s", "20 s"), "How long to wait between two keys.", "2 s"),
        Field("repeat", KEY, "The key that has the choices said again."),
        Field("extensions", FLAG, "Whether the extension of somebody in the directory may be keyed.", "no"),
        *ATTEMPTS,
    ),
    Going.OWN,
    (NO_INPUT, WRONG_INPUT, Exit("extension", "an extension was keyed; it is in `$extension`", True)),
    more_exits="each choice: the node beside its key",
)
LANGUAGE: Final = NodePage(
    "language",
    "Sets the language of what is said from here on, or lets the caller choose it.",
    (
        Field(
            "language",
            either(
                "`nl`, `fr`, `de`, `en`; or `ask`, `keys` and `wait`",
                SPOKEN,
                table(
                    (
                        Field("ask", WORDS, "The question, in every language in itself.", needed=True),
                        Field("keys", entries(KEY, SPOKEN, "key -> language"), "The choices.", needed=True),
                        Field("wait", duration("1 s", "60 s"), "How long to wait for a key.", "5 s"),
                    )
                ),
            ),
            "The language; or the question for it. `bi` is set by the desk or a brand only.",
            needed=True,
        ),
    ),
    Going.NEXT,
    rest_says="the question cannot be asked",
)
COLLECT: Final = NodePage(
    "collect",
    "Reads digits into a variable, and lets the caller confirm them.",
    (
        Field("collect", WORDS, "The words that ask for the digits.", needed=True),
        Field("into", name("variable"), "The variable that keeps them.", needed=True),
        Field(
            "digits",
            Shape("`4` or `3-10`", {"type": ["string", "integer"], "pattern": r"^\d{1,2}(-\d{1,2})?$"}),
            "How many digits.",
        ),
        Field(
            "pattern",
            many(text("`1-xxxxxxxxxx`"), "a pattern, or a list"),
            "`x` is any digit, a digit itself.",
        ),
        Field("as", one_of("phone"), "A telephone number in any usual form, kept as E.164."),
        Field("end", either("a key, or `none`", KEY, one_of("none")), "The key that ends the reading.", "#"),
        Field("wait", duration("1 s", "60 s"), "How long to wait for the first digit.", "6 s"),
        Field("wait-next", duration("1 s", "60 s"), "How long to wait between digits.", "3 s"),
        Field("confirm", FLAG, "Says the digits again, and asks for 1 if they are right.", "no"),
        Field("read-back", WORDS, "Said before the digits when they are confirmed.", "`customer-number-is`"),
        Field("ask-confirm", WORDS, "Asks for the confirmation.", "`press-1-to-confirm`"),
        Field("secret", FLAG, "Keeps what is keyed out of records and traces; not with `confirm`.", "no"),
        *ATTEMPTS,
    ),
    Going.NEXT_OR_REST,
    (NO_INPUT, WRONG_INPUT),
)
RECORD: Final = NodePage(
    "record",
    "Lets the caller leave a message.",
    (
        Field("record", WORDS, "The words before the tone.", needed=True),
        Field("into", name("variable"), "The variable that names the recording.", "`message`"),
        Field("longest", duration("3 s", "10 min"), "The longest message.", "2 min"),
        Field("silence", duration("1 s", "60 s"), "The silence after which it is over.", "5 s"),
        Field("least", duration("0.2 s", "60 s"), "Less speech than this is nothing.", "1 s"),
        Field("stop", text("keys", "^[0-9*#]+$"), "The keys that end it.", "#"),
        Field("beep", FLAG, "Whether a tone is heard first.", "yes"),
        Field("review", FLAG, "Afterwards 1 keeps it, 2 plays it, 3 records it again.", "no"),
        Field("send", name("mail template"), "The mail with which the message is sent, attached."),
        Field("to", ADDRESSES, "To whom it is sent.", "`$brand.mailboxes`"),
        Field("cc", ADDRESSES, "Who is sent a copy."),
    ),
    Going.NEXT_OR_REST,
    (Exit("nothing", "nothing was said"),),
    rest_says="there is no room for a recording",
)
