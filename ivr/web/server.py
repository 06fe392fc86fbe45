"""The service's HTTP face: health, metrics, the live feed, and control for the command line.

`/healthz`, `/readyz` and `/metrics` are open, and so is what asks for a token of its own (`open_routes`);
all else wants the control token of the state folder.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Any

import structlog
from aiohttp import web

from dialplan.faults import ConfigurationFaults
from ivr.feed import Feed
from ivr.releases import ReleaseRefusedError, Reloaded
from ivr.web.health import Health
from ivr.web.metrics import Metrics

HEARTBEAT_S = 5.0
LARGEST_BODY = 1 << 26
"""Bytes: a configuration of many thousand numbers is published in one piece."""
log = structlog.get_logger(__name__)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Act = Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]]


class WebFace:
    """Serves one service; `actions` are what the command line may ask for by `POST /control/<name>`."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        token: str,
        health: Health,
        metrics: Metrics,
        feed: Feed,
        reload: Callable[..., Awaitable[Reloaded]],
        actions: Mapping[str, Act],
        open_routes: Iterable[web.RouteDef] = (),
    ) -> None:
        """`open_routes`: what is served without the control token, because it asks for its own."""
        self._open_routes = tuple(open_routes)
        self._host, self._port, self._token = host, port, token
        self._health, self._metrics, self._feed = health, metrics, feed
        self._reload, self._actions = reload, dict(actions)
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen. Raises OSError where the port is taken."""
        app = web.Application(middlewares=[self._guard], client_max_size=LARGEST_BODY)
        app.router.add_get("/healthz", self._alive)
        app.router.add_get("/readyz", self._ready)
        app.router.add_get("/metrics", self._measure)
        app.router.add_get("/feed", self._follow)
        app.router.add_routes(self._open_routes)
        app.router.add_post("/control/reload", self._do_reload)
        app.router.add_post("/control/{action}", self._do)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()

    @property
    def port(self) -> int:
        """The port it listens on; the one it was given before `start`."""
        addresses = self._runner.addresses if self._runner else []
        return int(addresses[0][1]) if addresses else self._port

    async def close(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        is_open = any(request.match_info.handler is route.handler for route in self._open_routes)
        if is_open or request.path in ("/healthz", "/readyz", "/metrics"):
            return await handler(request)
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not self._token or not hmac.compare_digest(given.encode(), self._token.encode()):
            raise web.HTTPUnauthorized(text="the control token of the state folder is wanted\n")
        return await handler(request)

    async def _alive(self, _request: web.Request) -> web.Response:
        return web.Response(text="alive\n")

    async def _ready(self, _request: web.Request) -> web.Response:
        findings = await self._health.ask()
        is_ready = all(finding.is_well for finding in findings.values())
        body = {"ready": is_ready, "checks": {name: asdict(finding) for name, finding in findings.items()}}
        return web.json_response(body, status=200 if is_ready else 503)

    async def _measure(self, _request: web.Request) -> web.Response:
        return web.Response(body=self._metrics.text(), content_type="text/plain")

    async def _follow(self, request: web.Request) -> web.StreamResponse:
        """One JSON object a line as things happen; an empty line now and then shows that it lives."""
        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        await response.prepare(request)
        await response.write(b"\n")
        lines = aiter(self._feed.listen())
        following: asyncio.Future[Mapping[str, object]] | None = None
        try:
            while True:
                following = following or asyncio.ensure_future(anext(lines))
                done, _ = await asyncio.wait({following}, timeout=HEARTBEAT_S)
                if not done:
                    await response.write(b"\n")
                    continue
                await response.write(json.dumps(following.result(), ensure_ascii=False).encode() + b"\n")
                following = None
        except (ConnectionError, asyncio.CancelledError):
            return response
        finally:
            if following is not None:
                following.cancel()

    async def _do_reload(self, request: web.Request) -> web.Response:
        body = await _body(request)
        words = (str(body.get("author", "")), *([True] if body.get("force") else []))
        try:
            done = await self._reload(*words)
        except ConfigurationFaults as faults:
            said = [str(fault) for fault in faults.faults]
            return web.json_response({"reloaded": False, "faults": said}, status=422)
        except ReleaseRefusedError as refusal:
            said = list(refusal.sentences)
            return web.json_response({"reloaded": False, "faults": said, "refused": True}, status=422)
        except Exception as fault:
            log.exception("reload.failed")
            return web.json_response({"error": f"{type(fault).__name__}: {fault}"}, status=500)
        changed = {name: value for name, value in asdict(done).items() if name not in ("due_at", "planned")}
        return web.json_response({"reloaded": True, **changed})

    async def _do(self, request: web.Request) -> web.Response:
        act = self._actions.get(request.match_info["action"])
        if act is None:
            raise web.HTTPNotFound(text="no such action\n")
        try:
            return web.json_response(await act(await _body(request)))
        except (ConnectionError, web.HTTPException):
            raise
        except Exception as fault:
            log.exception("control.failed", action=request.match_info["action"])
            return web.json_response({"error": f"{type(fault).__name__}: {fault}"}, status=500)


async def _body(request: web.Request) -> Mapping[str, Any]:
    try:
        body = await request.json() if request.can_read_body else {}
    except json.JSONDecodeError:
        raise web.HTTPBadRequest(text="the body is no JSON\n") from None
    return body if isinstance(body, dict) else {}
