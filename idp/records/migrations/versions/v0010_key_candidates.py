"""Keys on their way: what waits at a superior, what was certified ever, and what superiors state about us."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward; tables are added only, so the version before still runs (I15)."""
    _key_candidates()
    _subordinate_keys()
    _superior_views()


def _key_candidates() -> None:
    op.create_table(
        "key_candidates",
        sa.Column("entity_id", sa.String(length=512), nullable=False),
        sa.Column("next_at", sa.Float(), nullable=False),
        sa.Column("read_at", sa.Float(), nullable=True),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("missing", sa.JSON(), nullable=False),
        sa.Column("refused", sa.JSON(), nullable=False),
        sa.Column("proven", sa.JSON(), nullable=False),
        sa.Column("keys", sa.JSON(), nullable=False),
        sa.Column("since", sa.Float(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("approved_by", sa.String(length=128), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("entity_id", name=op.f("pk_key_candidates")),
    )
    op.create_index(op.f("ix_key_candidates_next_at"), "key_candidates", ["next_at"])


def _subordinate_keys() -> None:
    op.create_table(
        "subordinate_keys",
        sa.Column("entity_id", sa.String(length=512), nullable=False),
        sa.Column("kid", sa.String(length=512), nullable=False),
        sa.Column("thumbprint", sa.String(length=64), nullable=False),
        sa.Column("since", sa.Float(), nullable=False),
        sa.Column("gone", sa.Float(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("entity_id", "kid", name=op.f("pk_subordinate_keys")),
    )


def _superior_views() -> None:
    op.create_table(
        "superior_views",
        sa.Column("superior", sa.String(length=512), nullable=False),
        sa.Column("kids", sa.JSON(), nullable=False),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.Column("expires", sa.Integer(), nullable=False),
        sa.Column("life", sa.Float(), nullable=False),
        sa.Column("life_until", sa.Float(), nullable=False),
        sa.Column("read_at", sa.Float(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("superior", name=op.f("pk_superior_views")),
    )
