"""Wheel: owns writing a ring's change down whole: the keys, the audit events, and that the writer may still
write. Sees no private key."""

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select, update

from idp.audit import Entry
from idp.errors import Unavailable
from idp.records.audit import AuditRecords
from idp.records.database import Database
from idp.records.keys import replace_ring
from idp.records.tables import key_wheel
from keys.key import Purpose
from keys.seal import SealedKey

_ROW = key_wheel.c.name == "wheel"


class Wheel:
    """The one writer's number, and changes that are kept together with what is told of them."""

    def __init__(self, database: Database, audit: AuditRecords) -> None:
        self._database = database
        self._audit = audit

    def next_fence(self) -> int:
        """A number greater than every one before; whoever holds an older one has ceased to be the leader.

        Raises:
            Unavailable: `records`.
        """
        with self._database.write() as sql:
            fence = (
                int(sql.execute(select(key_wheel.c.fence).where(_ROW).with_for_update()).scalar() or 0) + 1
            )
            if fence == 1:
                sql.execute(insert(key_wheel).values(name="wheel", fence=1))
            else:
                sql.execute(update(key_wheel).where(_ROW).values(fence=fence))
        return fence

    def save(
        self,
        purpose: Purpose,
        version: int,
        keys: Sequence[SealedKey],
        *,
        entries: Sequence[Entry],
        fence: int | None,
    ) -> bool:
        """Replace the ring and keep the events, or neither; False when somebody else was first.

        Args:
            version: the ring that is replaced.
            fence: of the leader; None for a person, who needs none since the version is compared.

        Raises:
            Unavailable: `records`; or `wheel`: another leader has taken over.
        """
        with self._database.write() as sql:
            if fence is not None and _fence(sql) != fence:
                raise Unavailable("wheel", "another process leads by now")
            if not replace_ring(sql, purpose, version, keys):
                return False
            for entry in entries:
                self._audit.append_within(sql, entry)
        return True


def _fence(sql: Connection) -> int:
    return int(sql.execute(select(key_wheel.c.fence).where(_ROW)).scalar() or 0)
