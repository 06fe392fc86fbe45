"""The keys that words speak of: "press one", "toets 1", "tapez le 1", "drücken Sie die 1".

Each language has its verbs, what may stand between verb and key, and its names of keys. After a verb the
rest of the sentence may name more keys: "druk één om te bevestigen, of twee om opnieuw te beginnen". A text
may hold several languages, so all of them are looked for in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final


@dataclass(frozen=True, slots=True)
class Tongue:
    """How one language speaks of keys. `doubtful`: words that are an article as often as a number."""

    verbs: str
    between: str
    joints: str
    keys: Mapping[str, str]
    doubtful: frozenset[str] = frozenset()
    purpose: str = ""
    """Words before which a doubtful one is a number."""


def _keys(*names: str) -> dict[str, str]:
    """Names of 0 to 9, star and hash, several for one key with a bar between."""
    signs = "0123456789*#"
    found = {name: sign for sign, each in zip(signs, names, strict=True) for name in each.split("|")}
    return found | {sign: sign for sign in signs}


TONGUES: Final = (
    Tongue(
        "drukt?|toetst?|kiest?|kies|duwt?",
        "u|op|het|de|cijfer|toets|nummer|dan|nu",
        ",|;|of|en",
        _keys(
            "nul", "één|een", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen",
            "sterretje|ster", "hekje|hekken",
        ),
        frozenset({"een"}),
        "voor|om|als|indien|wanneer",
    ),
    Tongue(
        "appuyez|tapez|composez|faites|pressez|choisissez|sélectionnez",
        "sur|la|le|l'|touche|chiffre|numéro|maintenant",
        ",|;|ou|et",
        _keys(
            "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf",
            "étoile|astérisque", "dièse",
        ),
        frozenset({"un"}),
        "pour|si|afin",
    ),
    Tongue(
        "drücken|drücke|wählen|tippen|betätigen",
        "sie|bitte|auf|die|den|das|taste|ziffer|zahl|nun|dann",
        ",|;|oder|und",
        _keys(
            "null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun",
            "stern|sterntaste|stern-taste", "raute|rautetaste|raute-taste",
        ),
    ),
    Tongue(
        "press|dial|push|hit|choose|select|enter|key",
        "the|number|key|button|digit|on|in",
        ",|;|or|and",
        _keys(
            "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
            "star|asterisk", "hash|pound|square",
        ),
        frozenset({"one"}),
        "for|to|if|now|when",
    ),
)  # fmt: skip

_SENTENCE = re.compile(r"[.!?]+(?:\s|$)")
_WORD = re.compile(r"l'|[^\W\d_]+(?:-[^\W\d_]+)*|\d+|[*#,;]")


@lru_cache(maxsize=1024)
def keys_spoken(text: str) -> frozenset[str]:
    """Every key that a text asks for."""
    found: set[str] = set()
    for sentence in _SENTENCE.split(text.lower().replace("’", "'")):
        words = _WORD.findall(sentence)
        for tongue in TONGUES:
            found.update(_of_sentence(words, tongue))
    return frozenset(found)


def _of_sentence(words: list[str], tongue: Tongue) -> Iterator[str]:
    """The keys after a verb, and those after a comma or an "or" once there has been one."""
    verbs = re.compile(tongue.verbs)
    joints, between = tongue.joints.split("|"), tongue.between.split("|")
    has_verb = has_key = False
    for position, word in enumerate(words):
        is_verb = verbs.fullmatch(word) is not None
        has_verb = has_verb or is_verb
        if not is_verb and not (has_key and word in joints):
            continue
        at = position + 1
        while at < len(words) and (words[at] in between or words[at] in joints[2:]):
            at += 1
        key = tongue.keys.get(words[at]) if at < len(words) else None
        if key and (is_verb or at > position) and _is_meant(words, at, tongue, is_verb):
            has_key = True
            yield key


def _is_meant(words: list[str], at: int, tongue: Tongue, is_after_verb: bool) -> bool:
    """Whether a word that may be an article is a number here: what comes after it tells."""
    if words[at] not in tongue.doubtful:
        return True
    after = words[at + 1] if at + 1 < len(words) else ""
    has_purpose = not after or after in (",", ";") or after in tongue.purpose.split("|")
    return has_purpose and (is_after_verb or after not in ("", ",", ";"))
