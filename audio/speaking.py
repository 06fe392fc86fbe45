"""Numbers, times, positions and telephone numbers as lists of prompts, the way people say them.

Whole numbers up to 100 and the round hundreds are prompts of their own (`num-21`, `num-300`); larger
ones are put together. The rules that differ from language to language stand where they apply. French is
Belgian (septante, nonante, quatre-vingts), English British ("one hundred and one").
"""

from __future__ import annotations

from datetime import date
from typing import Final

import phonenumbers

from audio.languages import Language

LARGEST: Final = 999_999
LARGEST_ORDINAL: Final = 20
PAUSE: Final = "silence-200"
WITHHELD: Final = "page-withheld"

_SIGNS: Final = {"*": "star", "#": "hash", "+": "plus"}
_FEMININE: Final = frozenset({1, 21, 31, 41, 51, 61, 71, 81, 91})
_READS_PAIRS: Final = frozenset({Language.NL, Language.FR})
_HOUR_S: Final = 3600


class UnspeakableError(ValueError):
    """A value for which there are no prompts: which, and why."""

    def __init__(self, value: object, reason: str) -> None:
        self.value, self.reason = value, reason
        super().__init__(f"{reason}")


def say_digits(text: str, lang: Language | str) -> list[str]:
    """Digit by digit; letters by name, `*`, `#` and `+` by name, anything between as a short pause.

    Meant for call IDs, customer and ticket numbers: "1-0123" has a pause where the hyphen is.
    """
    Language(lang)
    ids: list[str] = []
    for sign in text.strip():
        if sign.isascii() and sign.isdigit():
            ids.append(f"num-{sign}")
        elif sign.isascii() and sign.isalpha():
            ids.append(f"letter-{sign.lower()}")
        elif sign in _SIGNS:
            ids.append(_SIGNS[sign])
        elif ids and ids[-1] != PAUSE:
            ids.append(PAUSE)
    return ids


def say_letters(text: str, lang: Language | str) -> list[str]:
    """A trigram or reference, sign by sign."""
    return say_digits(text, lang)


def say_number(number: int, lang: Language | str, *, feminine: bool = False) -> list[str]:
    """A whole number from 0 to 999,999; `feminine` before a feminine noun (une heure, eine Stunde).

    Raises UnspeakableError outside that range.
    """
    if not 0 <= number <= LARGEST:
        raise UnspeakableError(number, f"numbers are spoken from 0 to {LARGEST}")
    language = Language(lang)
    thousands, rest = divmod(number, 1000)
    ids = _thousands(thousands, language)
    if rest or not thousands:
        joins = bool(thousands) and rest < 100 and language is Language.EN
        ids += (["and"] if joins else []) + _below_thousand(rest, language, feminine)
    return ids


def _thousands(count: int, language: Language) -> list[str]:
    """duizend, mille, tausend stand alone; English says one thousand; German joins (hundertein-tausend)."""
    if count == 0:
        return []
    if count == 1 and language is not Language.EN:
        return ["thousand"]
    ids = _below_thousand(count, language, feminine=False)
    if ids[-1] == "num-1":
        ids[-1] = "num-1-joined"
    return [*ids, "thousand"]


def _below_thousand(number: int, language: Language, feminine: bool) -> list[str]:
    hundreds, rest = divmod(number, 100)
    ids = [f"num-{hundreds}00"] if hundreds else []
    if rest or not hundreds:
        joins = bool(hundreds) and language is Language.EN
        ids += (["and"] if joins else []) + [_up_to_ninety_nine(rest, feminine)]
    return ids


def _up_to_ninety_nine(number: int, feminine: bool) -> str:
    return f"num-{number}-feminine" if feminine and number in _FEMININE else f"num-{number}"


def say_ordinal(number: int, lang: Language | str) -> list[str]:
    """First to twentieth. Raises UnspeakableError beyond."""
    Language(lang)
    if not 1 <= number <= LARGEST_ORDINAL:
        raise UnspeakableError(number, f"ordinals are spoken from 1 to {LARGEST_ORDINAL}")
    return [f"ordinal-{number}"]


def say_position(number: int, lang: Language | str) -> list[str]:
    """The caller's place in a queue: "You are first", "You are number four in the queue"."""
    if number < 1:
        raise UnspeakableError(number, "a place in a queue is 1 or more")
    if number == 1:
        return ["first-in-queue"]
    return ["position-is", *say_number(number, lang), "in-the-queue"]


def say_time(hour: int, minute: int, lang: Language | str) -> list[str]:
    """A clock time. Dutch, French and German count to 24 ("acht uur vijf"); English says a.m. and p.m."""
    if not (0 <= hour <= 23 and 0 <= minute <= 59):
        raise UnspeakableError((hour, minute), "a clock shows 0:00 to 23:59")
    language = Language(lang)
    if minute == 0:
        return [f"hour-{hour}"]
    if language is not Language.EN:
        # Minutes are feminine in French (vingt heures vingt et une); German clocks say eins all the same.
        return [f"hour-{hour}", _up_to_ninety_nine(minute, feminine=language is Language.FR)]
    oh = ["oh"] if minute < 10 else []
    return [f"num-{(hour + 11) % 12 + 1}", *oh, f"num-{minute}", "am" if hour < 12 else "pm"]


def say_weekday(day: date, lang: Language | str) -> list[str]:
    """The name of a day: "Monday"."""
    Language(lang)
    return [f"weekday-{day.isoweekday()}"]


def say_day(day: date, lang: Language | str) -> list[str]:
    """A day with its date, as all four languages order it: "Monday the seventh of December"."""
    return [*say_weekday(day, lang), f"date-{day.day}", f"month-{day.month}"]


def say_duration(seconds: float, lang: Language | str) -> list[str]:
    """A length of time in hours and minutes, in seconds when it is shorter than a minute.

    From an hour on seconds are not spoken; minutes with seconds are rounded to minutes from ten minutes on.
    """
    if not 0 <= seconds < LARGEST * _HOUR_S:
        raise UnspeakableError(seconds, "a length of time is not negative, and no lifetime")
    whole = round(seconds)
    if whole >= 600:
        whole = round(whole / 60) * 60
    hours, minutes, rest = whole // _HOUR_S, whole % _HOUR_S // 60, whole % 60
    parts = [_hours(hours, lang)] if hours else []
    parts += [[f"minutes-{minutes}"]] if minutes else []
    parts += [_seconds(rest, lang)] if rest or not parts else []
    return [name for place, part in enumerate(parts) for name in ([*(["and"] if place else []), *part])]


def _hours(count: int, lang: Language | str) -> list[str]:
    return ["one-hour"] if count == 1 else [*say_number(count, lang, feminine=_is_feminine(lang)), "hours"]


def _seconds(count: int, lang: Language | str) -> list[str]:
    return (
        ["one-second"] if count == 1 else [*say_number(count, lang, feminine=_is_feminine(lang)), "seconds"]
    )


def _is_feminine(lang: Language | str) -> bool:
    """Whether hours and seconds are feminine to their number. German counts "einundzwanzig Stunden"."""
    return Language(lang) is Language.FR


def say_phone_number(number: str, lang: Language | str) -> list[str]:
    """A telephone number in the groups people write it in, with a pause between groups.

    Belgian numbers are said as dialled inside Belgium: 0470, 12, 34, 56. Dutch and French read groups of
    two and three digits as numbers (trente-quatre), German and English digit by digit. Numbers of other
    countries begin with "plus" and go digit by digit. What is no number is read as it stands, and what
    has no digit at all (an "anonymous") is a withheld number.
    """
    language = Language(lang)
    if not any(sign.isdecimal() for sign in number):
        return [WITHHELD]
    try:
        parsed = phonenumbers.parse(number, "BE")
    except phonenumbers.NumberParseException:
        return say_digits(number, language)
    if parsed.country_code != 32:
        return say_digits(phonenumbers.format_number(parsed, _INTERNATIONAL), language)
    groups = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    return _say_groups(groups.replace("/", " ").replace(".", " ").split(), language)


_INTERNATIONAL: Final = phonenumbers.PhoneNumberFormat.INTERNATIONAL


def _say_groups(groups: list[str], language: Language) -> list[str]:
    ids: list[str] = []
    for place, group in enumerate(groups):
        ids += [PAUSE] if place else []
        ids += _say_group(group, language, is_first=place == 0)
    return ids


def _say_group(group: str, language: Language, is_first: bool) -> list[str]:
    """A group that begins with nought, the dialling code, or a long one, is read digit by digit."""
    by_digits = is_first or language not in _READS_PAIRS or group.startswith("0")
    if by_digits or len(group) > 3 or not group.isdecimal():
        return say_digits(group, language)
    return say_number(int(group), language)


def speak(kind: str, value: str, lang: Language | str) -> list[str]:
    """What a plan asks to have spoken, by the name of its kind; values as text.

    `digits`, `letters`, `number`, `ordinal`, `time` ("20:15"), `day` and `weekday` ("2026-12-07"), `phone`
    (E.164), `position`, `duration` (seconds). Raises UnspeakableError for what cannot be spoken.
    """
    try:
        return _speak(kind, value, lang)
    except UnspeakableError:
        raise
    except ValueError as cause:
        raise UnspeakableError(value, f"it cannot be read as a {kind}") from cause


def _speak(kind: str, value: str, lang: Language | str) -> list[str]:
    match kind:
        case "digits" | "letters":
            return say_digits(value, lang)
        case "number":
            return say_number(int(value), lang)
        case "ordinal":
            return say_ordinal(int(value), lang)
        case "position":
            return say_position(int(value), lang)
        case "duration":
            return say_duration(float(value), lang)
        case "phone":
            return say_phone_number(value, lang)
        case "time":
            hour, _, minute = value.partition(":")
            return say_time(int(hour), int(minute), lang)
        case "day":
            return say_day(date.fromisoformat(value), lang)
        case "weekday":
            return say_weekday(date.fromisoformat(value), lang)
    raise UnspeakableError(kind, f'there is no way of speaking called "{kind}"')
