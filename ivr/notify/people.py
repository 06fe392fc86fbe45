"""Telling one person of the directory something, over the channels on which that person is reached.

tell_person(session, configuration, "adu", "page-reminder", {...}, dedupe=f"remind:{page.id}", now=now)

Part of the transaction of what is told, as all of the outbox: what is committed together cannot be had
apart.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import structlog
from sqlalchemy.orm import Session

from dialplan.model import Configuration, Entry
from ivr.notify.letters import DEFAULT, Templates
from ivr.notify.outbox import enqueue

log = structlog.get_logger(__name__)


class ChannelName(StrEnum):
    """The ways to a person, beside ringing."""

    MAIL = "mail"
    SMS = "sms"


EVERY: Final = frozenset(ChannelName)
USUAL_LANGUAGE: Final = "en"


def tell_person(
    session: Session,
    configuration: Configuration,
    entry: str,
    template: str,
    variables: Mapping[str, Any],
    dedupe: str,
    now: datetime,
    channels: Collection[str] | None = None,
    *,
    templates: Templates = DEFAULT,
) -> tuple[str, ...]:
    """Write what `template` says for the person `entry` of the directory; ids of the messages written.

    In the person's language. `channels` (`mail`, `sms`): None is every one the person has. A second
    call with the same `dedupe` writes nothing more. Somebody unknown, or without any of the channels, is
    said in the log, and costs the caller's transaction nothing.
    """
    person = configuration.directory.get(entry)
    wanted = EVERY if channels is None else frozenset(ChannelName(one) for one in channels)
    if person is None:
        log.error("person.unknown", entry=entry, template=template)
        return ()
    if not (wanted & _ways_to(person)):
        log.warning("person.no_way", entry=entry, template=template)
    written: list[str | None] = []
    if ChannelName.MAIL in wanted and person.mail:
        written.append(
            enqueue(
                session,
                template=template,
                language=person.language or USUAL_LANGUAGE,
                to=(person.mail,),
                variables=variables,
                dedupe=f"{dedupe}:{entry}",
                now=now,
                templates=templates,
            )
        )
    return tuple(one for one in written if one is not None)


def _ways_to(person: Entry) -> frozenset[ChannelName]:
    return frozenset({ChannelName.MAIL} if person.mail else ())


__all__ = ["EVERY", "ChannelName", "tell_person"]
