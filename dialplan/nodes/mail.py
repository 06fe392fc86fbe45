"""`mail`: send a mail, and go on at once.

    tell: {mail: call-refused, to: $brand.mailboxes, cc: $brand.copy, next: bye}

Fields: `mail` the template; `to` and `cc` addresses, `$brand.mailboxes`, `$brand.copy` or
`$brand.accepted_to`; `subject` instead of the template's own, in which `$customer` is a variable of the call;
`text` words for the mail, in the same way; `recordings: yes` attaches the messages that the caller has left;
`next`; `rest` (default: `next`). The template is given the call's numbers, brand, plan and time, and every
variable of the call; `all-variables` lists them all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from dialplan.commands import SendMail
from dialplan.events import Event
from dialplan.faults import nearest_of
from dialplan.fields import email, flag, identifier, title
from dialplan.files.variables import refer_variable
from dialplan.model import Brand
from dialplan.nodes.exits import NEXT, read_exits
from dialplan.reading import Section, Wrong
from dialplan.run import Go, Move, Run, Unexpected
from dialplan.variables import SYSTEM, all_values

TEMPLATE: Final = "mail template"
"""What a reference to a template is called."""

RECORDINGS: Final = "recordings"
"""The variable with the names of the messages that the caller has left, one space between two."""
LONGEST_TEXT: Final = 2000
_NAME: Final = re.compile(r"\$([a-z0-9]+(?:[-_][a-z0-9]+)*)")

BRAND_MAIL: Final = ("$brand.mailboxes", "$brand.copy", "$brand.accepted_to")


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to send."""

    kind: ClassVar[str] = "mail"
    exits: Mapping[str, str]
    template: str
    to: tuple[str, ...]
    cc: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    recordings: bool = False

    def enter(self, run: Run) -> Move:
        """Have it sent."""
        to, cc = addresses(self.to, run.brand), addresses(self.cc, run.brand)
        variables = variables_of(run)
        attached = tuple(variables.get(RECORDINGS, "").split()) if self.recordings else ()
        subject, text = _fill(self.subject, variables), _fill(self.text, variables)
        run.tell(SendMail(self.template, to, cc, variables, attached, subject, text))
        how = f" with {len(attached)} recording{'s' if len(attached) > 1 else ''}" if attached else ""
        return Go(NEXT, f'mail "{self.template}"{how} to {", ".join(to)}')

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


SYSTEM_VARIABLES: Final = frozenset(SYSTEM)
"""What a mail is told by the system; every other variable is one that the plan has set."""


def variables_of(run: Run) -> dict[str, str]:
    """What a mail is told of the call: the system's variables, and the plan's."""
    return all_values(run)


def read(section: Section) -> Mail:
    """A mail node as it is written."""
    template = section.name("mail", TEMPLATE, parse=identifier)
    to = section.list_of("to", read_address, is_needed=True)
    cc = section.list_of("cc", read_address)
    return Mail(
        read_exits(section, needs_next=True, rest_is_next=True),
        template,
        to,
        cc,
        _read_text(section, "subject", title),
        _read_text(section, "text", _words),
        section.get("recordings", flag, False),
    )


def _read_text(section: Section, key: str, parse: Callable[[str], str]) -> str:
    """A text with variables in it, each noted as a reference."""
    text = section.get(key, parse, "")
    for name in _NAME.findall(text):
        refer_variable(section.reading, name, section.place_of(key), section.path(key))
    return text


def _fill(text: str, variables: Mapping[str, str]) -> str:
    """The text with `$name` for what the call's variable holds; an unknown one is nothing."""
    return _NAME.sub(lambda found: variables.get(found[1], ""), text) if "$" in text else text


def _words(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise Wrong(f"must be at most {LONGEST_TEXT} characters")
    return text.strip()


def read_address(text: str) -> str:
    """A mail address, or a word that stands for the brand's."""
    if text in BRAND_MAIL:
        return text
    if text.startswith("$"):
        raise Wrong(
            f'"{text}" is no address; a brand has {", ".join(BRAND_MAIL)}', nearest_of(text, BRAND_MAIL)
        )
    return email(text)
