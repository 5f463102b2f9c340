"""Initial tokens: owns where leave to register is kept. Never sees a token, only its SHA-256."""

from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from idp.audit import Entry
from idp.dynamic import InitialToken
from idp.records.audit import AuditRecords
from idp.records.database import Database
from idp.records.dynamic_tables import initial_tokens


class InitialTokenRecords:
    """The initial access tokens of this node.

    Args:
        audit: what is told is kept in the same transaction (I6).
    """

    def __init__(self, database: Database, audit: AuditRecords) -> None:
        self._database = database
        self._audit = audit

    def add(self, token: InitialToken, entry: Entry) -> None:
        """Keep a new one.

        Raises:
            Unavailable: `records`; as every verb here.
        """
        row = {name: getattr(token, name) for name in initial_tokens.c.keys()}  # noqa: SIM118 (columns)
        with self._database.write() as sql:
            sql.execute(insert(initial_tokens).values(row))
            self._audit.append_within(sql, entry)

    def list(self) -> tuple[InitialToken, ...]:
        """All of them, the oldest first."""
        wanted = select(initial_tokens).order_by(initial_tokens.c.created, initial_tokens.c.id)
        with self._database.read() as sql:
            return tuple(_token(row) for row in sql.execute(wanted))

    def find(self, sha256: str) -> InitialToken | None:
        """The one with this digest, in whatever state it is."""
        with self._database.read() as sql:
            row = sql.execute(select(initial_tokens).where(initial_tokens.c.sha256 == sha256)).one_or_none()
        return None if row is None else _token(row)

    def revoke(self, id_: str, entry: Entry) -> bool:
        """Let it open nothing from now on; False: there is none, or it was revoked before."""
        there = (initial_tokens.c.id == id_) & initial_tokens.c.revoked_at.is_(None)
        with self._database.write() as sql:
            if sql.execute(update(initial_tokens).where(there).values(revoked_at=entry.at)).rowcount != 1:
                return False
            self._audit.append_within(sql, entry)
        return True


def spend_within(sql: Connection, id_: str, at: float) -> bool:
    """Count one registration within a transaction of somebody else; False: it opens nothing (any more).

    One statement judges and counts, so that two hundred at once register no more than the token allows.
    """
    table = initial_tokens
    live = table.c.revoked_at.is_(None) & (table.c.expires > at) & (table.c.used < table.c.uses)
    spent = update(table).where((table.c.id == id_) & live).values(used=table.c.used + 1)
    return sql.execute(spent).rowcount == 1


def _token(row: Row[Any]) -> InitialToken:
    return InitialToken(**row._mapping)
