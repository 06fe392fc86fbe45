"""What people do with a page beside pressing keys on a leg of it: by command, by link, by calling in.

A page is named by its id, the beginning of one, or its 3-digit call ID.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import uuid4

from dialplan.model import Configuration, Entry
from dialplan.sentences import Sentence
from ivr.clock import Clock
from ivr.duty import steps
from ivr.duty.history import Event
from ivr.duty.hunt import Attempt, Person, Phone
from ivr.duty.page import Acceptance, GoingOn, Page, PageRefused
from ivr.duty.patient import PatientLedger
from ivr.duty.promise import BY_HAND
from ivr.duty.run import PageRun
from ivr.storage import DatabaseUnavailable, PageStep
from ivr.storage.states import AttemptState, PageState

GIVEN_UP_FOR: Final = timedelta(hours=12)
"""A page that nobody accepted is open for so long: somebody may still take it."""
_ENDS: Final = {
    PageState.CANCELLED: "was-called-off",
    PageState.DONE: "was-called-back",
    PageState.EXHAUSTED: "nobody-accepted",
}
"""How a page ended, by its phrase."""


@dataclass(frozen=True, slots=True)
class Hands:
    """Works on the pages of a pager: `runs` are the driven ones, `make` and `drive` begin another. Where
    several boxes share the database, `drive` leaves to another box what that one drives: it hears of it."""

    ledger: PatientLedger
    runs: Mapping[str, PageRun]
    make: Callable[[Page, list[Attempt]], PageRun]
    drive: Callable[[PageRun], Awaitable[None]]
    configuration: Callable[[], Configuration]
    clock: Clock
    caps: Callable[[], Mapping[str, float]] = dict
    """Number -> seconds after which that phone's voicemail answers."""

    async def open_pages(self) -> list[Page]:
        """Driven ones, and those that nobody accepted lately; those, and what other boxes drive, not while
        the database is away."""
        pages = {run.page.id: run.page for run in self.runs.values() if run.page.is_driven}
        try:
            if self.ledger.box:
                for live in await self.ledger.live_pages():
                    pages.setdefault(live.page.id, live.page)
            for page in await self.ledger.given_up(self.clock.now() - GIVEN_UP_FOR):
                pages.setdefault(page.id, page)
        except DatabaseUnavailable:
            pass
        return sorted(pages.values(), key=lambda page: page.started)

    async def accept_for(self, wanted: str, entry: str, by: str, how: str) -> Acceptance | None:
        """Give a page to somebody without ringing him, unless somebody has it; who has it, then."""
        run, person = await self._run(wanted), self._person(entry)
        await run.accept_as(self._stand_in(person), by, how)
        await self._drive(run)
        return run.page.acceptance

    async def pass_for(self, wanted: str, entry: str, by: str) -> bool:
        """He does not want it, or gives it back."""
        run, person = await self._run(wanted), self._person(entry)
        page = run.page
        if page.handover is not None and page.handover.to.entry == entry:
            is_passed = await run.step(steps.end_offer)
        elif page.acceptance is not None and page.acceptance.entry == entry:
            is_passed = await run.step(steps.go_on(GoingOn.PASSED, by))
        else:
            is_passed = await run.step(steps.leave_out(entry, person.title, by))
        if is_passed:
            await run.drop(entry)
        await self._drive(run)
        return is_passed

    async def hand_over(self, wanted: str, to_entry: str, by: str, *, forced: bool = False) -> None:
        """Offer an accepted page to somebody else, or give it to him at once."""
        run, person = await self._run(wanted), self._person(to_entry)
        if why := _refusal(run.page, person, forced):
            raise PageRefused(why)
        take = steps.transfer(self._stand_in(person), by, "forced") if forced else steps.offer(person, by)
        if not await run.step(take):
            raise PageRefused(Sentence("page-moved", name=run.page.call_ref))
        await self._drive(run)

    async def mark_called_back(self, wanted: str, by: str, how: str) -> bool:
        """The caller was called back."""
        run = await self._run(wanted)
        if run.page.state is PageState.CANCELLED:
            raise PageRefused(Sentence("page-called-off", name=run.page.call_ref))
        is_marked = await run.step(steps.call_back(by, how))
        if is_marked and run.page.id not in self.runs:
            await run.end_unwanted()
        return is_marked

    async def note(self, wanted: str, kind: str, facts: Mapping[str, object], by: str) -> None:
        """A line of its history."""
        run = self.runs.get(wanted)
        page_id = run.page.id if run else wanted
        event = Event(PageStep.NOTE, self.clock.now(), by, facts={"kind": kind, **facts})
        await self.ledger.note(page_id, event)

    async def cancel(self, wanted: str, by: str) -> bool:
        """Nobody is looked for any more; False: there was nothing to call off."""
        run = await self._run(wanted)
        before = run.page.state
        await run.cancel(by)
        return run.page.state is PageState.CANCELLED and before is not PageState.CANCELLED

    async def stand_down(self, wanted: str) -> bool:
        """Nobody is looked for any more; False: somebody has accepted, and keeps it, or it is over."""
        return await (await self._run(wanted)).stand_down()

    async def find(self, wanted: str) -> Page:
        """A page as it stands. PageRefused: there is none."""
        return (await self._run(wanted)).page

    async def _run(self, wanted: str) -> PageRun:
        """The run of a page; one that is not driven if need be. PageRefused: there is no such page."""
        for run in self.runs.values():
            if wanted in (run.page.id, run.page.call_ref):
                return run
        page = await self.ledger.find(wanted)
        if page is None:
            raise PageRefused(Sentence("no-page", name=wanted))
        known = self.runs.get(page.id)
        return known or self.make(page, await self.ledger.attempts_of(page.id))

    async def _drive(self, run: PageRun) -> None:
        if run.page.is_driven and run.page.id not in self.runs:
            await self.drive(run)

    def _person(self, entry: str) -> Person:
        """As he would be rung now. PageRefused: there is nobody of that entry."""
        configuration = self.configuration()
        found = configuration.directory.get(entry)
        if found is None:
            raise PageRefused(Sentence("nobody-in-directory", name=entry))
        return person_now(configuration, found, self.caps())

    def _stand_in(self, person: Person) -> Attempt:
        """For an acceptance without a ring."""
        number = next((phone.number for phone in person.phones), "")
        now = self.clock.now()
        return Attempt(
            f"{BY_HAND}{uuid4().hex[:16]}",
            "",
            0,
            person.entry,
            number,
            AttemptState.ACCEPTED,
            now,
            title=person.title,
            language=person.language,
        )


def person_now(configuration: Configuration, entry: Entry, caps: Mapping[str, float]) -> Person:
    """Somebody of the directory with his phones, the private ones last; by his trigram if he has one."""
    engineer = next((one for one in configuration.duty.engineers if one.entry == entry.id), None)
    languages = engineer.languages if engineer else ()
    usual = [phone for phone in entry.phones if not phone.only_if_needed]
    kept = [phone for phone in entry.phones if phone.only_if_needed]
    phones = tuple(
        Phone(
            phone.number,
            phone.label.value,
            phone.operator,
            phone.only_if_needed,
            phone.quiet,
            caps.get(phone.number, 0.0),
        )
        for phone in (*usual, *kept)
    )
    return Person(
        entry.id,
        engineer.trigram if engineer else entry.title,
        phones,
        next(iter(languages), entry.language or "en"),
        entry.mail,
        entry.title,
    )


def _refusal(page: Page, person: Person, forced: bool) -> str:
    """Why it cannot be handed over to him; empty when it can. `forced`: whatever was offered to whom."""
    ref, acceptance = page.call_ref, page.acceptance
    if page.state is not PageState.ACCEPTED or acceptance is None:
        if page.is_open:
            return Sentence("nothing-to-hand-over", name=ref)
        return Sentence("page-is-over", name=ref, why=Sentence(_ENDS.get(page.state, "nobody-accepted")))
    if acceptance.entry == person.entry:
        return Sentence("has-it-already", who=person.title, name=ref)
    if page.handover is not None and not forced:
        return Sentence("is-offered-already", name=ref, who=page.handover.to.title)
    return "" if person.phones else Sentence("no-phone-to-ring", who=person.title)


__all__ = ["Hands", "person_now"]
