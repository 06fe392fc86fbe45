"""`page`: start the hunt for an engineer, and go on at once.

    page: {page: standard, next: connecting}
    fiber: {page: standard, category: fiber, severity: $severity, next: connecting}

The hunt is a process of its own: it rings engineers while the caller is already talking to the desk, goes on
when the caller hangs up, and sends the mails of the call. Fields: `page` a policy of duty.yaml, for which
`choose` there may put another; `severity` from 1 (the worst) to 9, or a variable (default: `$severity`);
`category` a name, or a variable (default: `$category`); `next`; `rest` (default: `next`). What the caller has
recorded so far goes along, and the engineer hears it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from dialplan.chains import LEAST, WORST, choose
from dialplan.commands import StartPage
from dialplan.events import Event
from dialplan.fields import identifier, variable_named, whole
from dialplan.files.variables import refer_variable
from dialplan.nodes.exits import NEXT, read_exits
from dialplan.nodes.mail import RECORDINGS
from dialplan.reading import Section
from dialplan.run import Go, Move, Run, Unexpected
from dialplan.variables import value_of

POLICY = "page policy"
"""What a reference to a page policy is called."""

CUSTOMER = "customer"
"""The variable that holds the customer's id, once somebody has asked for it."""

SEVERITY: Final = "severity"
CATEGORY: Final = "category"
"""Variables that say how bad it is and what it is about, where the node does not."""
_SEVERITY: Final = re.compile(rf"[{WORST}-{LEAST}]")
_CATEGORY: Final = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Page:
    """The start of a hunt. `severity` and `category`: a value, or `$name` of a variable."""

    kind: ClassVar[str] = "page"
    exits: Mapping[str, str]
    policy: str
    severity: str = f"${SEVERITY}"
    category: str = f"${CATEGORY}"

    def enter(self, run: Run) -> Move:
        """Start it."""
        brand = run.brand
        severity = _value(run, self.severity, _SEVERITY)
        category = _value(run, self.category, _CATEGORY)
        policy, chosen = choose(run.configuration.duty.choices, self.policy, brand.id, severity, category)
        run.tell(
            StartPage(
                policy,
                brand.id,
                run.variables.get(CUSTOMER, brand.customer),
                severity,
                category,
                run.language,
                tuple(run.variables.get(RECORDINGS, "").split()),
                chosen,
            )
        )
        why = f" ({chosen})" if chosen else ""
        return Go(NEXT, f'engineers are being rung for {brand.title}, by the policy "{policy}"{why}')

    def resume(self, run: Run, event: Event) -> Move:
        """Nothing is ever asked here."""
        raise Unexpected(event)


def _value(run: Run, text: str, pattern: re.Pattern[str]) -> str:
    """The value, or that of the variable; what cannot be one counts as not said."""
    found = value_of(run, text[1:]).strip() if text.startswith("$") else text
    return found if pattern.fullmatch(found) else ""


def read(section: Section) -> Page:
    """A page node as it is written."""
    policy = section.name("page", POLICY, parse=identifier)
    exits = read_exits(section, needs_next=True, rest_is_next=True)
    severity = _read(section, SEVERITY, lambda text: str(whole(WORST, LEAST)(text)))
    return Page(exits, policy, severity, _read(section, CATEGORY, identifier))


def _read(section: Section, key: str, parse: Callable[[str], str]) -> str:
    """A value, or the variable that holds it."""
    named: list[str] = []

    def read_one(text: str) -> str:
        if not text.startswith("$"):
            return parse(text)
        named.append(variable_named(text))
        return text

    found = section.get(key, read_one, f"${key}")
    for name in named:
        refer_variable(section.reading, name, section.place_of(key), section.path(key))
    return found
