"""The service's HTTP face with nothing behind it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from ivr.feed import Feed
from ivr.releases import Reloaded
from ivr.web.health import Health
from ivr.web.metrics import Metrics
from ivr.web.server import Act, WebFace


async def nothing_changed(_author: str) -> Reloaded:
    return Reloaded("a1b2c3", (), ())


@asynccontextmanager
async def serving(
    *,
    token: str = "the token",
    port: int = 0,
    reload: Callable[[str], Awaitable[Reloaded]] = nothing_changed,
    actions: Mapping[str, Act] | None = None,
) -> AsyncIterator[str]:
    """Its address."""

    async def page(_asked: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"page": "begun"}

    face = WebFace(
        host="127.0.0.1",
        port=port,
        token=token,
        health=Health({}),
        metrics=Metrics(list),
        feed=Feed(),
        reload=reload,
        actions={"page": page, **(actions or {})},
    )
    await face.start()
    try:
        yield f"http://127.0.0.1:{face.port}"
    finally:
        await face.close()


async def asked(url: str, headers: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Status and body of a POST; with the right token when no headers are given."""
    headers = {"Authorization": "Bearer the token"} if headers is None else headers
    async with aiohttp.ClientSession(headers=headers) as http, http.post(url) as answer:
        return answer.status, await answer.text()
