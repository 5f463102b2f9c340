"""Origins: owns which sessions came from which other identity provider, so that they can end with its trust.

Does not know what a session holds: its name is the hash under which the store has it.
"""

from collections.abc import Collection

from sqlalchemy import delete, insert, select

from idp.records.database import Database
from idp.records.tables import session_origins


class Origins:
    """The providers behind the sessions that are alive."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, session: str, origins: Collection[str], expires: int) -> None:
        """Remember where a session comes from; returns when that is durable.

        Args:
            session: its name, a hash.
            origins: entity identifiers of the provider that vouched, and of the one it had it from.
            expires: seconds since 1970.

        Raises:
            Unavailable: `records`.
        """
        rows = [{"session": session, "origin": one, "expires": expires} for one in sorted(set(origins))]
        with self._database.write() as sql:
            sql.execute(insert(session_origins), rows)

    def alive(self, now: float) -> frozenset[str]:
        """The providers that some living session came from."""
        wanted = select(session_origins.c.origin).where(session_origins.c.expires > now).distinct()
        with self._database.read() as sql:
            return frozenset(str(row.origin) for row in sql.execute(wanted))

    def of(self, origin: str, *, limit: int) -> tuple[str, ...]:
        """Names of sessions that came from a provider, at most `limit`."""
        wanted = select(session_origins.c.session).where(session_origins.c.origin == origin).limit(limit)
        with self._database.read() as sql:
            return tuple(str(row.session) for row in sql.execute(wanted))

    def forget(self, session: str) -> None:
        """The session has ended."""
        with self._database.write() as sql:
            sql.execute(delete(session_origins).where(session_origins.c.session == session))

    def prune(self, now: float) -> int:
        """Forget those that cannot be alive; how many."""
        with self._database.write() as sql:
            return int(sql.execute(delete(session_origins).where(session_origins.c.expires < now)).rowcount)
