"""What a line can carry, and a line that must stay where it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from typing import Final

from dialplan.checks.survey import Finding, Survey
from dialplan.dialling_in import people_of_line
from dialplan.lines import LineCannot, check_line, parallel_at
from dialplan.model import LineType
from dialplan.nodes.duty_line import DutyLine
from dialplan.nodes.switch_plan import SwitchPlanNode
from dialplan.numbers import display
from dialplan.overrides import Override, OverrideKind

ALWAYS: Final = datetime(1970, 1, 1, tzinfo=UTC)


def check_parallel_ringing(survey: Survey) -> Iterator[Finding]:
    """A number of type `inap` whose plan rings several phones at once: it can ring one only."""
    for number in survey.configuration.numbers.values():
        if number.line_type is LineType.SIP:
            continue
        for where in parallel_at(survey.configuration, number.plan):
            shown = display(number.number, survey.configuration.desk.country)
            message = f'rings in parallel at {where}, which a number of type "{number.line_type}" cannot'
            yield Finding(survey.place("number", number.number), shown, message, is_fault=True)
    yield from _switched_in_vain(survey)


def _switched_in_vain(survey: Survey) -> Iterator[Finding]:
    """A plan that is offered by phone and would be refused."""
    for at, node in survey.nodes():
        if not isinstance(node, SwitchPlanNode):
            continue
        for group, plan in product(node.groups.values(), node.plans.values()):
            try:
                check_line(survey.configuration, Override("", OverrideKind.GROUP, group, plan, ALWAYS))
            except LineCannot as refusal:
                yield survey.at_node(at, str(refusal))


def check_switched_away(survey: Survey) -> Iterator[Finding]:
    """A number on which plans are switched by phone, in a group switched there: it could not go back."""
    switches = {at: node for at, node in survey.nodes() if isinstance(node, SwitchPlanNode)}
    on_the_way = {
        plan: sorted(at for at in switches if at in reached)
        for plan, reached in (survey.reached_by_plan if switches else {}).items()
    }
    for number in survey.configuration.numbers.values():
        for at in on_the_way.get(number.plan, ()):
            if number.group in switches[at].groups.values():
                shown = display(number.number, survey.configuration.desk.country)
                message = f'is in the group "{number.group}", which is switched at {at[0]}.{at[1]}: '
                message += "then nobody could switch it back by phone; put it in a group of its own"
                yield Finding(survey.place("number", number.number), shown, message)


def check_engineers_have_pins(survey: Survey) -> Iterator[Finding]:
    """Somebody who may come in on the engineers' number, and has no PIN with which he could."""
    pins = survey.configuration.desk.pins
    for at, node in survey.nodes():
        if isinstance(node, DutyLine):
            without = [one for one in people_of_line(survey.configuration, node.people) if one not in pins]
            if without:
                have = "have" if len(without) > 1 else "has"
                message = f"{', '.join(without)} {have} no PIN in desk.yaml, and cannot come in"
                yield survey.at_node(at, f"{message}; `dutyline pin {without[0]}` makes one")
