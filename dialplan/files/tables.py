"""`tables.yaml`: tables under names, for the node `lookup`.

customers:
  file: tables/customers.csv        # or .xlsx, with `sheet` when it is not the first
  key: customer
  columns: {name: customer_name, window: window}
  default: {window: 1}
contracts:
  url: $CONTRACTS_URL               # the environment variable that holds the SQLAlchemy URL
  query: SELECT name, level FROM contracts WHERE msisdn = :key
  key-kind: phone
  columns: [name, level]
  limit: 1 s
  keep: 5 min
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from dialplan.cells import Items, Table
from dialplan.faults import Place, nearest_of
from dialplan.fields import duration, identifier, member, title, user_variable
from dialplan.files.data import data_file
from dialplan.files.variables import define_variable
from dialplan.grids import Grid
from dialplan.reading import Reading, Section, Wrong, as_section
from dialplan.tables import KEEP_S, LIMIT_S, KeyKind, LookUpTable
from dialplan.variables import variable_of

TABLE = "table"
"""What a reference to a table is called."""

LONGEST_LIMIT_S = 5.0
"""A caller hears nothing while a table is asked."""

_ENVIRONMENT = re.compile(r"^\$[A-Z][A-Z0-9_]*$")
_PASSWORD = re.compile(r"://[^/@]*:[^/@]*@")
_PARAMETER = re.compile(r"(?<![:\w]):(\w+)")


def read_tables(root: Section, texts: Mapping[str, str]) -> dict[str, LookUpTable]:
    """Every table by its id. `texts`: the files of the configuration."""
    tables: dict[str, LookUpTable] = {}
    for name, place, cell in root.entries():
        section = as_section(root.reading, cell, name)
        root.reading.places["table", name] = place
        if root.parsed_key(name, place, identifier) and section is not None:
            tables[name] = _read_table(section, name, texts)
            section.close()
    return tables


def _read_table(section: Section, name: str, texts: Mapping[str, str]) -> LookUpTable:
    if section.has("file") == section.has("url"):
        message = 'needs either "file", a data file, or "url", a database'
        section.reading.fault(section.place, section.where, message)
        for key in section.keys:
            section.cell(key)
        return LookUpTable(name, name, {})
    table = _read_file_table if section.has("file") else _read_database
    return table(section, name, texts)


def _read_file_table(section: Section, name: str, texts: Mapping[str, str]) -> LookUpTable:
    grid = data_file(section, "file", texts, section.get("sheet", str, ""))
    key = section.need("key", str, "")
    key_kind = section.get("key-kind", member(KeyKind), KeyKind.TEXT)
    variables = _read_columns(section, grid)
    table = LookUpTable(
        id=name,
        title=section.get("title", title, name),
        variables=variables,
        key_kind=key_kind,
        country=section.reading.country,
        rows={},
        default=_read_default(section, variables),
    )
    if grid is not None and key:
        at = grid.column(key)
        if at is None:
            section.fault("key", f'{grid.file} has no column "{key}"', grid.nearest(key))
        else:
            _fill(section.reading, table, grid, at)
    return table


def _fill(reading: Reading, table: LookUpTable, grid: Grid, key_at: int) -> None:
    """Put every row under its key; each key must be there and stand once."""
    rows: dict[str, Mapping[str, str]] = {}
    columns = [(column, grid.column(column)) for column in table.variables]
    places: dict[str, Place] = {}
    for row in grid.rows:
        written, place = row.cells[key_at], row.place._replace(column=key_at + 1)
        key = table.key_of(written)
        if not key:
            reading.fault(
                place, grid.header[key_at], "has no value" if not written else f'"{written}" is no key'
            )
        elif key in rows:
            reading.fault(
                place, grid.header[key_at], f'"{written}" stands twice; first on line {places[key].line}'
            )
        else:
            places[key] = place
            rows[key] = {name: row.cells[at] for name, at in columns if at is not None}
    object.__setattr__(table, "rows", rows)


def _read_database(section: Section, name: str, _texts: Mapping[str, str]) -> LookUpTable:
    variables = _read_columns(section, None)
    if not section.has("columns"):
        section.reading.fault(section.place, section.where, '"columns" is missing: the columns of the query')
    return LookUpTable(
        id=name,
        title=section.get("title", title, name),
        variables=variables,
        key_kind=section.get("key-kind", member(KeyKind), KeyKind.TEXT),
        country=section.reading.country,
        default=_read_default(section, variables),
        url=section.need("url", _url, "$"),
        query=section.need("query", _query, ""),
        limit_s=section.get("limit", duration(0.1, LONGEST_LIMIT_S), LIMIT_S),
        keep_s=section.get("keep", duration(0, 86_400), KEEP_S),
    )


def _read_columns(section: Section, grid: Grid | None) -> dict[str, str]:
    """Column -> variable: as written, or every column of the file under a name like its own."""
    cell = section.cell("columns")
    found: dict[str, str] = {}
    if cell is None:
        for at, column in enumerate(grid.header if grid else (), 1):
            assert grid is not None
            _define(section, found, column, variable_of(column), Place(grid.file, 1, at), "")
    elif isinstance(cell, Table):
        table = Section(section.reading, cell, section.path("columns"))
        for column, _, target in table.entries():
            where = f'{section.path("columns")}["{column}"]'
            found[column] = table.parsed(target, where, user_variable, "")
            define_variable(section.reading, found[column], target.place)
            _check_column(section, grid, column, table.place_of(column), where)
    elif isinstance(cell, Items) or cell is not None:
        for where, item in section.cells_of("columns"):
            for column in section.parsed_one(item, where, str):
                _define(section, found, column, variable_of(column), item.place, where)
                _check_column(section, grid, column, item.place, where)
    return found


def _define(
    section: Section, found: dict[str, str], column: str, variable: str, place: Place, where: str
) -> None:
    try:
        user_variable(variable)
    except Wrong as wrong:
        section.reading.fault(place, where, f'the column "{column}" would set a variable: {wrong.message}')
    found[column] = variable
    define_variable(section.reading, variable, place)


def _check_column(section: Section, grid: Grid | None, column: str, place: Place, where: str) -> None:
    if grid is not None and grid.column(column) is None:
        message = f'{grid.file} has no column "{column}"'
        section.reading.fault(place, where, message, grid.nearest(column))


def _read_default(section: Section, variables: Mapping[str, str]) -> dict[str, str] | None:
    table = section.section("default")
    if table is None:
        return None
    found: dict[str, str] = {}
    for column, place, cell in table.entries():
        where = f'{section.path("default")}["{column}"]'
        if variables and column not in variables:
            message = f'"{column}" is no column of this table'
            section.reading.fault(place, where, message, nearest_of(column, variables))
        for text in table.parsed_one(cell, where, str):
            found[column] = text
    return found


def _url(text: str) -> str:
    if text.startswith("$") and not _ENVIRONMENT.match(text):
        raise Wrong(f'"{text[:40]}" names no environment variable; write it as in "$CONTRACTS_URL"')
    if _PASSWORD.search(text):
        raise Wrong('a password stands here; put the URL into an environment variable and write "$ITS_NAME"')
    if not text.startswith("$") and "://" not in text:
        raise Wrong('is no SQLAlchemy URL; write "dialect://...", or "$NAME" of an environment variable')
    return text


def _query(text: str) -> str:
    query = text.strip().rstrip(";").strip()
    if not re.match(r"(?is)(select|with)\b", query) or ";" in query:
        raise Wrong("must be one SELECT: a table is only read")
    names = set(_PARAMETER.findall(query))
    if names != {"key"}:
        raise Wrong("must ask for :key, the value that is looked for, and for no other parameter")
    return query
