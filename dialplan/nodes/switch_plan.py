"""`switch-plan`: somebody with a PIN switches a number group to another plan, by phone.

    change:
      switch-plan: {1: fuzer, 2: escaux}
      plans: {1: night, 2: emergency}
      say: {emergency: plan-emergency}
      callers: [duty-manager, 0470 00 00 77]
      for: 4 h
      next: bye
      exits: {not-allowed: bye, wrong-pin: bye, cancelled: bye}
      rest: bye

The caller keys a PIN, hears the groups and the plan that each is on, chooses a group and a plan (0 is the
usual one), confirms with 1, and hears that it is done: it is live then, and in the database. Calls in
progress keep their plan. Fields: `switch-plan` key -> number group; `plans` key -> plan; `say` the prompt
with which a plan is spoken of (others by their key); `callers` the numbers, and the people of the directory,
that may call (default: any); `people` whose PINs are taken (default: everybody's in desk.yaml); `for` how
long it holds (default: until it is switched back); `tell` mail addresses that hear of wrong PINs (default:
the brand's mailboxes). Exits: `next`; `not-allowed` a caller who may not; `wrong-pin` after three wrong
PINs, or while no more tries are allowed; `cancelled`; `rest` when it could not be done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final, TypeAlias, cast

from dialplan.commands import CheckPin, Collect, Play, Prompt, Say, SendMail, Spoken, SwitchPlan, Utterance
from dialplan.events import Event, Keyed, PinChecked, Played, Switched
from dialplan.fields import any_phone, duration, identifier
from dialplan.nodes.destination import ENTRY
from dialplan.nodes.exits import NEXT, read_exits
from dialplan.nodes.goto import PLAN
from dialplan.nodes.mail import TEMPLATE, addresses, read_address, variables_of
from dialplan.nodes.speech import PROMPT
from dialplan.overrides import OverrideKind
from dialplan.pins import MOST_DIGITS
from dialplan.reading import Section
from dialplan.run import Ask, Go, Move, Run, expect
from dialplan.words import languages_of

NUMBER_GROUP: Final = "number group"
"""What a reference to a number group is called."""
MAIL: Final = "pin-wrong"
NOT_ALLOWED, WRONG_PIN, CANCELLED = "not-allowed", "wrong-pin", "cancelled"
OWN_EXITS: Final = (NOT_ALLOWED, WRONG_PIN, CANCELLED)
TRIES: Final = 3
USUAL_KEY, CONFIRM_KEY = "0", "1"
FIRST_S, NEXT_S = 8.0, 4.0
PROMPTS: Final = (
    "switch-enter-pin", "switch-pin-wrong", "switch-pin-refused", "switch-not-allowed", "switch-for",
    "switch-press", "switch-group", "switch-plan", "switch-usual-plan", "switch-now-on", "switch-other-plan",
    "switch-you-chose", "switch-confirm", "switch-done", "switch-ends-after", "switch-nothing-changed",
    "switch-failed", "no-input", "invalid-choice",
)  # fmt: skip

Piece: TypeAlias = str | tuple[str, str]
"""A prompt, or a way to speak a value and the value."""


@dataclass(frozen=True, slots=True)
class SwitchPlanNode:
    """Groups and plans by their keys."""

    kind: ClassVar[str] = "switch-plan"
    exits: Mapping[str, str]
    groups: Mapping[str, str]
    plans: Mapping[str, str]
    say: Mapping[str, str] = field(default_factory=dict)
    callers: tuple[str, ...] = ()
    """Numbers (E.164) and directory ids; empty: anybody may call."""
    people: tuple[str, ...] = ()
    for_s: float = 0.0
    tell: tuple[str, ...] = ("$brand.mailboxes",)

    def enter(self, run: Run) -> Move:
        """Look at the caller's number, then ask for the PIN."""
        if self.callers and run.call.caller not in self._numbers(run):
            return _say_and_go(
                run, "", ("switch-not-allowed",), NOT_ALLOWED, "this caller may not switch plans"
            )
        return _ask_pin(run, (), 1)

    def resume(self, run: Run, event: Event) -> Move:
        """One question after the other; the memory says which was asked."""
        stage, *kept = (str(part) for part in run.memory)
        if stage == "said":
            expect(event, Played)
            return Go(kept[0], kept[1])
        if stage == "pin":
            return Ask(CheckPin(expect(event, Keyed).digits, self.people), ("check", *kept))
        if stage == "check":
            return self._checked(run, expect(event, PinChecked), int(kept[0]))
        if stage == "switch":
            return self._switched(run, expect(event, Switched), kept)
        return self._chosen(run, stage, kept, expect(event, Keyed).digits)

    def _numbers(self, run: Run) -> set[str]:
        directory = run.configuration.directory
        entries = [directory[one] for one in self.callers if one in directory]
        return {phone.number for entry in entries for phone in entry.phones} | set(self.callers)

    def _checked(self, run: Run, checked: PinChecked, tried: int) -> Move:
        if checked.who:
            return self._ask_group(run, checked.who, (), 1)
        if not checked.is_blocked and tried < TRIES:
            return _ask_pin(run, ("switch-pin-wrong",), tried + 1)
        to = addresses(self.tell, run.brand)
        run.tell(SendMail(MAIL, to, (), variables_of(run)))
        why = (
            "there were too many wrong PINs before"
            if checked.is_blocked
            else f"{tried} wrong PINs were keyed"
        )
        return _say_and_go(run, "", ("switch-pin-refused",), WRONG_PIN, why)

    def _chosen(self, run: Run, stage: str, kept: list[str], key: str) -> Move:
        """A key for a group, a plan, or the confirmation. `kept`: who, how often asked, what was chosen."""
        who, tried, *choices = kept
        good = {"group": self.groups.keys(), "plan": {*self.plans, USUAL_KEY}, "confirm": {CONFIRM_KEY}}[
            stage
        ]
        if key == "*":
            return _cancel(run, who, "the caller cancelled")
        if key in good:
            return self._go_on(run, stage, who, [*choices, key])
        if int(tried) >= TRIES:
            return _cancel(run, who, f"no choice was made, {TRIES} times asked")
        sorry: tuple[Piece, ...] = ("invalid-choice",) if key else ("no-input",)
        return self._ask(run, stage, who, choices, sorry, int(tried) + 1)

    def _go_on(self, run: Run, stage: str, who: str, choices: list[str]) -> Move:
        if stage != "confirm":
            return self._ask(run, "plan" if stage == "group" else "confirm", who, choices, (), 1)
        group, plan = self.groups[choices[0]], self.plans.get(choices[1], "")
        for_s = self.for_s if plan else 0.0
        return Ask(SwitchPlan(group, plan, who, for_s), ("switch", who, *choices))

    def _switched(self, run: Run, switched: Switched, kept: list[str]) -> Move:
        who, group_key, plan_key, *_ = kept
        group, plan = self.groups[group_key], self.plans.get(plan_key, "")
        if switched.refused:
            return _say_and_go(run, who, ("switch-failed",), "rest", f"it was refused: {switched.refused}")
        why = f"{who} switched {group} to {plan}" if plan else f"{who} switched {group} back"
        said: tuple[Piece, ...] = ("switch-done", *(self._end_words() if plan else ()))
        return _say_and_go(run, who, said, NEXT, why)

    def _ask(
        self, run: Run, stage: str, who: str, choices: list[str], sorry: tuple[Piece, ...], tried: int
    ) -> Ask:
        if stage == "group":
            return self._ask_group(run, who, sorry, tried)
        asked = self._plan_words if stage == "plan" else self._confirm_words
        words = asked(run, choices)
        return Ask(_question(run, who, (*sorry, *words)), (stage, who, tried, *choices))

    def _ask_group(self, run: Run, who: str, sorry: tuple[Piece, ...], tried: int) -> Ask:
        words: list[Piece] = list(sorry)
        for key in self.groups:
            words += ["switch-for", *self._group(run, key), "switch-press", ("digits", key)]
            words += ["switch-now-on", *self._present(run, self.groups[key])]
        return Ask(_question(run, who, tuple(words)), ("group", who, tried))

    def _plan_words(self, run: Run, choices: list[str]) -> tuple[Piece, ...]:
        words: list[Piece] = [*self._group(run, choices[0])]
        for key in (*self.plans, USUAL_KEY):
            words += ["switch-for", *self._plan(key), "switch-press", ("digits", key)]
        return tuple(words)

    def _confirm_words(self, run: Run, choices: list[str]) -> tuple[Piece, ...]:
        ends = self._end_words() if choices[1] in self.plans else ()
        chosen = (*self._group(run, choices[0]), *self._plan(choices[1]))
        return ("switch-you-chose", *chosen, *ends, "switch-confirm")

    def _end_words(self) -> tuple[Piece, ...]:
        return ("switch-ends-after", ("duration", f"{self.for_s:g}")) if self.for_s else ()

    def _group(self, run: Run, key: str) -> tuple[Piece, ...]:
        group = run.configuration.groups.get(self.groups[key])
        return (group.spoken,) if group and group.spoken else ("switch-group", ("digits", key))

    def _plan(self, key: str) -> tuple[Piece, ...]:
        if key == USUAL_KEY:
            return ("switch-usual-plan",)
        prompt = self.say.get(self.plans[key])
        return (prompt,) if prompt else ("switch-plan", ("digits", key))

    def _present(self, run: Run, group: str) -> tuple[Piece, ...]:
        """The plan that a group is on now."""
        overrides = run.configuration.overrides.get(f"{OverrideKind.GROUP}:{group}", ())
        holding = next((one for one in overrides if one.holds(run.now)), None)
        if holding is None:
            return ("switch-usual-plan",)
        key = next((key for key, plan in self.plans.items() if plan == holding.to), None)
        return self._plan(key) if key else ("switch-other-plan",)


def _ask_pin(run: Run, sorry: tuple[Piece, ...], tried: int) -> Ask:
    words = _said(run, "", (*sorry, "switch-enter-pin"))
    return Ask(
        Collect(words, MOST_DIGITS, FIRST_S, NEXT_S, terminator="#", fresh=True, secret=True), ("pin", tried)
    )


def _question(run: Run, who: str, words: tuple[Piece, ...]) -> Collect:
    return Collect(_said(run, who, words), 1, FIRST_S, NEXT_S)


def _cancel(run: Run, who: str, why: str) -> Ask:
    return _say_and_go(run, who, ("switch-nothing-changed",), CANCELLED, why)


def _say_and_go(run: Run, who: str, words: tuple[Piece, ...], exit_: str, why: str) -> Ask:
    return Ask(Play(_said(run, who, words)), ("said", exit_, why))


def _said(run: Run, who: str, words: tuple[Piece, ...]) -> tuple[Utterance, ...]:
    """In the language of the person, once it is known who it is; else in the call's."""
    entry = run.configuration.directory.get(who)
    own = entry.language if entry else ""
    languages = (cast(Spoken, own),) if own else languages_of(run.language, run.call.dutch_first)
    return tuple(_one(word, language) for language in languages for word in words)


def _one(word: Piece, language: Spoken) -> Utterance:
    if isinstance(word, str):
        return Prompt(word, language)
    kind, value = word
    return Say("duration" if kind == "duration" else "digits", value, language)


def read(section: Section) -> SwitchPlanNode:
    """A switch-plan node as it is written."""
    groups = _read_choices(section, "switch-plan", NUMBER_GROUP)
    plans = _read_choices(section, "plans", PLAN)
    for prompt in PROMPTS:
        section.reading.refer(PROMPT, prompt, section.place, section.where)
    section.reading.refer(TEMPLATE, MAIL, section.place, section.where)
    return SwitchPlanNode(
        exits=read_exits(section, own=OWN_EXITS, needs_next=True, rest_is_next=True),
        groups=groups,
        plans=plans,
        say=_read_say(section, plans),
        callers=_read_callers(section),
        people=section.names("people", ENTRY, parse=identifier),
        for_s=section.get("for", duration(60, 30 * 86_400), 0.0),
        tell=section.list_of("tell", read_address) or ("$brand.mailboxes",),
    )


def _read_choices(section: Section, key: str, of: str) -> dict[str, str]:
    """Key -> name. 0 stands for the usual plan."""
    table = section.section(key, is_needed=True)
    found: dict[str, str] = {}
    for pressed, place, cell in table.entries() if table else ():
        where = f'{section.path(key)}["{pressed}"]'
        if len(pressed) != 1 or pressed not in "123456789":
            section.reading.fault(place, where, f'"{pressed}" cannot be chosen here; keys are 1 to 9')
            continue
        found[pressed] = section.parsed(cell, where, identifier, "")
        if found[pressed]:
            section.reading.refer(of, found[pressed], cell.place, where)
    if table is not None and not table.keys:
        section.fault(key, "there is nothing to choose")
    return {pressed: name for pressed, name in found.items() if name}


def _read_say(section: Section, plans: Mapping[str, str]) -> dict[str, str]:
    table = section.section("say")
    found: dict[str, str] = {}
    for plan, place, cell in table.entries() if table else ():
        where = f"{section.path('say')} {plan}"
        if plan not in plans.values():
            section.reading.fault(place, where, f'"{plan}" is none of the plans that can be chosen here')
        found[plan] = section.parsed(cell, where, identifier, "")
        if found[plan]:
            section.reading.refer(PROMPT, found[plan], cell.place, where)
    return found


def _read_callers(section: Section) -> tuple[str, ...]:
    """Directory ids, and numbers in any form."""
    found: list[str] = []
    for where, cell in section.cells_of("callers"):
        for caller in section.parsed_one(cell, where, _caller(section.reading.country)):
            found.append(caller)
            if not caller.startswith("+"):
                section.reading.refer(ENTRY, caller, cell.place, where)
    return tuple(found)


def _caller(country: str) -> Callable[[str], str]:
    parse_phone = any_phone(country)

    def parse(text: str) -> str:
        return identifier(text) if text[:1].isalpha() else parse_phone(text)

    return parse
