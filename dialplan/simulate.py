"""A call on paper: the engine driven by what an administrator supposes, without a switch.

Time passes as it would: speaking takes seconds, ringing its ring time, a conversation a minute; so a plan
that rings past closing time meets the closed calendar here too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dialplan import gates, last_resort
from dialplan.abandon import abandon
from dialplan.admitting import WORDS, admit_on_paper
from dialplan.commands import (
    Admit,
    AskCallback,
    CheckPin,
    Collect,
    Command,
    Dial,
    Hangup,
    LookUp,
    Play,
    Prompt,
    Record,
    SendMail,
    ServeEngineer,
    StartPage,
    SwitchPlan,
    Target,
    Told,
    Utterance,
)
from dialplan.dialling_in import LINE_WORDS, serve_on_paper
from dialplan.engine import BUDGET, CallFacts, Hop, Step, advance, begin
from dialplan.events import Dialled, Event, Failed, Outcome, PinChecked, Played, Switched
from dialplan.fullness import full_limit, is_full, read_full
from dialplan.gathering import paged_at
from dialplan.lines import LineCannot, check_line
from dialplan.looking import LOOK_WORDS, Rows, look_up_on_paper, read_rows
from dialplan.model import Configuration
from dialplan.numbers import caller_shown, to_e164
from dialplan.overrides import Override, OverrideKind, plan_at
from dialplan.pins import is_pin
from dialplan.quiet import phones_at
from dialplan.saying import CALLBACK_WORDS, HANG_UP, RECORD_WORDS, keep_on_paper, record_on_paper
from dialplan.simulated import Performed, Rung, Sent, Simulation
from dialplan.suppositions import (
    FAILED,
    Supposed,
    Suppositions,
    UnknownDestination,
    UnknownNode,
    UnknownOutcome,
    WrongSupposition,
)
from dialplan.visited import VISIT_WORDS, is_visit, visit_on_paper, visit_words

__all__ = [
    "Rung",
    "Sent",
    "Simulation",
    "UnknownDestination",
    "UnknownNode",
    "UnknownOutcome",
    "WrongSupposition",
    "simulate",
]

PLAY_S = 4.0
KEY_S = 1.0
BUSY_S = 2.0
TALK_S = 60.0
PIN_WORDS = (PIN_WRONG, PIN_BLOCKED) = ("wrong", "blocked")
"""How a question for a PIN is supposed to be answered: nobody's, or too many wrong ones before."""
CALL_IN = "call-in"
"""The mail that a page sends when it begins."""

CAUSES: Mapping[Outcome, int] = {
    Outcome.ANSWERED: 16,
    Outcome.NO_ANSWER: 19,
    Outcome.NOT_REACHED: 20,
    Outcome.BUSY: 17,
    Outcome.CONGESTED: 34,
    Outcome.CAUSE_31: 31,
    Outcome.INTERRUPTED: 41,
}
"""A Q.850 cause that goes with each outcome."""


def simulate(
    configuration: Configuration,
    to: str,
    caller: str | None = None,
    at: datetime | None = None,
    keys: Sequence[str] = (),
    outcomes: Supposed | None = None,
    *,
    dutch_first: bool = True,
    suppose: Supposed | None = None,
    chance: float = 0.0,
    full: Sequence[str] = (),
    found: Rows | None = None,
    record: str = "",
) -> Simulation:
    """A call to `to` at `at`. A naive `at` is by the desk's clock; it must be given: there is no clock here.

    `keys`: what the caller keys at each question, "" for nothing; when they run out the caller keys nothing.
    More keys than a question takes are typed ahead: the next question takes them, where it may.
    `outcomes`: by directory id or number; everybody else answers. `suppose`: by node (`ring` or `night.ring`)
    how what it asks is answered, `failed` for instance, or `engineer` who takes the caller; see
    `dialplan.suppositions`. `chance`: the call's random number. `full`: places that never come free, see
    `dialplan.fullness`. `found`: the row that each
    table has for any key, see `dialplan.looking`. `record`: what is said where a message may be left:
    `nothing`, `hang-up` in the middle of it, or so long, `12 s`. Raises UnknownDestination, UnknownOutcome,
    UnknownNode, WrongSupposition.
    """
    if at is None:
        raise ValueError("a simulation needs the time of the call")
    country = configuration.desk.country
    number = to_e164(to, country) or to
    call = CallFacts("simulated", number, caller_shown(caller, country), "", dutch_first, chance)
    supposed = Suppositions(configuration, outcomes or {}, suppose or {})
    places, rows = read_full(configuration, full), read_rows(configuration, found or {})
    now = _aware(configuration, at)
    return _Driver(configuration, call, now, list(keys), supposed, places, rows, record).run()


def _aware(configuration: Configuration, at: datetime) -> datetime:
    """In UTC: only there adding seconds is right in every night of the year."""
    zone = ZoneInfo(configuration.desk.timezone)
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


@dataclass(slots=True)
class _Driver:
    """Performs the commands of the engine, and remembers what came of them."""

    configuration: Configuration
    call: CallFacts
    now: datetime
    keys: list[str]
    supposed: Suppositions
    full: frozenset[str] = frozenset()
    rows: Rows = field(default_factory=dict)
    record: str = ""
    """What every caller says who is asked for a message; empty: something."""
    recorded: int = 0
    is_gone: bool = False
    ahead: str = ""
    """Keys typed ahead of the next question."""
    word: str = ""
    """How the node that asks now is supposed to be answered; empty: as usual."""
    hops: list[Hop] = field(default_factory=list)
    spoken: list[Utterance] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    rang: list[Rung] = field(default_factory=list)
    mails: list[Sent] = field(default_factory=list)
    performed: list[Performed] = field(default_factory=list)
    answered_by: str = ""

    def run(self) -> Simulation:
        step = begin(self.configuration, self.call, self._local())
        for _ in range(BUDGET * 2):
            self.hops.extend(step.hops)
            at, made = self._local(), len(self.hops)
            event = self._perform(step)
            self.performed.append(Performed(at, made, step.commands, event))
            if event is None:
                return self._story(step)
            if self.is_gone:
                return self._story(self._see_through(step, event))
            step = advance(self.configuration, step.state, event, self._local())
        raise AssertionError("the engine did not end within its budget")

    def _see_through(self, step: Step, event: Event) -> Step:
        """The caller has hung up: what he left behind is seen through."""
        after = abandon(self.configuration, step.state, event, self._local())
        self.hops.extend(after.hops)
        for told in after.commands:
            self._note(told)  # type: ignore[arg-type]
        return after

    def _local(self) -> datetime:
        return self.now.astimezone(ZoneInfo(self.configuration.desk.timezone))

    def _story(self, step: Step) -> Simulation:
        number = self.configuration.numbers.get(self.call.dialled)
        return Simulation(
            brand=number.brand if number else "",
            plan=plan_at(self.configuration, number, self.performed[0].at) if number else "",
            steps=tuple(self.hops),
            heard=tuple(self.heard),
            rang=tuple(self.rang),
            mails=tuple(self.mails),
            ended=self._ended(step),
            spoken=tuple(self.spoken),
            ended_at=self._local(),
            performed=tuple(self.performed),
        )

    def _ended(self, step: Step) -> str:
        if self.is_gone:
            return "the caller hung up"
        hangup = step.commands[-1]
        assert isinstance(hangup, Hangup)
        if not step.state.brand:
            return f"rejected (cause {hangup.cause}): nobody has this number"
        if self.answered_by:
            return f"answered by {self.answered_by}"
        if self.hops[-1].node == last_resort.NODE:
            return "nobody was reached"
        if self.hops[-1].node == gates.NODE:
            return f"refused (cause {hangup.cause}): {self.hops[-1].why}"
        return f"hung up by the plan (cause {hangup.cause})"

    def _perform(self, step: Step) -> Event | None:
        for told in step.commands[:-1]:
            self._note(told)  # type: ignore[arg-type]
        asked = step.commands[-1]
        self.word = self.supposed.answer_of(step.state.plan, step.state.node)
        if self.word == FAILED and not isinstance(asked, Hangup):
            return Failed("supposed")
        if is_visit(self.word) and not isinstance(asked, Hangup):
            return self._be_taken_over(step, asked)
        performers: dict[type, Callable[[Any], Event | None]] = {
            Play: self._play,
            Collect: self._collect,
            Dial: self._dial,
            Admit: lambda admit: self._admit(step, admit),
            LookUp: lambda look_up: self._look_up(step, look_up),
            Record: lambda record: self._record(step, record),
            AskCallback: lambda wish: self._ask_callback(step, wish),
            CheckPin: self._check_pin,
            SwitchPlan: self._switch_plan,
            ServeEngineer: lambda asked: self._serve(step, asked),
            Hangup: self._hang_up,
        }
        return performers[type(asked)](asked)

    def _be_taken_over(self, step: Step, asked: Command) -> Event:
        """An engineer has the caller, out of whatever was asked; phones that ring for him fall silent."""
        paged = [rung.entry for rung in self.rang if rung.by == "page"]
        done = visit_on_paper(self.configuration, self.word, paged, TALK_S)
        if done is None:
            raise WrongSupposition(f"{step.state.plan}.{step.state.node}", self.word, VISIT_WORDS)
        if isinstance(asked, Dial):
            self.rang += [_rung(target, "call", "taken elsewhere") for target in asked.targets]
        words = asked.utterances if isinstance(asked, Play | Collect | Record) else ()
        self._hear(words)
        self._hear(visit_words(step.state.language, self.call.dutch_first))
        self.answered_by = done.entry
        self.now += timedelta(seconds=TALK_S)
        return done

    def _note(self, told: Told) -> None:
        if isinstance(told, SendMail):
            self.mails.append(Sent(told.template, told.to, told.cc, "plan"))
        elif isinstance(told, StartPage):
            self._page(told)

    def _page(self, page: StartPage) -> None:
        brand = self.configuration.brands[page.brand]
        self.mails.append(Sent(CALL_IN, brand.mailboxes, brand.copy, "page"))
        for name in paged_at(self.configuration, page, self.now):
            entry = self.configuration.directory[name]
            usual, kept = phones_at(entry.phones, self.now)
            for phone in (*usual, *kept)[:1]:
                target = next(each for each in entry.all_targets if each.number == phone.number)
                supposed = self.supposed.outcome_of(target)
                self.rang.append(_rung(target, "page", str(supposed or "")))

    def _play(self, play: Play) -> Event:
        self._hear(play.utterances)
        return Played()

    def _hear(self, utterances: Sequence[Utterance]) -> None:
        self.spoken.extend(utterances)
        said = [said for said, _ in _without_second_language(utterances)]
        self.heard.extend(said)
        self.now += timedelta(seconds=PLAY_S * len(utterances))

    def _collect(self, collect: Collect) -> Event:
        self._hear(collect.utterances)
        ahead = "" if collect.fresh else self.ahead
        keyed = self.word or ahead or (self.keys.pop(0) if self.keys else "")
        self.now += timedelta(seconds=KEY_S * len(keyed) if keyed else collect.first_s)
        done, self.ahead = collect.read(keyed)
        return done

    def _look_up(self, step: Step, asked: LookUp) -> Event:
        done = look_up_on_paper(self.configuration, asked, self.rows, self.word)
        if done is None:
            raise WrongSupposition(f"{step.state.plan}.{step.state.node}", self.word, LOOK_WORDS)
        return done

    def _record(self, step: Step, record: Record) -> Event:
        self.recorded += 1
        word = self.word or self.record
        done = record_on_paper(record, word, f"{self.call.id}-{self.recorded}")
        if done is None:
            raise WrongSupposition(f"{step.state.plan}.{step.state.node}", word, RECORD_WORDS)
        self._hear(record.utterances)
        self.now += timedelta(seconds=done.length_s or record.silence_s)
        self.is_gone = word == HANG_UP
        return done

    def _ask_callback(self, step: Step, _: AskCallback) -> Event:
        done = keep_on_paper(self.word)
        if done is None:
            raise WrongSupposition(f"{step.state.plan}.{step.state.node}", self.word, CALLBACK_WORDS)
        return done

    def _check_pin(self, asked: CheckPin) -> Event:
        """By the hashes of the configuration; supposed, the node is answered with whose PIN it is."""
        pins = self.configuration.desk.pins
        people = asked.people or tuple(pins)
        if self.word:
            return PinChecked("" if self.word in PIN_WORDS else self.word, self.word == PIN_BLOCKED)
        owner = next((who for who in people if is_pin(asked.digits, pins.get(who, ""))), "")
        return PinChecked(owner)

    def _serve(self, step: Step, asked: ServeEngineer) -> Event:
        """The questions of the engineers' number, answered by what is keyed."""

        def next_keys() -> str:
            self.now += timedelta(seconds=PLAY_S)
            return self.keys.pop(0) if self.keys else ""

        done = serve_on_paper(self.configuration, asked, self.call.caller, next_keys, self.word)
        if done is None:
            raise WrongSupposition(f"{step.state.plan}.{step.state.node}", self.word, LINE_WORDS)
        return done

    def _switch_plan(self, asked: SwitchPlan) -> Event:
        """Nothing is switched on paper; what a line cannot carry is refused as on a call."""
        try:
            check_line(
                self.configuration, Override("", OverrideKind.GROUP, asked.group, asked.plan, self.now)
            )
        except LineCannot as refusal:
            return Switched(str(refusal))
        return Switched()

    def _admit(self, step: Step, admit: Admit) -> Event:
        plan, node = step.state.plan, step.state.node
        full = full_limit(admit, self.full) if is_full(admit, plan, node, self.full) else None
        done = admit_on_paper(admit, self.word, full)
        if done is None:
            raise WrongSupposition(f"{plan}.{node}", self.word, WORDS)
        self._hear(done.heard)
        self.now += timedelta(seconds=max(0.0, done.took_s - PLAY_S * len(done.heard)))
        return done.admitted

    def _dial(self, dial: Dial) -> Event:
        ends = [(target, self._end_of(target)) for target in dial.targets]
        winner = next((target for target, end in ends if end is Outcome.ANSWERED), None)
        for target, end in ends:
            taken = winner is not None and target is not winner and end is Outcome.ANSWERED
            self.rang.append(_rung(target, "call", "taken elsewhere" if taken else str(end)))
        if winner is not None:
            self.answered_by = winner.entry
            self.now += timedelta(seconds=TALK_S)
            return Dialled(Outcome.ANSWERED, CAUSES[Outcome.ANSWERED], winner.entry, TALK_S)
        outcome = _common([end for _, end in ends])
        self.now += timedelta(seconds=dial.ring_s if outcome is Outcome.NO_ANSWER else BUSY_S)
        return Dialled(outcome, CAUSES[outcome])

    def _hang_up(self, hangup: Hangup) -> None:
        self._hear(hangup.utterances)

    def _end_of(self, target: Target) -> Outcome:
        """How ringing this phone ends: as supposed for the node, for the phone, or answered."""
        if self.word in tuple(Outcome):
            return Outcome(self.word)
        return self.supposed.outcome_of(target) or Outcome.ANSWERED


def _rung(target: Target, by: str, outcome: str) -> Rung:
    return Rung(target.entry, target.label, target.number, by, outcome)


def _common(ends: Sequence[Outcome]) -> Outcome:
    """How ringing several together ended: one that rang through says more than one that was busy."""
    if Outcome.NO_ANSWER in ends:
        return Outcome.NO_ANSWER
    return ends[0] if ends else Outcome.NOT_REACHED


def _without_second_language(utterances: Sequence[Utterance]) -> Iterator[tuple[str, str]]:
    """What was said, once, though it was said in Dutch and in French."""
    first = utterances[0].language if utterances else ""
    for utterance in utterances:
        if utterance.language == first:
            yield _say(utterance), utterance.language


def _say(utterance: Utterance) -> str:
    return utterance.id if isinstance(utterance, Prompt) else f"{utterance.kind}:{utterance.value}"
