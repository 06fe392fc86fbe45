"""`mail`: send a mail, and go on at once.

    tell: {mail: call-refused, to: $brand.mailboxes, cc: $brand.copy, next: bye}

Fields: `mail` the template; `to` and `cc` addresses, `$brand.mailboxes`, `$brand.copy` or
`$brand.accepted_to`; `next`; `rest` (default: `next`). The template is given the call's numbers, brand,
plan and time, and every variable of the call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from dialplan.commands import SendMail
from dialplan.events import Event
from dialplan.faults import nearest_of
from dialplan.fields import email, identifier
from dialplan.model import Brand
from dialplan.nodes.exits import NEXT, read_exits
from dialplan.reading import Section, Wrong
from dialplan.run import Go, Move, Run, Unexpected

TEMPLATE: Final = "mail template"
"""What a reference to a template is called."""

BRAND_MAIL: Final = ("$brand.mailboxes", "$brand.copy", "$brand.accepted_to")


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to send."""

    kind: ClassVar[str] = "mail"
    exits: Mapping[str, str]
    template: str
    to: tuple[str, ...]
    cc: tuple[str, ...] = ()

    def enter(self, run: Run) -> Move:
        """Have it sent."""
        to, cc = addresses(self.to, run.brand), addresses(self.cc, run.brand)
        run.tell(SendMail(self.template, to, cc, _variables(run)))
        return Go(NEXT, f'mail "{self.template}" to {", ".join(to)}')

    def resume(self, run: Run, event: Event) -> Move:
        """Nothing is ever asked here."""
        raise Unexpected(event)


def addresses(written: tuple[str, ...], brand: Brand) -> tuple[str, ...]:
    """The addresses, with the brand's own in their places, each once."""
    found: dict[str, None] = {}
    for each in written:
        own = getattr(brand, each.removeprefix("$brand.")) if each.startswith("$") else each
        found.update(dict.fromkeys((own,) if isinstance(own, str) else own))
    return tuple(found)


def _variables(run: Run) -> dict[str, str]:
    call = run.call
    return {
        **run.variables,
        "brand": run.brand.title,
        "caller": call.caller or "",
        "caller_name": call.caller_name,
        "call": call.id,
        "dialled": call.dialled,
        "plan": run.plan,
        "at": run.now.isoformat(timespec="seconds"),
    }


def read(section: Section) -> Mail:
    """A mail node as it is written."""
    template = section.name("mail", TEMPLATE, parse=identifier)
    to = section.list_of("to", _address, is_needed=True)
    cc = section.list_of("cc", _address)
    return Mail(read_exits(section, needs_next=True, rest_is_next=True), template, to, cc)


def _address(text: str) -> str:
    if text in BRAND_MAIL:
        return text
    if text.startswith("$"):
        raise Wrong(
            f'"{text}" is no address; a brand has {", ".join(BRAND_MAIL)}', nearest_of(text, BRAND_MAIL)
        )
    return email(text)
