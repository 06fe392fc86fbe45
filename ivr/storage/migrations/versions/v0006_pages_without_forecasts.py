"""A page no longer has columns for what follows from its hunt and attempts; nobody ever wrote them.

The columns are dropped in place: a table made anew, as Alembic does for SQLite, would take the attempts
of all pages with it (`ON DELETE CASCADE`).
"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Take them out."""
    op.drop_index("ix_pages_due_at", "pages")
    for column in ("due_at", "ends_at", "passed"):
        op.drop_column("pages", column)
