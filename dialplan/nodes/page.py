"""`page`: start the hunt for an engineer, and go on at once.

    page: {page: standard, next: connecting}

The hunt is a process of its own: it rings engineers while the caller is already talking to the desk, goes on
when the caller hangs up, and sends the mails of the call. Fields: `page` a policy of duty.yaml; `next`;
`rest` (default: `next`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from dialplan.commands import StartPage
from dialplan.events import Event
from dialplan.fields import identifier
from dialplan.nodes.exits import NEXT, read_exits
from dialplan.reading import Section
from dialplan.run import Go, Move, Run, Unexpected

POLICY = "page policy"
"""What a reference to a page policy is called."""

CUSTOMER = "customer"
"""The variable that holds the customer's id, once somebody has asked for it."""


@dataclass(frozen=True, slots=True)
class Page:
    """The start of a hunt."""

    kind: ClassVar[str] = "page"
    exits: Mapping[str, str]
    policy: str

    def enter(self, run: Run) -> Move:
        """Start it."""
        brand = run.brand
        run.tell(StartPage(self.policy, brand.id, run.variables.get(CUSTOMER, brand.customer)))
        return Go(NEXT, f'engineers are being rung for {brand.title}, by the policy "{self.policy}"')

    def resume(self, run: Run, event: Event) -> Move:
        """Nothing is ever asked here."""
        raise Unexpected(event)


def read(section: Section) -> Page:
    """A page node as it is written."""
    policy = section.name("page", POLICY, parse=identifier)
    return Page(read_exits(section, needs_next=True, rest_is_next=True), policy)
