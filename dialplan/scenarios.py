"""Scenarios: what callers are meant to meet, written beside the plans and tried before anything goes live.

    fuzer-on-the-national-day:
      at: 2027-07-21 10:00
      from: 02 511 00 00
      to: +32 2 788 74 99
      outcomes: {agent-1: busy}
      expect:
        hears: [welcome-fuzer, night-desk-connecting]
        rings: [agent-1, agent-2]
        ends: answered by agent-2

`run_scenarios` reads the scenarios of a configuration's texts and simulates every call of them. What is not
as it was expected is a fault at the place of the expectation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from dialplan.document import compose
from dialplan.expectations import Expectation, check_expectation
from dialplan.faults import ConfigurationFaults, Fault, Place, fault_at
from dialplan.model import Configuration
from dialplan.numbers import display, to_e164
from dialplan.reading import Reading, as_section
from dialplan.simulate import (
    Simulation,
    UnknownDestination,
    UnknownNode,
    UnknownOutcome,
    WrongSupposition,
    simulate,
)

FOLDER = "scenarios/"
RULE = "scenario"
"""What these faults are called among those of the checks."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario: a call for each number at each time, and what is expected of all of them."""

    name: str
    place: Place
    to: tuple[str, ...]
    at: tuple[datetime, ...]
    caller: str | None = None
    keys: tuple[str, ...] = ()
    outcomes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    suppose: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    full: tuple[str, ...] = ()
    chance: float = 0.0
    dutch_first: bool = True
    expect: tuple[Expectation, ...] = ()

    @property
    def calls(self) -> tuple[tuple[str, datetime], ...]:
        """Every call of it: number and time."""
        return tuple((number, at) for number in self.to for at in self.at)


def read_scenarios(
    configuration: Configuration, texts: Mapping[str, str]
) -> tuple[list[Scenario], list[Fault]]:
    """The scenarios among the texts of a configuration, and what is wrong with how they are written."""
    from dialplan.files.scenarios import read_file

    reading = Reading(configuration.desk.country, configuration.desk.timezone)
    found: list[Scenario] = []
    for file in sorted(name for name in texts if name.startswith(FOLDER)):
        cell, faults = compose(file, texts[file])
        reading.faults.extend(faults)
        section = None if cell is None else as_section(reading, cell, "")
        if section is not None:
            found += read_file(section, configuration)
    return found, sorted(set(reading.faults))


def run_scenarios(configuration: Configuration, texts: Mapping[str, str]) -> list[Fault]:
    """Everything that is not as the scenarios say; empty when all is, or when there are none."""
    scenarios, faults = read_scenarios(configuration, texts)
    for scenario in scenarios:
        faults += _run(configuration, scenario)
    return sorted(set(faults))


def demand_scenarios(configuration: Configuration, texts: Mapping[str, str]) -> None:
    """Raise ConfigurationFaults when a scenario fails."""
    faults = run_scenarios(configuration, texts)
    if faults:
        raise ConfigurationFaults(faults)


def _run(configuration: Configuration, scenario: Scenario) -> list[Fault]:
    """The faults of one scenario; of several calls that fail the same expectation, the first."""
    faults: dict[Place, Fault] = {}
    for number, at in scenario.calls:
        try:
            call = play(configuration, scenario, number, at)
        except (UnknownDestination, UnknownOutcome, UnknownNode, WrongSupposition) as wrong:
            return [fault_at(scenario.place, scenario.name, str(wrong), rule=RULE)]
        shown = display(number, configuration.desk.country)
        which = f" (the call to {shown} at {at:%Y-%m-%d %H:%M})" if len(scenario.calls) > 1 else ""
        for fault in _unmet(configuration, scenario, number, call, which):
            faults.setdefault(Place(fault.file, fault.line, fault.column), fault)
    return list(faults.values())


def _unmet(
    configuration: Configuration, scenario: Scenario, number: str, call: Simulation, which: str
) -> list[Fault]:
    """The faults of one call. A number that nobody has is one fault, not one for each expectation."""
    found: list[Fault] = []
    for expectation in scenario.expect:
        unmet = check_expectation(configuration, call, expectation)
        if unmet is not None:
            place, where, says = unmet
            found.append(fault_at(place, f"{scenario.name} expect {where}", says + which, rule=RULE))
    country = configuration.desk.country
    if found and to_e164(number, country) not in configuration.numbers:
        says = f"no brand has the number {display(number, country)}"
        return [fault_at(scenario.place, f"{scenario.name} to", says, rule=RULE)]
    return found


def play(configuration: Configuration, scenario: Scenario, number: str, at: datetime) -> Simulation:
    """One call of a scenario."""
    return simulate(
        configuration,
        number,
        scenario.caller,
        at,
        scenario.keys,
        scenario.outcomes,
        dutch_first=scenario.dutch_first,
        suppose=scenario.suppose,
        chance=scenario.chance,
        full=scenario.full,
    )
