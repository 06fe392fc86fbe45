"""The failsafe of the switch, kept in step with the live configuration."""

from __future__ import annotations

import asyncio
from pathlib import Path

from dialplan.model import Brand, Configuration
from ivr.switch.failsafe import FailsafeRule, write_failsafe


class FailsafeKeeper:
    """Writes the failsafe rules at each activation; the switch reads them when a call needs them."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def activate(self, configuration: Configuration) -> None:
        """A configuration has become live."""
        await asyncio.to_thread(self.write, configuration)

    def write(self, configuration: Configuration) -> None:
        """Write the rules."""
        write_failsafe(self._path, rules_of(configuration), default_of(configuration))


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
