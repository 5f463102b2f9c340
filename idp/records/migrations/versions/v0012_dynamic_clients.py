"""Relying parties may register themselves, with tokens that an operator gives."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward; tables are added only, so the version before still runs (I15)."""
    op.create_table(
        "initial_tokens",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("expires", sa.Float(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("revoked_at", sa.Float()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_initial_tokens")),
        sa.UniqueConstraint("sha256", name=op.f("uq_initial_tokens_sha256")),
    )
    op.create_table(
        "dynamic_clients",
        sa.Column("client_id", sa.String(length=512), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("issued", sa.Float(), nullable=False),
        sa.Column("initial", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_dynamic_clients")),
    )
