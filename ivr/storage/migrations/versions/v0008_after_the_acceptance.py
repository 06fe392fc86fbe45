"""What follows an acceptance: the promise to the caller and its clock, handover; and the history of pages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the columns and the table."""
    moment = sa.DateTime(timezone=True)
    for name in ("promise_s", "remind_s"):
        op.add_column("pages", sa.Column(name, sa.Float(), nullable=False, server_default="0"))
    op.add_column("pages", sa.Column("acceptances", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("pages", sa.Column("called_back_at", moment, nullable=True))
    for name in ("called_back_by", "called_back_how", "gone_on", "handover"):
        op.add_column("pages", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.add_column("pages", sa.Column("out", sa.Text(), nullable=False, server_default="[]"))
    op.create_table(
        "page_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.Text(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("dedupe", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["page_id"], ["pages.id"], name="fk_page_events_page_id_pages", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_page_events"),
        sa.UniqueConstraint("dedupe", name="uq_page_events_dedupe"),
    )
    op.create_index("ix_page_events_page_id", "page_events", ["page_id"])
