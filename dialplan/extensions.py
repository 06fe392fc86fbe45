"""Direct calls: an extension stands for a directory entry, and so for a number that is written there.

An extension is written on the entry (`extension: 101`). A menu or a collect that allows it asks
`resolve_extension` and, when the digits are somebody's, keeps them in the variable `extension`; a destination
`$extension` then rings that entry. Nothing that a caller keys is ever dialled itself.
"""

from __future__ import annotations

import re
from typing import Final

from dialplan.model import Configuration, Entry
from dialplan.reading import Wrong

EXTENSION: Final = "extension"
"""The variable that holds the extension a caller has keyed, and what a reference to one is called."""

LONGEST: Final = 6
_DIGITS: Final = re.compile(r"[0-9]{2,6}")


def extension(text: str) -> str:
    """An extension as a field: two to six digits, so that one key of a menu is never taken for one."""
    if not _DIGITS.fullmatch(text.strip()):
        raise Wrong(f'"{text[:40]}" is not an extension; write two to six digits, as in "101"')
    return text.strip()


def resolve_extension(configuration: Configuration, digits: str) -> Entry | None:
    """The entry that has this extension; None when nobody has it."""
    return configuration.directory.get(configuration.extensions.get(digits, ""))


def may_grow(configuration: Configuration, digits: str) -> bool:
    """Whether some extension begins with these digits and is longer: a reader goes on reading then."""
    return any(len(one) > len(digits) and one.startswith(digits) for one in configuration.extensions)
