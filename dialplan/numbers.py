"""Telephone numbers: from every form a carrier or a person writes to E.164, and back to what people read.

The numbering plans come from the phonenumbers library (Google's libphonenumber).
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

WITHHELD = frozenset(
    {"", "anonymous", "restricted", "private", "unavailable", "unknown", "withheld", "asserted", "none", "s"}
)
"""What carriers and switches put in the place of a number that is not shown."""

LONGEST_TEXT = 128
_SCHEME = re.compile(r"^(?:sips?|tel):", re.IGNORECASE)
_BRACKETS = re.compile(r"<([^<>]*)>")
_DOUBLED_ZERO = re.compile(r"(?<=\d)\s*\(0\)")
_PUNCTUATION = re.compile(r"[\s.\-/()\u00a0\u2010-\u2015]+")
_UNSEEN = re.compile("[\u00ad\u034f\u061c\u115f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
"""Signs that nobody sees and that come along when something is pasted."""
_EXTENSION = re.compile(
    r"\s*[,;]?\s*\(?\s*(?:ext(?:ension)?|toestel|tst|poste|durchwahl|dw|nst|x|#)[.:]?\s*\d{1,8}\s*\)?\s*$",
    re.IGNORECASE,
)
"""What is behind the number: a switchboard asks for it, no network does."""
_DIGITS = re.compile(r"^\+?[0-9]{3,20}$")
_PLAIN = re.compile(r"\+[0-9]{7,15}")
"""International and nothing around it, as numbers stand in most configurations: nothing to take away."""


class NumberKind(StrEnum):
    """What a number costs and where it rings, as far as the numbering plan tells."""

    FIXED = "fixed"
    MOBILE = "mobile"
    FREE = "free"
    SHARED_COST = "shared-cost"
    PREMIUM = "premium"
    OTHER = "other"


_KINDS = {
    PhoneNumberType.FIXED_LINE: NumberKind.FIXED,
    PhoneNumberType.MOBILE: NumberKind.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: NumberKind.FIXED,
    PhoneNumberType.TOLL_FREE: NumberKind.FREE,
    PhoneNumberType.SHARED_COST: NumberKind.SHARED_COST,
    PhoneNumberType.UAN: NumberKind.SHARED_COST,  # 078 in Belgium
    PhoneNumberType.PREMIUM_RATE: NumberKind.PREMIUM,
}


def is_withheld(text: str | None) -> bool:
    """Whether a carrier's caller number says that none is shown."""
    return _bare(text or "").lower().strip('"') in WITHHELD


@lru_cache(maxsize=32_768)
def to_e164(text: str | None, country: str = "BE") -> str | None:
    """The number as `+32...`; None when it is withheld or cannot be a public number. Never raises.

    Takes `+32...`, `0032...`, `32...`, `0...` with any usual punctuation, and `tel:` and `sip:` addresses;
    an extension behind the number (`ext 5`) is left out.
    """
    if text is None or len(text) > LONGEST_TEXT:
        return None
    if _PLAIN.fullmatch(text):
        return _international(text[1:])
    if is_withheld(text):
        return None
    shown = _EXTENSION.sub("", _bare(_UNSEEN.sub("", text)))
    compact = _PUNCTUATION.sub("", _DOUBLED_ZERO.sub("", shown))
    if not _DIGITS.match(compact):
        return None
    if compact.startswith("+"):
        return _international(compact[1:])
    if compact.startswith("00"):
        return _international(compact[2:])
    if compact.startswith("0"):
        return _national(compact, country)
    return _without_prefix(compact, country)


def caller_shown(text: str | None, country: str = "BE") -> str | None:
    """The number of a caller: E.164, a short one of a network as it comes; None when it is withheld."""
    found = to_e164(text, country)
    return found or (text if text and any(sign.isdigit() for sign in text) else None)


def has_extension(text: str) -> bool:
    """Whether something stands behind the number that only a switchboard can dial: `ext 5`."""
    return not _PLAIN.fullmatch(text) and _EXTENSION.search(_bare(_UNSEEN.sub("", text))) is not None


def is_valid(e164: str) -> bool:
    """Whether the numbering plan of its country has this number."""
    return _type_of(e164) != PhoneNumberType.UNKNOWN


def kind_of(e164: str) -> NumberKind:
    """What kind of number this is."""
    return _KINDS.get(_type_of(e164), NumberKind.OTHER)


@lru_cache(maxsize=32_768)
def _type_of(e164: str) -> int:
    """The library's type; a number that no numbering plan has is of none."""
    parsed = _parse(e164)
    return PhoneNumberType.UNKNOWN if parsed is None else phonenumbers.number_type(parsed)


def country_of(e164: str) -> str:
    """The country (ISO 3166, two letters) of a number; empty when unknown."""
    parsed = _parse(e164)
    return (phonenumbers.region_code_for_number(parsed) if parsed else None) or ""


def calling_code(country: str) -> int:
    """The calling code of a country, 32 for BE; 0 when unknown."""
    return phonenumbers.country_code_for_region(country)


@lru_cache(maxsize=64)
def has_trunk_zero(country: str) -> bool:
    """Whether a 0 stands before numbers at home that is no part of them: in Belgium, and not in Italy."""
    known = phonenumbers.PhoneMetadata.metadata_for_region(country)
    return known is None or known.national_prefix == "0"


@lru_cache(maxsize=16_384)
def display(e164: str | None, country: str = "BE") -> str:
    """As people write it: `03 205 55 82` at home, `+33 6 12 34 56 78` abroad, `withheld` for None."""
    if not e164:
        return "withheld"
    parsed = _parse(e164)
    if parsed is None:
        return e164
    is_home = parsed.country_code == phonenumbers.country_code_for_region(country)
    form = PhoneNumberFormat.NATIONAL if is_home else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, form)


def written(e164: str | None, country: str = "BE") -> str:
    """As people write it; where that would be read as another number, or none, as it is."""
    shown = display(e164, country)
    return shown if not e164 or to_e164(shown, country) == e164 else e164


def masked(e164: str | None) -> str:
    """For logs: the country and network stay, the subscriber goes: `+3247xxxxx01`."""
    if not e164:
        return "withheld"
    if len(e164) < 9:
        return "x" * len(e164)
    return f"{e164[:5]}{'x' * (len(e164) - 7)}{e164[-2:]}"


def _bare(text: str) -> str:
    """The user part of an address, without display name, scheme, host and parameters."""
    bracketed = _BRACKETS.search(text)
    inner = (bracketed.group(1) if bracketed else text).strip()
    return _SCHEME.sub("", inner).split(";")[0].split("@")[0].strip()


def _international(digits: str) -> str | None:
    """Digits that carry their country code. New ranges are let through: only the length is held."""
    parsed = _parse(f"+{digits}")
    if parsed is None or not 7 <= len(digits) <= 15:
        return None
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


def _national(digits: str, country: str) -> str | None:
    parsed = _parse(digits, country)
    if parsed is None or not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


def _without_prefix(digits: str, country: str) -> str | None:
    """`3227887499` or `27887499`: a country code without its plus comes first, if that is a number.

    Carriers leave the plus away far more often than the trunk zero, so of two readings it wins.
    """
    parsed = _parse(f"+{digits}")
    if parsed is not None and phonenumbers.is_valid_number(parsed):
        return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    national = _parse(digits, country)
    if national is None or not phonenumbers.is_valid_number(national):
        return None
    return phonenumbers.format_number(national, PhoneNumberFormat.E164)


@lru_cache(maxsize=32_768)
def _parse(text: str, country: str | None = None) -> phonenumbers.PhoneNumber | None:
    if _PLAIN.fullmatch(text):
        split = _split(text[1:])
        if split is not None:
            return phonenumbers.PhoneNumber(*split)
    try:
        return phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None


def _split(digits: str) -> tuple[int, int] | None:
    """Country code and national number where they can be told by looking: a tenth of the library's time.

    None where a national prefix may stand between them, or a leading zero belongs to the number.
    """
    for length in (1, 2, 3):
        code = int(digits[:length])
        if code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            national = digits[length:]
            return (code, int(national)) if national[0] != "0" and _has_plain_prefix(code) else None
    return None


@lru_cache(maxsize=512)
def _has_plain_prefix(code: int) -> bool:
    """Whether nothing but a 0 may stand before national numbers of this calling code."""
    region = phonenumbers.region_code_for_country_code(code)
    known = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(code, region)
    return known is not None and known.national_prefix_for_parsing in (None, "0")
