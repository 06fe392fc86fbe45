"""Whether the service lives and whether it can take calls: each condition with its own sentence."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

OLDEST_PONG_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One condition. `note`: what is so, and where it is not well what to do; `ails`: what somebody has to
    see to, though this box takes calls all the same."""

    is_well: bool
    note: str
    ails: str = ""


Check = Callable[[], Awaitable[Finding]]


class Health:
    """The conditions of readiness, asked one by one."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = dict(checks)

    async def ask(self) -> dict[str, Finding]:
        """Every condition now; a check that raises is a condition that is not met."""
        return {name: await self._ask_one(check) for name, check in self._checks.items()}

    async def _ask_one(self, check: Check) -> Finding:
        try:
            return await check()
        except Exception as fault:
            return Finding(False, f"{type(fault).__name__}: {fault}")


def judge_link(is_ready: bool, why: str, pong_age_s: float) -> Finding:
    """The link to the switch: authenticated, and answering."""
    if not is_ready:
        return Finding(False, why or "the link to the switch is not ready")
    if pong_age_s > OLDEST_PONG_S:
        return Finding(False, f"the switch last answered {pong_age_s:.0f} s ago")
    return Finding(True, f"authenticated; last pong {pong_age_s:.1f} s ago")
