"""What is said: menus that say nothing, prompts that lack a language, keys that are spoken and not there."""

from __future__ import annotations

from collections.abc import Iterator

from dialplan.checks.survey import Finding, Survey
from dialplan.nodes.menu import Menu


def check_silent_menus(survey: Survey) -> Iterator[Finding]:
    """A menu that says nothing: its caller stands before a silent line."""
    for at, node in survey.nodes():
        if isinstance(node, Menu) and not node.words:
            yield survey.at_node(at, "the menu says nothing", is_fault=True)
