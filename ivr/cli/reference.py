"""`make docs`: write the parts of `docs/` that are made from the description of the language."""

from __future__ import annotations

import sys
from pathlib import Path

from dialplan.reference.files import FILES, short_name
from dialplan.reference.nodes import PAGES
from dialplan.reference.written import file_page, node_page, rules_table, schemas, variables_page
from dialplan.source import read_texts

GRADES = ("fault", "warning")


def write_reference(docs: Path, bad: Path) -> list[Path]:
    """Write schemas and pages below `docs`; those that have changed. `bad`: the fixtures of the rules."""
    desk = read_texts(docs / "nodes" / "desk")
    wanted = {docs / name: text for name, text in schemas()}
    for kind in PAGES:
        path = docs / "nodes" / f"{kind}.md"
        wanted[path] = node_page(kind, path.read_text(encoding="utf-8"), desk)
    for page in FILES:
        path = docs / "files" / f"{short_name(page)}.md"
        wanted[path] = file_page(short_name(page), path.read_text(encoding="utf-8"))
    path = docs / "variables.md"
    wanted[path] = variables_page(path.read_text(encoding="utf-8"))
    path = docs / "checks.md"
    wanted[path] = rules_table(path.read_text(encoding="utf-8"), grades_of(bad))
    changed = [path for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]
    for path in changed:
        path.parent.mkdir(exist_ok=True)
        path.write_text(wanted[path], encoding="utf-8")
    return changed


def grades_of(bad: Path) -> dict[str, str]:
    """Whether each rule finds faults or warnings, as its fixture shows."""
    found: dict[str, str] = {}
    for expected in sorted(bad.glob("*/expected.txt")):
        lines = expected.read_text(encoding="utf-8").splitlines()
        seen = {"warning" if line.startswith("warning: ") else "fault" for line in lines}
        found[expected.parent.name] = " or ".join(grade for grade in GRADES if grade in seen)
    return found


if __name__ == "__main__":
    for changed in write_reference(Path("docs"), Path("tests/dialplan/bad")):
        sys.stdout.write(f"{changed}\n")
