"""Partykeys: owns finding the keys that a client signs with. Does not know what it signs. Imports client.

One source per client, in this order: inline, at an address where they lie signed (OIDF §5.2.1), at a plain
address.
"""

from collections.abc import Callable, Mapping

from idp.client import Client

RemoteJwks = Callable[[str, str | None], Mapping[str, object]]
"""Gives the keys behind a `jwks_uri`; the second argument is the wanted kid. Raises `errors.Unavailable`."""

SignedJwks = Callable[[str, str, str | None], Mapping[str, object]]
"""Gives the keys of an entity behind a `signed_jwks_uri`: entity, address, wanted kid."""


class PartyKeys:
    """Keys of clients.

    Args:
        remote: reads what lies at a `jwks_uri`.
        signed: reads what lies at a `signed_jwks_uri`; None where nobody is known by a chain, so that nobody
            could say whose signature that must be.
    """

    def __init__(self, remote: RemoteJwks, signed: SignedJwks | None = None) -> None:
        self._remote = remote
        self._signed = signed

    def of(self, client: Client, kid: str | None) -> Mapping[str, object]:
        """The client's public keys.

        Args:
            kid: the key that its token names; one that is not known yet may cause a fetch.

        Raises:
            idp.errors.Unavailable: the address does not answer.
        """
        if client.jwks is not None:
            return client.jwks
        signed = client.extra.get("signed_jwks_uri")
        if self._signed is not None and client.expires is not None and isinstance(signed, str):
            return self._signed(client.client_id, signed, kid)
        return self._remote(client.jwks_uri, kid) if client.jwks_uri is not None else {"keys": []}
