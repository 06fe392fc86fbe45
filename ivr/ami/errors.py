"""What can go wrong between the service and the switch's manager interface; each says it in one sentence."""

# ruff: noqa: N818  # they are named by what happened; the family is AmiError

from __future__ import annotations


class AmiError(Exception):
    """Anything that went wrong on the manager link."""


class AmiValueError(AmiError, ValueError):
    """A header that may not be sent: it would end its line, or the switch would not read it whole."""

    def __init__(self, header: str, why: str) -> None:
        super().__init__(f"AMI header {header}: {why}")
        self.header = header
        self.why = why


class AmiDisconnected(AmiError):
    """The link is down. `was_sent`: the switch may have got the action; it is never sent again."""

    def __init__(self, action: str, *, was_sent: bool) -> None:
        when = "was lost before the answer to" if was_sent else "is not ready, so nothing was sent for"
        super().__init__(f"the AMI link {when} {action}")
        self.action = action
        self.was_sent = was_sent


class AmiTimeout(AmiError, TimeoutError):
    """The switch did not answer within the time given."""

    def __init__(self, waited_for: str, timeout_s: float) -> None:
        super().__init__(f"no answer to {waited_for} within {timeout_s:g} s")
        self.waited_for = waited_for
        self.timeout_s = timeout_s


class AmiRefused(AmiError):
    """The switch refuses the log-in, or a right that the link cannot do without."""

    def __init__(self, host: str, port: int, username: str, why: str) -> None:
        super().__init__(f"AMI at {host}:{port} refuses user {username!r}: {why}")
        self.host = host
        self.port = port
        self.username = username
        self.why = why


class AmiProtocolError(AmiError):
    """What came over the wire is not the manager protocol."""


class AmiFailed(AmiError):
    """The switch answered, and the answer was no."""

    def __init__(self, action: str, message: str) -> None:
        super().__init__(f"AMI action {action} failed: {message or 'no reason given'}")
        self.action = action
        self.message = message


class AmiUncertain(AmiError):
    """An Originate went out and its answer did not come back: it may or may not be ringing.

    Look for `channel_id` in the next sync; do not originate again before that.
    """

    def __init__(self, channel_id: str, why: str) -> None:
        super().__init__(f"nobody knows whether originate {channel_id} is ringing: {why}")
        self.channel_id = channel_id
        self.why = why


__all__ = [
    "AmiDisconnected",
    "AmiError",
    "AmiFailed",
    "AmiProtocolError",
    "AmiRefused",
    "AmiTimeout",
    "AmiUncertain",
    "AmiValueError",
]
