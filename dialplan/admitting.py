"""Asking for a place on paper: nobody else calls, so there is one, unless it is supposed otherwise.

The words of a supposition: `in` or `in:AGENT`; `waits` (a while, and then there is a place); `limit` or
`limit:KEY`; `nobody`; `queue-full`; `queue-timeout`; `key:1` or just the key.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from dialplan.commands import Admit, Say, Utterance, Waiting
from dialplan.events import Admission, Admitted, Outcome

KEY_AFTER_S: Final = 10.0
"""How long a caller listens before he leaves a queue by a key."""

WORDS: Final = "in, waits, limit, nobody, queue-full, queue-timeout or a key of the queue"


class OnPaper(NamedTuple):
    """What came of it, what the caller heard while he waited, and how many seconds it took."""

    admitted: Admitted
    heard: tuple[Utterance, ...] = ()
    took_s: float = 0.0


def admit_on_paper(admit: Admit, word: str = "", full: str | None = None) -> OnPaper | None:
    """The answer to `admit`; None when `word` is no answer to it.

    `full`: no place ever comes free, because of the limit of this key, or (empty) of the agents.
    """
    kind, _, detail = word.partition(":")
    waiting = admit.waiting
    if waiting is not None and (kind == Admission.KEY or word in tuple(waiting.keys)):
        return _leaves(waiting, detail or word)
    if kind == "" or kind in tuple(Outcome):
        return _as_usual(admit, full)
    if kind == Admission.IN:
        return _in(admit, detail)
    if kind == Admission.LIMIT:
        return _refused(admit, Admission.LIMIT, detail)
    if kind == Admission.NOBODY and admit.agents is not None:
        return _refused(admit, Admission.NOBODY)
    if waiting is not None and kind == Admission.FULL:
        return _refused(admit, Admission.FULL)
    if waiting is not None and kind == Admission.TIMEOUT:
        return _times_out(waiting)
    return _waits(admit, waiting) if waiting is not None and kind == "waits" else None


def _as_usual(admit: Admit, full: str | None) -> OnPaper:
    if full is None:
        return _in(admit)
    return (
        OnPaper(Admitted(Admission.LIMIT, limit=full)) if admit.waiting is None else _times_out(admit.waiting)
    )


def _in(admit: Admit, agent: str = "") -> OnPaper:
    if admit.agents is None:
        return OnPaper(Admitted(Admission.IN))
    left = [one.entry for one in admit.agents.people if one.entry not in admit.agents.except_]
    if not left:
        return OnPaper(Admitted(Admission.NOBODY))
    return OnPaper(Admitted(Admission.IN, agent if agent in left else left[0]))


def _refused(admit: Admit, admission: Admission, key: str = "") -> OnPaper:
    full = key or (admit.limits[0].key if admit.limits and admission is not Admission.NOBODY else "")
    return OnPaper(Admitted(admission, limit=full))


def _leaves(waiting: Waiting, key: str) -> OnPaper | None:
    if key not in tuple(waiting.keys):
        return None
    admitted = Admitted(Admission.KEY, key=key, position=1, waited_s=KEY_AFTER_S)
    return OnPaper(admitted, _heard(waiting, KEY_AFTER_S), KEY_AFTER_S)


def _times_out(waiting: Waiting) -> OnPaper:
    admitted = Admitted(Admission.TIMEOUT, position=1, waited_s=waiting.wait_s)
    return OnPaper(admitted, _heard(waiting, waiting.wait_s), waiting.wait_s)


def _waits(admit: Admit, waiting: Waiting) -> OnPaper:
    served, waited_s = _in(admit).admitted, min(waiting.every_s, waiting.wait_s)
    admitted = Admitted(served.admission, served.agent, position=1, waited_s=waited_s)
    return OnPaper(admitted, _heard(waiting, waited_s), waited_s)


def _heard(waiting: Waiting, for_s: float) -> tuple[Utterance, ...]:
    """The welcome, that he is the first, and what is said again and again, once."""
    heard = [*(() if waiting.late else waiting.welcome), *waiting.first]
    if for_s >= waiting.every_s:
        for words in waiting.periodic:
            if not any(
                isinstance(word, Say) and word.kind == "duration" and not word.value for word in words
            ):
                heard += [_placed(word) for word in words]
    return tuple(heard)


def _placed(word: Utterance) -> Utterance:
    is_open = isinstance(word, Say) and word.kind == "position" and not word.value
    return Say("position", "1", word.language) if is_open else word
