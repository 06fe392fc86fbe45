# ruff: noqa: E501 - plans and commands are written on one line
"""A proof tries a value on each side of everything that a plan compares: what lies between is found as well."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paper import at, known_prompts, small_texts
from test_proved_callers import RING, proof_of

from dialplan.keyed import parse_form
from dialplan.numbers import to_e164
from dialplan.prove.marks import Marks, telling_digits, telling_forms
from dialplan.simulate import simulate
from dialplan.source import load_texts

ASK = "start: ask\nnodes:\n  ask: {collect: enter-customer-number, into: x, FORM, next: which, rest: ring}\n  which: CASES\n"

KEYED = {
    "the one value between two ranges": ("digits: 3", "{switch: $x, cases: {0..499: ring, 501..999: ring}, rest: bye}", ["500"]),
    "the one beginning that no case names": ("digits: 3-6", '{switch: $x, cases: {"0*,1*,2*,3*,4*,5*,6*,7*,8*": ring}, rest: bye}', ["900"]),
    "a short number with zeros before it": ("digits: 1-4", '{switch: $x, cases: {"1*,2*,3*,4*,5*,6*,7*,8*,9*": ring, 0..41: ring, 43..999: ring}, rest: bye}', ["042", "0042"]),
    "a ticket by how it is written": ("pattern: 1-xxxxxxxxxx", '{switch: $x, cases: {"1-99*": bye}, rest: ring}', ["19900000000"]),
    "the longer of two forms": ("pattern: [1-xxx, 2-xxxx]", '{switch: $x, cases: {"1-*,2-0*,2-1*,2-2*,2-3*,2-4*,2-5*,2-6*,2-7*,2-9*": ring}, rest: bye}', ["28000"]),
    "a telephone number by its zone": ("as: phone", '{switch: $x, cases: {"+3247*": ring, "+322*": bye}, rest: ring}', ["025110000"]),
    "a telephone number of another country": ("as: phone", '{switch: $x, cases: {"+32*": ring}, rest: bye}', ["005110000000", "0033142340000"]),
    "what is put into another variable": ("digits: 2", '{set: {y: "k$x"}, next: again}\n  again: {switch: $y, cases: {"k1*,k2*,k3*,k4*,k6*,k7*,k8*,k9*,k0*": ring}, rest: bye}', ["50"]),
}  # fmt: skip


@pytest.mark.parametrize("name", KEYED)
def test_what_only_one_stretch_of_keys_meets(name: str) -> None:
    form, cases, keyed = KEYED[name]
    (one,) = proof_of(ASK.replace("FORM", form).replace("CASES", cases)).counter_examples
    assert any(f'--keys "{each}"' in one.command for each in keyed), one.command
    assert one.is_shown


CALLERS = {
    "one digit behind a beginning": ('{switch: $caller, cases: {"+324700*,+324701*,+324702*,+324703*,+324705*,+324706*,+324707*,+324708*,+324709*": ring, "+32470*": bye}, rest: ring}', "+324704"),
    "a country that no case names": ('{switch: $country, cases: {"BE,FR,NL,DE,LU,GB,CH,US": ring, "": ring}, rest: bye}', "+"),
    "a caller of no country": ('{origin: [{from: anonymous, go: ring}], rest: where}\n  where: {switch: $country, cases: {"": bye}, rest: ring}', "1799"),
    "a beginning as people write it": ('{switch: $caller_shown, cases: {"0477*": bye}, rest: ring}', "+32477"),
    "every zone by its name": ('{switch: $zone, cases: {ghent: bye}, rest: ring}', "+329"),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLERS)
def test_what_only_some_callers_meet(name: str) -> None:
    cases, begins = CALLERS[name]
    found = proof_of(f"start: which\nnodes:\n  which: {cases}\n")
    assert len(found.counter_examples) == 1
    (one,) = found.counter_examples
    assert one.is_shown, one.command
    caller = one.command.split('--from "')[1].split('"')[0]
    assert (to_e164(caller) or caller).startswith(begins)


def test_what_no_one_can_tell_beforehand_is_named_and_is_no_proof() -> None:
    found = proof_of('start: which\nnodes:\n  which: {switch: $call, cases: {"a*": bye}, rest: ring}\n')
    assert not found.holds
    assert found.coverage.gaps == [
        "the plan compares $call, the id of a call, which is made by chance: not every value of it is tried"
    ]


def test_a_number_that_no_entry_has_is_busy() -> None:
    plan = "start: there\nnodes:\n  there: {destination: {number: 03 205 99 99, title: Depot}, exits: {busy: bye}, rest: ring}\n"
    (one,) = proof_of(plan).counter_examples
    assert "Depot is busy" in one.sentence
    assert '--outcome "+3232059999=busy"' in one.command
    assert one.is_shown


marks = st.builds(
    lambda values, beginnings, spans: Marks(
        dict.fromkeys(values), dict.fromkeys(beginnings), {(min(span), max(span)): None for span in spans}
    ),
    st.lists(st.from_regex("[0-9]{1,4}", fullmatch=True), max_size=4),
    st.lists(st.from_regex("[0-9]{0,3}", fullmatch=True), max_size=4),
    st.lists(st.tuples(st.integers(0, 1200), st.integers(0, 1200)), max_size=3),
)


def taken_as(own: Marks, value: str) -> tuple[object, ...]:
    """Everything that the marks tell of a value."""
    spans = (value.isdecimal() and first <= int(value) <= last for first, last in own.spans)
    return (*(value == each for each in own.values), *map(value.startswith, own.beginnings), *spans)


@settings(deadline=None, max_examples=60)
@given(marks)
def test_digits_of_every_kind_are_among_the_telling_ones(own: Marks) -> None:
    tried = {taken_as(own, digits) for digits in telling_digits(own, 1, 4)}
    for length in range(1, 5):
        for digits in map("".join, product("0123456789", repeat=length)):
            assert taken_as(own, digits) in tried, digits


@settings(deadline=None, max_examples=30)
@given(marks, st.sampled_from(["xx-x", "1xx", "x5x", "12xx", "1-2"]))
def test_forms_of_every_kind_are_among_the_telling_ones(own: Marks, pattern: str) -> None:
    form = parse_form(pattern)
    tried = {taken_as(own, form.write(digits)) for digits in telling_forms(own, form)}
    for digits in map("".join, product("0123456789", repeat=form.length)):
        written = form.write(digits)
        assert not written or taken_as(own, written) in tried, written


def test_a_short_number_of_a_network_is_shown_and_not_withheld() -> None:
    plan = "start: which\nnodes:\n  which: {origin: [{from: anonymous, go: bye}], rest: ring}\n" + RING
    texts = small_texts()
    texts["plans/main.yaml"] = plan
    configuration = load_texts(texts, known_prompts()).configuration
    call = simulate(configuration, "03 205 55 82", "1799", at("2026-11-23 10:00"))
    assert call.ended == "answered by one"
