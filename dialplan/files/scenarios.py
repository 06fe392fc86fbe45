"""`scenarios/*.yaml`: what callers are meant to meet (see `dialplan.scenarios`).

Each key is the name of a scenario. Fields: `to` a number or several; `at` a time (`2027-07-21 10:00`, by
the desk's clock) or several: every number is called at every time; `from` the caller (withheld without it);
`keys` what is keyed at each question, one after the other (`""` for nothing); `outcomes` how ringing somebody
ends; `suppose` how what a node asks is answered (`engineer`: who is rung takes the caller); `full` what has
no place; `chance` from 0 to 1; `french_first: yes`; `expect` what is meant to happen (see
`dialplan.expectations`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from dialplan.cells import Items
from dialplan.expectations import ALL_OF, CHECKS, Expectation
from dialplan.faults import nearest_of
from dialplan.fields import flag, identifier, phone
from dialplan.model import Configuration
from dialplan.numbers import display, to_e164
from dialplan.reading import Section, Wrong, as_section
from dialplan.scenarios import Scenario
from dialplan.suppositions import split

_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d)?(?:[+-]\d\d:\d\d)?")
ONE_WORD: Final = frozenset({"brand", "plan", "ends", "pages_for", "direct_tries", "direct_within"})


def read_file(section: Section, configuration: Configuration) -> list[Scenario]:
    """The scenarios of one file."""
    found: list[Scenario] = []
    for name, place, cell in section.entries():
        row = as_section(section.reading, cell, name)
        if section.parsed_key(name, place, identifier) and row is not None:
            found.append(_read_one(row, name, configuration))
            row.close()
    return found


def _read_one(row: Section, name: str, configuration: Configuration) -> Scenario:
    row.get("title", str, "")
    home = row.reading.country
    return Scenario(
        name=name,
        place=row.place,
        to=row.list_of("to", _number_of(configuration), is_needed=True),
        at=row.list_of("at", _moment_in(row.reading.timezone), is_needed=True),
        caller=row.get("from", phone(home), None),
        keys=_read_keys(row),
        outcomes=_read_answers(row, "outcomes"),
        suppose=_read_answers(row, "suppose"),
        full=row.list_of("full", str),
        chance=row.get("chance", _share, 0.0),
        dutch_first=not row.get("french_first", flag, False),
        expect=tuple(_read_expectations(row)),
    )


def _number_of(configuration: Configuration) -> Callable[[str], str]:
    country = configuration.desk.country
    shown = {display(number, country): number for number in configuration.numbers}

    def parse(text: str) -> str:
        number = to_e164(text, country)
        if number is None:
            raise Wrong(f'"{text[:60]}" is not a telephone number', nearest_of(text, shown))
        return number

    return parse


def _moment_in(zone: str) -> Callable[[str], datetime]:
    def parse(text: str) -> datetime:
        if not _MOMENT.fullmatch(text.strip()):
            raise Wrong(f'"{text}" is no moment; write it as in "2027-07-21 10:00"')
        try:
            found = datetime.fromisoformat(text.strip())
        except ValueError:
            raise Wrong(f'"{text}" is no moment: there is no such day or hour') from None
        return found if found.tzinfo else _by_the_clock(text, found.replace(tzinfo=ZoneInfo(zone)))

    return parse


def _by_the_clock(text: str, at: datetime) -> datetime:
    """A moment by the desk's clock; Wrong in the hour that spring leaves out."""
    if at.astimezone(UTC).astimezone(at.tzinfo).replace(tzinfo=None) != at.replace(tzinfo=None):
        raise Wrong(f'"{text}" is no moment: the clock is put forward over it')
    return at


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise Wrong(f'"{text}" is not from 0 to 1')
    return share


def _read_keys(row: Section) -> tuple[str, ...]:
    """A list, or a text with commas."""
    keys = row.list_of("keys", str)
    return split(keys[0]) if len(keys) == 1 else keys


def _read_answers(row: Section, key: str) -> dict[str, tuple[str, ...]]:
    """Name -> answers, one after the other."""
    table = row.section(key)
    found: dict[str, tuple[str, ...]] = {}
    for name, _, _cell in table.entries() if table else ():
        assert table is not None
        answers = table.list_of(name, str)
        found[name] = split(answers[0]) if len(answers) == 1 else answers
    return found


def _read_expectations(row: Section) -> Iterator[Expectation]:
    expect = row.section("expect", is_needed=True)
    if expect is None:
        return
    for key, place, cell in expect.entries():
        if key not in CHECKS:
            expect.reading.fault(place, expect.where, f'nothing is called "{key}"', nearest_of(key, CHECKS))
            continue
        if isinstance(cell, Items) and not cell.cells and key in ALL_OF:
            yield Expectation(key, (), (cell.place,), (key,))
            continue
        cells = expect.cells_of(key, is_needed=True)
        read = [
            (where, each.place, word) for where, each in cells for word in expect.parsed_one(each, where, str)
        ]
        if key in ONE_WORD and len(read) > 1:
            expect.fault(key, "one value is expected here, not a list")
        elif read:
            wheres, places, words = zip(*read, strict=True)
            shorter = tuple(where.rpartition(" ")[2] for where in wheres)
            yield Expectation(key, words, places, shorter)
    if not expect.keys:
        row.fault("expect", "expects nothing")
