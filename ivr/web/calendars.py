"""The calendars of the duty over HTTP, for ordinary calendar programs: `GET /calendars/<token>.ics`."""

from __future__ import annotations

import hashlib
from typing import Final

import structlog
from aiohttp import web

from ivr.duty.feeds import PATH, DutyFeeds
from ivr.storage import StorageError

log = structlog.get_logger(__name__)

KEPT_S: Final = 900
"""So long a program may show what it has."""
NONE_SUCH: Final = "there is no such calendar\n"


def calendar_routes(feeds: DutyFeeds) -> tuple[web.RouteDef, ...]:
    """They ask for no control token: the address is the secret. It never stands in a log."""

    async def give(request: web.Request) -> web.Response:
        try:
            text = await feeds.text_of(request.match_info["token"])
        except StorageError as fault:
            log.error("calendar.not_served", why=str(fault))
            raise web.HTTPServiceUnavailable(
                text="try again later\n", headers={"Retry-After": "60"}
            ) from None
        if text is None:
            raise web.HTTPNotFound(text=NONE_SUCH)
        tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
        headers = {
            "ETag": tag,
            "Cache-Control": f"private, max-age={KEPT_S}",
            "Referrer-Policy": "no-referrer",
        }
        if tag in request.headers.get("If-None-Match", ""):
            return web.Response(status=304, headers=headers)
        headers["Content-Disposition"] = 'inline; filename="duty.ics"'
        return web.Response(text=text, content_type="text/calendar", charset="utf-8", headers=headers)

    return (web.get(PATH, give),)


__all__ = ["calendar_routes"]
