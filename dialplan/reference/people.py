"""The fields of directory.yaml, duty.yaml and skills.yaml."""

from __future__ import annotations

from typing import Final

from dialplan.reference.beforehand import BEFOREHAND
from dialplan.reference.ringing import LEVELS, PERSON
from dialplan.reference.shapes import (
    DATE,
    FLAG,
    MAIL,
    MOMENT,
    NAME_PATTERN,
    PHONE,
    SPOKEN,
    TITLE,
    TRIGRAM,
    ZONE,
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

_PHONE: Final = either(
    "a number; or `number`, `label`, `only if needed`",
    PHONE,
    table(
        (
            Field("number", PHONE, "The number.", needed=True),
            Field(
                "label",
                one_of("mobile", "fixed", "private", "desk"),
                "Which of the phones it is.",
                "`mobile`",
            ),
            Field("only if needed", FLAG, "Rung when every other phone has failed.", "no"),
            Field(
                "quiet",
                many(text("`Mon-Fri 22:00-07:00`, `always`")),
                "When a page does not ring it, by the clock of the desk.",
            ),
            Field(
                "operator",
                name("operator"),
                "Whose network it is on: when that fails, a back-up phone of another one is rung first.",
            ),
            Field(
                "quiet unless",
                one_of("needed", "never"),
                "`needed`: then it is rung when every other phone has failed; `never`: not at all.",
                "`needed`",
            ),
        )
    ),
)
ENTRY: Final = (
    Field("title", TITLE, "What people call this person or place.", needed=True),
    Field(
        "kind",
        one_of("desk", "office", "engineer", "backup", "manager", "failsafe", "external"),
        "Who stands behind it.",
        needed=True,
    ),
    Field("phone", many(_PHONE), "One phone."),
    Field("phones", many(_PHONE), "Several, rung from first to last."),
    Field("mail", MAIL, "Where mails for this person go."),
    Field("language", SPOKEN, "What an engineer is spoken to in.", "the policy's first"),
    Field(
        "sms",
        either("`yes` or a number", FLAG, PHONE),
        "Where text messages go; `yes`: the first mobile.",
        "no",
    ),
    Field(
        "extension", Shape("two to six digits", {"type": ["string", "integer"]}), "Digits that stand for it."
    ),
)
_TRIGRAMS: Final = text("trigrams", r"^[A-Z]{3}(\s*,\s*[A-Z]{3})*$")
_ORDER: Final = many(_TRIGRAMS, "trigrams")
_SKILL: Final = Shape("a name", {"type": ["string", "integer"], "pattern": NAME_PATTERN})
_ABILITY: Final = text("skill, `nl`, `$language`, `$category`", r"^\$?[a-z0-9]+([-_][a-z0-9]+)*$")
_DAY_OR_MOMENT: Final = text("day or moment", r"^\d{4}-\d{2}-\d{2}( \d{1,2}:\d{2})?$")
_SWAP: Final = (
    Field("from", MOMENT, "Since when, by the clock of the roster.", needed=True),
    Field("until", MOMENT, "Until when.", needed=True),
    Field("order", _ORDER, "Who is rung, first to last.", needed=True),
    Field("title", TITLE, "Why; for people."),
)
_ROSTER: Final = (
    Field("handover", text("`Mon 08:00`"), "When one week ends and the next begins.", "Mon 08:00"),
    Field("first_week", DATE, "The day on which the first of the weeks began.", needed=True),
    Field(
        "weeks",
        list_of(_ORDER, "list of trigrams, or of lists"),
        "One trigram: that engineer is first, the others follow. A list: an order of its own.",
        needed=True,
    ),
    Field("timezone", ZONE, "The clock of the roster.", "the desk's"),
    Field("swaps", list_of(table(_SWAP), "list, see below"), "Exchanges: for a while another order."),
)
_TEAM: Final = (
    Field("title", TITLE, "What it is called.", "its name"),
    Field("members", many(_TRIGRAMS), "Its engineers, in the order of their turns.", needed=True),
)
_LAYER: Final = (
    Field("title", TITLE, "What it is called.", "its name"),
    Field(
        "team", name("team"), "Its members have the turns, one after the other, where nothing else says who."
    ),
    Field(
        "people", list_of(_ORDER, "list of trigrams, or of lists"), "The turns; a list: several in one turn."
    ),
    Field(
        "turn",
        text("`weekly`, `daily`, `shift`, `opening`, `2 weeks`, `3 days`"),
        "How long a turn lasts; `shift`: each of the `hours` is one; `opening`: each time `during` opens.",
        "`weekly`",
    ),
    Field("first", _DAY_OR_MOMENT, "When the first turn begins; needed beside turns."),
    Field("others_follow", FLAG, "After whoever's turn it is the others are rung, in their order.", "no"),
    Field(
        "hours",
        many(text("`Mon-Thu 18:00-08:00`, `Fri 18:00 - Mon 08:00`")),
        "When the layer is there.",
        "always",
    ),
    Field(
        "calendar",
        text("`calendars/*.ics`, `https://...`"),
        "An on-call calendar whose summaries name trigrams: a file, or an address from which it is fetched.",
    ),
    Field("every", duration("1 min", "24 h"), "How often it is fetched from an address.", "15 min"),
    Field(
        "default",
        either("trigrams, or `nobody`", _ORDER, one_of("nobody")),
        "Who is on duty by it until it was fetched for the first time; needed beside an address.",
    ),
    Field("category", list_of(TITLE), "Only its events of these categories."),
    Field("summary", list_of(TITLE), "Only its events with these summaries; `*` for whatever."),
    Field("file", text("`rosters/*.csv`, `rosters/*.xlsx`"), "Rows: from, until, trigram."),
    Field("sheet", TITLE, "The sheet of an .xlsx file.", "the first"),
    Field("during", name("calendar"), "Nobody while this calendar is closed."),
    Field("outside", name("calendar"), "Nobody while this calendar is open."),
    Field("timezone", ZONE, "The clock of the layer.", "the desk's"),
)
_OVERRIDE: Final = (
    *_SWAP,
    Field("layer", name("layer"), "Of this layer only; `roster` is one.", "the whole duty"),
)
_COVER: Final = (
    Field("absent", TRIGRAM, "Who is not there.", needed=True),
    Field("by", TRIGRAM, "Who stands in.", "asked for; nobody has agreed yet"),
    Field("from", _DAY_OR_MOMENT, "Since when.", needed=True),
    Field("until", _DAY_OR_MOMENT, "Until when; a day alone counts in full.", needed=True),
    Field("exchange", FLAG, "The absent one takes the other's place as well.", "no"),
    Field("layer", name("layer"), "In this layer only; `roster` is one.", "everywhere"),
    Field("title", TITLE, "Why; for people."),
)
_LEAVE: Final = (
    Field("engineer", TRIGRAM, "Who is away.", needed=True),
    Field("from", _DAY_OR_MOMENT, "Since when.", needed=True),
    Field("until", _DAY_OR_MOMENT, "Until when; a day alone counts in full.", needed=True),
    Field("title", TITLE, "Why; for people."),
)
_LEVEL: Final = (
    Field("title", TITLE, "What the level is called.", needed=True),
    Field("entry", name("directory entry"), "Who is rung.", needed=True),
)
_STAGE: Final = (
    Field(
        "who",
        many(text("`duty`, `on-call`, `team voice`, `ADU` ...")),
        "`duty`: everybody on duty; `on-call`: the first of them; `everybody`: every engineer; `layer NAME`; "
        "`team NAME`; `level 2`; `levels`: each level, one after the other; trigrams; directory entries.",
        needed=True,
    ),
    Field("name", name("stage"), "What its attempts are known by.", "made of `who`"),
    Field("title", TITLE, "What it is called."),
    Field(
        "order",
        one_of("in-turn", "together", "fair"),
        "One after the other; all at once; or in turn, and of equals who was woken least lately first.",
        "`in-turn`",
    ),
    Field("ring", duration("2 s", "5 min"), "How long each phone rings.", "the policy's"),
    Field("tries", whole(1, 100), "How often everybody is rung.", "1; with `within` until that is over"),
    Field("within", duration("1 s", "24 h"), "For so long at most.", "no limit"),
    Field("pause", duration("0 s", "1 h"), "Between two rounds.", "the policy's"),
    Field("needs", list_of(_ABILITY), "Rings only who has these skills and languages."),
    Field("prefers", list_of(_ABILITY), "Rings those first who have them."),
    Field(
        "phones",
        list_of(one_of("mobile", "fixed", "private", "desk")),
        "Which of a person's phones are rung first.",
        "as in the directory; of a level `fixed`, `mobile`",
    ),
    Field("phones_together", FLAG, "Rings all phones of a person at once.", "no"),
    Field("quiet_hours", FLAG, "Leaves phones alone in their quiet hours.", "yes"),
    Field("backup", FLAG, "Rings the back-up phones when the network fails.", "yes"),
    Field("mail", FLAG, "Tells the brand's mailboxes when the hunt comes here.", "no; of a level yes"),
)
_LAST_RESORT: Final = (
    Field(
        "who",
        list_of(PERSON),
        "Directory entries, `$brand.failsafe`, `$brand.office`.",
        "the brand's failsafe, and the desk's",
    ),
    Field("ring", duration("2 s", "5 min"), "How long each phone rings.", "30 s"),
    Field("tries", whole(1, 100), "How often, until somebody has heard it.", "20"),
    Field("pause", duration("1 s", "1 h"), "Between two rounds.", "60 s"),
)
_CHOICE: Final = (
    Field("policy", name("page policy"), "The policy that such pages follow.", needed=True),
    Field("page", list_of(name("page policy")), "Pages that ask for one of these.", "any"),
    Field("brand", list_of(name("brand")), "Pages of these brands.", "any"),
    Field("severity", list_of(whole(1, 9)), "Pages of these severities; 1 is the worst.", "any"),
    Field("category", list_of(name("category")), "Pages of these categories.", "any"),
)
_POLICY: Final = (
    Field("ring", duration("2 s", "5 min"), "How long each phone rings.", "30 s"),
    Field("pause", duration("0 s", "5 min"), "Between two rounds.", "5 s"),
    Field(
        "stages",
        list_of(table(_STAGE), "list, see below"),
        "Who is rung, stage after stage; without it the short form counts: `page_for` to `level_within`.",
    ),
    Field(
        "last_resort",
        either("`no`, or see below", FLAG, table(_LAST_RESORT)),
        "Who is told by phone that nobody has accepted, again and again until one has heard it.",
        "yes; the brand's failsafe, and the desk's",
    ),
    Field("page_for", duration("1 s", "2 h"), "For so long the roster is rung.", "10 min"),
    Field("direct_tries", whole(0, 20), "Then whoever is on call is rung directly, so often.", "2"),
    Field("direct_within", duration("1 s", "2 h"), "Within this time.", "5 min"),
    Field("levels", list_of(table(_LEVEL), "list, see below"), "Then these, one after the other."),
    Field("level_tries", whole(1, 20), "How often each level is rung.", "2"),
    Field("level_within", duration("1 s", "2 h"), "Within this time.", "5 min"),
    Field(
        "network_fault_causes",
        list_of(whole(1, 127)),
        "Causes of Q.850 on which the back-up phones are rung.",
        "27, 34, 38, 41, 42",
    ),
    Field(
        "network_fault_for",
        duration("0 s", "24 h"),
        "So long a fault is held against the operator: his numbers are rung after a back-up phone.",
        "15 min",
    ),
    Field(
        "promise",
        duration("0 s", "24 h"),
        "Within so long of the page's beginning the caller is to be called back; else the hunt goes on. "
        "0: nothing was promised.",
        "20 min",
    ),
    Field(
        "remind",
        duration("0 s", "24 h"),
        "So long before the promise runs out the engineer who accepted is reminded; 0: he is not.",
        "5 min",
    ),
    Field("languages", list_of(SPOKEN), "What engineers are spoken to in.", "`en`"),
    Field("together", FLAG, "Rings everybody on duty at once.", "no"),
    Field(
        "pin",
        FLAG,
        "Whoever picks up keys his PIN (`pins` in `desk.yaml`) before he hears anything of the caller.",
        "no",
    ),
    Field("sms", FLAG, "Whoever is rung first, or accepts, gets a text on his first mobile phone.", "no"),
)
_NAMED: Final = Shape("", {"pattern": NAME_PATTERN})
DUTY: Final = (
    Field(
        "engineers",
        entries(
            TRIGRAM,
            table(
                (
                    Field("title", TITLE, "What this engineer is called.", needed=True),
                    Field("entry", name("directory entry"), "With phones and mail address.", needed=True),
                    Field("languages", list_of(SPOKEN), "What this engineer speaks, the best first."),
                    Field("skills", list_of(_SKILL), "What this engineer can do."),
                    Field("pin", FLAG, "Is asked for his PIN; without it as the policy says."),
                )
            ),
            "trigram -> engineer",
        ),
        "The engineers.",
        needed=True,
    ),
    Field("teams", entries(_NAMED, table(_TEAM), "name -> team"), "Engineers who share a layer."),
    Field("roster", table(_ROSTER), "Who is on call, week by week: the first layer.", "none, with layers"),
    Field(
        "layers",
        entries(_NAMED, table(_LAYER), "name -> layer"),
        "Who is rung after the roster, one layer after the other; whoever stands in two is rung once.",
    ),
    Field("overrides", list_of(table(_OVERRIDE), "list, see below"), "For a while another order."),
    Field("covers", list_of(table(_COVER), "list, see below"), "Who stands in for whom; exchanges."),
    Field("leave", list_of(table(_LEAVE), "list, see below"), "Who is away: his turns are skipped."),
    Field("needed", name("calendar"), "While it is open somebody has to be on duty.", "always"),
    Field(
        "rest",
        duration("0 s", "72 h"),
        "The least between two duties of the same person; `0 s`: not judged.",
        "8 h",
    ),
    Field(
        "backup_phones",
        list_of(name("directory entry")),
        "Rung when the network of the engineer's own fails.",
    ),
    Field("policies", entries(_NAMED, table(_POLICY), "name -> policy"), "Ways to hunt.", needed=True),
    Field(
        "choose",
        list_of(table(_CHOICE), "list, see below"),
        "Which policy a page follows; the first row that matches counts, without one what it asks for.",
    ),
    *BEFOREHAND,
)
_AGENT: Final = either(
    "an entry; or `agent` and `skills`",
    name("directory entry"),
    table(
        (
            Field("agent", name("directory entry"), "The agent.", needed=True),
            Field("skills", LEVELS, "What this agent can do."),
        )
    ),
)
SKILLS: Final = (
    Field("title", TITLE, "What it is called.", "its name"),
    Field("agents", many(_AGENT), "Who takes its calls.", needed=True),
    Field(
        "order",
        one_of("in-turn", "longest-idle", "random"),
        "Which free agent is rung first.",
        "`longest-idle`",
    ),
    Field("ring", duration("1 s", "10 min"), "How long an agent is rung.", "20 s"),
    Field("wrap-up", duration("0 s", "1 h"), "An agent's rest after a call.", "0 s"),
    Field("aside", duration("0 s", "1 h"), "Who did not answer is left alone for so long.", "60 s"),
)
