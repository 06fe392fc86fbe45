"""What a scenario expects of a call, and whether it is so.

Lists (`hears`, `speaks`, `rings`, `pages`, `steps`) are expected in their order; others may come between.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from dialplan.chains import ChainStage, Rung, Who, chain_of
from dialplan.commands import Prompt, StartPage
from dialplan.faults import Place, nearest_of
from dialplan.model import Configuration, PagePolicy
from dialplan.simulated import Sent, Simulation
from dialplan.times import say_duration

LONGEST_SAID: Final = 12


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is expected of one thing. `of`: what it is about; `words`: what is expected, in order."""

    of: str
    words: tuple[str, ...]
    places: tuple[Place, ...]
    """Where each word stands."""
    wheres: tuple[str, ...]
    """The path to each word: `hears[2]`."""


class Unmet(NamedTuple):
    """A word that is not met, and why in a sentence."""

    word: str
    says: str


Check: TypeAlias = Callable[[Configuration, Simulation, Sequence[str]], Unmet | None]


def check_expectation(
    configuration: Configuration, call: Simulation, expected: Expectation
) -> tuple[Place, str, str] | None:
    """Where something is not as it was expected, the path to it, and a sentence; None when all is well."""
    if not expected.words:
        there = ALL_OF[expected.of](call)
        return (expected.places[0], expected.wheres[0], f"not nothing, but {_list(there)}") if there else None
    unmet = CHECKS[expected.of](configuration, call, expected.words)
    if unmet is None:
        return None
    index = expected.words.index(unmet.word) if unmet.word in expected.words else 0
    return expected.places[index], expected.wheres[index], unmet.says


def _hears(configuration: Configuration, call: Simulation, words: Sequence[str]) -> Unmet | None:
    missing = _missing(words, call.heard)
    if missing is None:
        return None
    known = configuration.prompts
    if known and missing not in known and ":" not in missing:
        near = nearest_of(missing, known)
        return Unmet(missing, f'unknown prompt "{missing}"' + (f'; did you mean "{near}"?' if near else ""))
    says = f"{_not_met(missing, words, call.heard)} heard; the caller hears {_list(call.heard)}"
    return Unmet(missing, says)


def _unknown(words: Iterable[str], known: Collection[str], what: str) -> Unmet | None:
    """A slip in what is not to happen: it never would, and nobody would ever notice."""
    slip = next((word for word in words if word not in known), None)
    if slip is None:
        return None
    near = nearest_of(slip, known)
    return Unmet(slip, f'there is no {what} "{slip}"' + (f'; did you mean "{near}"?' if near else ""))


def _never_hears(configuration: Configuration, call: Simulation, words: Sequence[str]) -> Unmet | None:
    prompts = configuration.prompts
    slip = _unknown((word for word in words if prompts and ":" not in word), prompts, "prompt")
    if slip is not None:
        return slip
    heard = [word for word in words if word in call.heard]
    return Unmet(heard[0], f'"{heard[0]}" is heard; the caller hears {_list(call.heard)}') if heard else None


def _speaks(_: Configuration, call: Simulation, words: Sequence[str]) -> Unmet | None:
    spoken = [
        f"{each.language} {each.id if isinstance(each, Prompt) else f'{each.kind}:{each.value}'}"
        for each in call.spoken
    ]
    missing = _missing(words, spoken)
    if missing is None:
        return None
    return Unmet(missing, f"{_not_met(missing, words, spoken)} spoken; spoken is {_list(spoken)}")


def _rings(_: Configuration, call: Simulation, words: Sequence[str]) -> Unmet | None:
    rung = [one.entry for one in call.rang if one.by == "call"]
    missing = _missing(words, rung)
    if missing is None:
        return None
    return Unmet(missing, f"{_not_met(missing, words, rung)} rung; rung is {_list(rung)}")


def _never_rings(configuration: Configuration, call: Simulation, words: Sequence[str]) -> Unmet | None:
    names = (word for word in words if not word.startswith(tuple("+0123456789")))
    slip = _unknown(names, configuration.directory, "directory entry")
    if slip is not None:
        return slip
    rung = [one.entry for one in call.rang if one.by == "call"]
    wrong = [word for word in words if word in rung]
    return Unmet(wrong[0], f'"{wrong[0]}" is rung; rung is {_list(rung)}') if wrong else None


def _pages(configuration: Configuration, call: Simulation, words: Sequence[str]) -> Unmet | None:
    trigrams = {engineer.entry: engineer.trigram for engineer in configuration.duty.engineers}
    paged = [trigrams.get(one.entry, one.entry) for one in call.rang if one.by == "page"]
    missing = _missing(words, paged)
    if missing is None:
        return None
    return Unmet(missing, f"{_not_met(missing, words, paged)} paged; paged is {_list(paged)}")


def _steps(_: Configuration, call: Simulation, words: Sequence[str]) -> Unmet | None:
    met = [f"{hop.plan}.{hop.node}.{hop.exit}" for hop in call.steps]
    index = 0
    for word in words:
        while index < len(met) and not _is_step(word, met[index]):
            index += 1
        if index == len(met):
            return Unmet(word, f'the call does not come to "{word}"; it goes {_list(met)}')
        index += 1
    return None


def _is_step(word: str, step: str) -> bool:
    """`desk`, `night.desk` or `night.desk.busy`."""
    plan, node, _ = step.split(".", 2)
    return word in (step, f"{plan}.{node}", node)


def _mails(_: Configuration, call: Simulation, words: Sequence[str]) -> Unmet | None:
    sent = [_say_mail(mail) for mail in call.mails]
    for word in words:
        if not any(_is_mail(word, mail) for mail in call.mails):
            return Unmet(word, f'the mail "{word}" is not sent; sent is {_list(sent)}')
    return None


def _is_mail(word: str, mail: Sent) -> bool:
    """`call-in` or `call-in to support@fuzer.net`."""
    template, _, address = word.partition(" to ")
    return mail.template == template.strip() and address.strip() in ("", *mail.to, *mail.cc)


def _say_mail(mail: Sent) -> str:
    return f"{mail.template} to {', '.join((*mail.to, *mail.cc))}"


def _ends(_: Configuration, call: Simulation, words: Sequence[str]) -> Unmet | None:
    wanted = words[0]
    if call.ended == wanted or call.ended.startswith(f"{wanted} ("):
        return None
    return Unmet(wanted, f'the call does not end "{wanted}" but "{call.ended}"')


def _brand(_: Configuration, call: Simulation, words: Sequence[str]) -> Unmet | None:
    says = f'the brand is not "{words[0]}" but "{call.brand}"'
    return None if call.brand == words[0] else Unmet(words[0], says)


def _plan(_: Configuration, call: Simulation, words: Sequence[str]) -> Unmet | None:
    says = f'the plan is not "{words[0]}" but "{call.plan}"'
    return None if call.plan == words[0] else Unmet(words[0], says)


def _policy(read: Callable[[Configuration, PagePolicy], Sequence[str]]) -> Check:
    """Something about the policy of the page that the call begins."""

    def check(configuration: Configuration, call: Simulation, words: Sequence[str]) -> Unmet | None:
        policy = next(
            (c.policy for done in call.performed for c in done.commands if isinstance(c, StartPage)), None
        )
        if policy is None:
            return Unmet(words[0], "no engineer is looked for")
        is_ = tuple(read(configuration, configuration.duty.policies[policy]))
        if is_ == tuple(words):
            return None
        return Unmet(words[0], f"it is {_list(is_)} and not {_list(words)}")

    return check


def _stage(policy: PagePolicy, kind: Rung) -> ChainStage:
    """The first stage that rings everybody on duty, or the one on call; an empty one where none does."""
    found = (stage for stage in chain_of(policy) if Who(kind) in stage.who)
    return next(found, ChainStage("", (), tries=0))


CHECKS: Final[Mapping[str, Check]] = {
    "brand": _brand,
    "plan": _plan,
    "hears": _hears,
    "never_hears": _never_hears,
    "speaks": _speaks,
    "rings": _rings,
    "never_rings": _never_rings,
    "pages": _pages,
    "steps": _steps,
    "mails": _mails,
    "ends": _ends,
    "levels": _policy(lambda _, policy: [level.entry for level in policy.levels]),
    "backups": _policy(lambda configuration, _: configuration.duty.backup_phones),
    "pages_for": _policy(lambda _, policy: [say_duration(_stage(policy, Rung.DUTY).within_s)]),
    "direct_tries": _policy(lambda _, policy: [str(_stage(policy, Rung.ON_CALL).tries)]),
    "direct_within": _policy(lambda _, policy: [say_duration(_stage(policy, Rung.ON_CALL).within_s)]),
}
"""What can be expected, by its key."""

ALL_OF: Final[Mapping[str, Callable[[Simulation], Sequence[str]]]] = {
    "hears": lambda call: call.heard,
    "rings": lambda call: [one.entry for one in call.rang if one.by == "call"],
    "pages": lambda call: [one.entry for one in call.rang if one.by == "page"],
    "mails": lambda call: [_say_mail(mail) for mail in call.mails],
}
"""What an empty list stands for: nothing at all of it."""


def _missing(words: Sequence[str], met: Sequence[str]) -> str | None:
    """The first word that is not met after those before it."""
    rest = iter(met)
    return next((word for word in words if word not in rest), None)


def _not_met(missing: str, words: Sequence[str], met: Sequence[str]) -> str:
    if missing in met and words.index(missing):
        return f'after "{words[words.index(missing) - 1]}", "{missing}" is not'
    return f'"{missing}" is not'


def _list(words: Sequence[str]) -> str:
    shown = ", ".join(words[:LONGEST_SAID]) or "nothing"
    return f"{shown}, and {len(words) - LONGEST_SAID} more" if len(words) > LONGEST_SAID else shown
