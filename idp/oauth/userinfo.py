"""Userinfo: owns what an access token opens (OIDC Core §5.3). Does not know HTTP. Imports grants, tokens."""

from idp.answer import Answer
from idp.claims import released
from idp.client import Clients
from idp.grant import Grants
from idp.oauth import bearer
from idp.oauth.wire import WireRequest, sealed, told
from idp.tokens import Tokens
from keys.jose import JoseError


class Userinfo:
    """Says what granted scopes release.

    Args:
        clients: who is known.
        tokens: reads access tokens, signs answers.
        grants: what access tokens stand for.
    """

    def __init__(self, clients: Clients, tokens: Tokens, grants: Grants) -> None:
        self._clients = clients
        self._tokens = tokens
        self._grants = grants

    def userinfo(self, wire: WireRequest) -> Answer:
        """Say what the scopes of the token release, which may be fewer than were granted (RFC 6749 §6).

        Raises:
            WireError: RFC 6750 §3.1.
        """
        token = bearer.presented(wire)
        try:
            access = self._tokens.read_access(token)
        except JoseError as error:
            raise bearer.invalid(error.reason) from None
        if "openid" not in access.scopes:
            raise bearer.insufficient()
        grant = self._grants.find(access.gid)
        if grant is None or (grant.client_id, grant.sub) != (access.client_id, access.sub):
            raise bearer.invalid("grant ended")
        client = self._clients.find(grant.client_id)
        if client is None:
            raise bearer.invalid("client removed")
        claims = {"sub": grant.sub, **self._tokens.vouched(grant), **released(grant.claims, access.scopes)}
        if client.userinfo_alg is None:
            return told(claims)
        return sealed(self._tokens.userinfo(claims, client_id=client.client_id, alg=client.userinfo_alg))
