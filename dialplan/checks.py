"""What is looked at once every file has been read: the configuration as a whole.

First the names: whatever is named must exist. Then, if nothing is wrong so far, the rules. A rule is one
function that takes a `Survey` and yields findings; adding one means writing it and naming it in `RULES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from dialplan.faults import Place, nearest_of
from dialplan.model import Configuration, EntryKind, LineType
from dialplan.nodes.calendar import CALENDAR, CalendarNode
from dialplan.nodes.destination import ENTRY, OUTCOMES, TOGETHER, Destination
from dialplan.nodes.goto import PLAN, Goto
from dialplan.nodes.hangup import HangupNode
from dialplan.nodes.mail import TEMPLATE
from dialplan.nodes.menu import NO_INPUT, WRONG_INPUT, Menu
from dialplan.nodes.page import POLICY
from dialplan.nodes.speech import PROMPT
from dialplan.numbers import NumberKind, country_of, display, kind_of
from dialplan.reading import Reading
from dialplan.run import Node

ENGINEER = "engineer"
NodeId = tuple[str, str]
"""Plan and node."""

_DEFINED = {"directory": ENTRY, "calendar": CALENDAR, "policy": POLICY, "engineer": ENGINEER}
"""Under which word the places of definitions are kept, and what a reference to them is called."""

_FILES = {ENTRY: "directory.yaml", CALENDAR: "calendars.yaml", POLICY: "duty.yaml", ENGINEER: "duty.yaml"}


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found. `is_fault`: the configuration may not be used with it."""

    place: Place
    where: str
    message: str
    is_fault: bool = False


@dataclass(frozen=True)
class Survey:
    """A configuration with the places of its parts, and what several rules ask about it."""

    configuration: Configuration
    reading: Reading

    def place(self, *path: str) -> Place:
        """Where something was defined."""
        return self.reading.places.get(path, Place("/".join(path[:1])))

    @cached_property
    def used(self) -> frozenset[tuple[str, str]]:
        """Every name that is used somewhere, with what it names."""
        return frozenset((reference.of, reference.name) for reference in self.reading.references)

    def nodes(self) -> Iterator[tuple[NodeId, Node]]:
        """Every node of every plan."""
        for plan in self.configuration.plans.values():
            for name, node in plan.nodes.items():
                yield (plan.id, name), node

    def ways_from(self, at: NodeId) -> tuple[NodeId, ...]:
        """The nodes to which a call may go on from a node."""
        plans = self.configuration.plans
        node = plans[at[0]].nodes[at[1]]
        if isinstance(node, Goto):
            return ((node.plan, node.node or plans[node.plan].start),)
        return tuple((at[0], target) for target in dict.fromkeys(node.exits.values()))

    @cached_property
    def reached(self) -> frozenset[NodeId]:
        """The nodes that a call to one of the numbers may reach."""
        plans = self.configuration.plans
        waiting = [(number.plan, plans[number.plan].start) for number in self.configuration.numbers.values()]
        return self.spread(set(waiting), self.ways_from)

    @cached_property
    def reached_by_plan(self) -> Mapping[str, frozenset[NodeId]]:
        """For each plan that has a number, the nodes that its calls may reach."""
        plans = self.configuration.plans
        starts = dict.fromkeys(number.plan for number in self.configuration.numbers.values())
        return {plan: self.spread({(plan, plans[plan].start)}, self.ways_from) for plan in starts}

    def spread(self, start: set[NodeId], ways: Callable[[NodeId], Iterable[NodeId]]) -> frozenset[NodeId]:
        """Every node that is met by following the ways again and again."""
        found, waiting = set(start), list(start)
        while waiting:
            for target in ways(waiting.pop()):
                if target not in found:
                    found.add(target)
                    waiting.append(target)
        return frozenset(found)

    def at_node(self, at: NodeId, message: str, is_fault: bool = False) -> Finding:
        """A finding about a node."""
        return Finding(self.place("plan", at[0], "node", at[1]), at[1], message, is_fault)


Rule = Callable[[Survey], Iterable[Finding]]


def check_references(
    configuration: Configuration,
    reading: Reading,
    prompts: frozenset[str] | None,
    templates: frozenset[str] | None = None,
) -> None:
    """Every name must exist. `prompts` or `templates` None: these are not looked up."""
    known = _known_names(configuration, reading, prompts, templates)
    for reference in reading.references:
        names = known.get(reference.of)
        if names is None or reference.name in names or _FILES.get(reference.of) in reading.broken:
            continue
        what = "node" if reference.of.startswith("node of ") else reference.of
        nearest = nearest_of(reference.name, names)
        reading.fault(reference.place, reference.where, f'unknown {what} "{reference.name}"', nearest)


def _known_names(
    configuration: Configuration,
    reading: Reading,
    prompts: frozenset[str] | None,
    templates: frozenset[str] | None,
) -> dict[str, frozenset[str]]:
    """What may be named. A thing that is there but faulty is known: it has its own fault already."""
    known: dict[str, set[str]] = {of: set() for of in (*_DEFINED.values(), PLAN)}
    known |= {f"node of {plan}": set() for plan in configuration.plans}
    for kind, name, *more in reading.places:
        if kind in _DEFINED:
            known[_DEFINED[kind]].add(name)
        elif kind == "plan" and not more:
            known[PLAN].add(name)
        elif kind == "plan":
            known.setdefault(f"node of {name}", set()).add(more[-1])
    if prompts is not None:
        known[PROMPT] = set(prompts)
    if templates is not None:
        known[TEMPLATE] = set(templates)
    return {of: frozenset(names) for of, names in known.items()}


def run_checks(configuration: Configuration, reading: Reading) -> None:
    """Every rule over a configuration whose names all exist."""
    survey = Survey(configuration, reading)
    for rule in RULES:
        for finding in rule(survey):
            keep = reading.fault if finding.is_fault else reading.warn
            keep(finding.place, finding.where, finding.message)


def check_brands_have_numbers(survey: Survey) -> Iterator[Finding]:
    """A brand that nobody can call."""
    called = {number.brand for number in survey.configuration.numbers.values()}
    for brand in survey.configuration.brands:
        if brand not in called:
            yield Finding(survey.place("brand", brand), brand, "has no number: nobody can call it")


def check_unused(survey: Survey) -> Iterator[Finding]:
    """Plans, calendars, entries and policies that nothing names."""
    configuration = survey.configuration
    reached_plans = {plan for plan, _ in survey.reached}
    for plan in configuration.plans:
        if plan not in reached_plans:
            yield Finding(survey.place("plan", plan), "", "no number leads to this plan")
    for kind, of, names in (
        ("calendar", CALENDAR, configuration.calendars),
        ("directory", ENTRY, configuration.directory),
        ("policy", POLICY, configuration.duty.policies),
    ):
        for name in names:
            has_window = of == CALENDAR and configuration.calendars[name].window
            if (of, name) not in survey.used and not has_window:
                yield Finding(survey.place(kind, name), name, f"this {of} is used nowhere")


def check_reachable(survey: Survey) -> Iterator[Finding]:
    """Nodes that no call can reach, in plans that calls do reach."""
    reached_plans = {plan for plan, _ in survey.reached}
    for at, _node in survey.nodes():
        if at[0] in reached_plans and at not in survey.reached:
            yield survey.at_node(at, "no call can reach this node")


def check_open_exits(survey: Survey) -> Iterator[Finding]:
    """Ways out of a node that lead nowhere: such a call goes to the last resort."""
    for at, node in survey.nodes():
        needed = _needed_exits(node)
        missing = [name for name in needed if name not in node.exits]
        if missing and "rest" not in node.exits:
            names = ", ".join(missing)
            yield survey.at_node(at, f"open exits: {names}; such a call goes to the last resort")


def _needed_exits(node: Node) -> tuple[str, ...]:
    if isinstance(node, Destination):
        return tuple(outcome for outcome in OUTCOMES if outcome != "answered")
    if isinstance(node, Goto | HangupNode):
        return ()
    return {"menu": (NO_INPUT, WRONG_INPUT), "collect": (NO_INPUT, WRONG_INPUT), "calendar": ("rest",)}.get(
        node.kind, ("next",)
    )


def check_loops(survey: Survey) -> Iterator[Finding]:
    """Loops that nobody leaves: from there no call ever meets a person or an end."""
    back: dict[NodeId, list[NodeId]] = {}
    ends: set[NodeId] = set()
    for at, node in survey.nodes():
        for target in survey.ways_from(at):
            back.setdefault(target, []).append(at)
        if isinstance(node, Destination | HangupNode) or not survey.ways_from(at):
            ends.add(at)
    good = survey.spread(ends, lambda at: back.get(at, ()))
    for at in sorted(survey.reached - good):
        yield survey.at_node(at, "calls that come here never meet a person or an end", is_fault=True)


def check_calendar_order(survey: Survey) -> Iterator[Finding]:
    """Branches behind a calendar that is always open are never taken."""
    calendars = survey.configuration.calendars
    for at, node in survey.nodes():
        if not isinstance(node, CalendarNode):
            continue
        always = next((i for i, name in enumerate(node.calendars) if calendars[name].is_always), None)
        if always is not None:
            for name in node.calendars[always + 1 :]:
                message = f'"{name}" is never asked: "{node.calendars[always]}" before it is always open'
                yield survey.at_node(at, message)


def check_parallel_ringing(survey: Survey) -> Iterator[Finding]:
    """Ringing in parallel needs SIP: a call that came over INAP or ISDN rings one phone only."""
    for number in survey.configuration.numbers.values():
        if number.line_type is LineType.SIP:
            continue
        for at in sorted(survey.reached_by_plan[number.plan]):
            node = survey.configuration.plans[at[0]].nodes[at[1]]
            if isinstance(node, Destination) and node.order == TOGETHER:
                shown = display(number.number, survey.configuration.desk.country)
                what = f"rings in parallel at {at[0]}.{at[1]}"
                message = f'{what}, which a number of type "{number.line_type}" cannot'
                yield Finding(survey.place("number", number.number), shown, message)


def check_inputs_speak(survey: Survey) -> Iterator[Finding]:
    """A menu that says nothing leaves its caller before a silent line."""
    for at, node in survey.nodes():
        if isinstance(node, Menu) and not node.words:
            yield survey.at_node(at, "the menu says nothing", is_fault=True)


def check_duty_mail(survey: Survey) -> Iterator[Finding]:
    """Engineers without a mail address, and two with the same one."""
    configuration = survey.configuration
    owners: dict[str, str] = {}
    for engineer in configuration.duty.engineers:
        entry = configuration.directory[engineer.entry]
        place = survey.place("mail", entry.id)
        address = entry.mail.lower()
        if not address:
            yield Finding(place, entry.id, f"{engineer.trigram} has no mail address")
        elif address in owners:
            yield Finding(
                place,
                f"{entry.id} mail",
                f"{owners[address]} and {engineer.trigram} have the same address: {address}",
            )
        owners.setdefault(address, engineer.trigram)


def check_phones_shared(survey: Survey) -> Iterator[Finding]:
    """The same phone for two: a back-up that is the primary one is none."""
    owners: dict[str, str] = {}
    for entry in survey.configuration.directory.values():
        for phone in entry.phones:
            owner = owners.setdefault(phone.number, entry.id)
            if owner == entry.id:
                continue
            place = survey.place("phone", entry.id, phone.number)
            other = survey.configuration.directory[owner]
            kinds = {entry.kind, other.kind}
            is_backup = EntryKind.BACKUP in kinds
            message = f"is also the phone of {owner}" + (
                "; a back-up must be another phone" if is_backup else ""
            )
            yield Finding(place, f"{entry.id} phone", message, is_fault=is_backup)


def check_phones_reach(survey: Survey) -> Iterator[Finding]:
    """Foreign and shared-cost numbers cost money; a number of the desk itself would ring in a circle."""
    configuration = survey.configuration
    home = configuration.desk.country
    for entry in configuration.directory.values():
        for phone in entry.phones:
            place, where = survey.place("phone", entry.id, phone.number), f"{entry.id} phone"
            if country_of(phone.number) not in (home, ""):
                yield Finding(place, where, f"{display(phone.number, home)} is a foreign number")
            if kind_of(phone.number) is NumberKind.SHARED_COST:
                yield Finding(place, where, f"{display(phone.number, home)} is a number with shared cost")
            if phone.number in configuration.numbers:
                brand = configuration.numbers[phone.number].brand
                yield Finding(
                    place, where, f"is a number of {brand}: the call would come back here", is_fault=True
                )


def check_duty_people(survey: Survey) -> Iterator[Finding]:
    """Engineers whom no week of the roster names, policies without levels, a duty without back-up phones."""
    duty = survey.configuration.duty
    rung = {trigram for week in duty.roster.weeks for trigram in week}
    for engineer in duty.engineers:
        if engineer.trigram not in rung:
            place = survey.place("engineer", engineer.trigram)
            yield Finding(place, f"engineers {engineer.trigram}", "stands in no week of the roster")
    for policy in duty.policies.values():
        if not policy.levels:
            yield Finding(
                survey.place("policy", policy.id), f"policies {policy.id}", "has no levels to escalate to"
            )
    if not duty.backup_phones:
        yield Finding(Place("duty.yaml"), "", "there are no back-up phones for a network fault")


RULES: tuple[Rule, ...] = (
    check_brands_have_numbers,
    check_unused,
    check_reachable,
    check_open_exits,
    check_loops,
    check_calendar_order,
    check_parallel_ringing,
    check_inputs_speak,
    check_duty_mail,
    check_phones_shared,
    check_phones_reach,
    check_duty_people,
)
