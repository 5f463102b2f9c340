"""Algorithms may have long names: those without a name at JOSE are named by object identifiers."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward; what lies in the columns stays."""
    for table, column in (("clients", "id_token_alg"), ("keys", "alg")):
        with op.batch_alter_table(table) as change:
            change.alter_column(column, existing_type=sa.String(16), type_=sa.String(64))
