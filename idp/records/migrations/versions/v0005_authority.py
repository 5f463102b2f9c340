"""What an authority knows: its subordinates, what it says about them, and trust marks."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward; tables are added only, so the version before still runs (I15)."""
    _subordinates()
    _subordinate_kinds()
    _subordinate_events()
    _subordinate_documents()
    _authority_policy()
    _trust_mark_types()
    _trust_marks()
    _held_marks()


def _subordinates() -> None:
    op.create_table(
        "subordinates",
        sa.Column("entity_id", sa.String(length=512), nullable=False),
        sa.Column("jwks", sa.JSON(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("intermediate", sa.Boolean(), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=False),
        sa.Column("metadata_policy", sa.JSON(), nullable=False),
        sa.Column("metadata_policy_crit", sa.JSON(), nullable=False),
        sa.Column("constraints", sa.JSON(), nullable=False),
        sa.Column("contacts", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("registered", sa.Float(), nullable=False),
        sa.Column("updated", sa.Float(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("entity_id", name=op.f("pk_subordinates")),
    )
    op.create_index(op.f("ix_subordinates_state_entity_id"), "subordinates", ["state", "entity_id"])
    op.create_index(
        op.f("ix_subordinates_state_intermediate_entity_id"),
        "subordinates",
        ["state", "intermediate", "entity_id"],
    )
    op.create_index(
        op.f("ix_subordinates_state_updated_entity_id"), "subordinates", ["state", "updated", "entity_id"]
    )


def _subordinate_kinds() -> None:
    op.create_table(
        "subordinate_kinds",
        sa.Column("kind", sa.String(length=128), nullable=False),
        sa.Column("entity_id", sa.String(length=512), nullable=False),
        sa.PrimaryKeyConstraint("kind", "entity_id", name=op.f("pk_subordinate_kinds")),
    )
    op.create_index(op.f("ix_subordinate_kinds_entity_id"), "subordinate_kinds", ["entity_id"])


def _subordinate_events() -> None:
    op.create_table(
        "subordinate_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entity_id", sa.String(length=512), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subordinate_events")),
    )
    op.create_index(op.f("ix_subordinate_events_entity_id_id"), "subordinate_events", ["entity_id", "id"])


def _subordinate_documents() -> None:
    op.create_table(
        "subordinate_documents",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("entity_id", sa.String(length=512), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("kid", sa.String(length=64), nullable=False),
        sa.Column("basis", sa.Integer(), nullable=False),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.Column("expires", sa.Integer(), nullable=False),
        sa.Column("renew_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "entity_id", name=op.f("pk_subordinate_documents")),
    )
    op.create_index(
        op.f("ix_subordinate_documents_kind_renew_at"), "subordinate_documents", ["kind", "renew_at"]
    )


def _authority_policy() -> None:
    op.create_table(
        "authority_policy",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("metadata_policy", sa.JSON(), nullable=False),
        sa.Column("metadata_policy_crit", sa.JSON(), nullable=False),
        sa.Column("constraints", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_authority_policy")),
    )


def _trust_mark_types() -> None:
    op.create_table(
        "trust_mark_types",
        sa.Column("type", sa.String(length=512), nullable=False),
        sa.Column("issued", sa.Boolean(), nullable=False),
        sa.Column("issuers", sa.JSON()),
        sa.Column("owner", sa.String(length=512)),
        sa.Column("owner_jwks", sa.JSON()),
        sa.Column("delegation", sa.Text()),
        sa.Column("logo_uri", sa.Text()),
        sa.Column("ref", sa.Text()),
        sa.PrimaryKeyConstraint("type", name=op.f("pk_trust_mark_types")),
    )


def _trust_marks() -> None:
    op.create_table(
        "trust_marks",
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=512), nullable=False),
        sa.Column("subject", sa.String(length=512), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("kid", sa.String(length=64), nullable=False),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.Column("expires", sa.Integer(), nullable=False),
        sa.Column("renew_at", sa.Float(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("revoked_at", sa.Float()),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_trust_marks")),
    )
    op.create_index(op.f("ix_trust_marks_current_renew_at"), "trust_marks", ["current", "renew_at"])
    op.create_index(op.f("ix_trust_marks_expires"), "trust_marks", ["expires"])
    op.create_index(op.f("ix_trust_marks_subject_current"), "trust_marks", ["subject", "current"])
    op.create_index(
        op.f("ix_trust_marks_type_current_subject"), "trust_marks", ["type", "current", "subject"]
    )


def _held_marks() -> None:
    op.create_table(
        "held_marks",
        sa.Column("type", sa.String(length=512), nullable=False),
        sa.Column("issuer", sa.String(length=512), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.Column("expires", sa.Integer()),
        sa.PrimaryKeyConstraint("type", "issuer", name=op.f("pk_held_marks")),
    )
