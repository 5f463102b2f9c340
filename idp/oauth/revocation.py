"""Revocation: owns the revocation endpoint (RFC 7009). Does not know HTTP, nor where tokens lie.

Whatever is revoked, an access token or a refresh token of any generation, ends its grant with all tokens of
it: a client that gives one up wants none of them. Imports families, tokens.
"""

from collections.abc import Callable

from idp.answer import Answer
from idp.errors import WireError
from idp.families import Families
from idp.oauth.faces import Party, Request
from idp.oauth.wire import NO_STORE, WireRequest
from idp.tokens import Tokens
from keys.jose import JoseError


class Revocation:
    """Ends tokens.

    Args:
        authenticate: judges the client, as at the token endpoint.
        tokens: reads access tokens.
        families: ends grants.
    """

    def __init__(self, authenticate: Callable[[Request], Party], tokens: Tokens, families: Families) -> None:
        self._authenticate = authenticate
        self._tokens = tokens
        self._families = families

    def revoke(self, wire: WireRequest) -> Answer:
        """End the grant of a token of the caller's own; the same answer for a token that is nobody's (§2.2).

        `token_type_hint` is not needed: the two kinds cannot be taken for each other.

        Raises:
            WireError: `invalid_client` as at the token endpoint, `invalid_request` without a token (§2.2.1).
            Unavailable: it could not be written down; nothing was ended (§2.2.1: 503).
        """
        form = {name: value for name, value in wire.form.items() if value}
        client_id = self._authenticate(Request("POST", form, wire)).client_id
        token = form.get("token")
        if token is None:
            raise WireError("invalid_request", "send the token to revoke as token, in the body")
        gid = self._families.named(token, client_id=client_id) or self._of_access(token)
        if gid is not None:
            self._families.end(gid, client_id=client_id)
        return Answer(200, "", NO_STORE)

    def _of_access(self, token: str) -> str | None:
        try:
            return self._tokens.read_access(token).gid
        except JoseError:
            return None
