# ruff: noqa: E501 - the words are compared as they are printed, on one line
"""Chains and choices that cannot be read, with the exact words that are said of them."""

from __future__ import annotations

import pytest
from test_bad_configurations import BASE, texts_of

from dialplan.faults import ConfigurationFaults
from dialplan.source import load_texts

DUTY = """\
engineers:
  ENG: {title: engineer, entry: eng, skills: [voice, fiber]}
  TEC: {title: technician, entry: tec}
teams:
  field: {members: [TEC]}
roster: {handover: Mon 08:00, first_week: 2026-01-05, weeks: [ENG, TEC]}
backup_phones: [spare]
policies:
  standard:
    levels: [{title: boss, entry: boss}]
"""
CHOOSE = """\
    stages: [{who: duty}, {who: levels}]
choose:
"""


def faults_of(more: str) -> list[str]:
    texts = {**texts_of(BASE), "duty.yaml": DUTY + more}
    with pytest.raises(ConfigurationFaults) as caught:
        load_texts(texts, None, None)
    return [str(fault) for fault in caught.value.faults]


STAGES = {
    "{order: together}": 'policies standard stages[1]: "who" is missing',
    "{who: dutty}": 'policies standard stages[1] who: unknown directory entry "dutty"',
    "{who: team feild}": 'policies standard stages[1] who: unknown team "feild"; did you mean "field"?',
    "{who: layer nights}": 'policies standard stages[1] who: unknown layer "nights"',
    "{who: level 2}": 'policies standard stages[1] who: there is no level "2"; the policy has 1',
    "{who: level boss}": 'policies standard stages[1] who: there is no level "boss"; the policy has 1',
    "{who: ABC}": 'policies standard stages[1] who: unknown engineer "ABC"',
    "{who: XY}": 'policies standard stages[1] who: "XY" is not a trigram; write three capital letters',
    "{who: tema field}": 'policies standard stages[1] who: "tema field" is nobody to ring; write duty, on-call, everybody, levels, layer NAME, team NAME, level NAME, a trigram or a directory entry; did you mean "team"?',
    "{who: [duty, duty]}": 'policies standard stages[1] who[2]: "duty" stands here twice',
    "{who: [duty, levels]}": 'policies standard stages[1] who: "levels" makes a stage of each level, and stands alone',
    "{who: duty, order: togther}": 'policies standard stages[1] order: "togther" is none of in-turn, together, fair; did you mean "together"?',
    "{who: duty, needs: fibre}": 'policies standard stages[1] needs: unknown skill of an engineer "fibre"; did you mean "fiber"?',
    "{who: duty, prefers: $langage}": 'policies standard stages[1] prefers: "$langage" is neither $language nor $category; did you mean "$language"?',
    "{who: duty, phones: [mobil]}": 'policies standard stages[1] phones[1]: "mobil" is none of mobile, fixed, private, desk; did you mean "mobile"?',
    "{who: duty, tries: 0}": 'policies standard stages[1] tries: "0" is not a whole number from 1 to 100',
    "{who: duty, ring: 1 s}": 'policies standard stages[1] ring: "1 s" is not between 2 s and 5 min',
    "{who: duty, withn: 5 min}": 'policies standard stages[1]: unknown key "withn"; did you mean "within"?',
    "{who: duty, name: last-resort}": 'policies standard stages[1] name: "last-resort" is what the last resort is called',
    "{who: duty, name: a}, {who: levels, name: a}": 'policies standard stages[2] name: "a" is another stage\'s name',
}


@pytest.mark.parametrize(("stages", "words"), STAGES.items())
def test_what_is_wrong_with_a_stage(stages: str, words: str) -> None:
    said = faults_of(f"    stages: [{stages}]\n")
    assert [fault.partition(" ")[2] for fault in said] == [words]


def test_each_key_of_the_short_form_has_no_place_beside_stages() -> None:
    said = faults_of("    together: yes\n    page_for: 5 min\n    stages: [{who: duty}, {who: levels}]\n")
    assert said == [
        'duty.yaml:11:15 policies standard together: belongs to the short form; beside "stages" it means nothing',
        'duty.yaml:12:15 policies standard page_for: belongs to the short form; beside "stages" it means nothing',
    ]


def test_levels_want_levels() -> None:
    texts = DUTY.replace("    levels: [{title: boss, entry: boss}]\n", "    stages: [{who: levels}]\n")
    with pytest.raises(ConfigurationFaults) as caught:
        load_texts({**texts_of(BASE), "duty.yaml": texts}, None, None)
    assert [str(fault) for fault in caught.value.faults] == [
        "duty.yaml:10:20 policies standard stages[1] who: the policy has no levels"
    ]


RESORTS = {
    "maybe": 'policies standard last_resort: "maybe" is neither yes nor no',
    "{who: bos}": 'policies standard last_resort who: unknown directory entry "bos"; did you mean "boss"?',
    "{who: $brand.failsave}": 'policies standard last_resort who: "$brand.failsave" is none of $brand.office, $brand.failsafe; did you mean "$brand.failsafe"?',
    "{tries: 0}": 'policies standard last_resort tries: "0" is not a whole number from 1 to 100',
    "{pause: 0 s}": 'policies standard last_resort pause: "0 s" is not between 1 s and 1 h',
    "{until: 08:00}": 'policies standard last_resort: unknown key "until"',
    "[boss]": "policies standard last_resort: keys and values are expected here, not a list",
}


@pytest.mark.parametrize(("resort", "words"), RESORTS.items())
def test_what_is_wrong_with_a_last_resort(resort: str, words: str) -> None:
    said = faults_of(f"    last_resort: {resort}\n")
    assert [fault.partition(" ")[2] for fault in said] == [words]


CHOICES = {
    "{severity: 1}": 'choose[1]: "policy" is missing',
    "{severity: 0, policy: standard}": 'choose[1] severity: "0" is not a whole number from 1 to 9',
    "{brand: acne, policy: standard}": 'choose[1] brand: unknown brand "acne"; did you mean "acme"?',
    "{page: standrd, policy: standard}": 'choose[1] page: unknown page policy "standrd"; did you mean "standard"?',
    "{category: Fiber, policy: standard}": 'choose[1] category: "Fiber" is no name; a name is made of small letters, digits and dashes',
    "{categry: fiber, policy: standard}": 'choose[1]: unknown key "categry"; did you mean "category"?',
}


@pytest.mark.parametrize(("row", "words"), CHOICES.items())
def test_what_is_wrong_with_a_choice(row: str, words: str) -> None:
    said = faults_of(f"{CHOOSE}  - {row}\n")
    assert [fault.partition(" ")[2] for fault in said] == [words]


PAGES = {
    "severity: 10": 'page severity: "10" is not a whole number from 1 to 9',
    "severity: $badness": 'page severity: unknown variable "badness"',
    "category: Fiber": 'page category: "Fiber" is no name; a name is made of small letters, digits and dashes',
    "sevrity: 1": 'page: unknown key "sevrity"; did you mean "severity"?',
}


@pytest.mark.parametrize(("field", "words"), PAGES.items())
def test_what_is_wrong_with_a_page(field: str, words: str) -> None:
    plan = f"start: page\nnodes:\n  page: {{page: standard, {field}, next: one}}\n  one: {{destination: one, rest: bye}}\n  bye: {{hangup: normal}}\n"
    with pytest.raises(ConfigurationFaults) as caught:
        load_texts({**texts_of(BASE), "plans/main.yaml": plan}, None, None)
    assert [str(fault).partition(" ")[2] for fault in caught.value.faults] == [words]
