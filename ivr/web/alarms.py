"""`POST /alarms/<name>`: the webhooks of monitoring. Each asks for its own secret, so no control token is."""

from __future__ import annotations

from aiohttp import web

from ivr.alarms.hooks import MOST_BYTES, Hooks


def alarm_routes(hooks: Hooks) -> list[web.RouteDef]:
    """The one route there is."""

    async def take(request: web.Request) -> web.Response:
        if (request.content_length or 0) > MOST_BYTES:
            return web.json_response({"error": f"at most {MOST_BYTES} bytes are taken"}, status=413)
        body = await _read(request)
        answer = await hooks.take(request.match_info["name"], request.headers, body)
        headers = {"Retry-After": "10"} if answer.status == 503 else None
        return web.json_response(dict(answer.body), status=answer.status, headers=headers)

    return [web.post("/alarms/{name}", take)]


async def _read(request: web.Request) -> bytes:
    """The body, and one byte more than is taken of one that is too large and did not say so."""
    read = bytearray()
    async for chunk in request.content.iter_any():
        read += chunk
        if len(read) > MOST_BYTES:
            break
    return bytes(read)


__all__ = ["alarm_routes"]
