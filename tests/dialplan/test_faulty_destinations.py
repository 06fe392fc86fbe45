# ruff: noqa: E501 - the words are compared as they are printed, on one line
"""What can be wrong with destinations, limits, queues, groups and extensions, with the exact words."""

from __future__ import annotations

import pytest
from paper import SMALL, known_prompts, small_texts
from switchboard import GROUPS

from dialplan.faults import ConfigurationFaults
from dialplan.source import load_texts

PLAN = """\
start: ring
nodes:
  ring: {destination: RING}
  bye: {hangup: normal}
"""
TEMPLATES = {"plan-mail"}


def faults_of(texts: dict[str, str]) -> list[str]:
    with pytest.raises(ConfigurationFaults) as caught:
        load_texts(texts, known_prompts(), TEMPLATES)
    return [str(fault) for fault in caught.value.faults]


def texts_with(ring: str, *, groups: bool = False) -> dict[str, str]:
    more = {"skills": GROUPS} if groups else {}
    return small_texts(PLAN.replace("RING", ring), **more)


HERE = "plans/main.yaml:3"

# what is wrong: (what stands behind "destination:", the words)
DESTINATIONS: dict[str, tuple[str, str]] = {
    "no number": (
        "0470 00, rest: bye",
        f'{HERE}:23 ring destination: "0470 00" is not a telephone number',
    ),
    "a premium number": (
        "0903 12345, rest: bye",
        f"{HERE}:23 ring destination: 0903 12 345 is a premium number: calls to it cost money by the minute; if that is meant, write {{number: 0903 12345, allow: premium}}",
    ),
    "a foreign number": (
        "+33 1 99 00 00 01, rest: bye",
        f"{HERE}:23 ring destination: +33 1 99 00 00 01 is a foreign number; if that is meant, write {{number: +33 1 99 00 00 01, allow: foreign}}",
    ),
    "a premium number allowed as foreign": (
        "{number: 0903 12345, allow: foreign}, rest: bye",
        f"{HERE}:32 ring destination number: 0903 12 345 is a premium number: calls to it cost money by the minute; if that is meant, write {{number: 0903 12345, allow: premium}}",
    ),
    "what cannot be allowed": (
        "{number: 0470 00 00 77, allow: foriegn}, rest: bye",
        f'{HERE}:54 ring destination allow: "foriegn" is none of foreign, premium; did you mean "foreign"?',
    ),
    "a number of the desk itself": (
        "03 205 55 82, rest: bye",
        f"{HERE}:23 ring destination: is a number of this desk: the call would come back here",
    ),
    "the same number twice": (
        "[0470 00 00 77, +32 470 00 00 77], rest: bye",
        f'{HERE}:39 ring destination[2]: "0470 00 00 77" is rung twice by the same node',
    ),
    "nobody in a table": (
        "{ring: 5 s}, rest: bye",
        f'{HERE}:23 ring destination: names nobody: write one of "entry", "number", "extension"',
    ),
    "two in a table": (
        "{entry: one, number: 0470 00 00 77}, rest: bye",
        f'{HERE}:23 ring destination: names nobody: write one of "entry", "number", "extension"',
    ),
    "an unknown key of a table": (
        "{entry: one, rign: 5 s}, rest: bye",
        f'{HERE}:36 ring destination: unknown key "rign"; did you mean "ring"?',
    ),
    "an unknown entry in a table": (
        "{entry: onne}, rest: bye",
        f'{HERE}:31 ring destination entry: unknown directory entry "onne"; did you mean "one"?',
    ),
    "an unknown extension": (
        "101, rest: bye",
        f'{HERE}:23 ring destination: unknown extension "101"',
    ),
    "no extension": (
        "{extension: 1}, rest: bye",
        f'{HERE}:35 ring destination extension: "1" is not an extension; write two to six digits, as in "101"',
    ),
    "an unknown order": (
        "one, order: in-trun, rest: bye",
        f'{HERE}:35 ring order: "in-trun" is none of in-turn, together, random; did you mean "in-turn"?',
    ),
    "an order of groups": (
        "one, order: longest-idle, rest: bye",
        f'{HERE}:35 ring order: "longest-idle" is an order of a skills group; others are rung in-turn, together, random',
    ),
    "own times together": (
        "[{entry: one, ring: 5 s}, two], order: together, rest: bye",
        f"{HERE}:62 ring order: phones that ring together ring equally long; write one ring for the node",
    ),
    "needs without a group": (
        "one, needs: fr, rest: bye",
        f"{HERE}:35 ring needs: only the agents of a skills group have skills",
    ),
    "a limit of nothing": (
        "one, limit: {name: agents}, rest: bye",
        f'{HERE}:35 ring limit: limits nothing: write "calls" or "starts" and "within"',
    ),
    "a limit misspelt": (
        "one, limit: {call: 1}, rest: bye",
        f'{HERE}:36 ring limit: unknown key "call"; did you mean "calls"?',
    ),
    "starts without within": (
        "one, limit: {starts: 3}, rest: bye",
        f'{HERE}:44 ring limit starts: "starts" means nothing without "within", as in {{starts: 3, within: 20 s}}',
    ),
    "within without starts": (
        "one, limit: {calls: 3, within: 20 s}, rest: bye",
        f'{HERE}:54 ring limit within: "within" means nothing without "starts", as in {{starts: 3, within: 20 s}}',
    ),
    "a limit of no calls": (
        "one, limit: {calls: 0}, rest: bye",
        f'{HERE}:43 ring limit calls: "0" is not a whole number from 1 to 100000',
    ),
    "over at a destination": (
        "one, limit: {calls: 1, over: bye}, rest: bye",
        f'{HERE}:46 ring limit: unknown key "over"',
    ),
    "a queue without a limit": (
        "one, queue: {wait: 1 min}, rest: bye",
        f"{HERE}:35 ring queue: nobody ever waits here: a queue needs a limit, or a skills group to ring",
    ),
    "a queue for ever": (
        "one, limit: {calls: 1}, queue: {wait: 24 h}, rest: bye",
        f'{HERE}:61 ring queue wait: "24 h" is not between 5 s and 2 h',
    ),
    "a key of the queue that leads nowhere": (
        "one, limit: {calls: 1}, queue: {keys: {1: byye}}, rest: bye",
        f'{HERE}:65 ring queue keys["1"]: unknown node "byye"; did you mean "bye"?',
    ),
    "no key": (
        "one, limit: {calls: 1}, queue: {keys: {12: bye}}, rest: bye",
        f'{HERE}:62 ring queue keys["12"]: "12" is not a key of a telephone',
    ),
    "an unknown prompt of a queue": (
        "one, limit: {calls: 1}, queue: {welcome: please-hodl}, rest: bye",
        f'{HERE}:64 ring queue welcome: unknown prompt "please-hodl"; did you mean "please-hold"?',
    ),
    "too high a priority": (
        "one, limit: {calls: 1}, queue: {priority: 100}, rest: bye",
        f'{HERE}:65 ring queue priority: "100" is not a whole number from 0 to 99',
    ),
    "an unknown key in a queue": (
        "one, limit: {calls: 1}, queue: {evry: 30 s}, rest: bye",
        f'{HERE}:55 ring queue: unknown key "evry"; did you mean "every"?',
    ),
}

# the same, where there is a skills group
GROUPED: dict[str, tuple[str, str]] = {
    "a misspelt group": (
        "nigth-desk, rest: bye",
        f'{HERE}:23 ring destination: unknown directory entry or skills group "nigth-desk"; did you mean "night-desk"?',
    ),
    "a group and somebody else": (
        "[night-desk, one], rest: bye",
        f'{HERE}:24 ring destination: "night-desk" is a skills group, which is rung alone; give the others a node of their own',
    ),
    "a group together": (
        "night-desk, order: together, rest: bye",
        f"{HERE}:42 ring order: a skills group rings one free agent at a time, never all together",
    ),
    "a skill that nobody has": (
        "night-desk, needs: [fr, viop], rest: bye",
        f'{HERE}:42 ring needs: unknown skill of night-desk "viop"; did you mean "voip"?',
    ),
    "too high a level": (
        "night-desk, needs: {fr: 10}, rest: bye",
        f'{HERE}:47 ring needs fr: "10" is not a whole number from 1 to 9',
    ),
}


@pytest.mark.parametrize("name", DESTINATIONS)
def test_fault_of_a_destination(name: str) -> None:
    ring, words = DESTINATIONS[name]
    assert words in faults_of(texts_with(ring))


@pytest.mark.parametrize("name", GROUPED)
def test_fault_of_a_destination_with_groups(name: str) -> None:
    ring, words = GROUPED[name]
    found = faults_of(texts_with(ring, groups=True))
    assert [words.replace("destination:", "destination[1]:") if "[night" in ring else words] == found


SKILLS: dict[str, tuple[str, str]] = {
    "an unknown agent": (
        "desk: {agents: [onne]}",
        'skills.yaml:1:17 desk agents[1]: unknown directory entry "onne"; did you mean "one"?',
    ),
    "no agents": ("desk: {title: Desk}", 'skills.yaml:1:7 desk: "agents" is missing'),
    "an agent twice": (
        "desk: {agents: [one, one]}",
        'skills.yaml:1:22 desk agents[2]: "one" stands twice in this group',
    ),
    "the name of an entry": (
        "one: {agents: [two]}",
        "skills.yaml:1:1 one: is also the name of a directory entry; a destination could mean either",
    ),
    "an unknown order": (
        "desk: {agents: [one], order: idle}",
        'skills.yaml:1:30 desk order: "idle" is none of in-turn, longest-idle, random',
    ),
    "no rest": (
        "desk: {agents: [one], wrap-up: 2 h}",
        'skills.yaml:1:32 desk wrap-up: "2 h" is not between 0 s and 1 h',
    ),
    "an unknown key": (
        "desk: {agents: [one], wrapup: 10 s}",
        'skills.yaml:1:23 desk: unknown key "wrapup"; did you mean "wrap-up"?',
    ),
}


@pytest.mark.parametrize("name", SKILLS)
def test_fault_of_a_group(name: str) -> None:
    text, words = SKILLS[name]
    assert words in faults_of(small_texts(PLAN.replace("RING", "one, rest: bye"), skills=text))


GATES: dict[str, tuple[str, str]] = {
    "an unknown node": (
        "limit: {calls: 5, over: byye}",
        'plans/main.yaml:1:25 limit over: unknown node "byye"; did you mean "bye"?',
    ),
    "an unknown plan": (
        "limit: {calls: 5, over: mian.bye}",
        'plans/main.yaml:1:25 limit over: unknown plan "mian"; did you mean "main"?',
    ),
    "a cause for nobody": (
        "limit: {calls: 5, over: bye, cause: busy}",
        'plans/main.yaml:1:37 limit cause: a call over the limit goes to "over", so it is not refused',
    ),
    "an unknown cause": (
        "caller-limit: {calls: 5, cause: bsuy}",
        'plans/main.yaml:1:33 caller-limit cause: "bsuy" is none of busy, rejected, congested; did you mean "busy"?',
    ),
    "a name of a plan's limit": (
        "limit: {calls: 5, name: all}",
        'plans/main.yaml:1:19 limit: unknown key "name"',
    ),
}


@pytest.mark.parametrize("name", GATES)
def test_fault_of_a_plans_limit(name: str) -> None:
    text, words = GATES[name]
    assert words in faults_of(small_texts(f"{text}\n" + PLAN.replace("RING", "one, rest: bye")))


def test_the_engines_own_nodes_are_nobody_elses() -> None:
    plan = PLAN.replace("RING", "one, rest: bye") + "  admission: {hangup: busy}\n"
    assert faults_of(small_texts(plan)) == [
        "plans/main.yaml:5:3 admission: is the name of the engine's own node before a plan; choose another"
    ]


def test_two_entries_with_one_extension() -> None:
    directory = SMALL["directory.yaml"].replace("0470 00 00 21}", "0470 00 00 21, extension: 101}")
    directory = directory.replace("0470 00 00 22}", "0470 00 00 22, extension: 101}")
    assert faults_of(small_texts(directory=directory)) == [
        "directory.yaml:9:70 two extension: 101 stands for another entry already, at directory.yaml:8:70"
    ]


def test_an_important_customer_twice_and_one_without_a_number() -> None:
    important = "important: [Colruyt, {name: COLRUYT}, {name: X, numbers: [12]}]"
    brands = SMALL["brands.yaml"].rstrip() + f"\n          {important}\n"
    assert faults_of(small_texts(brands=brands)) == [
        'brands.yaml:10:24 acme important[2]: "COLRUYT" stands here twice',
        'brands.yaml:10:61 acme important[3] numbers[1]: "12" is not a telephone number',
    ]


def test_a_number_with_shared_cost_is_warned_of() -> None:
    texts = texts_with("{number: +49 1801 23456, allow: foreign}, rest: bye")
    warnings = [str(one) for one in load_texts(texts, known_prompts(), TEMPLATES).warnings]
    assert (
        "plans/main.yaml:3:32 ring destination number: +49 180 1 23456 is a number with shared cost"
        in warnings
    )
