"""Partykeys: owns finding the keys that a client signs with. Does not know what it signs. Imports client.

One source per client, in this order: inline, at an address that it signs what lies there, at a plain address.
"""

from collections.abc import Callable, Mapping

from idp.client import Client

RemoteJwks = Callable[[str, str | None], Mapping[str, object]]
"""Gives the keys behind a `jwks_uri`; the second argument is the wanted kid. Raises `errors.Unavailable`."""


class PartyKeys:
    """Keys of clients.

    Args:
        remote: reads what lies at a `jwks_uri`.
    """

    def __init__(self, remote: RemoteJwks) -> None:
        self._remote = remote

    def of(self, client: Client, kid: str | None) -> Mapping[str, object]:
        """The client's public keys.

        Args:
            kid: the key that its token names; one that is not known yet may cause a fetch.

        Raises:
            idp.errors.Unavailable: the address does not answer.
        """
        if client.jwks is not None or client.jwks_uri is None:
            return client.jwks or {"keys": []}
        return self._remote(client.jwks_uri, kid)
