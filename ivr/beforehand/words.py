"""The forecast, and how phones were rung, in words of four languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from dialplan.days import ENGLISH, holiday_name
from dialplan.forecast import Concern, Item
from dialplan.rotations import Order
from ivr.beforehand.rings import Ring, Skipped
from ivr.notify.words import Language, local, outcome, phone
from ivr.storage import RingState

_SPAN: Final[Mapping[Language, str]] = {
    "nl": "van {start} tot {end}",
    "fr": "du {start} au {end}",
    "de": "von {start} bis {end}",
    "en": "from {start} until {end}",
}
_THEN: Final[Mapping[Language, str]] = {"nl": ", dan ", "fr": ", puis ", "de": ", dann ", "en": ", then "}
_NOBODY: Final[Mapping[Language, str]] = {"nl": "niemand", "fr": "personne", "de": "niemand", "en": "nobody"}
_HOURS: Final[Mapping[Language, str]] = {"nl": "{} uur", "fr": "{} h", "de": "{} Std.", "en": "{} h"}

_AGAIN: Final[Mapping[Language, str]] = {
    "nl": " (en nog {} keer)",
    "fr": " (et {} fois encore)",
    "de": " (und noch {}-mal)",
    "en": " (and {} times more)",
}
_SENTENCES: Final[Mapping[Concern, Mapping[Language, str]]] = {
    Concern.HOLE: {
        "nl": "Niemand is van wacht {span}.",
        "fr": "Personne n'est de garde {span}.",
        "de": "Niemand hat Bereitschaft {span}.",
        "en": "Nobody is on duty {span}.",
    },
    Concern.UNREACHABLE: {
        "nl": "{who} is van wacht en heeft geen telefoon die mag overgaan, {span}.",
        "fr": "{who} est de garde sans aucun téléphone qui puisse sonner, {span}.",
        "de": "{who} hat Bereitschaft, und kein Telefon darf klingeln, {span}.",
        "en": "{who} is on duty and has no phone that may be rung, {span}.",
    },
    Concern.SAME_PHONE: {
        "nl": "{who} en {two} zijn samen van wacht met dezelfde telefoon, {number}, {span}.",
        "fr": "{who} et {two} sont de garde ensemble avec le même téléphone, {number}, {span}.",
        "de": "{who} und {two} haben zugleich Bereitschaft mit demselben Telefon, {number}, {span}.",
        "en": "{who} and {two} are on duty together with the same phone, {number}, {span}.",
    },
    Concern.DOUBLE: {
        "nl": "{who} is de eerste van {layer} en staat ook in {other}: {layer} brengt niemand bij, {span}.",
        "fr": "{who} est premier de {layer} et figure aussi dans {other} : {layer} n'ajoute personne, "
        "{span}.",
        "de": "{who} ist in {layer} an erster Stelle und steht auch in {other}: {layer} bringt niemanden "
        "dazu, {span}.",
        "en": "{who} is first in {layer} and stands in {other} as well: {layer} brings nobody new, {span}.",
    },
    Concern.ON_LEAVE: {
        "nl": "{who} is aan de beurt maar is met verlof, {span}; {instead} wordt eerst gebeld.",
        "fr": "C'est le tour de {who}, qui est en congé, {span} ; {instead} est appelé en premier.",
        "de": "{who} wäre an der Reihe, ist aber im Urlaub, {span}; {instead} wird zuerst angerufen.",
        "en": "It is {who}'s turn, who is on leave, {span}; {instead} is rung first.",
    },
    Concern.ASKED_ON_LEAVE: {
        "nl": "{who} is met verlof en werd toch ingedeeld, {span}; hij wordt gebeld.",
        "fr": "{who} est en congé et a pourtant été désigné, {span} ; il sera appelé.",
        "de": "{who} ist im Urlaub und wurde dennoch eingeteilt, {span}; er wird angerufen.",
        "en": "{who} is on leave and was named all the same, {span}; he will be rung.",
    },
    Concern.NOT_COVERED: {
        "nl": "{who} vraagt om vervanging{title}, {span}; nog niemand heeft toegezegd.",
        "fr": "{who} demande à être remplacé{title}, {span} ; personne n'a encore accepté.",
        "de": "{who} bittet um Vertretung{title}, {span}; noch hat niemand zugesagt.",
        "en": "{who} asks to be covered{title}, {span}; nobody has agreed yet.",
    },
    Concern.LITTLE_REST: {
        "nl": "{who} heeft maar {hours} rust, {span}.",
        "fr": "{who} n'a que {hours} de repos, {span}.",
        "de": "{who} hat nur {hours} Ruhe, {span}.",
        "en": "{who} has only {hours} of rest, {span}.",
    },
    Concern.HOLIDAY: {
        "nl": "{day}: {title}. Van wacht: {who}.",
        "fr": "{day} : {title}. De garde : {who}.",
        "de": "{day}: {title}. Bereitschaft: {who}.",
        "en": "{day}: {title}. On duty: {who}.",
    },
}
_BACK: Final[Mapping[Language, str]] = {
    "nl": "{day}: om {was} gaat de klok terug naar {then}. Het uur van {then} tot {was} komt twee keer, en "
    "de wacht van {who} duurt een uur langer.",
    "fr": "{day} : à {was} l'horloge recule à {then}. L'heure de {then} à {was} vient deux fois, et la "
    "garde de {who} dure une heure de plus.",
    "de": "{day}: Um {was} wird die Uhr auf {then} zurückgestellt. Die Stunde von {then} bis {was} kommt "
    "zweimal, und die Bereitschaft von {who} dauert eine Stunde länger.",
    "en": "{day}: at {was} the clock goes back to {then}. The hour from {then} to {was} comes twice, and the "
    "duty of {who} lasts an hour longer.",
}
_FORWARD: Final[Mapping[Language, str]] = {
    "nl": "{day}: om {was} gaat de klok vooruit naar {then}. Het uur van {was} tot {then} bestaat niet, en "
    "de wacht van {who} duurt een uur korter.",
    "fr": "{day} : à {was} l'horloge avance à {then}. L'heure de {was} à {then} n'existe pas, et la "
    "garde de {who} dure une heure de moins.",
    "de": "{day}: Um {was} wird die Uhr auf {then} vorgestellt. Die Stunde von {was} bis {then} gibt es "
    "nicht, und die Bereitschaft von {who} dauert eine Stunde weniger.",
    "en": "{day}: at {was} the clock goes forward to {then}. The hour from {was} to {then} does not exist, "
    "and the duty of {who} lasts an hour less.",
}
_HANDED_OVER: Final[Mapping[Language, str]] = {
    "nl": " Aflossing in dat uur: {clocks}.",
    "fr": " Relève pendant cette heure : {clocks}.",
    "de": " Übergabe in dieser Stunde: {clocks}.",
    "en": " Handover within it: {clocks}.",
}


def sentence(item: Item, language: Language, zone: ZoneInfo) -> str:
    """What an item says."""
    if item.concern is Concern.CLOCK:
        return _say_clock(item, language, zone)
    title = item.title
    if item.concern is Concern.HOLIDAY:
        title = _holiday(item, language, zone)
    elif title:
        title = f" ({title})"
    return _SENTENCES[item.concern][language].format(
        span=_SPAN[language].format(
            start=local(item.start, language, zone), end=local(item.end, language, zone)
        ),
        who=_names(item, language),
        two=item.who[1] if len(item.who) > 1 else "",
        layer=item.layer,
        other=item.other,
        number=phone(item.number, language) if item.number else "",
        instead=item.instead or _NOBODY[language],
        hours=_HOURS[language].format(f"{item.seconds / 3600:.3g}"),
        title=title,
        day=_day(item.start, language, zone),
    )


def sentences(items: Iterable[Item], language: Language, zone: ZoneInfo) -> list[str]:
    """What some items say: what comes again and again is said once, and how often. Every hole is told."""
    groups: dict[object, list[Item]] = {}
    for item in items:
        is_apart = item.concern in (Concern.HOLE, Concern.CLOCK, Concern.HOLIDAY)
        key = item if is_apart else (item.concern, item.who, item.layer, item.number, item.other)
        groups.setdefault(key, []).append(item)
    return [
        sentence(each[0], language, zone) + (_AGAIN[language].format(len(each) - 1) if each[1:] else "")
        for each in groups.values()
    ]


def say_order(order: Order, language: Language) -> str:
    """Who is rung, first to last: `ADU, then WTI, MAB`."""
    if not order:
        return _NOBODY[language]
    return order[0] + (_THEN[language] + ", ".join(order[1:]) if order[1:] else "")


def _names(item: Item, language: Language) -> str:
    if item.concern is Concern.SAME_PHONE:
        return item.who[0]
    return ", ".join(item.who) or _NOBODY[language]


def _say_clock(item: Item, language: Language, zone: ZoneInfo) -> str:
    words = (_BACK if item.seconds < 0 else _FORWARD)[language]
    day, who = _day(item.start, language, zone), _names(item, language)
    more = _HANDED_OVER[language].format(clocks=item.layer) if item.layer else ""
    return words.format(day=day, was=item.title, then=item.other, who=who) + more


def _holiday(item: Item, language: Language, zone: ZoneInfo) -> str:
    day = item.start.astimezone(zone).date()
    return holiday_name(item.other, "", day, language=ENGLISH if language == "en" else language) or item.title


def _day(at: datetime, language: Language, zone: ZoneInfo) -> str:
    """The day alone: `Sunday 25 October 2026`."""
    text = local(at.astimezone(zone).replace(hour=12, minute=0), language, zone)
    for joint in (" om ", " à ", " um ", " at "):
        text = text.partition(joint)[0]
    return text[:1].upper() + text[1:]


_PICKED_UP: Final[Mapping[Language, str]] = {
    "nl": "opgenomen na {s} s, {more}",
    "fr": "décroché après {s} s, {more}",
    "de": "abgehoben nach {s} s, {more}",
    "en": "picked up after {s} s, {more}",
}
_MORE: Final[Mapping[RingState, Mapping[Language, str]]] = {
    RingState.KEYED: {
        "nl": "toets {key} gehoord",
        "fr": "touche {key} reçue",
        "de": "Taste {key} gehört",
        "en": "key {key} heard",
    },
    RingState.DECLINED: {
        "nl": "niet beschikbaar (toets {key})",
        "fr": "pas disponible (touche {key})",
        "de": "nicht verfügbar (Taste {key})",
        "en": "not available (key {key})",
    },
    RingState.SILENT: {
        "nl": "geen toets: voicemail?",
        "fr": "aucune touche : messagerie ?",
        "de": "keine Taste: Mailbox?",
        "en": "no key: voicemail?",
    },
}
_NOT_RUNG: Final[Mapping[Language, str]] = {
    "nl": "niet gebeld: {why}",
    "fr": "pas appelé : {why}",
    "de": "nicht angerufen: {why}",
    "en": "not rung: {why}",
}
_WHY: Final[Mapping[str, Mapping[Language, str]]] = {
    Skipped.QUIET: {"nl": "stille uren", "fr": "heures calmes", "de": "Ruhezeit", "en": "quiet hours"},
    Skipped.LEAVE: {"nl": "met verlof", "fr": "en congé", "de": "im Urlaub", "en": "on leave"},
    Skipped.PAGE: {
        "nl": "een oproep had de telefoon nodig",
        "fr": "un appel avait besoin du téléphone",
        "de": "ein Anruf brauchte das Telefon",
        "en": "a page had need of the phone",
    },
    Skipped.NO_PHONE: {
        "nl": "geen telefoon",
        "fr": "pas de téléphone",
        "de": "kein Telefon",
        "en": "no phone",
    },
    Skipped.CLOSED: {
        "nl": "buiten de uren van de oefening",
        "fr": "hors des heures de l'exercice",
        "de": "außerhalb der Übungszeit",
        "en": "outside the hours of drills",
    },
    Skipped.CALLED_OFF: {"nl": "afgeblazen", "fr": "annulé", "de": "abgebrochen", "en": "called off"},
}
_RINGS: Final[Mapping[bool, Mapping[Language, str]]] = {
    True: {"nl": "ging over", "fr": "a sonné", "de": "klingelte", "en": "rang"},
    False: {"nl": "ging niet over", "fr": "n'a pas sonné", "de": "klingelte nicht", "en": "did not ring"},
}
_CAUSE: Final[Mapping[Language, str]] = {"nl": "oorzaak", "fr": "cause", "de": "Ursache", "en": "cause"}


def say_ring(ring: Ring, language: Language, answered_s: float | None = None) -> str:
    """How the ring of a phone ended: `rang, picked up after 4 s, key 1 heard`. `answered_s`: if not by it."""
    if ring.state in (RingState.SKIPPED, RingState.GAVE_WAY):
        return _NOT_RUNG[language].format(why=_WHY.get(ring.why, {}).get(language, ring.why))
    if ring.state in (RingState.RINGING, RingState.ANSWERED):
        return outcome(str(ring.state), language)
    rang = _RINGS[ring.rang_at is not None][language]
    if ring.state in _MORE:
        more = _MORE[ring.state][language].format(key=ring.key)
        return f"{rang}, " + _PICKED_UP[language].format(
            s=f"{answered_s or ring.answered_s or 0:.0f}", more=more
        )
    cause = f" ({_CAUSE[language]} {ring.cause})" if ring.cause else ""
    return f"{rang}, {outcome(str(ring.state), language)}{cause}"


__all__ = ["say_order", "say_ring", "sentence", "sentences"]
