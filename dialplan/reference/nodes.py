"""Every kind of node as the reference shows it, in the order of the reference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dialplan.reference import asking, deciding, ringing
from dialplan.reference.pages import NodePage

PAGES: Final[Mapping[str, NodePage]] = {
    page.kind: page
    for page in (
        asking.ANNOUNCE,
        asking.MENU,
        asking.COLLECT,
        asking.LANGUAGE,
        asking.RECORD,
        deciding.CALENDAR,
        deciding.ORIGIN,
        deciding.LIST,
        deciding.LOOKUP,
        deciding.SET,
        deciding.SWITCH,
        deciding.PERCENTAGE,
        ringing.DESTINATION,
        ringing.CALL_BACK,
        ringing.PAGE,
        ringing.MAIL_NODE,
        ringing.SWITCH_PLAN,
        ringing.DUTY_LINE,
        deciding.GOTO,
        deciding.HANGUP,
    )
}
