# ruff: noqa: E501 - the words are compared as they are printed, on one line
"""One bad configuration for each thing that can be wrong with origins, lists, tables and the nodes that use them."""

from __future__ import annotations

import pytest
from resources import BLOCKED_CSV, CUSTOMERS_CSV, faults_in, load_small, texts_of, workbook

PLAN = """\
start: note
nodes:
  note: {set: {priority: high, about: "$brand"}, next: where}
  where:
    origin:
      - {from: important, go: check}
      - {from: [brussels, FR], go: check}
    rest: check
  check: {list: [blocked, hidden], value: $caller, exits: {listed: bye}, next: which}
  which: {switch: $priority, cases: {"100..199": bye, "1*": bye, high: share}, rest: share}
  share: {percentage: {who: 70 %, ask: 30 %}}
  who: {lookup: customers, by: $caller, exits: {found: ask}, rest: ask}
  ask: {menu: choose-language, keys: {1: number, 12: bye}, repeat: "*", tries-no-input: 2, rest: number}
  number: {collect: enter-ticket-number, into: ticket, pattern: 1-xxxx, next: tip, rest: bye}
  tip: {announce: [please-hold, "$ticket"], pick: one, stop: yes, next: tongue}
  tongue: {language: $priority, next: bye}
  bye: {hangup: rejected, say: goodbye}
"""
PLANS, ORIGINS, LISTS, TABLES = "plans/main.yaml", "origins.yaml", "lists.yaml", "tables.yaml"
CSV, BLOCKED = "tables/customers.csv", "tables/blocked.csv"

# what is wrong: (file, right text, wrong text, the words)
FAULTS: dict[str, tuple[str, str, str, str]] = {
    "an unknown origin": (PLANS, "from: important", "from: imprtant",
        'plans/main.yaml:6:16 where origin[1] from: unknown origin "imprtant"; did you mean "important"?'),
    "a zone that is none": (PLANS, "[brussels, FR]", "[brussel-city, FR]",
        'plans/main.yaml:7:17 where origin[2] from[1]: unknown origin "brussel-city"; did you mean "brussels"?'),
    "an origin twice": (PLANS, "[brussels, FR]", "[brussels, Bruxelles]",
        'plans/main.yaml:7:16 where origin[2] from: "brussels" is asked twice; the second is never reached'),
    "no origins": (PLANS, "{from: important, go: check}", "{go: check}",
        'plans/main.yaml:6:9 where origin[1]: "from" is missing'),
    "an origin by the name of a zone": (ORIGINS, "neighbours:", "namur:",
        'origins.yaml:2:1 namur: is the name of an origin that everybody has; choose another'),
    "an origin that is nobody": (ORIGINS, "{countries: [FR, NL]}", "{title: Nobody}",
        'origins.yaml:2:13 neighbours: names nobody; give it numbers, prefixes, zones, countries or callers'),
    "an origin with an unknown zone": (ORIGINS, "Brugge, oostende", "Brugge, ostennd",
        'origins.yaml:3:25 coast zones[2]: unknown zone "ostennd"; did you mean "ostend"?'),
    "an origin of no such country": (ORIGINS, "[FR, NL]", "[FR, Netherlands]",
        'origins.yaml:2:30 neighbours countries[2]: "Netherlands" is not a country; write two capital letters, as in "BE"'),
    "an origin of no such callers": (ORIGINS, "[national, foreign, anonymous]", "[national, forein]",
        'origins.yaml:4:38 everybody-else callers[2]: "forein" is none of mobile, national, foreign, anonymous; did you mean "foreign"?'),
    "a bad prefix": (ORIGINS, "03 205 5", "03 2o5 5",
        'origins.yaml:1:77 important prefixes[1]: "03 2o5 5" is not the beginning of a number; write it as in "+3290" or "02 788"'),
    "an unknown list": (PLANS, "[blocked, hidden]", "[bloked, hidden]",
        'plans/main.yaml:9:18 check list[1]: unknown list "bloked"; did you mean "blocked"?'),
    "a list without its way": (PLANS, ", exits: {listed: bye}", "",
        'plans/main.yaml:9:10 check: "exits" is missing: where does who is listed go?'),
    "a value that is no variable": (PLANS, "value: $caller", "value: caller",
        'plans/main.yaml:9:43 check value: "caller" is no variable; write it as in "$customer"; did you mean "$caller"?'),
    "an unknown variable": (PLANS, "value: $caller", "value: $calller",
        'plans/main.yaml:9:43 check value: unknown variable "calller"; did you mean "caller"?'),
    "an entry that is no number": (LISTS, "0470 00 00 98", "0470 00 0",
        'lists.yaml:4:7 blocked entries[1]: "0470 00 0" is not a telephone number'),
    "an entry twice": (LISTS, "0470 00 00 98", "+32470000097",
        'lists.yaml:5:16 blocked entries[2] number: "0470 00 00 97" stands twice; first at lists.yaml:4:7'),
    "an end that is none": (LISTS, "2026-11-30", "30-11-2026",
        'lists.yaml:5:53 blocked entries[2] until: "30-11-2026" is no end; write a day, "2027-01-31", or a moment, "2027-01-31 18:00"'),
    "an unknown kind of list": (LISTS, "kind: words", "kind: word",
        'lists.yaml:9:14 gold kind: "word" is none of numbers, words; did you mean "words"?'),
    "a file that is not there": (LISTS, "tables/blocked.csv", "tables/bloked.csv",
        'lists.yaml:10:21 from-a-file file: there is no data file "tables/bloked.csv"; data files are tables/*.csv and tables/*.xlsx; did you mean "tables/blocked.csv"?'),
    "a file of another folder": (LISTS, "tables/blocked.csv", "../secrets.csv",
        'lists.yaml:10:21 from-a-file file: there is no data file "../secrets.csv"; data files are tables/*.csv and tables/*.xlsx'),
    "a bad row of a list": (BLOCKED, "+3281*", "+32 8l",
        'tables/blocked.csv:3:1 number: "+32 8l" is not a telephone number'),
    "a bad end in a row": (BLOCKED, "2026-12-01 12:00", "tomorrow",
        'tables/blocked.csv:2:3 until: "tomorrow" is no end; write a day, "2027-01-31", or a moment, "2027-01-31 18:00"'),
    "no column for the number": (BLOCKED, "Number;", "Numbr;",
        'tables/blocked.csv:1:1: there is no column "number"; there are Numbr, Reason, Until; did you mean "Numbr"?'),
    "a system variable that is set": (PLANS, "about:", "brand:",
        'plans/main.yaml:3:32 note: "brand" is set by the system; choose another name'),
    "a variable with a bad name": (PLANS, "about:", "About This:",
        'plans/main.yaml:3:32 note: "About This" is no name; a name is made of small letters, digits and dashes'),
    "a dollar alone": (PLANS, '"$brand"', '"5 $ each"',
        'plans/main.yaml:3:39 note set["about"]: a "$" without a name stands in "5 $ each"; write "$$" for a dollar'),
    "an unknown variable in a text": (PLANS, '"$brand"', '"$brnad"',
        'plans/main.yaml:3:39 note set["about"]: unknown variable "brnad"; did you mean "brand"?'),
    "an unknown variable in words": (PLANS, '"$ticket"', '"$tiket"',
        'plans/main.yaml:15:33 tip announce[2]: unknown variable "tiket"; did you mean "ticket"?'),
    "nothing is set": (PLANS, "{language: $priority, next: bye}", "{set: {}, next: bye}",
        'plans/main.yaml:16:17 tongue set: sets nothing'),
    "a case that is never reached": (PLANS, '"1*": bye, high', '"150": bye, high',
        'plans/main.yaml:10:55 which cases["150"]: is never reached: "100..199" before it fits the same'),
    "a star in the middle": (PLANS, '"1*"', '"1*2"',
        'plans/main.yaml:10:55 which cases["1*2"]: "1*2": a star stands at the end only'),
    "a range upside down": (PLANS, "100..199", "199..100",
        'plans/main.yaml:10:38 which cases["199..100"]: "199..100" ends before it begins'),
    "rest as a case": (PLANS, "high: share}", "rest: share}",
        'plans/main.yaml:10:66 which cases["rest"]: "rest" is no case; write it beside "cases"'),
    "no cases": (PLANS, 'cases: {"100..199": bye, "1*": bye, high: share}', "cases: {}",
        'plans/main.yaml:10:37 which cases: a switch without cases'),
    "shares that are not all": (PLANS, "ask: 30 %", "ask: 20 %",
        'plans/main.yaml:11:23 share percentage: the shares are 90 % together, not 100 %'),
    "a share of nothing": (PLANS, "ask: 30 %", "ask: 0 %",
        'plans/main.yaml:11:40 share percentage["ask"]: "0 %" sends no call this way: leave it out, or write more than 0 %'),
    "a share that is none": (PLANS, "ask: 30 %", "ask: some",
        'plans/main.yaml:11:40 share percentage["ask"]: "some" is no share; write a percentage from above 0 to 100, as in "70 %"'),
    "a share for an unknown node": (PLANS, "{who: 70 %", "{woh: 70 %",
        'plans/main.yaml:11:24 share percentage["woh"]: unknown node "woh"; did you mean "who"?'),
    "an unknown table": (PLANS, "lookup: customers", "lookup: customer",
        'plans/main.yaml:12:17 who lookup: unknown table "customer"; did you mean "customers"?'),
    "an unknown exit of a lookup": (PLANS, "exits: {found: ask}", "exits: {fuond: ask}",
        'plans/main.yaml:12:49 who exits["fuond"]: there is no exit "fuond"; did you mean "found"?'),
    "a table without a source": (TABLES, "file: tables/customers.csv", "title: Customers",
        'tables.yaml:2:3 customers: needs either "file", a data file, or "url", a database'),
    "a key that is no column": (TABLES, "key: Customer", "key: Custmer",
        'tables.yaml:3:8 customers key: tables/customers.csv has no column "Custmer"; did you mean "customer"?'),
    "a column that is not there": (TABLES, "{Customer Name: customer_name", "{Customr Name: customer_name",
        'tables.yaml:4:27 customers columns["Customr Name"]: tables/customers.csv has no column "Customr Name"; did you mean "Customer Name"?'),
    "a column for a system variable": (TABLES, "window: window}\n", "window: hour}\n",
        'tables.yaml:4:51 customers columns["window"]: "hour" is set by the system; choose another name'),
    "a default for no column": (TABLES, 'default: {window: "1"}', 'default: {windw: "1"}',
        'tables.yaml:5:13 customers default["windw"]: "windw" is no column of this table; did you mean "window"?'),
    "a password in a URL": (TABLES, "$CRM_URL", "postgresql://desk:secret@db/crm",
        'tables.yaml:8:8 crm url: a password stands here; put the URL into an environment variable and write "$ITS_NAME"'),
    "no URL": (TABLES, "$CRM_URL", "crm-server",
        'tables.yaml:8:8 crm url: is no SQLAlchemy URL; write "dialect://...", or "$NAME" of an environment variable'),
    "a bad name of an environment variable": (TABLES, "$CRM_URL", "$crm url",
        'tables.yaml:8:8 crm url: "$crm url" names no environment variable; write it as in "$CONTRACTS_URL"'),
    "a query that writes": (TABLES, "SELECT name, level FROM customers WHERE msisdn = :key", "DELETE FROM customers WHERE msisdn = :key",
        'tables.yaml:9:10 crm query: must be one SELECT: a table is only read'),
    "two queries": (TABLES, "WHERE msisdn = :key", "WHERE msisdn = :key; DROP TABLE customers",
        'tables.yaml:9:10 crm query: must be one SELECT: a table is only read'),
    "a query without its key": (TABLES, "WHERE msisdn = :key", "WHERE msisdn = :number",
        'tables.yaml:9:10 crm query: must ask for :key, the value that is looked for, and for no other parameter'),
    "a limit that nobody waits for": (TABLES, "limit: 1 s", "limit: 30 s",
        'tables.yaml:12:10 crm limit: "30 s" is not between 0.1 s and 5 s'),
    "columns of a database that nobody names": (TABLES, "  columns: {name: customer_name, level: level}\n", "",
        'tables.yaml:8:3 crm: "columns" is missing: the columns of the query'),
    "a key twice": (CSV, "C-12", "465",
        'tables/customers.csv:3:1 customer: "465" stands twice; first on line 2'),
    "a row without its key": (CSV, "C-12", "",
        'tables/customers.csv:3:1 customer: has no value'),
    "a row that is too long": (CSV, "465,Actiphone,3", "465,Actiphone,3,extra",
        'tables/customers.csv:2:4: has 4 cells where the header has 3'),
    "two columns of one name": (CSV, "customer,Customer Name,window", "customer,Window,window",
        'tables/customers.csv:1:3: two columns are called "window"; the first is column 2'),
    "a column without a name": (CSV, "customer,Customer Name,window", "customer,,window",
        'tables/customers.csv:1:2: column 2 has no name'),
    "not CSV": (CSV, '"Smals, Brussels"', '"Smals, "Brussels"',
        'tables/customers.csv:3:1: not CSV: \',\' expected after \'"\''),
    "an empty file": (CSV, CUSTOMERS_CSV, "\n",
        'tables/customers.csv:1:1: the file is empty; its first row names the columns'),
    "a choice of no keys": (PLANS, "12: bye}, repeat", "1x: bye}, repeat",
        'plans/main.yaml:13:50 ask keys["1x"]: "1x" is no choice of telephone keys'),
    "a repeat key that is a choice": (PLANS, 'repeat: "*"', 'repeat: "1"',
        'plans/main.yaml:13:68 ask repeat: "1" is a choice already'),
    "a count of tries that is none": (PLANS, "tries-no-input: 2", "tries-no-input: 20",
        'plans/main.yaml:13:89 ask tries-no-input: "20" is not a whole number from 1 to 9'),
    "extensions without a way": (PLANS, 'repeat: "*", tries-no-input: 2, rest: number}', 'extensions: yes, exits: {no-input: bye, wrong-input: bye}}',
        'plans/main.yaml:13:72 ask extensions: has no exit "extension": where does a caller go who keys one?'),
    "a pattern that is none": (PLANS, "pattern: 1-xxxx", "pattern: 1-XXXX",
        'plans/main.yaml:14:65 number pattern: "1-XXXX" is no pattern; write digits, x for any digit, and signs between them, as in "1-xxxxxxxxxx"'),
    "a pattern and a length": (PLANS, "pattern: 1-xxxx", "pattern: 1-xxxx, digits: 5",
        'plans/main.yaml:14:65 number pattern: "digits" and "pattern" both say what may be keyed; keep one'),
    "a secret read aloud": (PLANS, "pattern: 1-xxxx", "pattern: 1-xxxx, secret: yes, confirm: yes",
        'plans/main.yaml:14:81 number secret: a secret is not read aloud: keep either secret or confirm'),
    "no form at all": (PLANS, "pattern: 1-xxxx, ", "",
        'plans/main.yaml:14:11 number: write "digits", "pattern" or "as": what may be keyed'),
    "a system variable that is keyed": (PLANS, "into: ticket, pattern: 1-xxxx, next: tip, rest: bye}\n  tip: {announce: [please-hold, \"$ticket\"]", "into: caller, pattern: 1-xxxx, next: tip, rest: bye}\n  tip: {announce: [please-hold, goodbye]",
        'plans/main.yaml:14:48 number into: "caller" is set by the system; choose another name'),
    "one of one": (PLANS, 'announce: [please-hold, "$ticket"]', "announce: please-hold",
        'plans/main.yaml:15:38 tip pick: one of one word is no choice'),
    "a language of an unknown variable": (PLANS, "language: $priority", "language: $priorty",
        'plans/main.yaml:16:22 tongue language: unknown variable "priorty"; did you mean "priority"?'),
    "unknown last words": (PLANS, "say: goodbye", "say: goodby",
        'plans/main.yaml:17:32 bye say: unknown prompt "goodby"; did you mean "goodbye"?'),
}  # fmt: skip


def changed(file: str, old: str, new: str) -> dict[str, str]:
    texts = texts_of(PLAN)
    assert old in texts[file], (file, old)
    return {**texts, file: texts[file].replace(old, new, 1)}


def test_the_good_one_is_good() -> None:
    assert faults_in(texts_of(PLAN)) == []


@pytest.mark.parametrize("what", FAULTS)
def test_fault(what: str) -> None:
    file, old, new, said = FAULTS[what]
    assert faults_in(changed(file, old, new)) == [said]


def test_a_workbook_that_is_none() -> None:
    for text, said in {
        "base64,bm8gd29ya2Jvb2s=": "not an XLSX workbook: BadZipFile",
        "base64,***": "not an XLSX workbook: Only base64 data is allowed",
    }.items():
        assert faults_in(texts_of(PLAN, **{"tables/phones.xlsx": text})) == [
            f"tables/phones.xlsx:1:1: {said}"
        ]


def test_a_sheet_that_is_not_there() -> None:
    texts = texts_of(PLAN, **{"tables/phones.xlsx": workbook(("msisdn",), sheet="Phones")})
    texts[TABLES] = texts[TABLES].replace("key: msisdn,", "key: msisdn, sheet: Phone,")
    assert faults_in(texts) == ['tables/phones.xlsx:1:1: the workbook has no sheet "Phone"; there are Phones']


def test_what_nobody_reads_or_uses_is_told() -> None:
    texts = texts_of(PLAN, **{"tables/old.csv": BLOCKED_CSV})
    said = [str(warning) for warning in load_small(texts).warnings]
    assert "tables/old.csv:1:1: no table and no list reads this file" in said
    assert "origins.yaml:2:1 neighbours: this origin is used nowhere" in said
    assert "lists.yaml:9:1 gold: this list is used nowhere" in said
    assert "tables.yaml:6:1 phones: this table is used nowhere" in said


@pytest.mark.parametrize(
    ("value", "is_heeded"), [("high", False), ("500", False), ("99", True), ("$hour", True)]
)
def test_a_priority_that_no_queue_heeds_is_told(value: str, is_heeded: bool) -> None:
    texts = texts_of(PLAN.replace("priority: high", f"priority: {value}"))
    words = 'plans/main.yaml:3:26 note set["priority"]: no queue heeds it; write a whole number from 0 to 99'
    assert (words in [str(warning) for warning in load_small(texts).warnings]) is not is_heeded
