"""Chained: owns how a peer is read to whom a trust chain leads. Imports trust, distinct, peer.

A peer is only read again when its chain is another one: the chain is renewed elsewhere, ahead of its end.
"""

import threading

from federation.chain import TrustChain
from idp.clock import Clock
from idp.distinct import Distinct, Reused
from idp.errors import Unavailable
from idp.peer import Acquaintance, Peer, part
from idp.trusting.trust import Trust
from keys.encoding import JoseError

UNKNOWN = 60.0
"""Seconds between two readings of a peer that unknown keys ask for: anybody can make up the name of a key."""


class Chained:
    """Peers by their chains.

    Args:
        distinct: refuses a key that serves two purposes.
    """

    def __init__(self, trust: Trust, distinct: Distinct, clock: Clock) -> None:
        self._trust = trust
        self._distinct = distinct
        self._clock = clock
        self._peers: dict[str, tuple[TrustChain, Peer]] = {}
        self._asked: dict[str, float] = {}
        self._lock = threading.Lock()

    def at_hand(self, one: Acquaintance) -> Peer | None:
        """The peer, if a living chain is known; asks nobody."""
        chain = self._trust.at_hand(one.issuer)
        if chain is None:
            return None
        try:
            return self._peer(one, chain)
        except Unavailable:
            return None

    def get(self, one: Acquaintance, *, fresh: bool) -> Peer:
        """The peer.

        Args:
            fresh: an unknown key was seen: read it again now, though at most once a minute.

        Raises:
            Unavailable: no chain leads to it, or whether one does cannot be found out.
        """
        chain = self._trust.renew(one.issuer) if fresh and self._turn(one.issuer) else None
        chain = chain or self._trust.find(one.issuer)
        if chain is None:
            raise Unavailable("peer", f"no trust chain leads to {one.issuer}")
        return self._peer(one, chain)

    def _turn(self, issuer: str) -> bool:
        now = self._clock()
        with self._lock:
            if 0 <= now - self._asked.get(issuer, -UNKNOWN) < UNKNOWN:
                return False
            self._asked[issuer] = now
            return True

    def _peer(self, one: Acquaintance, chain: TrustChain) -> Peer:
        kept = self._peers.get(one.issuer)
        if kept is not None and kept[0] is chain:
            return kept[1]
        try:
            provider, party = (
                part(chain.resolved, kind) for kind in ("openid_provider", "openid_relying_party")
            )
            self._distinct.note(
                one.issuer,
                [chain.configuration.jwks, chain.jwks],
                [provider.get("jwks"), party.get("jwks")],
            )
        except (JoseError, Reused) as error:
            raise Unavailable("peer", f"the keys of {one.issuer} are not to be used: {error}") from error
        peer = Peer(
            issuer=one.issuer,
            name=one.name,
            region=one.region,
            provider=provider,
            party=party,
            expires=float(chain.expires),
        )
        self._peers[one.issuer] = (chain, peer)
        return peer
