"""Dynamic: owns keeping relying parties that register themselves: each change is one transaction, with what
it spends and what is told of it (I6). Does not judge.

Implements `idp.oauth.registration.rows.Rows`.
"""

from sqlalchemy import Connection, delete, insert, select

from idp.audit import Entry
from idp.dynamic import Registered
from idp.records.audit import AuditRecords
from idp.records.clients import ClientRecords, client_of
from idp.records.database import Database
from idp.records.dynamic_tables import dynamic_clients
from idp.records.initial_tokens import InitialTokenRecords, spend_within
from idp.records.tables import clients, consents


class DynamicRecords:
    """Relying parties of this node that registered themselves.

    Attributes:
        initial: the tokens with which they may.
    """

    def __init__(self, database: Database, known: ClientRecords, audit: AuditRecords) -> None:
        self._database = database
        self._known = known
        self._audit = audit
        self.initial = InitialTokenRecords(database, audit)

    def add(self, one: Registered, entry: Entry) -> bool:
        """Keep a new one and count it; False: its initial token opens nothing any more, nothing was kept.

        Raises:
            Unavailable: `records`; as every verb here.
        """
        with self._known.changing(one.client.client_id), self._database.write() as sql:
            if not spend_within(sql, one.initial, one.issued):
                return False
            self._known.add_within(sql, one.client)
            sql.execute(
                insert(dynamic_clients).values(
                    client_id=one.client.client_id,
                    token_sha256=one.token_sha256,
                    issued=one.issued,
                    initial=one.initial,
                )
            )
            self._audit.append_within(sql, entry)
        return True

    def find(self, client_id: str) -> Registered | None:
        """The one of this id as it is now; None also for clients that an operator registered."""
        here = clients.join(dynamic_clients, clients.c.client_id == dynamic_clients.c.client_id)
        wanted = select(clients, *(dynamic_clients.c[name] for name in ("token_sha256", "issued", "initial")))
        with self._database.read() as sql:
            row = sql.execute(wanted.select_from(here).where(clients.c.client_id == client_id)).one_or_none()
        if row is None:
            return None
        return Registered(
            client=client_of(row), token_sha256=row.token_sha256, issued=row.issued, initial=row.initial
        )

    def replace(self, one: Registered, entry: Entry, *, stranger: bool) -> bool:
        """Write its new form; False: it is gone.

        Args:
            stranger: whether citizens know it as another site by now: what they agreed to is forgotten.
        """
        client_id = one.client.client_id
        with self._known.changing(client_id), self._database.write() as sql:
            there = select(dynamic_clients.c.client_id).where(dynamic_clients.c.client_id == client_id)
            if sql.execute(there).first() is None or not self._known.replace_within(sql, one.client):
                return False
            if stranger:
                _forget_consents(sql, client_id)
            self._audit.append_within(sql, entry)
        return True

    def remove(self, client_id: str, entry: Entry) -> bool:
        """Forget it, and what citizens agreed to; False: it is gone."""
        with self._known.changing(client_id), self._database.write() as sql:
            ours = dynamic_clients.c.client_id == client_id
            if sql.execute(delete(dynamic_clients).where(ours)).rowcount != 1:
                return False
            self._known.remove_within(sql, client_id)
            _forget_consents(sql, client_id)
            self._audit.append_within(sql, entry)
        return True


def _forget_consents(sql: Connection, client_id: str) -> None:
    sql.execute(delete(consents).where(consents.c.client_id == client_id))
