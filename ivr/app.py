"""The composition root: the one place that knows every concrete class, and the order of start and stop."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING

import structlog

from audio.source import load_catalogue
from dialplan.counts import say_count
from dialplan.faults import ConfigurationFaults
from dialplan.model import Configuration, Duty
from ivr.agi import AgiServer, AgiSession
from ivr.ami import AmiEvent, AmiLink, ChannelSnapshot, LinkState, write_caller_id
from ivr.beforehand import RING_LEGS, BeforehandDesk
from ivr.beforehand.desk import House
from ivr.beforehand.rings import Ring
from ivr.callbacks import CALLBACK_LEG, CallbackDesk
from ivr.callbacks.leases import CallbackLeases
from ivr.calls.departures import Departures
from ivr.calls.messages import Messages
from ivr.calls.orphans import Orphans
from ivr.calls.places import Usher
from ivr.calls.places.view import say, states, taken, waiting
from ivr.calls.post import PlanPost
from ivr.calls.reception import Reception
from ivr.calls.visiting import Visiting
from ivr.clock import Clock, SystemClock
from ivr.contract import CALL_SCRIPT, MESSAGES, PAGE_LEG, PAGE_SCRIPT, SILENCE_LIMIT
from ivr.duty.after_mails import StepMails
from ivr.duty.calendars import Calendars
from ivr.duty.causes import cause_of
from ivr.duty.change_mails import ChangeMails
from ivr.duty.changes import DutyBoard
from ivr.duty.control import DutyDesk
from ivr.duty.engaged import Engaged
from ivr.duty.fairness import REFRESH_S
from ivr.duty.feeds import DutyFeeds
from ivr.duty.hunt import Attempt
from ivr.duty.leases import PageLeases
from ivr.duty.ledger import PAGES, DatabaseLedger
from ivr.duty.legs import SwitchLegs
from ivr.duty.line import EngineersLine
from ivr.duty.line.watching import LineCalls
from ivr.duty.lookout import Cause
from ivr.duty.mails import PageMails
from ivr.duty.means import Means
from ivr.duty.page import Page
from ivr.duty.pager import Pager
from ivr.duty.patient import PatientLedger
from ivr.duty.recorded import words_in
from ivr.duty.school import School
from ivr.duty.texts import PageTexts
from ivr.failsafe import FailsafeKeeper
from ivr.feed import Feed
from ivr.overrides import FOLLOW_S, Board, ByPhone, Pins
from ivr.records import Recorder
from ivr.records.retention import EVERY_S, Retention
from ivr.releases import ReleaseRefusedError, Releases, Schedule, Shadows
from ivr.schedule import LOOK_S
from ivr.settings import Settings
from ivr.speech import SoundLengths
from ivr.storage import AttemptState, BatchWriter, Database
from ivr.switch.callrecords import find_leg, has_talked
from ivr.switch.heartbeat import keep_beating
from ivr.switch.paths import place
from ivr.switch.reasons import Reasons
from ivr.switch.trunk import LOOK_S as TRUNK_S
from ivr.switch.trunk import TrunkWatch
from ivr.tables import Tables
from ivr.watchdog import keep_watch
from ivr.web.control import actions
from ivr.web.health import Check, Finding, Health, judge_link
from ivr.web.releasing import release_actions

if TYPE_CHECKING:
    from aiohttp.web import RouteDef

    from ivr.alarms.house import AlarmHouse
    from ivr.notify.courier import Courier
    from ivr.notify.messenger import Messenger
    from ivr.web.metrics import Reading

EVENTS = ("OriginateResponse", "Hangup", "DialEnd")
DRAIN_S = 3.0
TEND_S = 15.0
"""So often messages that were cut off, and those that have been kept long enough, are looked for."""
LESSONS_S = 60.0
"""So often what other boxes have learned of phones is read."""
SETTLED = timedelta(seconds=3)
"""So long after the start there is time for what only makes later things quicker."""
SWITCH_INTERVAL_S = 0.0005
RECORD_FLUSH_S = 0.25
"""Call records are committed together so often: a fourth of the cost at 20 calls/s of doing it at once."""
log = structlog.get_logger(__name__)


class Service:
    """One service on one switch. `async with Service(...).running(): ...`."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self.settings = settings
        self.clock = clock or SystemClock()
        self.feed = Feed()
        self._is_up = asyncio.Event()
        self.database = Database(settings.database_url)
        self.writer = BatchWriter(self.database, flush_s=RECORD_FLUSH_S)
        self.recorder = Recorder(self.writer, self.database.dialect)
        self.link = AmiLink(
            settings.host, settings.ami_port, "dutyline", settings.secret("ami"), events=EVENTS
        )
        self.releases = Releases(settings.config, self._prompts, self.database, self.clock)
        self.schedule = Schedule(self.releases, self.clock)
        self.shadows = Shadows(self.database, self.clock, self.releases.build)
        paths = place(settings.state_dir / "switch")
        self._sounds = paths.sounds
        self.trunk = TrunkWatch(self.link, paths.etc / "pjsip.conf")
        self.releases.before_activation(self._export_prompts)
        self.failsafe = FailsafeKeeper(paths.failsafe_file)
        self.lengths = SoundLengths(settings.prompts)
        self.releases.on_activation(self.failsafe.activate)
        self.releases.on_activation(self._forget_lengths)
        self.releases.on_activation(_spare_collector)
        self.legs = SwitchLegs(self.link, self._engineer_sees, self._leg_ended, self._leg_missing)
        mails = PageMails(self.clock.now, PageTexts(self._configuration))
        steps = StepMails(self._configuration, settings.link_base)
        is_shared = self.database.dialect == "postgresql"
        self.ledger = PatientLedger(
            DatabaseLedger(
                self.database,
                mails.writers(),
                mails.announce_stage,
                announce_step=steps.announce,
                announce_rings=mails.announce_rings,
                box=settings.box if is_shared else "",
            )
        )
        self.school = School(self.database, self.clock, self._configuration, self.feed)
        self.pager = Pager(
            ledger=self.ledger,
            phones=self.legs,
            configuration=self._configuration,
            feed=self.feed,
            clock=self.clock,
            has_rung=lambda leg: find_leg(paths.call_records, leg) is not None,
            caps=self.school.caps,
        )
        talks = self.pager.talks
        channel = PAGES if is_shared else ""
        self.engaged = Engaged(self.database, settings.box, self.clock, talks, channel)
        self.pager.keep_talks = self.engaged.keep
        self.line_calls = LineCalls(
            self.link, self.pager, lambda leg: has_talked(paths.call_records, leg, is_last=True)
        )
        self.pager.line_left = self.line_calls.look_at
        if is_shared:
            leases = PageLeases(self.database, settings.box, self.clock)
            self.pager.boxes.share(leases, settings.database_url, PAGES, self.engaged)
        self.reasons = Reasons(settings.sip_port)
        self.post = PlanPost(self.database, self.clock)
        self.messages = Messages(
            folder=settings.state_dir / "recordings",
            sounds=paths.sounds,
            writer=self.writer,
            database=self.database,
            configuration=self._configuration,
            clock=self.clock,
            kept_days=settings.recordings_days,
        )
        self.courier: Courier | None = None
        self.messenger: Messenger | None = None
        self.alarms: AlarmHouse | None = None
        """There once calls are taken."""
        self.places, departures = Usher(), Departures(self.link)
        self.tables = Tables()
        self.releases.on_activation(self.tables.check)
        self.callbacks = CallbackDesk(
            database=self.database,
            link=self.link,
            places=self.places,
            configuration=self._configuration,
            clock=self.clock,
            feed=self.feed,
            has_talked=lambda leg: has_talked(paths.call_records, leg),
            leases=CallbackLeases(self.database, settings.box, self.clock) if is_shared else None,
            is_able=lambda: self.link.state is LinkState.READY,
        )
        self.reception = Reception(
            configuration=self._configuration,
            records=self.recorder,
            pages=self.pager,
            post=self.post,
            refusals=self.reasons,
            feed=self.feed,
            clock=self.clock,
            length_s=self.lengths.length_s,
            messages=self.messages,
            wishes=self.callbacks.of_call,
            places=self.places,
            tables=self.tables,
            departures=departures,
            ended=lambda call, tape: self.shadows.take(call.configuration, call.facts, tape),
        )
        self.visiting = Visiting(self.link, self.reception, self._outlived)
        self.board = Board(self.database, self.clock, self._configuration, self.releases.lay_over, self.feed)
        self.calendars = Calendars(
            settings.state_dir / "calendars",
            self.clock,
            lambda: self.releases.plain.duty,
            lambda: self.duty_board.lay(),
        )
        self.duty_board = DutyBoard(
            self.database,
            self.clock,
            lambda: self.releases.plain.duty,
            self._lay_over_duty,
            self.feed,
            self.calendars.over,
            ChangeMails(self._configuration),
        )
        self.releases.warn_also(self.duty_board.warnings)
        self.duty_feeds = DutyFeeds(self.database, self.clock, lambda: self.releases.active.duty)
        self.duty_desk = DutyDesk(
            self.duty_board,
            self._configuration,
            self.clock,
            self.duty_feeds,
            settings.link_base,
            self.calendars,
        )
        pins = Pins(self.database, self.clock, self._configuration, settings.demo_pin)
        self.reception.switching = ByPhone(self.board, pins, self.clock).of_call
        self.line = EngineersLine(
            self.duty_board,
            self.pager,
            pins,
            self._configuration,
            self.clock,
            self.visiting,
            words_in(self.database),
        )
        self.reception.line = self.line.of_call
        self.pager.means = Means(
            self._configuration,
            self.visiting,
            words_in(self.database),
            pins.check,
            lambda prompt, language: (settings.prompts / language / f"{prompt}.wav").is_file(),
            self.school,
        )
        self.beforehand = BeforehandDesk(
            House(
                database=self.database,
                link=self.link,
                clock=self.clock,
                configuration=self._configuration,
                feed=self.feed,
                hunts=lambda: (run.page.hunt for run in self.pager.runs.values() if run.page.is_live),
                cause_of=self._carriers_cause,
                learn=self._learn,
                link_base=settings.link_base,
                box=settings.box,
            )
        )
        self.pager.woken = lambda: self.beforehand.fair.woken
        self.pager.lookout.find_cause = self._duty_cause
        self.releases.on_activation(self._follow_duty)
        self.link.subscribe("DialEnd", self._take_dial_end)
        self.link.on_sync(self._take_talking)
        self.orphans = Orphans(
            self.link,
            self.database,
            self.recorder,
            self.clock,
            lambda: self.reception.live,
            self.places,
            departures,
        )
        self.agi = AgiServer(self._take, settings.host, settings.agi_port)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Start everything in order; stop it in the reverse order at the end."""
        async with AsyncExitStack() as stack:
            await self.database.open()
            stack.push_async_callback(self.database.close)
            self.writer.start()
            stack.push_async_callback(self.writer.close)
            await self.releases.start()
            stack.callback(self.releases.close)
            await self.board.start()
            self.calendars.start()
            await self.duty_board.start()
            await self.school.refresh()
            # before the first leg can come back to us: it finds its page
            await self.engaged.start()
            await self.pager.resume(self.legs)
            stack.push_async_callback(self.pager.close)
            stack.push_async_callback(self.engaged.close)
            stack.push_async_callback(self.line_calls.close)
            await self.callbacks.start()
            stack.push_async_callback(self.callbacks.close)
            await self.reasons.start(self.settings.host, self.settings.reason_port)
            stack.callback(self.reasons.close)
            await self.orphans.reserve()
            stack.callback(self.tables.close)
            await self.agi.start()
            stack.push_async_callback(self._stop_calls)
            await self.link.start()
            stack.push_async_callback(self.link.close)
            stack.callback(self.orphans.close)
            beat = asyncio.create_task(keep_beating(self.link), name="sign of life")
            stack.callback(beat.cancel)
            await self._open_office(stack)
            log.info("service.ready", agi=self.agi.port, web=self.settings.web_port)
            yield

    async def _open_office(self, stack: AsyncExitStack) -> None:
        """What no call waits for. Its libraries take as long to import as everything that calls need, so
        that is done only now, and on a thread."""
        await asyncio.to_thread(import_module, "ivr.office")
        from ivr.office import make_alarms, make_courier, make_messenger, make_scheduler, make_web
        from ivr.web.alarms import alarm_routes

        alarms = self.alarms = make_alarms(
            self.settings,
            database=self.database,
            pages=self.pager,
            configuration=self._configuration,
            clock=self.clock,
            feed=self.feed,
            sounds=self._sounds / MESSAGES,
        )

        web = make_web(
            self.settings,
            health=Health(self._checks()),
            readings=self._readings,
            feed=self.feed,
            reload=self.releases.reload,
            actions=actions(self)
            | release_actions(self.releases, self.shadows)
            | self.beforehand.actions()
            | alarms.actions()
            | self.school.actions(),
            open_routes=[*self._open_routes(), *alarm_routes(alarms.hooks)],
        )
        await web.start()
        stack.push_async_callback(web.close)
        self.schedule.start()
        stack.push_async_callback(self.schedule.close)
        await self.shadows.start()
        stack.push_async_callback(self.shadows.close)
        courier = self.courier = make_courier(
            self.settings, self.database, lambda: self.releases.active.desk.mail_from, self.clock
        )
        courier.start()
        stack.push_async_callback(courier.close)
        messenger = self.messenger = make_messenger(self.settings, self.database, self.clock)
        messenger.start()
        stack.push_async_callback(messenger.close)
        alarms.start()
        stack.push_async_callback(alarms.close)
        scheduler = make_scheduler()
        later = self.clock.now() + SETTLED
        scheduler.add_job(self.releases.keep_ready, "date", run_date=later, misfire_grace_time=None)
        scheduler.add_job(self.database.probe, "interval", seconds=10)
        scheduler.add_job(self.messages.tend, "interval", seconds=TEND_S)
        kept = Retention(self.database, self.clock, self.settings.calls_days, self.settings.tapes_days)
        scheduler.add_job(kept.tend, "interval", seconds=EVERY_S)
        scheduler.add_job(self.school.refresh, "interval", seconds=LESSONS_S)
        scheduler.add_job(self.board.follow, "interval", seconds=FOLLOW_S)
        scheduler.add_job(
            self.duty_board.follow, "interval", seconds=FOLLOW_S, max_instances=1, coalesce=True
        )
        # a job that waits for a server must not keep the next look at the others
        scheduler.add_job(self.calendars.look, "interval", seconds=FOLLOW_S, max_instances=4)
        scheduler.add_job(self.beforehand.look, "interval", seconds=LOOK_S, next_run_time=self.clock.now())
        scheduler.add_job(
            self.beforehand.fair.refresh, "interval", seconds=REFRESH_S, next_run_time=self.clock.now()
        )
        scheduler.add_job(alarms.tend, "interval", seconds=60)
        if not self.settings.demo:
            scheduler.add_job(self.trunk.look, "interval", seconds=TRUNK_S, next_run_time=self.clock.now())
        scheduler.start()
        stack.callback(scheduler.shutdown, wait=False)
        stack.push_async_callback(self.beforehand.close)

    async def run(self) -> None:
        """Until SIGTERM or SIGINT, also while it starts; SIGHUP reloads the configuration."""
        main, stop = asyncio.current_task(), asyncio.Event()
        assert main is not None
        # work on a thread lets calls have the interpreter ten times sooner than it does by itself
        sys.setswitchinterval(SWITCH_INTERVAL_S)

        def end() -> None:
            if not stop.is_set() and not self._is_up.is_set():
                main.cancel()
            stop.set()

        watch = asyncio.create_task(keep_watch(self.settings.hang_s), name="watchdog")
        try:
            with _signals({signal.SIGTERM: end, signal.SIGINT: end, signal.SIGHUP: self._hang_up}):
                log.info("service.starting")
                async with self.running():
                    self._is_up.set()
                    await stop.wait()
                    log.info("service.stopping")
        except asyncio.CancelledError:
            if not stop.is_set():
                raise
            main.uncancel()
        finally:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)

    async def _take(self, agi: AgiSession) -> None:
        """Every AGI session: a caller, or the leg of an engineer."""
        script, _, rest = agi.path.strip("/").partition("/")
        if script == CALL_SCRIPT:
            if not self.settings.demo:
                # the clock of a test call: nobody sets it in the real world
                agi.args = ()
            await self.reception.take(agi)
        elif script == PAGE_SCRIPT:
            await agi.set_variable(SILENCE_LIMIT, "0")
            is_callback, is_ring = rest.startswith(CALLBACK_LEG), rest.startswith(RING_LEGS)
            taker = self.callbacks if is_callback else self.beforehand if is_ring else self.pager
            await taker.talk(agi, rest)
        else:
            log.warning("agi.unknown_script", script=script[:40])

    def _configuration(self) -> Configuration:
        return self.releases.active

    async def _export_prompts(self, _configuration: Configuration) -> None:
        """What a configuration may name is known to the switch before the configuration is live."""
        from audio.raw import export_raw

        done = await asyncio.to_thread(export_raw, self.settings.prompts, self._sounds, keep_gone=True)
        for fault in done.faults:
            log.error("prompt.not_exported", why=fault)
        if done.written:
            log.info("prompts.exported", prompts=done.written)

    def _prompts(self) -> dict[str, dict[str, str]]:
        return load_catalogue(self.settings.prompts / "catalogue.yaml").texts

    async def _forget_lengths(self, _configuration: Configuration) -> None:
        self.lengths.forget()

    def _engineer_sees(self, page: Page) -> str:
        """The number on the engineer's display: the brand's own, never the caller's."""
        configuration = self.releases.active
        brand = configuration.brands.get(page.request.brand)
        number = brand.shown_number if brand else configuration.desk.shown_number
        return write_caller_id(f"{page.brand_title} {page.call_ref}", number)

    async def _leg_ended(self, attempt_id: str, cause: int) -> None:
        """The carrier's own cause goes before the one that the switch derived from the SIP code."""
        attempt = self.pager.attempt(attempt_id)
        if attempt is not None and attempt.state is AttemptState.RINGING:
            age_s = (self.clock.now() - attempt.planned_at).total_seconds()
            since = asyncio.get_running_loop().time() - age_s - 1.0
            cause = await self.reasons.cause_of(attempt.number, since=since) or cause
        await self.pager.leg_ended(attempt_id, cause)

    async def _carriers_cause(self, number: str, since: datetime, cause: int) -> int:
        age_s = (self.clock.now() - since).total_seconds()
        since_s = asyncio.get_running_loop().time() - age_s - 1.0
        return await self.reasons.cause_of(number, since=since_s) or cause

    async def _learn(self, ring: Ring) -> None:
        """A drill teaches about a phone what a page does, by day."""
        if ring.planned_at is None or ring.answered_at is None:
            return
        asked_at, state = ring.planned_at, AttemptState.ANSWERED
        attempt = Attempt(ring.id, str(ring.kind), ring.turn, ring.entry, ring.number, state, asked_at)
        tell = self.school.answered_by_somebody if ring.is_well else self.school.answered_by_nobody
        tell(attempt, ring.answered_at)

    def _open_routes(self) -> list[RouteDef]:
        """What people open without the control token."""
        from ivr.web.calendars import calendar_routes
        from ivr.web.called_back import CalledBackPage
        from ivr.web.here import HerePage

        page = HerePage(self.beforehand.handshakes, self._configuration)
        called_back = CalledBackPage(self.pager, self._configuration, self.clock)
        return [*page.routes(), *called_back.routes(), *calendar_routes(self.duty_feeds)]

    async def _leg_missing(self, attempt_id: str) -> None:
        await self.pager.leg_missing(attempt_id)

    def _take_dial_end(self, event: AmiEvent) -> None:
        if event.get("DialStatus") == "ANSWER":
            uniqueid = event.get("Uniqueid")
            if uniqueid.startswith(PAGE_LEG):
                self.pager.note_reached(uniqueid, "call")
            else:
                self.reception.picked_up(uniqueid)

    def _take_talking(self, channels: list[ChannelSnapshot]) -> None:
        """After a lost link, or our own start: engineers who talk with their callers by now."""
        for channel in channels:
            if channel.unique_id.startswith(PAGE_LEG) and channel.bridge_id:
                self.pager.note_reached(channel.unique_id, "connected")

    def _outlived(self, call_id: str) -> str | None:
        """The unique id of a call that outlived an earlier run."""
        return self.orphans.find(call_id)

    def _lay_over_duty(self, over: Callable[[Duty], Duty]) -> None:
        """Who is on duty has changed, maybe: pages that look for somebody follow it at once."""
        self.releases.lay_over_duty(over)
        self.pager.follow_duty()

    async def _follow_duty(self, _configuration: Configuration) -> None:
        self.pager.follow_duty()

    def _duty_cause(self, since: datetime, until: datetime, wall: datetime) -> Cause:
        zone = self.releases.active.duty.roster.zone
        return cause_of(self.duty_board.changes, zone, since, until, wall)

    def _hang_up(self) -> None:
        self._reloading = asyncio.ensure_future(self._reload_on_signal())

    async def _reload_on_signal(self) -> None:
        await self._is_up.wait()
        try:
            done = await self.releases.reload("SIGHUP")
        except ConfigurationFaults as faults:
            for fault in faults.faults:
                log.error("configuration.fault", fault=str(fault))
            log.error("configuration.unchanged", faults=len(faults.faults))
        except ReleaseRefusedError as refusal:
            for sentence in refusal.sentences:
                log.error("configuration.refused", why=sentence)
            log.error("configuration.unchanged", faults=0)
        except Exception:
            log.exception("configuration.reload_failed")
        else:
            for change in done.changes:
                log.info("configuration.change", change=change)

    async def _stop_calls(self) -> None:
        """Calls in progress end with the failsafe's person rather than with nothing."""
        self.places.close()
        await self.agi.close(DRAIN_S)
        await self.post.drain()

    def _checks(self) -> dict[str, Check]:
        async def switch() -> Finding:
            link = self.link
            return judge_link(link.state is LinkState.READY, link.why, link.last_pong_age_s)

        async def trunk() -> Finding:
            return Finding(self.trunk.is_known, self.trunk.note)

        async def database() -> Finding:
            well = await self.database.probe()
            return Finding(well, self.database.where if well else f"{self.database.where} cannot be written")

        async def release() -> Finding:
            if not self.releases.is_live:
                return Finding(False, "no configuration is live")
            note = f"release {self.releases.active.fingerprint[:12]}"
            older = f"; the folder has {say_count(len(self.releases.faults), 'fault')}, an older one is live"
            apart = f"; {self.releases.note}" if self.releases.note else ""
            return Finding(True, note + (older if self.releases.faults else apart))

        async def boxes() -> Finding:
            return Finding(True, self.pager.boxes.standing or "one box")

        async def duty() -> Finding:
            # an old roster is better than no service: what is amiss is said, and calls are taken
            notes = [*self.calendars.notes(self.releases.plain.duty), *map(str, self.duty_board.lost())]
            return Finding(True, "; ".join(notes) or "as configured, and as it was changed")

        async def calls() -> Finding:
            return Finding(True, f"taking calls on port {self.agi.port}; {self.agi.sessions} now")

        async def schedule() -> Finding:
            return Finding(True, self.beforehand.note())

        async def queues() -> Finding:
            return Finding(True, say(self.places))

        async def alarms() -> Finding:
            # said, and told by mail: this box still takes calls
            if self.alarms is None:
                return Finding(True, "not taken yet")
            return Finding(True, self.alarms.standing, self.alarms.trouble)

        async def mails() -> Finding:
            trouble = self.courier.trouble if self.courier else ""
            return Finding(True, f"waiting; {trouble}" if trouble else "they go out", trouble)

        return {
            "switch": switch,
            **({} if self.settings.demo else {"trunk": trunk}),
            "database": database,
            "release": release,
            "duty": duty,
            **({"boxes": boxes} if self.pager.boxes.standing else {}),
            "calls": calls,
            "queues": queues,
            "alarms": alarms,
            "mails": mails,
            "schedule": schedule,
        }

    def _readings(self) -> Iterator[Reading]:
        agi, ami = self.agi.metrics, self.link.metrics
        yield "gauge", "calls", "Calls in progress", len(self.reception.live)
        yield "counter", "calls_taken", "Calls taken since the start", self.reception.taken
        yield "gauge", "queue_waiting", "Callers who wait, by queue", dict(waiting(self.places))
        yield "gauge", "callbacks", "Call-backs that are owed, or talk", len(self.callbacks.runs)
        yield "counter", "callbacks_refused", "Wishes of call-backs refused", self.callbacks.refused
        yield "gauge", "places_taken", "Places taken, by limit", taken(self.places)
        yield "gauge", "agents", "Agents, by what they do", states(self.places)
        yield "gauge", "pages", "Pages looking for an engineer", len(self.pager.runs)
        promised = sum(run.page.is_promised for run in self.pager.driven.values())
        yield "gauge", "pages_promised", "Accepted pages whose caller waits to be called back", promised
        yield "counter", "pages_taken_up", "Pages taken up from other boxes", self.pager.boxes.taken_up
        yield "counter", "line_served", "Engineers who dialled in", self.line.served
        yield (
            "counter",
            "line_refused",
            "Callers there without a right PIN",
            self.line.refused,
        )
        yield "counter", "agi_sessions", "AGI sessions since the start", agi.started
        yield "counter", "agi_failed", "AGI sessions whose handler failed", agi.failed
        yield "counter", "ami_losses", "Times the link to the switch was lost", ami.losses
        yield (
            "gauge",
            "ami_ready",
            "Whether the link to the switch is ready",
            self.link.state is LinkState.READY,
        )
        yield "counter", "tables_unanswered", "Look-ups that a default stood for", self.tables.unanswered
        yield "gauge", "calendars_failing", "Calendars that cannot be fetched", self.calendars.failing
        yield "gauge", "records_held", "Records not yet in the database", self.writer.held
        yield "gauge", "page_steps_owed", "Steps of pages not yet in the database", self.ledger.owed
        if self.alarms is not None:
            yield from self.alarms.readings()
        if self.messenger is not None:
            yield "counter", "texts_sent", "Text messages delivered since the start", self.messenger.sent
            yield "counter", "texts_lost", "Text messages given up or refused", self.messenger.lost
        yield "gauge", "database_well", "Whether the database took its last work", self.database.is_well


async def _spare_collector(_configuration: Configuration) -> None:
    """What is live now stays: the garbage collector need not go through it while calls wait."""
    gc.freeze()


@contextlib.contextmanager
def _signals(handlers: dict[signal.Signals, Callable[[], object]]) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for number, handler in handlers.items():
        loop.add_signal_handler(number, handler)
    try:
        yield
    finally:
        for number in handlers:
            loop.remove_signal_handler(number)
