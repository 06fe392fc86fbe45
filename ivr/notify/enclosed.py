"""Files that go with a mail, read as it is sent; what cannot be enclosed is said in the mail itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ivr.notify.outbox import Attached
from ivr.notify.words import Language, one_line

MOST_BYTES: Final = 15_000_000
"""All files of a mail together: 20 MB on the wire, which most mail servers take."""
ALARM_FILE: Final = "alarm:"
"""How the path of a mail begins that came in as an alarm: its id follows, and the database has it."""
_MISSING: Final[dict[Language, str]] = {
    "nl": "Bijlage ontbreekt: {title} (het bestand is er niet meer).",
    "fr": "Pièce jointe manquante : {title} (le fichier n'existe plus).",
    "de": "Anhang fehlt: {title} (die Datei ist nicht mehr da).",
    "en": "Attachment missing: {title} (the file is no longer there).",
}
_TOO_LARGE: Final[dict[Language, str]] = {
    "nl": "Bijlage ontbreekt: {title} (te groot voor een mail).",
    "fr": "Pièce jointe manquante : {title} (trop volumineuse pour un mail).",
    "de": "Anhang fehlt: {title} (zu groß für eine Mail).",
    "en": "Attachment missing: {title} (too large for a mail).",
}


def read_enclosed(
    enclosed: Sequence[Attached], folder: Path | None, language: Language, most_bytes: int = MOST_BYTES
) -> tuple[list[tuple[Attached, bytes]], str]:
    """The files with what is in them, and the lines that say which are missing (empty: none is)."""
    parts: list[tuple[Attached, bytes]] = []
    lines: list[str] = []
    for one in enclosed:
        content = one.content if one.path.startswith(ALARM_FILE) else _read(one, folder)
        room = most_bytes - sum(len(known) for _, known in parts)
        if content is None or len(content) > room:
            words = _MISSING if content is None else _TOO_LARGE
            lines.append(words[language].format(title=one_line(one.title)))
        else:
            parts.append((one, content))
    return parts, "".join(f"\n{line}\n" for line in lines)


def _read(one: Attached, folder: Path | None) -> bytes | None:
    """None when it is not there, or not in the folder: no row of a table may send out another file."""
    if folder is None or not one.path or Path(one.path).name != one.path:
        return None
    path = folder / one.path
    try:
        return None if path.is_symlink() else path.read_bytes()
    except OSError:
        return None


__all__ = ["ALARM_FILE", "MOST_BYTES", "read_enclosed"]
