"""On-call calendars that others keep: fetched on schedule, the last good copy of each in the state folder.

A calendar that cannot be fetched, or that is none, leaves the last good one in force, and is said: in health,
by `dutyline duty`, in the log. Addresses are secrets: only the host is ever said.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import structlog

from dialplan.ical import UnreadableEvents, check_events, named_in
from dialplan.model import Duty
from dialplan.remote import Remote, remotes_of, with_fetched
from dialplan.roster import trigrams_in
from dialplan.sentences import Sentence
from ivr.clock import Clock

if TYPE_CHECKING:
    import aiohttp

log = structlog.get_logger(__name__)

TIMEOUT_S: Final = 20.0
LARGEST: Final = 4 << 20
"""Bytes of a calendar, unpacked."""
MOST_REDIRECTS: Final = 5
AGAIN: Final = timedelta(minutes=1)
"""After a failure it is tried again so soon; then after twice as long, and so on, up to its own time."""
ACCEPTED: Final = "text/calendar, text/plain;q=0.5, */*;q=0.1"


class NotFetched(Exception):  # noqa: N818 - it says what is so
    """Why a calendar was not taken: a sentence without its address."""


@dataclass(frozen=True, slots=True)
class Copy:
    """What is known of one calendar. `fetched_at`: when the copy was confirmed last; None: never."""

    fetched_at: datetime | None = None
    tag: str = ""
    modified: str = ""
    why: str = ""
    """Why it could not be fetched when it was tried last; empty: it could."""
    failures: int = 0
    tried_at: datetime | None = None
    nobody: tuple[str, ...] = ()
    """Summaries that name no engineer."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a server said: the text (None: it has not changed), and by what it will know it again."""

    text: str | None
    tag: str
    modified: str


class Calendars:
    """One for the service. `duty`: the live one as its files have it; `changed`: called after a new copy."""

    def __init__(
        self, folder: Path, clock: Clock, duty: Callable[[], Duty], changed: Callable[[], None]
    ) -> None:
        self._folder, self._clock, self._duty, self._changed = folder, clock, duty, changed
        self.texts: dict[str, str] = {}
        """The good copies, by the keys of their calendars."""
        self._copies: dict[str, Copy] = {}
        self._busy: set[str] = set()

    def start(self) -> None:
        """Read the copies that earlier runs have kept."""
        for remote in self._wanted().values():
            self._read(remote)

    def over(self, duty: Duty) -> Duty:
        """The duty with what was fetched."""
        for remote in remotes_of(duty).values():
            if remote.key not in self._copies:
                self._read(remote)
        return with_fetched(duty, self.texts)

    async def look(self) -> None:
        """Fetch what is due; all at once, each with its own limit of time."""
        due = [remote for remote in self._wanted().values() if self._is_due(remote)]
        await asyncio.gather(*(self._fetch(remote) for remote in due))

    def notes(self, duty: Duty) -> tuple[str, ...]:
        """What there is to know: calendars that were never fetched, or cannot be; the graver first."""
        return tuple(sorted(self._notes(duty), key=lambda note: "never" not in note))

    @property
    def failing(self) -> int:
        """How many calendars could not be fetched when they were tried last."""
        return sum(bool(self.copy_of(remote).why) for remote in self._wanted().values())

    def copy_of(self, remote: Remote) -> Copy:
        """What is known of a calendar."""
        return self._copies.get(remote.key, Copy())

    def _notes(self, duty: Duty) -> Iterator[Sentence]:
        for layer, remote in remotes_of(duty).items():
            copy, facts = self.copy_of(remote), {"layer": layer, "calendar": remote.said}
            why = f": {copy.why}" if copy.why else ""
            if copy.fetched_at is None:
                yield Sentence("calendar-never-fetched", **facts, why=why)
            elif copy.why:
                at = f"{copy.fetched_at:%Y-%m-%d %H:%M} UTC"
                yield Sentence("calendar-is-old", **facts, at=at, why=why)
            if copy.nobody:
                events = ", ".join(f'"{each}"' for each in copy.nobody[:3])
                yield Sentence("calendar-names-nobody", **facts, events=events)

    def _wanted(self) -> dict[str, Remote]:
        return {remote.key: remote for remote in remotes_of(self._duty()).values()}

    def _is_due(self, remote: Remote) -> bool:
        copy = self.copy_of(remote)
        if remote.key in self._busy:
            return False
        if copy.tried_at is None:
            return True
        wait = timedelta(seconds=remote.every_s)
        if copy.why:
            wait = min(wait, AGAIN * 2 ** min(copy.failures - 1, 10))
        return self._clock.now() - copy.tried_at >= wait

    async def _fetch(self, remote: Remote) -> None:
        self._busy.add(remote.key)
        try:
            answer = await ask(remote, self.copy_of(remote))
            await self._take(remote, answer)
        except NotFetched as fault:
            self._failed(remote, str(fault))
        finally:
            self._busy.discard(remote.key)

    async def _take(self, remote: Remote, answer: _Answer) -> None:
        now, before = self._clock.now(), self.copy_of(remote)
        text = answer.text if answer.text is not None else self.texts.get(remote.key)
        if text is None:
            raise NotFetched("the server says that it has not changed, and there is no copy of it")
        await asyncio.to_thread(_check, text)
        tag, modified = answer.tag or before.tag, answer.modified or before.modified
        if answer.text is not None:
            tag, modified = answer.tag, answer.modified
        copy = Copy(now, tag, modified, tried_at=now, nobody=self._unnamed(remote, text))
        self._copies[remote.key] = copy
        if before.why:
            log.info("calendar.fetched_again", host=remote.host)
        is_new = text != self.texts.get(remote.key)
        try:
            await asyncio.to_thread(self._keep, remote, text if is_new else None, copy)
        except OSError as fault:
            log.error("calendar.not_kept", host=remote.host, why=fault.strerror)
        if is_new:
            self.texts[remote.key] = text
            log.info("calendar.live", host=remote.host)
            self._changed()

    def _failed(self, remote: Remote, why: str) -> None:
        before = self.copy_of(remote)
        failures = before.failures + 1
        self._copies[remote.key] = replace(before, why=why, failures=failures, tried_at=self._clock.now())
        if why != before.why:
            log.error("calendar.not_fetched", host=remote.host, why=why)

    def _unnamed(self, remote: Remote, text: str) -> tuple[str, ...]:
        known = {engineer.trigram for engineer in self._duty().engineers}
        if remote.categories or remote.summaries:
            return ()
        titles = sorted(named_in(text)[1])
        return tuple(title[:80] for title in titles if not set(trigrams_in(title)) & known)

    # -- the copies on the disk

    def _read(self, remote: Remote) -> None:
        """A copy that cannot be read, or is none, is as if it were not there."""
        self._copies.setdefault(remote.key, Copy())
        try:
            text = self._path(remote, "ics").read_text(encoding="utf-8")
            facts = json.loads(self._path(remote, "json").read_text(encoding="utf-8"))
            _check(text)
            fetched_at = datetime.fromisoformat(facts["fetched_at"])
        except FileNotFoundError:
            return
        except (OSError, ValueError, KeyError, TypeError, NotFetched) as fault:
            log.error("calendar.copy_unusable", host=remote.host, why=type(fault).__name__)
            return
        self.texts[remote.key] = text
        tag, modified = str(facts.get("tag", "")), str(facts.get("modified", ""))
        self._copies[remote.key] = Copy(fetched_at, tag, modified, nobody=self._unnamed(remote, text))

    def _keep(self, remote: Remote, text: str | None, copy: Copy) -> None:
        """Each file is whole or not there: the text first, what belongs to it afterwards."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if text is not None:
            _write(self._path(remote, "ics"), text)
        facts = {name: value for name, value in asdict(copy).items() if name in ("tag", "modified")}
        facts["fetched_at"] = copy.fetched_at.isoformat() if copy.fetched_at else None
        _write(self._path(remote, "json"), json.dumps(facts))

    def _path(self, remote: Remote, suffix: str) -> Path:
        return self._folder / f"{remote.key}.{suffix}"


async def ask(remote: Remote, copy: Copy) -> _Answer:
    """Ask the server for a calendar, or whether it has changed. NotFetched."""
    import aiohttp

    headers = {"Accept": ACCEPTED, "User-Agent": "Dutyline"}
    headers |= {"If-None-Match": copy.tag} if copy.tag else {}
    headers |= {"If-Modified-Since": copy.modified} if copy.modified else {}
    limit = aiohttp.ClientTimeout(total=TIMEOUT_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=limit, trust_env=True) as http,
            http.get(remote.address, headers=headers, max_redirects=MOST_REDIRECTS) as answer,
        ):
            return await _read_answer(answer)
    except TimeoutError:
        raise NotFetched(f"no answer within {TIMEOUT_S:g} s") from None
    except (aiohttp.ClientError, OSError, ValueError) as fault:
        # their words may hold the address
        raise NotFetched(_words(fault)) from None


async def _read_answer(answer: aiohttp.ClientResponse) -> _Answer:
    tag, modified = answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", "")
    if answer.status == 304:
        return _Answer(None, tag, modified)
    if answer.status != 200:
        raise NotFetched(f"the server answers {answer.status} {answer.reason or ''}".rstrip())
    parts, size = [], 0
    async for part in answer.content.iter_chunked(1 << 16):
        size += len(part)
        if size > LARGEST:
            raise NotFetched(f"it is larger than {LARGEST >> 20} MB")
        parts.append(part)
    try:
        return _Answer(b"".join(parts).decode("utf-8-sig"), tag, modified)
    except UnicodeDecodeError:
        raise NotFetched("it is not written in UTF-8") from None


def _check(text: str) -> None:
    try:
        check_events(text)
    except UnreadableEvents as fault:
        raise NotFetched(f"line {fault.line}: {fault.message}"[:200]) from None


def _words(fault: Exception) -> str:
    import aiohttp

    if isinstance(fault, aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError):
        return "its certificate is not trusted"
    if isinstance(fault, aiohttp.ClientConnectorError):
        number = fault.os_error.errno
        return f"no connection: {os.strerror(number) if number and number > 0 else 'its host was not found'}"
    if isinstance(fault, aiohttp.TooManyRedirects):
        return "it leads from one address to the next"
    return f"the connection broke ({type(fault).__name__})"


def _write(path: Path, text: str) -> None:
    draft = path.with_suffix(f"{path.suffix}.new")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def as_json(calendars: Calendars, duty: Duty) -> list[dict[str, Any]]:
    """The calendars that are taken in, for programs."""
    rows = []
    for layer, remote in remotes_of(duty).items():
        copy = calendars.copy_of(remote)
        at = copy.fetched_at.isoformat(timespec="seconds") if copy.fetched_at else None
        row = {"layer": layer, "host": remote.host, "every_s": remote.every_s, "fetched_at": at}
        rows.append({**row, "why": copy.why, "default": list(remote.default), "nobody": list(copy.nobody)})
    return rows


__all__ = ["Calendars", "Copy", "NotFetched", "as_json"]
