"""Two people who edit at the same time: whose change would be lost, and putting both together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Files = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody's files stand to what both began with and to what is live now.

    `mine`: changed here alone; `theirs`: changed by others, and not here; `both`: changed by both,
    each in a way of its own.
    """

    mine: tuple[str, ...]
    theirs: tuple[str, ...]
    both: tuple[str, ...]

    @property
    def would_lose(self) -> tuple[str, ...]:
        """Files in which somebody else's change would be undone."""
        return tuple(sorted((*self.theirs, *self.both)))


def stand(base: Files, live: Files, here: Files) -> Standing:
    """Compare three sets of files; a file that is not there is one that was taken away."""
    mine, theirs, both = [], [], []
    for name in sorted({*base, *live, *here}):
        was, is_, will = base.get(name), live.get(name), here.get(name)
        if will == is_:
            continue
        if is_ == was:
            mine.append(name)
        elif will == was:
            theirs.append(name)
        else:
            both.append(name)
    return Standing(tuple(mine), tuple(theirs), tuple(both))


def put_together(live: Files, here: Files, standing: Standing) -> dict[str, str]:
    """What is live, with the files that were changed here alone. Only where nothing was changed by both."""
    together = dict(live)
    for name in standing.mine:
        if name in here:
            together[name] = here[name]
        else:
            together.pop(name, None)
    return together


__all__ = ["Files", "Standing", "put_together", "stand"]
