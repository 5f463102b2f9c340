"""Peer keys: owns where the federation keys lie that peers announced after we had got to know them.

Implements `idp.introduced.PeerKeys`.
"""

from collections.abc import Mapping

from sqlalchemy import delete, insert, select

from idp.introduced import Announced
from idp.records.database import Database
from idp.records.tables import peer_keys


class PeerKeyRecords:
    """One key set a peer: the last one that it announced."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, issuer: str) -> Announced | None:
        """What the peer announced last.

        Raises:
            Unavailable: `records`.
        """
        with self._database.read() as sql:
            row = sql.execute(select(peer_keys).where(peer_keys.c.issuer == issuer)).one_or_none()
        if row is None:
            return None
        jwks: Mapping[str, object] = row.jwks
        return Announced(pinned_sha256=row.pinned_sha256, jwks=jwks, issued=row.issued)

    def put(self, issuer: str, announced: Announced, *, over: Announced | None) -> bool:
        """Keep what it announced in the place of what was found; False: somebody else has kept something."""
        with self._database.write() as sql:
            row = sql.execute(select(peer_keys).where(peer_keys.c.issuer == issuer)).one_or_none()
            if (row.issued if row else None) != (over.issued if over else None):
                return False
            sql.execute(delete(peer_keys).where(peer_keys.c.issuer == issuer))
            sql.execute(
                insert(peer_keys).values(
                    issuer=issuer,
                    pinned_sha256=announced.pinned_sha256,
                    jwks=dict(announced.jwks),
                    issued=announced.issued,
                )
            )
        return True
