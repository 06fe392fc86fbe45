"""What `dutyline pages` does: reads from the database, and has the running service do what is asked."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from rich.table import Table
from sqlalchemy.orm import Session

from dialplan.numbers import display, to_e164
from dialplan.sentences import Sentence
from ivr.cli.client import ServiceAwayError, ServiceClient, ServiceError
from ivr.cli.page_answers import ANSWERS
from ivr.cli.page_lines import head_of, lines_of_facts, lines_of_history, lines_of_rings, said_of
from ivr.cli.page_words import AWAY, HEADS, NONE, WORDS
from ivr.cli.shared import check_language, give_up, out, print_json
from ivr.cli.showing import ZONE, read
from ivr.duty.ledger import Rung, find_page, last_pages, read_rings
from ivr.duty.page import Page
from ivr.duty.shown import page_as_json, ring_as_json, whole_page
from ivr.duty.why import tell_why
from ivr.notify.words import Language
from ivr.settings import Settings

T = TypeVar("T")


def list_pages(settings: Settings, last: int, language: str, *, is_open: bool, as_json: bool) -> None:
    """The last pages, those of the service's memory among them."""
    spoken = check_language(language)
    found = read(settings, lambda session: [page_as_json(p) for p in last_pages(session, last)])
    live, is_away = _live(settings)
    pages = {one["id"]: one for one in [*live, *found]}
    rows = sorted(pages.values(), key=lambda one: str(one["started"]), reverse=True)
    rows = [one for one in rows if one["is_open"] or not is_open][:last]
    if as_json:
        print_json(rows)
        return
    if not rows:
        out.print(NONE[is_open][spoken])
    else:
        out.print(_table(rows, spoken))
    if is_away and any(one["is_open"] for one in rows):
        out.print(AWAY[spoken])


def _live(settings: Settings) -> tuple[list[dict[str, Any]], bool]:
    """What the service has in its memory, and whether there is none that runs."""
    try:
        return list(asyncio.run(ServiceClient(settings).ask("pages"))["pages"]), False
    except ServiceError:
        return [], True


def _table(rows: list[dict[str, Any]], language: Language) -> Table:
    table = Table(*HEADS[language], box=None, pad_edge=False)
    for one in rows:
        accepted, until = one["accepted"], one["promised_until"]
        table.add_row(
            one["call_ref"],
            _local(one["started"]),
            one["brand"],
            said_of(one, language),
            accepted["who"] if accepted else "-",
            _clock(until) if until and not one["called_back"] else "-",
            one["id"][:10],
        )
    return table


def show_page(settings: Settings, wanted: str, language: str, *, as_json: bool) -> None:
    """One page whole."""
    spoken = check_language(language)
    page = _of(settings, wanted, lambda session, page: whole_page(session, page), spoken)
    if as_json:
        print_json(page)
        return
    out.print(head_of(page, spoken), markup=False)
    for line in lines_of_facts(page, ZONE, spoken):
        out.print(line, markup=False)
    for title, lines in (("rings", lines_of_rings), ("history", lines_of_history)):
        out.print(f"\n{WORDS[title][spoken]}", markup=False)
        for line in lines(page, ZONE, spoken):
            out.print(f"  {line}", markup=False)


def accept_page(settings: Settings, wanted: str, who: str, language: str, *, as_json: bool) -> None:
    """For an engineer. Exit code 1: somebody else has it."""
    spoken = check_language(language)
    answer = _ask(settings, "page-accept", {"page": wanted, "as": who}, spoken, as_json=as_json)
    if not answer["accepted"]:
        give_up(ANSWERS["not-given"][spoken].format(page=wanted, wanted=who, who=answer["who"]))
    _say("accepted", spoken, as_json=as_json, page=wanted, who=answer["who"])


def pass_page(settings: Settings, wanted: str, who: str, language: str, *, as_json: bool) -> None:
    """For an engineer, or for the one who has it."""
    spoken = check_language(language)
    answer = _ask(settings, "page-pass", {"page": wanted, "as": who}, spoken, as_json=as_json)
    _say("passed", spoken, as_json=as_json, page=wanted, who=answer["who"])


def hand_page_over(
    settings: Settings, wanted: str, to: str, language: str, *, is_forced: bool, as_json: bool
) -> None:
    """To another engineer."""
    spoken = check_language(language)
    wish = {"page": wanted, "to": to, "forced": is_forced}
    answer = _ask(settings, "page-hand-over", wish, spoken, as_json=as_json)
    did = "handed-over" if is_forced else "offered"
    _say(did, spoken, as_json=as_json, page=wanted, who=answer["who"])


def finish_page(settings: Settings, wanted: str, who: str, language: str, *, as_json: bool) -> None:
    """The caller was called back."""
    spoken = check_language(language)
    answer = _ask(settings, "page-done", {"page": wanted, "as": who}, spoken, as_json=as_json)
    _say("done" if answer["marked"] else "done-already", spoken, as_json=as_json, page=wanted)


def cancel_page(settings: Settings, wanted: str, language: str, *, as_json: bool) -> None:
    """Nobody is looked for any more. Exit code 1: it was over."""
    spoken = check_language(language)
    answer = _ask(settings, "page-cancel", {"page": wanted}, spoken, as_json=as_json)
    if not answer["cancelled"]:
        give_up(ANSWERS["over"][spoken].format(page=wanted))
    _say("called-off", spoken, as_json=as_json, page=wanted)


def tell_why_it_rang(
    settings: Settings, wanted: str, attempt: int, number: str, language: str, *, as_json: bool
) -> None:
    """Why one of a page's rings was made."""
    spoken = check_language(language)

    def work(session: Session, page: Page) -> dict[str, Any]:
        rings = read_rings(session, page.id)
        n = _which(page, rings, attempt, number, spoken)
        lines = tell_why(session, page, rings[n - 1], spoken, ZONE)
        return {"page": page.id, "attempt": ring_as_json(n, rings[n - 1]), "why": lines}

    told = _of(settings, wanted, work, spoken)
    if as_json:
        print_json(told)
    else:
        for line in told["why"]:
            out.print(line, markup=False)


def _which(page: Page, rings: list[Rung], attempt: int, number: str, language: Language) -> int:
    """The number of the ring that is meant, from 1."""
    if not rings:
        give_up(ANSWERS["no-ring"][language].format(page=page.call_ref))
    if attempt > len(rings):
        said = ANSWERS["no-such-ring"][language]
        give_up(said.format(page=page.call_ref, n=len(rings), wanted=attempt))
    if not number:
        return attempt or len(rings)
    asked = to_e164(number)
    meant = [n for n, ring in enumerate(rings, start=1) if ring.attempt.number in (number, asked)]
    if not meant:
        rung = ", ".join(dict.fromkeys(display(ring.attempt.number) for ring in rings))
        said = ANSWERS["did-not-ring"][language]
        give_up(said.format(number=number, page=page.call_ref, rung=rung))
    return meant[-1]


def _of(settings: Settings, wanted: str, work: Callable[[Session, Page], T], language: Language) -> T:
    """What `work` says of the page; the command ends when there is none."""

    def look(session: Session) -> T | None:
        page = find_page(session, wanted)
        return None if page is None else work(session, page)

    found = read(settings, look)
    if found is None:
        give_up(Sentence("no-page", name=wanted).said_in(language))
    return found


def _ask(
    settings: Settings, action: str, asked: Mapping[str, Any], language: Language, *, as_json: bool
) -> dict[str, Any]:
    """Have the service do it; the command ends when it will not."""
    wish = {**asked, "by": getpass.getuser(), "language": language}
    try:
        answer = asyncio.run(ServiceClient(settings).ask(action, wish))
    except ServiceAwayError:
        give_up(ANSWERS["away"][language])
    except ServiceError as fault:
        give_up(fault.said_in(language))
    if as_json:
        print_json(answer)
    if error := answer.get("error"):
        give_up(error)
    return answer


def _say(phrase: str, language: Language, *, as_json: bool, **facts: str) -> None:
    if not as_json:
        out.print(ANSWERS[phrase][language].format(**facts), markup=False)


def _local(at: str) -> str:
    return f"{datetime.fromisoformat(at).astimezone(ZONE):%Y-%m-%d %H:%M:%S}"


def _clock(at: str) -> str:
    return f"{datetime.fromisoformat(at).astimezone(ZONE):%H:%M:%S}"
