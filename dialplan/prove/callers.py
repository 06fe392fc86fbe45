"""One caller, and one random number, for each kind that the plans can tell apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from math import prod

from dialplan.engine import CallFacts
from dialplan.model import Brand, Configuration, Plan, ServiceNumber
from dialplan.nodes.call_back import CallBack
from dialplan.nodes.list import ListNode
from dialplan.nodes.lookup import LookupNode
from dialplan.nodes.origin import OriginNode
from dialplan.nodes.percentage import Percentage
from dialplan.nodes.set import SetNode
from dialplan.nodes.switch import SwitchNode
from dialplan.nodes.switch_plan import SwitchPlanNode
from dialplan.numbers import caller_shown, calling_code, is_valid, to_e164
from dialplan.origins import built_in
from dialplan.prove.decisive import Sight, decisive_of
from dialplan.prove.marks import Marks, telling_numbers
from dialplan.run import Go, Node, Run, State
from dialplan.tables import find_row
from dialplan.variables import SYSTEM, value_of
from dialplan.zones import ZONES, Zone, zone_of

USUAL = "+32470000099"
"""A caller of whom nobody knows anything."""

FOREIGN: Mapping[str, str] = {
    "FR": "+33142340000", "NL": "+31201234567", "DE": "+493012345678", "LU": "+35227123456",
    "GB": "+442079460000", "CH": "+41443640000", "US": "+12025550100",
}  # fmt: skip
"""Numbers of other countries; the desk's own zones are asked of the numbering plan."""
NO_COUNTRY = ("+80012345678", "+88213300655", "1799")
"""Numbers that belong to no country: free ones of the whole world, satellites, short ones of a network."""

BY_CALLER = frozenset({"caller", "caller_shown", "caller_kind", "country", "zone"})
"""System variables that depend on who calls."""
DRAWS = 4000
MOST_DRAWS = 200_000
"""So many random numbers are tried until every way of chance has one."""
MOST_WAYS = 256
"""So many ways of chance are tried."""
PER_CALLER = ("", "per-caller")
"""Stands for the limits of single callers, which count nobody who shows no number."""


@dataclass(frozen=True, slots=True)
class Caller:
    """One kind of call. `decisions`: what each node that asks who calls, or chance, does with it."""

    call: CallFacts
    decisions: Mapping[tuple[str, str], object]


def callers_of(
    configuration: Configuration, plans: list[Plan], number: ServiceNumber, at: datetime
) -> tuple[Caller, ...]:
    """The calls to try, one of each kind; nobody in particular where it makes no difference who calls."""
    asking, shares, sight = _asking(plans), _shares(plans), Sight(configuration, plans)
    is_counted = _counts_callers(plans, number)
    callers = candidates_of(configuration, plans, number)
    chances = _telling_draws(plans)
    by_caller = _kinds(
        configuration, number, at, asking, ((caller, 0.0) for caller in callers), is_counted, sight
    )
    by_chance = _kinds(
        configuration, number, at, shares, ((None, chance) for chance in chances), False, sight
    )
    return tuple(
        Caller(replace(who.call, chance=drawn.call.chance), {**who.decisions, **drawn.decisions})
        for who in by_caller
        for drawn in by_chance
    )


def untried_shares(plans: list[Plan], callers: Iterable[Caller]) -> str:
    """Which ways of chance `callers` do not take, as a sentence; empty: they take them all."""
    shares = _shares(plans)
    if not shares:
        return ""
    ways = prod(len(node.shares) for node in shares.values())
    tried = len({each.call.chance for each in callers})
    if tried == ways:
        return ""
    where = ", ".join(f"{plan}.{node}" for plan, node in shares)
    return (
        f"chance leads {ways:,} ways at {where} together: {tried:,} of them are tried, the likeliest of them"
    )


def _telling_draws(plans: list[Plan]) -> list[float]:
    """One random number for each way of all percentage nodes together, as far as there is one in so many."""
    shares = _shares(plans)
    ways = prod(len(node.shares) for node in shares.values())
    sharers = [(node.sharer(), f"{plan}.{name}") for (plan, name), node in shares.items()]
    found: dict[tuple[str, ...], float] = {}
    for draw in range(MOST_DRAWS):
        chance = draw / DRAWS if draw < DRAWS else draw / MOST_DRAWS
        found.setdefault(tuple(share(chance, where) for share, where in sharers), chance)
        if len(found) == min(ways, MOST_WAYS):
            break
    return list(found.values())


def candidates_of(
    configuration: Configuration, plans: list[Plan], number: ServiceNumber
) -> tuple[str | None, ...]:
    """Callers of every kind that some node may know something of, each once; nobody where none asks."""
    asking = _asking(plans)
    if not asking and not _counts_callers(plans, number):
        return (None,)
    told = _told(plans)
    nodes = [node for plan in plans for node in plan.nodes.values()]
    compared = (node for node in nodes if isinstance(node, SwitchNode | ListNode) and node.variable in told)
    found = _candidates(configuration, (*asking.values(), *compared))
    home = configuration.desk.country
    return tuple(dict.fromkeys(each for each in found if each is None or caller_shown(each, home) == each))


def decider_of(
    configuration: Configuration, plans: list[Plan], number: ServiceNumber, at: datetime
) -> Callable[[str | None], tuple[object, ...]]:
    """Tells what every node that asks who calls does with a caller."""
    asking, sight, is_counted = _asking(plans), Sight(configuration, plans), _counts_callers(plans, number)

    def decide(caller: str | None) -> tuple[object, ...]:
        run = run_of(configuration, number, at, caller)
        decisions = (decision_of(run, *place, node, sight) for place, node in asking.items())
        return (*decisions, caller is None and is_counted)

    return decide


def sharer_of(
    configuration: Configuration, plans: list[Plan], number: ServiceNumber, at: datetime
) -> Callable[[float], tuple[object, ...]]:
    """Tells by which exit every percentage node sends a call with a random number."""
    shares, sight = _shares(plans), Sight(configuration, plans)

    def share(chance: float) -> tuple[object, ...]:
        run = run_of(configuration, number, at, None, chance)
        return tuple(decision_of(run, *place, node, sight) for place, node in shares.items())

    return share


def has_shares(plans: list[Plan]) -> bool:
    """Whether chance decides about a call."""
    return bool(_shares(plans))


def _shares(plans: Iterable[Plan]) -> dict[tuple[str, str], Percentage]:
    return {
        (plan.id, name): node
        for plan in plans
        for name, node in plan.nodes.items()
        if isinstance(node, Percentage)
    }


def draws() -> Iterator[float]:
    """Random numbers of calls, close enough that every share has some."""
    return (draw / DRAWS for draw in range(DRAWS))


def _counts_callers(plans: Iterable[Plan], number: ServiceNumber) -> bool:
    return any(gate.per_caller for gate in (*number.gates, *(gate for plan in plans for gate in plan.gates)))


def _asking(plans: list[Plan]) -> dict[tuple[str, str], Node]:
    """The nodes that decide by who calls, or keep it for one that does."""
    nodes = {(plan.id, name): node for plan in plans for name, node in plan.nodes.items()}
    decisive = frozenset(decisive_of(plans))
    return {place: node for place, node in nodes.items() if asks_who(node, decisive)}


def _keeps_who(node: SetNode, decisive: frozenset[str]) -> bool:
    return any(
        is_variable and text in BY_CALLER
        for name, template in node.values.items()
        if name in decisive
        for is_variable, text in template
    )


def _told(plans: Iterable[Plan]) -> frozenset[str]:
    """The variables that a plan makes of who calls."""
    sets = [node for plan in plans for node in plan.nodes.values() if isinstance(node, SetNode)]
    found: set[str] = set()
    for _ in range(len(sets)):
        for node in sets:
            found |= {
                name
                for name, template in node.values.items()
                if any(is_variable and (text in BY_CALLER or text in found) for is_variable, text in template)
            }
    return frozenset(found)


def _kinds(
    configuration: Configuration,
    number: ServiceNumber,
    at: datetime,
    nodes: Mapping[tuple[str, str], Node],
    calls: Iterable[tuple[str | None, float]],
    is_counted: bool,
    sight: Sight,
) -> list[Caller]:
    """Of calls that every node treats alike, the first."""
    found: dict[tuple[object, ...], Caller] = {}
    for caller, chance in calls:
        call = CallFacts("proof", number.number, caller, "", True, chance)
        run = _run(configuration, configuration.brands[number.brand], call, at)
        decisions = {place: decision_of(run, *place, node, sight) for place, node in nodes.items()}
        key = (*decisions.values(), caller is None and is_counted)
        if key not in found:
            found[key] = Caller(call, {**decisions, PER_CALLER: caller is None} if is_counted else decisions)
    return list(found.values())


def asks_who(node: Node, decisive: frozenset[str]) -> bool:
    """Whether a node decides by who calls, or keeps it in one of the `decisive` variables."""
    if isinstance(node, OriginNode | CallBack | SwitchPlanNode):
        return True
    if isinstance(node, SetNode):
        return _keeps_who(node, decisive)
    return isinstance(node, ListNode | SwitchNode | LookupNode) and node.variable in BY_CALLER


def run_of(
    configuration: Configuration,
    number: ServiceNumber,
    at: datetime,
    caller: str | None = None,
    chance: float = 0.0,
) -> Run:
    """A call to a number before its first node."""
    call = CallFacts("proof", number.number, caller, "", True, chance)
    return _run(configuration, configuration.brands[number.brand], call, at)


def _run(configuration: Configuration, brand: Brand, call: CallFacts, at: datetime) -> Run:
    state = State(call, brand.id, "", "", brand.language, {}, (), 0, False, False)
    return Run(configuration, brand, state, at)


def decision_of(run: Run, plan: str, name: str, node: Node, sight: Sight) -> object:
    """What the node does with this call, as far as it is decided on arrival."""
    run.plan, run.node = plan, name
    if isinstance(node, LookupNode) and node.table in run.configuration.tables:
        table = run.configuration.tables[node.table]
        row = find_row(table, SYSTEM[node.variable].read(run)).row
        return None if row is None else sight.of_row(table, row)
    try:
        move = node.enter(run)
    except Exception as error:  # as the engine does
        return type(error)
    if isinstance(node, SetNode):
        return tuple(run.variables.get(name, "") for name in node.values)
    if isinstance(node, ListNode):
        return (
            type(move)
            if not isinstance(move, Go)
            else (move.exit, sight.ends_of(node, value_of(run, node.variable)))
        )
    return move.exit if isinstance(move, Go) else type(move)


def _candidates(configuration: Configuration, nodes: Iterable[Node]) -> Iterator[str | None]:
    """The usual caller first; then everybody of whom some node may know something."""
    yield USUAL
    yield None
    marks, country = Marks(), configuration.desk.country
    has_countries = False
    for node in nodes:
        if isinstance(node, OriginNode):
            has_countries = True
            for name in node.origins:
                marks.add(_of_origin(configuration, name))
        elif isinstance(node, ListNode):
            for found in (configuration.lists[name] for name in node.lists if name in configuration.lists):
                marks.add(Marks(dict.fromkeys(found.exact), dict.fromkeys(found.prefixes)))
        elif isinstance(node, LookupNode) and node.table in configuration.tables:
            rows = configuration.tables[node.table].rows
            marks.values |= dict.fromkeys(filter(None, (to_e164(key, country) for key in rows)))
        elif isinstance(node, SwitchPlanNode):
            directory = configuration.directory
            for who in node.callers:
                marks.values[directory[who].phones[0].number if who in directory else who] = None
        elif isinstance(node, SwitchNode):
            for pattern in (pattern for _, patterns in node.cases for pattern in patterns):
                marks.beginnings |= dict.fromkeys(_dialled(pattern.prefix or pattern.value, country))
                marks.values |= dict.fromkeys(filter(None, (to_e164(pattern.value, country),)))
        has_countries |= getattr(node, "variable", "") == "country"
    yield from sorted(telling_numbers(marks), key=lambda number: not is_valid(number))
    yield from candidates_of_everybody(configuration)
    if has_countries:
        yield from _of_every_country()


def _of_origin(configuration: Configuration, name: str) -> Marks:
    origin = built_in(name) or configuration.origins.get(name)
    if origin is None:
        return Marks()
    return Marks(dict.fromkeys(sorted(origin.numbers)), dict.fromkeys(origin.prefixes))


def _dialled(text: str, country: str) -> Iterator[str]:
    """How a number begins of which this is the beginning, as the system or as people write it."""
    plain = "".join(sign for sign in text if sign not in " .-/()")
    digits = plain.removeprefix("+")
    if not (digits.isdecimal() and digits.isascii()):
        return
    if plain != digits:
        yield plain
    elif digits.startswith("00"):
        yield f"+{digits[2:]}"
    elif digits.startswith("0"):
        yield f"+{calling_code(country)}{digits[1:]}"


def candidates_of_everybody(configuration: Configuration) -> Iterator[str]:
    """Numbers of every zone, of some countries, and of every kind that the desk's own country has."""
    yield from (_in_zone(zone) for zone in ZONES.values())
    yield from FOREIGN.values()
    yield from _of_each_kind(configuration.desk.country)


@cache
def _of_every_country() -> tuple[str, ...]:
    """A number of every country, as its numbering plan gives one for examples, and of no country."""
    import phonenumbers

    found = (phonenumbers.example_number(country) for country in sorted(phonenumbers.SUPPORTED_REGIONS))
    form = phonenumbers.PhoneNumberFormat.E164
    return (*(phonenumbers.format_number(each, form) for each in found if each), *NO_COUNTRY)


def _of_each_kind(country: str) -> Iterator[str]:
    """A number of each kind that a country has: fixed, mobile, free, with shared cost, premium and others."""
    import phonenumbers

    for kind in sorted(phonenumbers.PhoneNumberType.values()):
        found = phonenumbers.example_number_for_type(country, kind)
        if found:
            yield phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)


@cache
def _in_zone(zone: Zone) -> str:
    """A number that the numbering plan has in this zone."""
    tails = (f"{first}{second}10000"[: 8 - len(zone.area)] for first in "52346789" for second in "1250")
    numbers = [f"+32{zone.area}{tail}" for tail in tails]
    return next((number for number in numbers if zone_of(number) == zone), numbers[0])
