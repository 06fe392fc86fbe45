# ruff: noqa: E501 - the sentences are compared as they are printed, on one line
"""Bad configurations, each with the sentence that proves it bad and the command that shows it."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from datetime import datetime

import pytest
from paper import at, known_prompts, shipped, small, small_texts

from dialplan.model import Configuration
from dialplan.prove import CounterExample, Proof, prove
from dialplan.prove.judge import Wrong
from dialplan.prove.script import Script
from dialplan.simulate import Simulation, simulate
from dialplan.source import load_texts


def proof_of(configuration: Configuration, start: str = "2026-11-23 00:00", days: float = 14) -> Proof:
    return prove(configuration, at(start), days)


def shown(configuration: Configuration, command: str) -> Simulation:
    """What the printed command shows."""
    words = shlex.split(command)
    assert words[:2] == ["dutyline", "simulate"]
    options: dict[str, list[str]] = {}
    for name, value in zip(words[2::2], words[3::2], strict=True):
        options.setdefault(name, []).append(value)
    return simulate(
        configuration,
        options["--to"][0],
        options.get("--from", [None])[0],  # type: ignore[list-item]
        datetime.fromisoformat(options["--at"][0]),
        options.get("--keys", [""])[0].split(","),
        dict(one.split("=", 1) for one in options.get("--outcome", [])),
        suppose=dict(one.split("=", 1) for one in options.get("--suppose", [])),
        chance=float(options.get("--chance", ["0"])[0]),
        full=options.get("--full", []),
        found=dict(row_of(one) for one in options.get("--found", [])),
    )


def row_of(text: str) -> tuple[str, dict[str, str]]:
    table, _, cells = text.partition(":")
    return table, dict(cell.split("=", 1) for cell in cells.split(","))


def only(proof: Proof) -> CounterExample:
    assert len(proof.counter_examples) == 1, [one.sentence for one in proof.counter_examples]
    return proof.counter_examples[0]


SILENT = """
    start: ring
    nodes:
      ring: {destination: [one, two], rest: bye}
      bye: {hangup: normal}
"""
SILENT_MENU = """
    start: choose
    nodes:
      choose: {menu: choose-language, keys: {1: ring}, tries: 1, rest: bye}
      ring: {destination: one, rest: sorry}
      sorry: {announce: nobody-reached-callback, next: bye}
      bye: {hangup: normal}
"""
CLOSED_FOR_EVER = """
    start: hours
    nodes:
      hours: {calendar: [{when: work, go: ring}], rest: wait}
      wait: {announce: please-hold, next: hours}
      ring: {destination: one}
"""
CLOSED_AT_ONCE = """
    start: hours
    nodes:
      hours: {calendar: [{when: work, go: ring}], rest: dutch}
      dutch: {language: nl, next: hours}
      ring: {destination: one}
"""
CLOSING = """
    start: first
    nodes:
      first: {calendar: [{when: work, go: choose}], rest: sorry}
      choose: {menu: choose-language, keys: {1: again}, rest: again}
      again: {calendar: [{when: work, go: ring}], rest: bye}
      ring: {destination: one, rest: sorry}
      sorry: {announce: nobody-reached-callback, next: bye}
      bye: {hangup: normal}
"""
UNHEARD = """
    start: hello
    nodes:
      hello: {announce: please-hold, next: ring}
      ring:
        destination: one
        exits: {no-answer: sorry, not-reached: sorry, busy: sorry, congested: sorry, cause-31: sorry,
                interrupted: sorry}
        rest: bye
      sorry: {announce: nobody-reached-callback, next: bye}
      bye: {hangup: normal}
"""
PAGED = """
    start: page
    nodes:
      page: {page: standard, next: sorry}
      sorry: {announce: engineer-calls-back, next: bye}
      bye: {hangup: normal}
"""
GOOD = """
    start: hello
    nodes:
      hello: {announce: please-hold, next: choose}
      choose: {menu: choose-language, keys: {1: ring, 2: reject, 9: choose}, rest: ring}
      ring: {destination: one, rest: sorry}
      sorry: {announce: nobody-reached-callback, next: bye}
      reject: {hangup: rejected}
      bye: {hangup: normal}
"""

FOUND: dict[str, tuple[str, str, str, str]] = {
    "nobody answers, and the line is just cut": (
        SILENT,
        "On Monday 23 November 2026 at 08:00, a call to 03 205 55 82 (Acme): Agent one does not answer, Agent two does not answer; the caller is cut off at main.bye without a word and without a person.",
        'dutyline simulate --to "03 205 55 82" --at 2026-11-23T08:00 --outcome "one=no-answer" --outcome "two=no-answer"',
        "hung up by the plan (cause 16)",
    ),
    "a menu that gives up without a word": (
        SILENT_MENU,
        "On Monday 23 November 2026 at 08:00, a call to 03 205 55 82 (Acme): the caller keys nothing; the caller is cut off at main.bye without a word and without a person.",
        'dutyline simulate --to "03 205 55 82" --at 2026-11-23T08:00',
        "hung up by the plan (cause 16)",
    ),
    "when it is closed the words come again and again": (
        CLOSED_FOR_EVER,
        "On Friday 27 November 2026 at 17:00, a call to 03 205 55 82 (Acme): the call goes round for ever: main.wait -> main.hours -> main.wait.",
        'dutyline simulate --to "03 205 55 82" --at 2026-11-27T17:00',
        "answered by boss",
    ),
    "when it is closed nothing comes at all": (
        CLOSED_AT_ONCE,
        "On Friday 27 November 2026 at 17:00, a call to 03 205 55 82 (Acme): the call goes round for ever: main.hours -> main.dutch -> main.hours.",
        'dutyline simulate --to "03 205 55 82" --at 2026-11-27T17:00',
        "answered by boss",
    ),
    "it closes while the caller chooses": (
        CLOSING,
        "On Monday 23 November 2026 at 16:59, a call to 03 205 55 82 (Acme): the caller keys 1, meanwhile the hour changes; the caller is cut off at main.bye without a word and without a person.",
        'dutyline simulate --to "03 205 55 82" --at 2026-11-23T16:59:59 --keys "1"',
        "hung up by the plan (cause 16)",
    ),
    "a telephone that cannot even be tried": (
        UNHEARD,
        "On Monday 23 November 2026 at 08:00, a call to 03 205 55 82 (Acme): main.ring fails; the caller is cut off at main.bye without a word and without a person.",
        'dutyline simulate --to "03 205 55 82" --at 2026-11-23T08:00 --suppose "main.ring=failed"',
        "hung up by the plan (cause 16)",
    ),
}


@pytest.mark.parametrize("name", FOUND)
def test_a_bad_plan_is_proved_bad_and_the_command_shows_it(name: str) -> None:
    plan, sentence, command, ended = FOUND[name]
    configuration = small(plan)
    found = only(proof_of(configuration))
    assert found.sentence == sentence
    assert found.command == command and found.is_shown
    done = shown(configuration, found.command)
    assert done.ended == ended
    assert f"{found.plan}.{found.node}" in {f"{hop.plan}.{hop.node}" for hop in done.steps}


def test_a_page_while_nobody_is_on_duty() -> None:
    configuration = small(PAGED)
    roster = replace(configuration.duty.roster, weeks=())
    empty = replace(configuration, duty=replace(configuration.duty, roster=roster), memo={})
    found = only(proof_of(empty))
    assert found.sentence == (
        "On Monday 23 November 2026 at 08:00, a call to 03 205 55 82 (Acme): main.page looks for an engineer, "
        'by the policy "standard", while nobody is on duty.'
    )
    assert not [rung for rung in shown(empty, found.command).rang if rung.by == "page"]


def test_a_last_resort_with_nobody_to_ring() -> None:
    configuration = small("start: ring\nnodes:\n  ring: {destination: one}\n")
    directory = {**configuration.directory, "boss": replace(configuration.directory["boss"], phones=())}
    found = only(proof_of(replace(configuration, directory=directory, memo={})))
    assert found.sentence.endswith("Agent one does not answer; the last resort has nobody to ring.")
    assert (
        shown(replace(configuration, directory=directory, memo={}), found.command).ended
        == "nobody was reached"
    )


def test_a_node_that_breaks() -> None:
    configuration = small(SILENT_MENU)
    directory = {name: entry for name, entry in configuration.directory.items() if name != "one"}
    broken = replace(configuration, directory=directory, memo={})
    found = {one.wrong: one for one in proof_of(broken).counter_examples}[Wrong.FAULT]
    assert found.sentence.endswith("the caller keys 1; main.ring breaks (fault in the node: KeyError).")
    assert found.command.endswith('--keys "1"')


def test_a_good_plan_is_proved_good_and_the_proof_says_what_it_covered() -> None:
    proof = proof_of(small(GOOD))
    assert proof.holds and not proof.counter_examples
    assert proof.never == ()
    assert list(proof.coverage.lines())[:3] == [
        "every call to 1 number, through 1 plan, from 2026-11-23 00:00 to 2026-12-07 00:00",
        "every hour: 3 stretches between two changes of opening hours, holidays, duty or the clock, of 1 kind",
        "every caller and number that the plans tell apart: 1 kind of caller, 1 kind of number",
    ]
    printed = json.loads(json.dumps(proof.as_json(), default=str))
    assert printed["holds"] is True and printed["covered"]["states"] > 5


def test_what_no_call_ever_takes_is_told() -> None:
    plan = """
        start: hours
        nodes:
          hours: {calendar: [{when: work, go: ring}, {when: noon, go: lost}], rest: ring}
          lost: {announce: please-hold, next: ring}
          ring: {destination: one}
    """
    calendars = "work: {open: Mon-Fri 09:00-17:00}\nnoon: {open: Mon-Fri 12:00-13:00}\n"
    proof = proof_of(small(plan, calendars=calendars))
    assert proof.holds
    assert proof.never == ('no call leaves main.hours by "noon"', "no call comes to main.lost")


def test_a_number_alone() -> None:
    proof = prove(shipped(), at("2026-11-23 00:00"), number="+3227887499")
    assert proof.holds and proof.coverage.numbers == 1 and proof.coverage.plans == 2


@pytest.mark.parametrize("start", ["2026-11-22 00:00", "2027-03-01 00:00", "2027-09-15 12:34"])
def test_the_shipped_desk_is_proved_good(start: str) -> None:
    proof = proof_of(shipped(), start, 90)
    assert proof.holds, [one.sentence for one in proof.counter_examples]
    assert proof.never == ()
    assert proof.coverage.numbers == 16


def test_the_same_bad_end_on_several_numbers_is_told_once() -> None:
    texts = small_texts(SILENT)
    texts["brands.yaml"] += "  # another\n" + texts["brands.yaml"].replace("acme", "other").replace(
        "03 205 55 82", "03 205 55 42"
    )
    configuration = load_texts(texts, known_prompts(), {"plan-mail"}).configuration
    assert only(proof_of(configuration)).numbers == ("+3232055582", "+3232055542")


def test_the_repeated_hour_is_written_with_its_offset() -> None:
    zone = at("2026-10-25 02:30").replace(fold=1)
    assert Script("+3232055582", None, zone).command().endswith("--at 2026-10-25T02:30+01:00")


SWITCHING = """
    start: ring
    nodes:
      ring: {destination: one, rest: sorry}
      sorry: {announce: nobody-reached-callback, next: bye}
      bye: {hangup: normal}
"""
CHANGE = """
    start: change
    nodes:
      change:
        switch-plan: {1: acme}
        plans: {1: emergency}
        next: ring
        exits: {not-allowed: ring, wrong-pin: ring, cancelled: ring}
      ring: {destination: two, rest: sorry}
      sorry: {announce: nobody-reached-callback, next: bye}
      bye: {hangup: normal}
"""
CUT = "start: bye\nnodes:\n  bye: {hangup: normal}\n"


def switched_by_phone() -> Configuration:
    """A number with a good plan, whose group is switched by phone on another number to a plan that is not."""
    texts = small_texts(SWITCHING, plans__change=CHANGE, plans__emergency=CUT)
    texts["brands.yaml"] = texts["brands.yaml"].replace(
        "plan: main}", "plan: main}, {number: 03 205 55 83, plan: change, group: levers}"
    )
    return load_texts(texts, known_prompts(), {"plan-mail", "pin-wrong"}).configuration


def test_a_plan_to_which_a_group_may_be_switched_by_phone_is_looked_at() -> None:
    found = only(proof_of(switched_by_phone()))
    assert found.sentence == (
        "On Monday 23 November 2026 at 08:00, a call to 03 205 55 82 (Acme) switched to emergency: "
        "the caller is cut off at emergency.bye without a word and without a person."
    )
    assert found.command == (
        'dutyline simulate --to "03 205 55 82" --at 2026-11-23T08:00 --switched-to emergency'
    )
    assert found.is_shown and found.switched == "emergency"
    assert found.numbers == ("+3232055582",), "the other number is in a group that is not switched there"


def test_a_plan_to_which_only_the_command_can_switch_is_looked_at_on_every_number() -> None:
    texts = small_texts(SWITCHING, plans__emergency=CUT)
    texts["brands.yaml"] = texts["brands.yaml"].replace(
        "plan: main}", "plan: main}, {number: 03 205 55 83, plan: main}"
    )
    proof = proof_of(load_texts(texts, known_prompts()).configuration)
    assert only(proof).numbers == ("+3232055582", "+3232055583")
    assert proof.coverage.switched == ["emergency"]
    assert list(proof.coverage.lines())[-1] == "what happens when numbers are switched to emergency"


def test_what_happens_without_a_switch_is_told_without_one() -> None:
    texts = small_texts(CUT, plans__other="start: go\nnodes:\n  go: {goto: main}\n")
    found = only(proof_of(load_texts(texts, known_prompts()).configuration))
    assert found.switched == "" and "switched" not in found.sentence


TABLES = """
crm:
  url: "sqlite:////nowhere/crm.db"
  query: "SELECT level, region, product, kind FROM customers WHERE cli = :key"
  columns: [level, region, product, kind]
"""


def switches(variable: str, values: int, to: str, rest: str) -> str:
    cases = ", ".join(f"{variable}-{number}: {to}" for number in range(values))
    return f"{{switch: ${variable}, cases: {{{cases}}}, rest: {rest}}}"


def wide_plan(values: int) -> str:
    nodes = {
        "ask": "{lookup: crm, by: $dialled, exits: {found: a, not-found: ring, unanswered: ring}, rest: ring}",
        "a": switches("level", values, "b", "b"),
        "b": switches("region", values, "c", "c"),
        "c": switches("product", values, "d", "ring"),
        "d": switches("kind", values, "ring", "ring"),
        "ring": "{destination: one, rest: sorry}",
        "sorry": "{announce: nobody-reached-callback, next: bye}",
        "bye": "{hangup: normal}",
    }
    return "start: ask\nnodes:\n" + "".join(f"  {name}: {node}\n" for name, node in nodes.items())


def test_rows_that_are_one_to_the_plan_are_one() -> None:
    """Four columns of eight values, all of which fit the same case: 16 rows, and not 10,000."""
    plan = wide_plan(1)
    for column in ("level", "region", "product", "kind"):
        plan = plan.replace(f"{column}-0", f'"{", ".join(f"{column}-{value}" for value in range(8))}"')
    proof = proof_of(small(plan, tables=TABLES))
    assert proof.holds and proof.coverage.gaps == []


def test_more_rows_than_can_be_tried_are_no_proof_and_said() -> None:
    proof = proof_of(small(wide_plan(6), tables=TABLES))
    assert not proof.counter_examples and not proof.holds
    assert proof.coverage.gaps == [
        'the plans tell 2,401 rows of the table "crm" apart by level, region, product, kind: 1,024 of them are '
        "tried, and every value of each column at least once"
    ]


KEPT_UNDER_ANOTHER_NAME = """
    start: ask
    nodes:
      ask: {lookup: crm, by: $dialled, exits: {found: keep, not-found: ring, unanswered: ring}, rest: ring}
      keep: {set: {rank: "is-$level"}, next: which}
      which: {switch: $rank, cases: {is-gold: bye}, rest: ring}
      ring: {destination: one, rest: sorry}
      sorry: {announce: nobody-reached-callback, next: bye}
      bye: {hangup: normal}
"""


def test_a_value_is_found_by_what_it_is_kept_under() -> None:
    found = only(proof_of(small(KEPT_UNDER_ANOTHER_NAME, tables=TABLES)))
    assert 'the table "crm" has a row with level gold' in found.sentence and found.is_shown


def test_a_value_put_together_of_several_is_no_proof_and_said() -> None:
    plan = KEPT_UNDER_ANOTHER_NAME.replace("is-$level", "$level-$region").replace("is-gold", "gold-north")
    proof = proof_of(small(plan, tables=TABLES))
    assert not proof.holds
    assert proof.coverage.gaps == [
        "the plan compares $rank, which main.keep puts together out of $level and $region: not every value "
        "that these may make together is tried"
    ]


def test_the_smallest_share_of_a_percentage_is_tried() -> None:
    plan = """
        start: some
        nodes:
          some: {percentage: {ring: 99.98 %, bye: 0.02 %}}
          ring: {destination: one, rest: sorry}
          sorry: {announce: nobody-reached-callback, next: bye}
          bye: {hangup: normal}
    """
    found = only(proof_of(small(plan)))
    assert "--chance" in found.command and found.is_shown


def test_a_circle_in_which_nothing_is_asked_is_shown_though_steps_were_used_before() -> None:
    plan = """
        start: hello
        nodes:
          hello: {announce: please-hold, next: ring}
          ring: {destination: [one, two], order: together, exits: {busy: turn}, rest: bye}
          turn: {calendar: [{when: work, go: again}], rest: last}
          again: {switch: $v, cases: {"a": last}, rest: turn}
          last: {destination: boss, rest: bye}
          bye: {announce: goodbye, next: end}
          end: {hangup: normal}
          never: {set: {v: a}, next: turn}
    """
    found = only(proof_of(small(plan)))
    assert found.sentence == (
        "On Monday 23 November 2026 at 09:00, a call to 03 205 55 82 (Acme): Agent one and Agent two are busy; "
        "the call goes round for ever: main.again -> main.turn -> main.again."
    )
    assert found.is_shown, "the command shows the same circle, so often as the steps that are left allow"
    assert [hop.where for hop in shown(small(plan), found.command).steps[2:5]] == [
        "main.turn", "main.again", "main.turn",
    ]  # fmt: skip


PAGES = """
    start: page
    nodes:
      page: {page: p, next: ring}
      ring: {destination: one, rest: bye}
      bye: {announce: goodbye, next: end}
      end: {hangup: normal}
"""
NIGHTS_ONLY = """
    engineers: {ENG: {title: engineer, entry: eng}, TWO: {title: second, entry: two}}
    teams: {voice: {title: Voice, members: [ENG, TWO]}}
    layers:
      nights: {people: [ENG], turn: weekly, first: 2026-01-05 18:00, hours: [every day 18:00-08:00]}
      days: {people: [TWO], turn: weekly, first: 2026-01-05 08:00, hours: [Mon-Fri 08:00-18:00]}
    backup_phones: [spare]
    policies: {p: {levels: [{title: boss, entry: boss}], stages: [STAGES]}}
"""


@pytest.mark.parametrize(
    ("stages", "page"),
    [
        ("{who: duty}", "On Saturday 28 November 2026 at 08:00"),
        ("{who: layer nights}, {who: levels}", "On Monday 23 November 2026 at 08:00"),
        ("{who: [layer nights, spare]}", ""),
        ("{who: [duty, TWO]}", ""),
        ("{who: team voice}", ""),
        ("{who: levels}", ""),
    ],
)
def test_a_page_is_in_vain_when_its_own_chain_rings_nobody(stages: str, page: str) -> None:
    configuration = small(PAGES, duty=NIGHTS_ONLY.replace("STAGES", stages))
    found = proof_of(configuration, days=7).counter_examples
    if not page:
        assert not found
        return
    (one,) = found
    assert one.sentence == (
        f"{page}, a call to 03 205 55 82 (Acme): main.page looks for an engineer, "
        'by the policy "p", which rings nobody then.'
    )
    assert one.is_shown
    assert not [rung for rung in shown(configuration, one.command).rang if rung.by == "page"]


def test_a_simulation_rings_everybody_whom_a_stage_names() -> None:
    configuration = small(PAGES, duty=NIGHTS_ONLY.replace("STAGES", "{who: [duty, TWO, spare]}"))
    by_page = [
        [
            rung.entry
            for rung in simulate(configuration, "03 205 55 82", None, at(when)).rang
            if rung.by == "page"
        ]
        for when in ("2026-11-24 22:00", "2026-11-28 12:00")
    ]
    assert by_page == [["eng", "two", "spare"], ["two", "spare"]]
