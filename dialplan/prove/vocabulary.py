"""What plans can tell apart: the variables that decide, and the values they are compared with."""

from __future__ import annotations

from collections.abc import Iterable

from dialplan.model import Plan
from dialplan.prove.answers import Vocabulary


def decisive_of(plans: Iterable[Plan]) -> tuple[str, ...]:
    """The variables that some node compares, by name."""
    return ()


def vocabulary_of(plans: Iterable[Plan]) -> Vocabulary:
    """The values that input and rows of tables are compared with."""
    return Vocabulary()
