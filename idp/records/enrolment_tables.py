"""Enrolment tables: owns the names and columns of changes that people propose and approve.

As in `tables`, a test compares these with what the migrations make. Times are seconds since 1970.
"""

from sqlalchemy import JSON, Column, Float, Index, Integer, String, Table, Text

from idp.records.tables import metadata

enrolments = Table(
    "enrolments",
    metadata,
    Column("code", String(16), primary_key=True),
    Column("verb", String(16), nullable=False),
    Column("entity_id", String(512), nullable=False),
    Column("content", JSON, nullable=False),
    Column("seen", Integer, nullable=False),
    Column("by", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Float, nullable=False),
    Column("expires", Float, nullable=False),
    Column("breaks", JSON, nullable=False),
    Column("notes", JSON, nullable=False),
    Column("stage", String(16), nullable=False),
    Column("second", String(64), nullable=False),
    Column("decided", Float, nullable=False),
    Column("why", Text, nullable=False),
    Index(None, "at"),
)
