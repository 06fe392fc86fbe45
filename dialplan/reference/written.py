"""The reference as it is kept in `docs/`: which files it is, and what has to stand in each.

`python -m ivr.cli.reference` writes them (`make docs`); a test compares them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from dialplan.checks import RULES, name_of
from dialplan.reference.files import FILES, schema_of, short_name
from dialplan.reference.nodes import PAGES
from dialplan.reference.tables import exits_table, fields_table, file_tables, fill, inner_tables, rows
from dialplan.simulate import simulate
from dialplan.simulated import Simulation
from dialplan.source import load_texts
from dialplan.variables import SYSTEM

CALLER = "+32470000099"
_EXAMPLE = re.compile(r"```yaml\n(.*?)```\n(.*?)(?=```yaml|\Z)", re.DOTALL)


def schemas() -> Iterator[tuple[str, str]]:
    """Each schema: its file below `docs/`, and its text."""
    for page in FILES:
        text = json.dumps(schema_of(page), ensure_ascii=False, indent=2)
        yield f"schema/{short_name(page)}.json", f"{text}\n"


def node_page(kind: str, text: str, desk: Mapping[str, str]) -> str:
    """The page of a node, made anew. `desk`: the files of the small desk in which examples run."""
    page = PAGES[kind]
    inner = inner_tables(page.fields)
    fields = fields_table(page.all_fields) + (f"\n\n{inner}" if inner else "")
    text = fill(text, {"fields": lambda _: fields, "exits": lambda _: exits_table(page)})
    return _EXAMPLE.sub(lambda found: _with_calls(found, desk), text)


def file_page(name: str, text: str) -> str:
    """The page of a file, made anew."""
    page = next(page for page in FILES if short_name(page) == name)
    return fill(text, {"fields": lambda _: file_tables(page)})


def rules_table(text: str, grades: Mapping[str, str]) -> str:
    """The page of the rules, made anew. `grades`: whether each is a fault or a warning."""
    lines = [
        (
            f"`{name_of(rule)}`",
            grades[name_of(rule)],
            " ".join((rule.__doc__ or "").split()).removesuffix("."),
        )
        for rule in RULES
    ]
    return fill(text, {"rules": lambda _: rows(("rule", "", "what it finds"), lines)})


def variables_page(text: str) -> str:
    """The page of the variables, made anew."""
    lines = [(f"`${name}`", variable.says) for name, variable in SYSTEM.items()]
    return fill(text, {"variables": lambda _: rows(("variable", "what it is"), lines)})


def _with_calls(found: re.Match[str], desk: Mapping[str, str]) -> str:
    """An example, and below it what callers meet."""
    texts = {**desk, "plans/main.yaml": found[1]}
    after = fill(found[2], {"call": lambda more: told(texts, json.loads(more))})
    return f"```yaml\n{found[1]}```\n{after}"


def told(texts: Mapping[str, str], call: Mapping[str, object]) -> str:
    """What a caller meets: the way through the plan, what is heard, who is rung, how it ends."""
    configuration = load_texts(texts).configuration
    more = {name: value for name, value in call.items() if name not in ("at", "caller")}
    number = next(iter(configuration.numbers))
    at = datetime.fromisoformat(str(call["at"]))
    story = simulate(configuration, number, str(call.get("caller", CALLER)), at, **more)  # type: ignore[arg-type]
    steps = rows(
        ("node", "exit", "why"), [(f"`{hop.node}`", f"`{hop.exit}`", hop.why) for hop in story.steps]
    )
    return f"{steps}\n\n{_say(story)}"


def _say(story: Simulation) -> str:
    heard = ", ".join(f"`{one}`" for one in story.heard) or "nothing"
    rang = ", ".join(dict.fromkeys(rung.label for rung in story.rang)) or "nobody"
    mails = f" Mails: {', '.join(f'`{mail.template}`' for mail in story.mails)}." if story.mails else ""
    return f"Heard: {heard}. Rung: {rang}.{mails} End: {story.ended}."
