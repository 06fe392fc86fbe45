"""The command line's way to a running service: its control port, and its live feed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp

from ivr.settings import Settings


class ServiceAwayError(Exception):
    """The service does not answer on its control port."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            f"The service does not answer on {settings.host}:{settings.web_port}; is it running? "
            "(`dutyline up` starts it, `dutyline doctor` says what is wrong.)"
        )


class ServiceClient:
    """Speaks to the service of these settings with the state folder's control token."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._base = f"http://{settings.host}:{settings.web_port}"
        self._headers = {"Authorization": f"Bearer {settings.secret('control')}"}

    async def ask(self, action: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Have an action done. ServiceAwayError."""
        timeout = aiohttp.ClientTimeout(total=60)
        try:
            async with (
                aiohttp.ClientSession(headers=self._headers, timeout=timeout) as http,
                http.post(f"{self._base}/control/{action}", json=dict(body or {})) as answer,
            ):
                return dict(await answer.json())
        except (aiohttp.ClientError, TimeoutError, OSError) as fault:
            raise ServiceAwayError(self._settings) from fault

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
        """The live feed, line by line; an empty mapping first, when it is connected. ServiceAwayError."""
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=3, sock_read=30)
        try:
            async with (
                aiohttp.ClientSession(headers=self._headers, timeout=timeout) as http,
                http.get(f"{self._base}/feed") as answer,
            ):
                if answer.status != 200:
                    raise ServiceAwayError(self._settings)
                yield {}
                async for line in answer.content:
                    if line.strip():
                        yield json.loads(line)
        except (aiohttp.ClientError, TimeoutError, OSError) as fault:
            raise ServiceAwayError(self._settings) from fault
