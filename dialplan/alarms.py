"""Alarms: what comes in by mail, by a webhook or by command, and which page it becomes.

Rows are asked in order and the first that matches wins. Alarms that are alike are one page: a storm of a
thousand mails rings an engineer once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from dialplan.patterns import is_like

EVERYTHING: Final = ("*",)
USUAL_WINDOW_S: Final = 30 * 60.0
_REPLY: Final = re.compile(r"^(?:\s*(?:re|fwd?|aw|wg|tr|antw|doorst)\s*(?:\[\d+\])?\s*:)+", re.IGNORECASE)
_VARYING: Final = re.compile(r"(?=[0-9a-f-]*[0-9])[0-9a-f][0-9a-f-]{5,}|[0-9][0-9a-z]*", re.IGNORECASE)
LONGEST_PATTERN: Final = 200


class Form(StrEnum):
    """How a webhook's body is written."""

    ANY = "any"
    """By what stands in it."""
    ALERTMANAGER = "alertmanager"
    ZABBIX = "zabbix"
    ICINGA = "icinga"
    PLAIN = "plain"


class GroupBy(StrEnum):
    """Which alarms of a row are alike."""

    SUBJECT = "subject"
    """The same sender, and the same subject but for its numbers."""
    SENDER = "sender"
    ROW = "row"
    """All that the row takes."""


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """One row: which alarms it takes, and the procedure by which they page."""

    id: str
    brand: str
    policy: str = ""
    """Empty: the first of the duty."""
    customer: str = ""
    severity: int = 1
    window_s: float = USUAL_WINDOW_S
    """Seconds after the first in which others like it join its page."""
    group_by: GroupBy = GroupBy.SUBJECT
    most_pages: int = 5
    """Pages in one window; further alarms join the last one, however different they are."""
    language: str = ""
    """In which the words are read aloud; empty: that of the brand's mails."""
    forward: tuple[str, ...] = ()
    """Mailboxes that get the mail; empty: the brand's."""
    pages: bool = True
    """Off: it is forwarded and kept, and nobody is rung."""
    senders: tuple[str, ...] = EVERYTHING
    """Patterns with `*`, whatever the letters' case."""
    subjects: tuple[str, ...] = EVERYTHING
    form: Form = Form.ANY
    """Of a webhook."""

    def takes(self, sender: str, subject: str) -> bool:
        """Whether a mail of that sender with that subject belongs here."""
        return _matches(sender, self.senders) and _matches(subject, self.subjects)

    @property
    def takes_everything(self) -> bool:
        """Whether no mail gets past this row."""
        return "*" in self.senders and "*" in self.subjects


@dataclass(frozen=True, slots=True)
class Alarms:
    """`alarms.yaml`. Without it nothing is listened to."""

    addresses: tuple[str, ...] = ()
    """Where alarm mails are sent; the listener takes no other."""
    mails: tuple[AlarmRow, ...] = ()
    hooks: Mapping[str, AlarmRow] = field(default_factory=dict)
    """Webhooks by name: `POST /alarms/<name>`."""
    forward_most: int = 20
    """Mails of one storm that are forwarded one by one; the rest are counted, and kept."""

    def row_of(self, sender: str, subject: str) -> AlarmRow | None:
        """The row that takes a mail."""
        return next((row for row in self.mails if row.takes(sender, subject)), None)


def pattern_of(subject: str) -> str:
    """A subject without what differs from one alarm to the next of a kind: numbers, ids, "Re:"."""
    bare = _VARYING.sub("#", _REPLY.sub("", subject))
    return " ".join(bare.casefold().split())[:LONGEST_PATTERN]


def group_key(row: AlarmRow, source: str, sender: str, subject: str, severity: int) -> str:
    """Alarms with the same key, within the window of their row, are one page.

    A higher severity is another key: it must not hide behind a page of a lower one.
    """
    parts = [source, row.id, str(severity)]
    if row.group_by is not GroupBy.ROW:
        parts.append(sender.casefold())
    if row.group_by is GroupBy.SUBJECT:
        parts.append(pattern_of(subject))
    return "|".join(parts)


def _matches(text: str, patterns: tuple[str, ...]) -> bool:
    return any(is_like(text, pattern) for pattern in patterns)


__all__ = ["AlarmRow", "Alarms", "Form", "GroupBy", "group_key", "pattern_of"]
