"""Whether the switch knows the carrier's calls when they come: by the addresses of the trunk.

Asterisk looks the names of `match` up once, when it reads them. A machine that comes up before its network
does has no answer to that, and Asterisk then drops the rule altogether: every caller would be refused as a
stranger until somebody starts the switch anew.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Protocol

import structlog

from ivr.ami import AmiError, AmiEvent

TRUNK: Final = "trunk"
MODULE: Final = "res_pjsip_endpoint_identifier_ip.so"
LOOK_S: Final = 30.0

log = structlog.get_logger(__name__)


class Asked(Protocol):
    """What this needs of the link to the switch."""

    async def action_list(self, name: str, complete_event: str, /, *, Endpoint: str) -> list[AmiEvent]: ...  # noqa: N803

    async def reload(self, module: str = "") -> None: ...


class TrunkWatch:
    """Has the names looked up again for as long as they are not known."""

    def __init__(self, link: Asked, file: Path) -> None:
        """`file`: the `pjsip.conf` that the switch runs with."""
        self._link, self._file = link, file
        self.is_known = True

    @property
    def note(self) -> str:
        """How it stands, in words."""
        return (
            "the carrier's calls are known by their addresses"
            if self.is_known
            else "no address is known of DUTYLINE_TRUNK (or _TRUNK_FROM): the carrier's calls are refused. "
            "It is looked up again and again; addresses in digits need no look-up"
        )

    async def look(self) -> None:
        """Once. A switch that cannot be asked is asked the next time."""
        try:
            if await self._ask():
                self.is_known = True
                return
            if self.is_known:
                self.is_known = False
                log.error("trunk.not_known", why=self.note)
            # a file that has not changed is not read again
            self._file.touch()
            await self._link.reload(MODULE)
            self.is_known = await self._ask()
            if self.is_known:
                log.info("trunk.known_again")
        except (AmiError, OSError) as why:
            log.warning("trunk.not_looked_at", why=str(why))

    async def _ask(self) -> bool:
        about = await self._link.action_list("PJSIPShowEndpoint", "EndpointDetailComplete", Endpoint=TRUNK)
        return any(event.name == "IdentifyDetail" for event in about)


__all__ = ["LOOK_S", "TRUNK", "TrunkWatch"]
