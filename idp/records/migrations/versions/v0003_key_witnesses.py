"""What is known about keys besides themselves: who serves, signs and has seen them, and who turned the
wheel."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward; tables are added only, so the version before still runs (I15)."""
    _replicas()
    _ledger()
    _sightings()
    _overrides()
    _approvals()
    _wheel()
    _peer_keys()


def _replicas() -> None:
    op.create_table(
        "key_replicas",
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("acknowledged", sa.JSON(), nullable=False),
        sa.Column("signing", sa.JSON(), nullable=False),
        sa.Column("heartbeat", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("name", "purpose", name=op.f("pk_key_replicas")),
    )


def _ledger() -> None:
    op.create_table(
        "key_ledger",
        sa.Column("kid", sa.String(length=64), nullable=False),
        sa.Column("first_signed", sa.Float(), nullable=False),
        sa.Column("last_signed", sa.Float(), nullable=False),
        sa.Column("latest_exp", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_key_ledger")),
    )


def _sightings() -> None:
    op.create_table(
        "key_sightings",
        sa.Column("kid", sa.String(length=64), nullable=False),
        sa.Column("observer", sa.String(length=512), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_at", sa.Float(), nullable=False),
        sa.Column("last_at", sa.Float(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kid", "observer", "kind", "level", name=op.f("pk_key_sightings")),
    )


def _overrides() -> None:
    op.create_table(
        "key_overrides",
        sa.Column("kid", sa.String(length=64), nullable=False),
        sa.Column("observer", sa.String(length=512), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=128), nullable=False),
        sa.Column("second", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("kid", "observer", name=op.f("pk_key_overrides")),
    )


def _approvals() -> None:
    op.create_table(
        "key_approvals",
        sa.Column("code_sha256", sa.String(length=64), nullable=False),
        sa.Column("kid", sa.String(length=64), nullable=False),
        sa.Column("observer", sa.String(length=512), nullable=False),
        sa.Column("by", sa.String(length=128), nullable=False),
        sa.Column("expires", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("code_sha256", name=op.f("pk_key_approvals")),
    )


def _wheel() -> None:
    op.create_table(
        "key_wheel",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_key_wheel")),
    )


def _peer_keys() -> None:
    op.create_table(
        "peer_keys",
        sa.Column("issuer", sa.String(length=512), nullable=False),
        sa.Column("pinned_sha256", sa.String(length=64), nullable=False),
        sa.Column("jwks", sa.JSON(), nullable=False),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("issuer", name=op.f("pk_peer_keys")),
    )
