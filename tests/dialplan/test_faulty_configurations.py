# ruff: noqa: E501 - the words are compared as they are printed, on one line
"""One bad configuration for each thing that can be wrong, with the exact words that are said of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from paper import known_prompts, small_texts

from dialplan.faults import ConfigurationFaults, Fault
from dialplan.nodes import KINDS
from dialplan.source import Loaded, load, load_texts

PLAN = """\
start: hello
nodes:
  hello: {announce: please-hold, next: night}
  night:
    menu: choose-language
    keys:
      1: ring
      "3": ring
    rest: ring
  hours:
    calendar: [{when: work, go: ring}]
    rest: ring
  ring: {destination: one, ring: 20 s, rest: bye}
  tell: {mail: plan-mail, to: $brand.mailboxes, next: bye}
  bye: {hangup: normal}
"""


def try_load(texts: dict[str, str]) -> Loaded:
    return load_texts(texts, known_prompts(), {"plan-mail"})


def faults_of(texts: dict[str, str]) -> list[str]:
    with pytest.raises(ConfigurationFaults) as caught:
        try_load(texts)
    return [str(fault) for fault in caught.value.faults]


def warnings_of(texts: dict[str, str]) -> list[str]:
    return [str(warning) for warning in try_load(texts).warnings]


def changed(file: str, old: str, new: str) -> dict[str, str]:
    texts = small_texts(PLAN)
    assert old in texts[file], (file, old)
    return {**texts, file: texts[file].replace(old, new, 1)}


PLANS = "plans/main.yaml"
DIRECTORY = "directory.yaml"
BRANDS = "brands.yaml"
CALENDARS = "calendars.yaml"
DUTY = "duty.yaml"
DESK = "desk.yaml"

# what is wrong: (file, right text, wrong text, the words)
FAULTS: dict[str, tuple[str, str, str, str]] = {
    "unknown node": (
        PLANS, '"3": ring', '"3": rign',
        'plans/main.yaml:8:12 night keys["3"]: unknown node "rign"; did you mean "ring"?',
    ),
    "unknown next": (
        PLANS, "next: night", "next: nigth",
        'plans/main.yaml:3:40 hello next: unknown node "nigth"; did you mean "night"?',
    ),
    "unknown start": (PLANS, "start: hello", "start: helo",
        'plans/main.yaml:1:8 start: unknown node "helo"; did you mean "hello"?'),
    "missing start": (PLANS, "start: hello", "title: Hello", 'plans/main.yaml:1:1: "start" is missing'),
    "missing next": (PLANS, ", next: night", "", 'plans/main.yaml:3:10 hello: "next" is missing'),
    "unknown prompt": (
        PLANS, "please-hold", "please-hodl",
        'plans/main.yaml:3:21 hello announce: unknown prompt "please-hodl"; did you mean "please-hold"?',
    ),
    "unknown brand word": (
        PLANS, "please-hold", "$brand.welcom",
        'plans/main.yaml:3:21 hello announce: "$brand.welcom" is nothing a brand says; '
        "a brand has $brand.welcome, $brand.spoken",
    ),
    "unknown calendar": (PLANS, "when: work", "when: wrok",
        'plans/main.yaml:11:23 hours calendar[1] when: unknown calendar "wrok"; did you mean "work"?'),
    "unknown destination": (PLANS, "destination: one", "destination: onne",
        'plans/main.yaml:13:23 ring destination: unknown directory entry "onne"; did you mean "one"?'),
    "unknown brand person": (PLANS, "destination: one", "destination: $brand.ofice",
        'plans/main.yaml:13:23 ring destination: "$brand.ofice" is nobody; '
        'a brand has $brand.office, $brand.failsafe; did you mean "$brand.office"?'),
    "the same person twice": (PLANS, "destination: one", "destination: [one, one]",
        'plans/main.yaml:13:29 ring destination[2]: "one" is rung twice by the same node'),
    "unknown template": (PLANS, "mail: plan-mail", "mail: plan-mial",
        'plans/main.yaml:14:16 tell mail: unknown mail template "plan-mial"; did you mean "plan-mail"?'),
    "bad address in a plan": (PLANS, "to: $brand.mailboxes", "to: support",
        'plans/main.yaml:14:31 tell to: "support" is not a mail address'),
    "unknown exit": (PLANS, "rest: bye}", "exits: {bussy: bye}, rest: bye}",
        'plans/main.yaml:13:48 ring exits["bussy"]: there is no exit "bussy"; did you mean "busy"?'),
    "unknown key": (PLANS, "ring: 20 s", "rings: 20 s",
        'plans/main.yaml:13:28 ring: unknown key "rings"; did you mean "ring"?'),
    "no kind": (PLANS, "{hangup: normal}", "{hangpu: normal}",
        f'plans/main.yaml:15:8 bye: has no kind; a node is one of {", ".join(KINDS)}; did you mean "hangup"?'),
    "two kinds": (PLANS, "{hangup: normal}", "{hangup: normal, goto: main}",
        "plans/main.yaml:15:8 bye: is two things at once: hangup and goto"),
    "a duration without its unit": (PLANS, "ring: 20 s", "ring: 20",
        'plans/main.yaml:13:34 ring ring: "20" is not a duration; write it with its unit, '
        'as in "25 s" or "10 min"'),
    "a duration out of bounds": (PLANS, "ring: 20 s", "ring: 20 h",
        'plans/main.yaml:13:34 ring ring: "20 h" is not between 1 s and 10 min'),
    "no key of a telephone": (PLANS, "      1: ring", "      x: ring",
        'plans/main.yaml:7:7 night keys["x"]: "x" is not a key of a telephone'),
    "a key twice": (PLANS, '"3": ring', '"1": ring',
        'plans/main.yaml:8:7: the key "1" stands twice; first on line 7'),
    "a node twice": (PLANS, "  tell:", "  hello:",
        'plans/main.yaml:14:3: the key "hello" stands twice; first on line 3'),
    "the engine's own name": (PLANS, "  bye: {", "  last-resort: {hangup: busy}\n  bye: {",
        "plans/main.yaml:15:3 last-resort: is the name of the engine's own last node; choose another"),
    "a bad name": (PLANS, "  bye: {", "  Bye Bye: {hangup: busy}\n  bye: {",
        'plans/main.yaml:15:3 nodes: "Bye Bye" is no name; a name is made of small letters, digits and dashes'),
    "bi in a plan": (PLANS, "{hangup: normal}", "{language: bi, next: hello}",
        'plans/main.yaml:15:19 bye language: "bi" is set by the desk or the brand; a plan sets nl, fr, de or en'),
    "unknown language": (PLANS, "{hangup: normal}", "{language: es, next: hello}",
        'plans/main.yaml:15:19 bye language: "es" is none of nl, fr, de, en'),
    "unknown plan": (PLANS, "{hangup: normal}", "{goto: mian}",
        'plans/main.yaml:15:15 bye goto: unknown plan "mian"; did you mean "main"?'),
    "unknown node of a plan": (PLANS, "{hangup: normal}", "{goto: main.hallo}",
        'plans/main.yaml:15:15 bye goto: unknown node "hallo"; did you mean "hello"?'),
    "unknown policy": (PLANS, "{hangup: normal}", "{page: standart, next: hello}",
        'plans/main.yaml:15:15 bye page: unknown page policy "standart"; did you mean "standard"?'),
    "unknown end": (PLANS, "{hangup: normal}", "{hangup: nromal}",
        'plans/main.yaml:15:17 bye hangup: "nromal" is no way to end a call; '
        'there are normal, busy, rejected, congested, unallocated, unavailable, failure; did you mean "normal"?'),
    "a loop that nobody leaves": (PLANS, "{hangup: normal}", "{goto: main.tell}",
        "plans/main.yaml:14:3 tell: calls that come here never meet a person or an end"),
    "a list where a value belongs": (PLANS, "next: night", "next: [night]",
        "plans/main.yaml:3:40 hello next: one value is expected here, not a list"),
    "a value where a table belongs": (PLANS, "{hangup: normal}", "normal",
        "plans/main.yaml:15:8 bye: keys and values are expected here, not a single value"),
    "no value": (PLANS, "next: night", "next: ",
        "plans/main.yaml:3:40 hello next: has no value"),
    "a calendar asked twice": (PLANS, "[{when: work, go: ring}]", "[{when: work, go: ring}, {when: work, go: bye}]",
        'plans/main.yaml:11:47 hours calendar[2] when: "work" is asked twice; the second is never reached'),
    "no YAML": (PLANS, "nodes:", "nodes: ]",
        "plans/main.yaml:2:8: not YAML: a value is expected here, not \"]\""),
    "a tab": (PLANS, "  hello:", "\thello:", "plans/main.yaml:3:1: not YAML: a tab stands here; indent with spaces"),
    "a tag": (PLANS, "next: night", "next: !mine night",
        "plans/main.yaml:3:40: the tag !mine means nothing here; write the value alone"),
    "no number": (DIRECTORY, "0470 00 00 21", "0470 00 00",
        'directory.yaml:8:44 one phone: "0470 00 00" is not a telephone number'),
    "an emergency number": (DIRECTORY, "0470 00 00 21", "112",
        'directory.yaml:8:44 one phone: "112" is not a telephone number'),
    "a premium number": (DIRECTORY, "0470 00 00 21", "0903 12345",
        "directory.yaml:8:44 one phone: 0903 12 345 is a premium number: calls to it cost money by the minute"),
    "a circle": (DIRECTORY, "0470 00 00 21", "03 205 55 82",
        "directory.yaml:8:44 one phone: is a number of acme: the call would come back here"),
    "a back-up that is the primary": (DIRECTORY, "0470 00 00 02", "0470 00 00 01",
        "directory.yaml:11:48 spare phone: is also the phone of eng; a back-up must be another phone"),
    "the same phone twice": (DIRECTORY, "- 0470 00 00 09", "- 0470 00 00 10",
        "directory.yaml:6:7 boss phones[2]: the same number stands here twice"),
    "only private phones": (DIRECTORY, "    - 0470 00 00 09\n", "",
        "directory.yaml:5:5 boss phones: every phone is only for need; one must be rung in the ordinary way"),
    "unknown kind of entry": (DIRECTORY, "kind: failsafe", "kind: failsave",
        'directory.yaml:3:9 boss kind: "failsave" is none of desk, office, engineer, backup, manager, failsafe, external; '
        'did you mean "failsafe"?'),
    "neither yes nor no": (DIRECTORY, "only if needed: yes", "only if needed: perhaps",
        'directory.yaml:6:63 boss phones[2] only if needed: "perhaps" is neither yes nor no'),
    "a bad mail address": (DIRECTORY, "eng@example.com", "eng@example",
        'directory.yaml:10:72 eng mail: "eng@example" is not a mail address'),
    "two lines in an address": (DIRECTORY, "mail: eng@example.com", 'mail: "eng@example.com\\nBcc: x@y.z"',
        'directory.yaml:10:72 eng mail: "eng@example.com\nBcc: x@y.z" is not a mail address'),
    "a number twice": (BRANDS, "[{number: 03 205 55 82, plan: main}]",
        "[{number: 03 205 55 82, plan: main}, {number: +32 3 205 55 82, plan: main}]",
        "brands.yaml:9:58 acme numbers[2] number: 03 205 55 82 stands twice; first for acme, at brands.yaml:9:22"),
    "unknown plan of a number": (BRANDS, "plan: main", "plan: amin",
        'brands.yaml:9:42 acme numbers[1] plan: unknown plan "amin"; did you mean "main"?'),
    "unknown office": (BRANDS, "office: office", "office: offce",
        'brands.yaml:8:11 acme office: unknown directory entry "offce"; did you mean "office"?'),
    "a free number shown": (BRANDS, "title: Acme", "title: Acme\n  shown_number: 0800 39808",
        "brands.yaml:3:17 acme shown_number: 0800 39 808 may not be shown to called parties; show a geographic number"),
    "no mailboxes": (BRANDS, "mailboxes: [support@example.com]", "mailboxes: []",
        'brands.yaml:5:14 acme: "mailboxes" is empty'),
    "unknown failsafe": (DESK, "failsafe: boss", "failsafe: bos",
        'desk.yaml:2:11 failsafe: unknown directory entry "bos"; did you mean "boss"?'),
    "unknown zone": (DESK, "title: A small desk", "title: A small desk\ntimezone: Europe/Brussel",
        'desk.yaml:2:11 timezone: "Europe/Brussel" is not a time zone; write it as in "Europe/Brussels"'),
    "unknown country": (DESK, "title: A small desk", "title: A small desk\ncountry: Belgium",
        'desk.yaml:2:10 country: "Belgium" is not a country; write two capital letters, as in "BE"'),
    "bad hours": (CALENDARS, "Mon-Fri 09:00-17:00", "Mon-Fri 9-17",
        'calendars.yaml:1:14 work open: "Mon-Fri 9-17" is no opening time; '
        'write "Mon-Fri 09:00-17:00"'),
    "hours that are none": (CALENDARS, "Mon-Fri 09:00-17:00", "Mon-Fri nine to five",
        'calendars.yaml:1:14 work open: "Mon-Fri nine to five" is no opening time; '
        'write it as in "Mon-Fri 08:00-18:00", or "always"; several of them as a list'),
    "several hours in one text": (CALENDARS, "Mon-Fri 09:00-17:00", '"Mon-Fri 08-12, 13h-17h30, Sat 9-12"',
        'calendars.yaml:1:14 work open: "Mon-Fri 08-12, 13h-17h30, Sat 9-12" is no opening time; '
        "write [Mon-Fri 08:00-12:00, Mon-Fri 13:00-17:30, Sat 09:00-12:00], a list"),
    "hours over several days": (CALENDARS, "Mon-Fri 09:00-17:00", "Fri 19:00-Mon 07:00",
        'calendars.yaml:1:14 work open: "Fri 19:00-Mon 07:00" is no opening time; '
        "write [Fri 19:00-24:00, Sat-Sun 00:00-24:00, Mon 00:00-07:00], a list"),
    "hours until the next day": (CALENDARS, "Mon-Fri 09:00-17:00", "Sun 22h-Mon 6h30",
        'calendars.yaml:1:14 work open: "Sun 22h-Mon 6h30" is no opening time; '
        'write "Sun 22:00-06:30"'),
    "hours until midnight two days on": (CALENDARS, "Mon-Fri 09:00-17:00", "Sat 08:00 - Mon 00:00",
        'calendars.yaml:1:14 work open: "Sat 08:00 - Mon 00:00" is no opening time; '
        "write [Sat 08:00-24:00, Sun 00:00-24:00], a list"),
    "hours from no day to another": (CALENDARS, "Mon-Fri 09:00-17:00", "Fry 19:00-Mon 07:00",
        'calendars.yaml:1:14 work open: "Fry 19:00-Mon 07:00" is no opening time; '
        'write it as in "Mon-Fri 08:00-18:00", or "always"; several of them as a list'),
    "good hours in one text": (CALENDARS, "Mon-Fri 09:00-17:00", '"Mon-Fri 09:00-12:00, 13:00-17:00"',
        'calendars.yaml:1:14 work open: "Mon-Fri 09:00-12:00, 13:00-17:00" is no opening time; '
        "write [Mon-Fri 09:00-12:00, Mon-Fri 13:00-17:00], a list"),
    "a number with an extension": (DIRECTORY, "0470 00 00 22", '"0470 00 00 22 ext 5"',
        'directory.yaml:9:44 two phone: "0470 00 00 22 ext 5" has an extension, which no network dials; '
        "write a number without"),
    "bad day": (CALENDARS, "Mon-Fri 09:00", "Mon-Fir 09:00",
        'calendars.yaml:1:14 work open: "Fir" is not a day; write Mon, Tue, Wed, Thu, Fri, Sat, Sun'),
    "bad clock": (CALENDARS, "09:00-17:00", "09:00-25:00",
        'calendars.yaml:1:14 work open: "25:00" is not a time of day; write it as in "08:00"'),
    "no length": (CALENDARS, "09:00-17:00", "09:00-09:00",
        'calendars.yaml:1:14 work open: "09:00-09:00" has no length; a whole day is "00:00-24:00"'),
    "unknown holidays": (CALENDARS, "holidays: closed", "holidays: closed, country: XX",
        "calendars.yaml:1:45 work holidays: the holidays of XX are not known"),
    "unknown mode of holidays": (CALENDARS, "holidays: closed", "holidays: close",
        'calendars.yaml:1:45 work holidays: "close" is none of closed, only, ignore; did you mean "closed"?'),
    "never open": (CALENDARS, "open: Mon-Fri 09:00-17:00, ", "", "calendars.yaml:1:7 work: is never open: it has no hours"),
    "no date": (CALENDARS, "holidays: closed", "days: [{day: 2026-02-30, hours: closed}]",
        'calendars.yaml:1:48 work days[1] day: "2026-02-30" is not a date; write it as in "2026-12-24"'),
    "a run of days backwards": (CALENDARS, "holidays: closed", "days: [{day: 2026-02-10..2026-02-01, hours: closed}]",
        'calendars.yaml:1:48 work days[1] day: "2026-02-10..2026-02-01" ends before it begins'),
    "unknown engineer": (DUTY, "weeks: [ENG]", "weeks: [EMG]",
        'duty.yaml:2:63 roster weeks[1]: unknown engineer "EMG"; did you mean "ENG"?'),
    "no trigram": (DUTY, "{ENG: {title", "{Eng: {title",
        'duty.yaml:1:13 engineers: "Eng" is not a trigram; write three capital letters'),
    "handover on another day": (DUTY, "first_week: 2026-01-05", "first_week: 2026-01-06",
        "duty.yaml:2:43 roster first_week: does not fall on the day of the handover"),
    "no handover": (DUTY, "handover: Mon 08:00", "handover: Monday",
        'duty.yaml:2:20 roster handover: "Monday" is no handover; write it as in "Mon 08:00"'),
    "unknown level": (DUTY, "entry: boss}", "entry: bos}",
        'duty.yaml:4:53 policies standard levels[1] entry: unknown directory entry "bos"; did you mean "boss"?'),
    "unknown back-up": (DUTY, "backup_phones: [spare]", "backup_phones: [spar]",
        'duty.yaml:3:17 backup_phones[1]: unknown directory entry "spar"; did you mean "spare"?'),
}  # fmt: skip

WARNINGS: dict[str, tuple[str, str, str, str]] = {
    "a node that nobody reaches": (PLANS, "x", "x", "plans/main.yaml:14:3 tell: no call can reach this node"),
    "open exits": (PLANS, "20 s, rest: bye}", "20 s, exits: {busy: bye}}",
        "plans/main.yaml:13:3 ring: open exits: no-answer, not-reached, congested, cause-31, interrupted; "
        "such a call goes to the last resort"),
    "an unused entry": (DIRECTORY, "x", "x", "directory.yaml:9:1 two: this directory entry is used nowhere"),
    "a foreign phone": (DIRECTORY, "0470 00 00 21", "+33 6 12 34 56 78",
        "directory.yaml:8:44 one phone: +33 6 12 34 56 78 is a foreign number"),
    "a shared phone": (DIRECTORY, "0470 00 00 22", "0470 00 00 21",
        "directory.yaml:9:44 two phone: is also the phone of one"),
    "no levels": (DUTY, "{levels: [{title: boss, entry: boss}]}", "{ring: 20 s}",
        "duty.yaml:4:12 policies standard: has no levels to escalate to"),
    "no back-up": (DUTY, "backup_phones: [spare]\n", "", "duty.yaml:1:1: there are no back-up phones for a network fault"),
    "nobody's week": (DUTY, "{ENG: {title", "{TWO: {title: t, entry: two}, ENG: {title",
        "duty.yaml:1:13 engineers TWO: stands in no week of the roster"),
    "no mail": (DIRECTORY, ", mail: eng@example.com", "", "directory.yaml:10:6 eng: ENG has no mail address"),
    "a brand without a number": (BRANDS, "numbers: [{number: 03 205 55 82, plan: main}]", "numbers: []",
        "brands.yaml:1:1 acme: has no number: nobody can call it"),
    "always before others": (CALENDARS, "work: {", "work: {open: always}\nlate: {",
        "calendars.yaml:2:1 late: this calendar is used nowhere"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_fault(name: str) -> None:
    file, right, wrong, words = FAULTS[name]
    assert words in faults_of(changed(file, right, wrong))


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_once_and_tells_of_nothing_else(name: str) -> None:
    file, right, wrong, _ = FAULTS[name]
    told = faults_of(changed(file, right, wrong))
    assert len(told) == len(set(told))
    assert len(told) <= 2, told


@pytest.mark.parametrize("name", WARNINGS)
def test_warning(name: str) -> None:
    file, right, wrong, words = WARNINGS[name]
    texts = small_texts(PLAN) if right == wrong else changed(file, right, wrong)
    assert words in warnings_of(texts)


def test_all_faults_come_at_once_in_the_order_of_the_files() -> None:
    texts = {name: changed(*FAULTS[name][:3]) for name in ("unknown node", "no number", "bad day")}
    merged = {
        **texts["unknown node"],
        DIRECTORY: texts["no number"][DIRECTORY],
        CALENDARS: texts["bad day"][CALENDARS],
    }
    told = faults_of(merged)
    assert told == [FAULTS[name][3] for name in ("bad day", "no number", "unknown node")]


def test_the_same_address_for_two_engineers_is_warned_of() -> None:
    texts = changed(
        DUTY,
        "{ENG: {title: engineer, entry: eng}}",
        "{ENG: {title: e, entry: eng}, TWO: {title: t, entry: two}}",
    )
    texts[DUTY] = texts[DUTY].replace("weeks: [ENG]", "weeks: [ENG, TWO]")
    texts[DIRECTORY] = texts[DIRECTORY].replace(
        "phone: 0470 00 00 22}", "phone: 0470 00 00 22, mail: ENG@example.com}"
    )
    assert "directory.yaml:10:72 eng mail: TWO and ENG have the same address: eng@example.com" in warnings_of(
        texts
    )


def test_ringing_together_needs_a_sip_number() -> None:
    texts = changed(PLANS, "destination: one,", "destination: [one, two], order: together,")
    texts[BRANDS] = texts[BRANDS].replace("plan: main}", "plan: main, line: inap}")
    assert (
        'brands.yaml:9:22 03 205 55 82: rings in parallel at main.ring, which a number of type "inap" cannot'
        in faults_of(texts)
    )


def test_a_calendar_behind_one_that_is_always_open_is_never_asked() -> None:
    texts = changed(PLANS, "[{when: work, go: ring}]", "[{when: all, go: ring}, {when: work, go: bye}]")
    texts[CALENDARS] += "all: {open: always}\n"
    words = (
        'plans/main.yaml:11:46 hours calendar[2] when: "work" is never reached: '
        '"all" before it is always open'
    )
    assert words in warnings_of(texts)


@pytest.mark.parametrize("file", [DESK, BRANDS, DIRECTORY, CALENDARS, DUTY])
def test_a_missing_file_is_one_fault(file: str) -> None:
    texts = small_texts(PLAN)
    del texts[file]
    told = faults_of(texts)
    assert f"{file}:1:1: the file is missing" in told
    assert not [fault for fault in told if "unknown directory entry" in fault or "unknown calendar" in fault]


@pytest.mark.parametrize("text", ["", "# only a comment\n"])
def test_an_empty_file(text: str) -> None:
    assert "desk.yaml:1:1: the file is empty" in faults_of({**small_texts(PLAN), DESK: text})


def test_a_file_that_is_a_list() -> None:
    told = faults_of({**small_texts(PLAN), DESK: "- one\n"})
    assert "desk.yaml:1:1: keys and values are expected here, not a list" in told


def test_two_documents_in_a_file() -> None:
    told = faults_of({**small_texts(PLAN), CALENDARS: "work: {open: always}\n---\nmore: 1\n"})
    assert "calendars.yaml:2:1: not YAML: another document begins here; a file has one" in told


def test_an_invisible_sign_is_told_where_it_stands() -> None:
    told = faults_of({**small_texts(PLAN), CALENDARS: "work:\n  open: al\x00ways\n"})
    assert "calendars.yaml:2:11: not YAML: an invisible sign (U+0000) stands here; delete it" in told


def test_keys_are_not_merged() -> None:
    told = faults_of({**small_texts(PLAN), CALENDARS: "work: &work {open: always}\nmore:\n  <<: *work\n"})
    assert 'calendars.yaml:3:3 more: keys are not merged by "<<" here; write them out' in told


def test_hostile_yaml_is_a_fault_and_no_crash() -> None:
    for text in (
        "a: &a [*a]\n",
        "[" * 5000,
        "{a: " * 3000,
        "!!python/object/apply:os.system ['true']\n",
        "\x00",
        "a: *nobody\n",
    ):
        assert faults_of({**small_texts(PLAN), CALENDARS: text})


def test_a_bomb_of_aliases_is_read_in_no_time() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12)
    )
    assert faults_of({**small_texts(PLAN), CALENDARS: bomb})


def test_a_file_of_a_strange_name_is_warned_of() -> None:
    texts = {**small_texts(PLAN), "brand.yaml": "x: y\n", "plans/late.yml": "x: y\n"}
    words = 'brand.yaml:1:1: is no file of a configuration and is not read; is it "brands.yaml"?'
    assert words in warnings_of(texts)
    words = 'plans/late.yml:1:1: is no file of a configuration and is not read; is it "plans/late.yaml"?'
    assert words in warnings_of(texts)


def test_a_folder_is_read_with_its_plans(tmp_path: Path) -> None:
    write(tmp_path, small_texts(PLAN))
    loaded = load(tmp_path, known_prompts())
    assert list(loaded.configuration.plans) == ["main"]
    assert loaded.configuration == try_load(small_texts(PLAN)).configuration
    assert set(loaded.configuration.digests) == {DESK, BRANDS, DIRECTORY, CALENDARS, DUTY, PLANS}


def test_no_such_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationFaults) as caught:
        load(tmp_path / "nowhere")
    assert caught.value.faults == [Fault(str(tmp_path / "nowhere"), 1, 1, "", "there is no such folder")]


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    write(tmp_path, small_texts(PLAN))
    (tmp_path / CALENDARS).write_bytes(b"\xef\xbb\xbfwork:\n  #\xc3\xa9 caf\xe9\n  open: always\n")
    with pytest.raises(ConfigurationFaults) as caught:
        load(tmp_path)
    assert [str(fault) for fault in caught.value.faults] == ["calendars.yaml:2:9: is not UTF-8 text"]


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    write(tmp_path, small_texts(PLAN))
    (tmp_path / CALENDARS).unlink()
    (tmp_path / CALENDARS).mkdir()
    with pytest.raises(ConfigurationFaults) as caught:
        load(tmp_path)
    assert [str(fault) for fault in caught.value.faults] == [
        "calendars.yaml:1:1: cannot be read: Is a directory"
    ]


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    write(tmp_path, small_texts(PLAN))
    os.mkfifo(tmp_path / "plans" / "pipe.yaml")
    with pytest.raises(ConfigurationFaults) as caught:
        load(tmp_path)
    assert [str(fault) for fault in caught.value.faults] == ["plans/pipe.yaml:1:1: is no plain file"]


def test_a_folder_that_is_nearly_called_as_one_that_is_read(tmp_path: Path) -> None:
    write(tmp_path, {**small_texts(PLAN), "scenario/by-day.yaml": "a: b\n", "notes/by-day.yaml": "a: b\n"})
    assert [str(each) for each in load(tmp_path, known_prompts()).warnings if "not read" in each.message] == [
        "scenario/by-day.yaml:1:1: is no file of a configuration and is not read; "
        'is it "scenarios/by-day.yaml"?'
    ]


@pytest.mark.parametrize("text", ["", "# nobody yet\n\n  # at all\n"])
def test_a_file_that_need_not_be_there_may_be_empty(text: str) -> None:
    try_load({**small_texts(PLAN), "groups.yaml": text, "lists.yaml": text})


def test_nodes_of_a_plan_that_cannot_be_read_are_not_called_unknown() -> None:
    texts = small_texts("start: on\nnodes:\n  on: {goto: other.ring}\n")
    assert faults_of({**texts, "plans/other.yaml": ""}) == ["plans/other.yaml:1:1: the file is empty"]


def test_a_byte_order_mark_and_windows_lines_are_no_fault(tmp_path: Path) -> None:
    write(tmp_path, small_texts(PLAN))
    for path in tmp_path.rglob("*.yaml"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    load(tmp_path, known_prompts())


def test_prompts_are_not_looked_up_when_nobody_knows_them() -> None:
    assert (
        load_texts(small_texts(PLAN.replace("please-hold", "whatever"))).configuration.prompts == frozenset()
    )


def write(folder: Path, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


YAML_TRAPS = """\
one: {title: 0470, kind: desk, phone: 0470000021}
two: {title: no, kind: desk, phone: 0470 00 00 22}
eng: {title: 1:30, kind: engineer, phone: "0470 00 00 01", mail: eng@example.com}
boss: {title: 1e3, kind: failsafe, phone: 0032470000009}
office: {title: ~, kind: office, phone: 32470000051}
spare: {title: 2026-01-01, kind: backup, phone: +32470000002}
"""


def test_yaml_takes_nothing_for_what_it_is_not() -> None:
    directory = try_load({**small_texts(PLAN), DIRECTORY: YAML_TRAPS}).configuration.directory
    assert [entry.title for entry in directory.values()] == ["0470", "no", "1:30", "1e3", "~", "2026-01-01"]
    assert [entry.phones[0].number for entry in directory.values()] == [
        "+32470000021", "+32470000022", "+32470000001", "+32470000009", "+32470000051", "+32470000002",
    ]  # fmt: skip
