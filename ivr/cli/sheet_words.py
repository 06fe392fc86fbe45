"""What `dutyline duty import`, `export` and `calendars` write, in the four languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ivr.notify.words import Language

Phrase = Mapping[Language, str]

BECAME: Final[Mapping[str, Phrase]] = {
    "done": {"nl": "gedaan", "fr": "fait", "de": "erledigt", "en": "done"},
    "would be done": {
        "nl": "zou gedaan worden",
        "fr": "serait fait",
        "de": "würde erledigt",
        "en": "would be done",
    },
    "not done": {"nl": "niet gedaan", "fr": "pas fait", "de": "nicht erledigt", "en": "not done"},
    "left": {"nl": "blijft", "fr": "reste", "de": "bleibt", "en": "left"},
    "refused": {"nl": "geweigerd", "fr": "refusé", "de": "abgelehnt", "en": "refused"},
}
"""What became of a row, by the word that programs are told."""

SHEETS: Final[Mapping[str, Phrase]] = {
    "row": {
        "nl": "regel {line}: {row}: {became}",
        "fr": "ligne {line} : {row} : {became}",
        "de": "Zeile {line}: {row}: {became}",
        "en": "line {line}: {row}: {became}",
    },
    "says": {"nl": ": {why}", "fr": " : {why}", "de": ": {why}", "en": ": {why}"},
    "cancelled": {
        "nl": "{n} uit een eerdere {file} ingetrokken.",
        "fr": "{n} d'un {file} précédent annulé(s).",
        "de": "{n} aus einer früheren {file} zurückgenommen.",
        "en": "{n} from an earlier {file} cancelled.",
    },
    "would-cancel": {
        "nl": "{n} uit een eerdere {file} zouden ingetrokken worden.",
        "fr": "{n} d'un {file} précédent serai(en)t annulé(s).",
        "de": "{n} aus einer früheren {file} würden zurückgenommen.",
        "en": "{n} from an earlier {file} would be cancelled.",
    },
    "report": {
        "nl": "{rows} gedaan{left}, {refused} geweigerd.",
        "fr": "{rows} : fait{left} ; {refused} refusé(s).",
        "de": "{rows} erledigt{left}, {refused} abgelehnt.",
        "en": "{rows} done{left}, {refused} refused.",
    },
    "report-dry": {
        "nl": "{rows} zou(den) gedaan worden{left}, {refused} geweigerd.",
        "fr": "{rows} : serait fait{left} ; {refused} refusé(s).",
        "de": "{rows} würde(n) erledigt{left}, {refused} abgelehnt.",
        "en": "{rows} would be done{left}, {refused} refused.",
    },
    "left": {
        "nl": ", {n} gebleven zoals ze zijn",
        "fr": ", {n} laissé(s) tel(s) quel(s)",
        "de": ", {n} so gelassen, wie sie sind",
        "en": ", {n} left as they are",
    },
    "one-row": {"nl": "1 rij", "fr": "1 ligne", "de": "1 Zeile", "en": "1 row"},
    "rows": {"nl": "{n} rijen", "fr": "{n} lignes", "de": "{n} Zeilen", "en": "{n} rows"},
    "written": {
        "nl": "{file}: {rows}",
        "fr": "{file} : {rows}",
        "de": "{file}: {rows}",
        "en": "{file}: {rows}",
    },
    "too-large": {
        "nl": "{file} is groter dan {most} MB.",
        "fr": "{file} dépasse {most} Mo.",
        "de": "{file} ist größer als {most} MB.",
        "en": "{file} is larger than {most} MB.",
    },
    "no-sheet": {
        "nl": "{file} is geen .csv en geen .xlsx.",
        "fr": "{file} n'est ni un .csv ni un .xlsx.",
        "de": "{file} ist weder .csv noch .xlsx.",
        "en": "{file} is neither .csv nor .xlsx.",
    },
}
"""Spreadsheets."""

CALENDARS: Final[Mapping[str, Phrase]] = {
    "of-head": {"nl": "van", "fr": "de", "de": "von", "en": "of"},
    "language-head": {"nl": "taal", "fr": "langue", "de": "Sprache", "en": "language"},
    "by-head": {"nl": "door", "fr": "par", "de": "durch", "en": "by"},
    "made-head": {"nl": "gemaakt", "fr": "créé", "de": "angelegt", "en": "made"},
    "asked-head": {"nl": "opgevraagd", "fr": "demandé", "de": "abgerufen", "en": "asked for"},
    "never": {"nl": "nooit", "fr": "jamais", "de": "nie", "en": "never"},
    "none": {
        "nl": "Er is geen kalender uitgegeven. Maak er een: dutyline duty calendars make ADU",
        "fr": "Aucun calendrier n'est distribué. Pour en créer un : dutyline duty calendars make ADU",
        "de": "Es ist kein Kalender ausgegeben. So entsteht einer: dutyline duty calendars make ADU",
        "en": "No calendar is given out. Make one: dutyline duty calendars make ADU",
    },
    "taken": {
        "nl": "{layer} wordt gehaald bij {host}, laatst op {at}",
        "fr": "{layer} est relevé sur {host}, la dernière fois : {at}",
        "de": "{layer} wird von {host} geholt, zuletzt: {at}",
        "en": "{layer} is taken in from {host}, last on {at}",
    },
    "cannot-be-fetched": {
        "nl": "; hij is niet op te halen: {why}",
        "fr": " ; il ne peut être relevé : {why}",
        "de": "; er ist nicht abzurufen: {why}",
        "en": "; it cannot be fetched: {why}",
    },
    "made": {
        "nl": "{id}: de kalender van {what}",
        "fr": "{id} : le calendrier de {what}",
        "de": "{id}: der Kalender von {what}",
        "en": "{id}: the calendar of {what}",
    },
    "shown-once": {
        "nl": "Wie dit adres heeft, kan hem lezen. Het wordt alleen nu getoond; `revoke` maakt er een einde "
        "aan.",
        "fr": "Quiconque a cette adresse peut le lire. Elle n'est montrée que maintenant ; `revoke` y met "
        "fin.",
        "de": "Wer diese Adresse hat, kann ihn lesen. Sie wird nur jetzt gezeigt; `revoke` beendet sie.",
        "en": "Whoever has this address can read it. It is shown only now; `revoke` ends it.",
    },
    "revoked": {
        "nl": "ingetrokken {id}: de kalender van {what}",
        "fr": "retiré {id} : le calendrier de {what}",
        "de": "zurückgezogen {id}: der Kalender von {what}",
        "en": "revoked {id}: the calendar of {what}",
    },
    "layer": {"nl": "laag {name}", "fr": "la couche {name}", "de": "Ebene {name}", "en": "layer {name}"},
    "team": {"nl": "team {name}", "fr": "l'équipe {name}", "de": "Team {name}", "en": "team {name}"},
    "engineer": {"nl": "{name}", "fr": "{name}", "de": "{name}", "en": "engineer {name}"},
    "everything": {
        "nl": "de hele wachtdienst",
        "fr": "toute la garde",
        "de": "der ganzen Bereitschaft",
        "en": "the whole duty",
    },
}
"""Calendars that are given out, and those that are fetched."""


def say_rows(number: int, language: Language) -> str:
    """`1 row`, `3 rows`."""
    return SHEETS["one-row" if number == 1 else "rows"][language].format(n=number)


def say_report(answer: Mapping[str, Any], language: Language = "en") -> str:
    """How taking a spreadsheet in went, in one sentence."""
    is_dry = bool(answer["dry_run"])
    done = sum("would" in row["became"] for row in answer["rows"]) if is_dry else answer["done"]
    n = sum(row["became"] == "left" for row in answer["rows"])
    left = SHEETS["left"][language].format(n=n) if n else ""
    phrase = SHEETS["report-dry" if is_dry else "report"][language]
    return phrase.format(rows=say_rows(done, language), left=left, refused=answer["refused"])


def say_what(given: Mapping[str, Any], language: Language) -> str:
    """What a calendar is of: `layer nights (Nights)`."""
    kind, _, name = given["what"].partition(":")
    what = CALENDARS[kind or "everything"][language].format(name=name)
    return f"{what} ({given['title']})" if given["title"] else what


__all__ = ["BECAME", "CALENDARS", "SHEETS", "say_report", "say_rows", "say_what"]
