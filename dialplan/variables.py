"""The variables of a call: those that a plan sets, and those that the system knows.

System variables can be read wherever a plan reads a variable: in words, `set`, `switch`, `list`, `lookup`
and in mails. No plan can set them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from dialplan.numbers import display
from dialplan.origins import whereabouts
from dialplan.times import DAYS
from dialplan.zones import slug

if TYPE_CHECKING:
    from dialplan.run import Run


class SystemVariable(NamedTuple):
    """One thing that the system knows of a call. `says`: for the reference."""

    read: Callable[[Run], str]
    says: str


def _zone(run: Run) -> str:
    zone = whereabouts(run.call.caller, run.configuration.desk.country).zone
    return zone.id if zone is not None else ""


def _kind(run: Run) -> str:
    where = whereabouts(run.call.caller, run.configuration.desk.country)
    if not where.is_shown:
        return "anonymous"
    return "foreign" if where.is_foreign else str(where.kind)


def _number(run: Run, attribute: str) -> str:
    number = run.configuration.numbers.get(run.call.dialled)
    return str(getattr(number, attribute)) if number is not None else ""


SYSTEM: Final[Mapping[str, SystemVariable]] = {
    "call": SystemVariable(lambda run: run.call.id, "the id of the call"),
    "caller": SystemVariable(
        lambda run: run.call.caller or "", "the caller's number (E.164); empty when it is not shown"
    ),
    "caller_shown": SystemVariable(
        lambda run: display(run.call.caller, run.configuration.desk.country),
        "the caller's number as people write it, or `withheld`",
    ),
    "caller_name": SystemVariable(lambda run: run.call.caller_name, "the name that the caller's line shows"),
    "caller_kind": SystemVariable(
        _kind, "`fixed`, `mobile`, `free`, `shared-cost`, `premium`, `other`, `foreign` or `anonymous`"
    ),
    "country": SystemVariable(
        lambda run: whereabouts(run.call.caller, run.configuration.desk.country).country,
        "the caller's country, two letters",
    ),
    "zone": SystemVariable(_zone, "the caller's zone, for instance `brussels`; empty when he has none"),
    "dialled": SystemVariable(lambda run: run.call.dialled, "the number that was dialled (E.164)"),
    "group": SystemVariable(lambda run: _number(run, "group"), "the group of the number that was dialled"),
    "brand": SystemVariable(lambda run: run.brand.title, "the brand's title"),
    "brand_id": SystemVariable(lambda run: run.brand.id, "the brand's name in brands.yaml"),
    "plan": SystemVariable(lambda run: run.plan, "the plan in which the call is"),
    "node": SystemVariable(lambda run: run.node, "the node in which the call is"),
    "language": SystemVariable(
        lambda run: run.language, "`nl`, `fr`, `de`, `en`, or `bi` for Dutch and French"
    ),
    "at": SystemVariable(lambda run: run.now.isoformat(timespec="seconds"), "date and time, ISO 8601"),
    "date": SystemVariable(lambda run: f"{run.now:%Y-%m-%d}", "the date, `2026-12-24`"),
    "time": SystemVariable(lambda run: f"{run.now:%H:%M}", "the time of day, `21:14`"),
    "hour": SystemVariable(lambda run: str(run.now.hour), "the hour, 0 to 23"),
    "weekday": SystemVariable(lambda run: DAYS[run.now.weekday()], "`Mon` ... `Sun`"),
}


KNOWN_TO_NODES: Final[Mapping[str, str]] = {
    "customer": "the customer, by number or name: the page and the queue go by it",
    "customer_name": "the customer's name: the queue goes by it too",
    "priority": "how important this caller is to a queue",
    "severity": "how bad it is, from 1 (the worst) to 9: the page goes by it",
    "category": "what it is about: the page goes by it",
    "extension": "the extension that the caller has keyed in a menu",
    "message": "the message that the caller has left",
    "recordings": "every recording of this call",
    "callback-number": "the number at which the caller wants to be called back",
    "queue": "the queue in which the caller last waited",
    "waited": "how long he waited there, in seconds",
    "position": "in the words of a queue: the caller's place in it",
    "wait": "in the words of a queue: the wait that is to be expected, in seconds",
}
"""Variables that nodes set or go by without being told a name; a plan may set them too."""


def value_of(run: Run, name: str) -> str:
    """The value of a variable; empty when nobody has set it."""
    system = SYSTEM.get(name)
    return system.read(run) if system is not None else run.variables.get(name, "")


def all_values(run: Run) -> dict[str, str]:
    """Every variable of the call, those of the plan first."""
    return {**run.variables, **{name: system.read(run) for name, system in SYSTEM.items()}}


def variable_of(column: str) -> str:
    """The variable that is called like a column: `Customer Name` -> `customer_name`."""
    return slug(column).replace("-", "_")
