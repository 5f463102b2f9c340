"""Registration: owns what a portal and its provider agreed on. Does not talk. Imports nothing of ours."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Requests = Literal["open", "signed", "pushed"]
"""How authorization requests travel: as parameters, as a request object (RFC 9101), or pushed as one (RFC
9126)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What the provider and the portal agreed on; of a leaf of the federation, what its metadata say.

    Attributes:
        url: the portal's own address, ending in a slash.
        issuer: the provider.
        client_id: as registered there; of a leaf, its entity identifier.
        auth_method: `client_secret_basic` or `private_key_jwt`.
        secret: for `client_secret_basic`.
        key: private JWK (P-256) for `private_key_jwt` and request objects.
        id_token_alg: the registered `id_token_signed_response_alg`.
        requests: how authorization requests travel.
    """

    url: str
    issuer: str
    client_id: str
    auth_method: str
    secret: str = ""
    key: Mapping[str, str] | None = None
    id_token_alg: str = "ES256"
    requests: Requests = "open"

    @property
    def redirect_uri(self) -> str:
        """Where codes come to."""
        return self.url + "callback"

    @property
    def signed_out_uri(self) -> str:
        """Where the browser comes to after a sign-out."""
        return self.url + "signed-out"
