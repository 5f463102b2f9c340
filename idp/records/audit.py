"""Audit: owns the chain in which events are kept. Does not know what they mean.

Implements `idp.audit.AuditSink`. Every row holds the hash of the row before it in the same node's chain and a
hash over all of its own, so that a changed, deleted, inserted or reordered row breaks the chain; the head
tells where it ends. Whoever can write the whole database can write a whole new chain: only a copy of a head
kept elsewhere shows that (`heads`).
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from idp.audit import Entry
from idp.records.database import Database
from idp.records.tables import audit, audit_heads

_START = "0" * 64
_PAGE = 1000
_HASHED = ("node", "seq", "at", "event", "subject", "client", "incident", "details", "prev")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chained:
    """An entry and its place in the chain."""

    node: str
    seq: int
    entry: Entry
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """Where a chain does not hold.

    Attributes:
        seq: the first row that is wrong or missing.
        reason: `changed`, `missing`, `end` (rows after the last one are gone) or `head` (the head is).
    """

    node: str
    seq: int
    reason: str


class AuditRecords:
    """The chain of one node, and reading those of all.

    Args:
        node: whose chain `append` continues; processes that share it take turns.
    """

    def __init__(self, database: Database, node: str) -> None:
        self._database = database
        self._node = node

    def append(self, entry: Entry) -> None:
        """Keep the entry in one transaction; returns when it is durable.

        Raises:
            Unavailable: `records`; nothing was written.
        """
        with self._database.write() as sql:
            self.append_within(sql, entry)

    def append_within(self, sql: Connection, entry: Entry) -> None:
        """Keep the entry within a transaction of somebody else: what it tells of and the entry are kept,
        or neither."""
        here = audit_heads.c.node == self._node
        head = sql.execute(select(audit_heads).where(here).with_for_update()).one_or_none()
        seq, prev = (1, _START) if head is None else (head.seq + 1, head.hash)
        row = _row(self._node, seq, prev, entry)
        sql.execute(insert(audit).values(row))
        if head is None:
            sql.execute(insert(audit_heads).values(node=self._node, seq=seq, hash=row["hash"]))
        else:
            sql.execute(update(audit_heads).where(here).values(seq=seq, hash=row["hash"]))

    def tail(self, limit: int = 20, *, event: str | None = None) -> tuple[Chained, ...]:
        """The last `limit` entries of this node, oldest first."""
        wanted = select(audit).where(audit.c.node == self._node)
        if event is not None:
            wanted = wanted.where(audit.c.event == event)
        with self._database.read() as sql:
            rows = sql.execute(wanted.order_by(audit.c.seq.desc()).limit(limit)).all()
        return tuple(_chained(row) for row in reversed(rows))

    def heads(self) -> dict[str, tuple[int, str]]:
        """Where each chain ends: number and hash of the last row, to be kept elsewhere."""
        with self._database.read() as sql:
            return _heads(sql)

    def verify(self) -> tuple[Break, ...]:
        """The first break of every chain that has one; empty when all hold."""
        with self._database.read() as sql:  # one snapshot: what is appended meanwhile is not looked at
            heads = _heads(sql)
            nodes = set(sql.execute(select(audit.c.node).distinct()).scalars()) | set(heads)
        found = (self._verify(node, heads.get(node)) for node in sorted(nodes))
        return tuple(broken for broken in found if broken is not None)

    def _verify(self, node: str, head: tuple[int, str] | None) -> Break | None:
        seq, prev = 0, _START
        for row in self._rows(node):
            if head is not None and seq == head[0]:
                break  # written since the heads were read
            seq += 1
            if row.seq != seq:
                return Break(node=node, seq=seq, reason="missing")
            if row.prev != prev or row.hash != _hash(row._mapping):
                return Break(node=node, seq=seq, reason="changed")
            prev = row.hash
        if head is None:
            return Break(node=node, seq=seq, reason="head")
        return None if (seq, prev) == head else Break(node=node, seq=seq + 1, reason="end")

    def _rows(self, node: str) -> Iterator[Row[Any]]:
        last = -1
        while True:
            with self._database.read() as sql:
                wanted = select(audit).where((audit.c.node == node) & (audit.c.seq > last))
                page = sql.execute(wanted.order_by(audit.c.seq).limit(_PAGE)).all()
            yield from page
            if len(page) < _PAGE:
                return
            last = page[-1].seq


def _heads(sql: Connection) -> dict[str, tuple[int, str]]:
    return {row.node: (row.seq, row.hash) for row in sql.execute(select(audit_heads))}


def _row(node: str, seq: int, prev: str, entry: Entry) -> dict[str, Any]:
    row: dict[str, Any] = {
        "node": node,
        "seq": seq,
        "at": entry.at,
        "event": entry.event,
        "subject": entry.subject,
        "client": entry.client,
        "incident": entry.incident,
        "details": dict(entry.details),
        "prev": prev,
    }
    return row | {"hash": _hash(row)}


def _hash(row: Any) -> str:
    values = {name: row[name] for name in _HASHED}
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _chained(row: Row[Any]) -> Chained:
    entry = Entry(**{field.name: row._mapping[field.name] for field in fields(Entry)})
    return Chained(node=row.node, seq=row.seq, entry=entry, hash=row.hash)
