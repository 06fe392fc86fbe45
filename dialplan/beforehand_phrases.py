"""What is done by itself before anybody calls, when, and what came of it, in four languages; names in braces
are filled in (see `dialplan.sentences`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dialplan.times import DAYS_IN, MONTHS_IN

Phrase = Mapping[str, str]

_WHEN: Final[Mapping[str, Phrase]] = {
    "every-day-ahead": {
        "nl": "elke dag om {at}, {days} dagen vooruit",
        "fr": "chaque jour à {at}, {days} jours d'avance",
        "de": "jeden Tag um {at}, {days} Tage voraus",
        "en": "every day at {at}, {days} days ahead",
    },
    "before-each-handover": {
        "nl": "{span} voor elke aflossing, {by}, {times} pogingen",
        "fr": "{span} avant chaque relève, {by}, {times} essais",
        "de": "{span} vor jeder Übergabe, {by}, {times} Versuche",
        "en": "{span} before each handover, {by}, {times} tries",
    },
    "by-phone": {"nl": "per telefoon", "fr": "par téléphone", "de": "per Telefon", "en": "by phone"},
    "by-mail": {"nl": "per mail", "fr": "par mail", "de": "per Mail", "en": "by mail"},
    "drill-on": {
        "nl": "{day} om {at}{who}{during}",
        "fr": "{day} à {at}{who}{during}",
        "de": "{day} um {at}{who}{during}",
        "en": "{day} at {at}{who}{during}",
    },
    "drill-of-team": {
        "nl": ", het team {name}",
        "fr": ", l'équipe {name}",
        "de": ", das Team {name}",
        "en": ", the team {name}",
    },
    "drill-during": {
        "nl": ", terwijl {calendar} open is",
        "fr": ", pendant que {calendar} est ouvert",
        "de": ", während {calendar} offen ist",
        "en": ", while {calendar} is open",
    },
    "nth-day-of-month": {
        "nl": "{nth} {day} van {month}",
        "fr": "{nth} {day} de {month}",
        "de": "{nth} {day} im {month}",
        "en": "{nth} {day} of {month}",
    },
    "nth-day": {
        "nl": "{nth} {day} van elke maand",
        "fr": "{nth} {day} de chaque mois",
        "de": "{nth} {day} jedes Monats",
        "en": "{nth} {day} of every month",
    },
    "nth-1": {"nl": "eerste", "fr": "premier", "de": "erster", "en": "first"},
    "nth-2": {"nl": "tweede", "fr": "deuxième", "de": "zweiter", "en": "second"},
    "nth-3": {"nl": "derde", "fr": "troisième", "de": "dritter", "en": "third"},
    "nth-4": {"nl": "vierde", "fr": "quatrième", "de": "vierter", "en": "fourth"},
    "nth-5": {"nl": "vijfde", "fr": "cinquième", "de": "fünfter", "en": "fifth"},
    "nth--1": {"nl": "laatste", "fr": "dernier", "de": "letzter", "en": "last"},
    **{f"day-{n}": {language: days[n] for language, days in DAYS_IN.items()} for n in range(7)},
    **{f"month-{n + 1}": {language: names[n] for language, names in MONTHS_IN.items()} for n in range(12)},
}
"""When."""

_CAME_OF_IT: Final[Mapping[str, Phrase]] = {
    "not-wanted-any-more": {
        "nl": "het wordt niet meer gevraagd",
        "fr": "ce n'est plus demandé",
        "de": "es wird nicht mehr gewünscht",
        "en": "it is not wanted any more",
    },
    "comes-no-more": {
        "nl": "{who} komt op dat uur niet meer van wacht",
        "fr": "{who} ne prend plus la garde à ce moment-là",
        "de": "{who} kommt zu dieser Zeit nicht mehr in Bereitschaft",
        "en": "{who} does not come on duty at that time any more",
    },
    "is-there": {
        "nl": "{who} is er, via {by}",
        "fr": "{who} est là, par {by}",
        "de": "{who} ist da, über {by}",
        "en": "{who} is there, by {by}",
    },
    "is-not-available": {
        "nl": "{who} zegt niet beschikbaar te zijn; {what}",
        "fr": "{who} dit ne pas être disponible ; {what}",
        "de": "{who} sagt, nicht verfügbar zu sein; {what}",
        "en": "{who} says that he is not available; {what}",
    },
    "has-not-answered": {
        "nl": "{who} heeft niet geantwoord; {what}",
        "fr": "{who} n'a pas répondu ; {what}",
        "de": "{who} hat nicht geantwortet; {what}",
        "en": "{who} has not answered; {what}",
    },
    "both-were-told": {
        "nl": "{who} en de desk werden verwittigd",
        "fr": "{who} et le desk ont été avertis",
        "de": "{who} und der Desk wurden benachrichtigt",
        "en": "{who} and the desk were told",
    },
    "desk-was-told": {
        "nl": "de desk werd verwittigd",
        "fr": "le desk a été averti",
        "de": "der Desk wurde benachrichtigt",
        "en": "the desk was told",
    },
    "to-see-to": {
        "nl": "{number} aandachtspunt(en)",
        "fr": "{number} point(s) à régler",
        "de": "{number} zu klären",
        "en": "{number} to see to",
    },
    "all-is-well": {
        "nl": "alles is in orde",
        "fr": "tout est en ordre",
        "de": "alles in Ordnung",
        "en": "all is well",
    },
    "mailed-to": {
        "nl": "{what}, gemaild naar {names}",
        "fr": "{what}, envoyé à {names}",
        "de": "{what}, gemailt an {names}",
        "en": "{what}, mailed to {names}",
    },
    "phones-work": {
        "nl": "{number} van {of} telefoons werken",
        "fr": "{number} téléphones sur {of} fonctionnent",
        "de": "{number} von {of} Telefonen funktionieren",
        "en": "{number} of {of} phones work",
    },
}
"""What came of it."""

BEFOREHAND: Final[Mapping[str, Phrase]] = {**_WHEN, **_CAME_OF_IT}

__all__ = ["BEFOREHAND"]
