"""All that has to do with alarms, put together: the desk, the listener, the mailbox, the webhooks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Final, Protocol
from uuid import uuid4

from dialplan.faults import nearest_of
from dialplan.model import Configuration
from ivr.alarms.desk import AlarmDesk, Pages
from ivr.alarms.hooks import Hooks
from ivr.alarms.listener import Listener
from ivr.alarms.mailbox import Account, MailboxReader
from ivr.alarms.model import LONGEST_WORDS, Incoming
from ivr.alarms.voice import Speaker
from ivr.clock import Clock
from ivr.notify import enqueue
from ivr.notify.words import one_line
from ivr.settings import Settings
from ivr.storage import AlarmSource, Database, KeptAlarm, Page

UNREAD_AFTER: Final = timedelta(minutes=10)
"""A mailbox that cannot be read for so long is told of by mail."""
PAGE_LIMIT_S: Final = 10.0


class Feed(Protocol):
    """Where it is told what happens."""

    def publish(self, kind: str, at: Any, **facts: Any) -> None:
        """To whoever listens."""


class AlarmHouse:
    """One for each service."""

    def __init__(
        self,
        settings: Settings,
        *,
        database: Database,
        pages: Pages,
        configuration: Callable[[], Configuration],
        clock: Clock,
        feed: Any,
        sounds: Any,
        owner: str,
    ) -> None:
        """`sounds`: the switch's folder of messages; `owner`: this box among several."""
        self._database, self._configuration, self._clock = database, configuration, clock
        self._settings = settings
        self.desk = AlarmDesk(
            database=database,
            pages=pages,
            voice=Speaker(sounds),
            configuration=configuration,
            clock=clock,
            feed=feed,
            owner=owner,
        )
        self.listener = Listener(
            self.desk,
            host=settings.alarm_mail_host or settings.host,
            port=settings.alarm_mail_port,
            addresses=lambda: configuration().alarms.addresses,
            own_address=self._own_address,
        )
        self._is_listening = False
        self.mailbox = self._make_mailbox()
        self.hooks = Hooks(
            self.desk, rows=lambda: configuration().alarms.hooks, secrets=self._secrets, now=clock.now
        )

    def _make_mailbox(self) -> MailboxReader | None:
        settings = self._settings
        if not settings.imap_host:
            return None
        account = Account(
            settings.imap_host,
            settings.imap_port,
            settings.imap_tls,
            settings.imap_user,
            settings.imap_password.get_secret_value(),
            settings.imap_folder,
            settings.imap_poll_s,
            settings.mail_ca_file,
        )
        return MailboxReader(
            account, self.desk, self._database, own_address=self._own_address, now=self._clock.now
        )

    def _own_address(self) -> str:
        return self._configuration().desk.mail_from

    def _secrets(self, name: str) -> list[str]:
        """One a line: while one is exchanged for another both will do."""
        return self._settings.secret(f"webhook-{name}").split()

    def start(self) -> None:
        """Begin; nothing here waits."""
        self.desk.start()
        self._listen()
        if self.mailbox is not None:
            self.mailbox.start()

    def _listen(self) -> None:
        """Where there is an address that mails may be for; a reload may bring the first."""
        if self._configuration().alarms.addresses and not self._is_listening:
            self._is_listening = True
            self.listener.start()

    async def close(self) -> None:
        """First whoever brings alarms, then the desk."""
        await self.listener.close()
        if self.mailbox is not None:
            await self.mailbox.close()
        await self.desk.close()

    @property
    def trouble(self) -> str:
        """What keeps alarms from coming in, in words; empty: nothing does."""
        mailbox = self.mailbox.trouble if self.mailbox else ""
        return "; ".join(filter(None, (self.listener.trouble, mailbox)))

    @property
    def standing(self) -> str:
        """In words, for whoever asks how things are."""
        ways = [f"mails on port {self.listener.port}"] if self.listener.is_up else []
        ways += [f"the mailbox at {self._settings.imap_host}"] if self.mailbox else []
        ways += [f"webhooks {', '.join(hooks)}"] if (hooks := self._configuration().alarms.hooks) else []
        said = f"taken by {'; '.join(ways)}" if ways else "none are taken"
        return f"{said}; {self.trouble}" if self.trouble else said

    def readings(self) -> Iterator[tuple[str, str, str, float]]:
        """What is measured."""
        yield "counter", "alarms_taken", "Alarms written down since the start", self.desk.taken
        yield "counter", "alarms_repeated", "Alarms that were here already", self.desk.repeated
        yield "counter", "alarms_paged", "Pages begun for alarms", self.desk.paged
        yield "gauge", "alarms_way_in", "Whether every way in for alarms is open", not self.trouble

    async def tend(self) -> None:
        """Now and then: say that the mailbox cannot be read, and let go of what is old."""
        self._listen()
        reader = self.mailbox
        if reader is not None and reader.since and self._clock.now() - reader.since >= UNREAD_AFTER:
            since, why = reader.since, reader.trouble
            configuration = self._configuration()
            brands = [row.brand for row in configuration.alarms.mails]
            to = {one for name in brands for one in configuration.brands[name].mailboxes}
            await self._database.run(
                lambda session: enqueue(
                    session,
                    template="alarms-unread",
                    language="en",
                    to=sorted(to),
                    variables={"since": since, "why": why},
                    dedupe=f"alarms-unread:{since.isoformat()}",
                    now=self._clock.now(),
                )
            )
        await self.desk.forget()

    def actions(self) -> dict[str, Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]]]:
        """What the command line may ask for."""
        return {"raise-alarm": self.page}

    async def page(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """By command: a page of its own, whatever else there is. Its call ID, once it rings."""
        configuration = self._configuration()
        brand, words = str(asked.get("brand", "")), _words(asked)
        policy, customer = str(asked.get("policy", "")), str(asked.get("customer", ""))
        if brand not in configuration.brands:
            return _unknown("brand", brand, configuration.brands)
        if policy and policy not in configuration.duty.policies:
            return _unknown("policy", policy, configuration.duty.policies)
        facts = {
            "brand": brand,
            "policy": policy,
            "customer": customer or configuration.brands[brand].customer,
        }
        if asked.get("severity"):
            facts["severity"] = int(asked["severity"])  # type: ignore[assignment]
        name = uuid4().hex
        alarm = Incoming(
            source=AlarmSource.COMMAND,
            key=f"command:{name}",
            digest=name,
            sender=str(asked.get("by", "")),
            subject=words,
            raw=json.dumps(dict(asked)).encode(),
            size=0,
            facts=facts,
        )
        [alarm_id] = await self.desk.keep([alarm])
        return await self._await_page(alarm_id)

    async def _await_page(self, alarm_id: str) -> Mapping[str, Any]:
        """It is committed: should this take too long, it rings all the same."""
        deadline = asyncio.get_running_loop().time() + PAGE_LIMIT_S
        while asyncio.get_running_loop().time() < deadline:
            found = await self._database.read(
                lambda session: _page_of(session.get(KeptAlarm, alarm_id), session)
            )
            if found:
                return {"alarm": alarm_id, **found}
            await asyncio.sleep(0.05)
        return {"alarm": alarm_id, "page": "", "call_ref": ""}


def _unknown(what: str, name: str, known: Iterable[str]) -> Mapping[str, str]:
    names = list(known)
    nearest = nearest_of(name, names)
    hint = f'did you mean "{nearest}"?' if nearest else f"known are {', '.join(names)}"
    return {"error": f'unknown {what} "{name}"; {hint}', "nearest": nearest}


def _page_of(alarm: KeptAlarm | None, session: Any) -> dict[str, str]:
    page = session.get(Page, alarm.page_id) if alarm is not None and alarm.page_id else None
    return {"page": page.id, "call_ref": page.call_ref} if page else {}


def _words(asked: Mapping[str, Any]) -> str:
    return " ".join(one_line(str(asked.get("words", ""))).split())[:LONGEST_WORDS]


__all__ = ["AlarmHouse"]
