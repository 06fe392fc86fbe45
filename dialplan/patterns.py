"""Patterns with `*`, as people write them: `*` stands for any others, a bracket for itself (`[CRIT] *`)."""

from __future__ import annotations

from fnmatch import fnmatchcase


def is_like(text: str, pattern: str) -> bool:
    """Whether the text is like the pattern, whatever the case of its letters."""
    return fnmatchcase(text.casefold(), pattern.casefold().replace("[", "[[]"))


__all__ = ["is_like"]
