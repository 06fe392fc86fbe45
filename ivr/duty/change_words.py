"""What is told of a page that has followed the duty, or has passed somebody over, in four languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ivr.notify.words import Language
from ivr.storage import PageStep

Phrase = Mapping[Language, str]
JOINER: Final[Phrase] = {"nl": " en ", "fr": " et ", "de": " und ", "en": " and "}

INSTEAD: Final[Phrase] = {
    "nl": "de wachtdienst wijzigde: {come} voor {gone}",
    "fr": "la garde a changé : {come} pour {gone}",
    "de": "der Dienst hat gewechselt: {come} für {gone}",
    "en": "the duty changed: {come} for {gone}",
}
COME: Final[Phrase] = {
    "nl": "de wachtdienst wijzigde: {come} wordt nu gebeld",
    "fr": "la garde a changé : {come} est appelé maintenant",
    "de": "der Dienst hat gewechselt: {come} wird jetzt angerufen",
    "en": "the duty changed: {come} is rung now",
}
GONE: Final[Phrase] = {
    "nl": "de wachtdienst wijzigde: {gone} wordt niet meer gebeld",
    "fr": "la garde a changé : {gone} n'est plus appelé",
    "de": "der Dienst hat gewechselt: {gone} wird nicht mehr angerufen",
    "en": "the duty changed: {gone} is not rung any more",
}
OTHERWISE: Final[Phrase] = {
    "nl": "de wachtdienst wijzigde: een andere volgorde, of andere telefoons",
    "fr": "la garde a changé : un autre ordre, ou d'autres téléphones",
    "de": "der Dienst hat gewechselt: eine andere Reihenfolge, oder andere Telefone",
    "en": "the duty changed: another order, or other phones",
}
PASSED_OVER: Final[Phrase] = {
    "nl": "{who} werd niet gebeld: in gesprek voor oproep {ref}",
    "fr": "{who} n'a pas été appelé : en conversation pour l'appel {ref}",
    "de": "{who} wurde nicht angerufen: im Gespräch für Anruf {ref}",
    "en": "{who} was not rung: is talking to call {ref}",
}
ON_LINE: Final[Phrase] = {
    "nl": "{who} werd niet gebeld: is aan de lijn op het nummer van de ingenieurs",
    "fr": "{who} n'a pas été appelé : est en ligne sur le numéro des ingénieurs",
    "de": "{who} wurde nicht angerufen: ist auf der Nummer der Techniker am Apparat",
    "en": "{who} was not rung: is on the engineers' number",
}
FREE_AGAIN: Final[Phrase] = {
    "nl": "{who} is weer vrij en wordt alsnog gebeld",
    "fr": "{who} est de nouveau libre et est appelé à son tour",
    "de": "{who} ist wieder frei und wird doch noch angerufen",
    "en": "{who} is free again, and is rung after all",
}


def say_change(kind: str, facts: Mapping[str, Any], language: Language) -> str:
    """A step of these kinds, in words; empty for any other."""
    if kind == PageStep.PASSED_OVER:
        phrase = PASSED_OVER if facts["ref"] else ON_LINE
        return phrase[language].format(who=facts["who"], ref=facts["ref"])
    if kind == PageStep.FREE_AGAIN:
        return FREE_AGAIN[language].format(who=facts["who"])
    if kind != PageStep.DUTY_CHANGED:
        return ""
    come, gone = (JOINER[language].join(facts.get(name) or ()) for name in ("come", "gone"))
    phrase = INSTEAD if come and gone else COME if come else GONE if gone else OTHERWISE
    return phrase[language].format(come=come, gone=gone)


__all__ = ["say_change"]
