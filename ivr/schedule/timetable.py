"""Does what is due: once, by the box that leads, and late when nobody was there in time.

APScheduler wakes it (`LOOK_S`); all that decides stands in the database and in `look`, so that a test lets
days pass by handing in another clock, and a restart finds everything again.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import structlog
from sqlalchemy.orm import Session

from dialplan.sentences import Sentence, said_in, to_data
from ivr.clock import Clock
from ivr.schedule.book import (
    LEASE_S,
    TOLD,
    KeptRun,
    RunKey,
    begun,
    claim,
    end,
    has_stale,
    hold_lease,
    holder_of,
    known_of,
    last_runs,
    leave_lease,
    let_go,
    note,
    show_life,
    take_over,
)
from ivr.schedule.job import Due, Job
from ivr.storage import Database, RunState, StorageError

LOOK_S: Final = 5.0
"""So often it is looked at what is due."""
LOOK_BACK: Final = timedelta(days=40)
"""What was due longer ago is not even written down as missed."""
LOOK_AHEAD: Final = timedelta(days=62)
LEASE: Final = "schedule"
UPCOMING_FRESH: Final = timedelta(seconds=60)
TOO_LATE: Final = Sentence("missed-too-late")
STOOD_FOR: Final = Sentence("missed-stood-for")

log = structlog.get_logger(__name__)


class Timetable:
    """One for each service; `look` is called again and again, and at least every `LEASE_S`."""

    def __init__(self, database: Database, clock: Clock, box: str = "") -> None:
        self._database, self._clock = database, clock
        self.box = box or f"{socket.gethostname()}-{uuid4().hex[:6]}"
        self.jobs: dict[str, Job] = {}
        self.is_leader = False
        self.leader = ""
        self._lease_until: datetime | None = None
        self._doing: dict[str, asyncio.Task[None]] = {}
        self._looking = asyncio.Lock()
        self._looked_at: datetime | None = None
        """Until then everything that was due has its row; None: not since this box leads."""
        self._begun: dict[str, tuple[str, datetime]] = {}
        self.upcoming: tuple[tuple[datetime, str], ...] = ()
        """What is done next, job by job, as of a moment ago."""
        self._upcoming_at = datetime.min.replace(tzinfo=UTC)

    def add(self, job: Job) -> None:
        """A job to be done; before the first look."""
        self.jobs[job.name] = job

    async def look(self) -> list[KeptRun]:
        """Begin what is due; the runs that were begun. While the database is away nothing is."""
        async with self._looking:
            now = self._clock.now()
            try:
                await self._show_life(now)
                runs = await self._claim_due(now) if await self._lead(now) else []
            except StorageError as fault:
                log.error("schedule.waits", why=str(fault))
                return []
            if now >= self._upcoming_at + UPCOMING_FRESH:
                self.upcoming, self._upcoming_at = await asyncio.to_thread(self._next, now), now
        for run in runs:
            self._begin(run)
        return runs

    async def do_now(self, name: str, subject: str, facts: Mapping[str, Any]) -> KeptRun:
        """Have a job done by this box at once, beside its times. StorageError; nothing is begun then."""
        now = self._clock.now()
        run = await self._database.run(
            lambda session: claim(session, name, RunKey(now, subject), self.box, now, facts=facts)
        )
        assert run is not None
        self._begin(run)
        return run

    async def note(self, run: KeptRun, facts: Mapping[str, Any], detail: str = "") -> None:
        """Write down how far a run is."""
        await self._database.run(lambda session: note(session, run.id, facts, detail))

    @property
    def has_looked(self) -> bool:
        """Whether it has been looked at all what is due."""
        return self._upcoming_at.year > 1

    async def close(self) -> None:
        """Stop doing; runs and the lease are left to another, or to the next start."""
        tasks, ids = list(self._doing.values()), list(self._doing)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

        def leave(session: Session) -> None:
            let_go(session, ids, self.box, self._clock.now())
            leave_lease(session, LEASE, self.box)

        try:
            await self._database.run(leave, timeout_s=2.0)
        except StorageError as fault:
            log.warning("schedule.not_left", why=str(fault))

    def next_of(self, job: Job, now: datetime) -> Due | None:
        """When a job is due next; None: not within two months, or not configured."""
        found = job.due(now, now + LOOK_AHEAD) if job.says() else ()
        return min(found, key=lambda due: due.at, default=None)

    async def view(self, most: int = 20, language: str = "en") -> dict[str, Any]:
        """For people: who leads, each job with its next time, and the last runs, in nl, fr, de or en."""
        now = self._clock.now()
        leader, runs = await self._database.read(
            lambda session: (holder_of(session, LEASE, now), last_runs(session, most))
        )
        jobs = []
        for job in self.jobs.values():
            due = await asyncio.to_thread(self.next_of, job, now)
            last = next((run for run in runs if run.job == job.name), None)
            jobs.append(
                {
                    "name": job.name,
                    "says": said_in(job.says(), language),
                    "next": due.at.isoformat() if due else None,
                    "about": due.subject if due else "",
                    "last": last.to_json(language) if last else None,
                }
            )
        told = [run.to_json(language) for run in runs]
        return {"leader": leader, "box": self.box, "jobs": jobs, "runs": told}

    # -- looking

    async def _show_life(self, now: datetime) -> None:
        if self._doing:
            ids = list(self._doing)
            await self._database.run(lambda session: show_life(session, ids, self.box, now))

    async def _lead(self, now: datetime) -> bool:
        """Whether this box leads. The lease is renewed before a third of it is over."""
        if self._lease_until is not None and (self._lease_until - now).total_seconds() > LEASE_S * 2 / 3:
            return True
        held = await self._database.run(lambda session: hold_lease(session, LEASE, self.box, now))
        if held is not self.is_leader:
            log.info("schedule.leads" if held else "schedule.follows", box=self.box)
        self.is_leader = held
        if not held:
            self._looked_at = None
        self._lease_until = now + timedelta(seconds=LEASE_S) if held else None
        return held

    async def _claim_due(self, now: datetime) -> list[KeptRun]:
        """Nothing is written when nothing is due: this is asked every few seconds."""
        found: list[KeptRun] = []
        for job in self.jobs.values():
            if job.says() and (dues := await self._dues(job, now)):
                found += await self._claim_job(job, dues, now)
        self._looked_at = now
        names = list(self.jobs)
        if await self._database.read(lambda session: has_stale(session, names, now)):
            found += await self._database.run(lambda session: take_over(session, names, self.box, now))
        return found

    async def _dues(self, job: Job, now: datetime) -> list[Due]:
        """What has been due since it was last looked, or in the last weeks when that was before our time."""
        began = await self._since(job, now)
        if self._looked_at is None:
            since = max(began, now - LOOK_BACK)
            return await asyncio.to_thread(lambda: list(job.due(since, now)))
        return list(job.due(max(began, self._looked_at - timedelta(seconds=job.changes_s())), now))

    async def _since(self, job: Job, now: datetime) -> datetime:
        says, (known, since) = job.says(), self._begun.get(job.name, ("", now))
        if known != says:
            since = await self._database.run(lambda session: begun(session, job.name, str(says), now))
            self._begun[job.name] = says, since
        return since

    async def _claim_job(self, job: Job, dues: list[Due], now: datetime) -> list[KeptRun]:
        since = min(due.at for due in dues) - timedelta(seconds=1)
        known = await self._database.read(lambda session: known_of(session, job.name, since))
        missing = [due for due in dues if (due.subject, due.at) not in known]
        if not missing:
            return []
        return await self._database.run(lambda session: self._claim_missing(session, job, missing, now))

    def _claim_missing(self, session: Session, job: Job, missing: list[Due], now: datetime) -> list[KeptRun]:
        """Of several that were missed the last is caught up, if it is not too late for it."""
        latest = {due.subject: due for due in sorted(missing, key=lambda due: due.at)}
        found: list[KeptRun] = []
        for due in missing:
            key, is_last = RunKey(due.at, due.subject), latest[due.subject] is due
            if is_last and not job.is_late(due, now):
                run = claim(session, job.name, key, self.box, now)
                found.extend([run] if run else [])
            else:
                why = TOO_LATE if is_last else STOOD_FOR
                claim(session, job.name, key, self.box, now, RunState.MISSED, str(why), {TOLD: to_data(why)})
        return found

    def _next(self, now: datetime) -> tuple[tuple[datetime, str], ...]:
        dues = ((self.next_of(job, now), job.name) for job in self.jobs.values())
        return tuple(sorted((due.at, name) for due, name in dues if due))

    # -- doing

    def _begin(self, run: KeptRun) -> None:
        if run.id in self._doing:
            return
        log.info(
            "schedule.run", job=run.job, subject=run.subject, due=run.due_at.isoformat(), tries=run.tries
        )
        task = asyncio.get_running_loop().create_task(self._do(run), name=f"{run.job} {run.id}")
        self._doing[run.id] = task
        task.add_done_callback(lambda _: self._doing.pop(run.id, None))

    async def _do(self, run: KeptRun) -> None:
        """What fails is tried again by whoever looks when the run has been silent for a while."""
        try:
            done = await self.jobs[run.job].work(run)
            facts = json.dumps({**done.facts, TOLD: to_data(done.detail)})
            await self._write_end(run, str(done.detail), facts)
            log.info("schedule.done", job=run.job, subject=run.subject, detail=done.detail)
        except Exception as fault:
            log.exception("schedule.failed", job=run.job, subject=run.subject)
            why = f"{type(fault).__name__}: {fault}"
            now = self._clock.now()
            try:
                await self._database.run(lambda session: let_go(session, [run.id], self.box, now, why))
            except StorageError:
                log.warning("schedule.failure_not_kept", run=run.id)

    async def _write_end(self, run: KeptRun, detail: str, facts: str) -> None:
        """For as long as it takes: what is done must not be done again."""
        while True:
            now = self._clock.now()
            try:
                await self._database.run(
                    lambda session: end(session, run.id, RunState.DONE, detail, facts, now)  # noqa: B023
                )
                return
            except StorageError as fault:
                log.error("schedule.end_owed", run=run.id, why=str(fault))
                await asyncio.sleep(1.0)


__all__ = ["LOOK_S", "Timetable"]
