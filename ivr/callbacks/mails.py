"""The mail that tells a brand of a call back that has come to nothing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dialplan.model import Brand
from ivr.callbacks.model import Callback
from ivr.notify.outbox import enqueue

FAILED = "call-back-failed"


def write_failure(session: Session, callback: Callback, brand: Brand, reason: str, now: datetime) -> None:
    """`reason`: `caller`, `agents` or `rules`. Once for each call back."""
    facts = {
        "brand": brand.title,
        "reason": reason,
        "number": callback.number,
        "caller": callback.caller,
        "caller_name": callback.caller_name,
        "dialled": callback.dialled,
        "call_id": callback.call_id,
        "started": callback.asked_at,
        "at": now,
        "tries": callback.tries,
    }
    enqueue(
        session,
        template=FAILED,
        language=brand.mail_language,
        to=brand.mailboxes,
        cc=brand.copy,
        variables=facts,
        dedupe=f"callback:{callback.id}",
        now=now,
    )
