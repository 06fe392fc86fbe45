"""A call over the limit of a number: told so before it is answered, or led where the limit says."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ivr.carrier.habits import answer_and_talk
from tests.stories.house import House
from tests.stories.test_queues import nothing_is_left

pytestmark = pytest.mark.switch

ONE_LINE, LED_ON = "032056000", "032056001"
DESK = "+32470000021"
FOREVER = answer_and_talk(after_s=0.2)
PLAN = """\
title: The desk
start: desk
nodes:
  desk: {destination: agent-1, ring: 20 s, rest: bye}
  busy: {announce: nobody-reached-callback, next: bye}
  bye: {hangup: normal}
"""
CHANGES: dict[str, Callable[[str], str]] = {
    "plans/one-line.yaml": lambda _: PLAN,
    "brands.yaml": lambda text: text.replace(
        "    - {number: +32 2 788 74 99, carrier: public, plan: day-and-night}\n",
        "    - {number: +32 2 788 74 99, carrier: public, plan: day-and-night}\n"
        f"    - {{number: {ONE_LINE}, plan: one-line, limit: {{calls: 1}}}}\n"
        f"    - {{number: {LED_ON}, plan: one-line, limit: {{calls: 1, over: one-line.busy}}}}\n",
    ),
}


async def test_one_call_at_a_time_and_the_next_is_refused_unanswered(house: House) -> None:
    """The second hears that all lines are taken, pays nothing, and is busy; the third gets the line."""
    await house.phones({DESK: FOREVER})
    async with house.configured(CHANGES):
        first = await house.call(ONE_LINE, caller="+32470009701")
        await house.answers(DESK)
        second = await house.call(ONE_LINE, caller="+32470009702")
        assert not await second.answered(20)
        assert await second.ended(20) == 17
        assert "lines-busy" in [one.prompt_id for one in await house.heard_whole(second)]
        await first.hang_up()
        await first.ended(20)
        await nothing_is_left(house)
        third = await house.call(ONE_LINE, caller="+32470009703")
        await house.answers(DESK, turn=2)
        await third.hang_up()
        await third.ended(20)
    refused = await house.record_from("+32470009702")
    assert refused.record.answered is None
    assert refused.hops[-1].why == "the number has no place: 1 call at once"


async def test_a_call_over_the_limit_goes_where_the_limit_says(house: House) -> None:
    await house.phones({DESK: FOREVER})
    async with house.configured(CHANGES):
        first = await house.call(LED_ON, caller="+32470009711")
        await house.answers(DESK)
        second = await house.call(LED_ON, caller="+32470009712")
        await house.hears(second, "nobody-reached-callback")
        await second.ended(30)
        assert first.is_live
        await first.hang_up()
        await first.ended(20)
    hops = (await house.record_from("+32470009712")).hops
    assert [hop.node for hop in hops][:2] == ["admission", "busy"]
    await nothing_is_left(house)
