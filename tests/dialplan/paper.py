"""Configurations and calls on paper, for the tests of the dialplan."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from textwrap import dedent
from zoneinfo import ZoneInfo

import yaml

from dialplan.commands import Asked, Collect, Dial, Hangup, Play, Prompt, Say, Told
from dialplan.engine import CallFacts, Hop, State, Step, advance, begin
from dialplan.events import Dialled, Event, Failed, Keyed, Outcome, Played
from dialplan.model import Configuration
from dialplan.source import load_texts, read_texts

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "config"
BRUSSELS = ZoneInfo("Europe/Brussels")

NUMBER = "+3232055582"

SMALL: Mapping[str, str] = {
    "desk.yaml": """
        title: A small desk
        failsafe: boss
        mail_from: desk@example.com
        shown_number: 03 205 55 82
        """,
    "brands.yaml": """
        acme:
          title: Acme
          welcome: welcome-fuzer
          spoken: brand-fuzer
          mailboxes: [support@example.com]
          copy: [all@example.com]
          accepted_to: who@example.com
          office: office
          numbers: [{number: 03 205 55 82, plan: main}]
        """,
    "directory.yaml": """
        boss:
          title: The boss
          kind: failsafe
          phones:
            - 0470 00 00 09
            - {number: 0470 00 00 10, label: private, only if needed: yes}
        office: {title: The office, kind: office, phone: 0470 00 00 51}
        one: {title: Agent one, kind: desk, phone: 0470 00 00 21}
        two: {title: Agent two, kind: desk, phone: 0470 00 00 22}
        eng: {title: The engineer, kind: engineer, phone: 0470 00 00 01, mail: eng@example.com}
        spare: {title: The spare, kind: backup, phone: 0470 00 00 02}
        """,
    "calendars.yaml": """
        work: {open: Mon-Fri 09:00-17:00, holidays: closed}
        """,
    "duty.yaml": """
        engineers: {ENG: {title: engineer, entry: eng}}
        roster: {handover: Mon 08:00, first_week: 2026-01-05, weeks: [ENG]}
        backup_phones: [spare]
        policies: {standard: {levels: [{title: boss, entry: boss}]}}
        """,
}

PLAIN_PLAN = """
    start: hello
    nodes:
      hello: {announce: please-hold, next: ring}
      ring: {destination: $brand.office, rest: bye}
      bye: {hangup: normal}
"""


@cache
def known_prompts() -> frozenset[str]:
    """The ids of the shipped catalogue."""
    return frozenset(yaml.safe_load((ROOT / "prompts" / "catalogue.yaml").read_text(encoding="utf-8")))


@cache
def shipped() -> Configuration:
    """The configuration as it is shipped."""
    return load_texts(read_texts(CONFIG), known_prompts()).configuration


def small_texts(plan: str = PLAIN_PLAN, **files: str) -> dict[str, str]:
    """A small configuration with one plan; other files by their name without suffix."""
    texts = {name: dedent(text).lstrip("\n") for name, text in SMALL.items()}
    texts["plans/main.yaml"] = dedent(plan).lstrip("\n")
    for name, text in files.items():
        texts[f"{name.replace('__', '/')}.yaml"] = dedent(text).lstrip("\n")
    return texts


def small(plan: str = PLAIN_PLAN, **files: str) -> Configuration:
    """A small configuration, loaded."""
    return load_texts(small_texts(plan, **files), known_prompts(), {"plan-mail"}).configuration


def at(text: str) -> datetime:
    """`2026-11-21 21:14` by the clock of Brussels."""
    return datetime.fromisoformat(text).replace(tzinfo=BRUSSELS)


class PaperCall:
    """A call that the test drives by hand: it answers what is asked, and time passes when it says so."""

    def __init__(
        self,
        configuration: Configuration,
        dialled: str = NUMBER,
        *,
        when: str = "2026-11-23 10:00",
        dutch_first: bool = True,
        caller: str | None = "+32470000099",
    ) -> None:
        self.configuration = configuration
        self.now = at(when)
        self.hops: list[Hop] = []
        self.told: list[Told] = []
        self._take(begin(configuration, CallFacts("c1", dialled, caller, "A caller", dutch_first), self.now))

    def _take(self, step: Step) -> None:
        self.state: State = step.state
        self.hops += step.hops
        self.told += step.commands[:-1]  # type: ignore[arg-type]
        self.asked: Asked = step.commands[-1]  # type: ignore[assignment]

    def answer(self, event: Event, after_s: float = 1.0) -> PaperCall:
        self.now += timedelta(seconds=after_s)
        self._take(advance(self.configuration, self.state, event, self.now))
        return self

    def listens(self) -> PaperCall:
        assert isinstance(self.asked, Play), self.asked
        return self.answer(Played())

    def keys(self, digits: str) -> PaperCall:
        assert isinstance(self.asked, Collect), self.asked
        return self.answer(Keyed(digits))

    def rings(self, outcome: Outcome, cause: int = 0) -> PaperCall:
        assert isinstance(self.asked, Dial), self.asked
        return self.answer(Dialled(outcome, cause, self.asked.targets[0].entry))

    def fails(self, reason: str = "broken") -> PaperCall:
        return self.answer(Failed(reason))

    @property
    def hears(self) -> list[str]:
        """What is being said: `nl:please-hold`, `digits 123`."""
        assert isinstance(self.asked, Play | Collect), self.asked
        return [
            f"{u.language}:{u.id}" if isinstance(u, Prompt) else f"{u.language}:{u.kind} {u.value}"
            for u in self.asked.utterances
            if isinstance(u, Prompt | Say)
        ]

    @property
    def ringing(self) -> list[str]:
        """Whose phones are ringing."""
        assert isinstance(self.asked, Dial), self.asked
        return [target.entry for target in self.asked.targets]

    @property
    def hung_up(self) -> int:
        """The cause with which the call was ended."""
        assert isinstance(self.asked, Hangup), self.asked
        return self.asked.cause

    @property
    def way(self) -> list[str]:
        """The exits taken: `hello.next`."""
        return [f"{hop.node}.{hop.exit}" for hop in self.hops]
