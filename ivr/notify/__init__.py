"""Notices to people outside: mails from templates, an outbox that is part of the transaction, a courier.

await database.run(lambda session: enqueue(session, template="call-in", ...))
courier = Courier(database, make_transport(settings), sender=lambda: desk.mail_from)
"""

from ivr.notify.claims import revive
from ivr.notify.courier import Courier
from ivr.notify.letters import DEFAULT, Letter, TemplateFault, Templates
from ivr.notify.outbox import MAILS, enqueue, is_address
from ivr.notify.reading import AmbiguousMail, PostedMail, Standing, count_mails, list_mails, show_mail
from ivr.notify.schedule import Schedule
from ivr.notify.transport import FileTransport, Reply, SmtpTransport, Transport, make_transport
from ivr.notify.verdicts import Verdict, judge, judge_code

__all__ = [
    "DEFAULT",
    "MAILS",
    "AmbiguousMail",
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
