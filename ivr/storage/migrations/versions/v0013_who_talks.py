"""Who talks on which leg of which box; and which box sees to a call back, until when, and rang the agent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the table and the columns; a call back of before is owned by nobody, so any box may take it."""
    op.create_table(
        "engaged_legs",
        sa.Column("box", sa.Text(), nullable=False),
        sa.Column("leg", sa.Text(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("page_id", sa.Text(), nullable=False),
        sa.Column("caller_of", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("box", "leg", name="pk_engaged_legs"),
    )
    op.add_column("callbacks", sa.Column("owned_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("callbacks", sa.Column("box", sa.Text(), nullable=False, server_default=""))
