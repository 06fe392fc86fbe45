"""What a scenario can expect of a call."""

from __future__ import annotations

from typing import Final

from dialplan.reference.shapes import SCALAR, Field, Shape, list_of

_SEVERAL: Final = Shape(list_of(SCALAR).says, list_of(SCALAR).schema)

EXPECTED: Final = (
    Field("brand", SCALAR, "The brand of the number."),
    Field("plan", SCALAR, "The plan in which the call begins."),
    Field("hears", _SEVERAL, "Prompts that are heard, in this order; an empty list: nothing at all."),
    Field("never_hears", _SEVERAL, "Prompts that are not heard."),
    Field("speaks", _SEVERAL, "Prompts with their language, `nl please-hold`, in this order."),
    Field("rings", _SEVERAL, "Who is rung by the plan, in this order; an empty list: nobody."),
    Field("never_rings", _SEVERAL, "Who is not rung."),
    Field("pages", _SEVERAL, "Who is rung by the page, in this order; an empty list: nobody."),
    Field("steps", _SEVERAL, "Nodes, or nodes with their exits, in this order."),
    Field("mails", _SEVERAL, "Mails, `call-in to support@example.com`; an empty list: none."),
    Field("ends", SCALAR, "How the call ends."),
    Field("levels", _SEVERAL, "The levels of the escalation."),
    Field("backups", _SEVERAL, "The back-up phones."),
    Field("pages_for", SCALAR, "How long the roster is rung."),
    Field("direct_tries", SCALAR, "How often whoever is on call is rung directly."),
    Field("direct_within", SCALAR, "Within which time."),
)
