"""A way through a plan as a `dutyline simulate` command, tried out before it is given to anybody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dialplan import gates, last_resort
from dialplan.commands import Asked, Dial
from dialplan.engine import BUDGET, CallFacts, Hop, State, advance, begin
from dialplan.events import Admitted, Dialled, Found, Keyed, Outcome
from dialplan.model import Configuration
from dialplan.numbers import written
from dialplan.prove.answers import FOUND, Answer
from dialplan.prove.explore import ROUND, Time
from dialplan.prove.judge import Verdict
from dialplan.prove.moments import Stretch
from dialplan.simulate import simulate
from dialplan.suppositions import FAILED

OWN_NODES = (last_resort.NODE, gates.NODE)
"""Nodes of the engine, which no plan has and of which nothing can be supposed."""
LONGEST_CALL_S = 1800
"""So far before a change a call is begun to meet it half-way."""


@dataclass(frozen=True, slots=True)
class Question:
    """Something that was asked on the way, and how it was answered."""

    state: State
    asked: Asked
    answer: Answer
    crosses: bool


@dataclass(frozen=True, slots=True)
class Way:
    """A way through the plans: what was asked, and every hop."""

    questions: tuple[Question, ...]
    hops: tuple[Hop, ...]


@dataclass(slots=True)
class Script:
    """The options of `dutyline simulate` that lead along a way."""

    to: str
    caller: str | None
    at: datetime
    chance: float = 0.0
    keys: list[str] = field(default_factory=list)
    outcomes: dict[str, list[str]] = field(default_factory=dict)
    suppose: dict[str, list[str]] = field(default_factory=dict)
    found: dict[str, dict[str, str]] = field(default_factory=dict)
    full: list[str] = field(default_factory=list)
    switched: str = ""
    """The plan to which the number has been switched."""
    country: str = "BE"
    """The desk's: numbers are written, and read again, as people of this country do."""

    def command(self) -> str:
        """As it is typed in a shell."""
        return " ".join(("dutyline simulate", *self._options()))

    def _options(self) -> Iterator[str]:
        yield f'--to "{written(self.to, self.country)}"'
        if self.caller:
            yield f'--from "{written(self.caller, self.country)}"'
        yield f"--at {_write_moment(self.at)}"
        if self.switched:
            yield f"--switched-to {self.switched}"
        if any(self.keys):
            yield f'--keys "{",".join(self.keys)}"'
        for option, answered in (("outcome", self.outcomes), ("suppose", self.suppose)):
            for name, answers in answered.items():
                yield f'--{option} "{name}={",".join(answers)}"'
        yield from (f'--full "{key}"' for key in self.full)
        for table, row in self.found.items():
            yield f'--found "{table}:{",".join(f"{name}={value}" for name, value in row.items())}"'
        if self.chance:
            yield f"--chance {self.chance:g}"


def _write_moment(at: datetime) -> str:
    """By the desk's clock; in the repeated hour of autumn, when it shows the same twice, with its offset."""
    written = at if at.fold else at.replace(tzinfo=None)
    return written.isoformat(timespec="seconds" if at.second else "minutes")


def replay(configuration: Configuration, call: CallFacts, times: Sequence[Time], verdict: Verdict) -> Way:
    """The way of a verdict once more, with everything that is said about it."""
    step = begin(configuration, call, times[verdict.start].at)
    hops, questions, time = list(step.hops), [], verdict.start
    for answer, at in verdict.turns:
        questions.append(Question(step.state, step.commands[-1], answer, at != time))  # type: ignore[arg-type]
        time = at
        step = advance(configuration, step.state._replace(used=0), answer.event, times[at].at)
        hops.extend(step.hops)
    return Way(tuple(questions), tuple(hops))


def write_script(
    configuration: Configuration,
    call: CallFacts,
    way: Way,
    usual: datetime,
    starts: Iterable[datetime],
    switched: str = "",
) -> tuple[Script, bool]:
    """The command for a way, and whether it does lead along it at one of `starts`; if not, at `usual`."""
    country = configuration.desk.country
    first = _script(country, call, way, usual, by_node=False, switched=switched)
    for at in starts:
        for by_node in (False, True):
            script = _script(country, call, way, at, by_node, switched)
            if _leads_along(configuration, script, way):
                return script, True
    return first, False


def starts_of(
    verdict: Verdict, way: Way, times: Sequence[Time], stretches: Sequence[Stretch], kinds: Sequence[int]
) -> Iterator[datetime]:
    """When such a call may begin: in a stretch of the right kind, or so long before a change of the right
    kinds that it meets it where it should."""
    if not any(question.crosses for question in way.questions):
        yield times[verdict.start].at
        yield from (
            stretch.start for stretch, kind in zip(stretches, kinds, strict=True) if kind == verdict.start
        )
        return
    last = next(
        at for (_, at), question in zip(verdict.turns, way.questions, strict=True) if question.crosses
    )
    for index, stretch in enumerate(stretches[:-1]):
        if kinds[index] == verdict.start and kinds[index + 1] == last:
            latest = min(LONGEST_CALL_S, int(stretch.length.total_seconds()))
            yield from (_earlier(stretch.end, seconds) for seconds in range(1, latest))
            return


def _earlier(at: datetime, seconds: int) -> datetime:
    return datetime.fromtimestamp(at.timestamp() - seconds, tz=at.tzinfo)


def _script(country: str, call: CallFacts, way: Way, at: datetime, by_node: bool, switched: str) -> Script:
    script = Script(call.dialled, call.caller, at, call.chance, switched=switched, country=country)
    for question in way.questions:
        _add(script, question, by_node)
    script.suppose = {node: answers for node, answers in script.suppose.items() if any(answers)}
    script.outcomes = {who: _shortened(answers) for who, answers in script.outcomes.items()}
    while script.keys and not script.keys[-1]:
        script.keys.pop()
    return script


def _add(script: Script, question: Question, by_node: bool) -> None:
    event, word = question.answer.event, question.answer.word
    if type(event) is Keyed and word != FAILED:
        script.keys.append(word or event.digits)
        word = ""
    elif type(event) is Dialled:
        word = _add_outcomes(script, question, event, by_node)
    elif type(event) is Found and word == FOUND and event.row:
        script.found[question.asked.table] = dict(event.row)  # type: ignore[union-attr]
        word = ""
    if type(event) is Admitted and question.state.node == gates.NODE and word:
        script.full.append(event.limit.removesuffix(f":{script.caller}"))
    if question.state.node not in OWN_NODES:
        script.suppose.setdefault(f"{question.state.plan}.{question.state.node}", []).append(word)


def _add_outcomes(script: Script, question: Question, event: Dialled, by_node: bool) -> str:
    """How ringing ended, for the phones; the answer is how, for the node."""
    dial = question.asked
    assert isinstance(dial, Dial)
    if by_node and event.outcome is not Outcome.ANSWERED:
        return event.outcome.value
    for target in dial.targets:
        is_winner = event.outcome is Outcome.ANSWERED and target.entry == event.entry
        ends = Outcome.NO_ANSWER if event.outcome is Outcome.ANSWERED else event.outcome
        script.outcomes.setdefault(target.entry, []).append(Outcome.ANSWERED if is_winner else ends)
    return ""


def _shortened(answers: list[str]) -> list[str]:
    """The last one stays, so it need not be repeated."""
    while len(answers) > 1 and answers[-1] == answers[-2]:
        answers = answers[:-1]
    return answers


def _leads_along(configuration: Configuration, script: Script, way: Way) -> bool:
    done = simulate(
        configuration,
        script.to,
        script.caller,
        script.at,
        script.keys,
        script.outcomes,
        suppose=script.suppose,
        chance=script.chance,
        found=script.found,
        full=script.full,
    )
    wanted, gone = [_place_and_exit(hop) for hop in way.hops], [_place_and_exit(hop) for hop in done.steps]
    if ROUND in (hop.why for hop in way.hops):
        return _goes_round_as(gone, wanted)
    return gone[: len(wanted)] == wanted


def _place_and_exit(hop: Hop) -> tuple[str, ...]:
    return hop[:4]


def _goes_round_as(gone: list[tuple[str, ...]], wanted: list[tuple[str, ...]]) -> bool:
    """A circle in which nothing is asked is gone round until the steps are used up: fewer times in a call
    that has used some of them before."""
    turned = next((at for at, hop in enumerate(gone) if hop[3] == last_resort.NODE), 0)
    return turned > BUDGET // 2 and gone[:turned] == wanted[:turned]
