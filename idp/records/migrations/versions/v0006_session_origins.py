"""Sessions remember which provider they came from, so that they can end with its trust."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward; a table is added only, so the version before still runs (I15)."""
    op.create_table(
        "session_origins",
        sa.Column("session", sa.String(length=64), nullable=False),
        sa.Column("origin", sa.String(length=512), nullable=False),
        sa.Column("expires", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("session", "origin", name=op.f("pk_session_origins")),
    )
    op.create_index(op.f("ix_session_origins_origin"), "session_origins", ["origin"])
    op.create_index(op.f("ix_session_origins_expires"), "session_origins", ["expires"])
