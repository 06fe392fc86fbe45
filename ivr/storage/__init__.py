"""The store: tables, migrations, transactions on threads of their own, group commit.

database = Database(settings.database_url)
await database.open()
page = await database.run(lambda session: session.get(Page, page_id))
"""

from ivr.storage.batch import BatchWriter, Rows
from ivr.storage.database import Database, announce
from ivr.storage.errors import (
    DatabaseTooNew,
    DatabaseUnavailable,
    DatabaseUnusable,
    StorageError,
    is_retryable,
)
from ivr.storage.states import (
    AttemptState,
    DeliveryState,
    Disposition,
    HungBy,
    MailState,
    PageState,
)
from ivr.storage.tables import Attempt, Base, Call, Delivery, Hop, Mail, Page, Release
from ivr.storage.upserts import Upsert, upsert

__all__ = [
    "Attempt",
    "AttemptState",
    "Base",
    "BatchWriter",
    "Call",
    "Database",
    "DatabaseTooNew",
    "DatabaseUnavailable",
    "DatabaseUnusable",
    "Delivery",
    "DeliveryState",
    "Disposition",
    "Hop",
    "HungBy",
    "Mail",
    "MailState",
    "Page",
    "PageState",
    "Release",
    "Rows",
    "StorageError",
    "Upsert",
    "announce",
    "is_retryable",
    "upsert",
]
