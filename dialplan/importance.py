"""Who goes first: the priority with which a call waits.

A brand's `important` customers are known by the caller's number, or by what the plan knows of the caller in
the variables `customer` (an id that was keyed or looked up) and `customer_name`. A plan may also say outright
how urgent a call is, in the variable `priority`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from dialplan.run import Run

PRIORITY: Final = "priority"
"""The variable that holds a call's priority, a whole number from 0 to 99."""

CUSTOMERS: Final = ("customer", "customer_name")
"""The variables that tell who the customer is."""

HIGHEST: Final = 99


def is_important(run: Run) -> bool:
    """Whether the brand asks for particular care for this call."""
    keys = run.brand.important_keys
    if not keys:
        return False
    known = [run.variables.get(name, "").strip().casefold() for name in CUSTOMERS]
    return (
        (run.call.caller or "") in keys
        or run.brand.customer.casefold() in keys
        or any(name in keys for name in known if name)
    )


def priority_of(run: Run, usual: int, important: int) -> int:
    """The highest of what the queue gives everybody, gives important customers, and the plan has set."""
    found = max(usual, important) if is_important(run) else usual
    said = run.variables.get(PRIORITY, "").strip()
    if said.isascii() and said.isdecimal() and len(said) <= 4:
        found = max(found, min(int(said), HIGHEST))
    return found
