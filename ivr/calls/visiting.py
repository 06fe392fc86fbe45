"""An engineer on call is connected with a caller: out of his queue, his prompts or a ring; or joins a talk.

Who waits is taken out of what he hears, and his own leg fetches the engineer's, so that his plan knows what
came of it and the two talk on when the service dies. Who talks with an agent is not disturbed: the engineer's
leg steps into that conversation. Whether the caller is still there is asked of the switch each time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import structlog

from dialplan.commands import Prompt, Record
from dialplan.words import languages_of
from ivr.ami import AmiError, AmiEvent, AmiLink, ChannelSnapshot
from ivr.calls.live import LiveCall
from ivr.calls.reception import Reception
from ivr.contract import PAGE_LEG
from ivr.outcome import Whereabouts
from ivr.speech import files_of

WORDS: Final = "engineer-connecting"
MOST_STOPS: Final = 5
STOP_AGAIN_S: Final = 1.0

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Visit:
    """An engineer who waits on his leg for one caller (see `ivr.calls.performer.Performer.invite`)."""

    leg: str
    entry: str
    title: str
    number: str
    has_leg: Callable[[], bool]
    """Whether he has not hung up."""
    met: Callable[[], None]
    """Told as the two are put together."""
    words: tuple[str, ...] = ()
    """Sound files that the caller hears before that."""
    begun: bool = False
    ended: asyncio.Future[bool] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    """False: it did not come to be; True: they have talked."""

    def is_there(self) -> bool:
        """Whether he still waits."""
        return self.has_leg()

    def begin(self) -> None:
        """They are about to be put together."""
        self.begun = True
        self.met()

    def end(self, *, have_talked: bool) -> None:
        """Once; what is said later counts for nothing."""
        if not self.ended.done():
            self.ended.set_result(have_talked)


class Visiting:
    """One for the service."""

    def __init__(
        self, link: AmiLink, reception: Reception, orphan: Callable[[str], str | None] = lambda call_id: None
    ) -> None:
        """`orphan`: the switch's unique id of a call that outlived an earlier run of the service."""
        self._link, self._reception, self._orphan = link, reception, orphan
        self._joined: dict[str, LiveCall] = {}
        """Unique id of an agent's leg into whose conversation an engineer has come -> the call."""
        link.subscribe("Hangup", self._take_hangup)

    def is_on_line(self, call_id: str) -> bool:
        """Whether that caller is still there, as far as is known without asking the switch."""
        call = self._reception.find(call_id)
        return (not call.performer.is_gone) if call else self._orphan(call_id) is not None

    async def find(self, call_id: str) -> tuple[Whereabouts, str]:
        """Where that caller is now, and the unique id of his channel."""
        call = self._reception.find(call_id)
        uniqueid = call.record.uniqueid if call else self._orphan(call_id)
        if not uniqueid or (call and call.performer.is_gone):
            return Whereabouts.GONE, ""
        if call and not call.performer.is_with_others:
            return Whereabouts.WAITS, uniqueid
        try:
            channels = {one.unique_id: one for one in await self._link.core_show_channels()}
        except AmiError as fault:
            log.warning("visit.not_asked", why=str(fault))
            return Whereabouts.OUT_OF_REACH, uniqueid
        own = channels.get(uniqueid)
        if own is None:
            return Whereabouts.GONE, ""
        if own.bridge_id and own.application != "BridgeWait":
            self._watch_agent(call, own, channels)
            return Whereabouts.TALKS, uniqueid
        return (Whereabouts.WAITS if call else Whereabouts.OUT_OF_REACH), uniqueid

    async def meet(
        self,
        call_id: str,
        leg: str,
        who: tuple[str, str, str],
        is_there: Callable[[], bool],
        met: Callable[[], None],
    ) -> bool:
        """Have the waiting caller fetch the engineer on `leg`; returns when they have talked, or it failed.

        `who`: entry, title, number. Cancelled before it has begun, it is withdrawn.
        """
        call = self._reception.find(call_id)
        if call is None or call.state is None:
            return False
        languages = languages_of(call.state.language, call.facts.dutch_first)
        words = files_of(Prompt(WORDS, language) for language in languages)

        def begin() -> None:
            call.door.give_back("")
            self._reception.note_visit(call, "")
            met()

        visit = Visit(leg, *who, is_there, begin, tuple(words))
        call.performer.invite(visit)
        await self._clear_way(call)
        try:
            return await asyncio.shield(visit.ended)
        finally:
            if not visit.begun:
                call.performer.withdraw(visit)

    def note_joined(self, call_id: str, title: str) -> None:
        """An engineer has come into the conversation of that caller with somebody else."""
        if call := self._reception.find(call_id):
            self._reception.note_visit(call, f"{title}, on call, joined the conversation")

    async def _clear_way(self, call: LiveCall) -> None:
        """Stop what cannot be broken off on the caller's own leg: phones that ring for him, a recording."""
        uniqueid, command = call.record.uniqueid, call.performer.performing
        try:
            if call.performer.is_with_others:
                channels = await self._link.core_show_channels()
                ringing = [one.unique_id for one in channels if _rings_for(one, uniqueid)]
                await asyncio.gather(*(self._link.hangup(one) for one in ringing), return_exceptions=True)
            elif isinstance(command, Record) and command.stop_keys and call.performer.is_recording:
                await self._stop_recording(call, command)
        except AmiError as fault:
            log.warning("visit.way_not_clear", call=call.record.id, why=str(fault))

    async def _stop_recording(self, call: LiveCall, command: Record) -> None:
        """By its own key; pressed again where it came during the tone, and so for nothing."""
        for _ in range(MOST_STOPS):
            await self._link.play_dtmf(call.record.uniqueid, command.stop_keys[0], receive=True)
            await asyncio.sleep(STOP_AGAIN_S)
            if call.performer.performing is not command:
                return

    def _watch_agent(
        self, call: LiveCall | None, own: ChannelSnapshot, channels: dict[str, ChannelSnapshot]
    ) -> None:
        for one in channels.values():
            if call and one.bridge_id == own.bridge_id and one is not own and not _is_engineers(one):
                self._joined[one.unique_id] = call

    def _take_hangup(self, event: AmiEvent) -> None:
        """The agent has left the two alone: he is free for others."""
        call = self._joined.pop(event.get("Uniqueid"), None)
        if call is not None:
            call.door.give_back("answered")


def _rings_for(one: ChannelSnapshot, caller: str) -> bool:
    is_his = one.linked_id == caller and one.unique_id != caller
    return is_his and not one.is_up and not _is_engineers(one)


def _is_engineers(one: ChannelSnapshot) -> bool:
    return one.unique_id.startswith(PAGE_LEG)


__all__ = ["Visit", "Visiting"]
