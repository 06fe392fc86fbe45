"""Short messages to those who are rung: that the phone rings and for what, and then what is theirs now.

Sent to whom the directory gives a number for texts; to every mobile phone where the policy says so.
Committed with the step of the page that they are about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from dialplan.model import Configuration
from ivr.duty.history import told, write
from ivr.duty.page import Page
from ivr.notify.people import ChannelName, tell_person

BEGINS: Final = "page-begins"
YOURS: Final = "page-yours"


class PageTexts:
    """Writes them; `configuration` is the live one, for people's numbers."""

    def __init__(self, configuration: Callable[[], Configuration]) -> None:
        self._configuration = configuration

    def tell_rung(
        self, session: Session, page: Page, rung: Iterable[str], facts: Mapping[str, Any], now: datetime
    ) -> None:
        """Those whose phones are about to ring, by their entries in the directory; each once for a page."""
        for entry in dict.fromkeys(rung):
            self._tell(session, page, entry, BEGINS, facts, now)

    def tell_accepted(self, session: Session, page: Page, facts: Mapping[str, Any], now: datetime) -> None:
        """The one who accepted: whom to call back, to look up when he is awake."""
        if page.acceptance is not None:
            self._tell(session, page, page.acceptance.entry, YOURS, facts, now, str(page.acceptances))

    def _tell(
        self,
        session: Session,
        page: Page,
        entry: str,
        template: str,
        facts: Mapping[str, Any],
        now: datetime,
        part: str = "",
    ) -> None:
        configuration = self._configuration()
        person = configuration.directory.get(entry)
        policy = configuration.duty.policies.get(page.request.policy)
        if person is None or not (person.sms or (policy is not None and policy.sms)):
            return
        once = f"page:{page.id}:{template}:{part}"
        sms = (ChannelName.SMS,)
        if tell_person(session, configuration, entry, template, facts, once, now, sms):
            write(session, page.id, told(f"{template} (SMS)", (person.title,), now))


__all__ = ["PageTexts"]
