"""The four languages a prompt can be spoken in."""

from __future__ import annotations

from enum import StrEnum


class Language(StrEnum):
    """A language of announcements, as Voice Managed Services names them (`bi` is no language)."""

    NL = "nl"
    FR = "fr"
    DE = "de"
    EN = "en"


LANGUAGES: tuple[Language, ...] = tuple(Language)
