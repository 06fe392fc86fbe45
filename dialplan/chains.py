"""Chains: how a page hunts for somebody, as data. Stages one after the other, and then a last resort.

A policy of duty.yaml writes its stages out, or is a short form: the roster for a while, the person on the
calendar directly, the levels one by one. `chain_of` gives the stages of either. Which policy a page follows
may depend on its brand, its severity and its category: `choose`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from dialplan.times import say_duration

if TYPE_CHECKING:
    from dialplan.model import PagePolicy

ROSTER: Final = "roster"
DIRECT: Final = "direct"
LAST_RESORT: Final = "last-resort"
BETWEEN_TRIES_S: Final = 60.0
LEVEL_PHONES: Final = ("fixed", "mobile")
"""Managers: the fixed line, the mobile, and a private number only when those failed."""
WORST, LEAST = 1, 9
"""Severities: 1 is the worst."""


class Rung(StrEnum):
    """What a stage may ring."""

    DUTY = "duty"
    """Everybody on duty, in their order."""
    ON_CALL = "on-call"
    """Whoever is first on duty, as the calendar has it when the stage begins."""
    EVERYBODY = "everybody"
    """Every engineer, those on duty first."""
    LAYER = "layer"
    TEAM = "team"
    LEVEL = "level"
    LEVELS = "levels"
    """Every level of the policy, each a stage of its own."""
    ENTRY = "entry"
    """Somebody of the directory."""


class RingOrder(StrEnum):
    """In which order the people of a stage are rung."""

    IN_TURN = "in-turn"
    TOGETHER = "together"
    FAIR = "fair"
    """In turn; of equals whoever was woken least lately comes first."""


@dataclass(frozen=True, slots=True)
class Who:
    """One answer to who is rung. `name`: of the layer, the team, the entry; the number of the level."""

    kind: Rung
    name: str = ""

    def __str__(self) -> str:
        if self.kind is Rung.ENTRY:
            return self.name
        return f"{self.kind} {self.name}".strip()


@dataclass(frozen=True, slots=True)
class ChainStage:
    """One stage of a chain. Times are seconds.

    `tries` 0: again and again, until `within_s` is over; `within_s` 0: no limit. `needs`: who lacks one of
    these is not rung; `prefers`: who has more of these comes first. Both name skills, languages, or
    `$language` (the caller's) and `$category` (the page's). `phones`: the labels that are rung first.
    """

    name: str
    who: tuple[Who, ...]
    title: str = ""
    order: RingOrder = RingOrder.IN_TURN
    ring_s: float = 30.0
    tries: int = 1
    within_s: float = 0.0
    pause_s: float = 5.0
    needs: tuple[str, ...] = ()
    prefers: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    phones_together: bool = False
    quiet: bool = True
    """Whether phones are left alone in their quiet hours."""
    backup: bool = True
    """Whether back-up phones stand in for a fault of the network."""
    mail: bool = False
    """Whether the desk is told by mail when the hunt comes here."""

    def __str__(self) -> str:
        who = ", ".join(map(str, self.who))
        order = f" {self.order}" if self.order is not RingOrder.IN_TURN else ""
        return f"{who}{order} ({'; '.join(self._details())})"

    def _details(self) -> Iterator[str]:
        yield f"{say_duration(self.ring_s)} each"
        if self.tries:
            yield "once" if self.tries == 1 else f"{self.tries} times"
        if self.within_s:
            yield f"{'within' if self.tries else 'for'} {say_duration(self.within_s)}"
        if self.tries != 1:
            yield f"{say_duration(self.pause_s)} between"
        for name, words in (("needs", self.needs), ("prefers", self.prefers), ("first", self.phones)):
            if words:
                yield f"{name} {', '.join(words)}"
        told = (
            (self.phones_together, "all phones at once"),
            (not self.quiet, "in quiet hours too"),
            (not self.backup, "no back-up phones"),
            (self.mail, "with a mail"),
        )
        yield from (words for is_so, words in told if is_so)


@dataclass(frozen=True, slots=True)
class LastResort:
    """Whom the phone tells that nobody has accepted, until one has heard it. Times are seconds.

    `who`: directory entries, `$brand.failsafe`, `$brand.office`; empty: the brand's failsafe, and the desk's.
    """

    who: tuple[str, ...] = ()
    ring_s: float = 30.0
    tries: int = 20
    pause_s: float = 60.0

    def __str__(self) -> str:
        who = ", ".join(self.who) or "$brand.failsafe, the desk's failsafe"
        times = f"up to {self.tries} times, {say_duration(self.pause_s)} between"
        return f"{who} ({say_duration(self.ring_s)} each; {times})"


@dataclass(frozen=True, slots=True)
class Choice:
    """A row of `choose`: which policy such pages follow. What is empty matches every page."""

    policy: str
    pages: tuple[str, ...] = ()
    """Policies that were asked for."""
    brands: tuple[str, ...] = ()
    severities: frozenset[int] = frozenset()
    categories: tuple[str, ...] = ()

    def matches(self, asked: str, brand: str, severity: str, category: str) -> bool:
        """Whether such a page is meant."""
        return (
            (not self.pages or asked in self.pages)
            and (not self.brands or brand in self.brands)
            and (not self.severities or severity in map(str, self.severities))
            and (not self.categories or category in self.categories)
        )

    def covers(self, other: Choice) -> bool:
        """Whether every page that `other` means is meant by this one as well."""
        pairs: tuple[tuple[Sequence[object] | frozenset[int], Sequence[object] | frozenset[int]], ...] = (
            (self.pages, other.pages),
            (self.brands, other.brands),
            (self.severities, other.severities),
            (self.categories, other.categories),
        )
        return all(not mine or (theirs and set(theirs) <= set(mine)) for mine, theirs in pairs)

    def __str__(self) -> str:
        parts = (
            ("page", self.pages),
            ("brand", self.brands),
            ("severity", sorted(self.severities)),
            ("category", self.categories),
        )
        return ", ".join(f"{name} {' or '.join(map(str, values))}" for name, values in parts if values)


def say_choice(row: Choice) -> str:
    """A row as people say it: `severity 1 or 2 -> urgent`."""
    return f"{str(row) or 'every page'} -> {row.policy}"


def choose(
    choices: Sequence[Choice], asked: str, brand: str, severity: str = "", category: str = ""
) -> tuple[str, str]:
    """The policy that a page follows, and why another than it asked for; the first row that matches counts.

    An empty `severity` or `category`: nobody said.
    """
    for number, row in enumerate(choices, 1):
        if row.matches(asked, brand, severity, category):
            why = f"choose[{number}]" + (f", {row}" if str(row) else "")
            return row.policy, "" if row.policy == asked else why
    return asked, ""


def chain_of(policy: PagePolicy) -> tuple[ChainStage, ...]:
    """The stages of a policy, each name once; `levels` are a stage for each."""
    stages = policy.stages or _short_form(policy)
    return tuple(_named(each for stage in stages for each in _unfolded(stage, policy)))


def level_stage(number: int | str) -> str:
    """Name of the stage in which that level of the escalation is rung."""
    return f"level-{number}"


def _short_form(policy: PagePolicy) -> tuple[ChainStage, ...]:
    usual = ChainStage(ROSTER, (Who(Rung.DUTY),), ring_s=policy.ring_s, pause_s=policy.pause_s)
    first = replace(
        usual,
        tries=0,
        within_s=policy.page_for_s,
        order=RingOrder.TOGETHER if policy.together else RingOrder.IN_TURN,
    )
    direct = replace(
        usual,
        name=DIRECT,
        who=(Who(Rung.ON_CALL),),
        tries=policy.direct_tries,
        within_s=policy.direct_within_s,
        pause_s=min(BETWEEN_TRIES_S, policy.direct_within_s / 5),
    )
    levels = replace(
        usual,
        name="levels",
        who=(Who(Rung.LEVELS),),
        tries=policy.level_tries,
        within_s=policy.level_within_s,
        phones=LEVEL_PHONES,
        mail=True,
    )
    return (first, *((direct,) if policy.direct_tries else ()), levels)


def _unfolded(stage: ChainStage, policy: PagePolicy) -> Iterator[ChainStage]:
    if stage.who != (Who(Rung.LEVELS),):
        yield stage
        return
    for level in policy.levels:
        who = (Who(Rung.LEVEL, str(level.number)),)
        yield replace(stage, name=level_stage(level.number), who=who, title=level.title)


def _named(stages: Iterator[ChainStage]) -> Iterator[ChainStage]:
    """A second stage of a name gets a number, so that its attempts are its own."""
    seen: dict[str, int] = {}
    for stage in stages:
        seen[stage.name] = seen.get(stage.name, 0) + 1
        times = seen[stage.name]
        yield stage if times == 1 else replace(stage, name=f"{stage.name}-{times}")
