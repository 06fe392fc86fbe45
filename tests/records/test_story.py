"""A call told so that somebody who was not there understands it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from ivr.notify.words import Language
from ivr.records import CallRecord, HopRecord
from ivr.records.phrases import PHRASES
from ivr.records.story import tell
from ivr.storage import Disposition, HungBy

NOW = datetime(2026, 11, 21, 23, 14, 2, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


RECORD = CallRecord(
    id="3f2a",
    uniqueid="1.1",
    channel="PJSIP/trunk-1",
    dialled="+3232055582",
    caller="+32470000001",
    caller_name="Zo\xeb",
    started=NOW,
    brand="fuzer",
    plan="fuzer-night",
    answered=after(0.2),
    agent_rang_at=after(6),
    agent_at=after(12),
    agent_entry="agent-1",
    ended=after(197),
    disposition=Disposition.ANSWERED,
    cause=16,
    hung_by=HungBy.CALLER,
)
HOPS = [
    HopRecord("fuzer-night", "welcome", "announce", "next", "welcome-fuzer was spoken", after(3)),
    HopRecord("fuzer-night", "page", "page", "next", "the hunt for an engineer began", after(5)),
]


def test_a_night_call_is_told_in_order() -> None:
    assert tell(RECORD, HOPS) == (
        "Call 3f2a\n"
        "Sunday 22 November 2026 at 00:14: 0470 00 00 01 (Zo\xeb) called 03 205 55 82"
        " (fuzer, plan fuzer-night).\n"
        "  00:14:02  the call was answered\n"
        "  00:14:05  welcome (announce): welcome-fuzer was spoken; left by next\n"
        "  00:14:07  page (page): the hunt for an engineer began; left by next\n"
        "  00:14:08  agent-1 was rung\n"
        "  00:14:14  agent-1 picked up\n"
        "  00:17:19  the caller hung up (cause 16)\n"
        "A person spoke with the caller. They spoke for 3 min 05 s. The call took 3 min 17 s.\n"
    )


def test_a_call_that_goes_on_has_no_end_yet() -> None:
    record = CallRecord(id="1", uniqueid="1", channel="", dialled="weird", caller=None, started=NOW)
    story = tell(record, [])
    assert "withheld number called weird." in story
    assert story.endswith("The call is still going on.\n")


@pytest.mark.parametrize(
    ("language", "rung", "there"),
    [
        ("en", "somebody was rung", "somebody picked up"),
        ("nl", "iemand werd gebeld", "iemand nam op"),
        ("fr", "on a appelé quelqu'un", "quelqu'un a décroché"),
        ("de", "bei jemandem klingelte es", "jemand hob ab"),
    ],
)
def test_who_picked_up_while_the_service_was_away_has_withheld_no_number(
    language: Language, rung: str, there: str
) -> None:
    """The switch's failsafe rang somebody: nobody was there to see whom."""
    story = tell(replace(RECORD, agent_entry="", hung_by=HungBy.UNKNOWN), HOPS, language)
    assert f"00:14:08  {rung}\n" in story
    assert f"00:14:14  {there}\n" in story


def test_a_test_call_says_what_time_the_plan_was_told() -> None:
    record = CallRecord(
        id="1",
        uniqueid="1",
        channel="",
        dialled="+3232055582",
        caller=None,
        started=NOW,
        clock_at=after(3600),
    )
    assert "the plan was told that it was Sunday 22 November 2026 at 01:14." in tell(record, [])


def test_nobody_saw_the_end() -> None:
    record = CallRecord(
        id="1",
        uniqueid="1",
        channel="",
        dialled="+3232055582",
        caller=None,
        started=NOW,
        ended=after(7200),
        disposition=Disposition.UNKNOWN,
    )
    assert "the service was not running at that moment." in tell(record, [])
    assert "The call took" not in tell(record, [])


def test_a_name_cannot_make_up_lines_of_the_story() -> None:
    record = CallRecord(
        id="1",
        uniqueid="1",
        channel="",
        dialled="1",
        caller=None,
        started=NOW,
        caller_name="x\n  00:00:00  lie",
    )
    assert len(tell(record, []).splitlines()) == 3


@pytest.mark.parametrize("language", get_args(Language))
def test_it_is_told_in_four_languages(language: Language) -> None:
    story = tell(RECORD, HOPS, language)
    assert "0470 00 00 01" in story
    assert "{" not in story
    words = PHRASES[language]
    assert set(words.summary) == set(Disposition) - {Disposition.IN_PROGRESS}
    assert set(words.hung) == set(HungBy)
