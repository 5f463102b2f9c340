"""Enrolments: owns keeping changes that people propose and approve.

Implements `idp.authority.enrolment.rows.Rows`.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, insert, select, update

from federation.authority import Subordinate, Wide
from federation.enrolment import Change, Proposal, Stage
from idp.audit import Entry
from idp.records.audit import AuditRecords
from idp.records.database import Database
from idp.records.enrolment_tables import enrolments

_TUPLES = frozenset({"kinds", "contacts", "metadata_policy_crit"})
_WORDS = ("code", "by", "reason", "at", "expires", "stage", "second", "decided", "why")


class EnrolmentRecords:
    """The proposals of one node."""

    def __init__(self, database: Database, audit: AuditRecords) -> None:
        self._database = database
        self._audit = audit

    def add(self, one: Proposal, entry: Entry) -> None:
        """Keep a new one, with its audit entry.

        Raises:
            Unavailable: `records`; as every verb here.
        """
        with self._database.write() as sql:
            sql.execute(insert(enrolments).values(_row(one)))
            self._audit.append_within(sql, entry)

    def move(self, one: Proposal, before: Stage, entry: Entry | None) -> bool:
        """Write where it stands now over where it stood; False: it stands elsewhere by now."""
        table = enrolments
        moved = {"stage": one.stage, "second": one.second, "decided": one.decided, "why": one.why}
        there = (table.c.code == one.code) & (table.c.stage == before)
        with self._database.write() as sql:
            if sql.execute(update(table).where(there).values(moved)).rowcount != 1:
                return False
            if entry is not None:
                self._audit.append_within(sql, entry)
        return True

    def find(self, code: str) -> Proposal | None:
        """One by its code."""
        with self._database.read() as sql:
            row = sql.execute(select(enrolments).where(enrolments.c.code == code)).one_or_none()
        return None if row is None else _proposal(row)

    def every(self, limit: int) -> Sequence[Proposal]:
        """The newest first."""
        wanted = select(enrolments).order_by(enrolments.c.at.desc(), enrolments.c.code).limit(limit)
        with self._database.read() as sql:
            return [_proposal(row) for row in sql.execute(wanted)]


def _row(one: Proposal) -> dict[str, Any]:
    change = one.change
    content = change.subordinate if change.subordinate is not None else change.wide
    said = {name: getattr(one, name) for name in _WORDS}
    return {
        **said,
        "verb": change.verb,
        "entity_id": change.entity_id,
        "seen": change.seen,
        "content": {} if content is None else asdict(content),
        "breaks": list(one.breaks),
        "notes": list(one.notes),
    }


def _proposal(row: Row[Any]) -> Proposal:
    content: dict[str, Any] = {
        name: tuple(value) if name in _TUPLES else value for name, value in row.content.items()
    }
    change = Change(
        verb=row.verb,
        entity_id=row.entity_id,
        subordinate=Subordinate(**content) if row.verb in ("enrol", "update") else None,
        wide=Wide(**content) if row.verb == "policy" else None,
        seen=row.seen,
    )
    words = {name: row._mapping[name] for name in _WORDS}
    return Proposal(change=change, breaks=tuple(row.breaks), notes=tuple(row.notes), **words)
