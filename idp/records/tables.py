"""Tables: owns the names and columns of durable data. Does not know how they came to be (migrations do).

A test compares these with what the migrations make. Times are seconds since 1970.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

clients = Table(
    "clients",
    metadata,
    Column("client_id", String(512), primary_key=True),
    Column("name", JSON, nullable=False),
    Column("redirect_uris", JSON, nullable=False),
    Column("auth_method", String(32), nullable=False),
    Column("secret_sha256", String(64), nullable=False),
    Column("jwks", JSON(none_as_null=True)),
    Column("jwks_uri", Text),
    Column("id_token_alg", String(64), nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("pkce", Boolean, nullable=False),
    Column("consent", String(16), nullable=False),
    Column("post_logout_redirect_uris", JSON, nullable=False),
    Column("backchannel_logout_uri", Text),
    Column("initiate_login_uri", Text),
    Column("client_uri", Text),
    Column("peer", Boolean, nullable=False),
    Column("region", String(6)),
    Column("extra", JSON, nullable=False),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", String(32), primary_key=True),
    # As `adapters.names.fold` writes it: two spellings of one name must not be two accounts.
    Column("username", String(256), nullable=False, unique=True),
    Column("password", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("claims", JSON, nullable=False),
    Column("rl", Integer, nullable=False),
    Column("disabled", Boolean, nullable=False),
)

key_rings = Table(
    "key_rings",
    metadata,
    Column("purpose", String(32), primary_key=True),
    Column("version", Integer, nullable=False),
)

keys = Table(
    "keys",
    metadata,
    Column("purpose", String(32), primary_key=True),
    Column("kid", String(64), primary_key=True),
    Column("alg", String(64), nullable=False),
    Column("issuer", Text, nullable=False),
    Column("public", JSON, nullable=False),
    Column("sealed", LargeBinary),
    Column("generated", Float, nullable=False),
    Column("published", Float),
    Column("active_from", Float),
    Column("retired_at", Float),
    Column("forget_at", Float),
    Column("compromised_at", Float),
    Column("destroyed_at", Float),
    Column("reason", Text),
)

secrets = Table(
    "secrets",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("node", String(128), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Float, nullable=False),
    Column("event", String(64), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("client", String(512), nullable=False),
    Column("incident", String(32), nullable=False),
    Column("details", JSON, nullable=False),
    Column("prev", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index(None, "at"),
)

# Where each chain ends: a deleted last row leaves a head that points at nothing.
audit_heads = Table(
    "audit_heads",
    metadata,
    Column("node", String(128), primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)

consents = Table(
    "consents",
    metadata,
    Column("source", String(512), primary_key=True),
    Column("local_id", String(256), primary_key=True),
    Column("client_id", String(512), primary_key=True),
    Column("scopes", JSON, nullable=False),
    Column("given_at", Float, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("target", String(512), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("created", Float, nullable=False),
    Column("next_try", Float, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("done_at", Float),
    Column("parked_at", Float),
    Index(None, "done_at", "parked_at", "next_try"),
)

tombstones = Table(
    "tombstones",
    metadata,
    Column("session_key", String(128), primary_key=True),
    Column("ended_at", Float, nullable=False),
    Column("expires", Float, nullable=False),
    Index(None, "expires"),
)

# One row a process and ring: what it serves and signs with, and when it last said so.
key_replicas = Table(
    "key_replicas",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("purpose", String(32), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("acknowledged", JSON, nullable=False),
    Column("signing", JSON, nullable=False),
    Column("heartbeat", Float, nullable=False),
)

key_ledger = Table(
    "key_ledger",
    metadata,
    Column("kid", String(64), primary_key=True),
    Column("first_signed", Float, nullable=False),
    Column("last_signed", Float, nullable=False),
    Column("latest_exp", Float, nullable=False),
)

key_sightings = Table(
    "key_sightings",
    metadata,
    Column("kid", String(64), primary_key=True),
    Column("observer", String(512), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("first_at", Float, nullable=False),
    Column("last_at", Float, nullable=False),
    Column("times", Integer, nullable=False),
)

key_overrides = Table(
    "key_overrides",
    metadata,
    Column("kid", String(64), primary_key=True),
    Column("observer", String(512), primary_key=True),
    Column("at", Float, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", String(128), nullable=False),
    Column("second", String(128), nullable=False),
)

key_approvals = Table(
    "key_approvals",
    metadata,
    Column("code_sha256", String(64), primary_key=True),
    Column("kid", String(64), nullable=False),
    Column("observer", String(512), nullable=False),
    Column("by", String(128), nullable=False),
    Column("expires", Float, nullable=False),
)

# The number that every new leader takes; whoever has an older one writes nothing any more.
key_wheel = Table(
    "key_wheel",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("fence", Integer, nullable=False),
)

peer_keys = Table(
    "peer_keys",
    metadata,
    Column("issuer", String(512), primary_key=True),
    Column("pinned_sha256", String(64), nullable=False),
    Column("jwks", JSON, nullable=False),
    Column("issued", Integer, nullable=False),
)

# Which provider vouched for a session, and where that had it from.
session_origins = Table(
    "session_origins",
    metadata,
    Column("session", String(64), primary_key=True),
    Column("origin", String(512), primary_key=True),
    Column("expires", Float, nullable=False),
    Index(None, "origin"),
    Index(None, "expires"),
)

# Relying parties that registered explicitly; what they are is said by their chains.
registrations = Table(
    "registrations",
    metadata,
    Column("entity_id", String(512), primary_key=True),
    Column("anchor", String(512), nullable=False),
    Column("registered", Float, nullable=False),
    Column("expires", Float, nullable=False),
    Index(None, "expires"),
)
