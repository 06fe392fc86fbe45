"""Stories of strangers: wrong numbers, withheld ones, and callers with hostile names."""

from __future__ import annotations

import pytest

from ivr.carrier.habits import Habit, answer_and_talk, refuse
from tests.stories.house import ENGINEERS, House, together, until

pytestmark = pytest.mark.switch

AGENT_1 = "+32470000021"
TALKS = answer_and_talk(after_s=0.2)


async def test_who_dials_a_number_of_nobody_is_told_so_and_not_charged(house: House) -> None:
    """Words before the answer, and cause 1; nobody is rung, and the record says rejected."""

    async def refused(number: str, caller: str) -> None:
        call = await house.call(number, caller=caller)
        assert not await call.answered(20), f"{number} was answered"
        assert call.cause == 1, f"{number}: cause {call.cause}"
        found = await house.record_from(caller)
        assert (found.record.disposition, found.record.cause) == ("rejected", 1)
        assert found.record.answered is None
        assert (found.record.brand, found.record.plan) == ("", "")
        assert [(hop.node, hop.exit) for hop in found.hops] == [("", "unknown")]

    numbers = ("+3232059999", "032059999", "+33142685300", "112", "service", "*123#", "9" * 60)
    await together(*(refused(number, f"+3247000{9400 + place}") for place, number in enumerate(numbers)))
    assert house.rung() == []


HOSTILE = {
    "quotes": 'Jan "de man" O\'Brien',
    "latin": "Ren\u00e9e M\u00fcller-Lef\u00e8vre",
    "emoji": "\U0001f4de \U0001f1e7\U0001f1ea",
    "variables": "${SHELL(touch /tmp/owned)}${CHANNEL}",
    "database": "x'; DROP TABLE calls;--",
    "commas": "a,b;c|d&e^f",
    "template": "{{ 7*7 }}{% for x in y %}",
    "mail header": "Bcc: everybody@example.com",
    "markup": "[bold red]<b>x</b>[/]",
    "backslashes": "\\\\n\\r\\0",
    "right to left": "\u202eabc",
    "long": "L" * 900,
}


async def test_hostile_names_and_no_name_at_all_reach_an_agent_and_are_kept_harmlessly(house: House) -> None:
    """All at once: each call goes through, and record and mails bear the name as mere text."""
    await house.phones({AGENT_1: TALKS, **dict.fromkeys(ENGINEERS, refuse(Habit.BUSY))})
    who = {f"+3247000{9420 + place}": name for place, name in enumerate(HOSTILE.values())}
    calls = [await house.call("032055582", caller=caller, caller_name=name) for caller, name in who.items()]
    calls.append(await house.call("032055542", caller=None))
    await house.conversations({AGENT_1: len(calls)}, timeout_s=90)
    shown = {(leg.shown, leg.shown_name) for leg in house.carrier.legs(AGENT_1)}
    assert shown == {("+3232055582", "Fuzer"), ("+3232055542", "Escaux")}, "the brand, never the caller"
    for call in calls:
        await call.hang_up()

    async def kept(caller: str, name: str) -> None:
        record = (await house.record_from(caller)).record
        assert record.disposition == "answered", name[:40]
        assert plain(name).startswith(plain(record.caller_name)[:60]), record.caller_name[:80]
        assert record.caller_name or len(name) > 256, "a switch may drop a name of many hundred signs"

    await together(*(kept(*one) for one in who.items()))
    withheld = await house.record_from(None)
    assert withheld.record.disposition == "answered"
    told = await house.dutyline("calls", "show", withheld.record.id)
    assert "withheld" in told.out, told

    mails = await until(
        lambda: len(house.mails()) >= len(calls) and house.mails(), 20, "a mail for each call"
    )
    assert {(mail["To"], mail["Cc"], mail["Bcc"]) for mail in mails} == {
        ("support@fuzer.net", "service-team.ext@escaux.com", None),
        ("support@escaux.com", "service-team.ext@escaux.com", None),
    }
    assert all("\n" not in mail["Subject"] for mail in mails)
    texts = [mail.get_content() for mail in mails]
    assert any("7*7" in text for text in texts), "a template in a name is text too"
    assert any("withheld" in text for text in texts)
    listed = await house.dutyline("calls", "--last", "20")
    assert (listed.code, listed.err) == (0, "")


def plain(name: str) -> str:
    """Without the signs that mean something to a switch: it may drop or double them."""
    return name.translate({ord(sign): None for sign in "\\$"})
