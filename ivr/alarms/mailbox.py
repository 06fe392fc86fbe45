"""The mailbox at a provider, read by IMAP: told of new mails at once (IDLE), or asking again and again.

A mail is committed before it is marked as seen, and how far the mailbox has been read is committed with
it: a mail that somebody opens before we do is not lost, and one that is read twice is the same alarm.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal, Protocol

import structlog
from aioimaplib import AUTH, IMAP4, Command
from sqlalchemy.orm import Session

from ivr.alarms.fetched import Fetched, mails_in, number_in, uids_in
from ivr.alarms.model import Incoming
from ivr.alarms.reading import read_mail
from ivr.notify.trust import make_context, say_tls
from ivr.storage import AlarmSource, Database, Mailbox

log = structlog.get_logger(__name__)
AT_ONCE: Final = 25
"""Mails fetched and committed together."""
MOST_BYTES: Final = 25_000_000
"""Of a larger mail only the beginning is kept here; it stays whole in the mailbox."""
BEGINNING: Final = 256 * 1024
IDLE_S: Final = 2 * 60.0
"""A mailbox is asked anew after so long: servers and routers forget who only listens (RFC 2177), and a line
that is dead at the other end is found out by it."""
UNREADABLE: Final = b"Subject: Mail that the mailbox does not give out\r\n\r\n"
"""Stands for a mail that the server has and cannot read: it must not hold up those behind it."""
WHOLE_TRIES, TRIES = 2, 3
"""A mail over which the connection is lost is asked for so often whole, then its beginning alone; then it
counts as one that the server cannot read."""
STEP_S: Final = 30.0
"""Limit on each answer of the server."""
FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 60.0


class MailboxFault(Exception):  # noqa: N818 - it says what is so
    """The server said no, in its own words."""


@dataclass(frozen=True, slots=True)
class Account:
    """Where the mailbox is. `poll_s`: how often it is asked where the server cannot tell of new mails;
    `ca_file`: authorities that are trusted besides the machine's own."""

    host: str
    port: int = 993
    tls: Literal["tls", "starttls", "none"] = "tls"
    user: str = ""
    password: str = ""
    folder: str = "INBOX"
    poll_s: float = 30.0
    ca_file: str = ""

    @property
    def name(self) -> str:
        """By which it is known in the database."""
        return f"{self.user}@{self.host}/{self.folder}"


class Keeper(Protocol):
    """What takes alarms (see `AlarmDesk.keep`)."""

    async def keep(
        self, incoming: Sequence[Incoming], also: Callable[[Session], None] | None = None
    ) -> list[str]:
        """Commit them, and what is done in `also` with them."""


class MailboxReader:
    """Reads one mailbox until it is closed, whatever becomes of the connection."""

    def __init__(
        self,
        account: Account,
        keeper: Keeper,
        database: Database,
        *,
        own_address: Callable[[], str],
        now: Callable[[], datetime],
        idle_s: float = IDLE_S,
    ) -> None:
        """`own_address`: the sender of our own mails."""
        self._account, self._keeper, self._database = account, keeper, database
        self._own_address, self._now, self._idle_s = own_address, now, idle_s
        self._task: asyncio.Task[None] | None = None
        self.trouble = ""
        """Why the mailbox is not being read, in words."""
        self.since: datetime | None = None
        """When the present trouble began."""
        self._lost = asyncio.Event()
        self._marked: set[int] = set()
        """On this connection: not looked at again, even where marking them did not help."""
        self._lost_over: Counter[int] = Counter()
        """How often the connection was lost as a mail was fetched."""
        self.read = 0
        """Mails fetched since the start."""

    def start(self) -> None:
        """Begin, as a task of the running loop."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="alarm mailbox")

    async def close(self) -> None:
        """Stop; what is committed is committed, the rest is still in the mailbox."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        pause_s = FIRST_PAUSE_S
        while True:
            before = self.read
            try:
                await self._follow()
            except Exception as fault:
                self._say(fault)
            pause_s = FIRST_PAUSE_S if self.read > before or not self.trouble else pause_s
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    def _say(self, fault: Exception) -> None:
        why = f"{self._account.host}: {say_tls(fault) or fault or type(fault).__name__}"
        if not self.trouble:
            self.since = self._now()
            log.warning("alarms.mailbox_lost", why=why)
        self.trouble = why

    async def _follow(self) -> None:
        """One connection, for as long as it lasts."""
        async with self._connected() as client:
            self._marked.clear()
            validity = await self._select(client)
            await self._begin(client, validity)
            while True:
                while await self._take(client, validity):
                    pass
                if self.trouble:
                    log.info("alarms.mailbox_found", host=self._account.host)
                self.trouble, self.since = "", None
                await self._wait(client)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[IMAP4]:
        account = self._account
        lost = self._lost = asyncio.Event()  # of this connection alone

        def lose(_why: Exception | None) -> None:
            lost.set()

        context = make_context(account.ca_file) if account.tls == "tls" else None
        # its class for TLS does not say when a connection is lost
        client = IMAP4(account.host, account.port, None, STEP_S, lose, context)
        try:
            await self._within(client.wait_hello_from_server())
            if account.tls == "starttls":
                await self._begin_tls(client)
            _checked(await self._within(client.login(account.user, account.password)), "log-in")
            yield client
        finally:
            with contextlib.suppress(Exception):
                client.protocol.transport.close()

    async def _begin_tls(self, client: IMAP4) -> None:
        """STARTTLS (RFC 3501, 6.2.1): nothing that was said before it is believed."""
        protocol = client.protocol
        if client.get_state() == AUTH:
            raise MailboxFault("the server took us in before TLS began: that is not believed")
        asked = Command("STARTTLS", protocol.new_tag(), loop=protocol.loop)
        _checked(await self._within(protocol.execute(asked)), "STARTTLS")
        if protocol.incomplete_line:
            raise MailboxFault("the server went on talking before TLS began: that is not believed")
        begun = asyncio.get_running_loop().start_tls(
            protocol.transport,
            protocol,
            make_context(self._account.ca_file),
            server_hostname=self._account.host,
        )
        protocol.transport = await self._within(begun)
        protocol.capabilities.clear()

    async def _select(self, client: IMAP4) -> int:
        answer = await self._within(client.select(self._account.folder))
        _checked(answer, f"folder {self._account.folder}")
        return number_in(answer.lines, b"UIDVALIDITY")

    async def _begin(self, client: IMAP4, validity: int) -> None:
        """The first look at a mailbox: unseen mails are alarms, and so is all that comes from now on."""
        name = self._account.name
        if await self._database.read(lambda session: last_uid(session, name, validity)) is not None:
            return
        answer = await self._within(client.status(self._account.folder, "(UIDNEXT)"))
        _checked(answer, "status")
        newest = max(0, number_in(answer.lines, b"UIDNEXT") - 1)
        unseen = sorted(await self._unseen(client))
        # with the last of them it is written how far the mailbox has been read: not a moment later
        at_once = self._at_once
        for first in range(0, len(unseen), at_once):
            is_last = first + at_once >= len(unseen)
            chosen = unseen[first : first + at_once]
            await self._take_these(client, chosen, validity, newest if is_last else None)
        if not unseen:
            await self._database.run(lambda session: note_uid(session, name, validity, newest))

    async def _take(self, client: IMAP4, validity: int) -> bool:
        """Fetch, commit and mark some mails that are new. Whether there were any."""
        name = self._account.name
        last = await self._database.read(lambda session: last_uid(session, name, validity)) or 0
        uids = (await self._new(client, last))[: self._at_once]
        if uids:
            await self._take_these(client, uids, validity, max(last, *uids))
        else:
            self._lost_over.clear()
        return bool(uids)

    @property
    def _at_once(self) -> int:
        """While one mail makes trouble each is committed by itself: it must not hold up those before it."""
        return 1 if self._lost_over else AT_ONCE

    async def _take_these(
        self, client: IMAP4, uids: Sequence[int], validity: int, reached: int | None
    ) -> None:
        """Fetch, commit, mark. `reached`: up to which one the mailbox has been read by then."""
        alarms = [self._alarm(mail, validity) for mail in await self._fetch(client, uids)]

        def also(session: Session) -> None:
            if reached is not None:
                note_uid(session, self._account.name, validity, reached)

        await self._keeper.keep(alarms, also)
        self.read += len(alarms)
        for uid in uids:
            self._lost_over.pop(uid, None)
        await self._mark(client, uids)

    async def _new(self, client: IMAP4, last: int) -> list[int]:
        """Mails above the last one known, seen by somebody or not; and unseen ones below it."""
        # without it some servers go on showing the folder as it was
        _checked(await self._within(client.noop()), "noop")
        answer = await self._within(client.uid_search("UID", f"{last + 1}:*", charset=None))
        _checked(answer, "search")
        # "n:*" names the last mail even when its number is below n
        above = {uid for uid in uids_in(answer.lines) if uid > last}
        return sorted((above | await self._unseen(client)) - self._marked)

    async def _unseen(self, client: IMAP4) -> set[int]:
        answer = await self._within(client.uid_search("UNSEEN", charset=None))
        _checked(answer, "search")
        return set(uids_in(answer.lines))

    async def _fetch(self, client: IMAP4, uids: Sequence[int]) -> list[Fetched]:
        """The mails; of one that is too large its beginning. One that has gone meanwhile is not there."""
        answer = await self._within(client.uid("fetch", _listed(uids), "(UID RFC822.SIZE INTERNALDATE)"))
        _checked(answer, "fetch")
        sizes = {mail.uid: mail for mail in mails_in(answer.lines)}
        found: list[Fetched] = []
        for uid in uids:
            known = sizes.get(uid)
            if known is None:
                continue
            if self._lost_over[uid] >= TRIES:
                log.error("alarms.mail_not_given_out", host=self._account.host, uid=uid)
                found.append(Fetched(uid, known.size, known.arrived, UNREADABLE))
                continue
            body = await self._body(client, known)
            content = next((one.content for one in mails_in(body.lines) if one.uid == uid), None)
            if content is None and body.result == "OK":
                # deleted by somebody in this moment
                continue
            found.append(Fetched(uid, known.size, known.arrived, content or UNREADABLE))
        return found

    async def _body(self, client: IMAP4, mail: Fetched) -> Any:
        """The server's answer. A connection that is lost over it is counted."""
        is_whole = mail.size <= MOST_BYTES and self._lost_over[mail.uid] < WHOLE_TRIES
        what = "BODY.PEEK[]" if is_whole else f"BODY.PEEK[]<0.{BEGINNING}>"
        try:
            return await self._within(client.uid("fetch", str(mail.uid), f"(UID {what})"), STEP_S * 4)
        except Exception:
            self._lost_over[mail.uid] += 1
            raise

    def _alarm(self, mail: Fetched, validity: int) -> Incoming:
        place = f"{self._account.name}:{validity}:{mail.uid}"
        alarm = read_mail(
            mail.content or b"",
            AlarmSource.IMAP,
            own_address=self._own_address(),
            size=max(mail.size, len(mail.content or b"")),
            place=place,
        )
        return replace(alarm, sent=mail.arrived or alarm.sent)

    async def _mark(self, client: IMAP4, uids: Sequence[int]) -> None:
        """For people who look into the mailbox, and for us after it was made anew. A folder that may only be
        read does without."""
        answer = await self._within(client.uid("store", _listed(uids), r"+FLAGS.SILENT (\Seen)"))
        self._marked.update(uids)
        if answer.result != "OK":
            log.warning("alarms.mail_not_marked", host=self._account.host, mails=len(uids))

    async def _wait(self, client: IMAP4) -> None:
        """Until the server says that something is new, or for a while."""
        if not client.has_capability("IDLE"):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._lost.wait(), self._account.poll_s)
                raise MailboxFault("the server has ended the connection")
            return
        idle = await self._within(client.idle_start(timeout=self._idle_s + STEP_S))
        news = {
            asyncio.ensure_future(client.wait_server_push()),
            asyncio.ensure_future(self._lost.wait()),
        }
        try:
            await asyncio.wait(news, timeout=self._idle_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in news:
                one.cancel()
            await asyncio.gather(*news, return_exceptions=True)
        if self._lost.is_set():
            raise MailboxFault("the server has ended the connection")
        client.idle_done()
        await self._within(idle)

    async def _within(self, asked: Any, limit_s: float = STEP_S) -> Any:
        """The server's answer; a connection that is lost meanwhile gives none, and nobody waits for it."""
        answer, lost = asyncio.ensure_future(asked), asyncio.ensure_future(self._lost.wait())
        try:
            await asyncio.wait({answer, lost}, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
            if answer.done():
                return answer.result()
            if lost.done():
                raise MailboxFault("the server has ended the connection")
            raise TimeoutError
        finally:
            for one in (answer, lost):
                one.cancel()
            await asyncio.gather(answer, lost, return_exceptions=True)


def last_uid(session: Session, name: str, validity: int) -> int | None:
    """Up to which mail a mailbox has been read; None when it never was, or is another one by now."""
    row = session.get(Mailbox, name)
    return row.last_uid if row is not None and row.validity == validity else None


def note_uid(session: Session, name: str, validity: int, uid: int) -> None:
    """It has been read so far."""
    row = session.get(Mailbox, name)
    if row is None:
        session.add(Mailbox(name=name, validity=validity, last_uid=uid))
    elif row.validity != validity or uid > row.last_uid:
        row.validity, row.last_uid = validity, uid


def _checked(answer: Any, what: str) -> None:
    if answer.result != "OK":
        said = b" ".join(bytes(line) for line in answer.lines[-1:]).decode(errors="replace")
        raise MailboxFault(f"{what}: {said[:200] or answer.result}")


def _listed(uids: Sequence[int]) -> str:
    return ",".join(map(str, uids))


__all__ = ["Account", "MailboxFault", "MailboxReader", "last_uid", "note_uid"]
