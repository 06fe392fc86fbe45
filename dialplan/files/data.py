"""A data file that a field names: `file: tables/customers.csv`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dialplan.faults import Place, nearest_of
from dialplan.grids import Grid, read_grid
from dialplan.reading import Reading, Section

FOLDER: Final = "tables/"
SUFFIXES: Final = (".csv", ".xlsx")


def data_file(section: Section, key: str, texts: Mapping[str, str], sheet: str = "") -> Grid | None:
    """The grid of the file that stands under `key`; None, with a fault, when it cannot be read."""
    name = section.need(key, str, "")
    if not name:
        return None
    if name not in texts or not is_data_file(name):
        files = [each for each in texts if is_data_file(each)]
        message = f'there is no data file "{name}"; data files are tables/*.csv and tables/*.xlsx'
        section.fault(key, message, nearest_of(name, files))
        return None
    section.reading.places["data file", name] = section.place_of(key)
    return read_grid(section.reading, name, texts[name], sheet)


def is_data_file(name: str) -> bool:
    """Whether this is the name of a file that tables and lists may read."""
    return name.startswith(FOLDER) and name.endswith(SUFFIXES)


def warn_of_unread_data(reading: Reading, texts: Mapping[str, str]) -> None:
    """Data files that no table and no list names."""
    for name in texts:
        if is_data_file(name) and ("data file", name) not in reading.places:
            reading.warn(Place(name), "", "no table and no list reads this file")
