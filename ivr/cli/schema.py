"""`dutyline schema`: what an editor wants to know of a configuration file."""

from __future__ import annotations

from dialplan.faults import nearest_of
from dialplan.reference.files import FILES, schema_of, short_name
from ivr.cli.shared import give_up, out, print_json


def run_schema(file: str) -> None:
    """Print one schema, or what there is to be printed."""
    pages = {short_name(page): page for page in FILES}
    name = "plan" if file.startswith("plans/") else file.removesuffix(".yaml")
    if not file:
        for each, page in pages.items():
            out.print(f"{each:<10} {page.file:<16} {page.says}", markup=False)
    elif name in pages:
        print_json(schema_of(pages[name]))
    else:
        near = nearest_of(name, pages)
        give_up(
            f'there is no file "{file}" in a configuration' + (f'; did you mean "{near}"?' if near else "")
        )
