"""The book of places: who is let in, who waits, who is refused; and that nothing is ever lost or doubled."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dialplan.commands import Admit, AgentOrder, Agents, Limit, Target, Waiting
from dialplan.events import Admission, Admitted
from ivr.calls.places import AgentState, Book, Kept, Waiter, Wish, read_kept
from ivr.calls.places.line import choose, line_up, place_in

DESK = Limit("destination:desk", at_once=1)
QUEUE = Waiting("desk", wait_s=300)


def target(name: str) -> Target:
    return Target(name, name.title(), "+32470000021")


def group(*names: str, **more: Any) -> Agents:
    return Agents("night", tuple(target(name) for name in names), **more)


def admit(*limits: Limit, agents: Agents | None = None, waiting: Waiting | None = QUEUE) -> Admit:
    return Admit(limits, agents, waiting)


@dataclass
class Night:
    """A book, and calls that are named by letters."""

    book: Book = field(default_factory=Book)

    def ask(self, call: str, wanted: Admit, at: float = 0.0, **more: Any) -> Admitted | Waiter:
        return self.book.ask(Wish(call, wanted, **more), at)

    def waits(self, call: str, wanted: Admit, at: float = 0.0, **more: Any) -> Waiter:
        waiter = self.ask(call, wanted, at, **more)
        assert isinstance(waiter, Waiter), waiter
        return waiter

    def gets(self, call: str, wanted: Admit, at: float = 0.0, **more: Any) -> Admitted:
        answer = self.ask(call, wanted, at, **more)
        assert isinstance(answer, Admitted), "waits"
        return answer

    def refused(self, call: str, wanted: Admit, at: float = 0.0) -> tuple[Admission, str]:
        answer = self.gets(call, wanted, at)
        return answer.admission, answer.limit


@pytest.fixture
def night() -> Night:
    return Night()


def ended(waiter: Waiter) -> Admission | None:
    return waiter.answer.admission if waiter.answer else None


# -- limits


def test_at_most_so_many_at_once(night: Night) -> None:
    two = admit(replace(DESK, at_once=2), waiting=None)
    assert night.gets("a", two).admission is Admission.IN
    assert night.gets("b", two).admission is Admission.IN
    assert night.refused("c", two) == (Admission.LIMIT, "destination:desk")
    night.book.give_back("a", "answered", 10)
    assert night.gets("c", two, 10).admission is Admission.IN


def test_at_most_three_in_any_twenty_seconds(night: Night) -> None:
    window = admit(Limit("number:1", starts=3, within_s=20), waiting=None)
    for call, at in (("a", 0.0), ("b", 5.0), ("c", 10.0)):
        assert night.gets(call, window, at).admission is Admission.IN
        night.book.end(call, at + 1)
    assert night.refused("d", window, 19.9) == (Admission.LIMIT, "number:1"), "ended or not, they began"
    assert night.gets("e", window, 20.0).admission is Admission.IN
    assert night.refused("f", window, 24.9)[0] is Admission.LIMIT


def test_a_call_that_rings_a_second_agent_is_no_second_call(night: Night) -> None:
    window = admit(Limit("destination:desk", starts=1, within_s=20), waiting=None)
    night.gets("a", window)
    night.book.give_back("a", "no-answer", 5)
    assert night.gets("a", window, 6).admission is Admission.IN
    assert night.refused("b", window, 6)[0] is Admission.LIMIT
    assert night.gets("b", window, 20).admission is Admission.IN, "and it began when it began first"


def test_all_limits_or_none(night: Night) -> None:
    plan, desk = Limit("plan:night", at_once=1), Limit("destination:desk", at_once=5)
    night.gets("a", admit(plan, waiting=None))
    assert night.refused("b", admit(desk, plan, waiting=None)) == (Admission.LIMIT, "plan:night")
    assert night.book.taken() == {"plan:night": 1}


def test_a_place_for_the_whole_call_stays_when_the_others_are_given_back(night: Night) -> None:
    night.gets("a", admit(Limit("number:1", at_once=1, whole_call=True), DESK, waiting=None))
    night.book.give_back("a", "busy", 5)
    assert night.book.taken() == {"number:1": 1}
    night.book.end("a", 9)
    assert night.book.taken() == {}
    assert night.book.is_quiet()


def test_what_a_call_has_it_is_not_asked_for_again(night: Night) -> None:
    whole = replace(DESK, whole_call=True)
    night.gets("a", admit(whole))
    assert night.gets("a", admit(whole), 5).admission is Admission.IN
    assert night.book.taken() == {"destination:desk": 1}


def test_a_limit_of_nothing_lets_everybody_in(night: Night) -> None:
    assert night.gets("a", admit()).admission is Admission.IN
    assert night.gets("b", admit(Limit("plan:night"))).admission is Admission.IN


# -- waiting


def test_a_freed_place_goes_to_the_first_who_waits_in_the_same_step(night: Night) -> None:
    night.gets("a", admit(DESK))
    first, second = night.waits("b", admit(DESK), 1), night.waits("c", admit(DESK), 2)
    assert [night.book.position(one) for one in (first, second)] == [1, 2]
    night.book.end("a", 10)
    assert first.answer == Admitted(Admission.IN, position=1, waited_s=9)
    assert second.answer is None
    assert night.book.position(second) == 1
    assert night.book.taken() == {"destination:desk": 1}, "not free for a moment"


def test_nobody_who_comes_now_goes_before_those_who_wait(night: Night) -> None:
    night.gets("a", admit(DESK))
    waiting = night.waits("b", admit(DESK), 1)
    assert night.refused("c", admit(DESK, waiting=None), 2)[0] is Admission.LIMIT
    night.book.give_back("a", "answered", 3)
    assert ended(waiting) is Admission.IN


def test_a_full_queue_takes_nobody_more(night: Night) -> None:
    short = replace(QUEUE, longest=1)
    night.gets("a", admit(DESK))
    night.waits("b", admit(DESK, waiting=short))
    assert night.refused("c", admit(DESK, waiting=short)) == (Admission.FULL, "destination:desk")


def test_who_waits_too_long_is_told_so_at_that_moment(night: Night) -> None:
    night.gets("a", admit(DESK))
    waiter = night.waits("b", admit(DESK, waiting=replace(QUEUE, wait_s=60)), 5)
    assert night.book.next_due() == 65
    night.book.pass_time(64.9)
    assert waiter.answer is None
    night.book.pass_time(65)
    assert waiter.answer == Admitted(Admission.TIMEOUT, position=1, waited_s=60)
    assert night.book.next_due() is None


def test_who_leaves_by_a_key_leaves_no_gap(night: Night) -> None:
    night.gets("a", admit(DESK))
    leaves, stays = night.waits("b", admit(DESK)), night.waits("c", admit(DESK))
    night.book.news.clear()
    answer = night.book.withdraw(leaves, Admission.KEY, 7, "1")
    assert answer == Admitted(Admission.KEY, key="1", position=1, waited_s=7)
    assert night.book.position(stays) == 1
    assert night.book.news == [leaves, stays], "he is told that he is the first now"


def test_a_key_that_comes_after_the_place_changes_nothing(night: Night) -> None:
    night.gets("a", admit(DESK))
    waiter = night.waits("b", admit(DESK))
    night.book.end("a", 5)
    assert night.book.withdraw(waiter, Admission.KEY, 5.001, "1").admission is Admission.IN


def test_an_opening_window_lets_the_first_in_by_the_clock(night: Night) -> None:
    window = Limit("destination:desk", starts=1, within_s=20)
    night.gets("a", admit(window))
    one, two = night.waits("b", admit(window), 1), night.waits("c", admit(window), 2)
    assert night.book.next_due() == 20
    night.book.pass_time(20)
    assert (ended(one), ended(two)) == (Admission.IN, None)
    assert night.book.next_due() == 40


def test_a_raised_limit_holds_for_those_who_wait_already(night: Night) -> None:
    night.gets("a", admit(DESK))
    waiter = night.waits("b", admit(DESK), 1, began=1)
    raised = admit(replace(DESK, at_once=2), waiting=None)
    assert night.ask("c", raised, 2, began=2) == Admitted(Admission.LIMIT, limit="destination:desk")
    assert ended(waiter) is Admission.IN, "he was there first"


def test_a_call_of_before_the_reload_does_not_bring_the_old_limit_back(night: Night) -> None:
    night.gets("new", admit(replace(DESK, at_once=3), waiting=None), 50, began=50)
    for call in ("x", "y"):
        assert night.gets(call, admit(DESK, waiting=None), 60, began=10).admission is Admission.IN
    assert night.refused("z", admit(DESK, waiting=None), 61)[0] is Admission.LIMIT


def test_a_lowered_limit_takes_nobodys_place_away_and_gives_none(night: Night) -> None:
    for call in ("a", "b", "c"):
        night.gets(call, admit(replace(DESK, at_once=3)))
    waiter = night.waits("d", admit(replace(DESK, at_once=1)), 1, began=1)
    night.book.end("a", 2)
    night.book.end("b", 3)
    assert waiter.answer is None
    night.book.end("c", 4)
    assert ended(waiter) is Admission.IN


# -- order


def test_priority_goes_first_and_among_equals_who_came_first(night: Night) -> None:
    night.gets("x", admit(DESK))
    wanted = [("a", 0), ("b", 5), ("c", 0), ("d", 5)]
    waiters = {
        call: night.waits(call, admit(DESK, waiting=replace(QUEUE, priority=priority)), at)
        for at, (call, priority) in enumerate(wanted)
    }
    served = []
    for _ in wanted:
        night.book.end(served[-1] if served else "x", 10)
        served.append(next(call for call, one in waiters.items() if one.answer and call not in served))
    assert served == ["b", "d", "a", "c"]


def test_who_has_waited_two_minutes_longer_goes_before_any_priority(night: Night) -> None:
    night.gets("x", admit(DESK))
    patient = night.waits("a", admit(DESK), 0)
    important = night.waits("b", admit(DESK, waiting=replace(QUEUE, priority=9)), 121)
    night.book.end("x", 122)
    assert (ended(patient), ended(important)) == (Admission.IN, None)


def test_who_comes_back_unserved_keeps_his_rank(night: Night) -> None:
    """His agent did not answer: he is the next again, though others came meanwhile."""
    agents = group("ann", "bob")
    night.gets("x", admit(agents=group("bob")))
    assert night.gets("a", admit(agents=agents), 0).agent == "ann"
    other = night.waits("b", admit(agents=agents), 1)
    night.book.give_back("a", "no-answer", 20)
    assert ended(other) is Admission.IN, "with no time to be left alone, the agent is there for another"
    again = night.waits("a", admit(agents=replace(agents, except_=("ann",))), 20.1)
    assert again.since == 20.1, "he had not waited in the queue before"
    night.book.give_back("b", "no-answer", 40)
    back = night.waits("b", admit(agents=replace(agents, except_=("ann",))), 40.1)
    assert back.since == 1
    assert [night.book.position(one) for one in (back, again)] == [1, 2]


def test_who_comes_back_finds_his_place_in_a_full_queue(night: Night) -> None:
    short, agents = replace(QUEUE, longest=1), group("ann", "bob")
    for call in ("x", "y"):
        night.gets(call, admit(agents=agents))
    night.waits("a", admit(agents=agents, waiting=short), 1)
    night.book.end("x", 2)
    night.waits("b", admit(agents=agents, waiting=short), 3)
    night.book.give_back("a", "busy", 4)
    late = replace(short, late=True)
    assert isinstance(
        night.ask("a", admit(agents=replace(agents, except_=("ann",)), waiting=late), 4), Waiter
    )


def test_one_who_lacks_two_things_is_not_starved_by_those_who_lack_one(night: Night) -> None:
    """One and two are never free at the same moment, and others want one alone; until he is overdue."""
    one, two = Limit("plan:one", at_once=1), Limit("plan:two", at_once=1)
    patience = replace(QUEUE, fair_s=60)
    night.gets("1", admit(one))
    night.gets("2", admit(two))
    both = night.waits("both", admit(one, two, waiting=patience), 0)
    quick = night.waits("quick", admit(one, waiting=replace(patience, queue="other")), 1)
    night.book.end("1", 10)
    assert ended(quick) is Admission.IN, "what he cannot use yet is not left empty"
    later = night.waits("later", admit(one, waiting=replace(patience, queue="other")), 20)
    night.book.end("quick", 61)
    assert later.answer is None, "kept for him who has waited longer than is fair"
    night.book.end("2", 62)
    assert ended(both) is Admission.IN
    night.book.end("both", 63)
    assert ended(later) is Admission.IN


def test_what_was_kept_for_one_who_gives_up_is_given_on(night: Night) -> None:
    one, two = Limit("plan:one", at_once=1), Limit("plan:two", at_once=1)
    night.gets("2", admit(two))
    both = night.waits("both", admit(one, two, waiting=replace(QUEUE, fair_s=5)), 0)
    next_one = night.waits("next", admit(one, waiting=replace(QUEUE, queue="other")), 10)
    night.book.withdraw(both, Admission.KEY, 11)
    assert ended(next_one) is Admission.IN


ranks = st.tuples(st.integers(0, 300), st.integers(0, 3), st.sampled_from([0, 30, 120, 120]))


@settings(max_examples=300)
@given(st.lists(ranks, max_size=12))
def test_the_line_is_choosing_again_and_again(people: list[tuple[int, int, int]]) -> None:
    left = [
        Waiter(
            Wish(str(number), admit()), replace(QUEUE, priority=priority, fair_s=fair), since, since,
            number, (), (),
        )
        for number, (since, priority, fair) in enumerate(people)
    ]  # fmt: skip
    line = line_up(left)
    for waiter in line:
        assert waiter is choose(left)
        left.remove(waiter)
        late = [one for one in left if waiter.since > one.since + one.waiting.fair_s]
        assert not late, "whoever waited so much longer has been served"
    assert not left


@given(st.lists(ranks, min_size=1, max_size=12), st.integers(0, 3), st.integers(0, 300))
def test_who_comes_last_finds_his_place_without_ordering_the_line_anew(
    people: list[tuple[int, int, int]], priority: int, later: int
) -> None:
    def waiter(number: int, since: int, priority: int, fair: int) -> Waiter:
        waiting = replace(QUEUE, priority=priority, fair_s=fair)
        return Waiter(Wish(str(number), admit()), waiting, since, since, number, (), ())

    there = [waiter(number, *one) for number, one in enumerate(people)]
    newest = waiter(99, max(one.since for one in there) + later, priority, 60)  # type: ignore[arg-type]
    line = line_up(there)
    line.insert(place_in(line, newest), newest)
    assert [one.number for one in line] == [one.number for one in line_up([*there, newest])]


# -- agents


def test_each_agent_has_one_call_at_a_time(night: Night) -> None:
    agents = group("ann", "bob")
    assert [night.gets(call, admit(agents=agents)).agent for call in "ab"] == ["ann", "bob"]
    waiter = night.waits("c", admit(agents=agents))
    night.book.talk("a", 5)
    night.book.give_back("a", "answered", 9)
    assert waiter.answer == Admitted(Admission.IN, "ann", position=1, waited_s=9)


def test_after_a_talk_comes_the_wrap_up(night: Night) -> None:
    agents = group("ann", wrap_up_s=20)
    night.gets("a", admit(agents=agents))
    waiter = night.waits("b", admit(agents=agents), 1)
    night.book.talk("a", 5)
    night.book.end("a", 30)
    assert waiter.answer is None
    assert night.book.next_due() == 50
    night.book.pass_time(50)
    assert waiter.answer == Admitted(Admission.IN, "ann", position=1, waited_s=49)


def test_who_did_not_answer_is_left_alone_for_a_while(night: Night) -> None:
    agents = group("ann", aside_s=30, wrap_up_s=20)
    night.gets("a", admit(agents=agents))
    night.book.give_back("a", "no-answer", 15)
    assert night.refused("b", admit(agents=agents, waiting=None), 16)[0] is Admission.NOBODY
    waiter = night.waits("c", admit(agents=agents), 17)
    night.book.pass_time(45)
    assert ended(waiter) is Admission.IN


def test_a_caller_who_hangs_up_while_it_rings_costs_the_agent_nothing(night: Night) -> None:
    agents = group("ann", aside_s=30, wrap_up_s=20)
    night.gets("a", admit(agents=agents))
    night.book.end("a", 5)
    assert night.gets("b", admit(agents=agents), 5).agent == "ann"


def test_who_has_rung_everybody_in_vain_is_told_that_there_is_nobody(night: Night) -> None:
    agents = group("ann", "bob", except_=("ann", "bob"))
    assert night.refused("a", admit(agents=agents)) == (Admission.NOBODY, "")
    assert night.refused("a", admit(agents=group())) == (Admission.NOBODY, "")


def test_all_agents_talk_and_there_is_no_waiting(night: Night) -> None:
    night.gets("a", admit(agents=group("ann")))
    assert night.refused("b", admit(agents=group("ann"), waiting=None)) == (Admission.LIMIT, "group:night")


def test_the_longest_idle_is_who_rests_longest_since_his_last_call(night: Night) -> None:
    agents = group("ann", "bob", "cas", order=AgentOrder.LONGEST_IDLE, wrap_up_s=10)
    order = [night.gets(call, admit(agents=agents)).agent for call in "abc"]
    assert order == ["ann", "bob", "cas"], "nobody has had a call: as they are written"
    for call, at in (("b", 10.0), ("a", 20.0), ("c", 25.0)):
        night.book.give_back(call, "answered", at)
    assert [night.gets(call, admit(agents=agents), 60).agent for call in "def"] == ["bob", "ann", "cas"]


def test_who_did_not_answer_counts_as_idle_since_he_was_left_alone(night: Night) -> None:
    agents = group("ann", "bob", order=AgentOrder.LONGEST_IDLE, aside_s=5)
    night.gets("a", admit(agents=agents))
    night.book.give_back("a", "no-answer", 10)
    assert night.gets("b", admit(agents=agents), 20).agent == "bob"


def test_who_rang_one_in_vain_does_not_keep_that_one_from_the_next(night: Night) -> None:
    agents = group("ann", "bob")
    night.gets("x", admit(agents=group("bob")))
    picky = night.waits("a", admit(agents=replace(agents, except_=("ann",))), 1)
    assert night.gets("b", admit(agents=agents), 2).agent == "ann"
    assert picky.answer is None


# -- expected wait


def test_the_expected_wait_is_the_pace_of_the_last_callers(night: Night) -> None:
    night.gets("x", admit(DESK))
    waiters = [night.waits(str(number), admit(DESK), 0) for number in range(6)]
    assert night.book.expect_s(waiters[0], 10) is None, "nobody can tell yet"
    for number, at in (("x", 60.0), ("0", 120.0), ("1", 180.0)):
        night.book.end(number, at)
    assert night.book.expect_s(waiters[3], 180) == 60
    assert night.book.expect_s(waiters[5], 180) == 180
    assert night.book.expect_s(waiters[3], 210) == 30
    slower = night.book.expect_s(waiters[3], 300)
    assert slower is not None and slower > 60, "slower than before: it shows at once"


# -- agents who are rung by name


def test_an_agent_whom_somebody_rings_by_name_is_given_to_nobody(night: Night) -> None:
    team = admit(agents=group("ann", wrap_up_s=20))
    night.book.engage("a", target("ann"), "night", 5)
    waiter = night.waits("b", team, 6)
    assert night.refused("c", admit(agents=group("ann"), waiting=None), 7) == (Admission.LIMIT, "group:night")
    night.book.talk("a", 8)
    assert [night.book.staff.doing(agent) for agent in night.book.agents()] == [(AgentState.TALKING, "a", 8)]
    night.book.part("a", 30)
    assert ended(waiter) is Admission.IN, "at once: the rest is for calls of the group"
    night.book.part("b", 31)
    night.book.end("a", 32)
    assert next(iter(night.book.agents())).call == "b", "given by the group: only the call gives him back"


@pytest.mark.parametrize("does_talk", [True, False])
def test_whoever_hangs_up_on_an_agent_rung_by_name_frees_him(night: Night, does_talk: bool) -> None:
    night.book.engage("a", target("ann"), "night", 5)
    waiter = night.waits("b", admit(agents=group("ann")), 6)
    if does_talk:
        night.book.talk("a", 8)
    night.book.end("a", 9)
    assert ended(waiter) is Admission.IN


def test_an_agent_who_is_left_alone_stays_so_unless_he_answers_to_his_name(night: Night) -> None:
    agents = group("ann", aside_s=60)
    night.gets("a", admit(agents=agents))
    night.book.give_back("a", "no-answer", 10)
    night.book.engage("b", target("ann"), "night", 20)
    night.book.part("b", 30)
    waiter = night.waits("c", admit(agents=agents), 31)
    night.book.engage("d", target("ann"), "night", 40)
    night.book.talk("d", 42)
    night.book.part("d", 50)
    assert ended(waiter) is Admission.IN


def test_the_rest_that_an_agent_had_ends_in_its_time_though_he_was_rung_meanwhile(night: Night) -> None:
    agents = group("ann", wrap_up_s=20)
    night.gets("a", admit(agents=agents))
    night.book.talk("a", 1)
    night.book.end("a", 10)
    waiter = night.waits("b", admit(agents=agents), 11)
    night.book.engage("c", target("ann"), "night", 12)
    night.book.part("c", 20)
    assert waiter.answer is None and night.book.next_due() == 30
    night.book.engage("d", target("ann"), "night", 25)
    night.book.pass_time(30)
    assert waiter.answer is None, "his telephone rings"
    night.book.part("d", 33)
    assert ended(waiter) is Admission.IN


def test_an_agent_whom_the_group_has_given_is_not_taken_from_that_call(night: Night) -> None:
    agents = group("ann", wrap_up_s=20)
    night.gets("a", admit(agents=agents))
    night.book.engage("b", target("ann"), "night", 1)
    night.book.end("b", 2)
    waiter = night.waits("c", admit(agents=agents), 3)
    night.book.talk("a", 4)
    night.book.end("a", 5)
    assert waiter.answer is None, "his rest"
    night.book.pass_time(25)
    assert ended(waiter) is Admission.IN


def test_an_agent_who_is_rung_by_name_before_the_group_knows_that_he_is_free(night: Night) -> None:
    agents = group("ann")
    night.gets("a", admit(agents=agents))
    night.book.talk("a", 1)
    night.book.engage("b", target("ann"), "night", 2)
    night.book.talk("b", 3)
    waiter = night.waits("c", admit(agents=agents), 4)
    night.book.end("a", 5)
    assert waiter.answer is None, "he talks already with the next one"
    night.book.end("b", 9)
    assert ended(waiter) is Admission.IN


def test_who_talks_by_name_is_known_after_a_restart(night: Night) -> None:
    night.book.engage("a", target("ann"), "night", 5)
    kept = night.book.kept_of("a")
    after = Night()
    after.book.adopt("a", read_kept(kept.to_text() if kept else ""), 0)
    waiter = after.waits("b", admit(agents=group("ann")), 1)
    after.book.end("a", 2)
    assert ended(waiter) is Admission.IN


# -- over a restart


def test_places_of_a_call_that_lives_on_are_still_taken(night: Night) -> None:
    agents = group("ann", wrap_up_s=20)
    window = Limit("number:1", starts=1, within_s=60)
    night.gets("a", admit(DESK, window, agents=agents), 100)
    kept = night.book.kept_of("a")
    assert kept is not None
    read = read_kept(kept.shifted(1_000_000).to_text()).shifted(-1_000_100 + 30)
    after = Night()
    after.book.adopt("a", read, 30)
    assert after.book.taken() == {"destination:desk": 1, "number:1": 1}
    assert after.refused("b", admit(window, waiting=None), 30)[0] is Admission.LIMIT
    waiter = after.waits("c", admit(DESK, agents=agents), 31, began=31)
    after.book.end("a", 40)
    assert waiter.answer is None, "his agent writes down what was said"
    after.book.pass_time(60)
    assert ended(waiter) is Admission.IN
    assert after.gets("b", admit(window, waiting=None), 90, began=90).admission is Admission.IN


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"places":[{}]}', '{"places":[[1]]}', '{"agent":1}']
)
def test_a_record_that_nobody_understands_is_no_obstacle(text: str) -> None:
    assert read_kept(text).places == ()


def test_nothing_kept_is_no_text() -> None:
    assert Kept().to_text() == ""


def test_limits_that_nobody_uses_are_forgotten(night: Night) -> None:
    for number in range(2000):
        key = Limit(f"caller:{number}", at_once=1, starts=1, within_s=5)
        night.gets(f"call{number}", admit(key), number)
        night.book.end(f"call{number}", number)
    assert len(night.book._tallies) < 600
    assert night.book.is_quiet()


# -- whatever happens

LIMITS = (
    Limit("one", at_once=1),
    Limit("two", at_once=2),
    Limit("window", starts=2, within_s=30),
    Limit("both", at_once=3, starts=4, within_s=50, whole_call=True),
)
PEOPLE = ("ann", "bob", "cas")
subsets = st.lists(st.sampled_from(LIMITS), unique=True, max_size=3).map(tuple)
teams = st.none() | st.builds(
    lambda names, order, wrap, aside, gone: group(
        *names, order=order, wrap_up_s=wrap, aside_s=aside, except_=tuple(gone)
    ),
    st.lists(st.sampled_from(PEOPLE), unique=True, min_size=1, max_size=3),
    st.sampled_from(AgentOrder),
    st.sampled_from([0, 10]),
    st.sampled_from([0, 20]),
    st.lists(st.sampled_from(PEOPLE), unique=True, max_size=2),
)
queues = st.none() | st.builds(
    Waiting,
    queue=st.sampled_from(["q", "r"]),
    longest=st.sampled_from([0, 0, 2]),
    wait_s=st.sampled_from([15.0, 300.0]),
    priority=st.integers(0, 2),
    fair_s=st.sampled_from([0.0, 40.0, 120.0]),
)
outcomes = st.sampled_from(["", "answered", "no-answer", "busy", "interrupted"])


class AnyNight(RuleBasedStateMachine):
    """Calls come, wait, leave, talk and die in any order; what must never happen is looked for after each."""

    @initialize()
    def open(self) -> None:
        self.book = Book()
        self.at = 0.0
        self.names = (f"call{number}" for number in itertools.count())
        self.live: list[str] = []
        self.inside: dict[str, Admit] = {}
        self.waiters: dict[str, Waiter] = {}
        self.begun: dict[str, list[tuple[float, str]]] = {}

    def look(self) -> None:
        """Read the news as the service would."""
        self.book.news.clear()
        for call, waiter in list(self.waiters.items()):
            if waiter.answer is not None:
                del self.waiters[call]
                self.note(call, waiter.wish.admit, waiter.answer)

    def note(self, call: str, wanted: Admit, answer: Admitted) -> None:
        if answer.admission is not Admission.IN:
            return
        self.inside[call] = wanted
        for limit in wanted.limits:
            lately = [one for at, one in self.begun.get(limit.key, ()) if at > self.at - limit.within_s]
            if limit.starts and call not in lately:
                self.begun.setdefault(limit.key, []).append((self.at, call))

    @rule(limits=subsets, agents=teams, waiting=queues)
    def comes(self, limits: tuple[Limit, ...], agents: Agents | None, waiting: Waiting | None) -> None:
        call = next(self.names)
        self.live.append(call)
        self.asks(call, Admit(limits, agents, waiting))

    @precondition(lambda self: self.live)
    @rule(data=st.data(), limits=subsets, agents=teams, waiting=queues)
    def asks_again(self, data, limits, agents, waiting):  # type: ignore[no-untyped-def]
        call = data.draw(st.sampled_from(self.live))
        if call not in self.waiters:
            self.asks(call, Admit(limits, agents, waiting))

    def asks(self, call: str, wanted: Admit) -> None:
        queue = self.book.queues.get(wanted.waiting.queue) if wanted.waiting else None
        length = len(queue.waiters) if queue else 0
        answer = self.book.ask(Wish(call, wanted, self.at), self.at)
        self.look()
        if isinstance(answer, Waiter):
            assert answer.answer is None
            self.waiters[call] = answer
        else:
            assert answer.admission is not Admission.FULL or (
                wanted.waiting and length >= wanted.waiting.longest
            )
            self.note(call, wanted, answer)

    @precondition(lambda self: self.waiters)
    @rule(data=st.data())
    def leaves_by_key(self, data):  # type: ignore[no-untyped-def]
        call = data.draw(st.sampled_from(list(self.waiters)))
        assert self.book.withdraw(self.waiters[call], Admission.KEY, self.at, "1").admission in (
            Admission.KEY,
            Admission.IN,
            Admission.TIMEOUT,
        )
        self.look()

    @precondition(lambda self: self.inside)
    @rule(data=st.data(), outcome=outcomes)
    def gives_back(self, data, outcome):  # type: ignore[no-untyped-def]
        call = data.draw(st.sampled_from(list(self.inside)))
        if outcome == "answered":
            self.book.talk(call, self.at)
        self.book.give_back(call, outcome, self.at)
        self.look()

    @precondition(lambda self: self.live)
    @rule(data=st.data(), name=st.sampled_from(PEOPLE))
    def rings_by_name(self, data, name):  # type: ignore[no-untyped-def]
        call = data.draw(st.sampled_from(self.live))
        if call not in self.waiters:
            self.book.engage(call, target(name), "night", self.at)
            self.look()

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def parts(self, data):  # type: ignore[no-untyped-def]
        self.book.part(data.draw(st.sampled_from(self.live)), self.at)
        self.look()

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def hangs_up(self, data):  # type: ignore[no-untyped-def]
        call = data.draw(st.sampled_from(self.live))
        self.live.remove(call)
        self.inside.pop(call, None)
        self.waiters.pop(call, None)
        self.book.end(call, self.at)
        self.inside.pop(call, None)
        self.look()

    @rule(seconds=st.sampled_from([0.5, 3.0, 10.0, 31.0, 100.0]))
    def time_passes(self, seconds: float) -> None:
        end = self.at + seconds
        while (due := self.book.next_due()) is not None and due <= end:
            self.at = max(self.at, due)
            self.book.pass_time(self.at)
            self.look()
        self.at = end
        self.book.pass_time(end)

    @invariant()
    def never_one_over(self) -> None:
        taken = self.book.taken()
        for limit in LIMITS:
            assert not limit.at_once or taken.get(limit.key, 0) <= limit.at_once
            if limit.starts:
                times = sorted(at for at, _ in self.begun.get(limit.key, ()))
                for first, after in zip(times, times[limit.starts :], strict=False):
                    assert after - first >= limit.within_s, "one too many within the interval"

    @invariant()
    def one_call_for_each_agent(self) -> None:
        held = Counter(held.agent for held in self.book._held.values() if held.agent)
        assert all(count == 1 for count in held.values())
        for agent in self.book.agents():
            busy = agent.state in (AgentState.RINGING, AgentState.TALKING)
            assert busy == (agent.entry in held) == bool(agent.call)

    @invariant()
    def nobody_waits_for_what_is_free(self) -> None:
        """But for what is kept for another who is overdue."""
        if any(waiter.overdue <= self.at for waiter in self.waiters.values()):
            return
        for call, waiter in self.waiters.items():
            wanted = waiter.wish
            lacks = self.book._full(wanted, self.at, _nothing())
            team = wanted.agents
            free = team is None or any(True for _ in self.book.staff.free_of(team))
            assert lacks or not free, f"{call} could be in"

    @invariant()
    def the_book_is_of_one_mind(self) -> None:
        assert {waiter.wish.call for waiter in self.book._waiters.values()} == set(self.waiters)
        for queue in self.book.queues.values():
            assert sorted(one.number for one in queue.line) == sorted(queue.waiters)
            assert [one.number for one in queue.line] == [
                one.number for one in line_up(queue.waiters.values())
            ]
        for call in self.book._held:
            assert call in self.live, "a slot of a call that is over"

    def teardown(self) -> None:
        if not hasattr(self, "book"):
            return
        for call in self.live:
            self.book.end(call, self.at)
        assert self.book.is_quiet()
        assert self.book.taken() == {}
        self.time_passes(1000.0)
        self.book._sweep(self.at)
        assert not self.book._tallies
        assert self.book.next_due() is None
        assert all(agent.state is AgentState.FREE for agent in self.book.agents())


def _nothing():  # type: ignore[no-untyped-def]
    from ivr.calls.places.book import HeldBack

    return HeldBack()


AnyNight.TestCase.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
TestAnyNight = AnyNight.TestCase
