"""What `dutyline schedule`, `duty drill` and `duty phones` write, in the four languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ivr.notify.words import Language

Phrase = Mapping[Language, str]

STATES: Final[Mapping[str, Phrase]] = {
    "begun": {"nl": "ingepland", "fr": "programmé", "de": "eingeplant", "en": "begun"},
    "running": {"nl": "bezig", "fr": "en cours", "de": "läuft", "en": "running"},
    "done": {"nl": "gedaan", "fr": "fait", "de": "erledigt", "en": "done"},
    "failed": {"nl": "mislukt", "fr": "échoué", "de": "misslungen", "en": "failed"},
    "missed": {"nl": "gemist", "fr": "manqué", "de": "versäumt", "en": "missed"},
}
"""Where a run stands."""
JOBS: Final[Mapping[str, Phrase]] = {
    "forecast": {"nl": "vooruitblik", "fr": "prévision", "de": "Vorschau", "en": "forecast"},
    "handshake": {"nl": "bevestiging", "fr": "confirmation", "de": "Bestätigung", "en": "handshake"},
    "drill": {"nl": "oefening", "fr": "exercice", "de": "Übung", "en": "drill"},
}
"""What is done by itself."""
JOB_HEADS: Final[Mapping[Language, tuple[str, ...]]] = {
    "nl": ("taak", "wanneer", "volgende", "over", "laatste"),
    "fr": ("tâche", "quand", "prochaine", "sujet", "dernière"),
    "de": ("Aufgabe", "wann", "nächste", "über", "letzte"),
    "en": ("job", "when", "next", "about", "last"),
}
RUN_HEADS: Final[Mapping[Language, tuple[str, ...]]] = {
    "nl": ("id", "gepland", "taak", "over", "stand", "te laat", "door", "resultaat"),
    "fr": ("id", "prévu", "tâche", "sujet", "état", "retard", "par", "résultat"),
    "de": ("id", "geplant", "Aufgabe", "über", "Stand", "verspätet", "durch", "Ergebnis"),
    "en": ("id", "due", "job", "about", "state", "late", "by", "detail"),
}
SCHEDULE: Final[Mapping[str, Phrase]] = {
    "leads": {"nl": "{box} leidt.", "fr": "{box} mène.", "de": "{box} führt.", "en": "{box} leads."},
    "this-box": {"nl": "Deze box", "fr": "Cette machine", "de": "Diese Box", "en": "This box"},
    "nobody": {"nl": "Niemand", "fr": "Personne", "de": "Niemand", "en": "Nobody"},
    "by": {"nl": "door {who}", "fr": "par {who}", "de": "durch {who}", "en": "by {who}"},
    "by-command": {
        "nl": "alleen per opdracht",
        "fr": "par commande seulement",
        "de": "nur per Befehl",
        "en": "by command only",
    },
    "run": {
        "nl": "{job}, gepland {at}: {state}",
        "fr": "{job}, prévu {at} : {state}",
        "de": "{job}, geplant {at}: {state}",
        "en": "{job}, due {at}: {state}",
    },
    "last": {
        "nl": "{state}: {detail}",
        "fr": "{state} : {detail}",
        "de": "{state}: {detail}",
        "en": "{state}: {detail}",
    },
}
DRILL: Final[Mapping[str, Phrase]] = {
    "off": {
        "nl": "De oefening is afgeblazen: er wordt geen telefoon meer gebeld.",
        "fr": "L'exercice est arrêté : plus aucun téléphone n'est appelé.",
        "de": "Die Übung ist abgebrochen: kein weiteres Telefon wird angerufen.",
        "en": "The drill is called off: no further phone is rung.",
    },
    "see-last": {
        "nl": "`dutyline duty drill --last` toont ze.",
        "fr": "`dutyline duty drill --last` le montre.",
        "de": "`dutyline duty drill --last` zeigt sie.",
        "en": "`dutyline duty drill --last` shows it.",
    },
    "none": {
        "nl": "Er is geen oefening bezig.",
        "fr": "Aucun exercice n'est en cours.",
        "de": "Es läuft keine Übung.",
        "en": "No drill goes on.",
    },
    "line": {
        "nl": "{who}  {phone}: {says}",
        "fr": "{who}  {phone} : {says}",
        "de": "{who}  {phone}: {says}",
        "en": "{who}  {phone}: {says}",
    },
}
PHONE_HEADS: Final[Mapping[Language, tuple[str, ...]]] = {
    "nl": ("telefoon", "van wie", "opgenomen zonder toets", "voicemail na", "wordt gebeld", "sinds"),
    "fr": ("téléphone", "à qui", "décroché sans touche", "messagerie après", "sonne", "depuis"),
    "de": ("Telefon", "wessen", "abgehoben ohne Taste", "Mailbox nach", "klingelt", "seit"),
    "en": ("phone", "whose", "picked up without a key", "voicemail after", "rung for", "since"),
}
PHONES: Final[Mapping[str, Phrase]] = {
    "none": {
        "nl": "Geen telefoon werd opgenomen zonder toets.",
        "fr": "Aucun téléphone n'a été décroché sans touche.",
        "de": "Kein Telefon wurde ohne Taste abgehoben.",
        "en": "No phone was picked up without a key.",
    },
    "as-others": {"nl": "zoals andere", "fr": "comme les autres", "de": "wie andere", "en": "as others"},
    "unknown": {
        "nl": "Over {number} is niets geleerd; `dutyline duty phones` toont wat wel.",
        "fr": "Rien n'a été appris de {number} ; `dutyline duty phones` montre ce qui l'a été.",
        "de": "Über {number} wurde nichts gelernt; `dutyline duty phones` zeigt, was gelernt wurde.",
        "en": "Nothing was learned of {number}; `dutyline duty phones` lists what was.",
    },
    "forgotten": {
        "nl": "{number} wordt weer even lang gebeld als andere.",
        "fr": "{number} sonne de nouveau aussi longtemps que les autres.",
        "de": "{number} klingelt wieder so lange wie andere.",
        "en": "{number} is rung as long as others again.",
    },
}

__all__ = ["DRILL", "JOBS", "JOB_HEADS", "PHONES", "PHONE_HEADS", "RUN_HEADS", "SCHEDULE", "STATES"]
