"""Keys pressed while something is said: kept for the question that follows.

Asterisk gives a key to the command that is running and asks for it, and throws it away otherwise. So what is
said before a question is said with every key as one that stops it, the key is kept, and the speaking goes on
where it was.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from dialplan.commands import Collect
from dialplan.events import Keyed

MOST_KEPT: Final = 40
"""No question takes more."""

Stream = Callable[[str, int], Awaitable[tuple[str, int]]]
"""Play a sound file from a sample on: the key that stopped it, empty at its end, and the sample."""


class KeysAhead:
    """The keys of one call that no question has taken yet."""

    def __init__(self) -> None:
        self._keys = ""

    def forget(self) -> None:
        """Something else comes first: a conversation, a message."""
        self._keys = ""

    def take(self, command: Collect) -> tuple[Keyed, bool]:
        """What this question is answered already, and whether that is all of its answer."""
        kept, self._keys = "" if command.fresh else self._keys, ""
        keyed, self._keys = command.read(kept)
        return keyed, keyed.terminated or (bool(keyed.digits) and command.is_complete(keyed.digits))

    async def listen(self, files: list[str], stream: Stream, stops: bool) -> None:
        """Say all the files, and keep the keys. `stops`: the first key ends it."""
        for file in files:
            if stops and self._keys:
                return
            await self._listen_to(file, stream, stops)

    async def _listen_to(self, file: str, stream: Stream, stops: bool) -> None:
        at = 0
        while len(self._keys) < MOST_KEPT:
            key, at = await stream(file, at)
            if not key:
                return
            self._keys += key
            if stops:
                return
