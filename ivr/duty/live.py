"""Who is on duty is asked of the live duty, whatever release a call was begun with."""

from __future__ import annotations

from dataclasses import replace

from dialplan.model import Configuration


def with_live_duty(pinned: Configuration, live: Configuration) -> Configuration:
    """A call's configuration with the people, the phones and the duty of this moment.

    A call keeps its plan and its brand; but an engineer who went off duty, or whose number was changed, while
    the caller waited must not be rung. A policy that only the call's own release has stays.
    """
    if pinned is live:
        return pinned
    policies = {**pinned.duty.policies, **live.duty.policies}
    duty = replace(live.duty, policies=policies)
    return replace(pinned, duty=duty, directory={**pinned.directory, **live.directory}, memo={})


__all__ = ["with_live_duty"]
