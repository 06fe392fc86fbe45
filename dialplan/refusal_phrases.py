"""Why something that was asked for is not done, in four languages; names in braces are filled in (see
`dialplan.sentences`). Words that are typed, as commands and columns, are the same in each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

Phrase = Mapping[str, str]

_TIMES: Final[Mapping[str, Phrase]] = {
    "no-time": {
        "nl": '"{text}" is geen tijdstip; schrijf bijvoorbeeld "vrijdag 18:00", "morgen 8:00", '
        '"2026-12-24 18:00" of "in 2 uur"{more}',
        "fr": "« {text} » n'est pas un moment ; écrivez par exemple « vendredi 18:00 », « demain 8:00 », "
        "« 2026-12-24 18:00 » ou « dans 2 h »{more}",
        "de": "„{text}“ ist kein Zeitpunkt; schreiben Sie etwa „Freitag 18:00“, „morgen 8:00“, "
        "„2026-12-24 18:00“ oder „in 2 Stunden“{more}",
        "en": '"{text}" is no time; write it as in "friday 18:00", "tomorrow 8:00", "2026-12-24 18:00" '
        'or "in 2 h"{more}',
    },
    "no-length": {
        "nl": '"{text}" is geen duur; schrijf ze met haar eenheid, zoals "2 uur" of "3 dagen"',
        "fr": "« {text} » n'est pas une durée ; écrivez-la avec son unité, comme « 2 h » ou « 3 jours »",
        "de": "„{text}“ ist keine Dauer; schreiben Sie sie mit ihrer Einheit, etwa „2 Stunden“ oder „3 Tage“",
        "en": '"{text}" is no length of time; write it with its unit, as in "2 h" or "3 days"',
    },
    "length-beyond": {
        "nl": '"{text}" ligt niet tussen 1 min en {most} dagen',
        "fr": "« {text} » n'est pas entre 1 min et {most} jours",
        "de": "„{text}“ liegt nicht zwischen 1 min und {most} Tagen",
        "en": '"{text}" is not between 1 min and {most} days',
    },
    "ends-before-it-begins": {
        "nl": "het zou eindigen op {end}, en begint op {start}",
        "fr": "cela finirait le {end}, et commence le {start}",
        "de": "es würde am {end} enden, und beginnt am {start}",
        "en": "it would end on {end}, and begins on {start}",
    },
    "over-already": {
        "nl": "het zou al voorbij zijn: het eindigt op {end}",
        "fr": "ce serait déjà passé : cela finit le {end}",
        "de": "es wäre schon vorbei: es endet am {end}",
        "en": "it would be over already: it ends on {end}",
    },
    "too-long": {
        "nl": "het zou {days} dagen duren; het langste is {most}",
        "fr": "cela durerait {days} jours ; le maximum est de {most}",
        "de": "es würde {days} Tage dauern; das Längste sind {most}",
        "en": "it would last {days} days; the most is {most}",
    },
    "no-day": {
        "nl": '"{text}" is geen dag; schrijf bijvoorbeeld "2026-09-01"',
        "fr": "« {text} » n'est pas un jour ; écrivez par exemple « 2026-09-01 »",
        "de": "„{text}“ ist kein Tag; schreiben Sie etwa „2026-09-01“",
        "en": '"{text}" is no day; write it as in "2026-09-01"',
    },
    "not-come-yet": {
        "nl": "{text} moet nog komen",
        "fr": "{text} n'est pas encore venu",
        "de": "{text} kommt erst noch",
        "en": "{text} has not come yet",
    },
    "until-or-for": {
        "nl": "zeg tot wanneer of hoelang, niet allebei",
        "fr": "dites jusqu'à quand ou pendant combien de temps, pas les deux",
        "de": "sagen Sie bis wann oder wie lange, nicht beides",
        "en": "say until when or for how long, not both",
    },
    "leave-until": {
        "nl": "zeg tot wanneer het verlof duurt",
        "fr": "dites jusqu'à quand dure le congé",
        "de": "sagen Sie, bis wann der Urlaub dauert",
        "en": "say until when the leave lasts",
    },
    "no-handover": {
        "nl": "zeg tot wanneer: er volgt geen aflossing",
        "fr": "dites jusqu'à quand : aucune relève ne suit",
        "de": "sagen Sie bis wann: es folgt keine Übergabe",
        "en": "say until when: no handover follows",
    },
}
"""Moments and lengths of time."""

_CHANGES: Final[Mapping[str, Phrase]] = {
    "cannot-stand-in": {
        "nl": "{who} kan {who} niet vervangen",
        "fr": "{who} ne peut pas remplacer {who}",
        "de": "{who} kann {who} nicht vertreten",
        "en": "{who} cannot stand in for {who}",
    },
    "nobody-named": {
        "nl": "er is niemand genoemd die van wacht zou zijn",
        "fr": "personne n'est nommé qui serait de garde",
        "de": "es ist niemand genannt, der Bereitschaft hätte",
        "en": "nobody is named who would be on duty",
    },
    "no-kind": {
        "nl": 'er is geen wijziging "{name}"; er zijn {names}',
        "fr": "il n'y a pas de changement « {name} » ; il y a {names}",
        "de": "es gibt keine Änderung „{name}“; es gibt {names}",
        "en": 'there is no change "{name}"; there are {names}',
    },
    "one-wanted": {
        "nl": "{what}: er moet 1 ingenieur genoemd worden",
        "fr": "{what} : il faut nommer 1 ingénieur",
        "de": "{what}: es ist 1 Techniker zu nennen",
        "en": "{what}: 1 engineer is wanted",
    },
    "two-wanted": {
        "nl": "{what}: er moeten 2 ingenieurs genoemd worden",
        "fr": "{what} : il faut nommer 2 ingénieurs",
        "de": "{what}: es sind 2 Techniker zu nennen",
        "en": "{what}: 2 engineers are wanted",
    },
    "say-who": {
        "nl": "zeg wie: het trigram van één ingenieur",
        "fr": "dites qui : le trigramme d'un ingénieur",
        "de": "sagen Sie wer: das Trigramm eines Technikers",
        "en": "say who: one engineer's trigram",
    },
    "no-change": {
        "nl": 'er is geen wijziging "{name}"; `dutyline duty changes` somt ze op',
        "fr": "il n'y a pas de changement « {name} » ; `dutyline duty changes` en donne la liste",
        "de": "es gibt keine Änderung „{name}“; `dutyline duty changes` zählt sie auf",
        "en": 'there is no change "{name}"; `dutyline duty changes` lists them',
    },
    "several-changes": {
        "nl": 'verscheidene wijzigingen beginnen met "{name}": schrijf meer van het kenmerk',
        "fr": "plusieurs changements commencent par « {name} » : écrivez-en davantage",
        "de": "mehrere Änderungen beginnen mit „{name}“: schreiben Sie mehr von der Kennung",
        "en": 'several changes begin with "{name}": write more of the id',
    },
    "cancelled-already": {
        "nl": "{name} werd al ingetrokken door {by}: {what}",
        "fr": "{name} a déjà été annulé par {by} : {what}",
        "de": "{name} wurde schon zurückgenommen von {by}: {what}",
        "en": "{name} was cancelled already, by {by}: {what}",
    },
    "somebody": {"nl": "iemand", "fr": "quelqu'un", "de": "jemandem", "en": "somebody"},
    "change-is-over": {
        "nl": "{name} is al voorbij: {what}",
        "fr": "{name} est déjà passé : {what}",
        "de": "{name} ist schon vorbei: {what}",
        "en": "{name} is over already: {what}",
    },
    "no-request": {
        "nl": "{name} is geen vraag: er is niets toe te zeggen",
        "fr": "{name} n'est pas une demande : il n'y a rien à accepter",
        "de": "{name} ist keine Anfrage: es gibt nichts zuzusagen",
        "en": "{name} is no request: there is nothing to agree to",
    },
    "agreed-already": {
        "nl": "{who} heeft {name} al toegezegd",
        "fr": "{who} a déjà accepté {name}",
        "de": "{who} hat {name} schon zugesagt",
        "en": "{who} has agreed to {name} already",
    },
    "not-asked-but-one": {
        "nl": "het werd niet aan {who} gevraagd, maar aan {names}",
        "fr": "la demande n'est pas faite à {who}, mais à {names}",
        "de": "nicht {who} wurde gefragt, sondern {names}",
        "en": "{who} was not asked; {names} was",
    },
    "not-asked-but-more": {
        "nl": "het werd niet aan {who} gevraagd, maar aan {names}",
        "fr": "la demande n'est pas faite à {who}, mais à {names}",
        "de": "nicht {who} wurde gefragt, sondern {names}",
        "en": "{who} was not asked; {names} were",
    },
}
"""Changes of the duty, and requests."""

_CALENDARS: Final[Mapping[str, Phrase]] = {
    "no-language": {
        "nl": 'er is geen taal "{name}"; er zijn {names}',
        "fr": "il n'y a pas de langue « {name} » ; il y a {names}",
        "de": "es gibt keine Sprache „{name}“; es gibt {names}",
        "en": 'there is no language "{name}"; there are {names}',
    },
    "no-calendar": {
        "nl": 'geen kalender begint met "{name}"; `dutyline duty calendars` somt ze op',
        "fr": "aucun calendrier ne commence par « {name} » ; `dutyline duty calendars` en donne la liste",
        "de": "kein Kalender beginnt mit „{name}“; `dutyline duty calendars` zählt sie auf",
        "en": 'no calendar begins with "{name}"; `dutyline duty calendars` lists them',
    },
    "several-calendars": {
        "nl": 'verscheidene kalenders beginnen met "{name}"; `dutyline duty calendars` somt ze op',
        "fr": "plusieurs calendriers commencent par « {name} » ; `dutyline duty calendars` en donne la liste",
        "de": "mehrere Kalender beginnen mit „{name}“; `dutyline duty calendars` zählt sie auf",
        "en": 'several calendars begin with "{name}"; `dutyline duty calendars` lists them',
    },
    "nothing-named": {
        "nl": 'er is geen laag, team of ingenieur "{name}"',
        "fr": "il n'y a ni couche, ni équipe, ni ingénieur « {name} »",
        "de": "es gibt weder Ebene noch Team noch Techniker „{name}“",
        "en": 'there is no layer, team or engineer "{name}"',
    },
}
"""Calendars that are given out."""

_ROWS: Final[Mapping[str, Phrase]] = {
    "is-empty": {
        "nl": "{name} is leeg",
        "fr": "{name} est vide",
        "de": "{name} ist leer",
        "en": "{name} is empty",
    },
    "it-is-over": {"nl": "het is voorbij", "fr": "c'est passé", "de": "es ist vorbei", "en": "it is over"},
    "is-there-already": {
        "nl": "het staat er al",
        "fr": "cela y est déjà",
        "de": "es steht schon da",
        "en": "it is there already",
    },
    "holds-with-line": {
        "nl": "geldt tegelijk met regel {number}; deze telt",
        "fr": "vaut en même temps que la ligne {number} ; c'est celle-ci qui compte",
        "de": "gilt zugleich mit Zeile {number}; diese zählt",
        "en": "it holds at the same time as line {number}; this one counts",
    },
    "no-column": {
        "nl": 'heeft geen kolom "{name}"; er zijn {names}',
        "fr": "n'a pas de colonne « {name} » ; il y a {names}",
        "de": "hat keine Spalte „{name}“; es gibt {names}",
        "en": 'has no column "{name}"; there are {names}',
    },
    "strange-column": {
        "nl": 'de kolom "{name}" is onbekend; er zijn {names}',
        "fr": "la colonne « {name} » est inconnue ; il y a {names}",
        "de": "die Spalte „{name}“ ist unbekannt; es gibt {names}",
        "en": 'the column "{name}" is not known; there are {names}',
    },
    "both": {"nl": "{one}; {two}", "fr": "{one} ; {two}", "de": "{one}; {two}", "en": "{one}; {two}"},
    "of-file": {
        "nl": "{where}: {what}{more}",
        "fr": "{where} : {what}{more}",
        "de": "{where}: {what}{more}",
        "en": "{where}: {what}{more}",
    },
}
"""Rows of a spreadsheet."""

_PAGES: Final[Mapping[str, Phrase]] = {
    "no-page": {
        "nl": "Er is geen oproep '{name}'; `dutyline pages list` somt ze op.",
        "fr": "Il n'y a pas d'appel « {name} » ; `dutyline pages list` en donne la liste.",
        "de": "Es gibt keinen Ruf „{name}“; `dutyline pages list` zählt sie auf.",
        "en": "There is no page '{name}'; `dutyline pages list` lists them.",
    },
    "page-moved": {
        "nl": "Oproep {name} werd net door iemand anders gewijzigd; kijk opnieuw.",
        "fr": "L'appel {name} vient d'être modifié par quelqu'un d'autre ; regardez de nouveau.",
        "de": "Ruf {name} wurde eben von jemand anderem geändert; sehen Sie noch einmal nach.",
        "en": "Page {name} has just been moved by somebody else; look again.",
    },
    "page-called-off": {
        "nl": "Oproep {name} werd afgeblazen: er is niemand terug te bellen.",
        "fr": "L'appel {name} a été annulé : il n'y a personne à rappeler.",
        "de": "Ruf {name} wurde abgeblasen: es ist niemand zurückzurufen.",
        "en": "Page {name} was called off: there is nothing to call back for.",
    },
    "nobody-in-directory": {
        "nl": "Er is niemand '{name}' in de gids.",
        "fr": "Il n'y a personne du nom de « {name} » dans l'annuaire.",
        "de": "Im Verzeichnis gibt es niemanden „{name}“.",
        "en": "There is nobody '{name}' in the directory.",
    },
    "nobody-so-called": {
        "nl": "Er is niemand '{name}' onder de ingenieurs of in de gids{more}",
        "fr": "Il n'y a personne du nom de « {name} » parmi les ingénieurs ni dans l'annuaire{more}",
        "de": "Es gibt niemanden „{name}“ unter den Technikern oder im Verzeichnis{more}",
        "en": "There is nobody '{name}' among the engineers or in the directory{more}",
    },
    "did-you-mean-name": {
        "nl": "; bedoelde u {nearest}?",
        "fr": " ; vouliez-vous dire {nearest} ?",
        "de": "; meinten Sie {nearest}?",
        "en": "; did you mean {nearest}?",
    },
    "nothing-to-accept": {
        "nl": "Die oproep is voorbij: er is niets aan te nemen.",
        "fr": "Cet appel est terminé : il n'y a rien à accepter.",
        "de": "Dieser Ruf ist vorbei: es gibt nichts anzunehmen.",
        "en": "That page is over: there is nothing to accept.",
    },
    "nothing-to-pass": {
        "nl": "{who} heeft die oproep niet en wordt er niet voor gebeld.",
        "fr": "{who} n'a pas cet appel et ne sera pas appelé pour lui.",
        "de": "{who} hat diesen Ruf nicht und wird dafür nicht angerufen.",
        "en": "{who} does not have that page and is not rung for it.",
    },
    "nobody-has-it": {
        "nl": "Niemand heeft oproep {name} aangenomen: zeg wie doorgeeft, met --as.",
        "fr": "Personne n'a accepté l'appel {name} : dites qui le passe, avec --as.",
        "de": "Niemand hat Ruf {name} angenommen: sagen Sie mit --as, wer weitergibt.",
        "en": "Nobody has accepted page {name}: say who passes, with --as.",
    },
    "nothing-to-hand-over": {
        "nl": "Nog niemand heeft oproep {name} aangenomen, dus er is niets over te dragen; neem hem aan in "
        "zijn naam.",
        "fr": "Personne n'a encore accepté l'appel {name}, il n'y a donc rien à transmettre ; acceptez-le à "
        "sa place.",
        "de": "Noch niemand hat Ruf {name} angenommen, es gibt also nichts zu übergeben; nehmen Sie ihn für "
        "ihn an.",
        "en": "Nobody has accepted page {name} yet, so there is nothing to hand over; accept it for him.",
    },
    "page-is-over": {
        "nl": "Oproep {name} is voorbij: {why}.",
        "fr": "L'appel {name} est terminé : {why}.",
        "de": "Ruf {name} ist vorbei: {why}.",
        "en": "Page {name} is over: {why}.",
    },
    "nobody-accepted": {
        "nl": "niemand nam aan",
        "fr": "personne n'a accepté",
        "de": "niemand hat angenommen",
        "en": "nobody accepted",
    },
    "was-called-off": {
        "nl": "hij werd afgeblazen",
        "fr": "il a été annulé",
        "de": "er wurde abgeblasen",
        "en": "it was called off",
    },
    "was-called-back": {
        "nl": "de beller werd teruggebeld",
        "fr": "l'appelant a été rappelé",
        "de": "der Anrufer wurde zurückgerufen",
        "en": "the caller was called back",
    },
    "has-it-already": {
        "nl": "{who} heeft oproep {name} al.",
        "fr": "{who} a déjà l'appel {name}.",
        "de": "{who} hat Ruf {name} schon.",
        "en": "{who} has page {name} already.",
    },
    "is-offered-already": {
        "nl": "Oproep {name} wordt al overgedragen aan {who}.",
        "fr": "L'appel {name} est déjà en cours de transmission à {who}.",
        "de": "Ruf {name} wird schon {who} übergeben.",
        "en": "Page {name} is being handed over to {who} already.",
    },
    "no-phone-to-ring": {
        "nl": "{who} heeft geen telefoon die gebeld kan worden.",
        "fr": "{who} n'a aucun téléphone que l'on puisse appeler.",
        "de": "{who} hat kein Telefon, das angerufen werden könnte.",
        "en": "{who} has no phone that could be rung.",
    },
}
"""Pages."""

_DRILLS: Final[Mapping[str, Phrase]] = {
    "rings-already": {
        "nl": "er worden al telefoons gebeld; probeer opnieuw als dat voorbij is",
        "fr": "des téléphones sont déjà appelés ; réessayez quand ce sera fini",
        "de": "es werden schon Telefone angerufen; versuchen Sie es wieder, wenn das vorbei ist",
        "en": "phones are being rung already; try again when that is over",
    },
    "neither-person-nor-team": {
        "nl": '"{name}" is geen ingenieur en geen team; er zijn {names}',
        "fr": "« {name} » n'est ni un ingénieur ni une équipe ; il y a {names}",
        "de": "„{name}“ ist weder Techniker noch Team; es gibt {names}",
        "en": '"{name}" is neither an engineer nor a team; there are {names}',
    },
    "drill-while-open": {
        "nl": "een oefening wordt gehouden terwijl {calendar} open is; {why}",
        "fr": "un exercice se fait pendant que {calendar} est ouvert ; {why}",
        "de": "geübt wird, während {calendar} offen ist; {why}",
        "en": "a drill is held while {calendar} is open, and {why}",
    },
    "missed-too-late": {
        "nl": "de dienst was er niet, en nu is het te laat",
        "fr": "le service n'était pas là, et maintenant il est trop tard",
        "de": "der Dienst war nicht da, und jetzt ist es zu spät",
        "en": "the service was not there, and now it is too late",
    },
    "missed-stood-for": {
        "nl": "de dienst was er niet; een latere komt ervoor in de plaats",
        "fr": "le service n'était pas là ; un suivant en tient lieu",
        "de": "der Dienst war nicht da; ein späterer steht dafür",
        "en": "the service was not there; a later one is done for it",
    },
    "no-run": {
        "nl": "er is geen uitvoering '{name}'",
        "fr": "il n'y a pas d'exécution « {name} »",
        "de": "es gibt keinen Lauf „{name}“",
        "en": "there is no run '{name}'",
    },
    "no-drill-yet": {
        "nl": "er was nog geen oefening",
        "fr": "il n'y a pas encore eu d'exercice",
        "de": "es gab noch keine Übung",
        "en": "there was no drill",
    },
    "no-run-yet": {
        "nl": "er was nog geen uitvoering",
        "fr": "il n'y a pas encore eu d'exécution",
        "de": "es gab noch keinen Lauf",
        "en": "there was no run",
    },
}
"""Drills, and what is done by itself."""

_DATABASE: Final[Mapping[str, Phrase]] = {
    "database-away": {
        "nl": "De databank {where} is niet beschikbaar: {why}{more}",
        "fr": "La base de données {where} n'est pas disponible : {why}{more}",
        "de": "Die Datenbank {where} ist nicht verfügbar: {why}{more}",
        "en": "The database {where} is not available: {why}{more}",
    },
    "perhaps-written": {
        "nl": " (of het geschreven werd, is niet bekend)",
        "fr": " (on ne sait pas si cela a été écrit)",
        "de": " (ob es geschrieben wurde, ist nicht bekannt)",
        "en": " (whether it was written is not known)",
    },
    "database-too-new": {
        "nl": "De databank {where} hoort bij een nieuwere Dutyline (haar tabellen zijn van versie {one}, "
        "deze kent tot {two}): start die versie, of zet de kopie terug van vóór de installatie.",
        "fr": "La base de données {where} est celle d'un Dutyline plus récent (ses tables sont de la version "
        "{one}, celui-ci connaît jusqu'à {two}) : démarrez cette version, ou remettez la copie faite avant "
        "l'installation.",
        "de": "Die Datenbank {where} gehört zu einem neueren Dutyline (ihre Tabellen sind von Version {one}, "
        "dieses kennt bis {two}): starten Sie jene Version, oder spielen Sie die Kopie von vor der "
        "Installation zurück.",
        "en": "The database {where} belongs to a newer Dutyline (its tables are of version {one}, this one "
        "knows up to {two}): start that version, or put back the copy made before it was installed.",
    },
    "database-unusable": {
        "nl": "De databank {where} kan niet gebruikt worden: {why}",
        "fr": "La base de données {where} ne peut pas être utilisée : {why}",
        "de": "Die Datenbank {where} kann nicht benutzt werden: {why}",
        "en": "The database {where} cannot be used: {why}",
    },
}
"""The store."""

REFUSALS: Final[Mapping[str, Phrase]] = {
    **_TIMES,
    **_CHANGES,
    **_CALENDARS,
    **_ROWS,
    **_PAGES,
    **_DRILLS,
    **_DATABASE,
}

__all__ = ["REFUSALS"]
