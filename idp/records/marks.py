"""Marks: owns keeping the trust marks that we issued, and their types. Implements
`idp.authority.markbook.Markbook`."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, exists, insert, select, update

from federation.authority import Kind
from federation.authority.marks import MarkType
from idp.audit import Entry
from idp.authority.markbook import Mark
from idp.records.audit import AuditRecords
from idp.records.authority_tables import subordinates, trust_mark_types, trust_marks
from idp.records.database import Database
from idp.records.subordinates import tell

_MARK = tuple(field.name for field in fields(Mark))
_TYPE = tuple(field.name for field in fields(MarkType))
_WIDTH = 400  # names in one question
_CURRENT = and_(trust_marks.c.current, trust_marks.c.revoked_at.is_(None))


class MarkRecords:
    """The marks of one node."""

    def __init__(self, database: Database, audit: AuditRecords) -> None:
        self._database = database
        self._audit = audit

    def types(self) -> Sequence[MarkType]:
        """Every type, by name.

        Raises:
            Unavailable: `records`; as every verb here.
        """
        with self._database.read() as sql:
            return [_type(row) for row in sql.execute(select(trust_mark_types).order_by("type"))]

    def save_type(self, of: MarkType, entry: Entry) -> None:
        """Write a type, over what it was before."""
        row = {**asdict(of), "issuers": None if of.issuers is None else list(of.issuers)}
        with self._database.write() as sql:
            sql.execute(delete(trust_mark_types).where(trust_mark_types.c.type == of.type))
            sql.execute(insert(trust_mark_types).values(row))
            self._audit.append_within(sql, entry)

    def find(self, mark_type: str, subject: str) -> Mark | None:
        """The current mark, revoked or not."""
        wanted = select(trust_marks).where(_of(mark_type, subject), trust_marks.c.current)
        with self._database.read() as sql:
            row = sql.execute(wanted).one_or_none()
        return None if row is None else _mark(row)

    def by_hash(self, token_sha256: str) -> Mark | None:
        """The mark whose text has this hash."""
        wanted = select(trust_marks).where(trust_marks.c.token_sha256 == token_sha256)
        with self._database.read() as sql:
            row = sql.execute(wanted).one_or_none()
        return None if row is None else _mark(row)

    def held(self, subjects: Sequence[str], now: float) -> Sequence[Mark]:
        """All marks of these entities that count, by entity and type."""
        asked = select(trust_marks).where(_CURRENT, trust_marks.c.expires > now)
        found: list[Mark] = []
        with self._database.read() as sql:
            for start in range(0, len(subjects), _WIDTH):
                names = subjects[start : start + _WIDTH]
                found += map(_mark, sql.execute(asked.where(trust_marks.c.subject.in_(names))))
        return sorted(found, key=lambda one: (one.subject, one.type))

    def holders(self, mark_type: str, now: float) -> Sequence[str]:
        """Who holds a mark of this type that counts, sorted."""
        wanted = select(trust_marks.c.subject).where(
            trust_marks.c.type == mark_type, _CURRENT, trust_marks.c.expires > now
        )
        with self._database.read() as sql:
            return list(sql.execute(wanted.order_by(trust_marks.c.subject)).scalars())

    def issue(self, mark: Mark, entry: Entry | None) -> bool:
        """Keep a fresh mark in the place of the current one."""
        same = _of(mark.type, mark.subject)
        with self._database.write() as sql:
            if (
                entry is None
                and sql.execute(select(trust_marks.c.type).where(same, _CURRENT)).first() is None
            ):
                return False  # revoked meanwhile
            sql.execute(update(trust_marks).where(same, trust_marks.c.current).values(current=False))
            sql.execute(insert(trust_marks).values(_row(mark)))
            if entry is not None:
                _tell(sql, mark.subject, "trust_mark_issuance", mark.type, entry.at)
                self._audit.append_within(sql, entry)
        return True

    def revoke(self, mark_type: str, subject: str, *, at: float, reason: str, entry: Entry) -> bool:
        """Let every form of a mark count no longer; False: there is none that counts."""
        same = _of(mark_type, subject)
        with self._database.write() as sql:
            if sql.execute(select(trust_marks.c.type).where(same, _CURRENT)).first() is None:
                return False
            alive = and_(same, trust_marks.c.revoked_at.is_(None))
            sql.execute(update(trust_marks).where(alive).values(revoked_at=at, reason=reason))
            _tell(sql, subject, "trust_mark_revocation", mark_type, at)
            self._audit.append_within(sql, entry)
        return True

    def due(self, now: float, lease: float, limit: int) -> Sequence[Mark]:
        """Those to be renewed, lent to one process for a while.

        Not those of subordinates that are suspended or removed: what they hold may run out.
        """
        gone = exists().where(
            subordinates.c.entity_id == trust_marks.c.subject, subordinates.c.state != "active"
        )
        asked = select(trust_marks).where(_CURRENT, trust_marks.c.renew_at <= now, ~gone)
        with self._database.read() as sql:
            if sql.execute(asked.limit(1)).first() is None:
                return ()
        with self._database.write() as sql:
            rows = sql.execute(asked.order_by(trust_marks.c.renew_at).limit(limit)).all()
            taken = trust_marks.c.token_sha256.in_([row.token_sha256 for row in rows])
            sql.execute(update(trust_marks).where(taken).values(renew_at=now + lease))
        return [_mark(row) for row in rows]

    def note(self, entry: Entry) -> None:
        """Keep an audit entry alone."""
        self._audit.append(entry)

    def prune(self, before: float) -> None:
        """Forget those that had expired by then and have been replaced."""
        old = and_(trust_marks.c.expires <= before, trust_marks.c.current.is_(False))
        with self._database.write() as sql:
            sql.execute(delete(trust_marks).where(old))


def _of(mark_type: str, subject: str) -> ColumnElement[bool]:
    return and_(trust_marks.c.type == mark_type, trust_marks.c.subject == subject)


def _tell(sql: Connection, subject: str, event: Kind, description: str, at: float) -> None:
    """Only of subordinates are events told; marks are also given to others."""
    known = select(subordinates.c.version).where(subordinates.c.entity_id == subject)
    if sql.execute(known).first() is not None:
        tell(sql, subject, event, description, at)


def _row(mark: Mark) -> dict[str, Any]:
    return {**asdict(mark), "token_sha256": hashlib.sha256(mark.token.encode()).hexdigest()}


def _mark(row: Row[Any]) -> Mark:
    return Mark(**{name: row._mapping[name] for name in _MARK})


def _type(row: Row[Any]) -> MarkType:
    values = {name: row._mapping[name] for name in _TYPE}
    issuers = values["issuers"]
    return MarkType(**values | {"issuers": None if issuers is None else tuple(issuers)})
