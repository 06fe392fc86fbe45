"""What stands between a demo and real calls: placeholders that were left, a trunk that does not answer."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from typing import Final

from asterisk.obstacles import ObtainError
from asterisk.obtain import Package, default_cache, find_or_obtain
from dialplan.model import Configuration, Entry
from ivr.cli.findings import Finding
from ivr.settings import Settings
from ivr.switch.paths import StatePathError, place
from ivr.switch.process import AsteriskFailedError, ask_console
from ivr.switch.trunk import TRUNK

NAMED: Final = 5
"""So many entries are named; of the others the number is said."""
_NUMBER: Final = re.compile(r"\+324700000\d\d")
_ADDRESS: Final = re.compile(r"@example\.(com|net|org)$", re.IGNORECASE)
_CONTACT: Final = re.compile(r"^\s*Contact:\s+trunk/\S+\s+\S+\s+(\w+)\s+(\S+)", re.MULTILINE)
_REGISTRATION: Final = re.compile(r"^\s*trunk-registration/\S+\s+\S+\s+(\w+)", re.MULTILINE)


def find_placeholders(configuration: Configuration) -> Finding:
    """The numbers and addresses of the shipped directory that nobody answers."""
    left = [entry.id for entry in configuration.directory.values() if _is_placeholder(entry)]
    if not left:
        return Finding("Placeholders", True, "none are left in directory.yaml")
    more = f" and {len(left) - NAMED} more" if len(left) > NAMED else ""
    return Finding(
        "Placeholders",
        False,
        f"directory.yaml still has some, at {', '.join(left[:NAMED])}{more}",
        "Put real numbers for +32 470 00 00 NN and real addresses for example.com, then `dutyline reload`.",
    )


def _is_placeholder(entry: Entry) -> bool:
    has_number = any(_NUMBER.fullmatch(phone.number) for phone in entry.phones)
    return has_number or bool(_ADDRESS.search(entry.mail))


def look_at_trunk(settings: Settings) -> Iterator[Finding]:
    """Whether the carrier answers, asked of the switch; nothing when no switch runs."""
    try:
        contacts, registrations, callers = asyncio.run(_ask(settings))
    except TimeoutError:
        yield Finding("Trunk", False, "the switch does not say how it is", "Stop it, then `dutyline up`.")
        return
    except (AsteriskFailedError, ObtainError, StatePathError, OSError):
        return
    yield read_contact(settings, contacts)
    if f"{TRUNK}/" not in callers:
        yield read_callers(settings)
    if settings.trunk_register and settings.trunk_user:
        yield read_registration(settings, registrations)


async def _ask(settings: Settings) -> tuple[str, str, str]:
    tree = find_or_obtain(Package.ASTERISK, default_cache(), offline=True)
    paths = place(settings.state_dir / "switch")
    return (
        await ask_console("The switch", tree, paths, "pjsip show contacts"),
        await ask_console("The switch", tree, paths, "pjsip show registrations"),
        await ask_console("The switch", tree, paths, "pjsip show identifies"),
    )


def read_contact(settings: Settings, said: str) -> Finding:
    """From what `pjsip show contacts` says: the switch asks its trunk every 30 seconds (OPTIONS)."""
    found = _CONTACT.search(said)
    status = found[1] if found else ""
    if found and status == "Avail":
        return Finding("Trunk", True, f"{settings.trunk} answers within {float(found[2]):.0f} ms")
    if status == "Unavail":
        return Finding(
            "Trunk",
            False,
            f"{settings.trunk} does not answer",
            f"Is DUTYLINE_TRUNK right, does the firewall let SIP (port {settings.sip_port}) pass both ways, "
            "and does the carrier know this machine's address?",
        )
    if status:
        note = f"{settings.trunk} has not been asked yet"
        return Finding("Trunk", False, note, "Try again in ten seconds.")
    return Finding("Trunk", False, "the switch that runs has none", "Stop it, then `dutyline up`.")


def read_callers(settings: Settings) -> Finding:
    """The switch does not know the carrier by any address: `pjsip show identifies` has no trunk."""
    setting = "DUTYLINE_TRUNK_FROM" if settings.trunk_from else "DUTYLINE_TRUNK"
    return Finding(
        "Trunk, calls from it",
        False,
        f"no address is known of {settings.trunk_from or settings.trunk}: its calls are refused",
        f"Is the name in {setting} right, and does this machine find names (DNS)? It is looked up again "
        "every half minute; addresses in digits in DUTYLINE_TRUNK_FROM need no look-up.",
    )


def read_registration(settings: Settings, said: str) -> Finding:
    """From what `pjsip show registrations` says."""
    found = _REGISTRATION.search(said)
    status = found[1] if found else "none was tried"
    return Finding(
        "Trunk, registration",
        status == "Registered",
        f"as {settings.trunk_user}: {status.lower()}",
        "Are DUTYLINE_TRUNK_USER and DUTYLINE_TRUNK_PASSWORD what the carrier gave? "
        "What it answered stands in switch/log/messages in the state folder.",
    )


__all__ = ["find_placeholders", "look_at_trunk", "read_callers", "read_contact", "read_registration"]
