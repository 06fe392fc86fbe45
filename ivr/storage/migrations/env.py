"""Run by Alembic: migrates the connection that `ivr.storage.schema` hands over."""

from alembic import context

from ivr.storage.tables import Base

connection = context.config.attributes.get("connection")
if connection is None:
    raise RuntimeError("migrations are run by the service itself: ivr.storage.schema.bring_up_to_date")
# SQLite's DDL is transactional too, as long as nobody commits behind its back: half a migration never stays
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
