"""Endings: owns writing down that a grant ended with all its tokens: tombstone and audit event, in one
transaction.

Implements `families.Endings`. Sessions and grants share one table of tombstones, by their keys in the store.
"""

from collections.abc import Collection

from sqlalchemy import select

from idp.audit import Entry
from idp.families import FamilyEnd
from idp.records import tombstones
from idp.records.audit import AuditRecords
from idp.records.database import Database
from idp.records.tables import tombstones as table


class FamilyEndings:
    """Ends of grants."""

    def __init__(self, database: Database, records: AuditRecords) -> None:
        self._database = database
        self._records = records

    def write(self, ending: FamilyEnd) -> None:
        """Write it down; returns when it is durable.

        Raises:
            Unavailable: `records`; nothing was written.
        """
        entry = Entry(at=ending.at, event=ending.why, client=ending.client_id)
        with self._database.write() as sql:
            tombstones.write(sql, ending.key, ended_at=ending.at, expires=ending.expires)
            self._records.append_within(sql, entry)

    def any_ended(self, keys: Collection[str]) -> bool:
        """Whether one of these has a tombstone."""
        with self._database.read() as sql:
            wanted = select(table.c.session_key).where(table.c.session_key.in_(keys)).limit(1)
            return sql.execute(wanted).first() is not None
