"""Stories of who answers: offices, agents, the last person; and what each refusal is called in the trace."""

from __future__ import annotations

import pytest

from dialplan.events import Outcome
from ivr.carrier.habits import (
    Habit,
    answer_and_key,
    answer_and_talk,
    cause,
    hang_up_in_the_middle,
    refuse,
)
from ivr.records import RecordedCall
from tests.stories.house import ENGINEERS, FRIDAY_MORNING, House, together

pytestmark = pytest.mark.switch

COLT_OFFICE = "+32470000053"
AGENT_1, AGENT_2 = "+32470000021", "+32470000022"
NIGHT_MOBILE, DUTY_MANAGER = "+32470000061", "+32470000062"
TALKS = answer_and_talk(after_s=0.3)
SHORT_RINGS = {
    "plans/night.yaml": lambda text: text.replace("ring: 20 s", "ring: 2 s").replace(
        "ring: 30 s", "ring: 2 s"
    ),
}


async def test_a_night_on_which_every_agent_is_busy(house: House) -> None:
    """Three callers at once: by night, by day at a busy office, and one whose last person is busy too."""
    refusing = [COLT_OFFICE, AGENT_1, AGENT_2, DUTY_MANAGER]
    await house.phones({NIGHT_MOBILE: TALKS, **dict.fromkeys(refusing, refuse(Habit.BUSY))})
    await house.phones(dict.fromkeys(ENGINEERS, refuse(Habit.BUSY)))
    fuzer, colt, escaux = "+32470009301", "+32470009302", "+32470009303"
    async with house.configured({"brands.yaml": otherwise}):
        by_night = await house.call("032055582", caller=fuzer)
        by_day = await house.call("080039808", caller=colt, at=FRIDAY_MORNING)
        in_vain = await house.call("032055542", caller=escaux)
        assert await in_vain.ended(150) == 16
        await house.conversations({NIGHT_MOBILE: 2})
    for call in (by_night, by_day):
        await call.hang_up()
        await call.ended()

    desk = ["night-desk-connecting", "all-agents-busy", "still-trying"]
    in_two = [prompt for prompt in desk for _ in ("nl", "fr")]
    assert [one.prompt_id for one in await house.heard_whole(by_night)] == ["welcome-fuzer", *in_two], (
        "in Dutch and in French, the welcome once"
    )
    assert [one.prompt_id for one in await house.heard_whole(by_day)] == [
        "welcome-colt",
        "office-connecting",
        "still-trying",
        *desk,
    ]
    assert [one.prompt_id for one in await house.heard_whole(in_vain)] == [
        "welcome-escaux",
        *desk,
        "nobody-reached-callback",
    ]

    night, day, vain = [await house.record_from(caller) for caller in (fuzer, colt, escaux)]
    assert exits(night) == {"welcome": "next", "page": "next", "connecting": "next", "desk": "busy",
                            "all-busy": "next", "desk-again": "rest", "still-trying": "next",
                            "last-person": "answered"}  # fmt: skip
    assert (exits(day)["hours"], exits(day)["office"]) == ("office-hours", "rest")
    assert [one.record.agent_entry for one in (night, day, vain)] == ["night-desk-mobile"] * 2 + [""]
    assert [one.record.disposition for one in (night, day, vain)] == ["answered", "answered", "announced"]
    assert vain.record.hung_by == "service"
    assert [hop.node for hop in vain.hops][-3:] == ["last-person", "nobody", "bye"]

    pages = {page.brand: page for page in await house.pages()}
    assert pages["escaux"].state in ("paged", "ringing"), "the caller is gone, the page is not"
    await house.phones(dict.fromkeys(ENGINEERS, answer_and_key("1", after_s=0.3, listens_s=1)))
    await house.page_reaches("accepted", timeout_s=70)


def otherwise(text: str) -> str:
    """COLT and Escaux speak Dutch alone, and the last person of Escaux is another."""
    for brand in ("escaux", "colt"):
        before, name, after = text.partition(f"\n{brand}:\n")
        text = before + name + "  language: nl\n" + after
    before, escaux, after = text.partition("\nescaux:\n")
    return before + escaux + after.replace("failsafe: night-desk-mobile", "failsafe: duty-manager", 1)


async def test_the_second_agent_takes_what_the_first_does_not_and_may_end_the_call(house: House) -> None:
    await house.phones({AGENT_1: Habit.RING_FOREVER.value, AGENT_2: answer_and_talk(after_s=0.3, talks_s=2)})
    async with house.configured(SHORT_RINGS):
        call = await house.call("032055582")
        await call.ended(60)
    first, second = [await house.leg_over(number) for number in (AGENT_1, AGENT_2)]
    assert first.ended_at and second.rang_at and first.ended_at <= second.rang_at, "never both at once"
    record = (await house.record_of(call)).record
    assert (record.disposition, record.hung_by) == ("answered", "agent")
    assert (record.agent_entry, record.agent_number) == ("agent-2", AGENT_2)
    assert second.answered_at and record.agent_at and record.ended
    assert abs((record.agent_at - second.answered_at).total_seconds()) < 1
    assert 1 < (record.ended - record.agent_at).total_seconds() < 4, "the time they talked, nothing else"


def exits(found: RecordedCall) -> dict[str, str]:
    return {hop.node: hop.exit for hop in found.hops}


OUTCOMES = {
    refuse(Habit.BUSY): Outcome.BUSY,
    refuse(Habit.REJECT): Outcome.BUSY,
    refuse(Habit.CONGESTION): Outcome.CONGESTED,
    refuse(Habit.UNKNOWN): Outcome.NOT_REACHED,
    refuse(Habit.OUT_OF_ORDER): Outcome.CONGESTED,
    cause(27): Outcome.NOT_REACHED,
    cause(31): Outcome.CAUSE_31,
    cause(18): Outcome.NO_ANSWER,
    cause(20): Outcome.NOT_REACHED,
    cause(42): Outcome.CONGESTED,
    Habit.RING_FOREVER.value: Outcome.NO_ANSWER,
    hang_up_in_the_middle(after_s=0.3, listens_s=0.5): Outcome.ANSWERED,
}
"""What a telephone does, and which of the ends that VMS names the trace says."""

EXITS = "{" + ", ".join(f"{outcome}: said-{outcome}" for outcome in Outcome) + "}"


def one_phone(place: int) -> str:
    """A plan that rings one telephone and has an exit for each end."""
    ends = "\n".join(f"  said-{end}: {{hangup: normal}}" for end in (*Outcome, "rest"))
    return (
        f"title: Telephone {place}, and an exit for each end\nstart: phone\nnodes:\n  phone:\n"
        f"    destination: phone-{place}\n    ring: 2 s\n    exits: {EXITS}\n    rest: said-rest\n{ends}\n"
    )


def fuzer_with_more_numbers(text: str) -> str:
    last = "    - {number: +32 2 788 74 99, carrier: public, plan: day-and-night}\n"
    more = "".join(
        f"    - {{number: 03 205 60 {place:02}, carrier: Telenet, plan: phone-{place}}}\n"
        for place in range(len(OUTCOMES))
    )
    return text.replace(last, last + more)


async def test_each_way_of_not_reaching_somebody_has_its_own_exit(house: House) -> None:
    """The six ends that VMS names, and the answer; each told by a real telephone that behaves so."""
    phones = [f"+324700001{place:02}" for place in range(len(OUTCOMES))]
    entries = "".join(
        f"phone-{place}: {{title: Telephone {place}, kind: desk, phone: {number}}}\n"
        for place, number in enumerate(phones)
    )
    plans = {f"plans/phone-{place}.yaml": one_phone(place) for place in range(len(OUTCOMES))}
    changes = {
        "directory.yaml": lambda text: text + entries,
        "brands.yaml": fuzer_with_more_numbers,
        **{name: (lambda _, plan=plan: plan) for name, plan in plans.items()},
    }

    async def ends(place: int, habit: str, outcome: Outcome) -> None:
        caller = f"+3247000{9300 + place}"
        call = await house.call(f"0320560{place:02}", caller=caller)
        assert await call.ended(40) is not None
        hops = (await house.record_from(caller)).hops
        assert (hops[0].node, hops[0].exit) == ("phone", str(outcome)), f"{habit}: {hops[0]}"

    async with house.configured(changes):
        await house.phones(dict(zip(phones, OUTCOMES, strict=True)))
        await together(*(ends(place, *each) for place, each in enumerate(OUTCOMES.items())))
