"""What is said of a duty, in four languages; names in braces are filled in (see `dialplan.sentences`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dialplan.beforehand_phrases import BEFOREHAND
from dialplan.refusal_phrases import REFUSALS

Phrase = Mapping[str, str]

THEN: Final[Phrase] = {"nl": ", dan ", "fr": ", puis ", "de": ", dann ", "en": ", then "}

_TURNS: Final[Mapping[str, Phrase]] = {
    "is-on-call": {
        "nl": "{prefix}{who} is van wacht: {how}",
        "fr": "{prefix}{who} est de garde : {how}",
        "de": "{prefix}{who} hat Bereitschaft: {how}",
        "en": "{prefix}{who} is on call: {how}",
    },
    "is-whose-turn": {
        "nl": "{prefix}{who} is aan de beurt: {how}",
        "fr": "{prefix}c'est le tour de {who} : {how}",
        "de": "{prefix}{who} ist an der Reihe: {how}",
        "en": "{prefix}it is {who}'s turn: {how}",
    },
    "week-of": {
        "nl": "week {number} van {of}, sinds {since}",
        "fr": "semaine {number} sur {of}, depuis {since}",
        "de": "Woche {number} von {of}, seit {since}",
        "en": "week {number} of {of}, since {since}",
    },
    "turn-of": {
        "nl": "beurt {number} van {of}, sinds {since}",
        "fr": "tour {number} sur {of}, depuis {since}",
        "de": "Schicht {number} von {of}, seit {since}",
        "en": "turn {number} of {of}, since {since}",
    },
    "no-weeks": {
        "nl": "de beurtrol heeft geen weken",
        "fr": "le tour de garde n'a pas de semaines",
        "de": "der Plan hat keine Wochen",
        "en": "the roster has no weeks",
    },
    "by-default": {
        "nl": "bij gebrek aan beter, want {why}",
        "fr": "par défaut, car {why}",
        "de": "ersatzweise, denn {why}",
        "en": "by default, for {why}",
    },
    "by-file": {
        "nl": "volgens het bestand, tot {until}",
        "fr": "d'après son fichier, jusqu'au {until}",
        "de": "nach der Datei, bis {until}",
        "en": "by its file, until {until}",
    },
    "by-calendar": {
        "nl": "volgens {calendar}, tot {until}",
        "fr": "d'après {calendar}, jusqu'au {until}",
        "de": "nach {calendar}, bis {until}",
        "en": "by {calendar}, until {until}",
    },
    "never-fetched": {
        "nl": "{calendar} werd nog nooit opgehaald",
        "fr": "{calendar} n'a encore jamais été relevé",
        "de": "{calendar} wurde noch nie abgerufen",
        "en": "{calendar} was never fetched",
    },
    "calendar-at": {
        "nl": "de kalender op {host}",
        "fr": "le calendrier de {host}",
        "de": "Kalender auf {host}",
        "en": "the calendar at {host}",
    },
    "nobody-by": {
        "nl": "{prefix}niemand: {how}",
        "fr": "{prefix}personne : {how}",
        "de": "{prefix}niemand: {how}",
        "en": "{prefix}nobody, {how}",
    },
    "for-reason": {"nl": "{why}", "fr": "{why}", "de": "{why}", "en": "for {why}"},
    "is-closed": {
        "nl": "{at} valt buiten {calendar} ({hours})",
        "fr": "{at} est hors de {calendar} ({hours})",
        "de": "{at} liegt außerhalb von {calendar} ({hours})",
        "en": "{why}",
    },
    "is-open": {
        "nl": "{at} valt binnen {calendar} ({hours})",
        "fr": "{at} est dans {calendar} ({hours})",
        "de": "{at} liegt innerhalb von {calendar} ({hours})",
        "en": "{why}",
    },
    "outside-hours": {
        "nl": "buiten {hours}",
        "fr": "hors de {hours}",
        "de": "außerhalb von {hours}",
        "en": "outside {hours}",
    },
    "no-turns": {
        "nl": "er zijn geen beurten",
        "fr": "il n'y a pas de tours",
        "de": "es gibt keine Schichten",
        "en": "it has no turns",
    },
    "no-row": {
        "nl": "geen rij van het bestand geldt",
        "fr": "aucune ligne de son fichier ne vaut",
        "de": "keine Zeile der Datei gilt",
        "en": "no row of its file holds",
    },
    "no-event": {
        "nl": "geen afspraak in {calendar} noemt een ingenieur",
        "fr": "aucun événement de {calendar} ne nomme d'ingénieur",
        "de": "kein Termin in {calendar} nennt einen Techniker",
        "en": "no event of {calendar} names an engineer",
    },
    "rung-already": {
        "nl": "{layer}: {who} wordt al gebeld door {other}",
        "fr": "{layer} : {who} est déjà appelé par {other}",
        "de": "{layer}: {who} wird schon durch {other} angerufen",
        "en": "{layer}: {who} is rung by {other} already",
    },
}
"""Whose turn it is, and by what."""

_LAID_OVER: Final[Mapping[str, Phrase]] = {
    "by-override": {
        "nl": "{prefix}{who} is van wacht, zo ingedeeld{title} tot {until}",
        "fr": "{prefix}{who} est de garde par décision{title} jusqu'au {until}",
        "de": "{prefix}{who} hat Bereitschaft nach Anordnung{title} bis {until}",
        "en": "{prefix}{who} is on call by an override{title} until {until}",
    },
    "by-swap": {
        "nl": "{prefix}{who} is van wacht door een ruil{title} tot {until}",
        "fr": "{prefix}{who} est de garde par échange{title} jusqu'au {until}",
        "de": "{prefix}{who} hat Bereitschaft durch Tausch{title} bis {until}",
        "en": "{prefix}{who} is on call by a swap{title} until {until}",
    },
    "skipped-on-leave": {
        "nl": "{prefix}{who} wordt overgeslagen: met verlof{title} tot {until}",
        "fr": "{prefix}{who} est sauté : en congé{title} jusqu'au {until}",
        "de": "{prefix}{who} wird übergangen: im Urlaub{title} bis {until}",
        "en": "{prefix}{who} is skipped: on leave{title} until {until}",
    },
    "not-covered": {
        "nl": "{prefix}{who} vraagt vervanging{title} tot {until}; nog niemand heeft toegezegd",
        "fr": "{prefix}{who} demande à être remplacé{title} jusqu'au {until} ; personne n'a encore accepté",
        "de": "{prefix}{who} bittet um Vertretung{title} bis {until}; noch hat niemand zugesagt",
        "en": "{prefix}{who} asks to be covered{title} until {until}; nobody has agreed yet",
    },
    "have-exchanged": {
        "nl": "{prefix}{by} en {who} hebben geruild{title} tot {until}",
        "fr": "{prefix}{by} et {who} ont échangé{title} jusqu'au {until}",
        "de": "{prefix}{by} und {who} haben getauscht{title} bis {until}",
        "en": "{prefix}{by} and {who} have exchanged{title} until {until}",
    },
    "stands-in": {
        "nl": "{prefix}{by} vervangt {who}{title} tot {until}",
        "fr": "{prefix}{by} remplace {who}{title} jusqu'au {until}",
        "de": "{prefix}{by} vertritt {who}{title} bis {until}",
        "en": "{prefix}{by} stands in for {who}{title} until {until}",
    },
}
"""What is laid over the turns."""

_LEFT_OUT: Final[Mapping[str, Phrase]] = {
    "on-leave-until": {
        "nl": "met verlof{title} tot {until}",
        "fr": "en congé{title} jusqu'au {until}",
        "de": "im Urlaub{title} bis {until}",
        "en": "on leave{title} until {until}",
    },
    "has-no-phone": {
        "nl": "heeft geen telefoon",
        "fr": "n'a pas de téléphone",
        "de": "hat kein Telefon",
        "en": "has no phone",
    },
    "lacks-skill": {
        "nl": 'kan "{skill}" niet',
        "fr": "n'a pas la compétence « {skill} »",
        "de": "kann „{skill}“ nicht",
        "en": 'lacks the skill "{skill}"',
    },
    "does-not-speak": {
        "nl": "spreekt geen {one}",
        "fr": "ne parle pas {one}",
        "de": "spricht kein {one}",
        "en": "does not speak {one}",
    },
    "speaks-neither": {
        "nl": "spreekt geen {one} of {two}",
        "fr": "ne parle ni {one} ni {two}",
        "de": "spricht weder {one} noch {two}",
        "en": "does not speak {one} or {two}",
    },
    "has-passed": {
        "nl": "heeft doorgegeven",
        "fr": "a passé son tour",
        "de": "hat weitergegeben",
        "en": "has passed",
    },
    "phones-are-quiet": {
        "nl": "elke telefoon heeft rust",
        "fr": "tous ses téléphones sont au repos",
        "de": "jedes Telefon hat Ruhe",
        "en": "every phone is quiet",
    },
}
"""Why somebody is not rung."""

_CHANGES: Final[Mapping[str, Phrase]] = {
    "change": {
        "nl": "{what}{where} {span}{title}",
        "fr": "{what}{where} {span}{title}",
        "de": "{what}{where} {span}{title}",
        "en": "{what}{where} {span}{title}",
    },
    "in-layer": {"nl": " in {layer}", "fr": " dans {layer}", "de": " in {layer}", "en": " in {layer}"},
    "span": {
        "nl": "van {start} tot {end}",
        "fr": "du {start} au {end}",
        "de": "von {start} bis {end}",
        "en": "from {start} until {end}",
    },
    "is-on-leave": {
        "nl": "{who} is met verlof",
        "fr": "{who} est en congé",
        "de": "{who} ist im Urlaub",
        "en": "{who} is on leave",
    },
    "is-on-duty": {
        "nl": "{who} is van wacht",
        "fr": "{who} est de garde",
        "de": "{who} hat Bereitschaft",
        "en": "{who} is on duty",
    },
    "are-on-duty": {
        "nl": "{who} zijn van wacht",
        "fr": "{who} sont de garde",
        "de": "{who} haben Bereitschaft",
        "en": "{who} are on duty",
    },
    "asks-to-exchange": {
        "nl": "{who} vraagt een ruil",
        "fr": "{who} demande un échange",
        "de": "{who} bittet um Tausch",
        "en": "{who} asks to exchange",
    },
    "asks-for-cover": {
        "nl": "{who} vraagt vervanging",
        "fr": "{who} demande à être remplacé",
        "de": "{who} bittet um Vertretung",
        "en": "{who} asks to be covered",
    },
    "exchange": {
        "nl": "{who} en {by} ruilen",
        "fr": "{who} et {by} échangent",
        "de": "{who} und {by} tauschen",
        "en": "{who} and {by} exchange",
    },
    "stand-in": {
        "nl": "{by} vervangt {who}",
        "fr": "{by} remplace {who}",
        "de": "{by} vertritt {who}",
        "en": "{by} stands in for {who}",
    },
}
"""What a change is."""

_WARNINGS: Final[Mapping[str, Phrase]] = {
    "nobody-on-duty": {
        "nl": "niemand is van wacht {span}{more}",
        "fr": "personne n'est de garde {span}{more}",
        "de": "niemand hat Bereitschaft {span}{more}",
        "en": "nobody is on duty {span}{more}",
    },
    "once-more": {
        "nl": ", en nog een keer",
        "fr": ", et une fois encore",
        "de": ", und noch einmal",
        "en": ", and once more",
    },
    "times-more": {
        "nl": ", en nog {times} keer",
        "fr": ", et {times} fois encore",
        "de": ", und noch {times}-mal",
        "en": ", and {times} times more",
    },
    "rung-on-leave": {
        "nl": "{who} is met verlof{title} tot {until}, en zou toch gebeld worden",
        "fr": "{who} est en congé{title} jusqu'au {until}, et serait pourtant appelé",
        "de": "{who} ist im Urlaub{title} bis {until}, und würde dennoch angerufen",
        "en": "{who} is on leave{title} until {until}, and would be rung all the same",
    },
    "alone-from": {
        "nl": "{who} staat alleen vanaf {since}: niemand wordt daarna gebeld",
        "fr": "{who} est seul à partir du {since} : personne n'est appelé ensuite",
        "de": "{who} ist allein ab {since}: danach wird niemand angerufen",
        "en": "{who} is alone from {since} on: nobody is rung after",
    },
    "double-duty": {
        "nl": '{who} zou de eerste zijn in "{layer}" en tegelijk in "{other}" staan',
        "fr": "{who} serait premier de « {layer} » et figurerait en même temps dans « {other} »",
        "de": "{who} stünde in „{layer}“ an erster Stelle und zugleich in „{other}“",
        "en": '{who} would be first in "{layer}" and stand in "{other}" at the same time',
    },
    "little-rest": {
        "nl": "{who} heeft maar {hours} uur rust, vanaf {since}; het minste is {least} uur",
        "fr": "{who} n'a que {hours} h de repos, à partir du {since} ; le minimum est de {least} h",
        "de": "{who} hat nur {hours} Std. Ruhe, ab {since}; das Mindeste sind {least} Std.",
        "en": "{who} rests {hours} h only, from {since} on; the least is {least} h",
    },
    "nothing-to-cover": {
        "nl": "{who} is dan niet van wacht: er is niets te vervangen",
        "fr": "{who} n'est pas de garde alors : il n'y a rien à remplacer",
        "de": "{who} hat dann keine Bereitschaft: es gibt nichts zu vertreten",
        "en": "{who} is not on duty then: there is nothing to cover",
    },
    "changes-nothing": {
        "nl": "dit verandert niets: dezelfde mensen worden in dezelfde volgorde gebeld",
        "fr": "cela ne change rien : les mêmes personnes sont appelées dans le même ordre",
        "de": "das ändert nichts: dieselben Leute werden in derselben Reihenfolge angerufen",
        "en": "this changes nothing: the same people are rung in the same order",
    },
}
"""What people should know of a change before it holds."""

_NOTES: Final[Mapping[str, Phrase]] = {
    "no-engineer": {
        "nl": 'er is geen ingenieur "{name}"{more}',
        "fr": "il n'y a pas d'ingénieur « {name} »{more}",
        "de": "es gibt keinen Techniker „{name}“{more}",
        "en": 'there is no engineer "{name}"{more}',
    },
    "no-layer": {
        "nl": 'er is geen laag "{name}"{more}',
        "fr": "il n'y a pas de couche « {name} »{more}",
        "de": "es gibt keine Ebene „{name}“{more}",
        "en": 'there is no layer "{name}"{more}',
    },
    "refused": {"nl": "{why}{more}", "fr": "{why}{more}", "de": "{why}{more}", "en": "{why}{more}"},
    "did-you-mean": {
        "nl": '; bedoelde u "{nearest}"?',
        "fr": " ; vouliez-vous dire « {nearest} » ?",
        "de": "; meinten Sie „{nearest}“?",
        "en": '; did you mean "{nearest}"?',
    },
    "there-are": {
        "nl": "; er zijn {names}",
        "fr": " ; il y a {names}",
        "de": "; es gibt {names}",
        "en": "; there are {names}",
    },
    "calendar-never-fetched": {
        "nl": "{layer}: {calendar} werd nog nooit opgehaald{why}",
        "fr": "{layer} : {calendar} n'a encore jamais été relevé{why}",
        "de": "{layer}: {calendar} wurde noch nie abgerufen{why}",
        "en": "{layer}: {calendar} was never fetched{why}",
    },
    "calendar-is-old": {
        "nl": "{layer}: {calendar} is niet op te halen; de kopie van {at} telt{why}",
        "fr": "{layer} : {calendar} ne peut être relevé ; sa copie du {at} compte{why}",
        "de": "{layer}: {calendar} ist nicht abzurufen; die Kopie vom {at} gilt{why}",
        "en": "{layer}: {calendar} cannot be fetched; its copy of {at} counts{why}",
    },
    "calendar-names-nobody": {
        "nl": "{layer}: {calendar} heeft afspraken die geen ingenieur noemen: {events}",
        "fr": "{layer} : {calendar} a des événements qui ne nomment pas d'ingénieur : {events}",
        "de": "{layer}: {calendar} hat Termine, die keinen Techniker nennen: {events}",
        "en": "{layer}: {calendar} has events that name no engineer: {events}",
    },
}
"""What there is to know beside."""

PHRASES: Final[Mapping[str, Phrase]] = {
    **_TURNS,
    **_LAID_OVER,
    **_LEFT_OUT,
    **_CHANGES,
    **_WARNINGS,
    **_NOTES,
    **BEFOREHAND,
    **REFUSALS,
}

__all__ = ["PHRASES", "THEN"]
