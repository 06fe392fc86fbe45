"""Sent, try again, or never: one pure judgement over what a mail server says or fails to say."""

from __future__ import annotations

from enum import StrEnum

import aiosmtplib


class Verdict(StrEnum):
    """What to do about one address."""

    SENT = "sent"
    LATER = "later"
    NEVER = "never"


def judge_code(code: int) -> Verdict:
    """The verdict on a reply about one address or one message (RFC 5321, 4.2.1).

    552 to a recipient is read as 452, "too many at once", as RFC 5321, 4.5.3.1.10 asks for.
    """
    if 200 <= code < 300:
        return Verdict.SENT
    return Verdict.NEVER if 500 <= code < 600 and code != 552 else Verdict.LATER


def judge(error: BaseException) -> Verdict:
    """The verdict on a try that failed as a whole.

    Never: the server will not have this message or these addresses. Later: everything about the way there,
    log-in, TLS, greeting and sender too; those are faults of the installation, which an administrator
    mends, and the mail shall still go then.
    """
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        codes = [refused.code for refused in error.recipients]
        return Verdict.NEVER if all(judge_code(code) is Verdict.NEVER for code in codes) else Verdict.LATER
    if isinstance(error, aiosmtplib.SMTPDataError | aiosmtplib.SMTPRecipientRefused):
        return judge_code(error.code)
    if isinstance(error, aiosmtplib.SMTPException | OSError | TimeoutError):
        return Verdict.LATER
    # ValueError and the like: this message cannot be put on the wire at all
    return Verdict.NEVER


def is_about_one(error: BaseException) -> bool:
    """Whether the server is there, and has something against this mail alone."""
    return isinstance(
        error,
        aiosmtplib.SMTPRecipientsRefused | aiosmtplib.SMTPRecipientRefused | aiosmtplib.SMTPDataError,
    )


__all__ = ["Verdict", "is_about_one", "judge", "judge_code"]
