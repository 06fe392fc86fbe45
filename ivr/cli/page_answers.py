"""What `dutyline pages` answers to what was asked of a page, in the four languages; names in braces are
filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ivr.notify.words import Language

Phrase = Mapping[Language, str]

ANSWERS: Final[Mapping[str, Phrase]] = {
    "accepted": {
        "nl": "Oproep {page} is aangenomen voor {who}.",
        "fr": "L'appel {page} est accepté pour {who}.",
        "de": "Ruf {page} ist für {who} angenommen.",
        "en": "Page {page} is accepted for {who}.",
    },
    "not-given": {
        "nl": "Oproep {page} ging niet naar {wanted}: {who} heeft hem.",
        "fr": "L'appel {page} n'a pas été donné à {wanted} : c'est {who} qui l'a.",
        "de": "Ruf {page} ging nicht an {wanted}: {who} hat ihn.",
        "en": "Page {page} was not given to {wanted}: {who} has it.",
    },
    "passed": {
        "nl": "Oproep {page}: {who} heeft doorgegeven; de anderen worden gebeld.",
        "fr": "Appel {page} : {who} a passé son tour ; les autres sont appelés.",
        "de": "Ruf {page}: {who} hat weitergegeben; die anderen werden angerufen.",
        "en": "Page {page}: {who} has passed; the others are rung.",
    },
    "handed-over": {
        "nl": "Oproep {page} is nu van {who}.",
        "fr": "L'appel {page} est maintenant à {who}.",
        "de": "Ruf {page} gehört jetzt {who}.",
        "en": "Page {page} belongs to {who} now.",
    },
    "offered": {
        "nl": "{who} wordt gebeld voor oproep {page}, en neemt hem over met een toets.",
        "fr": "{who} est appelé pour l'appel {page}, et le reprend par une touche.",
        "de": "{who} wird für Ruf {page} angerufen, und übernimmt ihn mit einer Taste.",
        "en": "{who} is being rung for page {page}, and takes it with a key.",
    },
    "done": {
        "nl": "Oproep {page} is afgehandeld: de beller werd teruggebeld.",
        "fr": "L'appel {page} est terminé : l'appelant a été rappelé.",
        "de": "Ruf {page} ist erledigt: der Anrufer wurde zurückgerufen.",
        "en": "Page {page} is done: the caller was called back.",
    },
    "done-already": {
        "nl": "Oproep {page} was al afgehandeld.",
        "fr": "L'appel {page} était déjà terminé.",
        "de": "Ruf {page} war schon erledigt.",
        "en": "Page {page} was done already.",
    },
    "called-off": {
        "nl": "Oproep {page} is afgeblazen.",
        "fr": "L'appel {page} est annulé.",
        "de": "Ruf {page} ist abgeblasen.",
        "en": "Page {page} is called off.",
    },
    "over": {
        "nl": "Oproep {page} is voorbij: er is niets af te blazen.",
        "fr": "L'appel {page} est terminé : il n'y a rien à annuler.",
        "de": "Ruf {page} ist vorbei: es gibt nichts abzublasen.",
        "en": "Page {page} is over: there is nothing to call off.",
    },
    "no-ring": {
        "nl": "Voor oproep {page} ging geen telefoon over.",
        "fr": "Aucun téléphone n'a sonné pour l'appel {page}.",
        "de": "Für Ruf {page} hat kein Telefon geklingelt.",
        "en": "No phone has rung for page {page}.",
    },
    "no-such-ring": {
        "nl": "Voor oproep {page} werd {n} keer gebeld, er is geen {wanted}; `dutyline pages show` toont ze.",
        "fr": "L'appel {page} compte {n} sonnerie(s), pas de {wanted} ; `dutyline pages show` les montre.",
        "de": "Für Ruf {page} wurde {n}-mal angerufen, es gibt kein {wanted}; `dutyline pages show` zeigt "
        "alle.",
        "en": "Page {page} has {n} ring(s), no {wanted}; `dutyline pages show` has them.",
    },
    "did-not-ring": {
        "nl": "{number} ging niet over voor oproep {page}; deze wel: {rung}.",
        "fr": "{number} n'a pas sonné pour l'appel {page} ; ceux-ci, oui : {rung}.",
        "de": "{number} hat für Ruf {page} nicht geklingelt; diese schon: {rung}.",
        "en": "{number} did not ring for page {page}; these did: {rung}.",
    },
    "away": {
        "nl": "De dienst draait niet, en oproepen zijn zijn werk; `dutyline up` start hem.",
        "fr": "Le service ne tourne pas, et les appels sont son travail ; `dutyline up` le démarre.",
        "de": "Der Dienst läuft nicht, und Rufe sind seine Arbeit; `dutyline up` startet ihn.",
        "en": "The service does not run, and pages are its work; `dutyline up` starts it.",
    },
}

__all__ = ["ANSWERS"]
