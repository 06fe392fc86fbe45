"""`record`: let the caller leave a message.

    message:
      record: leave-message
      longest: 3 min
      review: yes
      send: message-left
      to: $brand.mailboxes
      next: thanks
      exits: {nothing: no-message}

Fields: `record` the words before the tone; `into` the variable that names the recording (default
`message`); `longest` (default 2 min), `silence` after which it is over (default 5 s), `least` speech that
counts (default 1 s), `stop` the keys that end it (default #), `beep` (default yes); `review: yes` asks
afterwards: 1 keeps it, 2 plays it, 3 records it again; `send` a mail template with which the message is sent,
attached, `to` and `cc` whom (default: the brand's mailboxes). A caller who just hangs up has left his message
all the same: the plan goes on from here without him, through words (which nobody hears), variables, pages
and mails, up to the first thing that needs him. Exits: `next`; `nothing` when nothing was said; `rest` when
there is no room.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, TypeAlias

from dialplan.commands import Collect, SendMail
from dialplan.commands import Record as RecordCommand
from dialplan.events import Event, Keyed, Recorded
from dialplan.fields import duration, flag, identifier, user_variable
from dialplan.files.variables import define_variable
from dialplan.nodes.exits import NEXT, read_exits
from dialplan.nodes.mail import RECORDINGS, TEMPLATE, addresses, read_address, variables_of
from dialplan.nodes.speech import read_words, refer_prompts
from dialplan.reading import Section, Wrong
from dialplan.run import Ask, Go, Move, Run, expect
from dialplan.times import say_duration
from dialplan.words import Value, Words, utter

NOTHING: Final = "nothing"
REVIEW: Final[Words] = ("message-review",)
WRONG_KEY: Final[Words] = ("invalid-choice",)
KEEP_KEY, HEAR_KEY, AGAIN_KEY = "1", "2", "3"
MOST_TAKES: Final = 5
"""So often a message is recorded again, and so often the choice is said; then it is kept as it is."""
WAIT_S: Final = 5.0
_Memory: TypeAlias = tuple[int, int, str, int]
"""Takes, choices said (0: the message is being recorded), name of the message, its tenths of a second."""


@dataclass(frozen=True, slots=True)
class Record:
    """A message to be left."""

    kind: ClassVar[str] = "record"
    exits: Mapping[str, str]
    words: Words
    into: str = "message"
    longest_s: float = 120.0
    silence_s: float = 5.0
    least_s: float = 1.0
    stop_keys: str = "#"
    beep: bool = True
    review: bool = False
    template: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()

    def enter(self, run: Run) -> Move:
        """Ask for the message."""
        return self._ask(run, (1, 0, "", 0))

    def resume(self, run: Run, event: Event) -> Move:
        """A message was left, or not; or its fate was chosen."""
        takes, asked, name, tenths = _recall(run)
        if asked:
            return self._chosen(run, expect(event, Keyed).digits)
        recorded = expect(event, Recorded)
        if not recorded.name:
            return self._keep(run, name, tenths) if name else Go(NOTHING, "nothing was said")
        run.set_variable(self.into, recorded.name)
        tenths = round(recorded.length_s * 10)
        if not self.review:
            return self._keep(run, recorded.name, tenths)
        return self._choose(run, (), (takes, 1, recorded.name, tenths))

    def gone(self, run: Run) -> Move | None:
        """The caller hung up: what he has said is kept. None: there is nothing to be kept."""
        _, _, name, tenths = _recall(run)
        return self._keep(run, name, tenths, "; the caller hung up") if name else None

    def _chosen(self, run: Run, key: str) -> Move:
        takes, asked, name, tenths = _recall(run)
        if key in ("", KEEP_KEY) or asked >= MOST_TAKES:
            return self._keep(run, name, tenths)
        if key == AGAIN_KEY and takes < MOST_TAKES:
            return self._ask(run, (takes + 1, 0, name, tenths))
        before = (Value(self.into, "recording"),) if key == HEAR_KEY else WRONG_KEY
        return self._choose(run, before, (takes, asked + 1, name, tenths))

    def _keep(self, run: Run, name: str, tenths: int, how: str = "") -> Go:
        kept = f"{run.variables.get(RECORDINGS, '')} {name}".strip()
        run.set_variable(RECORDINGS, kept)
        why = f"a message of {say_duration(max(1, round(tenths / 10)))} was left{how}"
        if self.template:
            to, cc = addresses(self.to, run.brand), addresses(self.cc, run.brand)
            run.tell(SendMail(self.template, to, cc, variables_of(run), (name,)))
            why += f'; mail "{self.template}" to {", ".join(to)}'
        return Go(NEXT, why)

    def _choose(self, run: Run, before: Words, memory: _Memory) -> Ask:
        """The message itself is not said in two languages."""
        words = (*utter(run, before, once=before != WRONG_KEY), *utter(run, REVIEW))
        return Ask(Collect(words, 1, WAIT_S, WAIT_S), memory)

    def _ask(self, run: Run, memory: _Memory) -> Ask:
        command = RecordCommand(
            utter(run, self.words),
            self.longest_s,
            self.silence_s,
            self.least_s,
            self.stop_keys,
            self.beep,
            memory[2],
        )
        return Ask(command, memory)


def _recall(run: Run) -> _Memory:
    takes, asked, name, tenths = run.memory
    return int(takes), int(asked), str(name), int(tenths)


def read(section: Section) -> Record:
    """A record node as it is written."""
    review = section.get("review", flag, False)
    if review:
        refer_prompts(section, "review", (*REVIEW, *WRONG_KEY))
    beep = section.get("beep", flag, True)
    if beep:
        refer_prompts(section, "beep", ("beep",))
    template = section.name("send", TEMPLATE, is_needed=False, parse=identifier)
    to, cc = section.list_of("to", read_address), section.list_of("cc", read_address)
    if (to or cc) and not template:
        section.fault("to" if to else "cc", '"send" is missing: the mail template of the message')
    return Record(
        read_exits(section, own=(NOTHING,), needs_next=True),
        read_words(section, "record"),
        into=_read_into(section),
        longest_s=section.get("longest", duration(3, 600), 120.0),
        silence_s=section.get("silence", duration(1, 60), 5.0),
        least_s=section.get("least", duration(0.2, 60), 1.0),
        stop_keys=section.get("stop", _keys, "#"),
        beep=beep,
        review=review,
        template=template,
        to=to or ("$brand.mailboxes",),
        cc=cc,
    )


def _keys(text: str) -> str:
    if not text or set(text) - set("0123456789*#") or len(set(text)) != len(text):
        raise Wrong(f'"{text}" are no keys of a telephone; write each once, as in "#" or "*#"')
    return text


def _read_into(section: Section) -> str:
    into = section.get("into", user_variable, "message")
    define_variable(section.reading, into, section.place_of("into"))
    return into
