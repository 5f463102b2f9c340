"""Introspection: owns the introspection endpoint (RFC 7662, RFC 9701). Does not know HTTP.

Who may ask: clients that an operator registered for it (`manyou_introspection`), which are resource servers,
with a credential. They may ask about any access token, and about refresh tokens of their own alone: one of
another client is nothing that a resource server ever sees (RFC 7662 §4). Of a token that is not active
nothing is said but that. Imports families, grants, tokens.
"""

from collections.abc import Callable, Mapping

from idp.answer import Answer
from idp.client import Client, Clients
from idp.errors import WireError
from idp.families import Families
from idp.grant import Grants
from idp.oauth.faces import Party, Request
from idp.oauth.wire import NO_STORE, WireRequest, told
from idp.tokens import Tokens
from keys.jose import JoseError

SIGNED = "application/token-introspection+jwt"
_SAID = ("iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope", "auth_time", "acr", "amr")
_INACTIVE: Mapping[str, object] = {"active": False}


class Introspection:
    """Says what tokens are.

    Args:
        authenticate: judges the caller, as at the token endpoint.
        clients: who is known.
        tokens: reads access tokens, signs answers.
        grants: what access tokens stand for.
        families: what refresh tokens stand for.
        issuer: ours.
    """

    def __init__(
        self,
        authenticate: Callable[[Request], Party],
        clients: Clients,
        tokens: Tokens,
        grants: Grants,
        families: Families,
        *,
        issuer: str,
    ) -> None:
        self._issuer = issuer
        self._authenticate = authenticate
        self._clients = clients
        self._tokens = tokens
        self._grants = grants
        self._families = families

    def introspect(self, wire: WireRequest) -> Answer:
        """Say whether a token is active, and then what it is (RFC 7662 §2.2); signed if asked for (RFC 9701).

        Raises:
            WireError: `invalid_client` (401), `access_denied` (403) for a caller who may not ask, or
                `invalid_request` without a token.
        """
        form = {name: value for name, value in wire.form.items() if value}
        caller: Client = self._authenticate(Request("POST", form, wire)).client
        if caller.public or not caller.introspects:
            raise WireError("access_denied", "this client is not registered to ask about tokens", status=403)
        token = form.get("token")
        if token is None:
            raise WireError("invalid_request", "send the token to ask about as token, in the body")
        said = self._access(token) or self._refresh(token, caller) or _INACTIVE
        if not _wants_signed(wire):
            return told(said)
        signed = self._tokens.introspection(said, client_id=caller.client_id, alg=caller.id_token_alg)
        return Answer(200, signed, (("Content-Type", SIGNED), *NO_STORE))

    def _access(self, token: str) -> Mapping[str, object] | None:
        try:
            access = self._tokens.read_access(token)
        except JoseError:
            return None
        grant = self._grants.find(access.gid)
        if grant is None or (grant.client_id, grant.sub) != (access.client_id, access.sub):
            return None
        if self._clients.find(grant.client_id) is None:
            return None
        told = {name: access.claims[name] for name in _SAID if name in access.claims}
        return {"active": True, "token_type": "Bearer", **told}

    def _refresh(self, token: str, caller: Client) -> Mapping[str, object] | None:
        grant = self._families.good(token, client_id=caller.client_id)
        if grant is None:
            return None
        return {
            "active": True,
            "token_type": "refresh_token",
            "iss": self._issuer,
            "sub": grant.sub,
            "client_id": grant.client_id,
            "scope": " ".join(grant.scopes),
            "exp": grant.session_expiry,
        }


def _wants_signed(wire: WireRequest) -> bool:
    accepted = (part.partition(";")[0].strip().lower() for part in wire.headers.get("accept", "").split(","))
    return SIGNED in accepted
