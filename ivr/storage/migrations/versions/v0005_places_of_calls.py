"""Places that a call holds, for whoever starts next; and when it left its queue."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("calls", sa.Column("queue_left_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("calls", sa.Column("places", sa.Text(), nullable=False, server_default=""))
