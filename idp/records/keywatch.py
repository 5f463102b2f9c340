"""Key watch: owns keeping what a superior knows about the keys of its subordinates.

Implements `idp.authority.keyrows.KeyRows`.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, and_, insert, or_, select, update

from federation.keychange import Candidate
from idp.audit import Entry
from idp.authority.keyrows import Watched
from idp.records.audit import AuditRecords
from idp.records.authority_tables import subordinates
from idp.records.database import Database
from idp.records.key_tables import key_candidates, subordinate_keys


class KeyWatchRecords:
    """What one node knows about its subordinates' keys."""

    def __init__(self, database: Database, audit: AuditRecords) -> None:
        self._database = database
        self._audit = audit

    def find(self, entity_id: str) -> Watched:
        """What is kept, or the beginning of it.

        Raises:
            Unavailable: `records`; as every verb here.
        """
        asked = select(key_candidates).where(key_candidates.c.entity_id == entity_id)
        with self._database.read() as sql:
            row = sql.execute(asked).one_or_none()
        return Watched(entity_id=entity_id) if row is None else _watched(row)

    def every(self) -> Sequence[Watched]:
        """Of all active subordinates, by name."""
        active = select(subordinates.c.entity_id).where(subordinates.c.state == "active")
        with self._database.read() as sql:
            names = sql.execute(active.order_by(subordinates.c.entity_id)).scalars().all()
            kept = {row.entity_id: _watched(row) for row in sql.execute(select(key_candidates))}
        return [kept.get(name, Watched(entity_id=name)) for name in names]

    def take_due(self, now: float, lease: float, limit: int) -> Sequence[str]:
        """Active subordinates whose configuration is to be read, lent to one process for a while."""
        same = key_candidates.c.entity_id == subordinates.c.entity_id
        due = select(subordinates.c.entity_id).outerjoin_from(subordinates, key_candidates, same)
        new = key_candidates.c.next_at.is_(None)
        due = due.where(subordinates.c.state == "active", or_(new, key_candidates.c.next_at <= now))
        with self._database.read() as sql:
            if sql.execute(due.limit(1)).first() is None:
                return ()
        with self._database.write() as sql:
            names = sql.execute(due.order_by(key_candidates.c.next_at).limit(limit)).scalars().all()
            for name in names:
                lent = update(key_candidates).where(key_candidates.c.entity_id == name)
                if sql.execute(lent.values(next_at=now + lease, read_at=now)).rowcount == 0:
                    fresh = Watched(entity_id=name, next_at=now + lease, read_at=now)
                    sql.execute(insert(key_candidates).values(_row(fresh)))
        return names

    def save(self, watched: Watched, *, entries: Sequence[Entry]) -> bool:
        """Keep it over the version that was seen, with what is told of it; False: somebody was first."""
        name, seen = watched.entity_id, watched.version
        row = {**_row(watched), "version": seen + 1}
        with self._database.write() as sql:
            over = and_(key_candidates.c.entity_id == name, key_candidates.c.version == seen)
            if sql.execute(update(key_candidates).where(over).values(row)).rowcount == 0:
                known = select(key_candidates.c.version).where(key_candidates.c.entity_id == name)
                if sql.execute(known).first() is not None:
                    return False
                sql.execute(insert(key_candidates).values(row))
            for entry in entries:
                self._audit.append_within(sql, entry)
        return True

    def hasten(self, entity_id: str, at: float) -> None:
        """Let it be read from then on, if its turn would come later; the version stays."""
        later = and_(key_candidates.c.entity_id == entity_id, key_candidates.c.next_at > at)
        with self._database.write() as sql:
            sql.execute(update(key_candidates).where(later).values(next_at=at))

    def refuse(
        self, entity_id: str, kid: str, thumbprint: str, *, at: float, reason: str, entry: Entry
    ) -> None:
        """The key never counts for this entity again."""
        keys = subordinate_keys
        same = and_(keys.c.entity_id == entity_id, keys.c.kid == kid)
        with self._database.write() as sql:
            if sql.execute(update(keys).where(same).values(gone=at, reason=reason)).rowcount == 0:
                row = {"entity_id": entity_id, "kid": kid, "thumbprint": thumbprint, "since": at}
                sql.execute(insert(keys).values(**row, gone=at, reason=reason))
            self._audit.append_within(sql, entry)


def _row(watched: Watched) -> dict[str, Any]:
    waits = watched.candidate or Candidate(keys=(), since=0.0)
    return {
        "entity_id": watched.entity_id,
        "next_at": watched.next_at,
        "read_at": watched.read_at,
        "issued": watched.issued,
        "trouble": watched.trouble,
        "missing": dict(watched.missing),
        "refused": list(watched.refused),
        "proven": list(watched.proven),
        "keys": [dict(key) for key in waits.keys],
        "since": waits.since,
        "held": waits.proven,
        "approved_by": waits.approved_by,
        "version": watched.version,
    }


def _watched(row: Row[Any]) -> Watched:
    said = row._mapping  # `keys` is also a method of a row
    waits = Candidate(keys=tuple(said["keys"]), since=row.since, proven=row.held, approved_by=row.approved_by)
    return Watched(
        entity_id=row.entity_id,
        next_at=row.next_at,
        read_at=row.read_at,
        issued=row.issued,
        trouble=row.trouble,
        candidate=waits if waits.keys else None,
        missing=row.missing,
        refused=tuple(row.refused),
        proven=tuple(row.proven),
        version=row.version,
    )
