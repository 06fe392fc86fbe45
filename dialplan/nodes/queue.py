"""A queue as it is written under `queue`: who waits how long, what he hears, and how he may leave.

    queue:
      longest: 10
      wait: 5 min
      welcome: all-agents-busy
      first: first-in-queue
      position: yes
      expected-wait: yes
      comfort: thank-you-for-waiting
      every: 30 s
      keys: {1: call-back, 2: message}

Fields: `id` (default: plan and node, and the brand where each brand has other people) lets several
destinations share one queue; `longest` callers at most
(0, the default: no limit); `wait` at most (default 5 min); `priority` of everybody (0 to 99, default 0) and
of `important` customers (default 10), see `dialplan.importance`; `fair` (default 2 min): who has waited so
much longer than another goes before him, whatever the priority; `welcome`, `first`, `comfort` words;
`position: yes` and `expected-wait: yes` say those; all of that again `every` (default 30 s); `music` a class
of music on hold; `keys` with which a caller leaves, each to a node. In the words `$position` is the caller's
place and `$wait` the expected wait.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from dialplan.commands import Prompt, Say, Utterance, Waiting
from dialplan.fields import duration, flag, identifier, whole
from dialplan.importance import HIGHEST, priority_of
from dialplan.nodes.exits import node_of
from dialplan.nodes.speech import read_words, refer_prompts
from dialplan.reading import Section
from dialplan.variables import value_of
from dialplan.words import BRAND_WORDS, Value, Words, languages_of, utter

if TYPE_CHECKING:
    from dialplan.run import Run

POSITION: Final = "position"
WAIT: Final = "wait"
OWN_VALUES: Final = {POSITION: "position", WAIT: "duration"}
"""Values that only the queue knows, and how each is said: the service puts them in while a caller waits."""

SAY_POSITION: Final[Words] = (Value(POSITION, "position"),)
SAY_WAIT: Final[Words] = ("expected-wait", Value(WAIT, "duration"))
POSITION_PROMPTS: Final = ("position-is", "in-the-queue")
MUSIC: Final = "default"


@dataclass(frozen=True, slots=True)
class Queue:
    """How callers of a destination wait. Times are seconds; `id` empty: the destination's own."""

    id: str
    longest: int = 0
    wait_s: float = 300.0
    priority: int = 0
    important: int = 10
    fair_s: float = 120.0
    welcome: Words = ()
    first: Words = ()
    periodic: tuple[Words, ...] = ()
    every_s: float = 30.0
    music: str = MUSIC
    keys: dict[str, str] = field(default_factory=dict)
    """Key -> node."""
    by_brand: bool = False
    """Each brand has a queue of its own, for each has other people."""

    def name(self, run: Run) -> str:
        """The queue in which this caller waits."""
        return f"{self.id}/{run.brand.id}" if self.by_brand else self.id

    def waiting(self, run: Run, waited_s: float = 0.0, *, late: bool = False) -> Waiting:
        """How this caller waits. `waited_s`: waited already, which counts; `late`: not welcomed again."""
        priority = priority_of(run, self.priority, self.important)
        memo = run.configuration.memo
        key = (id(self), run.brand.id, run.language, run.call.dutch_first, priority, waited_s, late)
        known: Waiting | None = memo.get(key) if waited_s == 0 else None
        if known is None:
            known = self._made(run, priority, waited_s, late)
            if waited_s == 0 and not self._varies:
                memo[key] = known
        return known

    @property
    def _varies(self) -> bool:
        """Whether something is said that is another thing on each call."""
        said = (self.welcome, self.first, *self.periodic)
        return any(
            isinstance(word, Value) and word.variable not in OWN_VALUES for words in said for word in words
        )

    def _made(self, run: Run, priority: int, waited_s: float, late: bool) -> Waiting:
        return Waiting(
            queue=self.name(run),
            longest=self.longest,
            wait_s=max(1.0, self.wait_s - waited_s),
            priority=priority,
            fair_s=self.fair_s,
            welcome=_say(run, self.welcome),
            first=_say(run, self.first),
            periodic=tuple(_say(run, words) for words in self.periodic),
            every_s=self.every_s,
            music=self.music,
            keys="".join(self.keys),
            late=late,
        )


def _say(run: Run, words: Words) -> tuple[Utterance, ...]:
    """The utterances; of a value that only the queue knows, one with nothing in it."""
    if not any(isinstance(word, Value) for word in words):
        return utter(run, words)
    languages = languages_of(run.language, run.call.dutch_first)
    return tuple(
        Say(word.kind, "", language)
        if isinstance(word, Value) and word.variable in OWN_VALUES
        else _one(run, word, language)
        for language in languages
        for word in words
    )


def _one(run: Run, word: str | Value, language: str) -> Utterance:
    if isinstance(word, Value):
        return Say(word.kind, value_of(run, word.variable), language)  # type: ignore[arg-type]
    prompt = getattr(run.brand, BRAND_WORDS[word]) if word.startswith("$") else word
    return Prompt(prompt, language)  # type: ignore[arg-type]


def read_queue(section: Section, key: str, usual_id: str, *, by_brand: bool = False) -> Queue | None:
    """The queue under a key; None when none stands there. Its keys are exits of the node that has it.

    `by_brand`: a queue without an `id` is one for each brand.
    """
    table = section.section(key)
    if table is None:
        return None
    queue = Queue(
        id=table.get("id", identifier, "") or usual_id,
        longest=table.get("longest", whole(0, 10_000), 0),
        wait_s=table.get("wait", duration(5, 7200), 300.0),
        priority=table.get("priority", whole(0, HIGHEST), 0),
        important=table.get("important", whole(0, HIGHEST), 10),
        fair_s=table.get("fair", duration(0, 7200), 120.0),
        welcome=_read_said(table, "welcome"),
        first=_read_said(table, "first"),
        periodic=_read_periodic(table),
        every_s=table.get("every", duration(5, 600), 30.0),
        music=table.get("music", identifier, MUSIC),
        keys=_read_keys(table),
        by_brand=by_brand and not table.has("id"),
    )
    table.close()
    return queue


def _read_said(table: Section, key: str) -> Words:
    """Words that may be left out; what only the queue knows is said in its own way."""
    if not table.has(key):
        return ()
    words = tuple(_own(word) for word in read_words(table, key))
    if any(isinstance(word, Value) and word.variable == POSITION for word in words):
        refer_prompts(table, key, POSITION_PROMPTS)
    return words


def _own(word: str | Value) -> str | Value:
    if isinstance(word, Value) and word.variable in OWN_VALUES:
        return Value(word.variable, OWN_VALUES[word.variable])  # type: ignore[arg-type]
    return word


def _read_periodic(table: Section) -> tuple[Words, ...]:
    """Comfort, position, expected wait: each a group of its own, left out alone when nobody can tell."""
    groups: list[Words] = []
    comfort = _read_said(table, "comfort")
    if comfort:
        groups.append(comfort)
    if table.get("position", flag, False):
        refer_prompts(table, "position", POSITION_PROMPTS)
        groups.append(SAY_POSITION)
    if table.get("expected-wait", flag, False):
        groups.append(refer_prompts(table, "expected-wait", SAY_WAIT))
    return tuple(groups)


def _read_keys(table: Section) -> dict[str, str]:
    """Key -> node, for callers who do not want to wait on."""
    keys = table.section("keys")
    found: dict[str, str] = {}
    for key, place, cell in keys.entries() if keys else ():
        where = f'{table.path("keys")}["{key}"]'
        if len(key) != 1 or key not in "0123456789*#":
            table.reading.fault(place, where, f'"{key}" is not a key of a telephone')
            continue
        node = table.parsed(cell, where, identifier, "")
        if node:
            table.reading.refer(node_of(table), node, cell.place, where)
            found[key] = node
    return found
