"""What `dutyline duty` writes, in the four languages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from ivr.cli.shared import give_up

LANGUAGES: Final = ("nl", "fr", "de", "en")
_DAYS: Final = {
    "nl": "ma di wo do vr za zo", "fr": "lun mar mer jeu ven sam dim",
    "de": "Mo Di Mi Do Fr Sa So", "en": "Mon Tue Wed Thu Fri Sat Sun",
}  # fmt: skip
_MONTHS: Final = {
    "nl": "jan feb mrt apr mei juni juli aug sep okt nov dec",
    "fr": "janv févr mars avr mai juin juil août sept oct nov déc",
    "de": "Jan Feb März Apr Mai Juni Juli Aug Sep Okt Nov Dez",
    "en": "Jan Feb Mar Apr May June July Aug Sep Oct Nov Dec",
}
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "now": {
        "nl": "Van wacht nu, {at}", "fr": "De garde maintenant, {at}",
        "de": "Im Dienst jetzt, {at}", "en": "On duty now, {at}",
    },
    "at": {
        "nl": "Van wacht op {at}", "fr": "De garde le {at}",
        "de": "Im Dienst am {at}", "en": "On duty at {at}",
    },
    "until": {"nl": "tot {until}", "fr": "jusqu'au {until}", "de": "bis {until}", "en": "until {until}"},
    "nobody": {
        "nl": "Niemand is van wacht.", "fr": "Personne n'est de garde.",
        "de": "Niemand ist im Dienst.", "en": "Nobody is on duty.",
    },
    "nobody-cell": {"nl": "niemand", "fr": "personne", "de": "niemand", "en": "nobody"},
    "why": {"nl": "Waarom", "fr": "Pourquoi", "de": "Warum", "en": "Why"},
    "if-needed": {"nl": "indien nodig", "fr": "au besoin", "de": "nur im Notfall", "en": "only if needed"},
    "then": {"nl": ", dan ", "fr": ", puis ", "de": ", dann ", "en": ", then "},
    "no-phone": {
        "nl": "geen telefoon die nu rinkelt", "fr": "aucun téléphone qui sonne alors",
        "de": "kein Telefon, das dann klingelt", "en": "no phone that rings then",
    },
    "asked": {
        "nl": "Gevraagd, en niemand heeft al toegezegd:", "fr": "Demandé, et personne n'a encore accepté :",
        "de": "Angefragt, und noch niemand hat zugesagt:", "en": "Asked for, and nobody has agreed yet:",
    },
    "lost": {
        "nl": "Betekent niets meer voor de huidige configuratie:",
        "fr": "Ne signifie plus rien pour la configuration active :",
        "de": "Bedeutet der aktiven Konfiguration nichts mehr:",
        "en": "Means nothing to the live configuration any more:",
    },
    "from-head": {"nl": "van", "fr": "de", "de": "von", "en": "from"},
    "until-head": {"nl": "tot", "fr": "à", "de": "bis", "en": "until"},
    "first-head": {"nl": "eerst", "fr": "d'abord", "de": "zuerst", "en": "first"},
    "then-head": {"nl": "daarna", "fr": "ensuite", "de": "danach", "en": "then"},
    "mobile": {"nl": "gsm", "fr": "gsm", "de": "Handy", "en": "mobile"},
    "fixed": {"nl": "vast", "fr": "fixe", "de": "Festnetz", "en": "fixed"},
    "private": {"nl": "privé", "fr": "privé", "de": "privat", "en": "private"},
    "desk": {"nl": "bureau", "fr": "bureau", "de": "Büro", "en": "desk"},
}  # fmt: skip


class Words:
    """What is written in one language; an unknown one is said and ends the command."""

    def __init__(self, language: str, zone: str, now: datetime) -> None:
        if language not in LANGUAGES:
            give_up(f'There is no language "{language}"; write nl, fr, de or en.', 2)
        self.language, self._zone, self._now = language, ZoneInfo(zone), now

    def say(self, word: str, **values: str) -> str:
        """A word or a sentence."""
        return _WORDS[word][self.language].format(**values)

    def time(self, iso: str | None) -> str:
        """A moment as people write it: `Sat 21 Nov 23:15`; the year where it is another one."""
        if not iso:
            return ""
        at = datetime.fromisoformat(iso).astimezone(self._zone)
        day = _DAYS[self.language].split()[at.weekday()]
        month = _MONTHS[self.language].split()[at.month - 1]
        year = "" if at.year == self._now.astimezone(self._zone).year else f" {at.year}"
        return f"{day} {at.day} {month}{year} {at:%H:%M}"


__all__ = ["LANGUAGES", "Words"]
