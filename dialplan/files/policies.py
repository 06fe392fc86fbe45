"""Page policies: how an engineer is hunted for, and which pages follow which policy.

policies:
  standard: {page_for: 10 min, direct_tries: 2, direct_within: 5 min, levels: [...]}      # the short form
  fiber:
    ring: 30 s
    levels: [{title: service team leader, entry: tsc}]
    stages:
      - {who: duty, needs: fiber, tries: 2, within: 3 min}
      - {who: duty, prefers: $language, within: 10 min}
      - {who: [team voice, aca], order: together}
      - {who: levels, tries: 2, within: 5 min}
    last_resort: {who: duty-manager, tries: 10, pause: 2 min}
choose:
  - {category: fiber, policy: fiber}
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from dialplan.cells import Cell, Scalar
from dialplan.chains import (
    LAST_RESORT,
    LEAST,
    LEVEL_PHONES,
    WORST,
    ChainStage,
    Choice,
    LastResort,
    RingOrder,
    Rung,
    Who,
)
from dialplan.faults import nearest_of
from dialplan.fields import duration, flag, identifier, member, spoken_language, title, trigram, whole
from dialplan.files.exchanges import LAYER
from dialplan.files.groups import BRAND
from dialplan.files.layers import TEAM
from dialplan.files.orders import ENGINEER
from dialplan.gathering import CATEGORY
from dialplan.model import Engineer, Level, PagePolicy, PhoneLabel
from dialplan.nodes.destination import ENTRY
from dialplan.nodes.page import POLICY
from dialplan.nodes.people import BRAND_PEOPLE
from dialplan.reading import Section, Wrong, as_section
from dialplan.skills import LANGUAGE

ABILITY: Final = "skill of an engineer"
"""What a reference to a skill, or to a language, is called."""
SHORT_FORM: Final = (
    "page_for", "direct_tries", "direct_within", "level_tries", "level_within", "together",
)  # fmt: skip
ALONE: Final = {str(each): each for each in (Rung.DUTY, Rung.ON_CALL, Rung.EVERYBODY, Rung.LEVELS)}
WITH_NAME: Final = {str(each): each for each in (Rung.LAYER, Rung.TEAM, Rung.LEVEL)}
LONGEST_NAME: Final = 60


def read_policies(section: Section, engineers: Sequence[Engineer]) -> dict[str, PagePolicy]:
    """Every policy by its id."""
    table = section.section("policies", is_needed=True)
    found: dict[str, PagePolicy] = {}
    for name, place, cell in table.entries() if table else ():
        row = as_section(section.reading, cell, f"policies {name}")
        section.reading.places["policy", name] = place
        if table and table.parsed_key(name, place, identifier) and row is not None:
            found[name] = _read_policy(row, name, engineers)
            row.close()
    return found


def _read_policy(row: Section, name: str, engineers: Sequence[Engineer]) -> PagePolicy:
    usual = PagePolicy(name)
    policy = PagePolicy(
        id=name,
        ring_s=row.get("ring", duration(2, 300), usual.ring_s),
        pause_s=row.get("pause", duration(0, 300), usual.pause_s),
        page_for_s=row.get("page_for", duration(1, 7200), usual.page_for_s),
        direct_tries=row.get("direct_tries", whole(0, 20), usual.direct_tries),
        direct_within_s=row.get("direct_within", duration(1, 7200), usual.direct_within_s),
        levels=_read_levels(row),
        level_tries=row.get("level_tries", whole(1, 20), usual.level_tries),
        level_within_s=row.get("level_within", duration(1, 7200), usual.level_within_s),
        network_fault_causes=frozenset(row.list_of("network_fault_causes", whole(1, 127)))
        or usual.network_fault_causes,
        promise_s=row.get("promise", duration(0, 86400), usual.promise_s),
        remind_s=row.get("remind", duration(0, 86400), usual.remind_s),
        languages=row.list_of("languages", spoken_language) or usual.languages,
        together=row.get("together", flag, usual.together),
        pin=row.get("pin", flag, usual.pin),
        sms=row.get("sms", flag, usual.sms),
        fault_memory_s=row.get("network_fault_for", duration(0, 86400), usual.fault_memory_s),
        last_resort=_read_last_resort(row),
    )
    return replace(policy, stages=_read_stages(row, policy, engineers))


def _read_levels(row: Section) -> tuple[Level, ...]:
    found: list[Level] = []
    for number, level in enumerate(row.sections("levels"), 1):
        entry = level.name("entry", ENTRY, parse=identifier)
        found.append(Level(number, level.need("title", title, ""), entry))
        level.close()
    return tuple(found)


def _read_stages(row: Section, policy: PagePolicy, engineers: Sequence[Engineer]) -> tuple[ChainStage, ...]:
    tables = row.sections("stages", is_needed=row.has("stages"))
    for key in SHORT_FORM if row.has("stages") else ():
        if row.has(key):
            row.fault(key, 'belongs to the short form; beside "stages" it means nothing')
    found: list[ChainStage] = []
    for number, table in enumerate(tables, 1):
        stage = _read_stage(table, policy, engineers)
        table.reading.places["stage", policy.id, str(number)] = table.place
        if table.has("name") and stage.name in [LAST_RESORT, *(each.name for each in found)]:
            taken = "what the last resort is called" if stage.name == LAST_RESORT else "another stage's name"
            table.fault("name", f'"{stage.name}" is {taken}')
        found.append(stage)
        table.close()
    return tuple(found)


def _read_stage(table: Section, policy: PagePolicy, engineers: Sequence[Engineer]) -> ChainStage:
    who = _read_who(table, policy, engineers)
    is_level = any(each.kind in (Rung.LEVEL, Rung.LEVELS) for each in who)
    usual = ChainStage("", who)
    within_s = table.get("within", duration(1, 86400), usual.within_s)
    labels = tuple(str(label) for label in table.list_of("phones", member(PhoneLabel)))
    return ChainStage(
        name=table.get("name", identifier, _name_of(who)),
        who=who,
        title=table.get("title", title, ""),
        order=table.get("order", member(RingOrder), usual.order),
        ring_s=table.get("ring", duration(2, 300), policy.ring_s),
        tries=table.get("tries", whole(1, 100), 0 if within_s else 1),
        within_s=within_s,
        pause_s=table.get("pause", duration(0, 3600), policy.pause_s),
        needs=_read_abilities(table, "needs"),
        prefers=_read_abilities(table, "prefers"),
        phones=labels or (LEVEL_PHONES if is_level else ()),
        phones_together=table.get("phones_together", flag, usual.phones_together),
        quiet=table.get("quiet_hours", flag, usual.quiet),
        backup=table.get("backup", flag, usual.backup),
        mail=table.get("mail", flag, False) or (is_level and not table.has("mail")),
    )


def _read_abilities(table: Section, key: str) -> tuple[str, ...]:
    found: list[str] = []
    for where, cell in table.cells_of(key):
        name = table.parsed(cell, where, _ability, "")
        if name and not name.startswith("$"):
            table.reading.refer(ABILITY, name, cell.place, where)
        found += [name] if name else []
    return tuple(found)


def _ability(text: str) -> str:
    """A skill, a language, `$language` or `$category`."""
    if text.startswith("$"):
        if text not in (LANGUAGE, CATEGORY):
            known = (LANGUAGE, CATEGORY)
            raise Wrong(f'"{text}" is neither {LANGUAGE} nor {CATEGORY}', nearest_of(text, known))
        return text
    return identifier(text)


def _name_of(who: Sequence[Who]) -> str:
    """`duty`, `team-voice`, `aca-and-ade`."""
    return "-and-".join(str(each).replace(" ", "-") for each in who)[:LONGEST_NAME] or "nobody"


def _read_who(table: Section, policy: PagePolicy, engineers: Sequence[Engineer]) -> tuple[Who, ...]:
    found: list[Who] = []
    for where, cell in table.cells_of("who", is_needed=True):
        text = table.parsed(cell, where, str, "").strip()
        who = _parse_who(table, where, cell, text, policy, engineers) if text else None
        if who is not None and who in found:
            table.reading.fault(cell.place, where, f'"{who}" stands here twice')
        elif who is not None:
            found.append(who)
    if len(found) > 1 and Who(Rung.LEVELS) in found:
        table.fault("who", '"levels" makes a stage of each level, and stands alone')
    return tuple(found)


def _parse_who(
    table: Section, where: str, cell: Cell, text: str, policy: PagePolicy, engineers: Sequence[Engineer]
) -> Who | None:
    word, _, name = text.partition(" ")
    name = name.strip()
    if not name and word in ALONE:
        if ALONE[word] is Rung.LEVELS and not policy.levels:
            table.reading.fault(cell.place, where, "the policy has no levels")
        return Who(ALONE[word])
    if name and word in WITH_NAME:
        return _with_name(table, where, cell, WITH_NAME[word], name, policy)
    if not name and word.isupper():
        return _engineer(table, where, cell, word, engineers)
    if name or word in WITH_NAME:
        known = (*ALONE, *(f"{each} NAME" for each in WITH_NAME))
        message = f'"{text}" is nobody to ring; write {", ".join(known)}, a trigram or a directory entry'
        table.reading.fault(cell.place, where, message, nearest_of(word, (*ALONE, *WITH_NAME)))
        return None
    entry = table.parsed(Scalar(cell.place, word), where, identifier, "")
    if entry:
        table.reading.refer(ENTRY, entry, cell.place, where)
    return Who(Rung.ENTRY, entry) if entry else None


def _with_name(
    table: Section, where: str, cell: Cell, kind: Rung, name: str, policy: PagePolicy
) -> Who | None:
    if kind is not Rung.LEVEL:
        table.reading.refer(TEAM if kind is Rung.TEAM else LAYER, name, cell.place, where)
        return Who(kind, name)
    if not name.isdecimal() or not 1 <= int(name) <= len(policy.levels):
        has = f"the policy has {len(policy.levels) or 'none'}"
        table.reading.fault(cell.place, where, f'there is no level "{name}"; {has}')
        return None
    return Who(kind, str(int(name)))


def _engineer(table: Section, where: str, cell: Cell, word: str, engineers: Sequence[Engineer]) -> Who | None:
    name = table.parsed(Scalar(cell.place, word), where, trigram, "")
    if name:
        table.reading.refer(ENGINEER, name, cell.place, where)
    entry = next((each.entry for each in engineers if each.trigram == name), "")
    return Who(Rung.ENTRY, entry) if entry else None


def _read_last_resort(row: Section) -> LastResort | None:
    """`no`, or whom to tell and how often."""
    cell = row.cell("last_resort")
    usual = LastResort()
    if isinstance(cell, Scalar):
        is_wanted = row.get("last_resort", flag, True)
        return usual if is_wanted else None
    table = row.section("last_resort")
    if table is None:
        return usual
    found = LastResort(
        who=tuple(_read_told(table)),
        ring_s=table.get("ring", duration(2, 300), usual.ring_s),
        tries=table.get("tries", whole(1, 100), usual.tries),
        pause_s=table.get("pause", duration(1, 3600), usual.pause_s),
    )
    table.close()
    return found


def _read_told(table: Section) -> list[str]:
    found: list[str] = []
    for where, cell in table.cells_of("who"):
        name = table.parsed(cell, where, _told, "")
        if name and not name.startswith("$"):
            table.reading.refer(ENTRY, name, cell.place, where)
        found += [name] if name else []
    return found


def _told(text: str) -> str:
    if text.startswith("$"):
        if text not in BRAND_PEOPLE:
            raise Wrong(f'"{text}" is none of {", ".join(BRAND_PEOPLE)}', nearest_of(text, BRAND_PEOPLE))
        return text
    return identifier(text)


def read_choices(section: Section) -> tuple[Choice, ...]:
    """The rows of `choose`."""
    found: list[Choice] = []
    for number, row in enumerate(section.sections("choose"), 1):
        section.reading.places["choice", str(number)] = row.place
        found.append(
            Choice(
                policy=row.name("policy", POLICY, parse=identifier),
                pages=row.names("page", POLICY, parse=identifier),
                brands=row.names("brand", BRAND, parse=identifier),
                severities=frozenset(row.list_of("severity", whole(WORST, LEAST))),
                categories=row.list_of("category", identifier),
            )
        )
        row.close()
    return tuple(found)
