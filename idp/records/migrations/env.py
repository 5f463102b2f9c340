"""Alembic's entry: runs the migrations on the connection that `idp.records.migrate` hands over.

One transaction round all of them: a process that dies half-way leaves the form that was there before.
"""

from alembic import context

from idp.records.tables import metadata

connection = context.config.attributes["connection"]
with connection.begin():
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    context.run_migrations()
