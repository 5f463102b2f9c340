"""Documents: owns keeping what was signed about subordinates.

Implements `idp.authority.documents.Documents`.
"""

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any, cast

from sqlalchemy import Connection, Row, and_, bindparam, func, insert, or_, select, update

from federation.authority import Subordinate, Wide
from idp.authority.documents import Document, Found
from idp.records.authority_tables import subordinate_documents as documents
from idp.records.authority_tables import subordinate_events, subordinates
from idp.records.database import Database
from idp.records.subordinates import read_subordinate, read_wide

_NAMES = tuple(field.name for field in fields(Document))
_WIDTH = 400  # names in one question


class DocumentRecords:
    """The signed documents of one node."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def statement(self, entity_id: str) -> Found | None:
        """About an active subordinate; None: there is none of that name.

        Raises:
            Unavailable: `records`; as every verb here.
        """
        same = and_(documents.c.kind == "statement", documents.c.entity_id == subordinates.c.entity_id)
        asked = select(subordinates.c.version, documents).outerjoin_from(subordinates, documents, same)
        asked = asked.where(subordinates.c.entity_id == entity_id, subordinates.c.state == "active")
        with self._database.read() as sql:
            row = sql.execute(asked).one_or_none()
        return None if row is None else Found(row.version, _document(row) if row.token else None)

    def statements(self, entity_ids: Sequence[str]) -> Sequence[Document]:
        """Those of them that were signed and say what we say now."""
        same = and_(
            documents.c.entity_id == subordinates.c.entity_id, documents.c.basis == subordinates.c.version
        )
        asked = select(documents).join_from(documents, subordinates, same)
        asked = asked.where(documents.c.kind == "statement", subordinates.c.state == "active")
        found: list[Document] = []
        with self._database.read() as sql:
            for start in range(0, len(entity_ids), _WIDTH):
                names = entity_ids[start : start + _WIDTH]
                found += map(_document, sql.execute(asked.where(documents.c.entity_id.in_(names))))
        return [one for one in found if one.token]

    def events(self, entity_id: str) -> Found | None:
        """About an entity that is or was a subordinate; None: it never was."""
        with self._database.read() as sql:
            last = _last_event(sql, entity_id)
            same = and_(documents.c.kind == "events", documents.c.entity_id == entity_id)
            row = sql.execute(select(documents).where(same)).one_or_none()
        return None if last is None else Found(last, None if row is None else _document(row))

    def take_due(self, now: float, lease: float, limit: int) -> tuple[Wide, Sequence[Subordinate]]:
        """Subordinates whose statement is to be signed, lent to one process for a while."""
        due = select(documents.c.entity_id).where(
            documents.c.kind == "statement", documents.c.renew_at <= now
        )
        with self._database.read() as sql:
            if sql.execute(due.limit(1)).first() is None:
                return Wide(), ()
        with self._database.write() as sql:
            names = list(sql.execute(due.order_by(documents.c.renew_at).limit(limit)).scalars())
            lent = and_(documents.c.kind == "statement", documents.c.entity_id.in_(names))
            sql.execute(update(documents).where(lent).values(renew_at=now + lease))
            rows = sql.execute(select(subordinates).where(subordinates.c.entity_id.in_(names))).all()
            return read_wide(sql), [read_subordinate(row) for row in rows]

    def get(self, entity_id: str) -> tuple[Wide, Subordinate] | None:
        """What a statement about an active subordinate is made from."""
        asked = select(subordinates).where(
            subordinates.c.entity_id == entity_id, subordinates.c.state == "active"
        )
        with self._database.read() as sql:
            row = sql.execute(asked).one_or_none()
            return None if row is None else (read_wide(sql), read_subordinate(row))

    def keep(self, fresh: Sequence[Document]) -> None:
        """Keep those that are of the newest basis and not older than what is kept."""
        if not fresh:
            return
        statements = [one for one in fresh if one.kind == "statement"]
        with self._database.write() as sql:
            if statements:
                sql.execute(_REPLACE, [_bound(one) for one in statements])
            for one in fresh:
                if one.kind == "events":
                    _keep_events(sql, one)


_REPLACE = (
    update(documents)
    .where(
        documents.c.kind == "statement",
        documents.c.entity_id == bindparam("entity"),
        or_(documents.c.basis != bindparam("made_of"), documents.c.issued < bindparam("since")),
        select(subordinates.c.version)
        .where(
            subordinates.c.entity_id == bindparam("entity"),
            subordinates.c.version == bindparam("made_of"),
            subordinates.c.state == "active",
        )
        .exists(),
    )
    .values({name: bindparam(f"new_{name}") for name in _NAMES if name not in ("kind", "entity_id")})
)


def _bound(one: Document) -> dict[str, Any]:
    said = asdict(one)
    named = {f"new_{name}": said[name] for name in _NAMES if name not in ("kind", "entity_id")}
    return {"entity": one.entity_id, "made_of": one.basis, "since": one.issued, **named}


def _keep_events(sql: Connection, one: Document) -> None:
    if _last_event(sql, one.entity_id) != one.basis:
        return
    same = and_(documents.c.kind == "events", documents.c.entity_id == one.entity_id)
    before = sql.execute(select(documents.c.basis, documents.c.issued).where(same)).one_or_none()
    if before is None:
        sql.execute(insert(documents).values(asdict(one)))
    elif before.basis != one.basis or before.issued < one.issued:
        sql.execute(update(documents).where(same).values(asdict(one)))


def _last_event(sql: Connection, entity_id: str) -> int | None:
    asked = select(func.max(subordinate_events.c.id)).where(subordinate_events.c.entity_id == entity_id)
    return cast("int | None", sql.execute(asked).scalar())


def _document(row: Row[Any]) -> Document:
    return Document(**{name: row._mapping[name] for name in _NAMES})
