# ruff: noqa: E501 - the words are compared as they are printed, on one line
"""Switching plans by phone: the PIN, the choices, what is said, and everything that can go wrong."""

from __future__ import annotations

from textwrap import dedent

import pytest
from paper import NUMBER, PaperCall, at, known_prompts, small_texts

from dialplan.commands import CheckPin, Collect, Play, SendMail, SwitchPlan
from dialplan.events import PinChecked, Switched
from dialplan.faults import ConfigurationFaults
from dialplan.model import Configuration
from dialplan.overrides import Override, OverrideKind, with_overrides
from dialplan.pins import hash_pin
from dialplan.simulate import simulate
from dialplan.source import load_texts

PIN = "48151623"
HASH = hash_pin(PIN, b"0123456789abcdef")
PLAN = """
    start: change
    nodes:
      change:
        switch-plan: {1: acme}
        plans: {1: main, 2: emergency}
        say: {emergency: still-trying}
        callers: [boss, 0470 00 00 77]
        for: 4 h
        next: bye
        exits: {not-allowed: refused, wrong-pin: refused}
        rest: failed
      bye: {hangup: normal}
      refused: {hangup: rejected}
      failed: {hangup: congested}
"""
EMERGENCY = "start: bye\nnodes: {bye: {hangup: normal}}\n"
BOSS = "+32470000009"


def texts(plan: str = PLAN) -> dict[str, str]:
    desk = "title: A small desk\nfailsafe: boss\nmail_from: desk@example.com\nshown_number: 03 205 55 82\n"
    files = small_texts(plans__change=dedent(plan), plans__emergency=EMERGENCY)
    files["desk.yaml"] = f"{desk}language: en\npins: {{boss: '{HASH}'}}\n"
    files["brands.yaml"] += "    - {number: 03 205 55 99, plan: change, group: desk-line}\n"
    files["brands.yaml"] = files["brands.yaml"].replace(
        "numbers: [{number: 03 205 55 82, plan: main}]", "numbers:\n    - {number: 03 205 55 82, plan: main}"
    )
    return files


def desk(plan: str = PLAN) -> Configuration:
    return load_texts(texts(plan), known_prompts(), {"plan-mail", "pin-wrong"}).configuration


def dials_in(configuration: Configuration | None = None, caller: str | None = BOSS) -> PaperCall:
    return PaperCall(configuration or desk(), "+3232055599", caller=caller)


def keyed_in(call: PaperCall, who: str = "boss") -> PaperCall:
    call.keys(PIN)
    assert call.asked == CheckPin(PIN, ())
    return call.answer(PinChecked(who))


def test_the_whole_way() -> None:
    call = dials_in()
    assert call.hears == ["en:switch-enter-pin"]
    assert isinstance(call.asked, Collect) and call.asked.secret and call.asked.fresh
    keyed_in(call)
    assert call.hears == [
        "en:switch-for", "en:brand-fuzer", "en:switch-press", "en:digits 1", "en:switch-now-on", "en:switch-usual-plan",
    ]  # fmt: skip
    call.keys("1")
    assert call.hears == [
        "en:brand-fuzer",
        "en:switch-for", "en:switch-plan", "en:digits 1", "en:switch-press", "en:digits 1",
        "en:switch-for", "en:still-trying", "en:switch-press", "en:digits 2",
        "en:switch-for", "en:switch-usual-plan", "en:switch-press", "en:digits 0",
    ]  # fmt: skip
    call.keys("2")
    assert call.hears == [
        "en:switch-you-chose", "en:brand-fuzer", "en:still-trying",
        "en:switch-ends-after", "en:duration 14400", "en:switch-confirm",
    ]  # fmt: skip
    call.keys("1")
    assert call.asked == SwitchPlan("acme", "emergency", "boss", 14400.0)
    call.answer(Switched())
    assert call.hears == ["en:switch-done", "en:switch-ends-after", "en:duration 14400"]
    call.listens()
    assert call.hung_up == 16 and call.way[0] == "change.next"
    assert call.hops[0].why == "boss switched acme to emergency"


def test_the_pin_stands_nowhere() -> None:
    call = keyed_in(dials_in())
    assert PIN not in repr(call.state) and PIN not in repr(call.hops) and PIN not in repr(call.told)


def test_back_to_the_usual_plan() -> None:
    now = at("2026-11-23 10:00")
    override = Override("1", OverrideKind.GROUP, "acme", "emergency", now)
    call = keyed_in(dials_in(with_overrides(desk(), [override])))
    assert call.hears[-2:] == ["en:switch-now-on", "en:still-trying"]
    call.keys("1").keys("0").keys("1")
    assert call.asked == SwitchPlan("acme", "", "boss", 0.0)
    call.answer(Switched())
    assert call.hears == ["en:switch-done"]
    call.listens()
    assert call.hops[0].why == "boss switched acme back"


def test_a_caller_who_may_not() -> None:
    call = dials_in(caller="+32470000022")
    assert call.hears == ["en:switch-not-allowed"]
    call.listens()
    assert call.hung_up == 21 and call.hops[0].exit == "not-allowed"
    assert dials_in(caller="+32470000077").hears == ["en:switch-enter-pin"]
    assert dials_in(caller=None).hears == ["en:switch-not-allowed"]


def test_three_wrong_pins_end_it_and_a_mail_goes_out() -> None:
    call = dials_in()
    for tried in (1, 2, 3):
        call.keys("0000" if tried < 3 else "")
        call.answer(PinChecked())
        if tried < 3:
            assert call.hears == ["en:switch-pin-wrong", "en:switch-enter-pin"]
    assert call.hears == ["en:switch-pin-refused"]
    [mail] = [told for told in call.told if isinstance(told, SendMail)]
    assert (mail.template, mail.to) == ("pin-wrong", ("support@example.com",))
    call.listens()
    assert call.hops[0].exit == "wrong-pin" and call.hops[0].why == "3 wrong PINs were keyed"


def test_no_more_tries_are_allowed() -> None:
    call = dials_in()
    call.keys(PIN).answer(PinChecked(is_blocked=True))
    assert call.hears == ["en:switch-pin-refused"]
    call.listens()
    assert call.hops[0].why == "there were too many wrong PINs before"


@pytest.mark.parametrize(
    "keys", [["*"], ["1", "*"], ["1", "2", "*"], ["7", "", "9"], ["1", "2", "9", "9", "9"]]
)
def test_nothing_is_changed_without_a_confirmation(keys: list[str]) -> None:
    call = keyed_in(dials_in())
    for key in keys:
        call.keys(key)
    assert isinstance(call.asked, Play) and call.hears == ["en:switch-nothing-changed"]
    call.listens()
    assert call.hops[0].exit == "rest", "there is no exit of its own for a caller who cancels"


def test_a_wrong_key_is_asked_again() -> None:
    call = keyed_in(dials_in()).keys("7")
    assert call.hears[:2] == ["en:invalid-choice", "en:switch-for"]
    call.keys("")
    assert call.hears[0] == "en:no-input"
    call.keys("1").keys("1").keys("1")
    assert call.asked == SwitchPlan("acme", "main", "boss", 14400.0)


def test_a_refusal_and_a_failure() -> None:
    call = keyed_in(dials_in()).keys("1").keys("2").keys("1")
    call.answer(Switched('unknown plan "emergency"'))
    assert call.hears == ["en:switch-failed"]
    call.listens()
    assert call.hung_up == 42
    other = keyed_in(dials_in()).keys("1").keys("2").keys("1").fails()
    assert other.hung_up == 42


def test_simulated() -> None:
    done = simulate(desk(), "03 205 55 99", BOSS, at("2026-11-23 10:00"), [PIN, "1", "2", "1"])
    assert (
        done.heard[-3:] == ("switch-done", "switch-ends-after", "duration 14400")
        or "switch-done" in done.heard
    )
    wrong = simulate(desk(), "03 205 55 99", BOSS, at("2026-11-23 10:00"), ["1111", "2222", "3333"])
    assert "switch-pin-refused" in wrong.heard and [mail.template for mail in wrong.mails] == ["pin-wrong"]


def test_a_line_that_rings_one_telephone_is_not_switched_to_a_plan_that_rings_several() -> None:
    files = texts()
    files["plans/emergency.yaml"] = (
        "start: ring\nnodes:\n  ring: {destination: [one, two], order: together}\n"
    )
    files["brands.yaml"] = files["brands.yaml"].replace("plan: main}", "plan: main, line: inap}")
    loaded = load_texts(files, known_prompts(), {"plan-mail", "pin-wrong"})
    assert [each.message for each in loaded.warnings if each.rule == "parallel-ringing"] == [
        '03 205 55 82 cannot be switched to "emergency", which rings in parallel at emergency.ring: a number of type "inap" cannot'
    ]
    asked = [PIN, "1", "2", "1"]
    done = simulate(loaded.configuration, "03 205 55 99", BOSS, at("2026-11-23 10:00"), asked)
    assert "switch-failed" in done.heard and "switch-done" not in done.heard
    assert any("rings in parallel at emergency.ring" in hop.why for hop in done.steps)
    allowed = simulate(
        loaded.configuration, "03 205 55 99", BOSS, at("2026-11-23 10:00"), [PIN, "1", "1", "1"]
    )
    assert "switch-done" in allowed.heard, "the other plan rings one"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("{1: acme}", "{1: acne}", 'plans/change.yaml:4:22 change switch-plan["1"]: unknown number group "acne"; did you mean "acme"?'),
        ("2: emergency}", "2: emergenci}", 'plans/change.yaml:5:25 change plans["2"]: unknown plan "emergenci"; did you mean "emergency"?'),
        ("{1: main,", "{0: main,", 'plans/change.yaml:5:13 change plans["0"]: "0" cannot be chosen here; keys are 1 to 9'),
        ("say: {emergency:", "say: {emergenzy:", 'plans/change.yaml:6:11 change say emergenzy: "emergenzy" is none of the plans that can be chosen here'),
        ("[boss, ", "[bos, ", 'plans/change.yaml:7:15 change callers[1]: unknown directory entry "bos"; did you mean "boss"?'),
        ("0470 00 00 77", "0470 00", 'plans/change.yaml:7:21 change callers[2]: "0470 00" is not a telephone number'),
        ("for: 4 h", "for: 4", 'plans/change.yaml:8:10 change for: "4" is not a duration; write it with its unit, as in "25 s" or "10 min"'),
        ("switch-plan: {1: acme}", "switch-plan: {}", "plans/change.yaml:4:18 change switch-plan: there is nothing to choose"),
    ],
)  # fmt: skip
def test_faults(old: str, new: str, words: str) -> None:
    assert old in PLAN
    with pytest.raises(ConfigurationFaults) as caught:
        load_texts(texts(PLAN.replace(old, new, 1)), known_prompts(), {"plan-mail", "pin-wrong"})
    assert words in [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("pins", "words"),
    [
        ("{bos: '" + HASH + "'}", 'desk.yaml:6:8 pins bos: unknown directory entry "bos"; did you mean "boss"?'),
        ("{boss: 1234}", 'desk.yaml:6:14 pins boss: is no hash of a PIN; `dutyline pin` makes one, as in "scrypt:14:8:1:..."'),
        ("{boss: '" + HASH.replace("scrypt:14", "scrypt:22") + "'}", "desk.yaml:6:14 pins boss: is a hash that is too easy, or takes too long, to try; `dutyline pin` makes a good one"),
    ],
)  # fmt: skip
def test_faults_of_pins(pins: str, words: str) -> None:
    files = texts()
    files["desk.yaml"] = files["desk.yaml"].partition("pins:")[0] + f"pins: {pins}\n"
    with pytest.raises(ConfigurationFaults) as caught:
        load_texts(files, known_prompts(), {"plan-mail", "pin-wrong"})
    assert words in [str(fault) for fault in caught.value.faults]


def test_the_number_that_is_dialled_keeps_its_own_plan() -> None:
    assert desk().numbers[NUMBER].plan == "main"
