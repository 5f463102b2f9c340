"""Registrations: owns which relying parties registered explicitly (OIDF §12.2), and until when that counts.

Does not know what they are: their chains say that.
"""

import time
from collections.abc import Callable

from sqlalchemy import delete, insert, select

from federation.bounded import Bounded
from idp.records.database import Database
from idp.records.tables import registrations


class Registrations:
    """Explicit registrations of this node.

    Args:
        database: where they are.
        max_age: seconds that an answer may be old, "nobody registered" included.
        size: how many answers are remembered.
        now: seconds, monotonic.
    """

    def __init__(
        self,
        database: Database,
        *,
        max_age: float = 5.0,
        size: int = 2048,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._max_age = max_age
        self._now = now
        self._seen: Bounded[str, tuple[float, float]] = Bounded(size)

    def put(self, entity_id: str, *, anchor: str, at: float, expires: float) -> None:
        """Register, in place of what was registered before; returns when that is durable.

        Args:
            anchor: where its chain leads.
            at, expires: seconds since 1970.

        Raises:
            Unavailable: `records`; as every verb here.
        """
        row = {"entity_id": entity_id, "anchor": anchor, "registered": at, "expires": expires}
        over = (registrations.c.entity_id == entity_id) | (registrations.c.expires < at)
        with self._database.write() as sql:
            sql.execute(delete(registrations).where(over))
            sql.execute(insert(registrations).values(**row))
        self._seen.pop(entity_id)

    def alive(self, entity_id: str, now: float) -> bool:
        """Whether the entity is registered at this time (seconds since 1970)."""
        seen = self._seen.get(entity_id)
        if seen is not None and self._now() < seen[0]:
            return now < seen[1]
        asked = self._now()
        wanted = select(registrations.c.expires).where(registrations.c.entity_id == entity_id)
        with self._database.read() as sql:
            row = sql.execute(wanted).one_or_none()
        until = 0.0 if row is None else float(row.expires)
        self._seen.put(entity_id, (asked + self._max_age, until))
        return now < until
