"""What somebody notices of a command: the caller, whoever is rung, whoever gets a mail; in sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from dialplan.commands import (
    Admit,
    AskCallback,
    Asked,
    Collect,
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
from dialplan.events import Dialled, Event
from dialplan.numbers import display


def kind_of(thing: object) -> str:
    """The kind of a command or an event, in a word."""
    return type(thing).__name__.lower()


def say_unanswered(command: Asked) -> str:
    """Why the past has no answer to a question."""
    match command:
        case Dial():
            return f"{who(command)} was not rung on that call"
        case Collect():
            return f"the caller was not asked {say_utterances(command.utterances)}"
        case Admit():
            return "who would have had a place cannot be known"
        case LookUp():
            return f'"{command.table}" was not asked for that value'
        case ServeEngineer():
            return "nobody came to the engineers' number on that call"
        case _:
            return f"nothing of that call answers {kind_of(command)}"


def say_utterances(utterances: Sequence[Utterance]) -> str:
    """What is said: each once, though said in two languages, and the languages."""
    said = dict.fromkeys(
        one.id if isinstance(one, Prompt) else f"{one.kind} {one.value}" for one in utterances
    )
    languages = dict.fromkeys(one.language for one in utterances)
    return f"{', '.join(said) or 'nothing'} ({', '.join(languages)})" if languages else "nothing"


def who(dial: Dial) -> str:
    """Whose phones are rung, and which."""
    phones = dict.fromkeys(f"{target.label} on {display(target.number)}" for target in dial.targets)
    return " and ".join(phones) or "nobody"


def say_dial(dial: Dial, event: Event | None) -> str:
    """Who is rung, and how it ended."""
    rings = f"rings {who(dial)}"
    if isinstance(event, Dialled):
        return f"{rings}: {event.outcome.value}"
    return rings


def say_hangup(hangup: Hangup) -> str:
    """The end by the plan."""
    said = f"hears {say_utterances(hangup.utterances)}, and " if hangup.utterances else ""
    return f"{said}the plan ends the call (cause {hangup.cause})"


def _say_admit(admit: Admit) -> str:
    if admit.waiting is not None:
        return f'comes to the queue "{admit.waiting.queue}"'
    if admit.agents is not None:
        return f'asks for an agent of "{admit.agents.group}"'
    return "asks for a place: " + ", ".join(limit.key for limit in admit.limits)


def _say_mail(mail: SendMail) -> str:
    return f"a mail {mail.template} goes to {', '.join(mail.to)}"


SENTENCES: Final[Mapping[type, Callable[[Any], str]]] = {
    Play: lambda asked: f"hears {say_utterances(asked.utterances)}",
    Collect: lambda asked: f"is asked {say_utterances(asked.utterances)}",
    Record: lambda asked: f"is recorded after {say_utterances(asked.utterances)}",
    AskCallback: lambda asked: f"will be called back at {display(asked.number)}",
    SwitchPlan: lambda asked: f"switches {asked.group} to {asked.plan or 'its usual plan'}",
    ServeEngineer: lambda asked: "comes to the engineers' number",
    Admit: _say_admit,
    Dial: lambda asked: say_dial(asked, None),
    StartPage: lambda told: f'engineers are rung by the policy "{told.policy}"',
    SendMail: _say_mail,
}
