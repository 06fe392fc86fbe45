"""Who it is: by the telephone he calls from, or by what he keys; and his PIN, always.

Nothing tells a stranger whether what he keyed means somebody: the PIN is asked for in any case, it takes as
long, and the answer is the same. Tries are counted over all calls (see `ivr.overrides.pins`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from dialplan.commands import CheckPin, ServeEngineer
from dialplan.dialling_in import TRIES, claimants_of, owners_of, people_of_line
from dialplan.events import PinChecked
from dialplan.model import Configuration
from dialplan.pins import MOST_DIGITS
from ivr.duty.line.ear import Ear, Piece

NOBODY: Final = ("-",)
"""No entry is called so: no PIN is right."""
MOST_KEYED: Final = 15


class PinDesk(Protocol):
    """Where PINs are looked at (see `ivr.overrides.Pins`)."""

    async def check(self, command: CheckPin, caller: str | None, call_id: str) -> PinChecked:
        """Whose PIN it is. StorageError: it was not looked at."""


@dataclass(frozen=True, slots=True)
class Known:
    """Who it is; `entry` empty: nobody knows, and `why` in a sentence."""

    entry: str
    why: str = ""


@dataclass(slots=True)
class Identity:
    """One caller's way in."""

    ear: Ear
    pins: PinDesk
    configuration: Configuration
    asked: ServeEngineer
    caller: str | None
    call_id: str

    async def find(self) -> Known:
        """Ask until it is known who it is, or no more tries are left. StorageError."""
        people = people_of_line(self.configuration, self.asked.people)
        claimed = owners_of(self.configuration, self.caller, people)
        if not claimed and self.asked.is_known_phones_only:
            await self.ear.say("switch-pin-refused")
            return Known("", "nobody is known to have that telephone")
        sorry: tuple[Piece, ...] = ()
        for tried in range(TRIES):
            checked = await self._try(people, claimed, sorry)
            if checked.who:
                return Known(checked.who)
            if checked.is_blocked or tried == TRIES - 1:
                await self.ear.say("switch-pin-refused")
                blocked = "there were too many wrong PINs before"
                return Known("", blocked if checked.is_blocked else f"{TRIES} wrong PINs were keyed")
            sorry = ("switch-pin-wrong",)
        raise AssertionError("the tries are counted")

    async def _try(self, people: Sequence[str], claimed: Sequence[str], sorry: Sequence[Piece]) -> PinChecked:
        """One PIN. Who keys none on a telephone that is known may be somebody else: he is asked who."""
        pin = ""
        if claimed:
            pin = await self._ask_pin(sorry)
            sorry = () if pin else sorry
        if not pin:
            keyed = await self.ear.digits((*sorry, "line-who"), MOST_KEYED)
            claimed = claimants_of(self.configuration, keyed, people)
            pin = await self._ask_pin(())
        if not pin:
            return PinChecked()
        return await self.pins.check(CheckPin(pin, tuple(claimed) or NOBODY), self.caller, self.call_id)

    async def _ask_pin(self, sorry: Sequence[Piece]) -> str:
        return await self.ear.digits((*sorry, "switch-enter-pin"), MOST_DIGITS, is_secret=True)


__all__ = ["Identity", "Known", "PinDesk"]
