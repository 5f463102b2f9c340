"""Keys get the dates of a whole life, and outlive their private halves.

Columns are renamed, not doubled: the form before was in no release, so no older version runs beside this one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward; keys keep their names and dates, and count as made when they were announced."""
    with op.batch_alter_table("keys") as keys:
        keys.add_column(sa.Column("public", sa.JSON(), nullable=False, server_default="{}"))
        keys.add_column(sa.Column("generated", sa.Float(), nullable=False, server_default="0"))
        keys.add_column(sa.Column("destroyed_at", sa.Float(), nullable=True))
        keys.add_column(sa.Column("reason", sa.Text(), nullable=True))
        keys.alter_column("announced", new_column_name="published", nullable=True)
        keys.alter_column("revoked", new_column_name="compromised_at")
        keys.alter_column("active_from", existing_type=sa.Float(), nullable=True)
        keys.alter_column("sealed", existing_type=sa.LargeBinary(), nullable=True)
    # A key whose private half is at hand brings its public half along: an empty one is filled when it is
    # saved next.
    op.execute("UPDATE keys SET generated = published")
    with op.batch_alter_table("keys") as keys:
        keys.alter_column("public", existing_type=sa.JSON(), server_default=None)
        keys.alter_column("generated", existing_type=sa.Float(), server_default=None)
