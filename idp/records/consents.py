"""Consents: owns where consents lie. Does not know when one is asked for."""

from sqlalchemy import ColumnElement, delete, insert, select

from idp.consent import Consent
from idp.records.database import Database
from idp.records.tables import consents


class Consents:
    """The consents given at this node."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, source: str, local_id: str, client_id: str) -> Consent | None:
        """What this citizen agreed to give this client, or None."""
        with self._database.read() as sql:
            row = sql.execute(select(consents).where(_same(source, local_id, client_id))).one_or_none()
        return None if row is None else Consent(**{**row._mapping, "scopes": tuple(row.scopes)})

    def give(self, consent: Consent) -> None:
        """Keep a consent over the one before: what was agreed last is what counts."""
        row = {
            "source": consent.source,
            "local_id": consent.local_id,
            "client_id": consent.client_id,
            "scopes": list(consent.scopes),
            "given_at": consent.given_at,
        }
        with self._database.write() as sql:
            sql.execute(delete(consents).where(_same(consent.source, consent.local_id, consent.client_id)))
            sql.execute(insert(consents).values(row))

    def withdraw(self, source: str, local_id: str, client_id: str) -> bool:
        """Forget a consent; False: there was none."""
        with self._database.write() as sql:
            return sql.execute(delete(consents).where(_same(source, local_id, client_id))).rowcount == 1


def _same(source: str, local_id: str, client_id: str) -> ColumnElement[bool]:
    who = (consents.c.source == source) & (consents.c.local_id == local_id)
    return who & (consents.c.client_id == client_id)
