"""Takes calls: asks the engine what to do, does it, tells it what happened, until the call is over.

What goes wrong here ends the AGI session without the last word that the extensions wait for, and so
the caller comes to the failsafe: an apology and a person.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Protocol

import structlog

from dialplan.abandon import abandon
from dialplan.commands import Admit, Command, Dial, Hangup, Leave, LookUp, Record, SendMail, StartPage
from dialplan.engine import TAKEN_OVER, Step, advance, begin
from dialplan.events import Dialled, Event, Found, Recorded, TakenOver
from dialplan.model import Configuration
from dialplan.overrides import plan_at
from dialplan.tables import LookUpTable, default_row
from dialplan.tape import Recording
from ivr.agi import AgiSession
from ivr.calls.arrival import Arrival, read_arrival
from ivr.calls.departures import Departures
from ivr.calls.live import LiveCall
from ivr.calls.messages import Messages
from ivr.calls.performer import CallerGoneError, Line, Performer, Switching, Wishes
from ivr.calls.places import Door, Places, Usher
from ivr.calls.ringing import Refusals
from ivr.clock import Clock
from ivr.feed import Feed
from ivr.records import CallRecord, HopRecord
from ivr.storage import Disposition, HungBy

log = structlog.get_logger(__name__)


class Pages(Protocol):
    """Where pages begin."""

    def begin(self, command: StartPage, call: LiveCall) -> None:
        """Begin a page; the call does not wait for it."""


class Post(Protocol):
    """Where mails are handed in."""

    def send(self, command: SendMail, call: LiveCall) -> None:
        """Put a mail in the outbox; the call does not wait for it."""


class Records(Protocol):
    """Where records are kept (see `ivr.records.Recorder`)."""

    def begin(self, record: CallRecord) -> object:
        """Keep the call as it begins."""

    def note(self, record: CallRecord, hops: Sequence[HopRecord], first: int) -> object:
        """Keep the call as it stands; `hops` from number `first` on."""

    def finish(self, record: CallRecord, hops: list[HopRecord], tape: str = "") -> object:
        """Keep the call as it ended, and what happened on it."""


class LineOf(Protocol):
    """Who talks with engineers that dial in (see `ivr.duty.line.EngineersLine.of_call`)."""

    def __call__(
        self, record: CallRecord, note: Callable[[str, str], None], is_there: Callable[[], bool]
    ) -> Line:
        """For one call. `note` keeps a step in its trace; `is_there`: whether its caller has not hung up."""


class TableDesk(Protocol):
    """Who asks tables (see `ivr.tables.Tables`)."""

    async def find(self, table: LookUpTable, asked: LookUp) -> Found:
        """The row for a value, within the question's limit; never raises."""


class Reception:
    """One for the whole service; `take` is the handler of every caller's AGI session."""

    def __init__(
        self,
        *,
        configuration: Callable[[], Configuration],
        records: Records,
        pages: Pages,
        post: Post,
        refusals: Refusals,
        feed: Feed,
        clock: Clock,
        length_s: Callable[[str], float] = lambda file: float("inf"),
        ended: Callable[[LiveCall, str], None] = lambda call, tape: None,
        messages: Messages | None = None,
        wishes: Callable[[CallRecord], Wishes] | None = None,
        places: Places | None = None,
        tables: TableDesk | None = None,
        departures: Departures | None = None,
    ) -> None:
        """`length_s`: of a sound file, by its name on the switch. `ended`: told of each call that is over,
        with its tape; must cost next to nothing. `messages` and `wishes`: where it is kept what callers say,
        and that they want to be called back. `places`: who gives them out. `tables`: who asks them.
        `departures`: which channels have left the switch."""
        self._tables, self._departures = tables, departures
        self._places = places or Usher()
        self._ended = ended
        self._messages, self._wishes = messages, wishes
        self.switching: Callable[[CallRecord], Switching] | None = None
        """Where plans are switched by phone, for the call of a record."""
        self.line: LineOf | None = None
        """Who talks with engineers, for the call of a record."""
        self._length_s = length_s
        self._configuration, self._refusals = configuration, refusals
        self._records, self._pages, self._post = records, pages, post
        self._feed, self._clock = feed, clock
        self._live: dict[str, LiveCall] = {}
        self.taken = 0

    @property
    def live(self) -> Mapping[str, LiveCall]:
        """Calls in progress by the switch's unique id."""
        return self._live

    async def take(self, agi: AgiSession) -> None:
        """One call, from its arrival to its record."""
        call = self._welcome(read_arrival(agi.env, agi.args, self._clock.now()), agi)
        self.taken += 1
        with structlog.contextvars.bound_contextvars(call=call.record.id):
            try:
                await self._follow(call)
            except CallerGoneError as gone:
                self._note_caller_gone(call, gone.event)
            except asyncio.CancelledError:
                self._let_go(call)
                raise
            except Exception:
                call.record.disposition = Disposition.FAILED
                self._conclude(call)
                raise
            finally:
                call.performer.turn_away()
                call.door.end()
            self._conclude(call)

    def find(self, call_id: str) -> LiveCall | None:
        """The call in progress of that record."""
        return next((call for call in self._live.values() if call.record.id == call_id), None)

    def note_visit(self, call: LiveCall, why: str) -> None:
        """An engineer is with this caller: kept at once, for they may outlive us. `why`: a line of the
        trace; empty: the plan will tell."""
        state = call.state
        if state is not None and why:
            kind = _kind(call.configuration, state.plan, state.node)
            at, release = self._plan_time(call), call.record.release
            call.hops.append(HopRecord(state.plan, state.node, kind, TAKEN_OVER, why, at, release))
            self._tell_hop(call, call.hops[-1], {})
        self._keep(call)

    def _note_step(self, call: LiveCall, step: str, why: str) -> None:
        """Something that was done in the middle of a node: a line of the trace, kept at once."""
        state = call.state
        if state is None:
            return
        kind, at = _kind(call.configuration, state.plan, state.node), self._plan_time(call)
        hop = HopRecord(state.plan, state.node, kind, step, why, at, call.record.release)
        call.hops.append(hop)
        self._tell_hop(call, hop, {})
        call.note_phases()
        self._records.note(call.record, call.hops[call.kept :], call.kept)
        call.kept = len(call.hops)

    def picked_up(self, uniqueid: str) -> None:
        """Somebody has answered for this caller: kept at once, for the talk may outlive this service."""
        call = self._live.get(uniqueid)
        if call is None or not call.performer.note_pick_up():
            return
        call.door.talk()
        call.note_phases()
        self._records.note(call.record, (), call.kept)
        self._tell(call, "answer", who=call.record.agent_entry)

    def _engage(self, call: LiveCall, command: Dial) -> None:
        """Whoever is rung by name, and has callers of a skills group as well, is given none meanwhile."""
        if not call.configuration.skills or len(command.targets) != 1:
            return
        agent = command.targets[0]
        for group in call.configuration.skills.values():
            if any(one.entry == agent.entry for one in group.agents):
                call.door.engage(agent, group.id)
                return

    def _welcome(self, arrival: Arrival, agi: AgiSession) -> LiveCall:
        configuration = self._configuration()
        facts = arrival.facts
        number = configuration.numbers.get(facts.dialled)
        record = CallRecord(
            id=facts.id,
            uniqueid=arrival.uniqueid,
            channel=arrival.channel,
            dialled=facts.dialled,
            caller=facts.caller,
            caller_name=facts.caller_name,
            started=self._clock.now(),
            brand=number.brand if number else "",
            plan=plan_at(configuration, number, self._clock.now() + arrival.shift) if number else "",
            release=configuration.fingerprint,
            clock_at=arrival.clock_at,
        )
        brand = configuration.brands[number.brand].title if number else ""
        door = Door(self._places, record.id, record.started.timestamp(), facts.caller or "")
        performer = Performer(
            agi,
            self._clock.now,
            self._refusals,
            brand,
            self._length_s,
            self._messages.of_call(record) if self._messages else None,
            self._wishes(record) if self._wishes else None,
            door,
            partial(self._tell_of, record),
            partial(self._look_up, configuration),
            self._departures,
        )
        call = LiveCall(record, facts, configuration, performer, door, arrival.shift)
        performer.switching = self.switching(record) if self.switching else None
        if self.line is not None:
            performer.line = self.line(record, partial(self._note_step, call), lambda: not performer.is_gone)
        self._live[record.uniqueid] = call
        self._records.begin(record)
        self._tell(call, "call", to=record.dialled, caller=record.caller, brand=record.brand)
        return call

    async def _follow(self, call: LiveCall) -> None:
        """The plan, a step at a time."""
        now = self._plan_time(call)
        tape = call.tape = Recording(now)
        step = begin(call.configuration, call.facts, now)
        while (event := await self._do(call, step, tape)) is not None:
            now = self._plan_time(call)
            tape.add(now, event, step.commands[-1])
            step = advance(call.configuration, step.state, event, now)

    async def _do(self, call: LiveCall, step: Step, tape: Recording) -> Event | None:
        """One step's commands; the event that answers the last one, None when the call is ended."""
        call.state = step.state
        values = tape.note_values(len(call.hops), step.state.variables)
        for hop in call.note(step.hops):
            self._tell_hop(call, hop, values)
            values = {}
        event: Event | None = None
        for command in step.commands:
            event = await self._perform(call, command)
        return event

    def _do_told(self, call: LiveCall, command: Command) -> None:
        """What the call does not wait for."""
        match command:
            case StartPage():
                self._pages.begin(command, call)
            case SendMail():
                self._post.send(command, call)
            case Leave():
                call.door.give_back(command.outcome)

    async def _perform(self, call: LiveCall, command: Command) -> Event | None:
        match command:
            case StartPage() | SendMail() | Leave():
                self._do_told(call, command)
            case _:
                if isinstance(command, Dial):
                    self._engage(call, command)
                self._keep_places(call, command)
                if isinstance(command, Dial):
                    self._keep(call)
                if self._feed.has_listeners:
                    self._tell(call, "command", what=type(command).__name__.lower(), says=_said(command))
                event = await call.performer.perform(command)
                if isinstance(command, Dial):
                    call.door.part()
                if isinstance(command, Hangup) and isinstance(event, TakenOver):
                    self.note_visit(call, _before_the_end(event))
                if isinstance(command, Hangup):
                    call.record.cause, call.record.hung_by = command.cause, _hung_by(call)
                call.last_event = event
                return event
        return None

    def _keep_places(self, call: LiveCall, command: Command) -> None:
        """Places that the call has taken or given back, before it does what may outlive this service."""
        if isinstance(command, Admit | Hangup) or (places := call.door.kept()) == call.record.places:
            return
        call.record.places = places
        if not isinstance(command, Dial):
            self._records.note(call.record, (), call.kept)

    def _keep(self, call: LiveCall) -> None:
        """Keep what is known before a conversation that may outlive this service."""
        call.note_phases()
        call.record.agent_rang_at = call.record.agent_rang_at or self._clock.now()
        self._records.note(call.record, call.hops[call.kept :], call.kept)
        call.kept = len(call.hops)

    def _plan_time(self, call: LiveCall) -> datetime:
        return self._clock.now() + call.shift

    def _see_through(self, call: LiveCall, event: Event | None) -> bool:
        """What a caller who hung up has left behind is seen through; whether there was anything."""
        if call.state is None:
            return False
        step = abandon(call.configuration, call.state, event, self._plan_time(call))
        call.state = step.state
        for hop in call.note(step.hops):
            self._tell_hop(call, hop, {})
        for command in step.commands:
            self._do_told(call, command)
        return bool(step.hops)

    def _note_caller_gone(self, call: LiveCall, event: Event | None) -> None:
        is_gone, now = call.performer.is_gone, self._plan_time(call)
        by_caller = is_gone and not call.performer.is_cut_off
        if is_gone and call.tape is not None:
            if isinstance(event, Recorded):
                call.tape.add(now, event, Record(()))
            call.tape.leave(now)
        has_left = self._see_through(call, event)
        state = call.state
        call.record.hung_by, call.record.cause = (HungBy.CALLER, 16) if by_caller else (HungBy.SWITCH, 0)
        if state is not None and not state.ended and not has_left:
            hop = HopRecord(
                state.plan,
                state.node,
                _kind(call.configuration, state.plan, state.node),
                "hang-up",
                "the caller hung up" if by_caller else "the switch lost the call",
                self._plan_time(call),
                call.record.release,
            )
            call.hops.append(hop)
            self._tell_hop(call, hop, {})

    def _let_go(self, call: LiveCall) -> None:
        """We are being stopped: the call goes on without us, and whoever starts next closes its record."""
        call.note_phases()
        self._live.pop(call.record.uniqueid, None)
        self._records.note(call.record, call.hops[call.kept :], call.kept)

    def _conclude(self, call: LiveCall) -> None:
        record = call.record
        record.places = call.door.kept_at_the_end()
        call.door.end()
        call.note_phases()
        record.ended = self._clock.now()
        if record.disposition is Disposition.IN_PROGRESS:
            record.disposition = disposition_of(call)
        self._live.pop(record.uniqueid, None)
        tape = call.tape.to_json(call.facts) if call.tape is not None else ""
        self._records.finish(record, call.hops, tape)
        self._ended(call, tape)
        self._tell(
            call, "end", disposition=str(record.disposition), hung_by=str(record.hung_by), cause=record.cause
        )

    def _tell_hop(self, call: LiveCall, hop: HopRecord, values: Mapping[str, str]) -> None:
        """`values`: the variables that were set on the way to it."""
        more = {"set": values} if values else {}
        self._tell(
            call, "hop", plan=hop.plan, node=hop.node, node_kind=hop.kind, exit=hop.exit, why=hop.why, **more
        )

    def _tell(self, call: LiveCall, kind: str, **facts: object) -> None:
        self._tell_of(call.record, kind, **facts)

    async def _look_up(self, configuration: Configuration, asked: LookUp) -> Found:
        """A table of the call's own release."""
        table = configuration.tables[asked.table]
        if self._tables is None:
            return default_row(table, "nobody asks tables here")
        return await self._tables.find(table, asked)

    def _tell_of(self, record: CallRecord, kind: str, **facts: object) -> None:
        if self._feed.has_listeners:
            self._feed.publish(kind, self._clock.now(), call=record.id, uniqueid=record.uniqueid, **facts)


def disposition_of(call: LiveCall) -> Disposition:
    """How a call ended, in one word."""
    record = call.record
    if record.agent_at is not None:
        return Disposition.ANSWERED
    if record.hung_by is HungBy.CALLER:
        return Disposition.ABANDONED
    if record.hung_by is HungBy.SWITCH and call.performer.is_cut_off:
        return Disposition.FAILED
    if record.answered is None:
        return Disposition.REJECTED
    return Disposition.ANNOUNCED


def _before_the_end(taken: TakenOver) -> str:
    """The plan had ended: it cannot tell of the talk by itself."""
    who = taken.title or taken.entry
    talked = f"they talked {taken.talked_s:.0f} s"
    return f"{who}, on call, was connected with the caller before the plan hung up; {talked}"


def _hung_by(call: LiveCall) -> HungBy:
    """Who ended a call that we hang up: the agent when his conversation was the last thing in it."""
    last = call.last_event
    return HungBy.AGENT if isinstance(last, Dialled | TakenOver) and last.talked_s > 0 else HungBy.SERVICE


def _kind(configuration: Configuration, plan: str, node: str) -> str:
    found = configuration.plans.get(plan)
    return found.nodes[node].kind if found and node in found.nodes else node


def _said(command: Command) -> list[str]:
    """What a command says or rings, for the live feed."""
    targets = [f"{target.label}" for target in getattr(command, "targets", ())]
    words = [getattr(one, "id", getattr(one, "value", "")) for one in getattr(command, "utterances", ())]
    return words or targets
