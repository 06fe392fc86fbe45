"""Who is on duty is asked of the live duty, whatever release a call was begun with."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from dialplan.model import Configuration, Team


def with_live_duty(pinned: Configuration, live: Configuration) -> Configuration:
    """A call's configuration with the people, the phones and the duty of this moment.

    A call keeps its plan and its brand; but an engineer who went off duty, or whose number was changed, while
    the caller waited must not be rung. A policy that only the call's own release has stays.
    """
    if pinned is live:
        return pinned
    engineers = {engineer.trigram for engineer in live.duty.engineers}
    duty = replace(
        live.duty,
        policies={**pinned.duty.policies, **live.duty.policies},
        teams={
            **{name: _known(team, engineers) for name, team in pinned.duty.teams.items()},
            **live.duty.teams,
        },
    )
    return replace(pinned, duty=duty, directory={**pinned.directory, **live.directory}, memo={})


def _known(team: Team, engineers: Collection[str]) -> Team:
    return replace(team, members=tuple(name for name in team.members if name in engineers))


__all__ = ["with_live_duty"]
