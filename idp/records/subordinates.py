"""Subordinates: owns keeping who is below us, what happened to them, and what is said of all of them.

Implements `idp.authority.rows.Rows`. Lists walk an index from where the page begins; a change of the state is
in every list with its transaction.
"""

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, literal, select, update

from federation.authority import Kind, State, Subordinate, Wide
from federation.authority.listing import Filters, Place
from idp.audit import Entry
from idp.authority.rows import Happened, KeptKey
from idp.records.audit import AuditRecords
from idp.records.authority_tables import (
    authority_policy,
    subordinate_documents,
    subordinate_events,
    subordinate_kinds,
    subordinates,
)
from idp.records.certified import kept_keys, note_keys
from idp.records.database import Database
from idp.records.subordinate_lists import fitting

_ROW = authority_policy.c.name == "all"
_NAMES = tuple(field.name for field in fields(Subordinate))
_TUPLES = ("kinds", "metadata_policy_crit", "contacts")


class SubordinateRecords:
    """The subordinates of one node."""

    def __init__(self, database: Database, audit: AuditRecords) -> None:
        self._database = database
        self._audit = audit

    def find(self, entity_id: str) -> Subordinate | None:
        """The row in whatever state.

        Raises:
            Unavailable: `records`; as every verb here.
        """
        with self._database.read() as sql:
            row = sql.execute(select(subordinates).where(subordinates.c.entity_id == entity_id)).one_or_none()
        return None if row is None else read_subordinate(row)

    def keys(self, entity_id: str) -> Sequence[KeptKey]:
        """Every key that was ever certified for it, or refused."""
        with self._database.read() as sql:
            return kept_keys(sql, entity_id)

    def wide(self) -> Wide:
        """What is said of all."""
        with self._database.read() as sql:
            return read_wide(sql)

    def save(
        self, one: Subordinate, *, seen: int, events: Sequence[tuple[Kind, str]], at: float, entry: Entry
    ) -> bool:
        """Write a row over the version that was seen, with what happened and the audit entry, or nothing."""
        with self._database.write() as sql:
            if not _write(sql, one, seen):
                return False
            for event, description in events:
                tell(sql, one.entity_id, event, description, at)
            self._audit.append_within(sql, entry)
        return True

    def save_wide(self, wide: Wide, *, seen: int, event: tuple[Kind, str], at: float, entry: Entry) -> bool:
        """Write what is said of all; every active subordinate has a new version and an event of it."""
        active = subordinates.c.state == "active"
        told = select(subordinates.c.entity_id, literal(at), literal(event[0]), literal(event[1])).where(
            active
        )
        with self._database.write() as sql:
            if read_wide(sql).version != seen:
                return False
            sql.execute(delete(authority_policy).where(_ROW))
            sql.execute(insert(authority_policy).values(name="all", **_plain(asdict(wide))))
            columns = ["entity_id", "at", "event", "description"]
            sql.execute(insert(subordinate_events).from_select(columns, told))
            moved = {"version": subordinates.c.version + 1, "updated": at}
            sql.execute(update(subordinates).where(active).values(moved))
            due = subordinate_documents.c.kind == "statement"
            sql.execute(update(subordinate_documents).where(due).values(renew_at=0.0))
            self._audit.append_within(sql, entry)
        return True

    def page(self, filters: Filters, after: Place | None, limit: int, now: float) -> Sequence[Subordinate]:
        """Active subordinates in their order, from a place on."""
        with self._database.read() as sql:
            rows = sql.execute(fitting(subordinates, filters, after, now).limit(limit)).all()
        return [read_subordinate(row) for row in rows]

    def ids(self, filters: Filters, now: float) -> Sequence[str]:
        """The identifiers of all active ones that fit."""
        with self._database.read() as sql:
            return list(sql.execute(fitting(subordinates.c.entity_id, filters, None, now)).scalars())

    def every(self, state: State) -> Sequence[str]:
        """The identifiers of all in a state."""
        wanted = select(subordinates.c.entity_id).where(subordinates.c.state == state)
        with self._database.read() as sql:
            return list(sql.execute(wanted.order_by(subordinates.c.entity_id)).scalars())

    def events(self, entity_id: str) -> Sequence[Happened]:
        """What happened to it, oldest first."""
        wanted = select(subordinate_events).where(subordinate_events.c.entity_id == entity_id)
        with self._database.read() as sql:
            rows = sql.execute(wanted.order_by(subordinate_events.c.id)).all()
        return [Happened(id=row.id, at=row.at, event=row.event, description=row.description) for row in rows]


def tell(sql: Connection, entity_id: str, event: Kind, description: str, at: float) -> None:
    """Write that something happened to a subordinate, within a transaction."""
    values = {"entity_id": entity_id, "at": at, "event": event, "description": description}
    sql.execute(insert(subordinate_events).values(values))


def _write(sql: Connection, one: Subordinate, seen: int) -> bool:
    same = subordinates.c.entity_id == one.entity_id
    row = row_of(one)
    if seen == 0:
        if sql.execute(select(subordinates.c.version).where(same)).first() is not None:
            return False
        sql.execute(insert(subordinates).values(row))
    elif (
        sql.execute(update(subordinates).where(same & (subordinates.c.version == seen)).values(row)).rowcount
        != 1
    ):
        return False
    sql.execute(delete(subordinate_kinds).where(subordinate_kinds.c.entity_id == one.entity_id))
    if one.kinds:
        kinds = [{"kind": kind, "entity_id": one.entity_id} for kind in one.kinds]
        sql.execute(insert(subordinate_kinds), kinds)
    note_keys(sql, one)
    _unsign(sql, one)
    return True


def _unsign(sql: Connection, one: Subordinate) -> None:
    """What was signed about it is not what we say any more: sign anew soon, or never."""
    documents = subordinate_documents
    sql.execute(
        delete(documents).where(documents.c.kind == "statement", documents.c.entity_id == one.entity_id)
    )
    if one.state == "active":
        empty = {"token": "", "kid": "", "basis": 0, "issued": 0, "expires": 0, "renew_at": 0.0}
        sql.execute(insert(documents).values(kind="statement", entity_id=one.entity_id, **empty))


def read_wide(sql: Connection) -> Wide:
    """What is said of all, within a transaction."""
    row = sql.execute(select(authority_policy).where(_ROW)).one_or_none()
    if row is None:
        return Wide()
    return Wide(
        metadata_policy=row.metadata_policy,
        metadata_policy_crit=tuple(row.metadata_policy_crit),
        constraints=row.constraints,
        version=row.version,
    )


def row_of(one: Subordinate) -> dict[str, Any]:
    """A subordinate as a row."""
    return _plain({name: getattr(one, name) for name in _NAMES})


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in row.items()}


def read_subordinate(row: Row[Any]) -> Subordinate:
    """A row as what it says."""
    values = {name: row._mapping[name] for name in _NAMES}
    return Subordinate(**values | {name: tuple(values[name]) for name in _TUPLES})
