# ruff: noqa: E501 - the words are compared as they are printed, on one line
"""What can be wrong with forecast, handshake and drill, with the exact words that are said of it."""

from __future__ import annotations

import pytest
from paper import known_prompts, small_texts

from dialplan.beforehand import AskedBy
from dialplan.faults import ConfigurationFaults
from dialplan.source import load_texts

PLAN = "start: bye\nnodes:\n  bye: {hangup: normal}\n"
TO = "to: [a@example.com]"

WRONG = {
    "nobody reads the forecast": ("forecast: {at: 06:00}", 'duty.yaml:5:11 forecast: "to" is missing'),
    "an empty list of readers": ("forecast: {to: []}", 'duty.yaml:5:16 forecast: "to" is empty'),
    "no address": ("forecast: {to: desk}", 'duty.yaml:5:16 forecast to: "desk" is not a mail address'),
    "no time of day": (
        f"forecast: {{{TO}, at: 6 am}}",
        'duty.yaml:5:37 forecast at: "6 am" is not a time of day; write it as in "08:00"'),
    "too many days": (
        f"forecast: {{{TO}, days: 400}}",
        'duty.yaml:5:39 forecast days: "400" is not a whole number from 1 to 90'),
    "no day of the week": (
        f"forecast: {{{TO}, when_well: weekly}}",
        'duty.yaml:5:44 forecast when_well: "weekly" is not a day; write Mon, Tue, Wed, Thu, Fri, Sat, Sun'),
    "an unknown key": (
        f"forecast: {{{TO}, day: 14}}",
        'duty.yaml:5:33 forecast: unknown key "day"; did you mean "days"?'),
    "asked by no way that there is": (
        f"handshake: {{{TO}, by: fone}}",
        'duty.yaml:5:38 handshake by: "fone" is none of phone, mail; did you mean "phone"?'),
    "tries that take longer than there is time": (
        f"handshake: {{{TO}, before: 5 min, tries: 3, pause: 3 min}}",
        "duty.yaml:5:42 handshake before: is shorter than 3 tries with their pauses take (450 s)"),
    "a drill on no day of the month": (
        f"drill: {{{TO}, monthly: Tue 10:00}}",
        'duty.yaml:5:39 drill monthly: "Tue 10:00" is no day of every month; write it as in "first Tue 10:00"'),
    "a drill in an unknown calendar": (
        f"drill: {{{TO}, during: wrok}}",
        'duty.yaml:5:38 drill during: unknown calendar "wrok"; did you mean "work"?'),
    "a drill of an unknown team": (
        f"drill: {{{TO}, team: voice}}",
        'duty.yaml:5:36 drill team: unknown team "voice"'),
    "a night by day": (
        "nights: 08:00-18:00",
        'duty.yaml:5:9 nights: "08:00-18:00" is no night: it ends on the day on which it begins'),
}  # fmt: skip


def texts_with(more: str) -> dict[str, str]:
    texts = small_texts(PLAN)
    return {**texts, "duty.yaml": texts["duty.yaml"].rstrip("\n") + f"\n{more}\n"}


@pytest.mark.parametrize(("more", "words"), WRONG.values(), ids=WRONG)
def test_what_is_said_of_it(more: str, words: str) -> None:
    with pytest.raises(ConfigurationFaults) as caught:
        load_texts(texts_with(more), known_prompts(), {"plan-mail"})
    said = [str(fault) for fault in caught.value.faults]
    assert said == [words]


def test_none_of_it_is_done_unless_it_stands_there() -> None:
    beforehand = load_texts(small_texts(PLAN), known_prompts(), {"plan-mail"}).configuration.duty.beforehand
    assert (beforehand.forecast, beforehand.handshake, beforehand.drill) == (None, None, None)


def test_what_is_left_unsaid() -> None:
    more = f"forecast: {{{TO}, when_well: never}}\nhandshake: {{{TO}}}\ndrill: {{{TO}}}"
    beforehand = load_texts(texts_with(more), known_prompts(), {"plan-mail"}).configuration.duty.beforehand
    assert beforehand.forecast and beforehand.handshake and beforehand.drill
    assert (beforehand.forecast.at_min, beforehand.forecast.days, beforehand.forecast.well_on) == (
        360,
        14,
        -1,
    )
    assert (beforehand.handshake.before_s, beforehand.handshake.by) == (1800, AskedBy.PHONE)
    assert beforehand.drill.monthly is None
    assert str(beforehand.drill) == "", "a drill without a day is held by command alone"
