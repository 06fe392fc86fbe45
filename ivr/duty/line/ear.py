"""Speaking with an engineer on the line: something is said, a key or some digits are read.

Everywhere the star goes back, hash says it again, and 0 ends the call. Who keys nothing three times, or stays
longer than anybody needs, is said goodbye to. Keys pressed while something is said answer the next question.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeAlias

from dialplan.commands import Asked, Collect, Dial, Play, Prompt, Say, Speakable, Spoken, Utterance
from dialplan.events import Dialled, Event, Keyed, Outcome

BACK, AGAIN, END = "*", "#", "0"
TRIES: Final = 3
MOST_REPEATS: Final = 10
FIRST_S, NEXT_S = 8.0, 4.0
LONGEST: Final = timedelta(minutes=15)
"""Of menus; the time of conversations with others is not counted."""

Piece: TypeAlias = str | tuple[Speakable, str]
"""A prompt, or a way to speak a value and the value."""
Pieces: TypeAlias = Sequence[Piece]


class Hands(Protocol):
    """What is done on the call (see `ivr.calls.performer.Performer`). Raises when the caller has hung up."""

    async def perform(self, command: Asked) -> Event | None:
        """Do it; a command that the switch refuses is a `Failed`."""

    async def join(self, uniqueid: str, joined: Callable[[], None]) -> bool:
        """Step into the conversation of that channel; returns when it is over. False: it could not be."""

    async def hold_for(self, fetching: Awaitable[bool], limit_s: float) -> bool:
        """Music until another call fetches this one, which ends our part in it; False: nobody came."""

    async def leave_words(self, words: Sequence[Utterance]) -> None:
        """What the switch is to say, should we die, before it ends the call; empty: the failsafe takes it."""

    def when_picked_up(self, do: Callable[[], None] | None) -> None:
        """Have something done as soon as a phone that rings for this call is picked up."""


class Goodbye(Exception):  # noqa: N818 - it is what is said
    """The conversation is over; `why` in a few words."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class Ear:
    """One engineer's ear. `languages`: spoken one after the other, until it is known who it is."""

    def __init__(self, hands: Hands, languages: Sequence[Spoken], now: Callable[[], datetime]) -> None:
        self._hands, self._now = hands, now
        self._languages = tuple(languages)
        self._until = now() + LONGEST

    def speak(self, language: Spoken) -> None:
        """In this language from now on."""
        self._languages = (language,)

    async def say(self, *pieces: Piece) -> None:
        """Say something; a key ends it, and answers the next question."""
        await self._hands.perform(Play(self._utter(pieces), listens=True, stops=True))

    async def choose(self, pieces: Pieces, keys: Collection[str]) -> str:
        """One of `keys`, or the star. Goodbye."""
        sorry: tuple[Piece, ...] = ()
        asked = repeats = 0
        while asked < TRIES and repeats < MOST_REPEATS:
            self._look_at_clock()
            key = await self._key((*sorry, *pieces))
            if key == BACK or (key and key in keys):
                return key
            if key == END:
                raise Goodbye("said goodbye")
            if key == AGAIN:
                repeats, sorry = repeats + 1, ()
            else:
                asked, sorry = asked + 1, ("invalid-choice",) if key else ("no-input",)
        raise Goodbye("keyed nothing that was asked for" if repeats < MOST_REPEATS else "kept asking")

    async def confirm(self, *pieces: Piece) -> bool:
        """Say what would be done; whether 1 was keyed."""
        return await self.choose((*pieces, "line-confirm", "line-back"), "1") == "1"

    async def digits(self, pieces: Pieces, most: int, *, is_secret: bool = False) -> str:
        """Digits up to the hash; empty when nothing was keyed."""
        collect = Collect(
            self._utter(pieces), most, FIRST_S, NEXT_S, terminator="#", fresh=is_secret, secret=is_secret
        )
        event = await self._hands.perform(collect)
        return event.digits if isinstance(event, Keyed) else ""

    async def ring(self, dial: Dial, picked_up: Callable[[], None], last_words: Sequence[str] = ()) -> bool:
        """Ring somebody and let the two talk; whether somebody was there. The menus' time stands still.

        `last_words`: prompts that the switch says, and ends the call, should nobody pick up after our death.
        """
        since = self._now()
        self._hands.when_picked_up(picked_up)
        await self._hands.leave_words(self._utter(last_words))
        try:
            event = await self._hands.perform(dial)
        finally:
            self._hands.when_picked_up(None)
            self._until += self._now() - since
        await self._hands.leave_words(())
        return isinstance(event, Dialled) and (event.outcome is Outcome.ANSWERED or event.talked_s > 0)

    async def join(self, uniqueid: str, joined: Callable[[], None]) -> bool:
        """Step into somebody's conversation until it is over."""
        since = self._now()
        try:
            return await self._hands.join(uniqueid, joined)
        finally:
            self._until += self._now() - since

    async def hold_for(self, fetching: Awaitable[bool], limit_s: float) -> bool:
        """Music until somebody comes, and it is no longer a call of ours; False: nobody came."""
        return await self._hands.hold_for(fetching, limit_s)

    async def _key(self, pieces: Pieces) -> str:
        event = await self._hands.perform(Collect(self._utter(pieces), 1, FIRST_S, NEXT_S))
        return event.digits if isinstance(event, Keyed) else ""

    def _look_at_clock(self) -> None:
        if self._now() > self._until:
            raise Goodbye("stayed too long")

    def _utter(self, pieces: Pieces) -> tuple[Utterance, ...]:
        return tuple(_one(piece, language) for language in self._languages for piece in pieces)


def _one(piece: Piece, language: Spoken) -> Utterance:
    return Prompt(piece, language) if isinstance(piece, str) else Say(piece[0], piece[1], language)


__all__ = ["AGAIN", "BACK", "END", "Ear", "Goodbye", "Hands", "Piece", "Pieces"]
