"""Who is on duty, as data for people and for programs: at a moment, over a period, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from dialplan.changes import say_change
from dialplan.model import Absence, Configuration, Cover, Duty, Entry, Swap
from dialplan.quiet import phones_at
from dialplan.roster import ROSTER, Part, changes_between, parts_at, stretches_between, whole_order
from dialplan.sentences import said_in
from ivr.duty.feeds import Given
from ivr.duty.kept import Kept

LOOK_AHEAD_DAYS: Final = (8, 60, 400)


def duty_at(configuration: Configuration, at: datetime, language: str = "en") -> dict[str, Any]:
    """Who is on duty at a moment (aware): the order, their phones, each layer, until when, and why.

    `language`: of the sentences, here and below: nl, fr, de or en.
    """
    duty = configuration.duty
    parts = parts_at(duty, at)
    return {
        "at": _iso(at),
        "zone": duty.roster.zone,
        "order": [_person(configuration, trigram, parts, at) for trigram in whole_order(parts)],
        "until": _iso_or_none(until_of(duty, at)),
        "why": _why(parts, language),
        "layers": [_layer(duty, part, language) for part in parts],
    }


def duty_between(
    configuration: Configuration, start: datetime, end: datetime, layer: str = "", language: str = "en"
) -> list[dict[str, Any]]:
    """A period (aware) in rows, first to last, each a time in which one order holds; gaps are rows too."""
    rows: list[dict[str, Any]] = []
    for stretch in stretches_between(configuration.duty, start, end):
        parts = [part for part in stretch.parts if not layer or part.layer in ("", layer)]
        order = whole_order(parts)
        if rows and rows[-1]["order"] == list(order) and rows[-1]["until"] == _iso(stretch.start):
            rows[-1]["until"] = _iso(stretch.end)
            rows[-1]["why"] = list(dict.fromkeys((*rows[-1]["why"], *_why(parts, language))))
            continue
        rows.append(
            {
                "from": _iso(stretch.start),
                "until": _iso(stretch.end),
                "order": list(order),
                "layers": {part.layer: list(part.order) for part in parts},
                "why": _why(parts, language),
            }
        )
    return rows


def until_of(duty: Duty, at: datetime) -> datetime | None:
    """When the order changes next (UTC); None: not within more than a year."""
    for days in LOOK_AHEAD_DAYS:
        found = changes_between(duty, at, at + timedelta(days=days))
        if found:
            return found[0]
    return None


def change_as_json(
    kept: Kept, now: datetime, zone: str, why_lost: str = "", language: str = "en"
) -> dict[str, Any]:
    """A kept change; times in ISO 8601. `why_lost`: why it means nothing to the live configuration."""
    change = kept.change
    return {
        "id": kept.id,
        "kind": str(kept.kind),
        "state": str(kept.standing(now)),
        "what": say_change(change, zone).said_in(language),
        **_facts(change),
        "from": _iso(change.start),
        "until": _iso(change.end),
        "title": change.title,
        "by": kept.made_by,
        "made_at": _iso(kept.made_at),
        "asked": list(kept.asked),
        "declined": list(kept.declined),
        "agreed_at": _iso_or_none(kept.agreed_at),
        "agreed_by": kept.agreed_by,
        "ended_at": _iso_or_none(kept.ended_at),
        "ended_by": kept.ended_by,
        "means_nothing": said_in(why_lost, language),
    }


def given_as_json(given: Given) -> dict[str, Any]:
    """A calendar that is given out; times in ISO 8601."""
    return {
        "id": given.id,
        "what": given.what,
        "title": given.title,
        "language": given.language,
        "by": given.made_by,
        "made_at": _iso(given.made_at),
        "asked_at": _iso_or_none(given.asked_at),
    }


def _facts(change: Swap | Cover | Absence) -> dict[str, Any]:
    if isinstance(change, Absence):
        return {"people": [change.trigram], "layer": ""}
    if isinstance(change, Swap):
        return {"people": list(change.order), "layer": change.layer}
    return {"people": [name for name in (change.absent, change.by) if name], "layer": change.layer}


def _person(
    configuration: Configuration, trigram: str, parts: Iterable[Part], at: datetime
) -> Mapping[str, Any]:
    entry = configuration.directory[configuration.duty.engineer(trigram).entry]
    layer = next(part.layer for part in parts if trigram in part.order)
    phones = list(_phones(entry, at))
    return {
        "trigram": trigram,
        "title": entry.title,
        "entry": entry.id,
        "layer": layer,
        "teams": [team.id for team in configuration.duty.teams.values() if trigram in team.members],
        "number": phones[0]["number"] if phones else "",
        "phones": phones,
    }


def _phones(entry: Entry, at: datetime) -> Iterator[dict[str, Any]]:
    """In the order in which they are rung; those that are kept for need last, silent ones not at all."""
    usual, kept = phones_at(entry.phones, at)
    for phone in (*usual, *kept):
        yield {"number": phone.number, "label": str(phone.label), "if_needed": phone in kept}


def _layer(duty: Duty, part: Part, language: str) -> dict[str, Any]:
    layer = next((each for each in duty.layers if each.id == part.layer), None)
    return {
        "layer": part.layer,
        "title": layer.title if layer else "" if not part.layer else ROSTER,
        "team": layer.team if layer else "",
        "order": list(part.order),
        "why": _why([part], language),
    }


def _why(parts: Iterable[Part], language: str) -> list[str]:
    return [said_in(sentence, language) for part in parts for sentence in part.why]


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _iso_or_none(at: datetime | None) -> str | None:
    return _iso(at) if at else None


__all__ = ["change_as_json", "duty_at", "duty_between", "given_as_json", "until_of"]
