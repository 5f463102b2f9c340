"""Relying parties that register explicitly are remembered until their chain ends."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward; a table is added only, so the version before still runs (I15)."""
    op.create_table(
        "registrations",
        sa.Column("entity_id", sa.String(length=512), nullable=False),
        sa.Column("anchor", sa.String(length=512), nullable=False),
        sa.Column("registered", sa.Float(), nullable=False),
        sa.Column("expires", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("entity_id", name=op.f("pk_registrations")),
    )
    op.create_index(op.f("ix_registrations_expires"), "registrations", ["expires"])
