"""How mails write numbers, times and outcomes, in four languages."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Final, Literal, TypeAlias, get_args
from zoneinfo import ZoneInfo

from dialplan.numbers import display
from dialplan.times import DAYS_IN, MONTHS_IN

Language: TypeAlias = Literal["nl", "fr", "de", "en"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)

_LOCAL: Final[dict[Language, str]] = {
    "nl": "{day} {number} {month} {year} om {time}",
    "fr": "{day} {number} {month} {year} à {time}",
    "de": "{day}, {number}. {month} {year} um {time} Uhr",
    "en": "{day} {number} {month} {year} at {time}",
}
_WITHHELD: Final[dict[Language, str]] = {
    "nl": "afgeschermd nummer",
    "fr": "numéro masqué",
    "de": "unterdrückte Nummer",
    "en": "withheld number",
}
_LABELS: Final[dict[str, dict[Language, str]]] = {
    "mobile": {"nl": "gsm", "fr": "gsm", "de": "Handy", "en": "mobile"},
    "fixed": {"nl": "vast", "fr": "fixe", "de": "Festnetz", "en": "fixed"},
    "private": {"nl": "privé", "fr": "privé", "de": "privat", "en": "private"},
    "desk": {"nl": "bureau", "fr": "bureau", "de": "Büro", "en": "desk"},
}
_OUTCOMES: Final[dict[Language, dict[str, str]]] = {
    "nl": {
        "ringing": "wordt gebeld",
        "answered": "opgenomen",
        "accepted": "aangenomen",
        "passed": "doorgegeven aan de volgende",
        "silent": "opgenomen, geen toets ingedrukt (voicemail?)",
        "heard": "beluisterd",
        "no-answer": "niet opgenomen",
        "busy": "in gesprek",
        "rejected": "geweigerd",
        "network": "niet bereikbaar door een netwerkstoring",
        "unknown-number": "nummer bestaat niet",
        "taken": "iemand anders was eerst",
        "cancelled": "afgebroken",
        "lost": "verbinding met de centrale verloren",
    },
    "fr": {
        "ringing": "en cours d'appel",
        "answered": "a décroché",
        "accepted": "accepté",
        "passed": "a passé au suivant",
        "silent": "décroché, aucune touche pressée (messagerie ?)",
        "heard": "entendu",
        "no-answer": "pas de réponse",
        "busy": "occupé",
        "rejected": "refusé",
        "network": "injoignable, panne de réseau",
        "unknown-number": "numéro inexistant",
        "taken": "un autre a été plus rapide",
        "cancelled": "interrompu",
        "lost": "liaison avec le central perdue",
    },
    "de": {
        "ringing": "wird angerufen",
        "answered": "abgehoben",
        "accepted": "angenommen",
        "passed": "weitergegeben",
        "silent": "abgehoben, keine Taste gedrückt (Mailbox?)",
        "heard": "angehört",
        "no-answer": "keine Antwort",
        "busy": "besetzt",
        "rejected": "abgewiesen",
        "network": "nicht erreichbar, Netzstörung",
        "unknown-number": "Nummer existiert nicht",
        "taken": "jemand anders war schneller",
        "cancelled": "abgebrochen",
        "lost": "Verbindung zur Anlage verloren",
    },
    "en": {
        "ringing": "being rung",
        "answered": "picked up",
        "accepted": "accepted",
        "passed": "passed it on",
        "silent": "picked up, no key pressed (voicemail?)",
        "heard": "listened to",
        "no-answer": "no answer",
        "busy": "busy",
        "rejected": "rejected",
        "network": "not reachable, network fault",
        "unknown-number": "number does not exist",
        "taken": "somebody else was first",
        "cancelled": "cut short",
        "lost": "lost by the switch",
    },
}


class Lines(str):
    """Text that may keep its line ends in a mail's body."""

    __slots__ = ()


def pick_language(wanted: str) -> Language:
    """The language to write in: `wanted`, Dutch for the callers' `bi`, otherwise English."""
    for language in LANGUAGES:
        if wanted[:2].lower() == language:
            return language
    return "nl" if wanted == "bi" else "en"


def phone(number: str | None, language: Language) -> str:
    """A number as people write it; words when there is none."""
    return display(number) if number else _WITHHELD[language]


def local(at: datetime | str, language: Language, zone: ZoneInfo) -> str:
    """Day and time of day where the desk is; in the hour that comes twice, which of the two."""
    there = _aware(at).astimezone(zone)
    number = "1er" if language == "fr" and there.day == 1 else str(there.day)
    text = _LOCAL[language].format(
        day=DAYS_IN[language][there.weekday()],
        number=number,
        month=MONTHS_IN[language][there.month - 1],
        year=there.year,
        time=f"{there:%H:%M}",
    )
    twice = there.replace(fold=1 - there.fold).utcoffset() != there.utcoffset()
    return f"{text} ({there.tzname()})" if twice else text


def clock(at: datetime | str, zone: ZoneInfo) -> str:
    """Time of day where the desk is."""
    return f"{_aware(at).astimezone(zone):%H:%M:%S}"


def outcome(state: str, language: Language) -> str:
    """What became of an attempt, in words."""
    return _OUTCOMES[language].get(str(state), str(state))


def phone_label(label: str, language: Language) -> str:
    """What sort of phone it is; one that has a name of its own keeps it."""
    return _LABELS.get(label, {}).get(language, label)


def one_line(text: str) -> str:
    """`text` on one line, without control and text-direction characters.

    A caller's name can then neither begin a header nor pass for a line of the mail.
    """
    if text.isascii() and text.isprintable():
        return text
    kept = "".join(" " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char for char in text)
    return "".join(char for char in kept if unicodedata.category(char) not in ("Cf", "Cs"))


def many_lines(text: str) -> Lines:
    """`text` with its line ends, otherwise as `one_line`."""
    return Lines("\n".join(one_line(line) for line in str(text).splitlines()))


def _aware(at: datetime | str) -> datetime:
    found = datetime.fromisoformat(at) if isinstance(at, str) else at
    if found.tzinfo is None:
        raise ValueError(f"a time without a zone: {found}")
    return found


__all__ = [
    "LANGUAGES",
    "Language",
    "Lines",
    "clock",
    "local",
    "many_lines",
    "one_line",
    "outcome",
    "phone",
    "phone_label",
    "pick_language",
]
