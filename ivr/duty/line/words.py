"""What is said on the engineers' number: times as people say them, trigrams by their letters, pages."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dialplan.model import Configuration, Duty
from dialplan.roster import changes_between, next_handover, on_duty
from ivr.duty.line.ear import Piece
from ivr.duty.page import Page
from ivr.duty.promise import promised_at

LONGEST_SIGN = 4
MOST_NAMED = 6
"""So many are named of those who are on duty."""
SOON = (timedelta(days=8), timedelta(days=60))


def moment(at: datetime, now: datetime, zone: str) -> list[Piece]:
    """`today at twenty hours`, `Monday at eight`, `Monday the seventh of December at eight`."""
    there = ZoneInfo(zone)
    local = at.astimezone(there)
    days = (local.date() - now.astimezone(there).date()).days
    day: Piece = ("day", local.date().isoformat())
    if days in (0, 1):
        day = ("today", "tomorrow")[days]
    elif 1 < days < 7:
        day = ("weekday", local.date().isoformat())
    return [day, "at", ("time", f"{local:%H:%M}")]


def sign_of(configuration: Configuration, entry: str) -> str:
    """By which letters somebody is called: the trigram, or the id where it is as short; else nothing."""
    duty = configuration.duty
    sign = next((one.trigram for one in duty.engineers if one.entry == entry), entry.upper())
    return sign if is_sign(sign) else ""


def is_sign(text: str) -> bool:
    """Whether it can be spelled in a breath."""
    return text.isascii() and text.isalpha() and len(text) <= LONGEST_SIGN


def spelled(sign: str) -> Piece:
    """A trigram, letter by letter."""
    return "digits", sign


def handover_of(duty: Duty, now: datetime) -> datetime | None:
    """When somebody else is on duty, or the order another one; None: not that anybody knows of."""
    for ahead in SOON:
        if found := changes_between(duty, now, now + ahead):
            return found[0]
    return next_handover(duty, now) if on_duty(duty, now) else None


def say_duty(duty: Duty, now: datetime, zone: str) -> list[Piece]:
    """Who is on duty, who is rung after, the next handover and who comes then."""
    said = _say_people("line-on-duty", [one.trigram for one in on_duty(duty, now)]) or ["line-nobody"]
    handover = handover_of(duty, now)
    if handover is None:
        return [*said, "line-no-handover"]
    said += ["silence-200", "line-handover", *moment(handover, now, zone)]
    return [*said, *_say_people("line-next", [one.trigram for one in on_duty(duty, handover)][:1])]


def _say_people(before: str, signs: Sequence[str]) -> list[Piece]:
    said: list[Piece] = [before] if signs else []
    for place, sign in enumerate(signs[:MOST_NAMED]):
        said += ["line-after"] if place else []
        said.append(spelled(sign))
    return said


def say_count(pages: int) -> list[Piece]:
    """How many calls are open."""
    if pages < 2:
        return ["line-one-page" if pages else "line-no-pages"]
    return ["line-pages-before", ("number", str(pages)), "line-pages-after"]


def say_page(page: Page, entry: str, now: datetime, known: Collection[str]) -> list[Piece]:
    """Number, brand, customer or caller, category, since when, who has it, and what is left of the promise.

    `known`: ids of prompts; a category without one is not said.
    """
    request, category = page.request, f"category-{page.request.category}"
    age_s = max(60.0, (now - page.started).total_seconds())
    return [
        "page-call",
        ("digits", page.call_ref),
        request.spoken or f"brand-{request.brand}",
        *_say_customer(page),
        *([category] if category in known else []),
        "line-since",
        ("duration", f"{_minutes(age_s):.0f}"),
        *_say_holder(page, entry),
        *_say_promise(page, now),
    ]


def _say_customer(page: Page) -> list[Piece]:
    request = page.request
    if request.customer and request.customer.isdigit():
        return ["page-customer", ("digits", request.customer)]
    return ["page-caller", ("phone", request.caller)] if request.caller else ["page-unknown-customer"]


def _say_holder(page: Page, entry: str) -> list[Piece]:
    acceptance = page.acceptance
    if page.is_open or acceptance is None:
        return ["line-nobody-has-it"]
    if acceptance.entry == entry:
        return ["line-you-have-it"]
    if is_sign(acceptance.title):
        return ["page-taken-by", spelled(acceptance.title)]
    return ["line-somebody-has-it"]


def _say_promise(page: Page, now: datetime) -> list[Piece]:
    until = promised_at(page)
    if until is None or page.called_back is not None:
        return []
    left_s = (until - now).total_seconds()
    before = "line-promise" if left_s > 0 else "line-promise-over"
    return [before, ("duration", f"{_minutes(max(60.0, abs(left_s))):.0f}")]


def _minutes(seconds: float) -> float:
    """Whole minutes, in seconds."""
    return seconds // 60 * 60


__all__ = [
    "handover_of",
    "is_sign",
    "moment",
    "say_count",
    "say_duty",
    "say_page",
    "sign_of",
    "spelled",
]
