"""Key facts: owns what is known about keys besides themselves: replicas, ledger, sightings, overrides.

Everything merges: a fact that is written twice, or by two processes, is the same fact.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Table, and_, delete, insert, select, update

from idp.audit import Entry
from idp.records import tables
from idp.records.audit import AuditRecords
from idp.records.database import Database
from keys.evidence import Level, Override, Sighting
from keys.facts import Replica
from keys.key import Purpose
from keys.ledger import Ledger, Signed

_REPLICAS, _LEDGER, _SIGHTINGS = tables.key_replicas, tables.key_ledger, tables.key_sightings
_OVERRIDES, _APPROVALS = tables.key_overrides, tables.key_approvals


class KeyFacts:
    """What all processes of a node know together."""

    def __init__(self, database: Database, audit: AuditRecords) -> None:
        self._database = database
        self._audit = audit

    def beat(self, purpose: Purpose, replica: Replica, version: int) -> None:
        """A process says what it serves and signs with.

        Raises:
            Unavailable: `records`.
        """
        row = {
            "version": version,
            "acknowledged": sorted(replica.acknowledged),
            "signing": sorted(replica.signing),
            "heartbeat": replica.heartbeat,
        }
        with self._database.write() as sql:
            _put(sql, _REPLICAS, {"name": replica.name, "purpose": purpose}, row)

    def leave(self, name: str) -> None:
        """A process ends and need not be waited for."""
        with self._database.write() as sql:
            sql.execute(delete(_REPLICAS).where(_REPLICAS.c.name == name))

    def prune(self, before: float) -> None:
        """Forget processes that were silent since that moment."""
        with self._database.write() as sql:
            sql.execute(delete(_REPLICAS).where(_REPLICAS.c.heartbeat < before))

    def replicas(self, purpose: Purpose) -> tuple[Replica, ...]:
        """Every process that was heard of."""
        with self._database.read() as sql:
            rows = sql.execute(select(_REPLICAS).where(_REPLICAS.c.purpose == purpose).order_by("name")).all()
        return tuple(
            Replica(
                name=row.name,
                acknowledged=frozenset(row.acknowledged),
                signing=frozenset(row.signing),
                heartbeat=row.heartbeat,
            )
            for row in rows
        )

    def note(self, ledger: Ledger, seen: Sequence[tuple[Sighting, int]]) -> None:
        """Merge what one process signed and saw; each sighting with how often.

        Raises:
            Unavailable: `records`; nothing was written.
        """
        if not ledger.entries and not seen:
            return
        with self._database.write() as sql:
            for kid, signed in ledger.entries.items():
                before = sql.execute(select(_LEDGER).where(_LEDGER.c.kid == kid)).one_or_none()
                _put(
                    sql,
                    _LEDGER,
                    {"kid": kid},
                    asdict(signed if before is None else signed.joined(_signed(before))),
                )
            for sighting, times in seen:
                _see(sql, sighting, times)

    def ledger(self) -> Ledger:
        """What every key signed."""
        with self._database.read() as sql:
            return Ledger({row.kid: _signed(row) for row in sql.execute(select(_LEDGER))})

    def sightings(self, kids: Collection[str]) -> tuple[tuple[Sighting, int], ...]:
        """Who has seen these keys, and how often."""
        wanted = select(_SIGHTINGS).where(_SIGHTINGS.c.kid.in_(kids)).order_by("kid", "observer", "level")
        with self._database.read() as sql:
            return tuple((_sighting(row), row.times) for row in sql.execute(wanted))

    def overrides(self, kids: Collection[str]) -> tuple[Override, ...]:
        """What two people let these keys pass."""
        with self._database.read() as sql:
            rows = sql.execute(select(_OVERRIDES).where(_OVERRIDES.c.kid.in_(kids))).mappings()
            return tuple(Override(**row) for row in rows)

    def approve(self, code: str, *, kid: str, observer: str, by: str, expires: float, entry: Entry) -> None:
        """Keep a second person's agreement under a code that only they know."""
        with self._database.write() as sql:
            row = {"kid": kid, "observer": observer, "by": by, "expires": expires}
            _put(sql, _APPROVALS, {"code_sha256": _hash(code)}, row)
            self._audit.append_within(sql, entry)

    def approval(self, code: str, *, kid: str, observer: str, now: float) -> str | None:
        """Who agreed to this under that code, or None: unknown, for something else, used, or too old."""
        with self._database.read() as sql:
            row = sql.execute(select(_APPROVALS).where(_APPROVALS.c.code_sha256 == _hash(code))).one_or_none()
        good = row is not None and (row.kid, row.observer) == (kid, observer) and now < row.expires
        return str(row.by) if row is not None and good else None

    def override(self, override: Override, code: str, entry: Entry) -> bool:
        """Use an agreement up and let the key pass; False: somebody has used it already."""
        row = {"at": override.at, "reason": override.reason, "by": override.by, "second": override.second}
        with self._database.write() as sql:
            spent = sql.execute(delete(_APPROVALS).where(_APPROVALS.c.code_sha256 == _hash(code))).rowcount
            if spent != 1:
                return False
            _put(sql, _OVERRIDES, {"kid": override.kid, "observer": override.observer}, row)
            self._audit.append_within(sql, entry)
        return True


def _see(sql: Connection, seen: Sighting, times: int) -> None:
    name = {"kid": seen.kid, "observer": seen.observer, "kind": seen.kind, "level": int(seen.level)}
    where = and_(*(_SIGHTINGS.c[column] == value for column, value in name.items()))
    before = sql.execute(select(_SIGHTINGS).where(where)).one_or_none()
    row = {"first_at": seen.first_at, "last_at": seen.last_at, "times": times}
    if before is not None:
        row = {
            "first_at": min(seen.first_at, before.first_at),
            "last_at": max(seen.last_at, before.last_at),
            "times": before.times + times,
        }
    _put(sql, _SIGHTINGS, name, row)


def _put(sql: Connection, table: Table, name: dict[str, Any], row: dict[str, Any]) -> None:
    """Write a row, over the one that is there."""
    where = and_(*(table.c[column] == value for column, value in name.items()))
    if sql.execute(update(table).where(where).values(row)).rowcount == 0:
        sql.execute(insert(table).values(name | row))


def _signed(row: Any) -> Signed:
    return Signed(first_signed=row.first_signed, last_signed=row.last_signed, latest_exp=row.latest_exp)


def _sighting(row: Any) -> Sighting:
    return Sighting(
        kid=row.kid,
        observer=row.observer,
        kind=row.kind,
        level=Level(row.level),
        first_at=row.first_at,
        last_at=row.last_at,
    )


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
