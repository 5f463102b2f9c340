"""Keys: owns where sealed signing keys lie. Never sees a private key. Implements `keys.store.KeyStore`."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from idp.records import tables
from idp.records.database import Database
from keys.key import Purpose
from keys.seal import SealedKey

_KEYS = tables.keys
_RINGS = tables.key_rings
_NAMES = tuple(field.name for field in fields(SealedKey))


class KeyRecords:
    """Rings, each with a version that counts its changes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, purpose: Purpose) -> tuple[int, tuple[SealedKey, ...]]:
        """Version and keys of a ring, oldest first; `(0, ())` for one that was never saved."""
        with self._database.read() as sql:
            version = _version(sql, purpose)
            rows = sql.execute(
                select(_KEYS).where(_KEYS.c.purpose == purpose).order_by(_KEYS.c.generated, _KEYS.c.kid)
            )
            return version, tuple(SealedKey(**row) for row in rows.mappings())

    def save(self, purpose: Purpose, version: int, keys: Sequence[SealedKey]) -> bool:
        """Replace the ring if its version is still `version`; False when somebody else was first."""
        with self._database.write() as sql:
            return replace_ring(sql, purpose, version, keys)


def replace_ring(sql: Connection, purpose: Purpose, version: int, keys: Sequence[SealedKey]) -> bool:
    """The same within a transaction of somebody else."""
    if any(key.purpose != purpose for key in keys):
        raise ValueError("a key of another ring")
    if not _advance(sql, purpose, version):
        return False
    sql.execute(delete(_KEYS).where(_KEYS.c.purpose == purpose))
    if keys:
        sql.execute(insert(_KEYS), [_row(key) for key in keys])
    return True


def _version(sql: Connection, purpose: Purpose) -> int:
    found = sql.execute(select(_RINGS.c.version).where(_RINGS.c.purpose == purpose)).scalar()
    return int(found or 0)


def _advance(sql: Connection, purpose: Purpose, version: int) -> bool:
    if version == 0:
        if _version(sql, purpose) != 0:
            return False
        sql.execute(insert(_RINGS).values(purpose=purpose, version=1))
        return True
    same = (_RINGS.c.purpose == purpose) & (_RINGS.c.version == version)
    return sql.execute(update(_RINGS).where(same).values(version=version + 1)).rowcount == 1


def _row(key: SealedKey) -> dict[str, Any]:
    return {name: getattr(key, name) for name in _NAMES}
