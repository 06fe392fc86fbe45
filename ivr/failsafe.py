"""The failsafe of the switch, kept in step with the live configuration."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

import structlog

from dialplan.model import Brand, Configuration
from ivr.ami import AmiError, AmiLink
from ivr.switch.failsafe import FailsafeRule, write_failsafe

PATIENCE_S: Final = 1.0
READING_LIMIT_S: Final = 60.0
log = structlog.get_logger(__name__)


class FailsafeKeeper:
    """Writes the failsafe rules at each activation and has the switch read them."""

    def __init__(self, path: Path, link: AmiLink) -> None:
        self._path, self._link = path, link
        self._reading: asyncio.Task[None] | None = None
        self._written, self._read = 1, 0
        """Counts of what was written to the disk, and which of it the switch has read."""

    async def activate(self, configuration: Configuration) -> None:
        """A configuration has become live. Waits a moment for the switch, which takes seconds to read the
        rules of ten thousand numbers, and no longer: it reads on by itself."""
        if await asyncio.to_thread(self.write, configuration):
            self._written += 1
        if self._read < self._written:
            self._reading = asyncio.create_task(self._have_read(self._reading), name="failsafe")
            await asyncio.wait({self._reading}, timeout=PATIENCE_S)

    async def _have_read(self, before: asyncio.Task[None] | None) -> None:
        """One after another: the switch refuses a reload while it does one."""
        if before is not None:
            await asyncio.wait({before})
        written = self._written
        try:
            await self._link.reload("pbx_config", timeout_s=READING_LIMIT_S)
            self._read = written
        except AmiError as fault:
            log.info("failsafe.read_later", why=str(fault))

    def write(self, configuration: Configuration) -> bool:
        """Write the rules when they differ from those on disk; whether they did."""
        before = self._path.read_bytes() if self._path.exists() else b""
        write_failsafe(self._path, rules_of(configuration), default_of(configuration))
        return self._path.read_bytes() != before


def rules_of(configuration: Configuration) -> list[FailsafeRule]:
    """One rule for each service number: its brand's person, in its brand's languages."""
    brands = configuration.brands
    return [
        _rule(configuration, number.number, brands[number.brand]) for number in configuration.numbers.values()
    ]


def default_of(configuration: Configuration) -> FailsafeRule:
    """For numbers that no brand has: the desk's own last person."""
    desk = configuration.desk
    return FailsafeRule("", desk.title, _phones(configuration, desk.failsafe), desk.shown_number)


def _rule(configuration: Configuration, number: str, brand: Brand) -> FailsafeRule:
    languages = {"bi": ("nl", "fr")}.get(brand.language, (brand.language,))
    return FailsafeRule(
        number,
        brand.title,
        _phones(configuration, brand.failsafe),
        brand.shown_number,
        apology=tuple(f"{language}/apology-technical" for language in languages),
        nobody=tuple(f"{language}/failsafe-nobody" for language in languages),
    )


def _phones(configuration: Configuration, entry: str) -> tuple[str, ...]:
    return tuple(target.number for target in configuration.directory[entry].all_targets)
