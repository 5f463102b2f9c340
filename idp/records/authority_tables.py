"""Authority tables: owns the names and columns of what an authority keeps, and of the marks that we hold.

As in `tables`, a test compares these with what the migrations make. Times are seconds since 1970.
"""

from sqlalchemy import JSON, Boolean, Column, Float, Index, Integer, String, Table, Text

from idp.records.tables import metadata

subordinates = Table(
    "subordinates",
    metadata,
    Column("entity_id", String(512), primary_key=True),
    Column("jwks", JSON, nullable=False),
    Column("kinds", JSON, nullable=False),
    Column("intermediate", Boolean, nullable=False),
    Column("metadata", JSON, nullable=False),
    Column("metadata_policy", JSON, nullable=False),
    Column("metadata_policy_crit", JSON, nullable=False),
    Column("constraints", JSON, nullable=False),
    Column("contacts", JSON, nullable=False),
    Column("state", String(16), nullable=False),
    Column("registered", Float, nullable=False),
    Column("updated", Float, nullable=False),
    Column("version", Integer, nullable=False),
    Index(None, "state", "entity_id"),
    Index(None, "state", "intermediate", "entity_id"),
    Index(None, "state", "updated", "entity_id"),
)

# The Entity Types of subordinates once more, for lists of one type.
subordinate_kinds = Table(
    "subordinate_kinds",
    metadata,
    Column("kind", String(128), primary_key=True),
    Column("entity_id", String(512), primary_key=True),
    Index(None, "entity_id"),
)

subordinate_events = Table(
    "subordinate_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("entity_id", String(512), nullable=False),
    Column("at", Float, nullable=False),
    Column("event", String(64), nullable=False),
    Column("description", Text, nullable=False),
    Index(None, "entity_id", "id"),
)

# What we have signed about a subordinate, so that all processes hand out the same. `basis` is what it was
# made from: the subordinate's version, or its last event.
subordinate_documents = Table(
    "subordinate_documents",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("entity_id", String(512), primary_key=True),
    Column("token", Text, nullable=False),
    Column("kid", String(64), nullable=False),
    Column("basis", Integer, nullable=False),
    Column("issued", Integer, nullable=False),
    Column("expires", Integer, nullable=False),
    Column("renew_at", Float, nullable=False),
    Index(None, "kind", "renew_at"),
)

authority_policy = Table(
    "authority_policy",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("metadata_policy", JSON, nullable=False),
    Column("metadata_policy_crit", JSON, nullable=False),
    Column("constraints", JSON, nullable=False),
    Column("version", Integer, nullable=False),
)

trust_mark_types = Table(
    "trust_mark_types",
    metadata,
    Column("type", String(512), primary_key=True),
    Column("issued", Boolean, nullable=False),
    Column("issuers", JSON(none_as_null=True)),
    Column("owner", String(512)),
    Column("owner_jwks", JSON(none_as_null=True)),
    Column("delegation", Text),
    Column("logo_uri", Text),
    Column("ref", Text),
)

# Every mark that was issued, until it has expired: a status is asked for by the whole mark.
trust_marks = Table(
    "trust_marks",
    metadata,
    Column("token_sha256", String(64), primary_key=True),
    Column("type", String(512), nullable=False),
    Column("subject", String(512), nullable=False),
    Column("token", Text, nullable=False),
    Column("kid", String(64), nullable=False),
    Column("issued", Integer, nullable=False),
    Column("expires", Integer, nullable=False),
    Column("renew_at", Float, nullable=False),
    Column("current", Boolean, nullable=False),
    Column("revoked_at", Float),
    Column("reason", Text),
    Index(None, "type", "current", "subject"),
    Index(None, "subject", "current"),
    Index(None, "current", "renew_at"),
    Index(None, "expires"),
)

# The marks that we hold, as their issuers gave them to us.
held_marks = Table(
    "held_marks",
    metadata,
    Column("type", String(512), primary_key=True),
    Column("issuer", String(512), primary_key=True),
    Column("token", Text, nullable=False),
    Column("issued", Integer, nullable=False),
    Column("expires", Integer),
)
