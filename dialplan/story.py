"""A simulated call told as a story: every hop in a sentence, by the clock, and what was said and rung."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

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
    Utterance,
)
from dialplan.engine import Hop
from dialplan.events import (
    Admitted,
    Dialled,
    EngineerServed,
    Event,
    Failed,
    Found,
    Kept,
    Keyed,
    Outcome,
    PinChecked,
    Recorded,
    Switched,
    TakenOver,
)
from dialplan.model import Configuration
from dialplan.numbers import display
from dialplan.simulated import Performed, Simulation
from dialplan.times import say_duration

_OUTCOMES: Mapping[Outcome, str] = {
    Outcome.ANSWERED: "answered",
    Outcome.NO_ANSWER: "nobody answers",
    Outcome.NOT_REACHED: "not reached",
    Outcome.BUSY: "busy",
    Outcome.CONGESTED: "not reached: congestion",
    Outcome.CAUSE_31: "not reached: cause 31",
    Outcome.INTERRUPTED: "interrupted",
}


def tell(configuration: Configuration, call: Simulation) -> list[str]:
    """The story, line by line."""
    lines = [_beginning(configuration, call)]
    made = 0
    for done in call.performed:
        lines += [_hop(hop) for hop in call.steps[made : done.made]]
        lines += [f"{done.at:%H:%M:%S}    {said}" for said in _doings(configuration, done)]
        made = done.made
    ended = f"{call.ended_at:%H:%M:%S}" if call.ended_at else "--:--:--"
    return [*lines, *(_hop(hop) for hop in call.steps[made:]), f"{ended}  The call ends: {call.ended}."]


def _beginning(configuration: Configuration, call: Simulation) -> str:
    at = call.performed[0].at
    brand = configuration.brands.get(call.brand)
    if brand is None:
        return f"{at:%H:%M:%S}  On {at:%A %-d %B %Y} somebody calls a number that nobody has."
    return f'{at:%H:%M:%S}  On {at:%A %-d %B %Y} somebody calls {brand.title}; the plan is "{call.plan}".'


def _hop(hop: Hop) -> str:
    where = f"{hop.where} ({hop.kind})".strip()
    return f"{hop.at:%H:%M:%S}  {where}: {hop.why}; so by {hop.exit}."


def _doings(configuration: Configuration, done: Performed) -> Iterator[str]:
    for told in done.commands[:-1]:
        yield from _say(configuration, told, None)
    yield from _say(configuration, done.commands[-1], done.event)


def _say(configuration: Configuration, command: Command, event: Event | None) -> Iterator[str]:
    say = _SAYERS.get(type(command))
    if isinstance(event, Failed):
        yield f"this cannot be done ({event.reason})"
    elif isinstance(event, TakenOver):
        yield f"{event.title or event.entry}, on call, takes the caller over, and they talk"
    elif say is not None:
        yield from say(configuration, command, event)


def _words(utterances: Sequence[Utterance]) -> str:
    """`nl please-hold, fr please-hold`."""
    return ", ".join(
        f"{each.language} {each.id if isinstance(each, Prompt) else f'{each.kind} {each.value}'}"
        for each in utterances
    )


def _play(_: Configuration, play: Play, __: Event) -> Iterator[str]:
    yield f"the caller hears {_words(play.utterances)}"


def _collect(_: Configuration, collect: Collect, event: Event) -> Iterator[str]:
    assert isinstance(event, Keyed)
    if collect.utterances:
        yield f"the caller hears {_words(collect.utterances)}"
    waited = f"nothing within {say_duration(collect.first_s)}"
    yield f"the caller keys {event.digits or (collect.terminator if event.terminated else waited)}"


def _dial(configuration: Configuration, dial: Dial, event: Event) -> Iterator[str]:
    assert isinstance(event, Dialled)
    country = configuration.desk.country
    rung = " and ".join(f"{target.label} ({display(target.number, country)})" for target in dial.targets)
    yield f"rings {rung} for up to {say_duration(dial.ring_s)}, showing {display(dial.show, country)}"
    who = next((target.label for target in dial.targets if target.entry == event.entry), "")
    answered = event.outcome is Outcome.ANSWERED
    yield f"{who} answers, and they talk" if answered else _OUTCOMES[event.outcome]


def _admit(_: Configuration, admit: Admit, event: Event) -> Iterator[str]:
    assert isinstance(event, Admitted)
    asked = ", ".join(limit.key for limit in admit.limits)
    agents = f"an agent of {admit.agents.group}" if admit.agents else ""
    waited = f" after {say_duration(event.waited_s)}" if event.waited_s else ""
    got = f"{event.admission}{f' ({event.agent})' if event.agent else ''}"
    yield f"asks for a place: {' and '.join(part for part in (asked, agents) if part)}: {got}{waited}"


def _record(_: Configuration, record: Record, event: Event) -> Iterator[str]:
    assert isinstance(event, Recorded)
    if record.utterances:
        yield f"the caller hears {_words(record.utterances)}"
    yield (
        f"the caller leaves a message of {say_duration(event.length_s)}" if event.name else "nothing is said"
    )


def _look_up(_: Configuration, look_up: LookUp, event: Event) -> Iterator[str]:
    assert isinstance(event, Found)
    found = event.why or ("there is a row" if event.row is not None else "there is no row")
    yield f'the table "{look_up.table}" is asked: {found}'


def _callback(configuration: Configuration, callback: AskCallback, event: Event) -> Iterator[str]:
    assert isinstance(event, Kept)
    number = display(callback.number, configuration.desk.country)
    yield f"no call back: {event.refused}" if event.refused else f"a call back to {number} is kept"


def _check_pin(_: Configuration, __: CheckPin, event: Event) -> Iterator[str]:
    assert isinstance(event, PinChecked)
    yield f"the PIN is that of {event.who}" if event.who else "the PIN is nobody's, or no more are looked at"


def _switch_plan(_: Configuration, switch: SwitchPlan, event: Event) -> Iterator[str]:
    assert isinstance(event, Switched)
    to = switch.plan or "its usual plan"
    yield event.refused or f"the number group {switch.group} is switched to {to}"


def _serve(_: Configuration, __: ServeEngineer, event: Event) -> Iterator[str]:
    assert isinstance(event, EngineerServed)
    yield f"the engineers' number: {event.why or event.end}"


def _page(_: Configuration, page: StartPage, __: None) -> Iterator[str]:
    yield f'engineers are rung from now on, by the policy "{page.policy}"'


def _mail(_: Configuration, mail: SendMail, __: None) -> Iterator[str]:
    yield f'the mail "{mail.template}" goes to {", ".join((*mail.to, *mail.cc))}'


def _hang_up(_: Configuration, hangup: Hangup, __: None) -> Iterator[str]:
    if hangup.utterances:
        yield f"the caller hears, before the call is answered, {_words(hangup.utterances)}"


_SAYERS: Mapping[type, Callable[[Configuration, Any, Any], Iterator[str]]] = {
    Play: _play,
    Collect: _collect,
    Dial: _dial,
    Admit: _admit,
    Record: _record,
    LookUp: _look_up,
    AskCallback: _callback,
    CheckPin: _check_pin,
    SwitchPlan: _switch_plan,
    ServeEngineer: _serve,
    StartPage: _page,
    SendMail: _mail,
    Hangup: _hang_up,
}
