"""The book of places, queues and agents: who is let in, and when. Pure: every method is told the time.

A call asks for a place in several limits and for an agent, all at once or none. What becomes free goes, in
the same step, to the first in line who can use it. Who has waited longer than his queue's `fair_s` and still
lacks one thing keeps the rest of what he needs free for him, so that nobody starves between two limits.

Times are seconds of any clock that only goes forward. The book answers a waiter by `Waiter.answer`, and says
so in `news`; `next_due` is the moment at which `pass_time` has something to do.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from typing import Final

from dialplan.commands import Limit, Target
from dialplan.events import Admission, Admitted, Outcome
from ivr.calls.places.agenda import Agenda, Due, What
from ivr.calls.places.demand import Demand, Failed
from ivr.calls.places.held import Held, HeldBack
from ivr.calls.places.kept import Kept, KeptPlace
from ivr.calls.places.queue import Queue
from ivr.calls.places.staff import Agent, AgentState, Staff
from ivr.calls.places.tally import Tally
from ivr.calls.places.wish import AGENT, GROUP, Waiter, Wish

SWEEP_EVERY: Final = 512
"""Asks between two looks for limits that nobody has used lately."""


class Book:
    """One for the whole box."""

    def __init__(self) -> None:
        self.news: list[Waiter] = []
        """Waiters who were answered, or became the first of their queue, since it was emptied."""
        self.staff = Staff()
        self.queues: dict[str, Queue] = {}
        self._tallies: dict[str, Tally] = {}
        self._held: dict[str, Held] = {}
        self._waiters: dict[int, Waiter] = {}
        self._waiting: dict[str, Waiter] = {}
        """By call."""
        self._demand = Demand(self.queues)
        self._came: dict[str, dict[str, float]] = {}
        """Call -> queue -> when it first came there, while it has not been served."""
        self._agenda = Agenda(self._matters)
        self._openings: dict[str, float] = {}
        self._touched: set[str] = set()
        self._numbers = itertools.count(1)
        self._asks = 0

    # -- what calls ask

    def ask(self, wish: Wish, at: float) -> Admitted | Waiter:
        """Take places and an agent, or stand in line, or be refused."""
        self.pass_time(at)
        self._forget_earlier(wish.call, at)
        if wish.agents is not None and self.staff.is_hopeless(wish.agents):
            return Admitted(Admission.NOBODY)
        news = self._learn(wish, at)
        held_back = self._serve({*news, *wish.things()}, at)
        answer = self._admit(wish, at, held_back) or self._stand_in_line(wish, at, held_back)
        self._settle()
        return answer

    def withdraw(self, waiter: Waiter, admission: Admission, at: float, key: str = "") -> Admitted:
        """Leave the line; the answer is the one he was given just before, if he was."""
        self.pass_time(at)
        if waiter.answer is None:
            self._answer(waiter, Admitted(admission, key=key), at)
            self._serve(waiter.things, at)
            self._settle()
        assert waiter.answer is not None
        return waiter.answer

    def talk(self, call: str, at: float) -> None:
        """The agent who is held for this call has picked up."""
        held = self._held.get(call)
        if held is not None and held.agent:
            self.staff.talk(held.agent, call, at)
            self._came.pop(call, None)
        elif held is not None and held.named:
            self.staff.talk_by_name(held.named, call, at)

    def engage(self, call: str, agent: Target, group: str, at: float) -> None:
        """This call rings an agent by name: until that is over no group gives him to anybody."""
        self.part(call, at)
        held = self._held.setdefault(call, Held())
        if held.agent != agent.entry:
            held.named = agent.entry
            self.staff.engage(agent, group, call, at)

    def part(self, call: str, at: float) -> None:
        """The phone that this call rang is quiet: whom it rang by name is left to the groups again."""
        self.pass_time(at)
        held = self._held.get(call)
        if held is None or not held.named:
            return
        freed = self._disengage(call, held, at)
        if held.is_empty():
            del self._held[call]
        self._serve(freed, at)
        self._settle()

    def give_back(self, call: str, outcome: str, at: float) -> None:
        """Give back the agent, and the places that are not for the whole call."""
        self._release(call, outcome, at)

    def end(self, call: str, at: float) -> None:
        """The call is over: it waits for nothing and has nothing."""
        waiter = self._waiting.get(call)
        if waiter is not None:
            self.withdraw(waiter, Admission.KEY, at)
        self._release(call, "", at, is_over=True)
        self._came.pop(call, None)

    # -- time

    def next_due(self) -> float | None:
        """When time alone will change something."""
        return self._agenda.next_due()

    def pass_time(self, at: float) -> None:
        """Do what is due: end rests and waits that took too long, open windows."""
        if not self._agenda.is_due(at):
            return
        for entry in self._agenda.take(at):
            self._do(entry, at)
        self._settle()

    def _do(self, due: Due, at: float) -> None:
        if due.what is What.WAIT:
            waiter = self._waiters[int(due.name)]
            self._answer(waiter, Admitted(Admission.TIMEOUT), at)
            self._serve(waiter.things, at)
        elif due.what is What.REST:
            self.staff.rouse(str(due.name), at)
            self._serve((f"{AGENT}{due.name}",), at)
        else:
            self._openings.pop(str(due.name), None)
            self._serve((str(due.name),), at)

    def _matters(self, due: Due) -> bool:
        if due.what is What.WAIT:
            return due.name in self._waiters
        if due.what is What.REST:
            agent = self.staff.agents.get(str(due.name))
            return agent is not None and agent.until == due.at and not agent.call
        return self._openings.get(str(due.name)) == due.at

    # -- what is known

    def position(self, waiter: Waiter) -> int:
        """A waiter's place in his queue, from 1."""
        return self.queues[waiter.waiting.queue].position(waiter)

    def expect_s(self, waiter: Waiter, at: float) -> float | None:
        """How long he will go on waiting; None when nobody can tell."""
        return self.queues[waiter.waiting.queue].expect_s(waiter, at)

    def taken(self) -> Mapping[str, int]:
        """Places taken, by the key of the limit."""
        return {key: len(tally.holders) for key, tally in self._tallies.items() if tally.holders}

    def terms_of(self, key: str) -> Limit | None:
        """The limit of that key, as it was last asked for."""
        tally = self._tallies.get(key)
        return tally.terms if tally else None

    def agents(self) -> Iterable[Agent]:
        """Everybody who was ever asked for."""
        return self.staff.agents.values()

    def is_quiet(self) -> bool:
        """Whether nobody waits for or has anything."""
        return not (self._held or self._waiting or self._came or self._demand)

    # -- over a restart

    def kept_of(self, call: str) -> Kept | None:
        """What this call has, for its record; None: nothing."""
        held = self._held.get(call)
        if held is None:
            return None
        agent = self.staff.agents.get(held.agent)
        places, begun = (
            tuple(KeptPlace(limit, since) for limit, since in kept.values())
            for kept in (held.places, held.begun)
        )
        rest_s = agent.wrap_up_s if agent else 0.0
        return Kept(places, begun, held.agent or held.named, rest_s)

    def adopt(self, call: str, kept: Kept, at: float) -> None:
        """Give a call that outlived the service what it had, however many there are."""
        held = self._held.setdefault(call, Held())
        for place in kept.places:
            tally = self._tallies.setdefault(place.limit.key, Tally(place.limit))
            tally.holders.add(call)
            held.places[place.limit.key] = (place.limit, place.since)
        self.note_starts(call, kept)
        if kept.agent:
            held.agent = kept.agent
            self.staff.adopt(kept.agent, call, kept.wrap_up_s, at)

    def note_starts(self, call: str, kept: Kept) -> None:
        """Count what began before this service did."""
        for place in (*kept.places, *kept.begun):
            if place.limit.starts:
                self._tallies.setdefault(place.limit.key, Tally(place.limit)).begin(call, place.since)

    # -- how it is done

    def _forget_earlier(self, call: str, at: float) -> None:
        """Whoever asks again waits for nothing else and has no agent."""
        waiter = self._waiting.get(call)
        if waiter is not None:
            self.withdraw(waiter, Admission.KEY, at)
        held = self._held.get(call)
        if held is not None and held.agent:
            self.give_back(call, "", at)

    def _learn(self, wish: Wish, at: float) -> list[str]:
        """Take over the numbers of the limits; the keys of those that changed."""
        self._asks += 1
        if self._asks % SWEEP_EVERY == 0:
            self._sweep(at)
        changed = []
        for limit in wish.limits:
            tally = self._tallies.get(limit.key)
            if tally is None:
                tally = self._tallies[limit.key] = Tally(limit)
            if tally.learn(limit, wish.began):
                changed.append(limit.key)
        return changed

    def _admit(self, wish: Wish, at: float, held_back: HeldBack) -> Admitted | None:
        """All or none."""
        if self._full(wish, at, held_back):
            return None
        agent: Agent | None = None
        if wish.agents is not None:
            agent = self.staff.pick(wish.agents, held_back.agents)
            if agent is None:
                return None
            self.staff.hold(agent, wish.call, wish.agents, at)
        self._take(wish, agent, at)
        return Admitted(Admission.IN, agent=agent.entry if agent else "")

    def _full(self, wish: Wish, at: float, held_back: HeldBack) -> str:
        """The first limit without room for this call; empty when each has some."""
        for limit in wish.limits:
            if not self._tallies[limit.key].has_room(wish.call, at, held_back.places[limit.key]):
                return limit.key
        return ""

    def _take(self, wish: Wish, agent: Agent | None, at: float) -> None:
        if not wish.limits and agent is None:
            return
        held = self._held.setdefault(wish.call, Held())
        for limit in wish.limits:
            self._tallies[limit.key].take(wish.call, at)
            _, since = held.places.get(limit.key, (limit, at))
            held.places[limit.key] = (limit, since)
        held.agent = agent.entry if agent else ""

    def _stand_in_line(self, wish: Wish, at: float, held_back: HeldBack) -> Admitted | Waiter:
        waiting = wish.admit.waiting
        full = self._full(wish, at, held_back)
        if waiting is None:
            return self._refuse(wish, full)
        queue = self.queues.setdefault(waiting.queue, Queue(waiting.queue))
        came = self._came.get(wish.call, {}).get(queue.name)
        if came is None and waiting.longest and len(queue.waiters) >= waiting.longest:
            return Admitted(Admission.FULL, limit=full)
        since = at - wish.waited_s if came is None else came
        things = self._lacks(wish)
        kind = (things, wish.group, self._begun(wish, at))
        waiter = Waiter(wish, waiting, at, since, next(self._numbers), things, kind)
        self._came.setdefault(wish.call, {})[queue.name] = since
        self._join(queue, waiter)
        self._agenda.remind(at + waiting.wait_s, What.WAIT, waiter.number)
        self._note_openings(wish, at)
        return waiter

    def _lacks(self, wish: Wish) -> tuple[str, ...]:
        """What he wants and does not have."""
        held = self._held.get(wish.call)
        return tuple(thing for thing in wish.things() if held is None or thing not in held.places)

    def _begun(self, wish: Wish, at: float) -> tuple[str, ...]:
        """The windows in which he counts as begun already, and so stands in nobody's way."""
        return tuple(
            limit.key
            for limit in wish.limits
            if limit.starts and self._tallies[limit.key].counts(wish.call, at)
        )

    def _refuse(self, wish: Wish, full: str) -> Admitted:
        if full or wish.agents is None:
            return Admitted(Admission.LIMIT, limit=full)
        if self.staff.is_deserted(wish.agents):
            return Admitted(Admission.NOBODY)
        return Admitted(Admission.LIMIT, limit=GROUP + wish.agents.group)

    def _join(self, queue: Queue, waiter: Waiter) -> None:
        self._waiters[waiter.number] = self._waiting[waiter.wish.call] = waiter
        queue.join(waiter)
        self._demand.add(waiter)
        self._touched.add(queue.name)
        waiter.position = queue.position(waiter)

    def _answer(self, waiter: Waiter, answer: Admitted, at: float) -> None:
        """He waits no longer."""
        queue = self.queues[waiter.waiting.queue]
        queue.leave(waiter)
        del self._waiters[waiter.number], self._waiting[waiter.wish.call]
        self._demand.remove(waiter)
        waiter.answer = Admitted(
            answer.admission, answer.agent, answer.key, answer.limit, waiter.position, at - waiter.joined
        )
        if answer.admission is Admission.IN:
            queue.pace.serve(waiter.joined, at)
        self.news.append(waiter)
        self._touched.add(queue.name)

    def _serve(self, things: Iterable[str], at: float) -> HeldBack:
        """Let in whoever can use what has become free, in order; what is kept for those who cannot."""
        held_back = HeldBack()
        failed = Failed()
        for waiter in self._demand.in_order(things, failed):
            answer = self._admit(waiter.wish, at, held_back)
            if answer is not None:
                self._answer(waiter, answer, at)
                continue
            failed.kinds.add(waiter.kind)
            failed.packed.update(
                limit.key
                for limit in waiter.wish.limits
                if limit.key in waiter.things
                and self._tallies[limit.key].is_packed(held_back.places[limit.key])
            )
            self._note_openings(waiter.wish, at)
            if waiter.overdue <= at:
                self._hold_back(waiter.wish, at, held_back)
        return held_back

    def _hold_back(self, wish: Wish, at: float, held_back: HeldBack) -> None:
        for limit in wish.limits:
            tally = self._tallies[limit.key]
            if wish.call not in tally.holders and tally.has_room(wish.call, at, held_back.places[limit.key]):
                held_back.places[limit.key] += 1
        if wish.agents is not None:
            agent = self.staff.pick(wish.agents, held_back.agents)
            if agent is not None:
                held_back.agents.add(agent.entry)

    def _note_openings(self, wish: Wish, at: float) -> None:
        """Somebody waits: remember when a window lets the next call in."""
        for limit in wish.limits:
            opens = self._tallies[limit.key].opens_at(at)
            if opens is not None and self._openings.get(limit.key) != opens:
                self._openings[limit.key] = opens
                self._agenda.remind(opens, What.WINDOW, limit.key)

    def _release(self, call: str, outcome: str, at: float, *, is_over: bool = False) -> None:
        self.pass_time(at)
        held = self._held.get(call)
        if held is None:
            return
        freed = [key for key, (limit, _) in held.places.items() if is_over or not limit.whole_call]
        for key in freed:
            self._tallies[key].holders.discard(call)
            limit, since = held.places.pop(key)
            if limit.starts:
                held.begun[key] = (limit, since)
        if outcome == Outcome.ANSWERED.value:
            self._came.pop(call, None)
        if held.agent:
            freed += self._release_agent(held, outcome, at)
        if is_over and held.named:
            freed += self._disengage(call, held, at)
        if is_over or held.is_empty():
            del self._held[call]
        self._serve(freed, at)
        self._settle()

    def _release_agent(self, held: Held, outcome: str, at: float) -> list[str]:
        agent = self.staff.release(held.agent, outcome, at)
        held.agent = ""
        if agent.state is AgentState.FREE:
            return [AGENT + agent.entry]
        self._agenda.remind(agent.until, What.REST, agent.entry)
        return []

    def _disengage(self, call: str, held: Held, at: float) -> list[str]:
        agent, held.named = held.named, ""
        self.staff.disengage(agent, call, at)
        return [AGENT + agent]

    def _settle(self) -> None:
        """Tell of those who have become first."""
        for name in self._touched:
            line = self.queues[name].line
            if line and not line[0].is_first_told:
                line[0].is_first_told = True
                self.news.append(line[0])
        self._touched.clear()

    def _sweep(self, at: float) -> None:
        """Forget limits that nobody uses: there may be one for every caller."""
        idle = [key for key, tally in self._tallies.items() if tally.is_empty(at) and key not in self._demand]
        for key in idle:
            del self._tallies[key]
