"""Quiet hours of a phone, and which of somebody's phones are rung at a moment, in which order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dialplan.calendars import WeekWindow
from dialplan.times import DAY_MINUTES

if TYPE_CHECKING:
    from dialplan.model import Phone


class Unless(StrEnum):
    """When a phone is rung in its quiet hours all the same."""

    NEEDED = "needed"
    """When every other phone of its owner has failed."""
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Quiet:
    """When a phone is not rung, by the clock of `zone`. A window belongs to the day on which it begins."""

    hours: tuple[WeekWindow, ...]
    zone: str
    unless: Unless = Unless.NEEDED

    def holds(self, at: datetime) -> bool:
        """Whether it is quiet at `at` (aware)."""
        local = at.astimezone(ZoneInfo(self.zone))
        clock, today = local.hour * 60 + local.minute, local.weekday()
        return any(
            (today in each.days and each.window[0] <= clock < each.window[1])
            or ((today - 1) % 7 in each.days and clock + DAY_MINUTES < each.window[1])
            for each in self.hours
        )

    def __str__(self) -> str:
        hours = "; ".join(str(each) for each in self.hours)
        return f"quiet {hours}{', unless needed' if self.unless is Unless.NEEDED else ''}"


def phones_at(phones: Iterable[Phone], at: datetime) -> tuple[tuple[Phone, ...], tuple[Phone, ...]]:
    """The phones to ring at `at` (aware), and those for when all of them have failed."""
    usual: list[Phone] = []
    kept: list[Phone] = []
    for phone in phones:
        quiet = phone.quiet if phone.quiet and phone.quiet.holds(at) else None
        if quiet is None or quiet.unless is Unless.NEEDED:
            (kept if phone.only_if_needed or quiet else usual).append(phone)
    return tuple(usual), tuple(kept)
