"""Tombstones: owns the sessions that have ended, for as long as anything could still be issued from them.

A session's own record may come back (a replica that lags, a snapshot restored); its tombstone does not go
away (I4).
"""

from sqlalchemy import Connection, delete, insert, select, update

from idp.records.database import Database
from idp.records.tables import tombstones


class Tombstones:
    """Ended sessions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, session_key: str, *, ended_at: float, expires: float) -> None:
        """Write that a session has ended; harmless when it was written before.

        Args:
            session_key: the store's key of the session (a hash, never the cookie).
            ended_at: seconds since 1970.
            expires: when nothing of the session can be alive any more.
        """
        with self._database.write() as sql:
            write(sql, session_key, ended_at=ended_at, expires=expires)

    def ended(self, session_key: str) -> bool:
        """Whether the session has ended."""
        with self._database.read() as sql:
            wanted = select(tombstones.c.session_key).where(tombstones.c.session_key == session_key)
            return sql.execute(wanted).first() is not None

    def prune(self, now: float) -> int:
        """Forget those whose sessions could not be alive anyhow; how many."""
        with self._database.write() as sql:
            return int(sql.execute(delete(tombstones).where(tombstones.c.expires < now)).rowcount)


def write(sql: Connection, session_key: str, *, ended_at: float, expires: float) -> None:
    """Write that a session has ended, within a transaction; harmless when it was written before."""
    same = tombstones.c.session_key == session_key
    known = sql.execute(select(tombstones.c.expires).where(same)).scalar()
    if known is None:
        values = {"session_key": session_key, "ended_at": ended_at, "expires": expires}
        sql.execute(insert(tombstones).values(values))
    elif known < expires:
        sql.execute(update(tombstones).where(same).values(expires=expires))
