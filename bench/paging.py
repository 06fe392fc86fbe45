"""Row 7: how soon the first engineer's phone rings, and how soon the others are silent when one accepts.

Calls come in one after another; the first node of their plan is a page that rings six engineers at once. The
first time is what the phones see: from the caller's INVITE to theirs, so the call's own way to the node is in
it. One engineer picks up, listens to what is said to him, and presses 1 in the middle of it: the second time
is from the first packet of that key, which lasts 100 ms, to the last CANCEL at the phones of the others.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bench import house, large, sip
from bench.caller import Callers
from bench.figures import percentile, spread
from bench.phone import Phones
from bench.report import Row
from bench.sound import Clockwork
from bench.systems import Dutyline

PAGES, QUICK_PAGES = 60, 20
WARM_UP = 2
GOAL_MS = 300.0
ACCEPTS = "+32470000002"
LISTENS_S = 0.5
LIMIT_S = 20.0
BETWEEN_S = 0.5

PLAN = """\
title: A page, and no more
start: page
nodes:
  page: {page: standard, next: bye}
  bye: {hangup: busy}
"""


class Engineers(Phones):
    """Six phones; one of them accepts."""

    def __init__(self, port: int, switch_port: int, clockwork: Clockwork) -> None:
        super().__init__(port, switch_port, clockwork, talk_s=LIMIT_S)
        self.page = Seen()
        self._pressing: set[asyncio.Task[None]] = set()

    def _ring(self, invite: sip.Message) -> None:
        self.page.rang_at = self.page.rang_at or time.monotonic()
        self.page.ringing.add(invite.call_id)
        super()._ring(invite)

    def _answer(self, call: object) -> None:
        if call.invite.dialled == ACCEPTS:  # type: ignore[attr-defined]
            call.sound.listen()  # type: ignore[attr-defined]
            super()._answer(call)  # type: ignore[arg-type]

    def _talk(self, call: object, ack: sip.Message) -> None:
        is_first = call.state == "answered"  # type: ignore[attr-defined]
        super()._talk(call, ack)  # type: ignore[arg-type]
        if is_first:
            task = asyncio.get_running_loop().create_task(self._press(call))
            self._pressing.add(task)
            task.add_done_callback(self._pressing.discard)

    async def _press(self, call: object) -> None:
        sound, page = call.sound, self.page  # type: ignore[attr-defined]
        page.ringing.discard(call.invite.call_id)  # type: ignore[attr-defined]
        await sound.heard
        await asyncio.sleep(LISTENS_S)
        page.pressed_at = time.monotonic()
        await sound.press(1)

    def _cancel(self, call: object, cancel: sip.Message) -> None:
        super()._cancel(call, cancel)  # type: ignore[arg-type]
        self.page.ringing.discard(cancel.call_id)
        if self.page.pressed_at and not self.page.ringing:
            self.page.silent_at = time.monotonic()
            self.page.done.set()


@dataclass(slots=True)
class Seen:
    """What the phones saw of one page. Times are seconds of the loop's clock, 0 before."""

    rang_at: float = 0.0
    pressed_at: float = 0.0
    silent_at: float = 0.0
    ringing: set[str] = field(default_factory=set)
    done: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True, slots=True)
class Paged:
    """What came out, in milliseconds, a pair for each page."""

    first_rings_ms: tuple[float, ...]
    silences_ms: tuple[float, ...]

    def rows(self) -> list[Row]:
        """The goals."""
        return [
            _row(f"a call with a page to the first phone ringing ({len(self.first_rings_ms)} pages)",
                 self.first_rings_ms),
            _row("key pressed to the other five phones silent", self.silences_ms),
        ]  # fmt: skip


def _row(what: str, values: tuple[float, ...]) -> Row:
    p95 = percentile(values, 0.95)
    text = f"p50 {spread(values).p50:.0f}, p95 {p95:.0f} ms"
    return Row(7, what, text, f"p95 <= {GOAL_MS:g} ms", p95 <= GOAL_MS)


async def measure_paging(service: Dutyline, pages: int, say: Callable[[str], None]) -> Paged:
    """So many pages, one after another."""
    settings = service.settings
    large.write(settings.config, _texts())
    clockwork = Clockwork()
    engineers = Engineers(settings.carrier_sip_port, settings.sip_port, clockwork)
    people = Callers(settings.sip_port, clockwork, b"")
    try:
        async with service.running():
            seen = [
                await _page(engineers, people, service.dialled, number) for number in range(WARM_UP + pages)
            ]
    finally:
        people.close()
        engineers.close()
        clockwork.stop()
        large.write(settings.config, house.texts())
    say(f"{pages} pages were rung, accepted and silenced")
    rings, silences = zip(*seen[WARM_UP:], strict=True)
    return Paged(rings, silences)


async def _page(engineers: Engineers, people: Callers, dialled: str, number: int) -> tuple[float, float]:
    page = engineers.page = Seen()
    began = time.monotonic()
    await people.place(dialled, number, LIMIT_S)
    async with asyncio.timeout(LIMIT_S):
        await page.done.wait()
        while engineers.live:  # noqa: ASYNC110 - the one who accepted still listens
            await asyncio.sleep(0.05)
    await asyncio.sleep(BETWEEN_S)
    return (page.rang_at - began) * 1000, (page.silent_at - page.pressed_at) * 1000


def _texts() -> dict[str, str]:
    """The shipped duty, with everybody of the roster rung at once."""
    texts = {**house.texts(), "plans/flow.yaml": PLAN}
    duty = texts["duty.yaml"].replace("\n  standard:\n", "\n  standard:\n    together: yes\n", 1)
    assert "together: yes" in duty
    return {**texts, "duty.yaml": duty}


__all__ = ["PAGES", "QUICK_PAGES", "Paged", "measure_paging"]
