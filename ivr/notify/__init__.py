"""Notices to people outside: mails from templates, an outbox that is part of the transaction, a courier.

await database.run(lambda session: enqueue(session, template="call-in", ...))
courier = Courier(database, make_transport(settings), sender=lambda: desk.mail_from)
"""

from typing import TYPE_CHECKING, Any

from ivr.notify.letters import DEFAULT, Letter, TemplateFault, Templates
from ivr.notify.outbox import MAILS, Attached, enqueue, is_address
from ivr.notify.reading import AmbiguousMail, PostedMail, Standing, count_mails, list_mails, show_mail
from ivr.notify.schedule import Schedule

if TYPE_CHECKING:
    from ivr.notify.claims import revive
    from ivr.notify.courier import Courier
    from ivr.notify.transport import FileTransport, Reply, SmtpTransport, Transport, make_transport
    from ivr.notify.verdicts import Verdict, judge, judge_code

# Sending wants the SMTP and MIME libraries, writing does not: the service takes calls before it sends mails.
_WHERE = {
    "revive": "claims",
    "Courier": "courier",
    **dict.fromkeys(("FileTransport", "Reply", "SmtpTransport", "Transport", "make_transport"), "transport"),
    **dict.fromkeys(("Verdict", "judge", "judge_code"), "verdicts"),
}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)


__all__ = [
    "DEFAULT",
    "MAILS",
    "AmbiguousMail",
    "Attached",
    "Courier",
    "FileTransport",
    "Letter",
    "PostedMail",
    "Reply",
    "Schedule",
    "SmtpTransport",
    "Standing",
    "TemplateFault",
    "Templates",
    "Transport",
    "Verdict",
    "count_mails",
    "enqueue",
    "is_address",
    "judge",
    "judge_code",
    "list_mails",
    "make_transport",
    "revive",
    "show_mail",
]
