"""The handshake: before a handover whoever comes on duty is asked whether he is there.

He is rung (any key: I am here; 2: I am not available) or mailed a link. After so many tries in silence the
next in the order and the desk are told by mail, while there is time to do something about it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.orm import Session

from dialplan.beforehand import AskedBy, HandshakePlan
from dialplan.handovers import Handover, handovers_between
from dialplan.model import Configuration, Engineer, Phone
from dialplan.quiet import phones_at
from dialplan.sentences import Sentence
from ivr.beforehand.links import PATH, LinkError, check_token, make_key, make_token, run_of
from ivr.beforehand.ringing import Means, Ringer
from ivr.beforehand.rings import Ring, add_rings, make_ring, rings_of
from ivr.beforehand.words import say_ring
from ivr.notify import enqueue
from ivr.notify.people import ChannelName, tell_person
from ivr.notify.words import pick_language
from ivr.schedule import Done, Due, Job, KeptRun, Timetable
from ivr.schedule.book import answer, find_run
from ivr.storage import RingKind, RingState, RunState

JOB: Final = "handshake"
HERE: Final = "here"
NOT_HERE: Final = "not-here"
KEY: Final = "key"
"""Under which a run keeps what its links are signed with."""
LOOK_S: Final = 2.0
"""So often it is looked whether a link was opened: by another box, perhaps."""

log = structlog.get_logger(__name__)


class Handshakes:
    """Asks, waits, and tells."""

    def __init__(self, means: Means, ringer: Ringer, timetable: Timetable, link_base: str) -> None:
        """`link_base`: the address of the service as engineers see it."""
        self._means, self._ringer, self._timetable = means, ringer, timetable
        self._link_base = link_base.rstrip("/")

    def job(self) -> Job:
        """One run for each engineer who comes on duty."""
        return Job(JOB, self._says, self._due, self._work, changes_s=self._before_s)

    def _before_s(self) -> float:
        """A swap in the last minutes brings a handshake that was due before it."""
        plan = self._plan()
        return plan.before_s if plan else 0.0

    async def answer(self, run_id: str, said: str, by: str) -> KeptRun | None:
        """Write down what he said; None: there is no such handshake."""
        now = self._means.clock.now()

        def work(session: Session) -> KeptRun | None:
            run = answer(session, run_id, said, by, now)
            if run is not None and run.state is RunState.DONE and run.answered_at == now:
                self._tell_late(session, run)
            return run

        return await self._means.database.run(work)

    async def open_link(self, token: str) -> KeptRun:
        """The handshake that a link is about. LinkError; StorageError."""
        run_id = run_of(token)
        run = await self._means.database.read(lambda session: find_run(session, run_id))
        if run is None or run.job != JOB or run.id != run_id:
            raise LinkError("wrong")
        check_token(str(run.facts.get(KEY, "")), token, self._means.clock.now())
        return run

    async def time_of(self, ring: Ring) -> str:
        """When the duty begins that a ring is about, as it is said aloud; empty: it cannot be told."""
        run = await self._means.database.read(lambda session: find_run(session, ring.run_id))
        plan = self._plan()
        if run is None or plan is None:
            return ""
        at = run.due_at + timedelta(seconds=plan.before_s)
        return f"{at.astimezone(ZoneInfo(self._configuration().duty.roster.zone)):%H:%M}"

    # -- the job

    def _configuration(self) -> Configuration:
        return self._means.configuration()

    def _plan(self) -> HandshakePlan | None:
        return self._configuration().duty.beforehand.handshake

    def _says(self) -> str:
        plan = self._plan()
        return plan.said() if plan else ""

    def _due(self, after: datetime, until: datetime) -> list[Due]:
        plan = self._plan()
        if plan is None:
            return []
        before = timedelta(seconds=plan.before_s)
        found = handovers_between(self._configuration().duty, after + before, until + before)
        return [Due(each.at - before, each.who, last_at=each.at) for each in found]

    async def _work(self, run: KeptRun) -> Done:
        plan, configuration = self._plan(), self._configuration()
        if plan is None:
            return Done(Sentence("not-wanted-any-more"))
        at = run.due_at + timedelta(seconds=plan.before_s)
        handover = _handover(configuration, at, run.subject)
        if handover is None:
            return Done(Sentence("comes-no-more", who=run.subject))
        asked = _Asked(run, plan, handover, configuration.duty.engineer(handover.who))
        tries = await self._ask_by_phone(asked) if plan.by is AskedBy.PHONE else 0
        if not tries:
            await self._ask_by_mail(asked)
        answered = await self._read(run)
        if answered.answer == HERE:
            return Done(Sentence("is-there", who=run.subject, by=answered.answered_by), answered.facts)
        await self._means.database.run(lambda session: self._tell(session, asked, answered))
        key = "is-not-available" if answered.answer else "has-not-answered"
        backup = handover.backup
        told = Sentence("both-were-told", who=backup) if backup else Sentence("desk-was-told")
        return Done(Sentence(key, who=run.subject, what=told), answered.facts)

    async def _read(self, run: KeptRun) -> KeptRun:
        found = await self._means.database.read(lambda session: find_run(session, run.id))
        return found or run

    # -- by phone

    async def _ask_by_phone(self, asked: _Asked) -> int:
        """Ring him until he says something; how many phones there were to ring."""
        kept = await self._means.database.read(lambda session: rings_of(session, asked.run.id))
        rings = {(ring.turn, ring.number): ring for ring in kept}
        rung = 0
        for turn in range(asked.plan.tries):
            phones = list(self._phones(asked))
            rung += len(phones)
            if turn and phones and not await self._pause(asked):
                return rung
            for phone in phones:
                ring = rings.get((turn, phone.number)) or await self._add(asked, phone, turn, len(rings))
                rings[turn, phone.number] = ring
                ring = await self._ringer.ring(ring)
                if ring.is_well:
                    said = HERE if ring.state is RingState.KEYED else NOT_HERE
                    await self.answer(asked.run.id, said, ring.number)
                    return rung
        return rung

    def _phones(self, asked: _Asked) -> Iterator[Phone]:
        """His phones that may ring now: nothing rings in its quiet hours unless it is configured."""
        entry, now = self._configuration().directory[asked.engineer.entry], self._means.clock.now()
        usual, kept = phones_at(entry.phones, now)
        yield from usual
        if asked.plan.in_quiet_hours:
            yield from (phone for phone in kept if not phone.only_if_needed)

    async def _add(self, asked: _Asked, phone: Phone, turn: int, seq: int) -> Ring:
        entry = self._configuration().directory[asked.engineer.entry]
        made = make_ring(
            asked.run.id, RingKind.HANDSHAKE, seq, asked.engineer, entry, phone, asked.plan.ring_s
        )
        ring = replace(made, turn=turn)
        await self._means.database.run(lambda session: add_rings(session, [ring]))
        return ring

    async def _pause(self, asked: _Asked) -> bool:
        """Wait between two tries; False: he has answered meanwhile, or his duty has begun."""
        until = min(self._means.clock.now() + timedelta(seconds=asked.plan.pause_s), asked.handover.at)
        return not await self._answered_by(asked, until) and self._means.clock.now() < asked.handover.at

    # -- by mail

    async def _ask_by_mail(self, asked: _Asked) -> None:
        """Mail him a link, as often as is configured, and wait for what he says."""
        entry = self._configuration().directory[asked.engineer.entry]
        if not entry.mail:
            log.warning("handshake.no_way", who=asked.engineer.trigram)
            return
        key = str(asked.run.facts.get(KEY) or make_key())
        await self._timetable.note(asked.run, {KEY: key})
        tries, pause_s = asked.plan.tries, asked.plan.pause_s
        for turn in range(tries):
            due = asked.run.due_at + timedelta(seconds=turn * pause_s)
            if await self._answered_by(asked, due):
                return
            await self._means.database.run(lambda session: self._write_link(session, asked, turn, key))  # noqa: B023
        last = asked.run.due_at + timedelta(seconds=tries * pause_s)
        await self._answered_by(asked, min(max(last, self._means.clock.now()), asked.handover.at))

    def _write_link(self, session: Session, asked: _Asked, turn: int, key: str) -> None:
        token = make_token(key, asked.run.id, asked.handover.at)
        tell_person(
            session,
            self._configuration(),
            asked.engineer.entry,
            "duty-ask",
            {**asked.facts(), "link": f"{self._link_base}{PATH}/{token}"},
            dedupe=f"handshake:{asked.run.id}:{turn}",
            now=self._means.clock.now(),
            channels=(ChannelName.MAIL,),
        )

    async def _answered_by(self, asked: _Asked, until: datetime) -> bool:
        """Whether he has answered; waits for it until a moment."""
        clock = self._means.clock
        while True:
            if (await self._read(asked.run)).answer:
                return True
            now = clock.now()
            if now >= until:
                return False
            await clock.wait(asyncio.Event(), min(until, now + timedelta(seconds=LOOK_S)))

    # -- in silence

    def _tell(self, session: Session, asked: _Asked, run: KeptRun) -> None:
        self._write_silence(session, asked, run, "silence")

    def _write_silence(self, session: Session, asked: _Asked, run: KeptRun, what: str) -> None:
        """To the next in the order, in his language, and to the desk: in one transaction."""
        configuration, now = self._configuration(), self._means.clock.now()
        rings = rings_of(session, run.id)
        entries = {each.trigram: each.entry for each in configuration.duty.engineers}
        backup = entries.get(asked.handover.backup, "")
        language = configuration.directory[backup].language if backup else ""
        facts = {**asked.facts(), "is_declined": run.answer == NOT_HERE, "is_here": run.answer == HERE}
        if backup:
            tell_person(
                session,
                configuration,
                backup,
                "duty-silence",
                {**facts, "tried": _tried(rings, language or "en")},
                dedupe=f"handshake-{what}:{run.id}:backup",
                now=now,
            )
        enqueue(
            session,
            template="duty-silence",
            language=asked.plan.language,
            to=asked.plan.to,
            variables={**facts, "tried": _tried(rings, asked.plan.language)},
            dedupe=f"handshake-{what}:{run.id}",
            now=now,
        )

    def _tell_late(self, session: Session, run: KeptRun) -> None:
        """He has answered after others were told that he had not: they are told that as well."""
        plan, configuration = self._plan(), self._configuration()
        at = run.due_at + timedelta(seconds=plan.before_s if plan else 0.0)
        handover = _handover(configuration, at, run.subject)
        if plan is None or handover is None:
            return
        asked = _Asked(run, plan, handover, configuration.duty.engineer(run.subject))
        self._write_silence(session, asked, run, "late")


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who is asked about which handover."""

    run: KeptRun
    plan: HandshakePlan
    handover: Handover
    engineer: Engineer

    def facts(self) -> dict[str, Any]:
        """For the mails."""
        handover = self.handover
        return {
            "trigram": handover.who,
            "at": handover.at,
            "before": handover.before,
            "backup": handover.backup,
        }


def _handover(configuration: Configuration, at: datetime, who: str) -> Handover | None:
    """The handover as the duty stands now: it may have been changed since the run began."""
    second = timedelta(seconds=1)
    found = handovers_between(configuration.duty, at - second, at)
    return next((each for each in found if each.who == who), None)


def _tried(rings: list[Ring], language: str) -> list[dict[str, Any]]:
    written = pick_language(language)
    return [
        {"at": ring.planned_at, "number": ring.number, "says": say_ring(ring, written)}
        for ring in rings
        if ring.planned_at is not None
    ]


__all__ = ["HERE", "JOB", "NOT_HERE", "Handshakes"]
