"""The command line's way to a running service: its control port, and its live feed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from http import HTTPStatus
from typing import Any

import aiohttp

from ivr.cli.away_words import AWAY, FAILED, NOTHING_MORE, STRANGE
from ivr.settings import Settings


class ServiceError(Exception):
    """The service could not be asked; the sentence says why."""

    def said_in(self, language: str) -> str:
        """The sentence in nl, fr, de or en."""
        return str(self)


class ServiceRefusedError(ServiceError):
    """The service answers, but will not or cannot do what it was asked."""

    def __init__(self, settings: Settings, status: int, said: str) -> None:
        self.status, self._said = status, said
        self._where, self._state = f"{settings.host}:{settings.web_port}", str(settings.state_dir)
        super().__init__(self.said_in("en"))

    def said_in(self, language: str) -> str:
        """See ServiceError."""
        if self.status == HTTPStatus.UNAUTHORIZED:
            return STRANGE[language].format(where=self._where, state=self._state)
        said = self._said or NOTHING_MORE[language]
        return FAILED[language].format(where=self._where, status=self.status, said=said)


class ServiceAwayError(ServiceError):
    """The service does not answer on its control port."""

    def __init__(self, settings: Settings) -> None:
        self._where = f"{settings.host}:{settings.web_port}"
        super().__init__(self.said_in("en"))

    def said_in(self, language: str) -> str:
        """See ServiceError."""
        return AWAY[language].format(where=self._where)


class ServiceClient:
    """Speaks to the service of these settings with the state folder's control token."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._base = f"http://{settings.host}:{settings.web_port}"
        self._headers = {"Authorization": f"Bearer {settings.secret('control')}"}

    async def ask(self, action: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Have an action done. ServiceAwayError, ServiceRefusedError."""
        timeout = aiohttp.ClientTimeout(total=60)
        try:
            async with (
                aiohttp.ClientSession(headers=self._headers, timeout=timeout) as http,
                http.post(f"{self._base}/control/{action}", json=dict(body or {})) as answer,
            ):
                return await self._read(answer)
        except (aiohttp.ClientError, TimeoutError, OSError) as fault:
            raise ServiceAwayError(self._settings) from fault

    async def _read(self, answer: aiohttp.ClientResponse) -> dict[str, Any]:
        """The JSON of an answer; a reload that finds faults is one too."""
        text = await answer.text()
        try:
            body = json.loads(text)
        except json.JSONDecodeError:
            body = {"error": text.strip()[:200]}
        known = dict(body) if isinstance(body, dict) else {}
        if answer.status not in (HTTPStatus.OK, HTTPStatus.UNPROCESSABLE_ENTITY) or not known:
            raise ServiceRefusedError(self._settings, answer.status, str(known.get("error", "")))
        return known

    async def ready(self) -> dict[str, Any]:
        """The conditions of readiness. ServiceAwayError."""
        timeout = aiohttp.ClientTimeout(total=5)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as http,
                http.get(f"{self._base}/readyz") as answer,
            ):
                return dict(await answer.json())
        except (aiohttp.ClientError, TimeoutError, OSError) as fault:
            raise ServiceAwayError(self._settings) from fault

    async def follow(self) -> AsyncIterator[Mapping[str, Any]]:
        """The live feed, line by line; an empty mapping first, when it is connected. ServiceAwayError,
        ServiceRefusedError."""
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=3, sock_read=30)
        try:
            async with (
                aiohttp.ClientSession(headers=self._headers, timeout=timeout) as http,
                http.get(f"{self._base}/feed") as answer,
            ):
                if answer.status != HTTPStatus.OK:
                    raise ServiceRefusedError(self._settings, answer.status, "")
                yield {}
                async for line in answer.content:
                    if line.strip():
                        yield json.loads(line)
        except (aiohttp.ClientError, TimeoutError, OSError) as fault:
            raise ServiceAwayError(self._settings) from fault
