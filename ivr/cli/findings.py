"""What `dutyline doctor` finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `cure`: what to do, where it is not well."""

    what: str
    is_well: bool
    note: str
    cure: str = ""


__all__ = ["Finding"]
