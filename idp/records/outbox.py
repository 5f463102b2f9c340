"""Outbox: owns what is still to be told to others after a logout: no message is lost with a process (I17).

Does not know how it is told. Two workers never get the same message at once: taking one lends it for a while.
"""

import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from idp.delivery import Delivery, Kind
from idp.records.database import Database
from idp.records.tables import outbox


class Outbox:
    """Messages that must arrive or be parked with an alarm.

    Args:
        lease: seconds for which a message taken by `due` belongs to the worker that took it; longer than a
            delivery may last.
    """

    def __init__(self, database: Database, *, lease: float = 60.0) -> None:
        self._database = database
        self._lease = lease

    def add(self, kind: Kind, target: str, payload: Mapping[str, object], now: float) -> str:
        """Write a message down, due at once; its id. Returns when it is durable."""
        values = {
            "id": secrets.token_hex(16),
            "kind": kind,
            "target": target,
            "payload": dict(payload),
            "created": now,
            "next_try": now,
            "tries": 0,
        }
        with self._database.write() as sql:
            sql.execute(insert(outbox).values(values))
        return str(values["id"])

    def due(self, now: float, limit: int = 20) -> tuple[Delivery, ...]:
        """Take up to `limit` messages that are due, oldest first, lent for `lease` seconds."""
        open_ = outbox.c.done_at.is_(None) & outbox.c.parked_at.is_(None)
        wanted = select(outbox).where(open_ & (outbox.c.next_try <= now))
        wanted = wanted.order_by(outbox.c.next_try, outbox.c.created).limit(limit)
        with self._database.read() as sql:  # mostly there is nothing, and a reader disturbs no writer
            if sql.execute(wanted.limit(1)).first() is None:
                return ()
        with self._database.write() as sql:
            rows = sql.execute(wanted.with_for_update(skip_locked=True)).all()
            lent = update(outbox).where(outbox.c.id.in_([row.id for row in rows]))
            sql.execute(lent.values(next_try=now + self._lease, tries=outbox.c.tries + 1))
        return tuple(_delivery(row) for row in rows)

    def done(self, id_: str, now: float) -> None:
        """It has arrived."""
        self._set(id_, done_at=now)

    def retry(self, id_: str, next_try: float) -> None:
        """It has not; again at `next_try`."""
        self._set(id_, next_try=next_try)

    def park(self, id_: str, now: float) -> None:
        """It will not arrive by itself: kept for a person to look at."""
        self._set(id_, parked_at=now)

    def unpark(self, id_: str, now: float) -> None:
        """Somebody looked at it: due again."""
        self._set(id_, parked_at=None, next_try=now, tries=0)

    def counts(self) -> tuple[int, int]:
        """How many are waiting, and how many are parked."""
        open_ = outbox.c.done_at.is_(None)
        with self._database.read() as sql:
            count = select(func.count()).select_from(outbox).where(open_)
            waiting = sql.execute(count.where(outbox.c.parked_at.is_(None))).scalar_one()
            parked = sql.execute(count.where(outbox.c.parked_at.is_not(None))).scalar_one()
        return int(waiting), int(parked)

    def prune(self, before: float) -> int:
        """Forget what arrived before then; how many."""
        with self._database.write() as sql:
            return int(sql.execute(delete(outbox).where(outbox.c.done_at < before)).rowcount)

    def _set(self, id_: str, **values: float | None) -> None:
        with self._database.write() as sql:
            sql.execute(update(outbox).where(outbox.c.id == id_).values(**values))


def write_lent(sql: Connection, delivery: Delivery, until: float) -> None:
    """Write a message down as lent to the writer itself, who tries it at once."""
    sql.execute(
        insert(outbox).values(
            id=delivery.id,
            kind=delivery.kind,
            target=delivery.target,
            payload=dict(delivery.payload),
            created=delivery.created,
            next_try=until,
            tries=delivery.tries,
        )
    )


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        kind=row.kind,
        target=row.target,
        payload=row.payload,
        created=row.created,
        tries=row.tries + 1,
    )
