"""Why a phone rang, in plain sentences: rule, clock, release, who came before, who was skipped and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from dialplan.numbers import display
from dialplan.sentences import Sentence, said_in
from ivr.duty.change_words import say_change
from ivr.duty.explaining import Explanation, explain
from ivr.duty.history import Event, read_history
from ivr.duty.hunt import Attempt, Skipped
from ivr.duty.ledger import Rung, read_rings
from ivr.duty.page import GoingOn, Page
from ivr.duty.promise import AFTER, REMINDER
from ivr.duty.why_phrases import WHY, WhyPhrases
from ivr.notify.words import Language, clock, local, outcome, phone, phone_label, pick_language
from ivr.storage import PageStep

BRUSSELS: Final = ZoneInfo("Europe/Brussels")
SHORT_RELEASE: Final = 12


def tell_why(
    session: Session, page: Page, rung: Rung, language: str = "en", zone: ZoneInfo = BRUSSELS
) -> list[str]:
    """The sentences, from what the database has of the page."""
    attempts = [one.attempt for one in read_rings(session, page.id)]
    return why(page, attempts, read_history(session, page.id), rung, language, zone)


def why(
    page: Page,
    attempts: Sequence[Attempt],
    history: Sequence[Event],
    rung: Rung,
    language: str = "en",
    zone: ZoneInfo = BRUSSELS,
) -> list[str]:
    """The sentences, pure."""
    spoken = pick_language(language)
    return list(_Telling(page, attempts, history, rung, spoken, zone).lines())


class _Telling:
    def __init__(
        self,
        page: Page,
        attempts: Sequence[Attempt],
        history: Sequence[Event],
        rung: Rung,
        language: Language,
        zone: ZoneInfo,
    ) -> None:
        self.page, self.attempts, self.rung = page, attempts, rung
        self.history = [event for event in history if event.at <= rung.attempt.planned_at]
        self.language, self.zone = language, zone
        self.words: WhyPhrases = WHY[language]

    def lines(self) -> Iterator[str]:
        """All of it, most important first."""
        attempt = self.rung.attempt
        yield self.words.rang.format(
            number=display(attempt.number),
            label=phone_label(attempt.label, self.language),
            who=attempt.title,
            at=local(attempt.planned_at, self.language, self.zone),
            seconds=f"{attempt.planned_at:%S}",
            ref=self.page.call_ref,
            brand=self.page.brand_title or self.page.request.brand,
        )
        # who did not take a handover is still rung by the hunt
        hunted = [one for one in self.attempts if one.stage not in AFTER]
        found = explain(self.page.hunt, self.page.started, hunted, attempt)
        if found is not None:
            yield from self._hunted(found)
        elif attempt.stage in AFTER:
            yield from self._after(attempt)
        yield self._outcome()
        yield from self._page()

    # -- a ring of the hunt

    def _hunted(self, found: Explanation) -> Iterator[str]:
        yield self.words.because[found.because].format(who=found.person)
        if found.fault is not None:
            number, at = display(found.fault.number), self._clock(found.fault.over_at)
            yield self.words.fault.format(number=number, at=at)
        yield from self._gone_on()
        yield from self._changed()
        yield self._stage(found)
        yield from (_sentence(said_in(one, self.language)) for one in found.duty)
        for over in found.over:
            end = self.words.ends[over.end]
            yield self.words.over.format(stage=over.title or over.name, end=end, rings=over.rings)
        yield from self._before(found)
        for one in (*found.skipped, *self._passed_by_hand(found)):
            reason = said_in(one.why, self.language).rstrip(".")
            yield self.words.skipped.format(who=one.title, why=reason)
        if found.is_cut:
            yield self.words.cut.format(ring=_span(round(found.ring_s)))

    def _passed_by_hand(self, found: Explanation) -> Iterator[Skipped]:
        """Who would be rung there, and has said by command or by calling in that he does not want it."""
        stage, attempt = self.page.hunt.stage(found.stage), self.rung.attempt
        if stage is None or stage.is_telling:
            return
        people = {one.entry: one.title for one in stage.as_of(attempt.planned_at).people}
        known = {attempt.entry, *(one.entry for one in found.skipped)}
        for event in self.history:
            entry = str((event.facts or {}).get("entry", ""))
            if event.kind is PageStep.PASSED and entry in people.keys() - known:
                known.add(entry)
                yield Skipped(entry, people[entry], Sentence("has-passed"))

    def _stage(self, found: Explanation) -> str:
        words = self.words
        turn = words.turn_of if found.rounds else words.turn
        return words.stage.format(
            stage=found.title or found.stage,
            who=f" ({found.who})" if found.who else "",
            turn=turn.format(turn=found.turn, rounds=found.rounds),
            lasts=words.lasts.format(lasts=_span(round(found.lasts_s))) if found.lasts_s else "",
            together=words.together if found.is_together else "",
        )

    def _before(self, found: Explanation) -> Iterator[str]:
        yield self.words.before if found.before else self.words.first
        for one in found.before:
            yield self.words.ring.format(
                at=self._clock(one.planned_at),
                who=one.title,
                number=display(one.number),
                outcome=outcome(one.state, self.language),
            )

    def _gone_on(self) -> Iterator[str]:
        """Who had it before and did not keep it."""
        for event in self.history:
            if event.kind is not PageStep.GONE_ON or not event.facts:
                continue
            is_late = event.facts.get("why") == GoingOn.PROMISE
            sentence = self.words.late if is_late else self.words.passed_on
            accepted = datetime.fromisoformat(str(event.facts["accepted"]))
            yield sentence.format(
                who=event.facts.get("who", ""), accepted=self._clock(accepted), at=self._clock(event.at)
            )

    def _changed(self) -> Iterator[str]:
        """How the duty was changed before, and who was passed over, or is rung after all."""
        for event in self.history:
            told = say_change(event.kind, event.facts or {}, self.language)
            if told:
                by = self.words.by.format(by=event.by) if event.by else ""
                yield self.words.at.format(at=self._clock(event.at), told=told, by=by)

    # -- a ring after an acceptance

    def _after(self, attempt: Attempt) -> Iterator[str]:
        taken = (PageStep.ACCEPTED, PageStep.HANDED_OVER)
        accepted = [event for event in self.history if event.kind in taken]
        reminded = [event for event in self.history if event.kind is PageStep.REMINDED and event.facts]
        if attempt.stage != REMINDER:
            yield self.words.handover.format(who=attempt.title)
        elif accepted and reminded:
            until = str((reminded[-1].facts or {})["until"])
            yield self.words.reminder.format(
                who=attempt.title,
                accepted=self._clock(accepted[-1].at),
                until=self._clock(datetime.fromisoformat(until)),
            )

    # -- what is told of every ring

    def _outcome(self) -> str:
        attempt = self.rung.attempt
        end = attempt.answered_at or attempt.ended_at
        rang_s = round((end - attempt.planned_at).total_seconds()) if end else 0
        return self.words.outcome.format(
            outcome=outcome(attempt.state, self.language),
            rang=_span(rang_s),
            key=self.words.key.format(key=self.rung.key) if self.rung.key else "",
            cause=self.words.cause.format(cause=self.rung.cause) if self.rung.cause else "",
        )

    def _page(self) -> Iterator[str]:
        page, request, hunt = self.page, self.page.request, self.page.hunt
        call = ""
        if request.call_id:
            caller, dialled = phone(request.caller, self.language), display(request.dialled)
            call = self.words.call.format(caller=caller, dialled=dialled)
        yield self.words.page.format(at=self._clock(page.started), call=call)
        if hunt.shift_s:
            wall = local(hunt.wall_clock(self.rung.attempt.planned_at), self.language, self.zone)
            yield self.words.test_clock.format(at=wall)
        chosen = f" ({hunt.chosen})" if hunt.chosen else ""
        yield self.words.policy.format(policy=hunt.policy or request.policy, chosen=chosen)
        if request.release:
            yield self.words.release.format(release=request.release[:SHORT_RELEASE])

    def _clock(self, at: datetime) -> str:
        return clock(at, self.zone)


def _span(seconds: int) -> str:
    """A length of time, read alike in all four languages."""
    minutes, rest = divmod(seconds, 60)
    return " ".join(
        part
        for part in (f"{minutes} min" if minutes else "", f"{rest} s" if rest or not minutes else "")
        if part
    )


def _sentence(words: str) -> str:
    return words if words.endswith((".", "!", "?")) else f"{words}."


__all__ = ["tell_why", "why"]
