"""A configuration as the engine sees it: checked, immutable, every name resolved to an id that exists.

Made by `dialplan.source`. Numbers are E.164, times seconds, prompts ids of the catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from dialplan.alarms import Alarms
from dialplan.beforehand import Beforehand
from dialplan.calendars import Calendar
from dialplan.chains import ChainStage, Choice, LastResort
from dialplan.commands import Target
from dialplan.dial_rules import CallBackRules
from dialplan.groups import Group
from dialplan.ical import Events
from dialplan.limits import Gate
from dialplan.lists import NumberList
from dialplan.origins import Origin
from dialplan.overrides import Override
from dialplan.quiet import Quiet
from dialplan.rotations import Rotation
from dialplan.skills import SkillsGroup
from dialplan.tables import LookUpTable

if TYPE_CHECKING:
    from dialplan.remote import Remote
    from dialplan.run import Node


class EntryKind(StrEnum):
    """Who stands behind a directory entry."""

    DESK = "desk"
    OFFICE = "office"
    ENGINEER = "engineer"
    BACKUP = "backup"
    MANAGER = "manager"
    FAILSAFE = "failsafe"
    EXTERNAL = "external"


class PhoneLabel(StrEnum):
    """Which of somebody's phones."""

    MOBILE = "mobile"
    FIXED = "fixed"
    PRIVATE = "private"
    DESK = "desk"


class LineType(StrEnum):
    """How a service number reaches the platform. Ringing in parallel needs SIP."""

    SIP = "sip"
    INAP = "inap"


@dataclass(frozen=True, slots=True)
class Phone:
    """One phone. `only_if_needed`: rung when every other one of its owner has failed, and never for less."""

    number: str
    label: PhoneLabel = PhoneLabel.MOBILE
    only_if_needed: bool = False
    quiet: Quiet | None = None
    """When it is not rung by a page; None: at any hour it is."""
    operator: str = ""
    """Whose network it is on; empty when nobody said."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody, or some place, that can be rung."""

    id: str
    title: str
    kind: EntryKind
    phones: tuple[Phone, ...]
    mail: str = ""
    language: str = ""
    extension: str = ""
    sms: str = ""
    """The number that text messages go to; empty: none are sent."""
    """The digits that callers may key to reach this entry, where a plan lets them; empty: none."""
    targets: tuple[Target, ...] = field(init=False, repr=False, compare=False)
    """The phones to ring in the ordinary way, as the engine's commands want them."""
    all_targets: tuple[Target, ...] = field(init=False, repr=False, compare=False)
    """Those, and then the ones kept for need."""

    def __post_init__(self) -> None:
        usual = tuple(self._target(phone) for phone in self.phones if not phone.only_if_needed)
        kept = tuple(self._target(phone) for phone in self.phones if phone.only_if_needed)
        object.__setattr__(self, "targets", usual)
        object.__setattr__(self, "all_targets", usual + kept)

    def _target(self, phone: Phone) -> Target:
        return Target(self.id, self.title, phone.number)


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk as a whole."""

    title: str
    timezone: str
    country: str
    language: str
    failsafe: str
    mail_from: str
    shown_number: str
    failsafe_ring_s: float = 30.0
    call_back: CallBackRules = field(default_factory=CallBackRules)
    """Which numbers may be called back, how often and how."""
    pins: Mapping[str, str] = field(default_factory=dict)
    """Directory entry -> the scrypt hash of the PIN with which that person switches plans by phone."""


@dataclass(frozen=True, slots=True)
class Brand:
    """One brand: its words, its mailboxes, its people. `failsafe` and `shown_number` are never empty."""

    id: str
    title: str
    welcome: str
    spoken: str
    languages: tuple[str, ...]
    language: str
    mailboxes: tuple[str, ...]
    copy: tuple[str, ...]
    accepted_to: str
    office: str
    failsafe: str
    shown_number: str
    customer: str = ""
    """The customer id a call belongs to when nobody has asked for one."""
    mail_language: str = "en"
    """What this brand's mails are written in."""
    important: tuple[str, ...] = ()
    """Customers whose calls want particular care, by name."""
    important_keys: frozenset[str] = frozenset()
    """By what such a call is known: names in small letters, customer ids, E.164 numbers."""


@dataclass(frozen=True, slots=True)
class ServiceNumber:
    """A number that callers dial."""

    number: str
    brand: str
    plan: str
    group: str
    carrier: str = ""
    line_type: LineType = LineType.SIP
    gates: tuple[Gate, ...] = ()
    """The limits that a call to this number must pass before its plan begins."""


@dataclass(frozen=True, slots=True)
class Engineer:
    """Somebody of the on-call roster. `entry`: the directory entry with the phones and the mail address."""

    trigram: str
    title: str
    entry: str
    languages: tuple[str, ...] = ()
    """What this engineer speaks, the best first; empty: the language of the entry."""
    skills: tuple[str, ...] = ()
    pin: bool | None = None
    """Whether this engineer is asked for his PIN; None: as the policy says."""


@dataclass(frozen=True, slots=True)
class Team:
    """Engineers (trigrams) who share a layer."""

    id: str
    title: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Swap:
    """Another order: from `start` until before `end` (UTC) it holds, whoever's turn it is.

    `layer`: of the duties only; empty: in place of the whole order (in a roster: of that roster's).
    """

    start: datetime
    end: datetime
    order: tuple[str, ...]
    title: str = ""
    layer: str = ""


@dataclass(frozen=True, slots=True)
class Cover:
    """From `start` until before `end` (UTC) `by` stands in for `absent`; empty: nobody has agreed yet.

    `is_exchange`: `absent` takes the place of `by` as well. `layer`: there only; empty: everywhere.
    """

    start: datetime
    end: datetime
    absent: str
    by: str = ""
    is_exchange: bool = False
    layer: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Absence:
    """Leave: from `start` until before `end` (UTC) somebody's turns are skipped."""

    trigram: str
    start: datetime
    end: datetime
    title: str = ""


@dataclass(frozen=True, slots=True)
class Layer:
    """One line of a duty, after those before it: a rotation, the events of an iCal file, or rows of a file.

    Nobody of it is on duty while the calendar `during` is closed, or while `outside` is open.
    """

    id: str
    title: str
    zone: str
    team: str = ""
    rotation: Rotation | None = None
    events: Events | None = None
    """Their summaries name trigrams."""
    remote: Remote | None = None
    """Where the events are fetched from; until they were, `events` is None."""
    rows: tuple[Swap, ...] = ()
    during: str = ""
    outside: str = ""


@dataclass(frozen=True, slots=True)
class Roster:
    """Who is rung, in which order, week by week; after the last week the first comes again.

    A week begins on `weekday` (Monday is 0) at `clock_min` in `zone`; `first_week` is the date on which
    the first of `weeks` began. `weeks` hold trigrams, first to last.
    """

    weeks: tuple[tuple[str, ...], ...]
    first_week: date
    weekday: int
    clock_min: int
    zone: str
    swaps: tuple[Swap, ...] = ()


@dataclass(frozen=True, slots=True)
class Level:
    """One level of the escalation."""

    number: int
    title: str
    entry: str


@dataclass(frozen=True, slots=True)
class PagePolicy:
    """How a page hunts for an engineer: by its `stages` (see `dialplan.chains`), or by a short form.

    The short form: for `page_for_s` the roster is rung, one after another (or `together`), with `pause_s`
    between two rounds. Then the person on call is rung directly, `direct_tries` times within
    `direct_within_s`; then the levels, one by one.
    """

    id: str
    ring_s: float = 30.0
    pause_s: float = 5.0
    page_for_s: float = 600.0
    direct_tries: int = 2
    direct_within_s: float = 300.0
    levels: tuple[Level, ...] = ()
    level_tries: int = 2
    level_within_s: float = 300.0
    network_fault_causes: frozenset[int] = frozenset({27, 34, 38, 41, 42})
    """Q.850 causes that mean a fault of the network: the back-up phones are rung then."""
    promise_s: float = 1200.0
    """The caller was promised a call back within so long of the page's beginning; 0: nothing was promised."""
    remind_s: float = 300.0
    """So long before the promise runs out the engineer who accepted is reminded; 0: he is not."""
    languages: tuple[str, ...] = ("en",)
    """What engineers are spoken to in, when their entry names no language."""
    pin: bool = False
    """Ask whoever picks up for his PIN before anything about the caller is said."""
    together: bool = False
    """Ring everybody on duty at once instead of one after another."""
    sms: bool = False
    """Whoever is rung first, and whoever accepts, gets a text message on his first mobile phone too."""
    stages: tuple[ChainStage, ...] = ()
    """As they are written; empty: the short form."""
    last_resort: LastResort | None = field(default_factory=LastResort)
    """Who hears by phone that nobody has accepted; None: nobody, and the mail is all."""
    fault_memory_s: float = 900.0
    """So long a fault of the network is held against the operator."""


@dataclass(frozen=True, slots=True)
class Duty:
    """Being on call: who, when, and what is done until somebody has taken the call."""

    engineers: tuple[Engineer, ...]
    roster: Roster
    """The first layer; without weeks there is none."""
    backup_phones: tuple[str, ...]
    policies: Mapping[str, PagePolicy]
    choices: tuple[Choice, ...] = ()
    """Which policy a page follows; the first that matches counts, and without one it is the one asked for."""
    teams: Mapping[str, Team] = field(default_factory=dict)
    layers: tuple[Layer, ...] = ()
    overrides: tuple[Swap, ...] = ()
    """Of two that hold at once, the later one counts."""
    covers: tuple[Cover, ...] = ()
    """Done one after the other, as they stand here."""
    leave: tuple[Absence, ...] = ()
    calendars: Mapping[str, Calendar] = field(default_factory=dict, compare=False)
    """Those that layers name, and `needed`."""
    needed: str = ""
    """The calendar while which somebody has to be on duty; empty: always."""
    rest_s: float = 8 * 3600.0
    """The least that should lie between two duties of the same person; 0: not judged."""
    beforehand: Beforehand = field(default_factory=Beforehand)
    """Forecast, handshake and drill."""

    def engineer(self, trigram: str) -> Engineer:
        """The engineer of a trigram; KeyError when there is none."""
        for engineer in self.engineers:
            if engineer.trigram == trigram:
                return engineer
        raise KeyError(trigram)


@dataclass(frozen=True, slots=True)
class Plan:
    """A routing plan. `last_resort`: the entry that is rung when the plan fails; empty: the brand's."""

    id: str
    title: str
    start: str
    nodes: Mapping[str, Node]
    last_resort: str = ""
    gates: tuple[Gate, ...] = ()
    """The limits that a call must pass to come into this plan."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything that decides about calls, pinned to a call when it begins."""

    desk: Desk
    brands: Mapping[str, Brand]
    numbers: Mapping[str, ServiceNumber]
    directory: Mapping[str, Entry]
    calendars: Mapping[str, Calendar]
    duty: Duty
    plans: Mapping[str, Plan]
    groups: Mapping[str, Group] = field(default_factory=dict)
    """Every number group, also those that only numbers name."""
    overrides: Mapping[str, tuple[Override, ...]] = field(default_factory=dict)
    """What is switched for a while: by `group:NAME` and `number:+32...`, the last one made first."""
    skills: Mapping[str, SkillsGroup] = field(default_factory=dict)
    extensions: Mapping[str, str] = field(default_factory=dict)
    """Extension -> directory entry, for direct calls."""
    origins: Mapping[str, Origin] = field(default_factory=dict)
    """Callers under names; those that everybody has are not among them (`dialplan.origins.built_in`)."""
    lists: Mapping[str, NumberList] = field(default_factory=dict)
    tables: Mapping[str, LookUpTable] = field(default_factory=dict)
    alarms: Alarms = field(default_factory=Alarms)
    prompts: frozenset[str] = frozenset()
    """The prompt ids that were known when this was checked; empty when nobody said."""
    fingerprint: str = ""
    """SHA-256 over the names and digests of the files."""
    digests: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of each file."""
    memo: dict[tuple[object, ...], Any] = field(default_factory=dict, repr=False, compare=False)
    """What nodes have worked out once, for a brand and a language: a cache, never a state."""

    def last_resort_of(self, plan: str, brand: str) -> str:
        """The directory id of the person who is rung when a plan fails."""
        found = self.plans[plan].last_resort if plan in self.plans else ""
        if not found and brand in self.brands:
            found = self.brands[brand].failsafe
        return found or self.desk.failsafe
