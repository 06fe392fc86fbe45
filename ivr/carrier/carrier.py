"""The demo carrier: a second Asterisk that plays callers, agents and engineers' mobiles."""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from asterisk.tree import Tree
from ivr.ami import AmiEvent, AmiFailed, AmiLink
from ivr.carrier.call import PlacedCall, early_path
from ivr.carrier.habits import check_habit
from ivr.carrier.journal import Journal, Leg, LegKind, plain
from ivr.carrier.order import Order
from ivr.carrier.phones import PHONES
from ivr.carrier.render import render_carrier
from ivr.settings import Settings
from ivr.switch.paths import place
from ivr.switch.ports import carrier_ports, check_ports, check_rtp
from ivr.switch.process import AmiAddress, AsteriskProcess, ask_console
from ivr.switch.switch import start_or_stop

_EVENTS = ("UserEvent",)
_NAME = "The demo carrier"
EARLY_TRIES, EARLY_PAUSE_S = 20, 0.02


class Carrier:
    """`start` it with the switch, or `attach` to one that runs already; `stop` undoes either."""

    def __init__(self, settings: Settings, tree: Tree | None = None) -> None:
        self._settings = settings
        self._tree = tree
        self._process: AsteriskProcess | None = None
        self._link: AmiLink | None = None
        self._calls: dict[str, PlacedCall] = {}
        self._news = asyncio.Event()
        self._journal = Journal(self.folder / "journal.txt", self.folder / "heard")

    @property
    def folder(self) -> Path:
        return self._settings.state_dir / "carrier"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def link(self) -> AmiLink:
        """Its AMI."""
        if self._link is None:
            raise RuntimeError("the carrier is neither started nor attached")
        return self._link

    async def start(self, timeout_s: float = 30.0) -> None:
        """Start it afresh, with every telephone in its place and no recordings.

        Raises PortTakenError, StatePathError, TemplateError, AsteriskFailedError.
        """
        settings = self._settings
        if self._tree is None:
            raise RuntimeError("to start the carrier an Asterisk is needed")
        check_ports(carrier_ports(settings))
        first, last = settings.carrier_rtp_first, settings.carrier_rtp_last
        check_rtp("the demo carrier's sound", "DUTYLINE_CARRIER_RTP_FIRST", settings.host, first, last)
        paths = await asyncio.to_thread(render_carrier, settings, self._tree)
        self._clear()
        self._process = AsteriskProcess(_NAME, self._tree, paths, self._ami())
        await start_or_stop(self._process, timeout_s)
        try:
            await self.attach()
            await self.reset_phones()
        except BaseException:
            await self.stop()
            raise

    async def attach(self, timeout_s: float = 10.0) -> None:
        """Connect to a carrier that runs already. Raises AmiRefused, AmiTimeout."""
        address = self._ami()
        link = AmiLink(address.host, address.port, address.username, address.secret, events=_EVENTS)
        link.subscribe("UserEvent", self._take_journal)
        link.subscribe("OriginateResponse", self._take_response)
        link.subscribe("Hangup", self._take_hangup)
        self._link = link
        await link.start()
        try:
            await link.wait_ready(timeout_s)
        except BaseException:
            await self._detach()
            raise

    async def stop(self) -> None:
        """Detach; and when we started it, hang up every call and end it. Safe to call twice."""
        await self._detach()
        if self._process is not None:
            await self._process.stop()

    async def console(self, command: str) -> str:
        """What its console answers. Raises AsteriskFailedError, TimeoutError."""
        if self._tree is None:
            raise RuntimeError("for the carrier's console an Asterisk is needed")
        return await ask_console(_NAME, self._tree, place(self.folder), command)

    # -- telephones

    async def reset_phones(self) -> None:
        """Every telephone as it was at the start."""
        for family in ("phone", "step"):
            await self.link.action("DBDelTree", Family=family)
        await asyncio.gather(*(self.set_phone(number, habit) for number, habit in PHONES.items()))

    async def set_phone(self, number: str, habit: str) -> None:
        """From its next call on the telephone behaves so. Raises HabitError."""
        key = plain(number)
        await self._put("step", key, "0")
        await self._put("phone", key, check_habit(habit))

    async def set_phones(self, habits: Mapping[str, str]) -> None:
        """Several telephones at once."""
        for number, habit in habits.items():
            await self.set_phone(number, habit)

    async def set_strangers(self, habit: str) -> None:
        """What every telephone does that has no habit of its own."""
        await self._put("phone", "default", check_habit(habit))

    def forget_legs(self) -> None:
        """Begin the list of legs anew: what has rung so far is left out."""
        self._journal.skip()

    def legs(self, number: str | None = None) -> list[Leg]:
        """Which telephones rang, in order; of one number when given."""
        return self._journal.legs(number)

    async def wait_for_leg(
        self,
        number: str | None = None,
        when: Callable[[Leg], bool] = lambda leg: True,
        *,
        turn: int = 0,
        timeout_s: float = 10.0,
    ) -> Leg:
        """The first leg (of that number) for which `when` is true. Raises TimeoutError.

        `turn`: only the leg that was the number's first (1), second ... since `forget_legs`; 0: any.
        """

        def find() -> Leg | None:
            for nth, leg in enumerate(self._journal.legs(number), 1):
                if turn in (0, nth) and when(leg):
                    return leg
            return None

        async with asyncio.timeout(timeout_s):
            while True:
                news = self._news
                if (found := find()) is not None:
                    return found
                await news.wait()

    def caller_legs(self) -> list[Leg]:
        """The legs of placed calls, as the journal has them."""
        kind: LegKind = "caller"
        return self._journal.legs(kind=kind)

    # -- callers

    async def place_call(
        self,
        number: str,
        *,
        caller: str | None = "+32470009999",
        caller_name: str = "",
        keys: str = "",
        at: datetime | None = None,
        record: bool = True,
        hang_up_after_s: float | None = None,
        ring_s: float = 120.0,
        diverted_from: str = "",
    ) -> PlacedCall:
        """Dial `number` on the switch as the trunk would; returns when it is on its way.

        `caller` None withholds the number. `keys` are pressed from the answer on (`w`: half a second's
        pause). `at` sets the clock of the plan for this call alone. `hang_up_after_s` counts from the
        answer. Raises ValueError for a number no SIP address can hold, AmiError.
        """
        name = f"call-{secrets.token_hex(6)}"
        heard = self.folder / "heard" / f"{name}.alaw" if record else None
        order = Order(number, caller, caller_name, keys, at, hang_up_after_s, ring_s, diverted_from)
        headers = order.headers(name, self._settings)
        call = PlacedCall(name, number, heard, self.link)
        self._calls[name] = call
        try:
            answer = await self.link.action(
                "Originate", headers, variables=order.variables(name if record else "")
            )
            if not answer.success:
                raise AmiFailed("Originate", answer.message)
        except BaseException:
            del self._calls[name]
            raise
        if heard is not None:
            await self._listen_early(call, heard)
        return call

    # -- inside

    async def _listen_early(self, call: PlacedCall, heard: Path) -> None:
        """Record what is said before the answer; the extensions record what comes after. The channel is there
        a moment after it was ordered; a call that is over by then has heard nothing."""
        headers = {"Channel": call.id, "Options": f"r(../../heard/{early_path(heard).name})"}
        for _ in range(EARLY_TRIES):
            if not call.is_live or call.answered_at:
                return
            if (await self.link.action("MixMonitor", headers)).success:
                return
            await asyncio.sleep(EARLY_PAUSE_S)

    def _ami(self) -> AmiAddress:
        settings = self._settings
        secret = settings.secret("carrier-ami")
        return AmiAddress(settings.host, settings.carrier_ami_port, "dutyline", secret)

    def _clear(self) -> None:
        """What the last run left: its recordings, its journal, what its telephones had been told."""
        shutil.rmtree(self.folder / "heard", ignore_errors=True)
        (self.folder / "heard").mkdir(mode=0o700)
        (self.folder / "journal.txt").unlink(missing_ok=True)
        for database in (self.folder / "var").glob("astdb.sqlite3*"):
            database.unlink()
        self._journal = Journal(self.folder / "journal.txt", self.folder / "heard")

    async def _detach(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            await link.close()

    async def _put(self, family: str, key: str, value: str) -> None:
        answer = await self.link.action("DBPut", Family=family, Key=key, Val=value)
        if not answer.success:
            raise AmiFailed("DBPut", answer.message)

    def _take_journal(self, _event: AmiEvent) -> None:
        """Wake whoever waits for a leg."""
        news, self._news = self._news, asyncio.Event()
        news.set()

    def _take_response(self, event: AmiEvent) -> None:
        if call := self._calls.get(event.get("Uniqueid")):
            call.take_response(event)

    def _take_hangup(self, event: AmiEvent) -> None:
        if call := self._calls.pop(event.get("Uniqueid"), None):
            call.take_hangup(event)


__all__ = ["Carrier"]
