"""Known: owns the one way to find a relying party: registered here, a peer, or known by a trust chain.
Imports peers, relying, client.

In this order: whoever is registered here or named in the settings is never looked for elsewhere.
"""

from collections.abc import Callable
from typing import Protocol

from idp.client import Client, Introduction
from idp.peer import Peer
from idp.peers import Peers
from idp.relying import string, strings


class Strangers(Protocol):
    """Whoever finds relying parties that nobody registered here."""

    def find(self, entity_id: str) -> Client | None: ...
    def meet(self, entity_id: str, introduction: Introduction) -> Client: ...


class KnownClients:
    """Relying parties registered here, peers, and those that a chain makes known.

    Args:
        strangers: None where nobody is known by a chain.
    """

    def __init__(
        self,
        registered: Callable[[str], Client | None],
        peers: Peers,
        strangers: Strangers | None = None,
    ) -> None:
        self._registered = registered
        self._peers = peers
        self._strangers = strangers

    def find(self, client_id: str) -> Client | None:
        """The client, or None when nobody knows it.

        Raises:
            Unavailable: a peer whose configuration cannot be read, a chain that cannot be found out, or the
                records.
        """
        found = self._here(client_id)
        return found if found or self._strangers is None else self._strangers.find(client_id)

    def meet(self, client_id: str, introduction: Introduction | None) -> Client | None:
        """The client, when it comes by itself.

        Args:
            introduction: what it sent along; without one nobody new is looked for, so that a made-up name in
                an address costs nothing.

        Raises:
            PageError: a trust chain does not make it known, with what is wrong.
            Unavailable: as `find`.
        """
        found = self._here(client_id)
        if found or self._strangers is None or introduction is None:
            return found
        return self._strangers.meet(client_id, introduction)

    def _here(self, client_id: str) -> Client | None:
        peer = self._peers.known(client_id)
        if peer is not None:
            return as_client(self._peers.get(client_id), chained=peer.jwks is None)
        return self._registered(client_id)


def as_client(peer: Peer, *, chained: bool = False) -> Client:
    """A peer seen as a relying party: entity identifier as `client_id`, private_key_jwt, PKCE always.

    Args:
        chained: whether a trust chain made it known; then it never asks in the open (OIDF §12.1.1).
    """
    party = peer.party
    jwks = party.get("jwks")
    return Client(
        client_id=peer.issuer,
        name=peer.name,
        redirect_uris=strings(party, "redirect_uris"),
        auth_method="private_key_jwt",
        jwks=jwks if isinstance(jwks, dict) else {"keys": []},
        post_logout_redirect_uris=strings(party, "post_logout_redirect_uris"),
        backchannel_logout_uri=string(party, "backchannel_logout_uri"),
        initiate_login_uri=string(party, "initiate_login_uri"),
        client_uri=peer.issuer,
        peer=True,
        region=peer.region,
        extra={"return_uri": party.get("manyou_return_uri")},
        automatic=chained,
        expires=int(peer.expires) if chained else None,
    )
