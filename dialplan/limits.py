"""Limits as they are written: at most so many calls together, at most so many that begin within a while.

    limit: {calls: 5}
    limit: {starts: 3, within: 20 s}
    limit: {calls: 5, starts: 3, within: 20 s, over: all-busy}

On a destination, `name` makes several destinations share their places; without it a destination that rings
the brand's own people has places for each brand. On a number, a number group, a plan or (`caller-limit` of a
plan) on every single caller, `over` is the node to which a call over the limit goes, `node` or `plan.node`;
without it the call is refused: the caller hears why before the call is answered, so that he pays nothing, and
the line is ended with `cause` (`busy`, `rejected` or `congested`; default busy).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dialplan.commands import Limit
from dialplan.fields import choice, duration, identifier, whole
from dialplan.reading import Section, Wrong
from dialplan.times import say_duration

LINES_BUSY: Final = "lines-busy"
"""The prompt that a refused caller hears."""

CAUSES: Final = {"busy": 17, "rejected": 21, "congested": 42}
"""Q.850 causes of a refusal by their words."""

FIELDS: Final = frozenset({"calls", "starts", "within", "name", "over", "cause"})
MOST_CALLS: Final = 100_000
LONGEST_WITHIN_S: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Gate:
    """A limit that a call must pass to come in, and what is done with a call that cannot.

    `limit` holds for the whole call. `per_caller`: its key is made for each caller, who must show a number;
    withheld callers cannot be told apart and are let in. `over`: plan and node; None: refused with `cause`.
    """

    limit: Limit
    over: tuple[str, str] | None = None
    cause: int = 17
    per_caller: bool = False


def read_limit(section: Section, key: str, of: str = "") -> Limit | None:
    """The limit of a destination under a key; None when none stands there. `of`: what is limited."""
    table = section.section(key)
    if table is None:
        return None
    name = table.get("name", identifier, "")
    limit = _read_numbers(table, f"destination:{name or of}", whole_call=False)
    table.close()
    return limit


def read_gate(section: Section, key: str, of: str, plan: str, per_caller: bool = False) -> Gate | None:
    """The limit of what `of` says (`number:+32...`, `plan:night`) under a key; None when none stands there.

    `plan`: where the node of `over` is looked for when it names no plan.
    """
    table = section.section(key)
    if table is None:
        return None
    limit = _read_numbers(table, of, whole_call=True)
    over = _read_over(table, plan)
    cause = CAUSES[table.get("cause", choice(CAUSES), "busy")]
    if over and table.has("cause"):
        table.fault("cause", 'a call over the limit goes to "over", so it is not refused')
    if over is None:
        section.reading.refer("prompt", LINES_BUSY, table.place, table.where)
    table.close()
    return Gate(limit, over, cause, per_caller) if limit else None


def _read_numbers(table: Section, of: str, *, whole_call: bool) -> Limit | None:
    if not table.has("calls") and not table.has("starts"):
        table.cell("calls"), table.cell("starts"), table.cell("within")
        if set(table.keys) <= FIELDS:  # a misspelt one is told by its own fault
            table.reading.fault(
                table.place, table.where, 'limits nothing: write "calls" or "starts" and "within"'
            )
        return None
    if table.has("starts") is not table.has("within"):
        alone, other = ("starts", "within") if table.has("starts") else ("within", "starts")
        table.fault(alone, f'"{alone}" means nothing without "{other}", as in {{starts: 3, within: 20 s}}')
    return Limit(
        of,
        at_once=table.get("calls", whole(1, MOST_CALLS), 0),
        starts=table.get("starts", whole(1, MOST_CALLS), 0),
        within_s=table.get("within", duration(1, LONGEST_WITHIN_S), 0.0),
        whole_call=whole_call,
    )


def _read_over(table: Section, plan: str) -> tuple[str, str] | None:
    """`node` of the same plan, or `plan.node`."""
    found = table.get("over", lambda text: _split(text, plan), None)
    if found is not None:
        place, where = table.place_of("over"), table.path("over")
        if found[0] != plan:
            table.reading.refer("plan", found[0], place, where)
        table.reading.refer(f"node of {found[0]}", found[1], place, where)
    return found


def _split(text: str, plan: str) -> tuple[str, str] | None:
    before, dot, after = text.partition(".")
    if not dot and not plan:
        raise Wrong(f'"{text}" is a node of which plan? write it as "plan.node"')
    return (identifier(before), identifier(after)) if dot else (plan, identifier(before))


def say_limit(limit: Limit) -> str:
    """`5 calls at once`, `3 calls in 20 s`."""
    parts = [f"{limit.at_once} call{'s' * (limit.at_once != 1)} at once"] if limit.at_once else []
    if limit.starts:
        parts.append(f"{limit.starts} call{'s' * (limit.starts != 1)} in {say_duration(limit.within_s)}")
    return ", ".join(parts)
