"""Certified: owns remembering every key that was ever certified for a subordinate."""

from collections.abc import Sequence

from sqlalchemy import Connection, and_, insert, select, update

from federation.authority import Subordinate
from federation.keyset import prints
from idp.authority.rows import KeptKey
from idp.records.key_tables import subordinate_keys as keys


def kept_keys(sql: Connection, entity_id: str) -> Sequence[KeptKey]:
    """Every key that is certified for it, was once, or was refused."""
    rows = sql.execute(select(keys).where(keys.c.entity_id == entity_id).order_by(keys.c.kid)).all()
    return [KeptKey(kid=row.kid, thumbprint=row.thumbprint, gone=row.gone, reason=row.reason) for row in rows]


def note_keys(sql: Connection, one: Subordinate) -> None:
    """Write down which keys are certified from now on, within the transaction that certifies them.

    Whoever changes a subordinate, a reading or two people, the keys that it had are not forgotten.
    """
    listed, rows = prints(one.jwks), kept_keys(sql, one.entity_id)
    before = {row.kid for row in rows}
    for row in rows:
        gone = None if row.kid in listed else (row.gone if row.gone is not None else one.updated)
        if gone != row.gone:
            same = and_(keys.c.entity_id == one.entity_id, keys.c.kid == row.kid)
            sql.execute(update(keys).where(same).values(gone=gone))
    for kid in listed.keys() - before:
        row_of = {"entity_id": one.entity_id, "kid": kid, "thumbprint": listed[kid], "since": one.updated}
        sql.execute(insert(keys).values(**row_of, gone=None, reason=""))
