"""Farewells: owns writing down that a session ended, in one transaction: tombstone, deliveries, audit event.

Implements `leaving.Farewells`. Either all of it is durable or none of it (I4, I6, I17).
"""

from idp.audit import Audit, Entry
from idp.leaving import Ending
from idp.records import outbox, tombstones
from idp.records.audit import AuditRecords
from idp.records.database import Database

LENT = 10.0
"""Seconds for which the writer tries the deliveries itself before a worker takes them over."""


class Farewells:
    """Endings of sessions."""

    def __init__(self, database: Database, records: AuditRecords, audit: Audit) -> None:
        self._database = database
        self._records = records
        self._audit = audit

    def write(self, ending: Ending) -> None:
        """Write it down; returns when it is durable.

        Raises:
            Unavailable: `records`; nothing was written.
        """
        entry = Entry(
            at=ending.ended_at,
            event="session.ended",
            subject=self._audit.pseudonym(ending.source, ending.local_id),
            details={"why": ending.why, "told": len(ending.deliveries)},
        )
        with self._database.write() as sql:
            tombstones.write(sql, ending.session_key, ended_at=ending.ended_at, expires=ending.expires)
            for one in ending.deliveries:
                outbox.write_lent(sql, one, ending.ended_at + LENT)
            self._records.append_within(sql, entry)
