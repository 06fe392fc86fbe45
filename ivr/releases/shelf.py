"""The configuration that is live, and how another takes its place.

A folder is loaded and checked as a whole; only when nothing is wrong does it take the place of the
live one, in one step. Calls in progress keep the configuration they began with.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

import audio.source
from audio.source import CatalogueError
from dialplan.diff import describe_changes
from dialplan.faults import ConfigurationFaults, Fault
from dialplan.model import Configuration
from dialplan.source import Loaded, load_texts, read_texts
from ivr.clock import Clock
from ivr.notify import DEFAULT as TEMPLATES
from ivr.storage import Database, DatabaseUnavailable, Release

log = structlog.get_logger(__name__)

Activation = Callable[[Configuration], Awaitable[None]]
"""Told of each configuration that becomes live: the failsafe of the switch is made from it."""
PROMPTS = "catalogue of prompts"
"""What faults of the prompts are said of, when they have no place of their own."""


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What a reload did: sentences about what changed, and warnings about what is live now."""

    fingerprint: str
    changes: tuple[str, ...]
    warnings: tuple[str, ...]


class NoConfigurationError(RuntimeError):
    """Neither the folder nor the database has a configuration that can be used."""

    def __init__(self, folder: Path, faults: Collection[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(
            f"the configuration in {folder} has {len(self.faults)} fault(s), and no earlier one is kept"
        )


class Releases:
    """Holds the live configuration."""

    def __init__(
        self, folder: Path, prompts: Callable[[], Collection[str]], database: Database, clock: Clock
    ) -> None:
        self._folder, self._prompts = folder, prompts
        self._database, self._clock = database, clock
        self._active: Configuration | None = None
        self._preparations: list[Activation] = []
        self._activations: list[Activation] = []
        self._turn = asyncio.Lock()
        self.warnings: tuple[str, ...] = ()
        self.faults: tuple[str, ...] = ()
        """Faults of the folder, when what is live is an older configuration because of them."""

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

    def before_activation(self, preparation: Activation) -> None:
        """Have `preparation` called, in turn, before a configuration becomes live."""
        self._preparations.append(preparation)

    def on_activation(self, activation: Activation) -> None:
        """Have `activation` called, in turn, after each change."""
        self._activations.append(activation)

    async def start(self) -> None:
        """Make the folder's configuration live, or the last one that was when the folder has faults.

        Raises NoConfigurationError when there is neither.
        """
        async with self._turn:
            try:
                loaded, texts = await asyncio.to_thread(self._load)
            except ConfigurationFaults as faults:
                await self._go_back(faults)
            else:
                await self._activate(loaded, texts)

    async def reload(self, author: str = "") -> Reloaded:
        """Make the folder's configuration live. ConfigurationFaults: nothing has changed."""
        async with self._turn:
            loaded, texts = await asyncio.to_thread(self._load)
            before = self.active
            changes = tuple(describe_changes(before, loaded.configuration))
            await self._activate(loaded, texts, author)
            return Reloaded(loaded.configuration.fingerprint, changes, self.warnings)

    def _load(self) -> tuple[Loaded, dict[str, str]]:
        try:
            texts = read_texts(self._folder)
        except OSError as fault:
            raise ConfigurationFaults([_fault_of(fault, str(self._folder))]) from fault
        return load_texts(texts, self._known_prompts(), TEMPLATES.names()), texts

    def _known_prompts(self) -> Collection[str]:
        """Raises ConfigurationFaults when the catalogue cannot be used."""
        try:
            return self._prompts()
        except CatalogueError as error:
            raise ConfigurationFaults([_as_ours(fault) for fault in error.faults]) from error
        except OSError as fault:
            raise ConfigurationFaults([_fault_of(fault, PROMPTS)]) from fault

    def _build_kept(self, texts: Mapping[str, str]) -> Loaded:
        """A configuration that was live before. It was checked then: prompts that cannot be read now are
        no reason to take no calls."""
        try:
            prompts = self._known_prompts()
        except ConfigurationFaults:
            prompts = None
        return load_texts(texts, prompts, TEMPLATES.names())

    async def _go_back(self, faults: ConfigurationFaults) -> None:
        texts = await self._last_texts()
        if texts is None:
            raise NoConfigurationError(self._folder, faults.faults) from faults
        try:
            loaded = await asyncio.to_thread(self._build_kept, texts)
        except ConfigurationFaults:
            raise NoConfigurationError(self._folder, faults.faults) from faults
        self.faults = tuple(str(fault) for fault in faults.faults)
        for fault in self.faults:
            log.error("configuration.fault", fault=fault)
        log.error("configuration.older_one_live", release=loaded.configuration.fingerprint[:12])
        await self._switch_to(loaded)

    async def _last_texts(self) -> dict[str, str] | None:
        def newest(session: Session) -> dict[str, str] | None:
            row = session.scalars(select(Release).order_by(Release.loaded_at.desc()).limit(1)).first()
            return dict(row.files) if row else None

        try:
            return await self._database.read(newest)
        except DatabaseUnavailable:
            return None

    async def _activate(self, loaded: Loaded, texts: dict[str, str], author: str = "") -> None:
        await self._keep(loaded.configuration.fingerprint, texts, author)
        self.faults = ()
        await self._switch_to(loaded)

    async def _keep(self, fingerprint: str, texts: dict[str, str], author: str) -> None:
        """In the database first; when that is away the change is made all the same, and said."""
        now = self._clock.now()

        def work(session: Session) -> None:
            row = session.get(Release, fingerprint)
            if row is None:
                session.add(Release(fingerprint=fingerprint, loaded_at=now, author=author, files=texts))
            else:
                row.loaded_at = now

        try:
            await self._database.run(work)
        except DatabaseUnavailable as fault:
            log.error("configuration.not_kept", why=str(fault))

    async def _switch_to(self, loaded: Loaded) -> None:
        await _tell(self._preparations, loaded.configuration)
        self._active = loaded.configuration
        self.warnings = tuple(str(warning) for warning in loaded.warnings)
        log.info("configuration.live", release=loaded.configuration.fingerprint[:12])
        await _tell(self._activations, loaded.configuration)


async def _tell(steps: Sequence[Activation], configuration: Configuration) -> None:
    """One that fails does not keep the others, nor the configuration, from their work."""
    for step in steps:
        try:
            await step(configuration)
        except Exception:
            log.exception("configuration.activation_failed")


def _as_ours(fault: audio.source.Fault) -> Fault:
    """A fault of the catalogue among those of the configuration."""
    return Fault(fault.file, fault.line, fault.column, fault.where, fault.reason)


def _fault_of(fault: OSError, what: str) -> Fault:
    return Fault(str(fault.filename or what), 1, 1, "", fault.strerror or str(fault))
