"""Telling one person of the directory something, over the channels on which that person is reached.

    tell_person(session, configuration, "adu", "page-reminder", {...}, dedupe=f"remind:{page.id}", now=now)

Part of the transaction of what is told, as all of the outbox: what is committed together cannot be had
apart.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

import structlog
from sqlalchemy.orm import Session

from dialplan.model import Configuration
from ivr.notify.channels import CHANNELS, ChannelName, Told
from ivr.notify.letters import DEFAULT, Templates

log = structlog.get_logger(__name__)
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

    In the person's language. `channels` (`mail`, `sms`): None is every one the person has; SMS when it is
    named goes to the first mobile phone where the directory says no more. A second call with the same
    `dedupe` writes nothing more. Somebody unknown, or without any of the channels, is said in the log,
    and costs the caller's transaction nothing.
    """
    person = configuration.directory.get(entry)
    if person is None:
        log.error("person.unknown", entry=entry, template=template)
        return ()
    wanted = EVERY if channels is None else frozenset(ChannelName(one) for one in channels)
    language = person.language or USUAL_LANGUAGE
    written: list[str] = []
    is_reached = False
    for channel in CHANNELS:
        address = channel.reach(person, is_asked=channels is not None) if channel.name in wanted else ""
        if not address:
            continue
        is_reached = True
        told = Told(entry, address, template, language, variables, f"{dedupe}:{entry}", now, templates)
        if (message := channel.write(session, told)) is not None:
            written.append(message)
    if not is_reached:
        log.warning("person.no_way", entry=entry, template=template)
    return tuple(written)


__all__ = ["EVERY", "ChannelName", "tell_person"]
