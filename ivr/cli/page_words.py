"""What `dutyline pages show` and `list` write, in four languages; names in braces are filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ivr.notify.words import Language
from ivr.storage import PageStep

Phrase = Mapping[Language, str]

STATES: Final[Mapping[str, Phrase]] = {
    "paged": {
        "nl": "nog niemand wordt gebeld",
        "fr": "personne n'est encore appelé",
        "de": "noch wird niemand angerufen",
        "en": "nobody is rung yet",
    },
    "ringing": {
        "nl": "er wordt iemand gezocht",
        "fr": "quelqu'un est recherché",
        "de": "jemand wird gesucht",
        "en": "somebody is looked for",
    },
    "accepted": {"nl": "aangenomen", "fr": "accepté", "de": "angenommen", "en": "accepted"},
    "exhausted": {
        "nl": "niemand nam aan",
        "fr": "personne n'a accepté",
        "de": "niemand hat angenommen",
        "en": "nobody accepted",
    },
    "cancelled": {"nl": "afgeblazen", "fr": "annulé", "de": "abgeblasen", "en": "called off"},
    "done": {
        "nl": "de beller werd teruggebeld",
        "fr": "l'appelant a été rappelé",
        "de": "der Anrufer wurde zurückgerufen",
        "en": "the caller was called back",
    },
}
WORDS: Final[Mapping[str, Phrase]] = {
    "again": {
        "nl": "{state}, opnieuw",
        "fr": "{state} à nouveau",
        "de": "{state}, erneut",
        "en": "{state} again",
    },
    "offered": {
        "nl": "{state}, aangeboden aan {who}",
        "fr": "{state}, proposé à {who}",
        "de": "{state}, {who} angeboten",
        "en": "{state}, offered to {who}",
    },
    "page": {
        "nl": "Oproep {ref} van {brand} ({id}): {state}",
        "fr": "Appel {ref} de {brand} ({id}) : {state}",
        "de": "Ruf {ref} von {brand} ({id}): {state}",
        "en": "Page {ref} of {brand} ({id}): {state}",
    },
    "rings": {"nl": "Telefoons", "fr": "Sonneries", "de": "Telefone", "en": "Rings"},
    "history": {"nl": "Verloop", "fr": "Déroulement", "de": "Verlauf", "en": "History"},
    "by": {
        "nl": "{told} (door {by})",
        "fr": "{told} (par {by})",
        "de": "{told} (durch {by})",
        "en": "{told} (by {by})",
    },
    "ring": {
        "nl": "{who} op {number} ({label}, {stage}): {outcome}; {more}",
        "fr": "{who} au {number} ({label}, {stage}) : {outcome} ; {more}",
        "de": "{who} auf {number} ({label}, {stage}): {outcome}; {more}",
        "en": "{who} on {number} ({label}, {stage}): {outcome}; {more}",
    },
    "rang": {"nl": "ging {s} s over", "fr": "a sonné {s} s", "de": "klingelte {s} s", "en": "rang {s} s"},
    "rings-now": {"nl": "gaat over", "fr": "sonne", "de": "klingelt", "en": "rings"},
    "talked": {
        "nl": ", sprak {s} s",
        "fr": ", a parlé {s} s",
        "de": ", sprach {s} s",
        "en": ", talked {s} s",
    },
    "key": {"nl": ", toets {key}", "fr": ", touche {key}", "de": ", Taste {key}", "en": ", key {key}"},
    "cause": {
        "nl": ", oorzaak {cause}",
        "fr": ", cause {cause}",
        "de": ", Ursache {cause}",
        "en": ", cause {cause}",
    },
    "withheld": {"nl": "onbekend", "fr": "masqué", "de": "unterdrückt", "en": "withheld"},
}
"""Words and sentences of the whole."""

CALL_PAGES: Final[Mapping[str, Phrase]] = {
    "page": {
        "nl": "Oproep {ref}, volgens het beleid {policy}",
        "fr": "Appel {ref}, selon la politique {policy}",
        "de": "Ruf {ref}, nach den Regeln {policy}",
        "en": "Page {ref}, by the policy {policy}",
    },
    "ring": {
        "nl": "{who} op {number}, {stage}: {outcome}",
        "fr": "{who} au {number}, {stage} : {outcome}",
        "de": "{who} auf {number}, {stage}: {outcome}",
        "en": "{who} on {number}, {stage}: {outcome}",
    },
    "cause": {
        "nl": " (oorzaak {cause})",
        "fr": " (cause {cause})",
        "de": " (Ursache {cause})",
        "en": " (cause {cause})",
    },
    "accepted": {
        "nl": "{who} nam aan",
        "fr": "{who} a accepté",
        "de": "{who} hat angenommen",
        "en": "{who} accepted",
    },
    "goes-on": {
        "nl": "er wordt verder gezocht",
        "fr": "la recherche continue",
        "de": "die Suche geht weiter",
        "en": "the page goes on",
    },
    "exhausted": {
        "nl": "niemand nam aan",
        "fr": "personne n'a accepté",
        "de": "niemand hat angenommen",
        "en": "nobody accepted",
    },
    "cancelled": {
        "nl": "de oproep werd afgeblazen",
        "fr": "l'appel a été annulé",
        "de": "der Ruf wurde abgeblasen",
        "en": "the page was called off",
    },
}
"""Below the story of a call."""

FACTS: Final[Mapping[str, tuple[Phrase, Phrase]]] = {
    "call": (
        {"nl": "Gesprek", "fr": "Appel", "de": "Anruf", "en": "Call"},
        {
            "nl": "{call}, van {caller} naar {dialled}",
            "fr": "{call}, de {caller} vers {dialled}",
            "de": "{call}, von {caller} an {dialled}",
            "en": "{call}, from {caller} to {dialled}",
        },
    ),
    "customer": (
        {"nl": "Klant", "fr": "Client", "de": "Kunde", "en": "Customer"},
        dict.fromkeys(("nl", "fr", "de", "en"), "{customer}"),
    ),
    "began": (
        {"nl": "Begon", "fr": "Début", "de": "Beginn", "en": "Began"},
        dict.fromkeys(("nl", "fr", "de", "en"), "{at}"),
    ),
    "rules": (
        {"nl": "Regels", "fr": "Règles", "de": "Regeln", "en": "Rules"},
        {
            "nl": "beleid {policy}{release}",
            "fr": "politique {policy}{release}",
            "de": "Regeln {policy}{release}",
            "en": "policy {policy}{release}",
        },
    ),
    "accepted": (
        {"nl": "Aangenomen", "fr": "Accepté", "de": "Angenommen", "en": "Accepted"},
        {
            "nl": "door {who} op {number}, {at}",
            "fr": "par {who} au {number}, {at}",
            "de": "von {who} auf {number}, {at}",
            "en": "by {who} on {number}, {at}",
        },
    ),
    "promised": (
        {"nl": "Beloofd", "fr": "Promis", "de": "Versprochen", "en": "Promised"},
        {
            "nl": "terugbellen voor {until}",
            "fr": "un rappel avant {until}",
            "de": "Rückruf bis {until}",
            "en": "a call back by {until}",
        },
    ),
    "goes-on": (
        {"nl": "Gaat door", "fr": "Continue", "de": "Geht weiter", "en": "Goes on"},
        {
            "nl": "om {at}, tenzij de beller wordt teruggebeld",
            "fr": "à {at}, sauf si l'appelant est rappelé",
            "de": "um {at}, wenn der Anrufer nicht zurückgerufen wird",
            "en": "at {at}, unless the caller is called back",
        },
    ),
    "offered": (
        {"nl": "Aangeboden", "fr": "Proposé", "de": "Angeboten", "en": "Offered"},
        {
            "nl": "aan {who} sinds {at}",
            "fr": "à {who} depuis {at}",
            "de": "{who} seit {at}",
            "en": "to {who} since {at}",
        },
    ),
    "left-out": (
        {"nl": "Zonder", "fr": "Sans", "de": "Ohne", "en": "Left out"},
        dict.fromkeys(("nl", "fr", "de", "en"), "{people}"),
    ),
}
"""What stands above the rings: name and value."""

HEADS: Final[Mapping[Language, tuple[str, ...]]] = {
    "nl": ("oproep", "begon", "merk", "stand", "wie", "terugbellen voor", "id"),
    "fr": ("appel", "début", "marque", "état", "qui", "rappeler avant", "id"),
    "de": ("Ruf", "Beginn", "Marke", "Stand", "wer", "Rückruf bis", "id"),
    "en": ("call ID", "began", "brand", "state", "who", "call back by", "id"),
}
"""Columns of the list."""
NONE: Final[Mapping[bool, Phrase]] = {
    True: {
        "nl": "Er staat geen oproep open.",
        "fr": "Aucun appel n'est ouvert.",
        "de": "Kein Ruf ist offen.",
        "en": "No page is open.",
    },
    False: {
        "nl": "Er werd nog geen ingenieur gezocht.",
        "fr": "Aucun ingénieur n'a encore été recherché.",
        "de": "Noch wurde kein Techniker gesucht.",
        "en": "No engineer was looked for yet.",
    },
}
AWAY: Final[Phrase] = {
    "nl": "De dienst draait niet, dus wordt niemand gebeld en loopt geen klok; dit staat in de database.",
    "fr": "Le service ne tourne pas : personne n'est appelé ; voici ce qu'en a la base de données.",
    "de": "Der Dienst läuft nicht: niemand wird angerufen, keine Uhr läuft; das steht in der Datenbank.",
    "en": "The service does not run, so nobody is rung and no clock runs; this is what the database has.",
}

STEPS: Final[Mapping[str, Phrase]] = {
    PageStep.OPENED: {
        "nl": "de zoektocht begon, volgens {policy}",
        "fr": "la recherche a commencé, d'après {policy}",
        "de": "die Suche begann, nach {policy}",
        "en": "the page began, by the policy {policy}",
    },
    PageStep.PROMISED: {
        "nl": "de beller werd beloofd binnen {minutes} min teruggebeld te worden",
        "fr": "un rappel dans les {minutes} min a été promis à l'appelant",
        "de": "dem Anrufer wurde ein Rückruf binnen {minutes} min versprochen",
        "en": "the caller was promised a call back within {minutes} min",
    },
    PageStep.RUNG: {
        "nl": "{who} wordt gebeld op {number} ({label}, {stage})",
        "fr": "{who} est appelé au {number} ({label}, {stage})",
        "de": "{who} wird auf {number} angerufen ({label}, {stage})",
        "en": "{who} is rung on {number} ({label}, {stage})",
    },
    PageStep.PICKED_UP: {
        "nl": "{who} nam op na {rang_s} s",
        "fr": "{who} a décroché après {rang_s} s",
        "de": "{who} hat nach {rang_s} s abgehoben",
        "en": "{who} picked up after {rang_s} s",
    },
    PageStep.KEY: {
        "nl": "{who} drukte {key} na {after_s} s",
        "fr": "{who} a pressé {key} après {after_s} s",
        "de": "{who} hat nach {after_s} s {key} gedrückt",
        "en": "{who} pressed {key} after {after_s} s",
    },
    PageStep.RING_ENDED: {
        "nl": "{who} op {number}: {outcome}; {more}",
        "fr": "{who} au {number} : {outcome} ; {more}",
        "de": "{who} auf {number}: {outcome}; {more}",
        "en": "{who} on {number}: {outcome}; {more}",
    },
    PageStep.ACCEPTED: {
        "nl": "{who} nam aan op {number}, {how}",
        "fr": "{who} a accepté au {number}, {how}",
        "de": "{who} hat auf {number} angenommen, {how}",
        "en": "{who} accepted on {number}, {how}",
    },
    PageStep.PASSED: {
        "nl": "{who} gaf door",
        "fr": "{who} a passé",
        "de": "{who} hat weitergegeben",
        "en": "{who} passed",
    },
    PageStep.REMINDED: {
        "nl": "{who} wordt eraan herinnerd",
        "fr": "{who} reçoit un rappel",
        "de": "{who} wird erinnert",
        "en": "{who} is reminded",
    },
    PageStep.CALLED_BACK: {
        "nl": "de beller werd teruggebeld ({how})",
        "fr": "l'appelant a été rappelé ({how})",
        "de": "der Anrufer wurde zurückgerufen ({how})",
        "en": "the caller was called back ({how})",
    },
    PageStep.GONE_ON: {
        "nl": "{who} heeft hem niet meer, {why}: de zoektocht gaat door",
        "fr": "{who} ne l'a plus, {why} : la recherche continue",
        "de": "{who} hat ihn nicht mehr, {why}: die Suche geht weiter",
        "en": "{who} has it no more, {why}: the hunt goes on",
    },
    PageStep.ESCALATED: {
        "nl": "de zoektocht kwam bij {stage}",
        "fr": "la recherche en est à {stage}",
        "de": "die Suche kam zu {stage}",
        "en": "the hunt came to {stage}",
    },
    PageStep.EXHAUSTED: {
        "nl": "niemand nam aan; er wordt niet meer gebeld",
        "fr": "personne n'a accepté ; plus aucun essai",
        "de": "niemand hat angenommen; es wird nicht mehr angerufen",
        "en": "nobody accepted; no more attempts",
    },
    PageStep.CANCELLED: {
        "nl": "de zoektocht werd afgeblazen",
        "fr": "la recherche a été annulée",
        "de": "die Suche wurde abgeblasen",
        "en": "the page was called off",
    },
    PageStep.HANDOVER_ASKED: {
        "nl": "{to} wordt gevraagd hem over te nemen van {from}",
        "fr": "on demande à {to} de le reprendre de {from}",
        "de": "{to} wird gebeten, ihn von {from} zu übernehmen",
        "en": "{to} is asked to take it over from {from}",
    },
    PageStep.HANDED_OVER: {
        "nl": "overgedragen van {from} aan {to}, {how}",
        "fr": "transmis de {from} à {to}, {how}",
        "de": "von {from} an {to} übergeben, {how}",
        "en": "handed over from {from} to {to}, {how}",
    },
    PageStep.HANDOVER_FAILED: {
        "nl": "{to} nam hem niet over van {from}",
        "fr": "{to} ne l'a pas repris de {from}",
        "de": "{to} hat ihn nicht von {from} übernommen",
        "en": "{to} did not take it over from {from}",
    },
    PageStep.TOLD: {
        "nl": "bericht aan {to}: {template}",
        "fr": "message à {to} : {template}",
        "de": "Nachricht an {to}: {template}",
        "en": "told {to}: {template}",
    },
}
NOTES: Final[Mapping[str, Phrase]] = {
    "alarm": {
        "nl": "een alarm per {source} van {sender}: {words}",
        "fr": "une alarme par {source} de {sender} : {words}",
        "de": "ein Alarm per {source} von {sender}: {words}",
        "en": "an alarm by {source} from {sender}: {words}",
    },
    "alarm-joined": {
        "nl": "alarm nummer {counted} van dezelfde soort: {words}",
        "fr": "alarme numéro {counted} de la même sorte : {words}",
        "de": "Alarm Nummer {counted} derselben Art: {words}",
        "en": "alarm number {counted} of the same kind: {words}",
    },
    "alarm-storm": {
        "nl": "{counted} alarmen van dezelfde soort tot nu toe",
        "fr": "{counted} alarmes de la même sorte jusqu'ici",
        "de": "bisher {counted} Alarme derselben Art",
        "en": "{counted} alarms of the same kind so far",
    },
    "accepted-in-vain": {
        "nl": "{who} nam aan terwijl de databank weg was; {other} had het al",
        "fr": "{who} a accepté alors que la base de données était absente ; {other} l'avait déjà",
        "de": "{who} nahm an, während die Datenbank weg war; {other} hatte es schon",
        "en": "{who} accepted while the database was away; {other} had it already",
    },
    "taken-up": {
        "nl": "van de machine {from} komt niets meer: {box} gaat ermee door",
        "fr": "la machine {from} ne dit plus rien : {box} continue",
        "de": "der Rechner {from} meldet sich nicht mehr: {box} macht weiter",
        "en": "the box {from} says nothing any more: {box} goes on with it",
    },
    "alarm-over": {
        "nl": "de afzender van het alarm meldt dat het voorbij is: {words}",
        "fr": "l'expéditeur de l'alarme annonce qu'elle est finie : {words}",
        "de": "der Absender des Alarms meldet, dass er vorbei ist: {words}",
        "en": "the sender of the alarm says that it is over: {words}",
    },
}
"""Lines of the history that others write."""
SOMEBODY: Final[Phrase] = {"nl": "iemand", "fr": "quelqu'un", "de": "jemand", "en": "somebody"}
WHY: Final[Mapping[bool, Phrase]] = {
    True: {
        "nl": "de beller werd niet op tijd teruggebeld",
        "fr": "l'appelant n'a pas été rappelé à temps",
        "de": "der Anrufer wurde nicht rechtzeitig zurückgerufen",
        "en": "the caller was not called back in time",
    },
    False: {"nl": "gaf hem door", "fr": "l'a passé", "de": "gab ihn weiter", "en": "passed it on"},
}
"""Why the hunt went on: the promise ran out, or it was passed on."""
HOW: Final[Mapping[str, Phrase]] = {
    "key": {"nl": "met een toets", "fr": "par une touche", "de": "per Taste", "en": "by key"},
    "command": {"nl": "per opdracht", "fr": "par commande", "de": "per Befehl", "en": "by command"},
    "line": {
        "nl": "op het nummer van de ingenieurs",
        "fr": "par le numéro des ingénieurs",
        "de": "über die Nummer der Techniker",
        "en": "on the engineers' number",
    },
    "link": {"nl": "via de link", "fr": "par le lien", "de": "über den Link", "en": "by link"},
    "call": {
        "nl": "door het systeem",
        "fr": "par le système",
        "de": "durch das System",
        "en": "by the system",
    },
    "connected": {"nl": "verbonden", "fr": "mis en relation", "de": "verbunden", "en": "connected"},
    "forced": {
        "nl": "zonder te vragen",
        "fr": "sans demander",
        "de": "ohne zu fragen",
        "en": "without asking",
    },
}

__all__ = [
    "AWAY", "CALL_PAGES", "FACTS", "HEADS", "HOW", "NONE", "NOTES", "SOMEBODY", "STATES", "STEPS", "WHY",
    "WORDS",
]  # fmt: skip
