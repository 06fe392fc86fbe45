"""Why the service could not be asked, in the four languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

Phrase = Mapping[str, str]

AWAY: Final[Phrase] = {
    "nl": "Er antwoordt geen Dutyline op {where}; draait het? (`dutyline up` start het, `dutyline doctor` "
    "zegt wat er scheelt.)",
    "fr": "Dutyline ne répond pas sur {where} ; tourne-t-il ? (`dutyline up` le démarre, `dutyline doctor` "
    "dit ce qui ne va pas.)",
    "de": "Auf {where} antwortet kein Dutyline; läuft es? (`dutyline up` startet es, `dutyline doctor` "
    "sagt, was nicht stimmt.)",
    "en": "The service does not answer on {where}; is it running? (`dutyline up` starts it, `dutyline "
    "doctor` says what is wrong.)",
}
STRANGE: Final[Phrase] = {
    "nl": "Wat op {where} antwoordt, heeft andere geheimen dan de map {state}: het hoort bij een andere "
    "installatie, of werd gestart voor de geheimen gemaakt werden.",
    "fr": "Ce qui répond sur {where} a d'autres secrets que le dossier {state} : c'est celui d'une autre "
    "installation, ou il a été démarré avant que les secrets soient créés.",
    "de": "Was auf {where} antwortet, hat andere Geheimnisse als der Ordner {state}: es gehört zu einer "
    "anderen Installation, oder wurde gestartet, bevor die Geheimnisse angelegt wurden.",
    "en": "What answers on {where} has other secrets than the state folder {state}: it belongs to another "
    "installation, or was started before the secrets were made.",
}
FAILED: Final[Phrase] = {
    "nl": "Dutyline op {where} antwoordde {status}: {said}; het logboek zegt waarom.",
    "fr": "Dutyline sur {where} a répondu {status} : {said} ; son journal dit pourquoi.",
    "de": "Dutyline auf {where} hat {status} geantwortet: {said}; das Protokoll sagt, warum.",
    "en": "The service on {where} answered {status}: {said}; its log says why.",
}
NOTHING_MORE: Final[Phrase] = {
    "nl": "verder niets",
    "fr": "rien de plus",
    "de": "sonst nichts",
    "en": "nothing more",
}

FAULTY: Final[Phrase] = {
    "nl": "Dutyline antwoordt niet, en de configuratie die het laatst gold, heeft {n} fout(en); `dutyline "
    "check` zegt welke.",
    "fr": "Dutyline ne répond pas, et la configuration active en dernier a {n} faute(s) ; `dutyline check` "
    "dit lesquelles.",
    "de": "Dutyline antwortet nicht, und die zuletzt aktive Konfiguration hat {n} Fehler; `dutyline check` "
    "sagt welche.",
    "en": "The service does not answer, and what was live last has {n} fault(s); `dutyline check` names "
    "them.",
}

__all__ = ["AWAY", "FAILED", "FAULTY", "NOTHING_MORE", "STRANGE"]
