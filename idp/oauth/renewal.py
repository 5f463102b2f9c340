"""Renewal: owns the refresh token grant (RFC 6749 §6, OIDC Core §12). Authlib's class with our storage:

a token is spent by the act of reading it. Imports Authlib and the faces; what becomes of tokens is decided in
`idp.families`.
"""

import hashlib
from dataclasses import replace

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidScopeError
from authlib.oauth2.rfc6749.grants import RefreshTokenGrant

from idp.families import Families, TooWide
from idp.oauth.faces import Request, Spent

_LONGEST = 512


class RefreshGrant(RefreshTokenGrant):  # type: ignore[misc]  # Authlib has no types
    """One refresh token, used. `server` carries the rooms it needs."""

    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> Spent:
        """Spend the token; scopes are judged before it is spent (RFC 6749 §6)."""
        request: Request = self.request
        families: Families = self.server.families
        client_id: str = request.client.client_id
        asked = tuple(request.form.get("scope", "").split())
        try:
            used = families.renew(
                refresh_token[:_LONGEST], client_id=client_id, scopes=asked, witness=_witness(request, asked)
            )
        except TooWide:
            raise InvalidScopeError("scope may only name what was granted at the sign-in") from None
        if used is None:
            raise InvalidGrantError(
                "the refresh token is unknown, used, expired or its sign-in has ended: sign in again"
            )
        narrowed = tuple(one for one in used.grant.scopes if not asked or one in asked)
        # No nonce: it belongs to the authorization request (OIDC Core §12.2).
        return Spent(replace(used.grant, scopes=narrowed, nonce=None), used.gid, used.token)

    def authenticate_user(self, credential: Spent) -> Spent:
        """Return whom the token stands for: all of it is in the grant."""
        return credential

    def revoke_old_credential(self, credential: Spent) -> None:
        """Nothing is left to revoke: the token was spent before anything was minted."""


def _witness(request: Request, asked: tuple[str, ...]) -> str:
    """What makes a request the very same: its client's credential and what it asks for."""
    proved = request.witness()
    if not proved:
        return ""
    return hashlib.sha256(f"{proved}\0{' '.join(asked)}".encode()).hexdigest()
