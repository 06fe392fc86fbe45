"""What is different between two configurations, in sentences: what a reload tells the administrator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from dialplan.groups import Group
from dialplan.lists import Listing, ListKind, NumberList
from dialplan.model import Configuration, ServiceNumber
from dialplan.numbers import display
from dialplan.tables import LookUpTable
from dialplan.worded import Sayer, name_and_sayer, say_value

LONGEST = 160
"""Characters of a value in a sentence; the files have the rest."""
MOST_ROWS = 10
"""So many entries of a list, or rows of a table, are told one by one; more are counted."""
MOST_PARTS = 50
"""So many numbers or plans that come or go are told one by one; more are counted."""


def describe_changes(old: Configuration, new: Configuration) -> list[str]:
    """What changed, one sentence for each thing; empty when the files are the same."""
    if old.fingerprint == new.fingerprint and old.digests == new.digests:
        return []
    found = [
        *_changed("the desk", old.desk, new.desk, ("pins",)),
        *_pins(old.desk.pins, new.desk.pins),
        *_numbers(old, new),
        *_parts("number group", _own_groups(old), _own_groups(new)),
        *_parts("brand", old.brands, new.brands),
        *_parts("directory entry", old.directory, new.directory),
        *_parts("skills group", old.skills, new.skills),
        *_parts("calendar", old.calendars, new.calendars),
        *_parts("origin", old.origins, new.origins),
        *_lists(old, new),
        *_tables(old, new),
        *_alarms(old, new),
        *_duty(old, new),
        *_plans(old, new),
        *_scenarios(old, new),
    ]
    return found or ["only comments or the order of things changed"]


def _alarms(old: Configuration, new: Configuration) -> Iterator[str]:
    before, after = old.alarms, new.alarms
    yield from _changed("alarms", before, after, ("mails", "hooks"))
    mails = [{row.id: row for row in each.mails} for each in (before, after)]
    yield from _parts("alarm row", *mails)
    if [row.id for row in before.mails] != [row.id for row in after.mails] and set(mails[0]) == set(mails[1]):
        yield "the alarm rows are asked in another order"
    yield from _parts("webhook", before.hooks, after.hooks)


def _own_groups(configuration: Configuration) -> dict[str, Group]:
    """The groups that say something; one that only numbers name is told with the numbers."""
    groups = configuration.groups
    said = {name: one for name, one in groups.items() if one.plan or one.gates or one.title != name}
    return {
        name: one for name, one in said.items() if one.gates or one.plan or name not in configuration.brands
    }


def _scenarios(old: Configuration, new: Configuration) -> Iterator[str]:
    """They decide about no call, but about whether a configuration may go live."""
    for file in _union(old.digests, new.digests):
        if file.startswith("scenarios/") and old.digests.get(file) != new.digests.get(file):
            became = "is new" if file not in old.digests else "changed" if file in new.digests else "is gone"
            yield f"{file} {became}"


def _numbers(old: Configuration, new: Configuration) -> Iterator[str]:
    country = new.desk.country
    more = [number for number in new.numbers if number not in old.numbers]
    gone = [number for number in old.numbers if number not in new.numbers]
    if len(more) > MOST_PARTS:
        yield f"{len(more):,} numbers are new: {display(more[0], country)} and more"
    else:
        for number in more:
            row = new.numbers[number]
            yield f'{display(number, country)} is new: brand "{row.brand}", plan "{row.plan}"'
    if len(gone) > MOST_PARTS:
        yield f"{len(gone):,} numbers are gone: {display(gone[0], country)} and more"
    else:
        for number in gone:
            row = old.numbers[number]
            yield f'{display(number, country)} is gone (it was brand "{row.brand}", plan "{row.plan}")'
    for number, before in old.numbers.items():
        after = new.numbers.get(number)
        if after is not None and before != after:
            yield from _moved(display(number, country), before, after)


def _moved(shown: str, before: ServiceNumber, after: ServiceNumber) -> Iterator[str]:
    for field in ("brand", "plan"):
        was, is_ = getattr(before, field), getattr(after, field)
        if was != is_:
            yield f'{shown} moves from {field} "{was}" to {field} "{is_}"'
    yield from _changed(shown, _apart(before), _apart(after), ("number", "brand", "plan"))


def _apart(number: ServiceNumber) -> ServiceNumber:
    """Without the limits of its group, which are told once and not for each of its numbers."""
    own = tuple(gate for gate in number.gates if not gate.limit.key.startswith("group:"))
    return number if own == number.gates else replace(number, gates=own)


def _parts(what: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for name in _union(old, new):
        if name not in old:
            yield f'{what} "{name}" is new'
        elif name not in new:
            yield f'{what} "{name}" is gone'
        else:
            yield from _changed(f'{what} "{name}"', old[name], new[name])


def _pins(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    """Whose PIN: a hash is not for logs and mails, for six digits are found again by trying."""
    for who in _union(old, new):
        if old.get(who) != new.get(who):
            became = "is new" if who not in old else "changed" if who in new else "is gone"
            yield f'the desk, the PIN of "{who}" {became}'


def _come_and_gone(what: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    yield from (f'{what} "{name}" is new' for name in new if name not in old)
    yield from (f'{what} "{name}" is gone' for name in old if name not in new)


def _lists(old: Configuration, new: Configuration) -> Iterator[str]:
    yield from _come_and_gone("list", old.lists, new.lists)
    country = new.desk.country
    for name in (name for name in new.lists if name in old.lists):
        before, after = old.lists[name], new.lists[name]
        what = f'list "{name}"'
        yield from _changed(what, before, after, ("exact", "prefixes", "anonymous"))
        yield from _rows(what, "entry", "entries", _entries(before, country), _entries(after, country))


def _entries(of: NumberList, country: str) -> dict[str, Listing]:
    """Everything that stands in a list, as people write it."""
    is_words = of.kind is ListKind.WORDS
    found = {key if is_words else display(key, country): listing for key, listing in of.exact.items()}
    found |= {f"{prefix}*": listing for prefix, listing in of.prefixes.items()}
    return {**found, "anonymous": of.anonymous} if of.anonymous else found


def _tables(old: Configuration, new: Configuration) -> Iterator[str]:
    yield from _come_and_gone("table", old.tables, new.tables)
    for name in (name for name in new.tables if name in old.tables):
        before, after = old.tables[name], new.tables[name]
        what = f'table "{name}"'
        yield from _changed(what, before, after, ("rows",))
        yield from _rows(what, "row", "rows", _by_key(before), _by_key(after))


def _by_key(table: LookUpTable) -> dict[str, Mapping[str, str]]:
    return {f'"{key}"': row for key, row in table.rows.items()}


def _rows(what: str, one: str, many: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Each of a few that are different; of many how many there are."""
    more = [key for key in new if key not in old]
    gone = [key for key in old if key not in new]
    other = [key for key in new if key in old and old[key] != new[key]]
    if len(more) + len(gone) + len(other) > MOST_ROWS:
        counted = ((len(more), "new"), (len(gone), "gone"), (len(other), "different"))
        said = (f"{count:,} {one if count == 1 else many} {how}" for count, how in counted if count)
        yield f"{what}: {', '.join(said)}"
        return
    yield from (f"{what}, {one} {key} is new: {_short(say_value(new[key]))}" for key in more)
    yield from (f"{what}, {one} {key} is gone" for key in gone)
    for key in other:
        yield from _told(f"{what}, {one} {key}", _short(say_value(old[key])), _short(say_value(new[key])))


def _plans(old: Configuration, new: Configuration) -> Iterator[str]:
    for plans, others, became in ((new.plans, old.plans, "new"), (old.plans, new.plans, "gone")):
        names = [name for name in plans if name not in others]
        if len(names) > MOST_PARTS:
            yield f'{len(names):,} plans are {became}: "{names[0]}" and more'
        else:
            yield from (f'plan "{name}" is {became}' for name in names)
    for name, before in old.plans.items():
        after = new.plans.get(name)
        if after is None or before is after:
            continue
        yield from _changed(f'plan "{name}"', before, after, ("nodes",))
        yield from _nodes(name, before.nodes, after.nodes)


def _nodes(plan: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for name in _union(old, new):
        what = f'plan "{plan}", node "{name}"'
        if name not in old or name not in new:
            yield f"{what} is {'new' if name in new else 'gone'}"
        elif old[name].kind != new[name].kind:
            yield f"{what} is now {new[name].kind} (was {old[name].kind})"
        else:
            yield from _changed(what, old[name], new[name])


def _duty(old: Configuration, new: Configuration) -> Iterator[str]:
    before, after = old.duty, new.duty
    yield from _parts(
        "engineer", {e.trigram: e for e in before.engineers}, {e.trigram: e for e in after.engineers}
    )
    yield from _changed("the roster", before.roster, after.roster)
    yield from _parts("team", before.teams, after.teams)
    yield from _parts("layer", {e.id: e for e in before.layers}, {e.id: e for e in after.layers})
    yield from _changed("duty", before, after, ("engineers", "roster", "policies", "teams", "layers"))
    yield from _parts("page policy", before.policies, after.policies)


def _changed(what: str, old: Any, new: Any, but: tuple[str, ...] = ()) -> Iterator[str]:
    """A sentence for each field that differs."""
    for field in fields(new):
        if field.name in ("id", *but) or not field.compare:
            continue
        was, is_ = getattr(old, field.name), getattr(new, field.name)
        if was == is_:
            continue
        name, say = name_and_sayer(field.name)
        if isinstance(is_, Mapping) and isinstance(was, Mapping):
            yield from (f"{what}, {name} {sentence}" for sentence in _changed_keys(was, is_, say))
        elif is_dataclass(is_) and type(is_) is type(was):
            yield from _changed(f"{what}, {name}", was, is_)
        else:
            yield from _told(f"{what}, {name}", _short(say(was)), _short(say(is_)))


def _told(what: str, was: str, is_: str) -> Iterator[str]:
    """Two values that read alike, long words or the text of a file, have changed all the same."""
    yield f"{what} changed" if was == is_ else f"{what}: now {is_} (was {was})"


def _changed_keys(old: Mapping[str, Any], new: Mapping[str, Any], say: Sayer) -> Iterator[str]:
    for key in _union(old, new):
        shown = say_value(key) if key else key
        if key not in new:
            yield f'"{shown}" is gone'
        elif key not in old:
            yield f'"{shown}" is new: {_short(say(new[key]))}'
        elif old[key] != new[key]:
            yield f'"{shown}" is now {_short(say(new[key]))} (was {_short(say(old[key]))})'


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _union(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return [*old, *(name for name in new if name not in old)]
