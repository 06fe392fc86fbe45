"""What can go wrong on a FastAGI session. Each error carries its facts and writes its own sentence.

A command line may hold a caller's number, so messages name the command's verb alone; the line is in
`command.line` for whoever may see it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ivr.agi.answers import Answer
    from ivr.agi.commands import Command


class AgiError(Exception):
    """Any fault of a FastAGI session."""


class AgiValueError(AgiError, ValueError):
    """A value that cannot be said to Asterisk without changing its meaning. Nothing was sent."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(f"{what} {why}")
        self.what = what
        self.why = why


class AgiClosed(AgiError, ConnectionError):  # noqa: N818 - named for what happened
    """The connection is gone: Asterisk ended it, died, or was cut off."""

    def __init__(self, verb: str, why: str) -> None:
        super().__init__(f"{verb}: the connection to the switch is closed ({why})")
        self.verb = verb
        self.why = why


class AgiTimeout(AgiError, TimeoutError):  # noqa: N818 - named for what happened
    """No answer in time. A late one is thrown away; the session stays usable."""

    def __init__(self, verb: str, limit_s: float) -> None:
        super().__init__(f"{verb}: no answer from the switch within {limit_s:g} s")
        self.verb = verb
        self.limit_s = limit_s


class AgiCommandError(AgiError):
    """Asterisk answered, and the answer is a refusal."""

    reason = "refused"

    def __init__(self, command: Command, answer: Answer) -> None:
        said = " ".join(answer.text.split())[:120]
        detail = f"{answer.code} {said}".strip()
        if answer.result:
            detail = f"{answer.code} result={answer.result} {said}".strip()
        super().__init__(f"{command.verb}: {self.reason} ({detail})")
        self.command = command
        self.answer = answer


class AgiInvalidCommand(AgiCommandError):  # noqa: N818 - named for what happened
    """510: Asterisk does not know the command, or its module is not loaded."""

    reason = "unknown to the switch"


class AgiUsageError(AgiCommandError):
    """520: the command's arguments are not what Asterisk expects."""

    reason = "wrong arguments"


class AgiFailed(AgiCommandError):  # noqa: N818 - named for what happened
    """200 with result -1 (or -2): the command was understood and did not succeed, a prompt that
    is not there for instance."""

    reason = "failed"


class AgiHungUp(AgiCommandError):  # noqa: N818 - named for what happened
    """The command failed because the caller is gone."""

    reason = "the channel is hung up"


class AgiDeadChannel(AgiHungUp):
    """511: the command is not permitted on a channel that is hung up."""
