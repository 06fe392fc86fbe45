"""Webhooks: a request that is believed becomes alarms, and its answer says what was done with them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

import structlog

from dialplan.alarms import AlarmRow
from ivr.alarms.forms import Event, FormFault, read_events
from ivr.alarms.model import Incoming
from ivr.alarms.signing import RefusedSignature, check_signature
from ivr.storage import AlarmSource, DatabaseUnavailable

log = structlog.get_logger(__name__)
MOST_BYTES: Final = 1_000_000
SAME_S: Final = 24 * 3600.0
"""An alarm that its sender names and does not date is the same for so long, until it is said to be over."""
SAME_WORDS_S: Final = 3600.0
"""One that has no name either is known by its words, for so long: nobody may ever say that it is over."""

LONGEST_NAME: Final = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sender is told. `body`: JSON."""

    status: int
    body: Mapping[str, Any]


class Keeper(Protocol):
    """What takes alarms (see `AlarmDesk.keep`)."""

    async def keep(self, incoming: Sequence[Incoming]) -> list[str]:
        """Commit them."""


class Hooks:
    """The webhooks of `alarms.yaml`."""

    def __init__(
        self,
        keeper: Keeper,
        *,
        rows: Callable[[], Mapping[str, AlarmRow]],
        secrets: Callable[[str], Sequence[str]],
        now: Callable[[], datetime],
    ) -> None:
        """`rows`: asked each time; `secrets`: those of a webhook by its name."""
        self._keeper, self._rows, self._secrets, self._now = keeper, rows, secrets, now

    async def take(self, name: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """One request. Never raises."""
        row = self._rows().get(name)
        if row is None:
            return _refused(404, f'there is no webhook "{name[:64]}" in alarms.yaml')
        if len(body) > MOST_BYTES:
            return _refused(413, f"{len(body)} bytes; at most {MOST_BYTES} are taken")
        try:
            nonce = check_signature(self._secrets(name), headers, body, self._now())
        except RefusedSignature as refusal:
            log.warning("alarm.hook_refused", hook=name, why=str(refusal))
            return _refused(401, str(refusal))
        try:
            events = read_events(row.form, _parsed(body))
        except FormFault as fault:
            log.warning("alarm.hook_not_understood", hook=name, why=str(fault))
            return _refused(422, str(fault))
        # what monitoring sends together is one page: it has grouped it itself
        together = hashlib.sha256(body).hexdigest()[:16] if len(events) > 1 else ""
        return await self._keep([alarm_of(event, name, body, nonce, together) for event in events])

    async def _keep(self, alarms: Sequence[Incoming]) -> Answer:
        try:
            ids = await self._keeper.keep(alarms)
        except DatabaseUnavailable as fault:
            log.warning("alarm.not_kept", why=str(fault))
            return _refused(503, "the alarm cannot be kept now; send it again")
        except Exception:
            log.exception("alarm.fault")
            return _refused(503, "something is wrong here; send it again")
        taken = [{"id": one, "state": "taken"} if one else {"state": "known"} for one in ids]
        return Answer(202, {"alarms": taken})


def alarm_of(event: Event, name: str, body: bytes, nonce: str = "", together: str = "") -> Incoming:
    """An event as an alarm. Its key is its fingerprint with its beginning and whether it fires; one without
    a fingerprint is named by its signature, or else by what it says. `together`: names the request that
    brought it with others."""
    status = "resolved" if event.is_over else "firing"
    fingerprint = _bounded(event.fingerprint or (f"request:{nonce}" if nonce else f"words:{event.words}"))
    digest = hashlib.sha256(f"{name}|{fingerprint}|{status}".encode()).hexdigest()
    is_named = bool(event.since or (nonce and not event.fingerprint))
    facts: dict[str, Any] = {"status": status}
    facts |= {"severity": event.severity} if event.severity else {}
    facts |= {"customer": event.customer} if event.customer else {}
    facts |= {"together": together} if together else {}
    facts |= {} if event.is_news else {"loop": "it says that somebody took note, or planned it"}
    return Incoming(
        source=AlarmSource.WEBHOOK,
        key=f"hook:{name}:{fingerprint}:{_bounded(event.since)}:{status}",
        digest=digest,
        sender=event.source,
        subject=event.words,
        raw=body,
        size=len(body),
        name=name,
        fingerprint=fingerprint,
        once=is_named,
        same_s=SAME_S if event.fingerprint else SAME_WORDS_S,
        facts=facts,
    )


def _bounded(name: str) -> str:
    """A name that an index of any database can hold, and still another one for another name."""
    return name if len(name) <= LONGEST_NAME else hashlib.sha256(name.encode()).hexdigest()


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as fault:
        raise FormFault(f"the body is no JSON: {str(fault)[:100]}") from None


def _refused(status: int, why: str) -> Answer:
    return Answer(status, {"error": why})


__all__ = ["MOST_BYTES", "Answer", "Hooks", "alarm_of"]
