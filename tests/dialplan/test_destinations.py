"""Whom a destination rings, in which order, and by which exit a caller leaves who was not served."""

from __future__ import annotations

from collections import Counter

import pytest
from paper import NUMBER, SMALL, at, known_prompts, small, small_texts
from switchboard import Caller, with_groups

from dialplan.admitting import admit_on_paper
from dialplan.chance import shuffled
from dialplan.commands import Admit, Dial, Hangup
from dialplan.events import Admission, Admitted, Outcome
from dialplan.extensions import may_grow, resolve_extension
from dialplan.importance import is_important
from dialplan.model import Configuration
from dialplan.nodes.destination import Destination
from dialplan.run import Run
from dialplan.simulate import simulate
from dialplan.source import load_texts


def plan_with(ring: str, nodes: str = "") -> str:
    return f"start: ring\nnodes:\n  ring: {ring}\n  bye: {{hangup: normal}}\n{nodes}"


def dials(call: Caller) -> tuple[str, float]:
    assert isinstance(call.asked, Dial), call.asked
    return "+".join(target.entry for target in call.asked.targets), call.asked.ring_s


# -- who is rung


def test_each_person_may_ring_for_another_time() -> None:
    ring = "{destination: [{entry: one, ring: 5 s}, two], ring: 12 s, rest: bye}"
    call = Caller(small(plan_with(ring)))
    assert dials(call) == ("one", 5.0)
    assert dials(call.ring_ends(Outcome.NO_ANSWER)) == ("two", 12.0)
    call.ring_ends(Outcome.BUSY)
    assert call.hops[0].why == "Agent one did not answer within 5 s; Agent two was busy"


def test_a_number_that_no_entry_has_is_rung_and_named_as_people_write_it() -> None:
    ring = (
        "{destination: [0470 00 00 77, {number: +33 1 99 00 00 01, title: Paris, allow: foreign}], rest: bye}"
    )
    call = Caller(small(plan_with(ring)))
    assert call.asked == Dial(call.asked.targets, 25.0, "+3232055582")
    assert [target.number for target in call.asked.targets] == ["+32470000077"]
    call.ring_ends(Outcome.NOT_REACHED).ring_ends(Outcome.ANSWERED)
    assert call.why == "0470 00 00 77 was not reached; Paris answered"


def test_an_extension_stands_for_a_directory_entry() -> None:
    directory = "one: {title: Agent one, kind: desk, phone: 0470 00 00 21, extension: 101}"
    configuration = small_with_extension(plan_with("{destination: [101], rest: bye}"), directory)
    assert dials(Caller(configuration)) == ("one", 25.0)
    entry = resolve_extension(configuration, "101")
    assert entry is not None and entry.id == "one"
    assert resolve_extension(configuration, "102") is None and resolve_extension(configuration, "") is None
    assert (
        may_grow(configuration, "1") and may_grow(configuration, "10") and not may_grow(configuration, "101")
    )


KEYED = """
start: ask
nodes:
  ask: {collect: enter-customer-number, into: VARIABLE, digits: 3-12, next: ring, rest: bye}
  ring: {destination: $VARIABLE, rest: bye}
  bye: {hangup: normal}
"""


def small_with_extension(plan: str, entry: str) -> Configuration:
    old = "one: {title: Agent one, kind: desk, phone: 0470 00 00 21}"
    assert old in SMALL["directory.yaml"]
    return small(plan, directory=SMALL["directory.yaml"].replace(old, entry))


def test_a_caller_reaches_the_extension_that_he_keys_and_nothing_else() -> None:
    directory = "one: {title: Agent one, kind: desk, phone: 0470 00 00 21, extension: 101}"
    configuration = small_with_extension(KEYED.replace("VARIABLE", "extension"), directory)
    assert dials(Caller(configuration).keys("101")) == ("one", 25.0)
    for keyed in ("102", "0470000022", "032470000022", "90012345"):
        call = Caller(configuration)
        call.keys(keyed)
        assert isinstance(call.asked, Hangup), "nobody was rung"
        assert call.hops[1].exit == "rest" and call.hops[1].why == "there is nobody to ring"


@pytest.mark.parametrize("keyed", ["101", "0470000022", "32470000022"])
def test_digits_in_any_other_variable_ring_nobody(keyed: str) -> None:
    directory = "one: {title: Agent one, kind: desk, phone: 0470 00 00 21, extension: 101}"
    call = Caller(small_with_extension(KEYED.replace("VARIABLE", "whom"), directory))
    call.keys(keyed)
    assert isinstance(call.asked, Hangup)


def test_together_all_phones_ring_at_once() -> None:
    call = Caller(small(plan_with("{destination: [one, two, +32 470 00 00 77], order: together, rest: bye}")))
    assert dials(call) == ("one+two++32470000077", 25.0)


def test_by_chance_everybody_is_the_first_as_often() -> None:
    configuration = small(plan_with("{destination: [one, two, eng], order: random, rest: bye}"))
    first: Counter[str] = Counter()
    for step in range(300):
        call = Caller(configuration, chance=(step + 0.5) / 300)
        first[call.ringing[0]] += 1
    assert first == {"one": 100, "two": 100, "eng": 100}


def test_the_same_chance_is_the_same_order_to_the_last_phone() -> None:
    configuration = small(plan_with("{destination: [one, two, eng], order: random, rest: bye}"))

    def order(chance: float) -> list[str]:
        call = Caller(configuration, chance=chance)
        rung = [*call.ringing]
        for _ in range(2):
            rung += call.ring_ends(Outcome.BUSY).ringing
        return rung

    assert order(0.7) == order(0.7)
    assert sorted(order(0.7)) == ["eng", "one", "two"]
    assert {tuple(order(step / 60 + 0.001)) for step in range(60)} == {
        tuple(shuffled(("one", "two", "eng"), place / 6 + 0.01)) for place in range(6)
    }


@pytest.mark.parametrize("outcome", [one for one in Outcome if one is not Outcome.ANSWERED])
def test_every_way_in_which_ringing_ends_is_an_exit(outcome: Outcome) -> None:
    ring = "{destination: one, exits: {%s: two-rings}, rest: bye}" % outcome  # noqa: UP031
    plan = plan_with(ring, "  two-rings: {announce: please-hold, next: bye}\n")
    call = Caller(small(plan)).ring_ends(outcome)
    assert call.way == [f"ring.{outcome}"] and call.hears[0].endswith("please-hold")


# -- limits


LIMITED = plan_with("{destination: [one, two], limit: {calls: 2}, exits: {limit: bye}, rest: bye}")


def test_a_place_is_asked_for_before_the_phone_rings_and_given_back_after() -> None:
    call = Caller(small(LIMITED))
    assert [limit.key for limit in call.admit.limits] == ["destination:main.ring"]
    assert (call.admit.limits[0].at_once, call.admit.limits[0].whole_call) == (2, False)
    call.let_in()
    assert call.ringing == ["one"] and call.given_back == []
    assert call.ring_ends(Outcome.BUSY).ringing == ["two"] and call.given_back == [], "the place is kept"
    call.ring_ends(Outcome.ANSWERED)
    assert call.given_back == ["answered"] and isinstance(call.asked, Hangup)


def test_over_the_limit_nobody_is_rung_and_there_is_nothing_to_give_back() -> None:
    call = Caller(small(LIMITED)).refused(Admission.LIMIT, "destination:main.ring")
    assert call.way == ["ring.limit", "bye.end"] and call.given_back == []
    assert call.hops[0].why == "there is no place: 2 calls at once"


def test_a_limit_may_count_calls_that_begin() -> None:
    plan = plan_with("{destination: one, limit: {starts: 3, within: 20 s}, rest: bye}")
    call = Caller(small(plan))
    assert (call.admit.limits[0].starts, call.admit.limits[0].within_s) == (3, 20.0)
    assert call.refused(Admission.LIMIT).hops[0].why == "there is no place: 3 calls in 20 s"


def test_two_destinations_may_share_their_places() -> None:
    plan = plan_with(
        "{destination: one, limit: {calls: 1, name: agents}, rest: again}",
        "  again: {destination: two, limit: {calls: 1, name: agents}, rest: bye}\n",
    )
    call = Caller(small(plan))
    first = call.admit.limits[0].key
    call.let_in().ring_ends(Outcome.BUSY)
    assert call.admit.limits[0].key == first == "destination:agents"
    assert call.given_back == ["busy"], "so that it can be had again"


def test_a_place_is_given_back_when_ringing_goes_wrong() -> None:
    call = Caller(small(LIMITED)).let_in()
    call.fails("the switch is ill")
    assert call.way == ["ring.rest", "bye.end"] and call.given_back == [""]


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_a_call_without_end_gives_its_last_place_back_too(steps: int) -> None:
    """A plan that rings again and again: at the end of its steps the caller comes to the last resort.

    `steps` before it, so that the end comes at each of the three places of the circle.
    """
    ring = "{destination: one, limit: {calls: 1}, rest: bye, exits: {busy: ring}}"
    before = "".join(
        f"  n{place}: {{calendar: [{{when: work, go: n{place - 1}}}], rest: n{place - 1}}}\n"
        for place in range(1, steps + 1)
    ).replace("n0", "ring")
    plan = plan_with(ring, before).replace("start: ring", f"start: n{steps}" if steps else "start: ring")
    call, granted = Caller(small(plan)), 0
    while call.state.node == "ring":
        if isinstance(call.asked, Admit):
            granted += 1
            call.let_in()
        else:
            call.ring_ends(Outcome.BUSY)
    assert call.ringing == ["boss"] and granted > 50
    assert len(call.given_back) == granted, "nothing is in his hands when the last resort rings"


def test_each_brand_has_places_for_its_own_people() -> None:
    """One plan serves many brands: a full office of one must not close the other's."""
    beta = SMALL["brands.yaml"].replace("acme:", "beta:").replace("03 205 55 82", "03 205 55 83")
    ring = "{destination: $brand.office, limit: {calls: 1}, queue: {longest: 2}, rest: bye}"
    configuration = small(plan_with(ring), brands=SMALL["brands.yaml"].rstrip(" ") + beta)
    asked = [Caller(configuration, dialled).admit for dialled in (NUMBER, "+3232055583")]
    assert [admit.limits[0].key for admit in asked] == [
        "destination:main.ring/acme",
        "destination:main.ring/beta",
    ]
    assert [admit.waiting.queue for admit in asked if admit.waiting] == ["main.ring/acme", "main.ring/beta"]
    left = Caller(configuration).refused(Admission.TIMEOUT, waited_s=30)
    assert left.state.variables["queue"] == "main.ring/acme"
    full = simulate(configuration, NUMBER, None, at("2026-11-23 10:00"), full=["main.ring"])
    assert full.steps[0].exit == "rest"
    shared = plan_with("{destination: $brand.office, limit: {calls: 1, name: offices}, rest: bye}")
    assert Caller(small(shared)).admit.limits[0].key == "destination:offices"


# -- queues


QUEUED = """
start: ring
nodes:
  ring:
    destination: [one, two]
    limit: {calls: 2}
    queue:
      longest: 4
      wait: 3 min
      welcome: please-hold
      first: first-in-queue
      comfort: thank-you-for-waiting
      position: yes
      expected-wait: yes
      every: 20 s
      keys: {1: message, "#": bye}
    exits: {queue-full: full, queue-timeout: late}
    rest: bye
  full: {announce: all-agents-busy, next: bye}
  late: {announce: still-trying, next: bye}
  message: {announce: engineer-calls-back, next: bye}
  bye: {hangup: normal}
"""


def test_a_caller_over_the_limit_waits_as_the_queue_says() -> None:
    waiting = Caller(small(QUEUED)).admit.waiting
    assert waiting is not None
    assert (waiting.queue, waiting.longest, waiting.wait_s, waiting.keys) == ("main.ring", 4, 180.0, "1#")
    assert [word.id for word in waiting.welcome] == ["please-hold"] * 2, "in Dutch and in French"
    said = [[getattr(word, "id", "") or f"{word.kind}={word.value}" for word in words]
            for words in waiting.periodic]  # fmt: skip
    assert said == [
        ["thank-you-for-waiting"] * 2,
        ["position="] * 2,
        ["expected-wait", "duration=", "expected-wait", "duration="],
    ]


@pytest.mark.parametrize(
    ("how", "more", "way", "why"),
    [
        (Admission.FULL, {}, "full", "the queue is full: 4 are waiting"),
        (Admission.TIMEOUT, {"waited_s": 180.2}, "late", "nobody was free within 3 min"),
        (
            Admission.KEY,
            {"key": "1", "waited_s": 31},
            "message",
            "the caller left the queue with 1 after 31 s",
        ),
    ],
)
def test_every_way_out_of_the_queue_is_an_exit(
    how: Admission, more: dict[str, object], way: str, why: str
) -> None:
    call = Caller(small(QUEUED)).refused(how, **more)
    assert call.state.node == way and call.hops[0].why == why
    assert call.given_back == []


def test_later_nodes_know_how_long_the_caller_has_waited() -> None:
    call = Caller(small(QUEUED)).refused(Admission.KEY, key="1", waited_s=31)
    assert (call.state.variables["queue"], call.state.variables["waited"]) == ("main.ring", "31")


def test_the_trace_says_that_he_waited_before_somebody_answered() -> None:
    call = Caller(small(QUEUED)).let_in(waited_s=42)
    assert call.state.answered, "who waits hears music: the call is up"
    call.ring_ends(Outcome.ANSWERED)
    assert call.why == "waited 42 s; Agent one answered"


def test_a_queue_says_what_it_knows_of_this_caller() -> None:
    queue = QUEUED.replace("welcome: please-hold", "welcome: [please-hold, $priority, $position]")
    configuration = small("start: wait\nnodes:\n  wait: {set: {priority: $hour}, next: ring}\n" + queue[19:])
    for hour in ("09", "11"):
        waiting = Caller(configuration, when=f"2026-11-23 {hour}:30").admit.waiting
        assert waiting is not None
        assert [getattr(word, "value", "please-hold") for word in waiting.welcome] == [
            "please-hold", str(int(hour)), "",
        ] * 2  # fmt: skip


IMPORTANT = "important: [Colruyt, {name: Croix-Rouge, numbers: [02 555 01 00], ids: [465]}]"


@pytest.mark.parametrize(
    ("caller", "variables", "priority"),
    [
        ("+3225550100", {}, 10),
        ("+32470000099", {}, 0),
        (None, {}, 0),
        (None, {"customer": "465"}, 10),
        (None, {"customer": "466"}, 0),
        (None, {"customer_name": "COLRUYT"}, 10),
        (None, {"priority": "7"}, 7),
        (None, {"priority": "7", "customer": "465"}, 10),
        (None, {"priority": "500"}, 99),
        (None, {"priority": "very"}, 0),
    ],
)
def test_an_important_customer_goes_first(
    caller: str | None, variables: dict[str, str], priority: int
) -> None:
    brands = SMALL["brands.yaml"].rstrip() + f"\n          {IMPORTANT}\n"
    configuration = small(
        "start: wait\nnodes:\n  wait: {announce: please-hold, next: ring}\n" + QUEUED[19:], brands=brands
    )
    assert configuration.brands["acme"].important == ("Colruyt", "Croix-Rouge")
    call = Caller(configuration, caller=caller)
    call.state = call.state._replace(variables=variables)
    call.listens()
    assert call.admit.waiting is not None and call.admit.waiting.priority == priority


# -- skills groups

DESK = plan_with("{destination: night-desk, exits: {nobody: bye, no-answer: bye}, rest: bye}")
DESK_QUEUE = plan_with("{destination: night-desk, queue: {wait: 1 min, welcome: please-hold}, rest: bye}")


def test_the_agent_who_is_free_is_rung_for_the_groups_own_time() -> None:
    call = Caller(with_groups(DESK))
    agents = call.admit.agents
    assert agents is not None and call.admit.waiting is None
    assert [target.entry for target in agents.people] == ["one", "two", "eng"]
    assert (agents.group, str(agents.order), agents.wrap_up_s, agents.aside_s) == (
        "night-desk", "longest-idle", 20.0, 45.0,
    )  # fmt: skip
    assert dials(call.let_in("two")) == ("two", 15.0)
    call.ring_ends(Outcome.ANSWERED)
    assert call.given_back == ["answered"] and call.why == "Agent two answered"


def test_an_agent_who_does_not_answer_makes_way_for_the_next() -> None:
    call = Caller(with_groups(DESK_QUEUE)).let_in("two").ring_ends(Outcome.NO_ANSWER)
    assert call.given_back == ["no-answer"]
    again = call.admit
    assert again.agents is not None and again.agents.except_ == ("two",)
    assert again.waiting is not None and again.waiting.late, "he is not welcomed again"
    call.let_in("one").ring_ends(Outcome.BUSY)
    assert call.admit.agents is not None and call.admit.agents.except_ == ("two", "one")
    call.refused(Admission.NOBODY)
    assert call.way[0] == "ring.rest" and call.given_back == ["no-answer", "busy"]
    assert call.hops[0].why == (
        "Agent two did not answer within 15 s; Agent one was busy; no other agent can be had"
    )


def test_what_he_has_waited_counts_when_he_waits_again() -> None:
    call = Caller(with_groups(DESK_QUEUE)).let_in("two", waited_s=50).ring_ends(Outcome.NO_ANSWER)
    assert call.admit.waiting is not None and call.admit.waiting.wait_s == 10.0
    call.refused(Admission.TIMEOUT, waited_s=10)
    assert call.hops[0].why == (
        "waited 50 s; Agent two did not answer within 15 s; nobody was free within 60 s"
    )


def test_nobody_at_all_is_an_exit_and_busy_agents_are_a_busy_line() -> None:
    assert Caller(with_groups(DESK)).refused(Admission.NOBODY).way[0] == "ring.nobody"
    busy = plan_with("{destination: night-desk, exits: {busy: bye, limit: ring}, rest: ring}")
    call = Caller(with_groups(busy)).refused(Admission.LIMIT, "group:night-desk")
    assert call.way[0] == "ring.busy" and call.hops[0].why == "no agent is free"
    limited = plan_with("{destination: night-desk, limit: {calls: 1}, exits: {limit: bye}, rest: bye}")
    assert (
        Caller(with_groups(limited)).refused(Admission.LIMIT, "destination:main.ring").way[0] == "ring.limit"
    )


def needing(needs: str) -> Caller:
    return Caller(with_groups(plan_with(f"{{destination: night-desk, needs: {needs}, rest: bye}}")))


def test_only_agents_with_the_skills_are_asked_for_the_best_first() -> None:
    def people(needs: str) -> list[str]:
        agents = needing(needs).admit.agents
        assert agents is not None
        return [target.entry for target in agents.people]

    assert people("fr") == ["two", "eng"]
    assert people("{fr: 2}") == ["two"]
    assert people("[fr, nl]") == ["eng"]
    assert people("$language") == ["two", "eng"], "the caller hears Dutch and French: either will do"


def test_without_anybody_who_can_do_it_the_caller_goes_on_at_once() -> None:
    call = needing("{voip: 2}")
    assert call.way[0] == "ring.rest"
    assert "nobody of The night desk has the skills that are needed" in call.hops[0].why


def test_a_group_may_be_rung_by_chance() -> None:
    plan = plan_with("{destination: night-desk, order: random, rest: bye}")
    orders = set()
    for step in range(24):
        agents = Caller(with_groups(plan), chance=step / 24 + 0.001).admit.agents
        assert agents is not None and str(agents.order) == "random"
        orders.add(tuple(target.entry for target in agents.people))
    assert len(orders) == 6


def test_an_agent_with_two_phones_is_rung_on_both_before_the_next_one() -> None:
    two = "two: {title: Agent two, kind: desk, phones: [0470 00 00 22, 0470 00 00 23]}"
    directory = SMALL["directory.yaml"].replace(
        "two: {title: Agent two, kind: desk, phone: 0470 00 00 22}", two
    )
    call = Caller(with_groups(DESK, directory=directory)).let_in("two")
    call.ring_ends(Outcome.BUSY)
    assert isinstance(call.asked, Dial) and call.asked.targets[0].number == "+32470000023"
    assert call.given_back == [], "it is still the same agent"
    call.ring_ends(Outcome.NO_ANSWER)
    assert call.given_back == ["no-answer"] and isinstance(call.asked, Admit)


# -- what it tells of itself


@pytest.mark.parametrize(
    ("ring", "more"),
    [
        ("{destination: one, rest: bye}", []),
        ("{destination: one, limit: {calls: 1}, rest: bye}", ["limit"]),
        ("{destination: one, limit: {calls: 1}, queue: {wait: 1 min}, rest: bye}", ["queue-timeout"]),
        (
            "{destination: night-desk, queue: {longest: 3}, rest: bye}",
            ["queue-timeout", "queue-full", "nobody"],
        ),
    ],
)
def test_it_says_which_exits_want_a_way_on(ring: str, more: list[str]) -> None:
    node = with_groups(plan_with(ring)).plans["main"].nodes["ring"]
    assert isinstance(node, Destination)
    assert list(node.outcomes) == [
        "no-answer",
        "not-reached",
        "busy",
        "congested",
        "cause-31",
        "interrupted",
        *more,
    ]


# -- on paper


def test_a_simulation_supposes_places_and_agents() -> None:
    configuration = with_groups(QUEUED.replace("[one, two]\n    limit: {calls: 2}", "night-desk"))

    def told(**more: object) -> tuple[str, ...]:
        story = simulate(configuration, NUMBER, None, at("2026-11-23 10:00"), **more)
        return (story.steps[0].exit, story.ended, *story.heard[:2])

    assert told() == ("answered", "answered by one")
    assert told(outcomes={"one": "no-answer"}) == ("answered", "answered by two")
    assert told(suppose={"ring": "queue-full"})[0] == "queue-full"
    assert told(suppose={"ring": "#"})[:2] == ("#", "hung up by the plan (cause 16)")
    assert told(suppose={"ring": "in:eng"})[1] == "answered by eng"
    assert told(suppose={"ring": "waits"}) == ("answered", "answered by one", "please-hold", "first-in-queue")
    assert told(full=["ring"])[0] == told(full=["night-desk"])[0] == "queue-timeout"
    assert told(suppose={"ring": "nobody"})[0] == "rest"


def test_importance_is_nobodys_without_a_list() -> None:
    call = Caller(small(LIMITED))
    run = Run(call.configuration, call.configuration.brands["acme"], call.state, call.now)
    assert not is_important(run)


def test_an_entry_that_only_its_extension_leads_to_is_not_unused() -> None:
    directory = SMALL["directory.yaml"].rstrip(" ") + (
        "        porter: {title: The porter, kind: external, phone: 0470 00 00 77, extension: 2101}\n"
        "        idle: {title: Nobody rings me, kind: external, phone: 0470 00 00 78}\n"
    )
    loaded = load_texts(small_texts(directory=directory), known_prompts())
    said = [
        warning.where for warning in loaded.warnings if "directory entry is used nowhere" in warning.message
    ]
    assert "porter" not in said and "idle" in said


def test_on_paper_all_agents_may_talk() -> None:
    admit = Caller(with_groups(DESK)).admit
    done = admit_on_paper(admit, "limit:group:night-desk")
    assert done is not None and done.admitted == Admitted(Admission.LIMIT, limit="group:night-desk")
    assert admit_on_paper(admit, "queue-full") is None, "there is no queue that could be full"
