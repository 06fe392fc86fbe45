"""The configuration that is live, and how another takes its place.

A configuration is loaded and checked as a whole; only when nothing is wrong does it take the place of the
live one, in one step. Calls in progress keep the configuration they began with. What was ever live is
kept, never changed, and can be gone back to (docs/decisions/0009-what-is-live-after-a-restart.md).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy.orm import Session

from dialplan.diff import describe_changes
from dialplan.faults import ConfigurationFaults
from dialplan.model import Configuration, Duty
from dialplan.overrides import Override, with_overrides
from dialplan.scenarios import demand_scenarios
from dialplan.source import Loaded, read_texts
from ivr.building import Proving
from ivr.clock import Clock
from ivr.releases.guard import ReleaseRefusedError, judge
from ivr.releases.library import (
    SHOWN,
    end_plan,
    find_release,
    keep_release,
    last_live,
    make_live,
    plan_activation,
    planned_activations,
    release_before,
)
from ivr.releases.loading import Loading
from ivr.releases.place import place_of
from ivr.releases.wishes import Candidate, NoConfigurationError, Reloaded, Wish, note_origin
from ivr.storage import (
    Activation,
    ActivationSource,
    ActivationState,
    Copy,
    Database,
    DatabaseUnavailable,
    Release,
    StorageError,
)

log = structlog.get_logger(__name__)

Activate = Callable[[Configuration], Awaitable[None]]
"""Told of each configuration that becomes live: the failsafe of the switch is made from it."""
AT_START = "start"
"""The author of what was taken from the folder when the service started."""


class Releases:
    """Holds the live configuration."""

    def __init__(
        self,
        folder: Path,
        prompts: Callable[[], Collection[str]],
        database: Database,
        clock: Clock,
        prove: Proving | None = demand_scenarios,
    ) -> None:
        """`prove`: what a configuration must stand beside its checks (its scenarios)."""
        self._folder = folder
        self._database, self._clock = database, clock
        self._loading = Loading(folder, prompts, prove, lambda: clock.now().date())
        self._active: Configuration | None = None
        self._preparations: list[Activate] = []
        self._activations: list[Activate] = []
        self._more_warnings: list[Callable[[], Iterable[str]]] = []
        self._turn = asyncio.Lock()
        self._plain: Configuration | None = None
        self._overrides: tuple[Override, ...] = ()
        self._over_duty: Callable[[Duty], Duty] | None = None
        self._owed: Callable[[Session], object] | None = None
        self.changed = asyncio.Event()
        """Set whenever what is planned may have changed."""
        self.warnings: tuple[str, ...] = ()
        self.faults: tuple[str, ...] = ()
        """Faults of the folder, when what is live is an older configuration because of them."""
        self.note = ""
        """How the folder differs from what is live, when that was said at the start."""

    @property
    def active(self) -> Configuration:
        """The live configuration; RuntimeError before `start`."""
        if self._active is None:
            raise RuntimeError("no configuration is live yet")
        return self._active

    @property
    def is_live(self) -> bool:
        """Whether there is one."""
        return self._active is not None

    def before_activation(self, preparation: Activate) -> None:
        """Have `preparation` called, in turn, before a configuration becomes live."""
        self._preparations.append(preparation)

    def warn_also(self, ask: Callable[[], Iterable[str]]) -> None:
        """Have `ask` asked, after each change, what else somebody should know of what is live now."""
        self._more_warnings.append(ask)

    def on_activation(self, activation: Activate) -> None:
        """Have `activation` called, in turn, after each change."""
        self._activations.append(activation)

    @property
    def plain(self) -> Configuration:
        """What is live as its files have it, with nothing laid over; RuntimeError before `start`."""
        if self._plain is None:
            raise RuntimeError("no configuration is live yet")
        return self._plain

    def lay_over(self, overrides: Sequence[Override]) -> None:
        """Put these overrides (oldest first) over what is live, and over whatever becomes live later."""
        self._overrides = tuple(overrides)
        self._lay()

    def lay_over_duty(self, over: Callable[[Duty], Duty]) -> None:
        """Have who is on duty changed so, in what is live and in whatever becomes live later."""
        self._over_duty = over
        self._lay()

    def _lay(self) -> None:
        """In one step, over the files' own configuration each time: nothing is laid over twice."""
        if self._plain is None:
            return
        laid = with_overrides(self._plain, self._overrides)
        self._active = replace(laid, duty=self._over_duty(laid.duty)) if self._over_duty else laid

    # -- the start

    async def start(self) -> None:
        """Make live what an administrator expects after a restart, and what was planned for meanwhile.

        What was published, activated or gone back to stays live, whatever the folder holds; the folder is
        taken when it is what was taken the last time, or when nothing is kept. A folder with faults is never
        taken. Raises NoConfigurationError when there is nothing to take.
        """
        async with self._turn:
            kept = await self._read_last()
            try:
                folder = await asyncio.to_thread(self._loading.load)
            except ConfigurationFaults as faults:
                await self._go_back(kept, faults)
            else:
                await self._choose(kept, *folder)
        try:
            await self.catch_up()
        except StorageError as fault:
            # callers do not wait for a plan; the schedule looks again
            log.error("release.plans_not_read", why=str(fault))

    async def _choose(
        self, kept: tuple[Release, Activation | None] | None, loaded: Loaded, texts: dict[str, str]
    ) -> None:
        """Between what the folder holds and what was live."""
        release, activation = kept or (None, None)
        is_same = release is not None and release.fingerprint == loaded.configuration.fingerprint
        is_followed = activation is None or activation.source is ActivationSource.FOLDER
        if is_followed and release is not None and not is_same:
            is_followed = not await self._is_planned(loaded.configuration.fingerprint)
        if is_same and activation is not None:
            await self._switch_to(loaded)
        elif release is None or is_followed:
            await self._take(Candidate(loaded, texts), ActivationSource.FOLDER, AT_START)
        else:
            await self._keep_to(release, loaded)

    async def _is_planned(self, fingerprint: str) -> bool:
        """Whether what the folder holds, or what it began with, is to become live later: then not now."""
        place = place_of(self._folder)

        def work(session: Session) -> bool:
            copy = session.get(Copy, place)
            planned = {one.release for one in planned_activations(session)}
            return bool(planned & {fingerprint, copy.release if copy else ""})

        try:
            return await self._database.read(work)
        except DatabaseUnavailable:
            return False

    async def _keep_to(self, release: Release, folder: Loaded) -> None:
        """What is live was chosen by somebody: an edit of the folder waits for somebody to choose it."""
        try:
            loaded = await asyncio.to_thread(self._loading.build_kept, release.files)
        except ConfigurationFaults as faults:
            for fault in faults.faults:
                log.error("configuration.fault", fault=str(fault))
            log.error("configuration.folder_taken", why=f"release {release.fingerprint[:SHOWN]} has faults")
            await self._take(Candidate(folder, read_texts(self._folder)), ActivationSource.FOLDER, AT_START)
            return
        await self._switch_to(loaded)
        differing = [
            name
            for name in sorted({*loaded.configuration.digests, *folder.configuration.digests})
            if loaded.configuration.digests.get(name) != folder.configuration.digests.get(name)
        ]
        self.note = (
            f"the folder {self._folder} differs from the live release in {', '.join(differing)}; "
            "`dutyline publish` or `dutyline reload` makes it live"
        )
        log.warning("configuration.folder_differs", files=differing)

    async def _go_back(
        self, kept: tuple[Release, Activation | None] | None, faults: ConfigurationFaults
    ) -> None:
        if kept is None:
            raise NoConfigurationError(self._folder, faults.faults) from faults
        try:
            loaded = await asyncio.to_thread(self._loading.build_kept, kept[0].files)
        except ConfigurationFaults:
            raise NoConfigurationError(self._folder, faults.faults) from faults
        self.faults = tuple(str(fault) for fault in faults.faults)
        for fault in self.faults:
            log.error("configuration.fault", fault=fault)
        log.error("configuration.older_one_live", release=loaded.configuration.fingerprint[:SHOWN])
        await self._switch_to(loaded)

    async def _read_last(self) -> tuple[Release, Activation | None] | None:
        try:
            return await self._database.read(last_live)
        except DatabaseUnavailable:
            return None

    # -- what an administrator asks for

    def keep_ready(self) -> None:
        """Have what builds large configurations wait for the next one; until `close`."""
        self._loading.builder.keep_ready()

    def close(self) -> None:
        """Nothing more will be loaded."""
        self._loading.builder.close()

    async def reload(self, author: str = "", force: bool = False) -> Reloaded:
        """Make the folder's configuration live. ConfigurationFaults: nothing has changed.

        ReleaseRefusedError: that would undo what somebody published meanwhile, and `force` was not said.
        """
        async with self._turn:
            loaded, texts = await asyncio.to_thread(self._loading.load)
            wish = Wish(texts, author, place=place_of(self._folder), force=force)
            candidate = await self._guard(Candidate(loaded, texts), wish)
            return await self._publish(candidate, wish, ActivationSource.FOLDER)

    async def publish(self, wish: Wish) -> Reloaded:
        """Make a release, and make it live now or at a time. ConfigurationFaults, ReleaseRefusedError."""
        async with self._turn:
            loaded = await asyncio.to_thread(self._loading.checked, wish.files)
            candidate = await self._guard(Candidate(loaded, dict(wish.files)), wish)
            if wish.at is None or wish.at <= self._clock.now():
                return await self._publish(candidate, wish, ActivationSource.PUBLISHED)
            return await self._plan(candidate, wish, wish.at)

    async def activate(
        self, wanted: str, author: str = "", at: datetime | None = None, *, is_back: bool = False
    ) -> Reloaded:
        """Make a kept release live, now or at a time. UnknownReleaseError, ConfigurationFaults."""
        async with self._turn:
            release = await self._database.read(lambda session: find_release(session, wanted))
            # in an emergency what was live before is good enough, though a scenario may have moved on since
            load = self._loading.build if is_back else self._loading.checked
            loaded = await asyncio.to_thread(load, release.files)
            candidate = Candidate(loaded, dict(release.files))
            if at is not None and at > self._clock.now():
                return await self._plan(candidate, Wish(release.files, author), at)
            source = ActivationSource.ROLLED_BACK if is_back else ActivationSource.CHOSEN
            return await self._publish(candidate, Wish(release.files, author), source)

    async def rollback(self, author: str = "") -> Reloaded:
        """Make the release live that was before. ReleaseRefusedError where there was none."""
        before = await self._database.read(release_before)
        if before is None:
            raise ReleaseRefusedError(["there is no release before the live one to go back to"])
        return await self.activate(before.fingerprint, author, is_back=True)

    async def cancel(self, planned: str) -> bool:
        """Take back a planned activation; False when there is none of that id."""
        now = self._clock.now()

        def work(session: Session) -> bool:
            found = [one.id for one in planned_activations(session) if one.id.startswith(planned or "-")]
            return len(found) == 1 and end_plan(session, found[0], ActivationState.CANCELLED, now)

        done = await self._database.run(work)
        self.changed.set()
        return done

    async def _guard(self, candidate: Candidate, wish: Wish) -> Candidate:
        """Nobody's change is lost without a word."""
        if self._active is None:
            return candidate
        live = self._active.fingerprint
        try:
            judged = await self._database.read(lambda session: judge(session, wish, live))
        except DatabaseUnavailable:
            # nobody can say what others did; a change for callers does not wait for that
            return candidate
        if judged.files is None:
            candidate.notes.extend(judged.notes)
            return candidate
        loaded = await asyncio.to_thread(self._loading.checked, judged.files)
        return Candidate(loaded, dict(judged.files), list(judged.notes))

    # -- doing it

    async def _publish(self, candidate: Candidate, wish: Wish, source: ActivationSource) -> Reloaded:
        changes = await self._changes(candidate)
        await self._take(candidate, source, wish.author, wish)
        return Reloaded(candidate.fingerprint, changes, self.warnings, tuple(candidate.notes))

    async def _changes(self, candidate: Candidate) -> tuple[str, ...]:
        """What it changes, in sentences: beside the calls, for thousands of numbers take a while."""
        return tuple(await asyncio.to_thread(describe_changes, self.plain, candidate.loaded.configuration))

    async def _plan(self, candidate: Candidate, wish: Wish, at: datetime) -> Reloaded:
        changes = await self._changes(candidate)
        row, now = self._row(candidate, wish), self._clock.now()

        def work(session: Session) -> str:
            keep_release(session, row)
            note_origin(session, candidate, wish, now)
            return plan_activation(session, candidate.fingerprint, wish.author, now, at).id

        planned = await self._database.run(work)
        self.changed.set()
        warnings = tuple(str(warning) for warning in candidate.loaded.warnings)
        return Reloaded(candidate.fingerprint, changes, warnings, tuple(candidate.notes), at, planned)

    async def _take(
        self, candidate: Candidate, source: ActivationSource, author: str, wish: Wish | None = None
    ) -> None:
        """In the database first; when that is away the change is made all the same, and said."""
        if wish is None:
            wish = Wish(candidate.files, author, place=place_of(self._folder))
        row, now = self._row(candidate, wish), self._clock.now()

        def work(session: Session) -> None:
            keep_release(session, row)
            note_origin(session, candidate, wish, now)
            make_live(session, candidate.fingerprint, source, author, now)

        try:
            await self._database.run(work)
            self._owed = None
        except DatabaseUnavailable as fault:
            self._owed = work
            log.error("configuration.not_kept", why=str(fault))
        self.faults, self.note = (), ""
        await self._switch_to(candidate.loaded)

    def _row(self, candidate: Candidate, wish: Wish) -> dict[str, object]:
        base = self._active.fingerprint if self._active else ""
        return {
            "fingerprint": candidate.fingerprint,
            "loaded_at": self._clock.now(),
            "author": wish.author,
            "message": wish.message,
            "files": candidate.files,
            "base": "" if base == candidate.fingerprint else base,
        }

    async def _switch_to(self, loaded: Loaded) -> None:
        await _tell(self._preparations, loaded.configuration)
        self._plain = loaded.configuration
        self._lay()
        found = [str(warning) for warning in loaded.warnings]
        self.warnings = (*found, *(each for ask in self._more_warnings for each in ask()))
        log.info("configuration.live", release=loaded.configuration.fingerprint[:SHOWN])
        await _tell(self._activations, loaded.configuration)

    # -- what was planned, and what others did

    async def catch_up(self) -> datetime | None:
        """Do what is due; when the next is. Also what is owed to a database that was away."""
        async with self._turn:
            if self._owed is not None:
                await self._database.run(self._owed)
                self._owed = None
            while True:
                planned = await self._database.read(planned_activations)
                if not planned or planned[0].due_at > self._clock.now():
                    return planned[0].due_at if planned else None
                await self._carry_out(planned[0])

    async def _carry_out(self, planned: Activation) -> None:
        """A planned activation whose time has come: once, however many look."""
        now = self._clock.now()
        try:
            release = await self._database.read(lambda session: find_release(session, planned.release))
            loaded = await asyncio.to_thread(self._loading.checked, release.files)
        except (ConfigurationFaults, LookupError) as fault:
            why = "; ".join(map(str, fault.faults)) if isinstance(fault, ConfigurationFaults) else str(fault)
            log.error("release.plan_refused", release=planned.release[:SHOWN], why=why)
            await self._database.run(
                lambda session: end_plan(session, planned.id, ActivationState.REFUSED, now, why)
            )
            return
        is_ours = await self._database.run(
            lambda session: make_live(
                session, planned.release, ActivationSource.CHOSEN, planned.author, now, planned.id
            )
        )
        if is_ours:
            log.info("release.plan_done", release=planned.release[:SHOWN], author=planned.author)
            self.faults, self.note = (), ""
            await self._switch_to(loaded)

    async def follow(self) -> None:
        """Take over what another service on the same database has made live."""
        async with self._turn:
            kept = await self._read_last()
            if kept is None or kept[1] is None or self._owed is not None:
                return
            if kept[0].fingerprint != self.active.fingerprint:
                await self._switch_to(await asyncio.to_thread(self._loading.build_kept, kept[0].files))

    def build(self, texts: Mapping[str, str]) -> Loaded:
        """A configuration that is not to go live: checked, but its scenarios are not run."""
        return self._loading.build(texts)


async def _tell(steps: Sequence[Activate], configuration: Configuration) -> None:
    """One that fails does not keep the others, nor the configuration, from their work."""
    for step in steps:
        try:
            await step(configuration)
        except Exception:
            log.exception("configuration.activation_failed")
