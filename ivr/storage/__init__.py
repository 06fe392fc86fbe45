"""The store: tables, migrations, transactions on threads of their own, group commit.

database = Database(settings.database_url)
await database.open()
page = await database.run(lambda session: session.get(Page, page_id))
"""

from ivr.storage.alarm_tables import (
    AlarmGroup,
    AlarmSource,
    AlarmState,
    KeptAlarm,
    Mailbox,
    Notice,
    NoticeTry,
)
from ivr.storage.batch import BatchWriter, Rows
from ivr.storage.database import Database, announce
from ivr.storage.duty_tables import DutyChangeKind, DutyFeed, KeptDutyChange
from ivr.storage.errors import (
    DatabaseTooNew,
    DatabaseUnavailable,
    DatabaseUnusable,
    StorageError,
    is_retryable,
)
from ivr.storage.override_tables import Audit, AuditAction, KeptOverride
from ivr.storage.page_tables import PageEvent, PageStep
from ivr.storage.phone_tables import PhoneLesson
from ivr.storage.release_tables import Activation, Copy, Draft, Shadow, ShadowCall, Tape
from ivr.storage.schedule_tables import Lease, Ring, RingKind, RingState, Run, RunState
from ivr.storage.states import (
    ActivationSource,
    ActivationState,
    AttemptState,
    CallbackState,
    DeliveryState,
    Disposition,
    HungBy,
    MailState,
    PageState,
    RecordingState,
    Verdict,
)
from ivr.storage.tables import (
    Attempt,
    Base,
    Call,
    Callback,
    Delivery,
    Enclosure,
    Hop,
    Mail,
    Page,
    Recording,
    Release,
)
from ivr.storage.talk_tables import EngagedLeg
from ivr.storage.upserts import Upsert, upsert

__all__ = [
    "Activation",
    "ActivationSource",
    "ActivationState",
    "AlarmGroup",
    "AlarmSource",
    "AlarmState",
    "Attempt",
    "AttemptState",
    "Audit",
    "AuditAction",
    "Base",
    "BatchWriter",
    "Call",
    "Callback",
    "CallbackState",
    "Copy",
    "Database",
    "DatabaseTooNew",
    "DatabaseUnavailable",
    "DatabaseUnusable",
    "Delivery",
    "DeliveryState",
    "Disposition",
    "Draft",
    "DutyChangeKind",
    "DutyFeed",
    "Enclosure",
    "EngagedLeg",
    "Hop",
    "HungBy",
    "KeptAlarm",
    "KeptDutyChange",
    "KeptOverride",
    "Lease",
    "Mail",
    "MailState",
    "Mailbox",
    "Notice",
    "NoticeTry",
    "Page",
    "PageEvent",
    "PageState",
    "PageStep",
    "PhoneLesson",
    "Recording",
    "RecordingState",
    "Release",
    "Ring",
    "RingKind",
    "RingState",
    "Rows",
    "Run",
    "RunState",
    "Shadow",
    "ShadowCall",
    "StorageError",
    "Tape",
    "Upsert",
    "Verdict",
    "announce",
    "is_retryable",
    "upsert",
]
