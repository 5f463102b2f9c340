"""Pinned: owns how a peer is read whose federation keys were handed to us. Imports federation, distinct,
introduced, peer.

Everything but the keys comes from the entity configuration that the peer signs with them; from then on it may
replace them by itself (`introduced`).
"""

from collections.abc import Callable, Mapping
from typing import Protocol

from federation.entity_id import configuration_url
from federation.statement import Invalid, verify_configuration
from idp.distinct import Distinct, Reused
from idp.errors import Unavailable
from idp.introduced import Introduced
from idp.peer import Acquaintance, Peer, part
from keys.encoding import JoseError

CONFIGURATION_BYTES = 256 * 1024


class Fetcher(Protocol):
    """Whoever can read an address."""

    def get(self, url: str, *, limit: int, headers: Mapping[str, str] | None = None) -> bytes:
        """The body of a 200 answer of at most `limit` bytes; raises `Unavailable`."""


class Pinned:
    """Reads peers by their pinned keys.

    Args:
        introduced: knows which federation keys of theirs are believed by now.
        distinct: refuses a key that serves two purposes.
        badge: what says to a peer that we are the one who reads it.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        introduced: Introduced,
        distinct: Distinct,
        badge: Callable[[str], Mapping[str, str]] | None,
    ) -> None:
        self._fetcher = fetcher
        self._introduced = introduced
        self._distinct = distinct
        self._badge = badge

    def read(self, one: Acquaintance, pinned: Mapping[str, object], now: float) -> Peer:
        """The peer as it describes itself now.

        Args:
            pinned: its federation keys, from the settings.
            now: seconds since 1970.

        Raises:
            Unavailable: it does not answer, or what it answers does not verify.
        """
        said = self._badge(one.issuer) if self._badge else None
        read = self._fetcher.get(configuration_url(one.issuer), limit=CONFIGURATION_BYTES, headers=said)
        token = read.decode("ascii", "replace").strip()
        try:
            believed = self._introduced.keys(one.issuer, pinned)
            statement = verify_configuration(token, entity_id=one.issuer, jwks=believed, now=now)
            provider = part(statement.metadata, "openid_provider")
            party = part(statement.metadata, "openid_relying_party")
            self._distinct.note(
                one.issuer, [believed, statement.jwks], [provider.get("jwks"), party.get("jwks")]
            )
        except (Invalid, JoseError, Reused) as error:
            raise Unavailable(
                "peer", f"the configuration of {one.issuer} does not verify: {error}"
            ) from error
        self._introduced.follow(pinned, statement)
        return Peer(
            issuer=one.issuer,
            name=one.name,
            region=one.region,
            provider=provider,
            party=party,
            expires=float(statement.expires),
        )
