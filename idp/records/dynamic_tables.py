"""Dynamic tables: owns the names and columns of relying parties that register themselves.

As in `tables`, a test compares these with what the migrations make. Times are seconds since 1970.
"""

from sqlalchemy import Column, Float, Integer, String, Table, Text

from idp.records.tables import metadata

initial_tokens = Table(
    "initial_tokens",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("note", Text, nullable=False),
    Column("created", Float, nullable=False),
    Column("expires", Float, nullable=False),
    Column("uses", Integer, nullable=False),
    Column("used", Integer, nullable=False),
    Column("revoked_at", Float),
)

# What belongs to a registration besides the client.
dynamic_clients = Table(
    "dynamic_clients",
    metadata,
    Column("client_id", String(512), primary_key=True),
    Column("token_sha256", String(64), nullable=False),
    Column("issued", Float, nullable=False),
    Column("initial", String(16), nullable=False),
)
