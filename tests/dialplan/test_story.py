# ruff: noqa: E501 - the lines are compared as they are printed
"""A simulated call told hop by hop; and no command of the engine is left out of what is asked on paper."""

from __future__ import annotations

from typing import get_args

from paper import at, shipped, small

from dialplan import story
from dialplan.commands import Asked, Command, Hangup, Leave
from dialplan.nodes import KINDS
from dialplan.overrides import switched_to
from dialplan.prove.answers import _ANSWERS
from dialplan.simulate import simulate
from dialplan.story import tell


def test_the_story_of_a_call_by_the_clock() -> None:
    call = simulate(shipped(), "+32 2 788 74 99", None, at("2026-11-21 21:14"), outcomes={"agent-1": "busy"})
    assert tell(shipped(), call) == [
        '21:14:00  On Saturday 21 November 2026 somebody calls Fuzer; the plan is "day-and-night".',
        "21:14:00    the caller hears nl welcome-fuzer",
        "21:14:04  day-and-night.welcome (announce): said welcome-fuzer; so by next.",
        "21:14:04  day-and-night.hours (calendar): Saturday 21:14 is outside office-hours "
        "(Mon-Fri 08:00-18:00); so by rest.",
        '21:14:04  day-and-night.night (goto): on in the plan "night", at "page"; so by next.',
        '21:14:04  night.page (page): engineers are being rung for Fuzer, by the policy "standard"; so by next.',
        '21:14:04    engineers are rung from now on, by the policy "standard"',
        "21:14:04    the caller hears nl night-desk-connecting, fr night-desk-connecting",
        "21:14:12  night.connecting (announce): said night-desk-connecting; so by next.",
        "21:14:12    rings Night desk agent 1 (0470 00 00 21) for up to 20 s, showing 03 205 55 82",
        "21:14:12    busy",
        "21:14:14    rings Night desk agent 2 (0470 00 00 22) for up to 20 s, showing 03 205 55 82",
        "21:14:14    Night desk agent 2 answers, and they talk",
        "21:15:14  night.desk (destination): Night desk agent 1 was busy (cause 17); "
        "Night desk agent 2 answered; so by answered.",
        "21:15:14  The call ends: answered by agent-2.",
    ]


def test_what_is_keyed_and_what_cannot_be_done() -> None:
    plan = """
        start: choose
        nodes:
          choose: {menu: choose-language, keys: {1: hello}, rest: hello}
          hello: {announce: please-hold, next: ring}
          ring: {destination: one, rest: bye}
          bye: {hangup: busy}
    """
    call = simulate(
        small(plan), "03 205 55 82", None, at("2026-11-23 10:00"), ["", "1"], suppose={"ring": "failed"}
    )
    said = [line[12:] for line in tell(small(plan), call) if line[8:12] == "    "]
    assert said == [
        "the caller hears nl choose-language, fr choose-language",
        "the caller keys nothing within 5 s",
        "the caller hears nl no-input, nl choose-language, fr no-input, fr choose-language",
        "the caller keys 1",
        "the caller hears nl please-hold, fr please-hold",
        "this cannot be done (supposed)",
    ]


def test_a_number_that_nobody_has() -> None:
    call = simulate(shipped(), "02 999 99 99", None, at("2026-11-21 21:14"))
    assert (
        tell(shipped(), call)[0]
        == "21:14:00  On Saturday 21 November 2026 somebody calls a number that nobody has."
    )


def test_every_command_is_told_and_every_question_is_tried() -> None:
    assert set(get_args(Command)) - {Leave} <= set(story._SAYERS) | {Command}
    assert set(get_args(Asked)) - {Hangup} == set(_ANSWERS)
    assert KINDS


def test_a_step_outside_of_any_node_is_told_without_one() -> None:
    configuration = switched_to(shipped(), "night", ["+3227887499"])
    told = list(tell(configuration, simulate(configuration, "02 788 74 99", None, at("2026-11-23 10:00"))))
    assert any("  day-and-night (override): the number" in line for line in told), told
    unknown = simulate(shipped(), "03 999 99 99", None, at("2026-11-23 10:00"))
    assert unknown.steps[0].where == ""
    assert any("  (number): no brand has the dialled number" in line for line in tell(shipped(), unknown))
