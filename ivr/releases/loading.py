"""Configurations read and checked before they may go live: of the folder, of a release, of a draft."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import audio.source
from audio.source import CatalogueError
from dialplan.faults import ConfigurationFaults, Fault
from dialplan.source import Loaded, read_texts
from ivr.building import Builder, Order, Proving
from ivr.notify import DEFAULT as TEMPLATES

PROMPTS = "catalogue of prompts"
"""What faults of the prompts are said of, when they have no place of their own."""


@dataclass(frozen=True, slots=True)
class Loading:
    """`prompts`: reads the catalogue; `prove`: what a configuration must stand beside its checks; `today`: by
    which hours are judged. Everything raises ConfigurationFaults, and blocks until it is done."""

    folder: Path
    prompts: Callable[[], Collection[str]]
    prove: Proving | None
    today: Callable[[], date]
    builder: Builder = field(default_factory=Builder)

    def load(self) -> tuple[Loaded, dict[str, str]]:
        """What the folder holds, and its files."""
        try:
            texts = read_texts(self.folder)
        except OSError as fault:
            raise ConfigurationFaults([_fault_of(fault, str(self.folder))]) from fault
        return self.checked(texts), texts

    def checked(self, texts: Mapping[str, str]) -> Loaded:
        """All that must be so before anything goes live."""
        return self.builder.build(
            Order(texts, self._known_prompts(), TEMPLATES.names(), self.today(), prove=self.prove)
        )

    def build(self, texts: Mapping[str, str]) -> Loaded:
        """A configuration that is not to go live: checked, but its scenarios are not run."""
        return self.builder.build(Order(texts, self._known_prompts(), TEMPLATES.names()))

    def build_kept(self, texts: Mapping[str, str]) -> Loaded:
        """A configuration that was live before. It was checked then: prompts that cannot be read now, and
        rules that did not exist then, are no reason to take no calls."""
        try:
            prompts = self._known_prompts()
        except ConfigurationFaults:
            prompts = None
        return self.builder.build(Order(texts, prompts, TEMPLATES.names(), is_kept=True))

    def _known_prompts(self) -> Collection[str]:
        """Raises ConfigurationFaults when the catalogue cannot be used."""
        try:
            return self.prompts()
        except CatalogueError as error:
            raise ConfigurationFaults([_as_ours(fault) for fault in error.faults]) from error
        except OSError as fault:
            raise ConfigurationFaults([_fault_of(fault, PROMPTS)]) from fault


def _as_ours(fault: audio.source.Fault) -> Fault:
    """A fault of the catalogue among those of the configuration."""
    return Fault(fault.file, fault.line, fault.column, fault.where, fault.reason)


def _fault_of(fault: OSError, what: str) -> Fault:
    return Fault(str(fault.filename or what), 1, 1, "", fault.strerror or str(fault))
