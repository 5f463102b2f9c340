"""Key tables: owns the names and columns of what is known about federation keys on their way between us and
others.

As in `tables`, a test compares these with what the migrations make. Times are seconds since 1970.
"""

from sqlalchemy import JSON, Boolean, Column, Float, Index, Integer, String, Table, Text

from idp.records.tables import metadata

# One row a subordinate: when its configuration is read next, and which keys of it wait.
key_candidates = Table(
    "key_candidates",
    metadata,
    Column("entity_id", String(512), primary_key=True),
    Column("next_at", Float, nullable=False),
    Column("read_at", Float),
    Column("issued", Integer, nullable=False),
    Column("trouble", Text, nullable=False),
    Column("missing", JSON, nullable=False),
    Column("refused", JSON, nullable=False),
    Column("proven", JSON, nullable=False),
    Column("keys", JSON, nullable=False),
    Column("since", Float, nullable=False),
    Column("held", Boolean, nullable=False),
    Column("approved_by", String(128), nullable=False),
    Column("version", Integer, nullable=False),
    Index(None, "next_at"),
)

# Every key that we certify for a subordinate, ever did, or refused: a kid stands for one key for ever.
subordinate_keys = Table(
    "subordinate_keys",
    metadata,
    Column("entity_id", String(512), primary_key=True),
    Column("kid", String(512), primary_key=True),
    Column("thumbprint", String(64), nullable=False),
    Column("since", Float, nullable=False),
    Column("gone", Float),
    Column("reason", Text, nullable=False),
)

# What each superior states about us, as we read it last.
superior_views = Table(
    "superior_views",
    metadata,
    Column("superior", String(512), primary_key=True),
    Column("kids", JSON, nullable=False),
    Column("issued", Integer, nullable=False),
    Column("expires", Integer, nullable=False),
    Column("life", Float, nullable=False),
    Column("life_until", Float, nullable=False),
    Column("read_at", Float, nullable=False),
    Column("trouble", Text, nullable=False),
)
