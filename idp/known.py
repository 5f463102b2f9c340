"""Known: owns the one way to find a relying party, whether it is registered here or a peer. Imports peers,
client."""

from collections.abc import Callable

from idp.client import Client
from idp.peers import Peer, Peers


class KnownClients:
    """Relying parties registered here, and peers."""

    def __init__(self, registered: Callable[[str], Client | None], peers: Peers) -> None:
        self._registered = registered
        self._peers = peers

    def find(self, client_id: str) -> Client | None:
        """The client, or None when nobody knows it.

        Raises:
            Unavailable: a peer whose configuration cannot be read, or the records.
        """
        if self._peers.known(client_id) is not None:
            return as_client(self._peers.get(client_id))
        return self._registered(client_id)


def as_client(peer: Peer) -> Client:
    """A peer seen as a relying party: entity identifier as `client_id`, private_key_jwt, PKCE always."""
    party = peer.party
    jwks = party.get("jwks")
    return Client(
        client_id=peer.issuer,
        name=peer.name,
        redirect_uris=_strings(party.get("redirect_uris")),
        auth_method="private_key_jwt",
        jwks=jwks if isinstance(jwks, dict) else {"keys": []},
        post_logout_redirect_uris=_strings(party.get("post_logout_redirect_uris")),
        backchannel_logout_uri=_string(party.get("backchannel_logout_uri")),
        initiate_login_uri=_string(party.get("initiate_login_uri")),
        client_uri=peer.issuer,
        peer=True,
        region=peer.region,
        extra={"return_uri": party.get("manyou_return_uri")},
    )


def _strings(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list | tuple) else ()


def _string(value: object) -> str | None:
    return value if isinstance(value, str) else None
