"""Performs the engine's commands on one call's AGI session and tells what happened as events."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

import structlog

from dialplan.commands import (
    Admit,
    AskCallback,
    Asked,
    CheckPin,
    Collect,
    Dial,
    Hangup,
    LookUp,
    Play,
    Record,
    ServeEngineer,
    SwitchPlan,
    Target,
    Utterance,
)
from dialplan.events import Admitted, Dialled, Event, Failed, Found, Keyed, Outcome, Played, TakenOver
from ivr.agi import AgiError, AgiFailed, AgiSession
from ivr.calls.ahead import KeysAhead
from ivr.calls.departures import Departures
from ivr.calls.holding import Holding
from ivr.calls.messages import CallersMessages
from ivr.calls.places import Door
from ivr.calls.ringing import AFTERMATH, Aftermath, Refusals, ask_carrier, dial_arguments, read_aftermath
from ivr.contract import SILENCE_LIMIT, SOUNDS, Cause, Context, Variable
from ivr.speech import files_of

log = structlog.get_logger(__name__)

ANY_KEY = "0123456789*#"
PLAY_LIMIT_S = 300.0
"""A prompt that is not over by then is given up: the switch is ill."""
SHORT_S = 1.9
"""The longest prompt in which the death of the service may go unnoticed: the failsafe within 2 s."""
BRIDGE_RESULT = "BRIDGERESULT"
"""Where the switch says what came of `Bridge`; it says nothing when the other leg is not there."""
LONGEST_CALL_S = 4 * 3600.0
SURE_S = 1.0
"""Who has been in a conversation for so long is in it."""
RING_GRACE_S = 15.0
BREAKABLE = (Play, Collect, Admit, LookUp)
"""What a caller can be taken out of at any moment. Anything else is waited for."""
AFTER_VISIT = f"F({Context.PAGE}^s^back)"
"""When the caller hangs up the engineer comes back to us."""
TONE = f"{SOUNDS}/en/beep"
"""The tone is the same in every language."""


class CallerGoneError(Exception):
    """The caller hung up; the plan goes no further. `event`: what had come of the last command."""

    def __init__(self, event: Event | None = None) -> None:
        self.event = event
        super().__init__()


class Wishes(Protocol):
    """Where this caller's wish to be called back is kept (see `ivr.callbacks`)."""

    async def keep(self, command: AskCallback) -> Event:
        """Durable when this returns `Kept`; `Failed` when it could not be written down."""


class Switching(Protocol):
    """Where this caller's PIN is looked at, and plans are switched (see `ivr.overrides`)."""

    async def check(self, command: CheckPin) -> Event:
        """Whose PIN it is; `Failed` when nobody can tell."""

    async def switch(self, command: SwitchPlan) -> Event:
        """Live when this returns `Switched`; `Failed` when it could not be written down."""


class Line(Protocol):
    """Who talks with engineers that dial in (see `ivr.duty.line`)."""

    async def serve(self, hands: Performer, asked: ServeEngineer) -> Event:
        """The whole conversation; `Failed` when it could not be had."""


class Visit(Protocol):
    """An engineer who wants to talk with this caller (see `ivr.calls.visiting`)."""

    leg: str
    entry: str
    title: str
    number: str
    words: tuple[str, ...]
    """Sound files that the caller hears first."""

    def is_there(self) -> bool:
        """Whether he still waits."""

    def begin(self) -> None:
        """They are about to be put together."""

    def end(self, *, have_talked: bool) -> None:
        """They have talked; or it did not come to be."""


LookUps = Callable[[LookUp], Awaitable[Found]]
"""Where tables are asked (see `ivr.tables`); never raises."""


@dataclass(slots=True)
class Phases:
    """When each phase of the call began (UTC), and who was talked to."""

    answered: datetime | None = None
    prompt_at: datetime | None = None
    queued_at: datetime | None = None
    queue_left_at: datetime | None = None
    agent_rang_at: datetime | None = None
    agent_at: datetime | None = None
    agent_entry: str = ""
    agent_number: str = ""
    rings: list[Aftermath] = field(default_factory=list)


class Performer:
    """One call's hands: every method is limited in time and raises CallerGoneError when nobody is there."""

    def __init__(
        self,
        agi: AgiSession,
        now: Callable[[], datetime],
        refusals: Refusals,
        brand: str = "",
        length_s: Callable[[str], float] = lambda file: float("inf"),
        messages: CallersMessages | None = None,
        wishes: Wishes | None = None,
        door: Door | None = None,
        tell: Callable[..., None] = lambda kind, **facts: None,
        look_up: LookUps | None = None,
        departures: Departures | None = None,
    ) -> None:
        """`brand`: its title, which a called phone's display shows; `length_s`: of a sound file; `messages`
        and `wishes`: where what this caller says, and his wish to be called back, are kept; `door`: his way
        to places and queues; `tell`: the live feed; `look_up`: asks tables; `departures`: which channels have
        left the switch."""
        self._look_up, self._ahead = look_up, KeysAhead()
        self._door, self._tell = door, tell
        self._departures = departures
        self._messages, self._wishes = messages, wishes
        self._admitted_at: datetime | None = None
        """When he last was let in, or stopped waiting for it."""
        self.switching: Switching | None = None
        """Where this caller's PIN is looked at; None: plans cannot be switched by phone."""
        self.line: Line | None = None
        """Who talks with him when he is an engineer."""
        self._on_pick_up: Callable[[], None] | None = None
        self._agi, self._brand = agi, brand
        self._now = now
        self._refusals = refusals
        self.phases = Phases()
        self._ringing: tuple[Target, ...] = ()
        self._picked_up_at: datetime | None = None
        self._length_s = length_s
        self._is_up = False
        """Whether the call has been answered on the switch."""
        self._is_forgotten = False
        self._is_limited = True
        """Whether the extensions still wait for our first command."""
        self._visit: Visit | None = None
        self._task: asyncio.Task[object] | None = None
        self._is_breaking = self._is_visited = self._is_before_tone = self._is_serving = False
        self.performing: Asked | None = None
        """What is being done at the moment."""

    async def perform(self, command: Asked) -> Event | None:
        """Perform `command`; None after a `Hangup`. A command the switch refuses is a `Failed`; when an
        engineer has taken the caller out of it, `TakenOver`."""
        self._task = self._task or asyncio.current_task()
        while True:
            if self._visit is not None and (taken := await self._receive(self._visit)):
                return taken
            self.performing = command
            try:
                event = await self._try(command)
            except asyncio.CancelledError:
                if not self._is_broken_off():
                    raise
                continue
            finally:
                self.performing = None
            if self._visit is None or not isinstance(event, Dialled):
                return event
            if self.is_gone:
                self.turn_away()
                return event
            # the ring was stopped for the engineer's sake
            return await self._receive(self._visit) or event

    async def _try(self, command: Asked) -> Event | None:
        try:
            if self._is_limited and not isinstance(command, Play | Admit):
                await self._lift_limit()
            return await self._perform(command)
        except AgiError as fault:
            if self.is_gone:
                raise CallerGoneError from fault
            return Failed(str(fault))

    # -- an engineer who wants to talk with the caller

    @property
    def is_recording(self) -> bool:
        """Whether what he says is being recorded; not while he is only asked to say it."""
        return isinstance(self.performing, Record) and not self._is_before_tone

    @property
    def is_with_others(self) -> bool:
        """Whether phones ring for him, or he talks with who picked up, or with an engineer already."""
        return self._is_visited or isinstance(self.performing, Dial)

    def invite(self, visit: Visit) -> None:
        """Let an engineer have this caller as soon as what he is at is over, or can be broken off."""
        self.turn_away()
        self._visit = visit
        if (isinstance(self.performing, BREAKABLE) or self._is_before_tone) and self._task is not None:
            self._is_breaking = True
            self._task.cancel()

    def withdraw(self, visit: Visit) -> None:
        """That engineer does not wait any more."""
        if self._visit is visit:
            self._visit = None

    def turn_away(self) -> None:
        """Whoever waits for this caller will not have him."""
        visit, self._visit = self._visit, None
        if visit is not None:
            visit.end(have_talked=False)

    def _is_broken_off(self) -> bool:
        """Whether it was our own doing; not when the service stops in the same moment."""
        was, self._is_breaking = self._is_breaking, False
        return was and self._task is not None and self._task.uncancel() == 0

    async def _receive(self, visit: Visit) -> Event | None:
        """Connect the caller with the engineer who waits; None: that one has gone, or it failed."""
        try:
            if self.is_gone:
                raise CallerGoneError
            if visit.is_there():
                await self.open()
                await self._agi.command("SET MUSIC", "OFF")
                for file in visit.words:
                    await self.stream(file)
            taken = await self._talk_with(visit) if visit.is_there() else None
        except AgiError as fault:
            raise CallerGoneError from fault
        except CallerGoneError:
            self.turn_away()
            raise
        visit.end(have_talked=taken is not None)
        self.withdraw(visit)
        return taken

    async def _talk_with(self, visit: Visit) -> TakenOver | None:
        """The caller's leg fetches the engineer's; what is known is kept before, for it may outlive us."""
        phases, since = self.phases, self._now()
        before = replace(phases)
        phases.agent_rang_at = phases.agent_rang_at or since
        phases.agent_at = since
        phases.agent_entry, phases.agent_number = visit.entry, visit.number
        await self._agi.set_variable("DIALSTATUS", "ANSWER")
        await self._agi.set_variable(BRIDGE_RESULT, "")
        visit.begin()
        self._is_visited = True
        try:
            await self._agi.exec("Bridge", visit.leg, AFTER_VISIT, timeout_s=LONGEST_CALL_S)
        finally:
            self._is_visited = False
        if await self._agi.get_full_variable(f"${{{BRIDGE_RESULT}}}") == "SUCCESS":
            return TakenOver(visit.entry, visit.title, (self._now() - since).total_seconds())
        log.warning("call.engineer_not_joined", leg=visit.leg)
        self.phases = before
        await self._agi.set_variable("DIALSTATUS", "")
        return None

    @property
    def is_gone(self) -> bool:
        """Whether the caller hung up or the switch is gone."""
        return self._agi.hung_up.is_set()

    @property
    def is_cut_off(self) -> bool:
        """Whether it is the switch that is gone: the caller has not hung up."""
        return self._agi.is_cut

    async def _perform(self, command: Asked) -> Event | None:
        match command:
            case Play():
                await self._play(command)
                event: Event = Played()
            case Collect():
                event = await self._collect(command)
            case Dial():
                event = await self._dial(command)
            case Admit():
                event = await self._admit(command)
                self._admitted_at = self._now()
            case Record():
                event = await self._record(command)
            case AskCallback():
                event = await self._ask_callback(command)
            case LookUp():
                event = await self._ask_table(command)
            case CheckPin() | SwitchPlan():
                event = await self._switch(command)
            case ServeEngineer():
                event = await self._serve(command)
            case Hangup():
                await self._hang_up(command)
                return None
            case _:
                return Failed(f"nobody here can do {type(command).__name__}")
        if self.is_gone and not _is_conversation(event):
            raise CallerGoneError(event)
        return event

    async def _record(self, command: Record) -> Event:
        """Words, which a key cuts short; the tone; then what the caller says."""
        if self._messages is None:
            return Failed("nobody here can keep a message")
        self._is_before_tone = True
        try:
            await self._begin_speaking()
            await self._speak_until_key(files_of(command.utterances))
        finally:
            self._is_before_tone = False
        if self.is_gone:
            raise CallerGoneError
        tone = TONE if command.beep else ""
        self._tell("record", what="tone")
        try:
            return await self._messages.take(self._agi, command, tone)
        except OSError as fault:
            return Failed(str(fault))

    async def _ask_callback(self, command: AskCallback) -> Event:
        if self._wishes is None:
            return Failed("nobody here can call back")
        if command.since_s and self._admitted_at:
            # since he left the queue he has been waiting still: the offer takes its time
            more_s = (self._now() - self._admitted_at).total_seconds()
            command = replace(command, since_s=command.since_s + more_s)
        return await self._wishes.keep(command)

    async def _switch(self, command: CheckPin | SwitchPlan) -> Event:
        if self.switching is None:
            return Failed("nobody here can switch plans")
        if isinstance(command, CheckPin):
            return await self.switching.check(command)
        return await self.switching.switch(command)

    # -- an engineer who has dialled in

    async def _serve(self, command: ServeEngineer) -> Event:
        if self.line is None:
            return Failed("nobody here talks with engineers")
        self._is_serving = True
        try:
            return await self.line.serve(self, command)
        finally:
            self._is_serving = False

    async def leave_words(self, words: Sequence[Utterance]) -> None:
        """What the switch is to say, should we die in what comes next, before it ends the call.

        Empty: nothing, the failsafe takes the call then.
        """
        await self._agi.set_variable(Variable.LAST_WORDS, "&".join(files_of(words)))
        await self._agi.set_variable(Variable.DONE, "1" if words else "")

    def when_picked_up(self, do: Callable[[], None] | None) -> None:
        """Have something done as soon as a phone that rings for this call is picked up; None: nothing."""
        self._on_pick_up = do

    async def join(self, uniqueid: str, joined: Callable[[], None]) -> bool:
        """Step into the conversation of that channel until it is over; False: there is none any more.

        `joined` is called when he is in it for sure. Should we die meanwhile, he talks on.
        """
        await self._agi.set_variable(BRIDGE_RESULT, "")
        await self._agi.set_variable("DIALSTATUS", "ANSWER")
        talk = asyncio.ensure_future(self._agi.exec("BridgeAdd", uniqueid, timeout_s=LONGEST_CALL_S))
        try:
            await asyncio.wait({talk}, timeout=SURE_S)
            if not talk.done():
                joined()
            await talk
        finally:
            talk.cancel()
        if self.is_gone:
            raise CallerGoneError
        await self._agi.set_variable("DIALSTATUS", "")
        return await self._agi.get_full_variable(f"${{{BRIDGE_RESULT}}}") == "SUCCESS"

    async def hold_for(self, fetching: Awaitable[bool], limit_s: float) -> bool:
        """Music until another call fetches this one: then it is no longer ours (CallerGoneError).

        False: nobody came within `limit_s`.
        """
        coming = asyncio.ensure_future(fetching)
        gone = asyncio.ensure_future(self._agi.hung_up.wait())
        try:
            await self._agi.command("SET MUSIC", "ON")
            await asyncio.wait({coming, gone}, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
            if self.is_gone:
                raise CallerGoneError
            await self._agi.command("SET MUSIC", "OFF")
            return coming.done() and coming.result()
        finally:
            gone.cancel()
            coming.cancel()
            await asyncio.gather(coming, gone, return_exceptions=True)

    async def _ask_table(self, command: LookUp) -> Event:
        if self._look_up is None:
            return Failed("nobody here can look anything up")
        return await self._look_up(command)

    async def _begin_speaking(self) -> None:
        if not self._is_up:
            await self._agi.answer()
            self._is_up = True
        self._mark_prompt()
        await self._forget_conversation()

    async def _lift_limit(self) -> None:
        self._is_limited = False
        await self._agi.set_variable(SILENCE_LIMIT, "0")

    async def _play(self, command: Play) -> None:
        """Speak. STREAM FILE ends at once when we die, and so does the caller's wait for the failsafe; a
        short first prompt is said in the round trip that answers."""
        files = files_of(command.utterances)
        if not files:
            return
        if command.listens:
            await self.open()
            await self._ahead.listen(files, self._stream_from, command.stops)
            return
        is_short = self._is_limited and self._length_s(files[0]) <= SHORT_S
        await self.open(files.pop(0) if is_short else "")
        for file in files:
            await self.stream(file)

    async def open(self, first: str = "") -> None:
        """Answer the call, if it is not. `first`: a short prompt, where the extensions still wait for us."""
        self._mark_prompt()
        await self._forget_conversation()
        if self._is_limited:
            self._is_limited = False
            await self._agi.gosub(Context.FIRST_WORDS, "s", 1, first, timeout_s=PLAY_LIMIT_S)
        elif not self._is_up:
            await self._agi.answer()
        self._is_up = True

    async def _admit(self, command: Admit) -> Event:
        """A place and an agent; where there is none, the caller waits as the command says."""
        if self._door is None:
            return Failed("there is nobody here to give out places")
        turn = await self._door.ask(command)
        if isinstance(turn, Admitted):
            return turn
        self.phases.queued_at = self.phases.queued_at or self._now()
        queue = turn.waiter.waiting.queue
        self._tell("queue", what="joined", queue=queue, position=turn.waiter.position)

        def tell(what: str, **facts: object) -> None:
            self._tell("queue", what=what, queue=queue, **facts)

        try:
            answer = await Holding(self._agi, self, turn, tell).wait()
        except BaseException:
            turn.abandon()
            tell("left", by="engineer" if self._visit else "hang-up")
            raise
        finally:
            self.phases.queue_left_at = self._now()
        tell("left", by=str(answer.admission), waited_s=round(answer.waited_s, 3))
        return answer

    async def stream(self, file: str, keys: str = "") -> str:
        """One sound file; the key that stopped it. One that cannot be played is left out, and said."""
        return (await self._stream(file, keys, 0))[0]

    async def _stream_from(self, file: str, sample: int) -> tuple[str, int]:
        return await self._stream(file, ANY_KEY, sample)

    async def _stream(self, file: str, keys: str, sample: int) -> tuple[str, int]:
        if self.is_gone:
            raise CallerGoneError
        try:
            played = await self._agi.stream_file(file, keys, sample, timeout_s=PLAY_LIMIT_S)
        except AgiFailed as fault:
            log.error("call.prompt_missing", file=file, why=str(fault))
            return "", sample
        return played.digit or "", played.endpos

    async def _forget_conversation(self) -> None:
        """The extensions take DIALSTATUS=ANSWER for a caller who has been served; this one goes on."""
        if self._has_talked and not self._is_forgotten:
            self._is_forgotten = True
            await self._agi.set_variable("DIALSTATUS", "")

    def _mark_prompt(self) -> None:
        """The first prompt is where the caller begins to hear us."""
        moment = self._now()
        self.phases.answered = self.phases.answered or moment
        self.phases.prompt_at = self.phases.prompt_at or moment

    async def _collect(self, command: Collect) -> Keyed:
        if self._is_serving:  # no step of a plan, which the feed tells by itself
            self._tell("command", what="collect")
        if not self._is_up:
            await self._agi.answer()
            self._is_up = True
        self._mark_prompt()
        await self._forget_conversation()
        keyed, is_all = self._ahead.take(command)
        if is_all:
            return keyed
        digits = keyed.digits or await self._speak_until_key(files_of(command.utterances))
        if digits and digits == command.terminator:
            return Keyed("", terminated=True)
        return await self._read_on(digits, command)

    async def _speak_until_key(self, files: list[str]) -> str:
        for file in files:
            if digit := await self.stream(file, ANY_KEY):
                return digit
        return ""

    async def _read_on(self, digits: str, command: Collect) -> Keyed:
        while not command.is_complete(digits):
            if digits and command.terminator == "#" and not command.choices:
                return await self._read_rest(digits, command)
            wait_s = command.next_s if digits else command.first_s
            digit = await self._agi.wait_for_digit(round(wait_s * 1000), timeout_s=wait_s + RING_GRACE_S)
            if self.is_gone:
                raise CallerGoneError
            if not digit:
                return Keyed(digits)
            if digit == command.terminator:
                return Keyed(digits, terminated=True)
            digits += digit
        return Keyed(digits)

    async def _read_rest(self, digits: str, command: Collect) -> Keyed:
        """The digits after the first in one command: a key that comes between two commands is lost."""
        most, wait_s = command.most - len(digits), command.next_s
        limit_s = most * wait_s + RING_GRACE_S
        rest = await self._agi.get_data("", round(wait_s * 1000), most, timeout_s=limit_s)
        if self.is_gone:
            raise CallerGoneError
        return Keyed(digits + rest.digits, terminated=not rest.timed_out and len(rest.digits) < most)

    async def _dial(self, command: Dial) -> Dialled:
        self._ahead.forget()
        phones, ring_s, options = dial_arguments(command, command.name or self._brand)
        self.phases.agent_rang_at, self._picked_up_at = self._now(), None
        self._ringing, self._is_forgotten = command.targets, False
        since = asyncio.get_running_loop().time()
        await self._agi.exec("Dial", phones, ring_s, options, timeout_s=LONGEST_CALL_S + ring_s)
        text = await self._agi.get_full_variable(AFTERMATH) or ""
        said = await ask_carrier(self._refusals, text, command, since)
        after = read_aftermath(text, command, said)
        self._ringing = ()
        self._note_ring(after)
        await self._see_off(after.channel)
        return Dialled(
            after.outcome, after.cause, after.target.entry if after.target else "", self._talked_s()
        )

    async def _see_off(self, channel: str) -> None:
        """A place that this call has is free only when the telephones it rang have left the switch."""
        if self._departures is not None and self._door is not None and self._door.has_any():
            await self._departures.see_off(self._agi.env.get("uniqueid", ""), channel)

    def note_pick_up(self) -> bool:
        """The switch says that somebody has answered the phone that rings; False when none does."""
        if not self._ringing:
            return False
        self._picked_up_at = self.phases.agent_at = self._now()
        if self._on_pick_up is not None:
            self._on_pick_up()
        self.phases.answered = self.phases.answered or self._picked_up_at
        self._note_agent(self._ringing[0] if len(self._ringing) == 1 else None)
        return True

    def _note_ring(self, after: Aftermath) -> None:
        self.phases.rings.append(after)
        if after.is_answered:
            self._is_up = True
            # not told of the answer in time: the ring was short, and its beginning is near enough
            self._picked_up_at = self._picked_up_at or self.phases.agent_rang_at
            self.phases.agent_at = self._picked_up_at
            self.phases.answered = self.phases.answered or self._picked_up_at
            self._note_agent(after.target)

    def _note_agent(self, target: Target | None) -> None:
        if target is not None:
            self.phases.agent_entry, self.phases.agent_number = target.entry, target.number

    def _talked_s(self) -> float:
        return (self._now() - self._picked_up_at).total_seconds() if self._picked_up_at else 0.0

    @property
    def _has_talked(self) -> bool:
        """Whether the last thing the switch did was a conversation (DIALSTATUS is ANSWER)."""
        return bool(self.phases.rings) and self.phases.rings[-1].is_answered

    async def _hang_up(self, command: Hangup) -> None:
        """Refused calls may be told why first, as early media: unanswered, so not charged."""
        if self.is_gone:
            raise CallerGoneError
        if command.utterances and self.phases.answered is None:
            await self._agi.exec("Progress")
            await self._agi.exec(
                "Playback", "&".join(files_of(command.utterances)), "noanswer", timeout_s=PLAY_LIMIT_S
            )
        elif command.utterances:
            await self._play(Play(command.utterances))
        is_served = self._has_talked and not self._is_forgotten
        if is_served and command.cause == Cause.NORMAL and not command.utterances:
            return  # the extensions hang up by themselves after a conversation
        await self._agi.exec("Hangup", command.cause)


def _is_conversation(event: Event) -> bool:
    """Whether somebody talked with the caller: the plan is told so, whoever hung up."""
    return isinstance(event, Dialled) and event.outcome is Outcome.ANSWERED
