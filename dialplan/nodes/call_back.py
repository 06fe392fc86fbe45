"""`call-back`: offer to call back instead of letting the caller wait.

    later:
      call-back: desk
      next: bye
      exits: {declined: desk, not-allowed: message, limit: message}
      rest: message

Fields: `call-back` the destination node of this plan whose people call back; `offer` the words before the
caller's own number (default `callback-offer`); `other: no` allows no other number than his own; `tries`
(default 3); `wait` for a key (default 6 s). The variable `callback-number` holds the number.

The caller hears his number: 1 takes it, 2 asks for another, which is read back and confirmed by 1. A caller
who shows no number, or one that may not be called, keys one. What may be called stands in desk.yaml under
`call_back`. Once the call back is in the books the caller hears `callback-kept`. Exits: `next`; `declined`
when nothing was chosen; `not-allowed` when no number was given that may be called; `limit` when there are
too many call-backs; `rest` when it could not be written down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from dialplan.commands import AskCallback, Collect, Play
from dialplan.dial_rules import Refusal, refusal_of
from dialplan.events import Event, Kept, Keyed, Played
from dialplan.fields import duration, flag, identifier, whole
from dialplan.importance import priority_of
from dialplan.nodes import skilled
from dialplan.nodes.admission import QUEUE, WAITED
from dialplan.nodes.destination import Destination
from dialplan.nodes.exits import NEXT, node_of, read_exits
from dialplan.nodes.speech import read_words, refer_prompts
from dialplan.numbers import to_e164
from dialplan.reading import Section
from dialplan.run import Ask, Go, Move, Run, expect
from dialplan.words import Value, Words, utter

DECLINED, NOT_ALLOWED, LIMIT = "declined", "not-allowed", "limit"
OFFER: Final[Words] = ("callback-offer",)
OFFER_KEYS: Final[Words] = ("callback-offer-keys",)
OFFER_CONFIRM: Final[Words] = ("press-1-to-confirm",)
ENTER: Final[Words] = ("callback-enter-number",)
NUMBER_IS: Final[Words] = ("callback-number-is",)
SORRY_NUMBER: Final[Words] = ("callback-not-allowed",)
SORRY_KEY: Final[Words] = ("invalid-choice",)
SORRY_NOTHING: Final[Words] = ("no-input",)
KEPT: Final[Words] = ("callback-kept",)
THIS_KEY, OTHER_KEY = "1", "2"
NUMBER: Final = "callback-number"
"""The variable with the number to be called back, E.164."""
SPOKEN_NUMBER: Final = Value(NUMBER, "phone")
MOST_DIGITS: Final = 16
NEXT_DIGIT_S: Final = 4.0


@dataclass(frozen=True, slots=True)
class CallBack:
    """An offer to call back. Memory: what was asked last, how often, and the number."""

    kind: ClassVar[str] = "call-back"
    exits: Mapping[str, str]
    of: str
    offer: Words = OFFER
    other: bool = True
    tries: int = 3
    first_s: float = 6.0

    def enter(self, run: Run) -> Move:
        """Offer the caller's own number, or ask for one."""
        why = _refusal(run, run.call.caller)
        if why is None:
            return self._offer(run, (), 1)
        if not self.other:
            return Go(NOT_ALLOWED, f"the caller cannot be called back: {why}")
        return self._enter(run, (), 1)

    def resume(self, run: Run, event: Event) -> Move:
        """The key, the number, its confirmation, the promise."""
        stage, tried, number = str(run.memory[0]), int(run.memory[1]), str(run.memory[2])
        match stage:
            case "offer":
                return self._offered(run, expect(event, Keyed).digits, tried, number)
            case "enter":
                return self._entered(run, expect(event, Keyed).digits, tried)
            case "confirm":
                return self._confirmed(run, expect(event, Keyed).digits, tried, number)
            case "keep":
                return self._kept(run, expect(event, Kept))
        expect(event, Played)
        return Go(NEXT, "the caller will be called back")

    def _offer(self, run: Run, sorry: Words, tried: int) -> Ask:
        number = run.call.caller or ""
        run.set_variable(NUMBER, number)
        keys = OFFER_KEYS if self.other else OFFER_CONFIRM
        words = utter(run, (*sorry, *self.offer, SPOKEN_NUMBER, *keys))
        return Ask(Collect(words, 1, self.first_s, self.first_s), ("offer", tried, number))

    def _offered(self, run: Run, key: str, tried: int, number: str) -> Move:
        if key == THIS_KEY:
            return self._keep(run, number)
        if key == OTHER_KEY and self.other:
            return self._enter(run, (), 1)
        if tried < self.tries:
            return self._offer(run, SORRY_KEY if key else SORRY_NOTHING, tried + 1)
        return Go(DECLINED, "the caller chose no call back")

    def _enter(self, run: Run, sorry: Words, tried: int) -> Ask:
        words = utter(run, (*sorry, *ENTER))
        return Ask(Collect(words, MOST_DIGITS, self.first_s, NEXT_DIGIT_S, "#"), ("enter", tried, ""))

    def _entered(self, run: Run, digits: str, tried: int) -> Move:
        if not digits:
            if tried < self.tries:
                return self._enter(run, SORRY_NOTHING, tried + 1)
            return Go(DECLINED, "the caller gave no number")
        number = to_e164(digits, run.configuration.desk.country)
        why = _refusal(run, number) if number else Refusal.INVALID
        if number and why is None:
            run.set_variable(NUMBER, number)
            words = utter(run, (*NUMBER_IS, SPOKEN_NUMBER, *OFFER_CONFIRM))
            return Ask(Collect(words, 1, self.first_s, self.first_s), ("confirm", tried, number))
        if tried < self.tries:
            return self._enter(run, SORRY_NUMBER, tried + 1)
        return Go(NOT_ALLOWED, f"the number that was keyed may not be called back: {why}")

    def _confirmed(self, run: Run, key: str, tried: int, number: str) -> Move:
        if key == THIS_KEY:
            return self._keep(run, number)
        if tried < self.tries:
            return self._enter(run, (), tried + 1)
        return Go(DECLINED, "the caller confirmed no number")

    def _keep(self, run: Run, number: str) -> Move:
        people = run.configuration.plans[run.plan].nodes[self.of]
        assert isinstance(people, Destination)
        return Ask(wish_of(people, run, number, f"{run.plan}.{self.of}"), ("keep", 0, number))

    def _kept(self, run: Run, kept: Kept) -> Move:
        if kept.refused:
            return Go(LIMIT, f"no call back: {kept.refused}")
        return Ask(Play(utter(run, KEPT)), ("told", 0, ""))


def wish_of(people: Destination, run: Run, number: str, usual_queue: str) -> AskCallback:
    """What is asked of the service: who calls back, and which place of the queue the caller keeps."""
    queue, configuration = people.queue, run.configuration
    group = configuration.skills[people.group] if people.group else None
    rounds = () if group else people.rounds(run)
    name = queue.name(run) if queue else usual_queue
    has_waited = run.variables.get(QUEUE) == name and run.variables.get(WAITED, "").isdecimal()
    return AskCallback(
        number,
        name,
        tuple({target.number: target for dial in rounds for target in dial.targets}.values()),
        agents=skilled.agents_of(people, run, group) if group else None,
        limits=people.limits(run),
        show=run.brand.shown_number,
        priority=priority_of(run, queue.priority, queue.important) if queue else 0,
        since_s=float(run.variables[WAITED]) if has_waited else 0.0,
    )


def _refusal(run: Run, number: str | None) -> Refusal | None:
    desk = run.configuration.desk
    return refusal_of(number, desk.call_back, desk.country, run.configuration.numbers)


def read(section: Section) -> CallBack:
    """A call-back node as it is written."""
    other = section.get("other", flag, True)
    for words in (OFFER_KEYS if other else OFFER_CONFIRM, SORRY_KEY, SORRY_NOTHING, KEPT):
        refer_prompts(section, "call-back", words)
    if other:
        for words in (ENTER, NUMBER_IS, OFFER_CONFIRM, SORRY_NUMBER):
            refer_prompts(section, "other", words)
    return CallBack(
        read_exits(section, own=(DECLINED, NOT_ALLOWED, LIMIT), needs_next=True),
        section.name("call-back", node_of(section), parse=identifier),
        offer=read_words(section, "offer", OFFER),
        other=other,
        tries=section.get("tries", whole(1, 9), 3),
        first_s=section.get("wait", duration(1, 60), 6.0),
    )
