# ruff: noqa: E501 - the words are compared as they are printed, on one line
"""`alarms.yaml`: which row takes a mail, which mails are alike, and the exact words for what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialplan.alarms import LONGEST_PATTERN, AlarmRow, Alarms, GroupBy, group_key, pattern_of
from dialplan.faults import ConfigurationFaults
from dialplan.source import load_texts, read_texts

BASE = read_texts(Path(__file__).parent / "bad" / "base")
RIGHT = """\
addresses: [alarms@example.com]
mails:
  - {name: storms, from: "*@weather.example.com", subject: ["*storm*"], brand: acme, page: no}
  - {name: all-else, brand: acme, policy: standard, customer: 465, window: 15 min, forward: [more@example.com]}
hooks:
  monitor: {form: zabbix, brand: acme}
"""
# what is wrong: (right text, wrong text, the words)
FAULTS: dict[str, tuple[str, str, str]] = {
    "an address that is none": ("[alarms@example.com]", "[alarms at example]",
        'alarms.yaml:1:13 addresses[1]: "alarms at example" is not a mail address'),
    "an address twice": ("[alarms@example.com]", "[alarms@example.com, Alarms@example.com]",
        "alarms.yaml:1:33 addresses[2]: the same address stands here twice"),
    "no addresses": ("addresses: [alarms@example.com]\n", "",
        'alarms.yaml:2:3 mails: wants "addresses": where are alarm mails sent to?'),
    "an unknown brand": ("subject: [\"*storm*\"], brand: acme", "subject: [\"*storm*\"], brand: acne",
        'alarms.yaml:3:80 mails[1] brand: unknown brand "acne"; did you mean "acme"?'),
    "an unknown policy": ("policy: standard", "policy: standart",
        'alarms.yaml:4:43 mails[2] policy: unknown page policy "standart"; did you mean "standard"?'),
    "a row without a name": ("name: storms, ", "",
        'alarms.yaml:3:5 mails[1]: "name" is missing'),
    "two rows of a name": ("name: all-else", "name: storms",
        'alarms.yaml:4:12 mails[2] name: another row is called "storms" already'),
    "a window without its unit": ("15 min", "15",
        'alarms.yaml:4:76 mails[2] window: "15" is not a duration; write it with its unit, as in "25 s" or "10 min"'),
    "a severity that is none": ("customer: 465", "severity: 9",
        'alarms.yaml:4:63 mails[2] severity: "9" is not a whole number from 1 to 5'),
    "a group that is none": ("customer: 465", "group: subjects",
        'alarms.yaml:4:60 mails[2] group: "subjects" is none of subject, sender, row; did you mean "subject"?'),
    "a form that is none": ("form: zabbix", "form: zabix",
        'alarms.yaml:6:19 hooks monitor form: "zabix" is none of any, alertmanager, zabbix, icinga, plain; did you mean "zabbix"?'),
    "a key that is none": ("form: zabbix", "fom: zabbix",
        'alarms.yaml:6:13 hooks monitor: unknown key "fom"; did you mean "form"?'),
    "an empty pattern": ('["*storm*"]', '[""]',
        "alarms.yaml:3:61 mails[1] subject[1]: a pattern has 1 to 200 characters; * stands for any others"),
    "a mailbox that is the address": ("more@example.com", "alarms@example.com",
        "alarms.yaml:4:94 all-else forward: alarms@example.com: alarms come in there: mails of ours would come back as alarms"),
}  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "words"), FAULTS.values(), ids=FAULTS)
def test_what_is_said(right: str, wrong: str, words: str) -> None:
    assert right in RIGHT
    with pytest.raises(ConfigurationFaults) as found:
        load_texts({**BASE, "alarms.yaml": RIGHT.replace(right, wrong)})
    assert words in [str(fault) for fault in found.value.faults]


def test_the_right_one_is_right() -> None:
    alarms = load_texts({**BASE, "alarms.yaml": RIGHT}).configuration.alarms
    assert [row.id for row in alarms.mails] == ["storms", "all-else"]
    assert (alarms.mails[1].window_s, alarms.mails[1].customer) == (900.0, "465")


def test_a_row_behind_one_that_takes_everything() -> None:
    text = RIGHT.replace('from: "*@weather.example.com", subject: ["*storm*"], ', "")
    warnings = [str(one) for one in load_texts({**BASE, "alarms.yaml": text}).warnings]
    assert 'alarms.yaml:4:5 mails all-else: is never asked: "storms" before it takes every mail' in warnings


def test_the_first_row_that_matches_wins() -> None:
    storm = AlarmRow("storm", "b", senders=("*@Weather.be",), subjects=("*STORM*",))
    alarms = Alarms(mails=(storm, AlarmRow("rest", "b")))
    found = [
        alarms.row_of("x@weather.be", "A storm comes"),
        alarms.row_of("x@weather.be", "Sunshine"),
        alarms.row_of("x@other.be", "A storm comes"),
    ]
    assert [row.id for row in found if row] == ["storm", "rest", "rest"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Link 17 down", "Link 203 down"),
        ("Re: Link 17 down", "link 17  DOWN"),
        ("[FIRING:1] Disk at 91%", "[FIRING:22] Disk at 99%"),
        ("Job 3f2a9c81 failed", "Job 77aa01be failed"),
        ("Trace 0a2b1c done", "Trace 99zz done"),
        ("AW: WG: Störung 5", "Störung 6"),
    ],
)
def test_alike(one: str, other: str) -> None:
    assert pattern_of(one) == pattern_of(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Link down", "Link up"), ("Regen", "Re: gen"), ("abc def", "abc dee")]
)
def test_not_alike(one: str, other: str) -> None:
    assert pattern_of(one) != pattern_of(other)


@given(st.text())
def test_any_subject_has_a_pattern_and_it_stays_the_same(subject: str) -> None:
    pattern = pattern_of(subject)
    assert len(pattern) <= LONGEST_PATTERN
    assert "\n" not in pattern


def test_groups() -> None:
    row = AlarmRow("r", "b")
    key = group_key(row, "smtp", "A@b.be", "Link 1 down", 1)
    assert key == group_key(row, "smtp", "a@B.be", "Link 2 down", 1)
    assert key != group_key(row, "smtp", "a@b.be", "Link 2 down", 2), "a worse one must not hide"
    by_sender = AlarmRow("r", "b", group_by=GroupBy.SENDER)
    assert group_key(by_sender, "smtp", "a", "x", 1) == group_key(by_sender, "smtp", "a", "y", 1)
    by_row = AlarmRow("r", "b", group_by=GroupBy.ROW)
    assert group_key(by_row, "smtp", "a", "x", 1) == group_key(by_row, "smtp", "b", "y", 1)


@pytest.mark.parametrize(
    ("pattern", "subject", "takes"),
    [
        ("[CRIT] *", "[CRIT] Core router down", True),
        ("[CRIT] *", "[crit] core router down", True),
        ("[CRIT] *", "C Core router down", False),
        ("*[FIRING:*]*", "Re: [FIRING:2] HostDown", True),
        ("*[a-z]*", "no bracket here", False),
        ("*down]*", "[router is down]", True),
    ],
)
def test_a_bracket_in_a_pattern_is_a_bracket(pattern: str, subject: str, takes: bool) -> None:
    """Monitoring begins its subjects with them."""
    assert AlarmRow("row", "acme", subjects=(pattern,)).takes("x@example.com", subject) is takes
