"""Clients: owns the relying parties registered here, and the short memory that spares SQL on every request.

Does not know how a client proves itself. Implements `idp.client.Clients`.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from federation.bounded import Bounded
from idp.client import Client
from idp.records.database import Database
from idp.records.dynamic_tables import dynamic_clients
from idp.records.tables import clients

_LISTS = ("redirect_uris", "scopes", "post_logout_redirect_uris")
_NAMES = tuple(field.name for field in fields(Client) if field.name in clients.c)


class ClientRecords:
    """The clients of this node.

    An answer may be `max_age` seconds old, "nobody knows it" included: a client that was removed elsewhere is
    refused here at the latest then (I5).

    Args:
        database: where they are.
        max_age: seconds, 5 at most.
        size: how many answers are remembered; a flood of made-up names pushes out old ones, nothing more.
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
        self._seen: Bounded[str, tuple[float, Client | None]] = Bounded(size)

    def find(self, client_id: str) -> Client | None:
        """The client, or None when nobody knows it."""
        seen = self._seen.get(client_id)
        if seen is not None and self._now() < seen[0]:
            return seen[1]
        asked = self._now()
        with self._database.read() as sql:
            row = sql.execute(select(clients).where(clients.c.client_id == client_id)).one_or_none()
        found = None if row is None else client_of(row)
        self._seen.put(client_id, (asked + self._max_age, found))
        return found

    def list(self) -> tuple[Client, ...]:
        """All of them, by id."""
        with self._database.read() as sql:
            return tuple(client_of(row) for row in sql.execute(select(clients).order_by(clients.c.client_id)))

    def add(self, client: Client) -> bool:
        """Register; False: the id is taken."""
        with self.changing(client.client_id), self._database.write() as sql:
            taken = select(clients.c.client_id).where(clients.c.client_id == client.client_id)
            if sql.execute(taken).first() is not None:
                return False
            self.add_within(sql, client)
        return True

    def replace(self, client: Client) -> bool:
        """Write a client's new form over the old; False: there is none of this id."""
        with self.changing(client.client_id), self._database.write() as sql:
            return self.replace_within(sql, client)

    def remove(self, client_id: str) -> bool:
        """Forget a client; False: there was none."""
        with self.changing(client_id), self._database.write() as sql:
            # The token of one that registered itself must not open what is registered under its id later.
            sql.execute(delete(dynamic_clients).where(dynamic_clients.c.client_id == client_id))
            return self.remove_within(sql, client_id)

    def add_within(self, sql: Connection, client: Client) -> None:
        """Register within a transaction of somebody else, inside `changing`; the id is free."""
        sql.execute(insert(clients).values(_row(client)))

    def replace_within(self, sql: Connection, client: Client) -> bool:
        """Write a new form within a transaction of somebody else, inside `changing`."""
        same = clients.c.client_id == client.client_id
        return sql.execute(update(clients).where(same).values(_row(client))).rowcount == 1

    def remove_within(self, sql: Connection, client_id: str) -> bool:
        """Forget a client within a transaction of somebody else, inside `changing`."""
        return sql.execute(delete(clients).where(clients.c.client_id == client_id)).rowcount == 1

    @contextmanager
    def changing(self, client_id: str) -> Iterator[None]:
        """Whatever was remembered of a client is asked for anew afterwards, also when the change failed."""
        try:
            yield
        finally:
            self._seen.pop(client_id)


def _row(client: Client) -> dict[str, Any]:
    row = {name: getattr(client, name) for name in _NAMES}
    for name in _LISTS:
        row[name] = list(row[name])
    for name in ("name", "extra"):
        row[name] = dict(row[name])
    row["jwks"] = None if client.jwks is None else dict(client.jwks)
    return row


def client_of(row: Row[Any]) -> Client:
    """The client in a row that has all columns of the table."""
    values = {name: value for name, value in row._mapping.items() if name in _NAMES}
    for name in _LISTS:
        values[name] = tuple(values[name])
    return Client(**values)
