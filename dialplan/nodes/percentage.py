"""`percentage`: send a share of the calls each way.

    share: {percentage: {first-desk: 70 %, second-desk: 30 %}}

Fields: `percentage` node -> share; the shares are 100 % together. Chance decides, once for each call and
node: a call that comes here again goes the same way, and two such nodes are independent of each other.
Exits: one for each node, with its name; `rest`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from typing import ClassVar, Final

from dialplan.chance import own_chance
from dialplan.events import Event
from dialplan.fields import identifier
from dialplan.nodes.exits import node_of, read_exits
from dialplan.reading import Section, Wrong
from dialplan.run import Go, Move, Run, Unexpected

ALL: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class Percentage:
    """Shares in percent, in the order in which they stand."""

    kind: ClassVar[str] = "percentage"
    exits: Mapping[str, str]
    shares: tuple[tuple[str, Decimal], ...]

    def enter(self, run: Run) -> Move:
        """Let chance decide."""
        memo, key = run.configuration.memo, (id(self), "shares")
        ways: tuple[tuple[float, Go], ...] | None = memo.get(key)
        if ways is None:
            ways = memo[key] = self._ways()
        return _drawn(ways, run.call.chance, f"{run.plan}.{run.node}")

    def sharer(self) -> Callable[[float, str], str]:
        """Tells by which exit a call with a random number leaves this node, called `plan.node`."""
        ways = self._ways()
        return lambda chance, where: _drawn(ways, chance, where).exit

    def _ways(self) -> tuple[tuple[float, Go], ...]:
        """Up to which number (of 100) each way is taken."""
        uppers = accumulate(share for _, share in self.shares)
        return tuple(
            (float(upper), Go(name, f"chance sends {_say(share)} this way"))
            for upper, (name, share) in zip(uppers, self.shares, strict=True)
        )

    def resume(self, run: Run, event: Event) -> Move:
        """Nothing is ever asked here."""
        raise Unexpected(event)


def _drawn(ways: tuple[tuple[float, Go], ...], chance: float, where: str) -> Go:
    drawn = own_chance(chance, where) * 100
    return next((go for upper, go in ways if drawn < upper), ways[-1][1])


def _say(share: Decimal) -> str:
    return f"{share:f} %"


def read(section: Section) -> Percentage:
    """A percentage node as it is written."""
    table = section.section("percentage", is_needed=True)
    shares: list[tuple[str, Decimal]] = []
    is_whole = True
    for name, place, cell in table.entries() if table else ():
        where = f'{section.path("percentage")}["{name}"]'
        found = section.parsed_one(cell, where, parse_share)
        is_whole = is_whole and bool(found)
        if section.parsed_key(name, place, identifier):
            section.reading.refer(node_of(section), name, place, where)
            shares += [(name, share) for share in found]
    total = sum((share for _, share in shares), Decimal(0))
    if table is not None and is_whole and total != ALL:
        section.fault("percentage", f"the shares are {_say(total)} together, not 100 %")
    return Percentage({**{name: name for name, _ in shares}, **read_exits(section)}, tuple(shares))


def parse_share(text: str) -> Decimal:
    """`70 %`, `33.3%` or `70`: more than nothing, at most all."""
    found = re.fullmatch(r"([0-9]{1,3}(?:[.,][0-9]{1,3})?)\s*%?", text.strip())
    share = Decimal(found[1].replace(",", ".")) if found else Decimal(-1)
    if share == 0:
        raise Wrong(f'"{text}" sends no call this way: leave it out, or write more than 0 %')
    if not 0 < share <= ALL:
        raise Wrong(f'"{text}" is no share; write a percentage from above 0 to 100, as in "70 %"')
    return share
