"""Service numbers, wherever they are written: with a brand, in a group, or in a bulk file.

They are gathered as they are written (`WrittenNumber`) and settled once every file has been read: a number
without a plan has its group's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dialplan.faults import Place, nearest_of
from dialplan.groups import Group
from dialplan.limits import Gate
from dialplan.model import Brand, LineType, ServiceNumber
from dialplan.numbers import display
from dialplan.reading import Reading


@dataclass(frozen=True, slots=True)
class WrittenNumber:
    """A number as it is written. `plan` and `group` may be empty, `line` left out."""

    number: str
    brand: str
    plan: str
    group: str
    place: Place
    where: str = ""
    carrier: str = ""
    line: LineType | None = None
    gates: tuple[Gate, ...] = ()


@dataclass(slots=True)
class Numbers:
    """The numbers that have been read so far."""

    reading: Reading
    found: dict[str, WrittenNumber]

    def add(self, written: WrittenNumber, place: Place | None = None) -> bool:
        """Keep a number; False, with a fault, when it stands there already. `place`: of the number itself."""
        here = place or written.place
        first = self.reading.places.get(("number", written.number))
        if first is not None:
            shown, holder = display(written.number, self.reading.country), self.found[written.number].brand
            where = f"{written.where} number" if place else written.where
            self.reading.fault(here, where, f"{shown} stands twice; first for {holder}, at {first}")
            return False
        self.found[written.number] = written
        self.reading.places["number", written.number] = here
        return True


def settle(
    numbers: Numbers, groups: Mapping[str, Group], lines: Mapping[str, LineType], brands: Mapping[str, Brand]
) -> tuple[dict[str, ServiceNumber], dict[str, Group]]:
    """The numbers with their plans, and every group there is. `lines`: the line type of a group's numbers."""
    settled = {
        number: ServiceNumber(
            number=number,
            brand=written.brand,
            plan=_plan_of(numbers.reading, written, groups),
            group=(group := written.group or written.brand),
            carrier=written.carrier,
            line_type=written.line or lines.get(group, LineType.SIP),
            gates=(*written.gates, *(groups[group].gates if group in groups else ())),
        )
        for number, written in numbers.found.items()
    }
    return settled, {**groups, **_named_alone(settled.values(), groups, brands)}


def _plan_of(reading: Reading, written: WrittenNumber, groups: Mapping[str, Group]) -> str:
    group = groups.get(written.group or written.brand)
    if group is not None and group.plan and written.plan not in ("", group.plan):
        message = (
            f'has the plan "{written.plan}", but its group "{group.id}" has "{group.plan}": '
            "the numbers of a group have one plan"
        )
        reading.fault(written.place, written.where, message)
    elif not written.plan and group is None and written.group:
        near = nearest_of(written.group, groups)
        message = f'has no plan, and "{written.group}" is no group of groups.yaml that could have one'
        reading.fault(written.place, written.where, message, near)
    elif not written.plan and (group is None or not group.plan):
        reading.fault(written.place, written.where, '"plan" is missing')
    return written.plan or (group.plan if group else "")


def _named_alone(
    numbers: Iterable[ServiceNumber], groups: Mapping[str, Group], brands: Mapping[str, Brand]
) -> dict[str, Group]:
    """Groups that only numbers name; the one of a brand is spoken of as the brand."""
    found: dict[str, Group] = {}
    for name in dict.fromkeys(number.group for number in numbers):
        if name not in groups:
            brand = brands.get(name)
            found[name] = Group(name, brand.title if brand else name, spoken=brand.spoken if brand else "")
    return found
