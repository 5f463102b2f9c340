"""Secrets: owns where sealed secrets that are not signing keys lie (the pairwise one above all).

Sees the key-encrypting key, to seal and to open.
"""

from sqlalchemy import insert, select, update

from idp.records.database import Database
from idp.records.tables import secrets
from keys.seal import Kek
from keys.secret import new_secret, open_bytes, seal_bytes


class Secrets:
    """Named secrets of 32 bytes.

    Args:
        kek: seals them; a row copied under another name does not open.
    """

    def __init__(self, database: Database, kek: Kek) -> None:
        self._database = database
        self._kek = kek

    def get_or_create(self, name: str) -> bytes:
        """The secret of this name, made at the first call; nodes that start together get the same one.

        Raises:
            keys.seal.SealError: sealed under another key-encrypting key.
        """
        with self._database.read() as sql:
            sealed = sql.execute(select(secrets.c.sealed).where(secrets.c.name == name)).scalar()
        if sealed is None:
            sealed = self._create(name)
        return open_bytes(self._kek, name, sealed)

    def reseal(self) -> int:
        """Seal every secret as new ones are sealed; returns how many were not.

        Raises:
            keys.kek.SealError: one opens neither under this key nor under the one that it replaces.
        """
        changed = 0
        with self._database.write() as sql:
            for name, sealed in sql.execute(select(secrets.c.name, secrets.c.sealed)).all():
                if not self._kek.sealed_here(sealed):
                    fresh = seal_bytes(self._kek, name, open_bytes(self._kek, name, sealed))
                    sql.execute(update(secrets).where(secrets.c.name == name).values(sealed=fresh))
                    changed += 1
        return changed

    def _create(self, name: str) -> bytes:
        fresh = seal_bytes(self._kek, name, new_secret())
        with self._database.write() as sql:
            other = sql.execute(select(secrets.c.sealed).where(secrets.c.name == name)).scalar()
            if other is not None:
                return bytes(other)
            sql.execute(insert(secrets).values(name=name, sealed=fresh))
        return fresh
