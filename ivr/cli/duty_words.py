"""What `dutyline duty` writes, in the four languages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from dialplan.numbers import display
from ivr.cli.shared import check_language
from ivr.notify.words import Language, phone_label

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
AWAY: Final[Mapping[str, str]] = {
    "nl": "De dienst draait niet; het geldt zodra hij draait.",
    "fr": "Le service ne tourne pas ; cela vaut dès qu'il tourne.",
    "de": "Der Dienst läuft nicht; es gilt, sobald er läuft.",
    "en": "The service is not running; it holds as soon as it does.",
}
_STATES: Final[Mapping[str, Mapping[str, str]]] = {
    "holds": {"nl": "geldt", "fr": "en vigueur", "de": "gilt", "en": "holds"},
    "planned": {"nl": "gepland", "fr": "prévu", "de": "geplant", "en": "planned"},
    "asked": {"nl": "gevraagd", "fr": "demandé", "de": "angefragt", "en": "asked"},
    "over": {"nl": "voorbij", "fr": "passé", "de": "vorbei", "en": "over"},
    "cancelled": {"nl": "ingetrokken", "fr": "annulé", "de": "zurückgenommen", "en": "cancelled"},
}
"""Where a change stands."""
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
    "stale": {
        "nl": "De wijzigingen konden niet gelezen worden: {why}",
        "fr": "Les changements n'ont pu être lus : {why}",
        "de": "Die Änderungen konnten nicht gelesen werden: {why}",
        "en": "The changes could not be read: {why}",
    },
    "kept": {"nl": "bewaard", "fr": "gardé", "de": "vermerkt", "en": "kept"},
    "live": {"nl": "geldt", "fr": "en vigueur", "de": "gilt", "en": "live"},
    "would-be": {"nl": "zou zijn", "fr": "ce serait", "de": "wäre", "en": "would be"},
    "agreed": {"nl": "toegezegd", "fr": "accepté", "de": "zugesagt", "en": "agreed"},
    "declined": {
        "nl": "geweigerd door {who}", "fr": "refusé par {who}",
        "de": "abgelehnt von {who}", "en": "declined by {who}",
    },
    "cancelled": {"nl": "ingetrokken", "fr": "annulé", "de": "zurückgenommen", "en": "cancelled"},
    "warning": {"nl": "let op", "fr": "attention", "de": "Achtung", "en": "warning"},
    "agree-with": {
        "nl": "Wie toezegt, zegt dat met: dutyline duty agree {id} WHO",
        "fr": "Qui accepte le dit par : dutyline duty agree {id} WHO",
        "de": "Wer zusagt, sagt es mit: dutyline duty agree {id} WHO",
        "en": "Whoever agrees says so with: dutyline duty agree {id} WHO",
    },
    "away": AWAY,
    "never-changed": {
        "nl": "Er werd niets gewijzigd.", "fr": "Rien n'a été changé.",
        "de": "Nichts wurde geändert.", "en": "Nothing has been changed.",
    },
    "unchanged": {
        "nl": "Niets is gewijzigd, en niets is gepland.", "fr": "Rien n'est changé, et rien n'est prévu.",
        "de": "Nichts ist geändert, und nichts ist geplant.",
        "en": "Nothing is changed, and nothing is planned.",
    },
    "who-head": {"nl": "wie", "fr": "qui", "de": "wer", "en": "who"},
    "layer-head": {"nl": "laag", "fr": "couche", "de": "Ebene", "en": "layer"},
    "why-head": {"nl": "waarom", "fr": "pourquoi", "de": "warum", "en": "why"},
    "by-head": {"nl": "door", "fr": "par", "de": "durch", "en": "by"},
    "means-nothing": {
        "nl": "zonder betekenis", "fr": "sans effet", "de": "bedeutungslos", "en": "means nothing",
    },
    "who-leave": {
        "nl": "{who} met verlof", "fr": "{who} en congé", "de": "{who} im Urlaub", "en": "{who} on leave",
    },
    "who-override": {
        "nl": "{who} van wacht", "fr": "{who} de garde", "de": "{who} im Dienst", "en": "{who} on duty",
    },
    "who-asks": {
        "nl": "{who} vraagt vervanging", "fr": "{who} demande un remplaçant",
        "de": "{who} bittet um Vertretung", "en": "{who} asks for a stand-in",
    },
    "asked-of": {"nl": " aan {who}", "fr": " à {who}", "de": " {who}", "en": " of {who}"},
    "declined-by": {
        "nl": ", geweigerd door {who}", "fr": ", refusé par {who}",
        "de": ", abgelehnt von {who}", "en": ", declined by {who}",
    },
    "who-swap": {
        "nl": "{who} en {by} ruilen", "fr": "{who} et {by} échangent",
        "de": "{who} und {by} tauschen", "en": "{who} and {by} swap",
    },
    "who-cover": {
        "nl": "{by} voor {who}", "fr": "{by} pour {who}", "de": "{by} für {who}", "en": "{by} for {who}",
    },
    "agreed-by": {
        "nl": ", toegezegd door {who}", "fr": ", accepté par {who}",
        "de": ", zugesagt von {who}", "en": ", agreed by {who}",
    },
    "cancelled-by": {
        "nl": ", ingetrokken door {who}", "fr": ", annulé par {who}",
        "de": ", zurückgenommen von {who}", "en": ", cancelled by {who}",
    },
    "team": {"nl": "team {team}", "fr": "équipe {team}", "de": "Team {team}", "en": "team {team}"},
}  # fmt: skip


def short_day(weekday: int, language: Language) -> str:
    """`Mon`; Monday is 0."""
    return _DAYS[language].split()[weekday]


class Words:
    """What is written in one language; an unknown one is said and ends the command."""

    def __init__(self, language: str, zone: str, now: datetime) -> None:
        self.language, self._zone, self._now = check_language(language), ZoneInfo(zone), now

    def say(self, word: str, **values: str) -> str:
        """A word or a sentence."""
        return _WORDS[word][self.language].format(**values)

    def state(self, state: str) -> str:
        """Where a change stands."""
        return _STATES[state][self.language]

    def phone(self, phone: Mapping[str, Any]) -> str:
        """A phone: of which sort, and its number."""
        return f"{phone_label(phone['label'], self.language)} {display(phone['number'])}"

    def time(self, iso: str | None) -> str:
        """A moment as people write it: `Sat 21 Nov 23:15`; the year where it is another one."""
        if not iso:
            return ""
        at = datetime.fromisoformat(iso).astimezone(self._zone)
        day = short_day(at.weekday(), self.language)
        month = _MONTHS[self.language].split()[at.month - 1]
        year = "" if at.year == self._now.astimezone(self._zone).year else f" {at.year}"
        return f"{day} {at.day} {month}{year} {at:%H:%M}"


__all__ = ["AWAY", "Words", "short_day"]
