"""Runs and the lease in the database: functions of a session.

A run is claimed by its row: of two boxes that insert the same one, one does. A box that does a run shows so
now and then that it lives; when it no longer does, another takes the run over by one conditional update.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from dialplan.sentences import from_data, said_in
from ivr.storage import Lease, Run, RunState

STALE_S: Final = 20.0
"""A run of which nobody has shown a sign of life for so long is taken over."""
LEASE_S: Final = 30.0
MOST_TRIES: Final = 3
TOLD: Final = "told"
"""Under this name a run's facts keep what came of it, so that it can be said in other languages."""


@dataclass(frozen=True, slots=True)
class KeptRun:
    """One run as its row says it."""

    id: str
    job: str
    subject: str
    due_at: datetime
    state: RunState
    by: str = ""
    tries: int = 1
    started: datetime | None = None
    ended: datetime | None = None
    detail: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    answer: str = ""
    answered_at: datetime | None = None
    answered_by: str = ""

    def told(self, language: str) -> str:
        """What came of it in nl, fr, de or en, as far as it can be said in it."""
        return said_in(from_data(self.facts[TOLD]), language) if TOLD in self.facts else self.detail

    def to_json(self, language: str = "en") -> dict[str, Any]:
        """For the command line."""
        return {
            "id": self.id,
            "job": self.job,
            "subject": self.subject,
            "due_at": self.due_at.isoformat(),
            "state": str(self.state),
            "by": self.by,
            "tries": self.tries,
            "started": self.started.isoformat() if self.started else None,
            "ended": self.ended.isoformat() if self.ended else None,
            "detail": self.told(language),
            "answer": self.answer,
        }


def read_run(row: Run) -> KeptRun:
    """A row as it stands."""
    return KeptRun(
        id=row.id,
        job=row.job,
        subject=row.subject,
        due_at=row.due_at,
        state=row.state,
        by=row.by,
        tries=row.tries,
        started=row.started,
        ended=row.ended,
        detail=row.detail,
        facts=json.loads(row.facts or "{}"),
        answer=row.answer,
        answered_at=row.answered_at,
        answered_by=row.answered_by,
    )


# -- who leads


def hold_lease(session: Session, name: str, owner: str, now: datetime, lease_s: float = LEASE_S) -> bool:
    """Become or stay the one who holds it; False while somebody else does."""
    until = now + timedelta(seconds=lease_s)
    values = {"owner": owner, "until": until}
    mine = update(Lease).where(Lease.name == name, Lease.owner == owner).values(until=until)
    if _is_done(session, mine.returning(Lease.name)):
        return True
    over = update(Lease).where(Lease.name == name, Lease.until <= now).values(**values, since=now)
    if _is_done(session, over.returning(Lease.name)):
        return True
    row = {"name": name, **values, "since": now}
    statement = _insert(session)(Lease).values(**row).on_conflict_do_nothing(index_elements=["name"])
    return _is_done(session, statement.returning(Lease.name))


def leave_lease(session: Session, name: str, owner: str) -> None:
    """Let another take it at once."""
    session.execute(delete(Lease).where(Lease.name == name, Lease.owner == owner))


def holder_of(session: Session, name: str, now: datetime) -> str:
    """Who holds it; empty: nobody."""
    row = session.get(Lease, name)
    return row.owner if row is not None and row.until > now else ""


# -- runs


def begun(session: Session, job: str, says: str, now: datetime) -> datetime:
    """Since when the job is scheduled as it is now; written down when it is new, or was changed.

    What was due before that is nobody's loss: a job that is set up today does not catch up yesterday.
    """
    query = select(Run).where(Run.job == job, Run.state == RunState.BEGUN).order_by(Run.due_at.desc())
    row = session.scalars(query.limit(1)).first()
    if row is not None and row.detail == says:
        return row.due_at
    claim(session, job, RunKey(subject=f"{job} as configured", due_at=now), "", now, RunState.BEGUN, says)
    return now


@dataclass(frozen=True, slots=True)
class RunKey:
    """What makes a run one: two with the same are the same."""

    due_at: datetime
    subject: str = ""


def claim(
    session: Session,
    job: str,
    key: RunKey,
    by: str,
    now: datetime,
    state: RunState = RunState.RUNNING,
    detail: str = "",
    facts: Mapping[str, Any] | None = None,
) -> KeptRun | None:
    """Make the row of a run; None when there is one already, whoever made it."""
    row = {
        "id": uuid4().hex[:16],
        "job": job,
        "subject": key.subject,
        "due_at": key.due_at,
        "state": state,
        "by": by,
        "tries": 1,
        "started": now if state is RunState.RUNNING else None,
        "seen_at": now,
        "ended": None if state is RunState.RUNNING else now,
        "detail": detail,
        "facts": json.dumps(dict(facts or {})),
        "answer": "",
        "answered_by": "",
    }
    statement = _insert(session)(Run).values(**row)
    statement = statement.on_conflict_do_nothing(index_elements=["job", "subject", "due_at"])
    made = session.execute(statement.returning(Run.id)).scalar()
    return read_run(session.get_one(Run, made)) if made else None


def known_of(session: Session, job: str, since: datetime) -> set[tuple[str, datetime]]:
    """The runs of a job that have a row: subject, and when they were due."""
    rows = session.execute(select(Run.subject, Run.due_at).where(Run.job == job, Run.due_at > since))
    return {(row.subject, row.due_at) for row in rows}


def show_life(session: Session, ids: Collection[str], by: str, now: datetime) -> None:
    """Write down that these runs are being done."""
    session.execute(update(Run).where(Run.id.in_(ids), Run.by == by).values(seen_at=now))


def has_stale(session: Session, jobs: Collection[str], now: datetime) -> bool:
    """Whether there is a run that nobody seems to do."""
    return session.scalars(select(Run.id).where(_stale(jobs, now)).limit(1)).first() is not None


def _stale(jobs: Collection[str], now: datetime) -> ColumnElement[bool]:
    limit = now - timedelta(seconds=STALE_S)
    return and_(
        Run.state == RunState.RUNNING, Run.job.in_(jobs), or_(Run.seen_at.is_(None), Run.seen_at <= limit)
    )


def take_over(session: Session, jobs: Collection[str], by: str, now: datetime) -> list[KeptRun]:
    """Runs whose box shows no sign of life any more are ours now; those tried too often have failed."""
    found: list[KeptRun] = []
    for row in session.scalars(select(Run).where(_stale(jobs, now))):
        where = (Run.id == row.id) & (Run.state == RunState.RUNNING) & (Run.tries == row.tries)
        if row.tries >= MOST_TRIES:
            failed = {"state": RunState.FAILED, "ended": now, "detail": row.detail or "tried too often"}
            session.execute(update(Run).where(where).values(failed))
            continue
        ours = update(Run).where(where).values(by=by, seen_at=now, tries=row.tries + 1)
        if _is_done(session, ours.returning(Run.id)):
            session.refresh(row)
            found.append(read_run(row))
    return found


def let_go(session: Session, ids: Collection[str], by: str, now: datetime, detail: str = "") -> None:
    """Leave runs to whoever looks next: at once when we close, after a while when they have failed."""
    seen = None if not detail else now
    values: dict[str, Any] = {"by": "", "seen_at": seen, **({"detail": detail} if detail else {})}
    if not detail:
        values["tries"] = Run.tries - 1  # to be restarted in good order is no failure
    where = (Run.id.in_(ids)) & (Run.by == by) & (Run.state == RunState.RUNNING)
    session.execute(update(Run).where(where).values(values))


def end(session: Session, run_id: str, state: RunState, detail: str, facts: str, now: datetime) -> None:
    """Write down what came of a run."""
    values = {"state": state, "ended": now, "detail": detail, "facts": facts}
    session.execute(update(Run).where(Run.id == run_id, Run.state == RunState.RUNNING).values(values))


def note(session: Session, run_id: str, facts: Mapping[str, Any], detail: str = "") -> None:
    """Write down how far a run is."""
    values: dict[str, Any] = {"facts": json.dumps(dict(facts))}
    if detail:
        values["detail"] = detail
    session.execute(update(Run).where(Run.id == run_id).values(values))


def answer(session: Session, run_id: str, said: str, by: str, now: datetime) -> KeptRun | None:
    """Write down what somebody answered who was asked; the first answer counts. None: no such run."""
    where = (Run.id == run_id) & (Run.answer == "")
    session.execute(update(Run).where(where).values(answer=said, answered_at=now, answered_by=by))
    session.expire_all()
    row = session.get(Run, run_id)
    return read_run(row) if row is not None else None


def find_run(session: Session, wanted: str) -> KeptRun | None:
    """The run of that id, or of which the id begins so when only one does."""
    rows = session.scalars(select(Run).where(Run.id.startswith(wanted, autoescape=True)).limit(2)).all()
    return read_run(rows[0]) if len(rows) == 1 else None


def last_runs(session: Session, n: int = 20, job: str = "", *, is_whole: bool = False) -> list[KeptRun]:
    """The last runs, newest first. `is_whole`: those that are over alone."""
    query = select(Run).where(Run.state != RunState.BEGUN)
    if job:
        query = query.where(Run.job == job)
    if is_whole:
        query = query.where(Run.state == RunState.DONE)
    return [read_run(row) for row in session.scalars(query.order_by(Run.due_at.desc(), Run.id).limit(n))]


def _is_done(session: Session, statement: Any) -> bool:
    return session.execute(statement).scalar() is not None


def _insert(session: Session) -> Any:
    return (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert


__all__ = [
    "LEASE_S", "STALE_S", "KeptRun", "RunKey", "answer", "begun", "claim", "end", "find_run", "has_stale",
    "hold_lease", "holder_of", "known_of", "last_runs", "leave_lease", "let_go", "note", "show_life",
    "take_over",
]  # fmt: skip
