"""Alembic's entrance: runs the steps on the connection it is handed, in the caller's transaction."""

from alembic import context

from atendente_tui.hub.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
