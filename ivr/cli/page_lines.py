"""A page's rings and its history in lines, for people, in four languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from dialplan.numbers import display
from ivr.cli.page_words import FACTS, HOW, NOTES, SOMEBODY, STATES, STEPS, WHY, WORDS
from ivr.duty.change_words import say_change
from ivr.notify.words import Language, outcome, phone_label
from ivr.storage import PageStep

Facts = Mapping[str, Any]
SHORT_RELEASE: Final = 12


def said_of(page: Facts, language: Language = "en") -> str:
    """Where a page stands, in words."""
    state = STATES.get(page["state"], {}).get(language, str(page["state"]))
    if page["state"] == "ringing" and page["gone_on"]:
        return WORDS["again"][language].format(state=state)
    if page["state"] == "accepted" and page["handover"]:
        return WORDS["offered"][language].format(state=state, who=page["handover"]["who"])
    return state


def head_of(page: Facts, language: Language) -> str:
    """Which page it is, and where it stands."""
    state = said_of(page, language)
    return WORDS["page"][language].format(
        ref=page["call_ref"], brand=page["brand"], id=page["id"], state=state
    )


def lines_of_facts(page: Facts, zone: ZoneInfo, language: Language) -> Iterator[str]:
    """What there is to know of it, a line each: name and value."""
    said = {name: values for name, values in _facts(page, zone, language).items() if values}
    width = max(len(FACTS[name][0][language]) for name in FACTS) + 1
    for name, values in said.items():
        title, phrase = FACTS[name]
        yield f"{title[language] + ':':<{width}} {phrase[language].format(**values)}"


def _facts(page: Facts, zone: ZoneInfo, language: Language) -> dict[str, dict[str, str]]:
    """By their names in `FACTS`; what there is nothing to say of is empty."""
    accepted, handover = page["accepted"], page["handover"]
    caller = display(page["caller"]) if page["caller"] else WORDS["withheld"][language]
    release = f", release {page['release'][:SHORT_RELEASE]}" if page["release"] else ""
    return {
        "call": page["call"]
        and {"call": page["call"], "caller": caller, "dialled": display(page["dialled"])},
        "customer": page["customer"] and {"customer": page["customer"]},
        "began": {"at": _local(page["started"], zone)},
        "rules": {"policy": page["policy"], "release": release},
        "accepted": accepted
        and {
            "who": accepted["who"],
            "number": display(accepted["number"]),
            "at": _local(accepted["at"], zone),
        },
        "promised": page["promised_until"] and {"until": _clock(page["promised_until"], zone)},
        "goes-on": page["goes_on_at"] and {"at": _clock(page["goes_on_at"], zone)},
        "offered": handover and {"who": handover["who"], "at": _clock(handover["at"], zone)},
        "left-out": page["out"] and {"people": ", ".join(page["out"])},
    }


def lines_of_rings(page: Facts, zone: ZoneInfo, language: Language = "en") -> Iterator[str]:
    """One line each, numbered as `pages why --attempt` counts them."""
    for ring in page["attempts"]:
        said = WORDS["ring"][language].format(
            who=ring["who"],
            number=display(ring["number"]),
            label=phone_label(ring["label"], language),
            stage=ring["stage"],
            outcome=outcome(ring["state"], language),
            more=_how_long(ring, language, key=ring["key"]),
        )
        yield f"{ring['n']:>3}  {_clock(ring['at'], zone)}  {said}"


def _how_long(ring: Facts, language: Language, key: str = "") -> str:
    """Seconds of ringing and of talk, the key and the cause."""
    rang, talked, cause = ring.get("rang_s"), ring.get("talked_s"), ring.get("cause")
    seconds = WORDS["rings-now" if rang is None else "rang"][language]
    return (
        seconds.format(s=_number(rang))
        + (WORDS["talked"][language].format(s=_number(talked)) if talked else "")
        + (WORDS["key"][language].format(key=key) if key else "")
        + (WORDS["cause"][language].format(cause=cause) if cause else "")
    )


def lines_of_history(page: Facts, zone: ZoneInfo, language: Language = "en") -> Iterator[str]:
    """One line for each step."""
    for event in page["history"]:
        told = say_step(event["kind"], event["facts"], language)
        if event["by"] and event["kind"] in _BY:
            told = WORDS["by"][language].format(told=told, by=event["by"])
        yield f"{_clock(event['at'], zone)}  {told}"


def say_step(kind: str, facts: Facts, language: Language = "en") -> str:
    """A step of the history in words; one that we have no words for by its facts."""
    if told := say_change(kind, facts, language):
        return told
    phrase = NOTES.get(str(facts.get("kind"))) if kind == PageStep.NOTE else STEPS.get(kind)
    if phrase is None:
        return ", ".join(f"{name} {value}" for name, value in facts.items())
    more = _MORE.get(kind)
    return phrase[language].format(**_plain(facts, language), **(more(facts, language) if more else {}))


_BY: Final = frozenset(
    {
        PageStep.ACCEPTED,
        PageStep.PASSED,
        PageStep.CALLED_BACK,
        PageStep.GONE_ON,
        PageStep.CANCELLED,
        PageStep.DUTY_CHANGED,
        PageStep.HANDOVER_ASKED,
        PageStep.HANDED_OVER,
        PageStep.NOTE,
    }
)


def _plain(facts: Facts, language: Language) -> dict[str, str]:
    """Facts as they are written everywhere."""
    said = {name: _number(value) for name, value in facts.items()}
    if "number" in facts:
        said["number"] = display(str(facts["number"]))
    if "label" in facts:
        said["label"] = phone_label(str(facts["label"]), language)
    if "how" in facts:
        said["how"] = HOW.get(str(facts["how"]), {}).get(language, str(facts["how"]))
    if "sender" in facts:
        said["sender"] = str(facts["sender"]) or SOMEBODY[language]
    if "why" in facts:
        said["why"] = WHY[facts["why"] == "promise"][language]
    if isinstance(facts.get("to"), list):
        said["to"] = ", ".join(facts["to"])
    return said


_MORE: Final[Mapping[str, Callable[[Facts, Language], dict[str, str]]]] = {
    PageStep.PROMISED: lambda facts, _: {"minutes": f"{facts['within_s'] / 60:g}"},
    PageStep.RING_ENDED: lambda facts, language: {
        "outcome": outcome(str(facts["state"]), language),
        "more": _how_long(facts, language),
    },
}
"""What a phrase names that is worked out of the facts."""


def _number(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _clock(at: str, zone: ZoneInfo) -> str:
    return f"{datetime.fromisoformat(at).astimezone(zone):%H:%M:%S}"


def _local(at: str, zone: ZoneInfo) -> str:
    return f"{datetime.fromisoformat(at).astimezone(zone):%Y-%m-%d %H:%M:%S}"


__all__ = ["head_of", "lines_of_facts", "lines_of_history", "lines_of_rings", "said_of", "say_step"]
