"""Which box drives a page, until when unless it says so again, and which box rang a phone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the columns; a page of before is driven by nobody, so any box may take it up."""
    op.add_column("pages", sa.Column("driver", sa.Text(), nullable=False, server_default=""))
    op.add_column("pages", sa.Column("driven_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("attempts", sa.Column("box", sa.Text(), nullable=False, server_default=""))
