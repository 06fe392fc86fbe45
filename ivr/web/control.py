"""What the command line may ask of a running service, beside a reload."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from ivr.calls.places import Usher
from ivr.calls.places.view import view
from ivr.duty.page import PageRequest
from ivr.duty.pages_control import PagesDesk
from ivr.overrides.control import switching_actions


class Controlled(Protocol):
    """The parts of the service that are asked."""

    pager: Any
    places: Usher
    reception: Any
    callbacks: Any
    releases: Any
    clock: Any
    board: Any
    duty_desk: Any


def actions(service: Controlled) -> dict[str, Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]]]:
    """Actions by name; each takes and gives JSON."""

    switching = switching_actions(service.board, service.clock)
    paging = PagesDesk(service.pager, lambda: service.releases.active)

    async def status(_asked: Mapping[str, Any]) -> Mapping[str, Any]:
        return {
            "release": service.releases.active.fingerprint,
            "warnings": list(service.releases.warnings),
            "faults": list(service.releases.faults),
            "note": service.releases.note,
            "calls": [
                {"id": call.record.id, "to": call.record.dialled, "brand": call.record.brand}
                for call in service.reception.live.values()
            ],
            "pages": [
                {"call_ref": run.page.call_ref, "brand": run.page.request.brand, "state": str(run.page.state)}
                for run in service.pager.runs.values()
            ],
        }

    async def page(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        brand = str(asked.get("brand", ""))
        if brand not in service.releases.active.brands:
            return {"error": f"unknown brand {brand!r}"}
        request = PageRequest(
            policy=str(asked.get("policy", "")), brand=brand, customer=str(asked.get("customer", ""))
        )
        opened = await service.pager.page(request)
        return {"page": opened.id, "call_ref": opened.call_ref}

    async def cancel_pages(_asked: Mapping[str, Any]) -> Mapping[str, Any]:
        runs = list(service.pager.driven.values())
        for run in runs:
            await run.cancel()
        return {"cancelled": [run.page.call_ref for run in runs]}

    async def cancel_callbacks(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        wanted = [str(asked["id"])] if "id" in asked else list(service.callbacks.runs)
        return {"cancelled": [one for one in wanted if await service.callbacks.cancel(one)]}

    async def queues(_asked: Mapping[str, Any]) -> Mapping[str, Any]:
        return view(service.places, service.clock.now())

    return {
        "queues": queues,
        **switching,
        **paging.actions(),
        "status": status,
        "page": page,
        **service.duty_desk.actions(),
        "cancel-pages": cancel_pages,
        "cancel-callbacks": cancel_callbacks,
    }
