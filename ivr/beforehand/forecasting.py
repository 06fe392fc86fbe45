"""The nightly forecast: the next days of the duty, mailed when somebody ought to see to something.

Quiet when nothing is wrong, but for one day of the week on which it says so; and on the eve of a night in
which the clock is changed. What was not there the day before is marked as new.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from dialplan.beforehand import ForecastPlan
from dialplan.forecast import Concern, Forecast, forecast
from dialplan.model import Configuration
from dialplan.sentences import Sentence
from ivr.beforehand.words import say_order, sentence, sentences
from ivr.clock import Clock
from ivr.notify import enqueue
from ivr.notify.words import Language, pick_language
from ivr.schedule import Done, Due, Job, KeptRun, last_runs
from ivr.storage import Database

JOB: Final = "forecast"
CLOCK_AHEAD: Final = timedelta(days=2)
"""So long before the clock is changed that alone is worth a mail."""


class Forecasts:
    """Makes and mails them."""

    def __init__(self, database: Database, clock: Clock, configuration: Callable[[], Configuration]) -> None:
        self._database, self._clock, self._configuration = database, clock, configuration

    def job(self) -> Job:
        """Each day at its time; missed, it is caught up the same day."""
        return Job(JOB, self._says, self._due, self._work, grace_s=20 * 3600.0)

    def _says(self) -> str:
        plan = self._plan()
        return plan.said() if plan else ""

    def _plan(self) -> ForecastPlan | None:
        return self._configuration().duty.beforehand.forecast

    def _due(self, after: datetime, until: datetime) -> list[Due]:
        plan = self._plan()
        zone = self._configuration().duty.roster.zone
        return [Due(at) for at in plan.due(zone, after, until)] if plan else []

    async def _work(self, run: KeptRun) -> Done:
        configuration, plan = self._configuration(), self._plan()
        if plan is None:
            return Done(Sentence("not-wanted-any-more"))
        now = self._clock.now()
        found = forecast(configuration, now, plan.days)
        before = await self._database.read(lambda session: last_runs(session, 1, JOB, is_whole=True))
        known = set(before[0].facts.get("keys", ())) if before else set()
        keys = [item.key for item in found.wrong]
        n = len(found.wrong)
        detail = Sentence("to-see-to", number=n) if n else Sentence("all-is-well")
        if not is_worth_a_mail(found, plan, run.due_at, configuration.duty.roster.zone):
            return Done(detail, {"keys": keys})
        variables = letter_of(found, configuration, pick_language(plan.language), known, plan.days)
        await self._database.run(lambda session: self._write(session, run, plan, variables))
        return Done(Sentence("mailed-to", what=detail, names=", ".join(plan.to)), {"keys": keys})

    def _write(self, session: Session, run: KeptRun, plan: ForecastPlan, variables: dict[str, Any]) -> None:
        enqueue(
            session,
            template="duty-forecast",
            language=plan.language,
            to=plan.to,
            variables=variables,
            dedupe=f"forecast:{run.due_at.isoformat()}",
            now=self._clock.now(),
        )


def is_worth_a_mail(found: Forecast, plan: ForecastPlan, due_at: datetime, zone: str) -> bool:
    """Whether somebody should read it: something is wrong, it is the day, or the clock is changed soon."""
    is_the_day = due_at.astimezone(ZoneInfo(zone)).weekday() == plan.well_on
    clock_soon = any(
        item.concern is Concern.CLOCK and item.start - found.start <= CLOCK_AHEAD for item in found.items
    )
    return bool(found.wrong) or is_the_day or clock_soon


def letter_of(
    found: Forecast, configuration: Configuration, language: Language, known: set[str], days: int
) -> dict[str, Any]:
    """What the mail's template is given. `known`: keys of what was told before."""
    zone = ZoneInfo(configuration.duty.roster.zone)
    new = {sentence(item, language, zone) for item in found.wrong if item.key not in known}
    return {
        "days": days,
        "start": found.start,
        "wrong": [
            {"says": said, "is_new": bool(known) and any(said.startswith(each) for each in new)}
            for said in sentences(found.wrong, language, zone)
        ],
        "notes": sentences(found.notes, language, zone),
        "turns": [{"start": turn.start, "order": say_order(turn.order, language)} for turn in found.turns],
    }


__all__ = ["JOB", "Forecasts", "is_worth_a_mail", "letter_of"]
