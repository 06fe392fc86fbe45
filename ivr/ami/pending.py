"""An action that was sent and is not answered yet.

panoramisk's `Action` makes the ActionID, the text and the future. Its own idea of when an answer is
complete guesses from the words of the message (and raises KeyError over "successfully queued"), so
ours asks only two things: is it an answer, and did the list's last event come.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from panoramisk.actions import Action

from ivr.ami.messages import AmiAnswer, AmiEvent


class PendingAction(Action):  # type: ignore[misc]  # panoramisk is untyped
    """One action on the wire, and what has come back for it."""

    future: asyncio.Future[AmiAnswer]

    def __init__(
        self, name: str, headers: Mapping[str, str | list[str]], complete_event: str | None = None
    ) -> None:
        super().__init__({"Action": name, **headers})
        self.name = name
        self.complete_event = complete_event
        self.listed: list[AmiEvent] = []
        self.answer: AmiAnswer | None = None

    def __repr__(self) -> str:
        """Without the headers: the log-in's holds the secret."""
        return f"<PendingAction {self.name} {self.id}>"

    @property
    def is_list(self) -> bool:
        """Whether events follow the answer."""
        return self.complete_event is not None

    def takes(self, message: AmiEvent) -> bool:
        """Whether `message`, which bears our ActionID, belongs to the answer.

        `OriginateResponse` bears it too, but is an event for everybody.
        """
        return isinstance(message, AmiAnswer) or self.is_list

    def add_message(self, message: AmiEvent) -> bool:
        """Take in a part of the answer; True when it is complete."""
        if isinstance(message, AmiAnswer):
            self.answer = message
            return self.finish() if not self.is_list or not message.success else False
        if self.answer is None:
            return False
        if message.name == self.complete_event or message.get("EventList") == "Complete":
            return self.finish()
        self.listed.append(message)
        return False

    def finish(self) -> bool:
        """Give the answer to whoever waits for it."""
        if not self.future.done() and self.answer is not None:
            self.future.set_result(self.answer)
        return True

    def fail(self, error: Exception) -> None:
        """Give `error` to whoever waits for the answer."""
        if not self.future.done():
            self.future.set_exception(error)
            self.future.exception()  # nobody may be waiting any more: no "never retrieved" in the log


__all__ = ["PendingAction"]
