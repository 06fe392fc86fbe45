"""Teams, and the layers of a duty: who is rung before and after whom.

    teams:
      voice: {title: Voice, members: [ADU, WTI, MAB]}
    layers:
      nights:
        team: voice                               # or people: [ADU, [WTI, MAB], ...], one for each turn
        turn: weekly                              # daily, shift, 2 weeks, 3 days, opening
        first: 2026-01-05 18:00                   # the first turn begins; a day alone: at 00:00
        hours: [Mon-Thu 18:00-08:00, Fri 18:00 - Mon 08:00]
        outside: office-hours                     # nobody while this calendar is open; during: the reverse
      second: {calendar: calendars/on-call.ics}   # summaries name trigrams; or https://..., see `remotes`
      third: {file: rosters/2026.csv}             # columns from, until, trigram

With `turn: opening` each time the calendar `during` opens is a turn: of holidays everybody has his share.
An hour of `hours` that ends before it begins ends on the next day; with two days it may last several. A layer
ends where its hours end; without any it is always there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from itertools import pairwise
from typing import Final, NamedTuple

from dialplan.faults import nearest_of
from dialplan.fields import flag, identifier, timezone, title
from dialplan.files.moments import parse_wall
from dialplan.files.orders import read_order, read_turns
from dialplan.files.remotes import read_remote
from dialplan.files.watches import read_rows, read_watches
from dialplan.model import Layer, Team
from dialplan.nodes.calendar import CALENDAR
from dialplan.reading import Section, Wrong, as_section
from dialplan.rotations import OPENING, WEEK_MINUTES, Rotation, Shift
from dialplan.times import (
    DAY_MINUTES,
    DAYS,
    parse_clock_min,
    parse_day,
    parse_days,
    parse_window_min,
    say_clock,
)

TEAM: Final = "team"
"""What a reference to a team is called."""
SOURCES: Final = ("people", "team", "calendar", "file")
SHIFT: Final = 0
_LENGTHS: Final = {"weekly": 7, "daily": 1, "shift": SHIFT, "opening": OPENING}
_LENGTH = re.compile(r"^([1-9]\d?) (day|week)s?$")
_ACROSS = re.compile(r"^([A-Za-z]+)\s+(\d{1,2}:\d{2})\s*-\s*([A-Za-z]+)\s+(\d{1,2}:\d{2})$")
_WITHIN = re.compile(r"^(\S.*?)\s+(\d{1,2}:\d{2}\s*-\s*\d{1,2}:\d{2})$")


class _Hours(NamedTuple):
    """Hours as they are written, and the shifts of a week that they mean."""

    text: str
    shifts: tuple[Shift, ...]


def read_teams(section: Section) -> dict[str, Team]:
    """Every team by its id."""
    table = section.section("teams")
    found: dict[str, Team] = {}
    for name, place, cell in table.entries() if table else ():
        row = as_section(section.reading, cell, f"teams {name}")
        section.reading.places["team", name] = place
        if table and table.parsed_key(name, place, identifier) and row is not None:
            found[name] = Team(name, row.get("title", title, name), read_order(row, "members"))
            row.close()
    return found


def read_layers(section: Section, teams: Mapping[str, Team], texts: Mapping[str, str]) -> tuple[Layer, ...]:
    """The layers, first to last. `texts`: the files of the configuration, for iCal and spreadsheets."""
    table = section.section("layers")
    found: list[Layer] = []
    for name, place, cell in table.entries() if table else ():
        row = as_section(section.reading, cell, f"layers {name}")
        section.reading.places["layer", name] = place
        if table and table.parsed_key(name, place, identifier) and row is not None:
            if name == "roster":
                section.reading.fault(place, row.where, "the roster itself has this name; choose another one")
            found.append(_read_layer(row, name, teams, texts))
            row.close()
    return tuple(found)


def _read_layer(
    row: Section,
    name: str,
    teams: Mapping[str, Team],
    texts: Mapping[str, str],
) -> Layer:
    zone = row.get("timezone", timezone, row.reading.timezone)
    team = row.name("team", TEAM, is_needed=False, parse=identifier)
    _check_sources(row)
    remote = read_remote(row)
    events = read_watches(row, zone, texts) if remote is None else None
    rows = read_rows(row, zone, texts)
    return Layer(
        id=name,
        title=row.get("title", title, name),
        zone=zone,
        team=team,
        rotation=_read_rotation(row, zone, teams.get(team)),
        events=events,
        remote=remote,
        rows=rows,
        during=row.name("during", CALENDAR, is_needed=False, parse=identifier),
        outside=row.name("outside", CALENDAR, is_needed=False, parse=identifier),
    )


def _check_sources(row: Section) -> None:
    """Who is on duty is said in one way; a team may be named beside it."""
    said = [key for key in SOURCES if row.has(key)]
    ways = [key for key in said if key != "team"]
    if not said:
        row.reading.fault(
            row.place, row.where, 'nobody is in it: write "people", "team", "calendar" or "file"'
        )
    if len(ways) > 1:
        row.fault(ways[1], f'write either "{ways[0]}" or "{ways[1]}"')


def _read_rotation(row: Section, zone: str, team: Team | None) -> Rotation | None:
    others_follow = row.get("others_follow", flag, False)
    days = row.get("turn", _parse_length, 7)
    hours = _read_hours(row)
    is_other = row.has("calendar") or row.has("file")
    first = row.get("first", parse_wall, _FIRST) if is_other else row.need("first", parse_wall, _FIRST)
    turns = (
        read_turns(row, "people", others_follow) if row.has("people") else _turns_of(row, team, others_follow)
    )
    if is_other:
        _refuse_turns(row)
        return None
    if days == SHIFT and not hours.shifts:
        row.fault("turn", 'shifts need "hours"')
        days = 7
    if days == OPENING and not row.has("during"):
        row.fault("turn", 'needs "during": each time that calendar opens is a turn')
    minutes = first.hour * 60 + first.minute
    return Rotation(turns, first.date(), minutes, days, zone, hours.shifts, hours.text)


_FIRST = datetime.combine(date(2026, 1, 5), time())


def _refuse_turns(row: Section) -> None:
    source = "calendar" if row.has("calendar") else "file"
    for key in ("turn", "first", "hours", "others_follow"):
        if row.has(key):
            row.fault(key, f'does not belong beside "{source}": that says itself who is on duty, and when')


def _turns_of(row: Section, team: Team | None, others_follow: bool) -> tuple[tuple[str, ...], ...]:
    """A turn for each member of the team."""
    row.cell("people")
    members = team.members if team else ()
    if not others_follow:
        return tuple((member,) for member in members)
    return tuple(members[place:] + members[:place] for place in range(len(members)))


def _parse_length(text: str) -> int:
    written = text.strip().lower()
    found = _LENGTH.match(written)
    if found:
        return int(found[1]) * (7 if found[2] == "week" else 1)
    if written not in _LENGTHS:
        near = nearest_of(written, _LENGTHS)
        raise Wrong(
            f'"{text}" is no turn; write weekly, daily, shift, opening, or as in "2 weeks" or "3 days"', near
        )
    return _LENGTHS[written]


def _read_hours(row: Section) -> _Hours:
    found: list[tuple[Shift, str]] = []
    for where, cell in row.cells_of("hours"):
        for each in row.parsed_one(cell, where, _parse_hours):
            found.extend((shift, each.text) for shift in each.shifts)
    shifts = tuple(sorted((shift for shift, _ in found), key=lambda shift: shift.start_min))
    for first, second in _neighbours(shifts):
        if first.end_min > second.start_min:
            start = say_week_clock(second.start_min)
            row.fault("hours", f"two of them hold at once, from {start}; write them one after the other")
            return _Hours("", ())
    return _Hours("; ".join(dict.fromkeys(text for _, text in found)), shifts)


def _neighbours(shifts: tuple[Shift, ...]) -> Iterator[tuple[Shift, Shift]]:
    """Each shift of a week with the next, the last with the first of the week after."""
    yield from pairwise(shifts)
    if shifts:
        first, last = shifts[0], shifts[-1]
        yield last, Shift(first.start_min + WEEK_MINUTES, first.end_min + WEEK_MINUTES)


def _parse_hours(text: str) -> _Hours:
    across, within = _ACROSS.match(text.strip()), _WITHIN.match(text.strip())
    if across:
        start = parse_day(across[1]) * DAY_MINUTES + parse_clock_min(across[2])
        end = parse_day(across[3]) * DAY_MINUTES + parse_clock_min(across[4])
        shift = Shift(
            start % WEEK_MINUTES, start % WEEK_MINUTES + ((end - start) % WEEK_MINUTES or WEEK_MINUTES)
        )
        return _Hours(text.strip(), (shift,))
    if not within:
        raise Wrong(
            f'"{text}" is no hours; write them as in "Mon-Thu 18:00-08:00" or "Fri 18:00 - Mon 08:00"'
        )
    first, last = parse_window_min(within[2])
    days = sorted(parse_days(within[1]))
    return _Hours(text.strip(), tuple(Shift(d * DAY_MINUTES + first, d * DAY_MINUTES + last) for d in days))


def say_week_clock(minutes: int) -> str:
    """Minutes of a week -> `Fri 18:00`."""
    day, clock = divmod(minutes % WEEK_MINUTES, DAY_MINUTES)
    return f"{DAYS[day]} {say_clock(clock)}"
