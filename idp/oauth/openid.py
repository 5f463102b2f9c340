"""OpenID: owns the ID token's place in the token response.

Authlib's extension; what it says is `idp.tokens`' matter. Stock `OpenIDCode` also guesses what a prompt
means from the presence of a user, sets `auth_time` to now where it knows none, and lets user claims
overwrite `iss` and `aud`. None of that is reached from here: one hook, one override.
"""

from collections.abc import Mapping

from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oidc.core.grants import OpenIDCode

from idp.oauth.faces import Request
from idp.tokens import Tokens


class IdTokens(OpenIDCode):  # type: ignore[misc]  # Authlib has no types
    """Adds the ID token to token responses.

    Args:
        tokens: mints it.
    """

    def __init__(self, tokens: Tokens) -> None:
        super().__init__()
        self._tokens = tokens

    def __call__(self, grant: AuthorizationCodeGrant) -> None:
        """Join a grant. Hooks are kept in a set, without order: never two of ours under one name."""
        grant.register_hook("after_create_token_response", self.process_token)

    def encode_id_token(self, token: Mapping[str, str], request: Request) -> str:
        """Mint the ID token that goes with an access token."""
        spent, party = request.authorization_code or request.refresh_token, request.client
        return self._tokens.id_token(
            spent.grant, alg=party.client.id_token_alg, access_token=token["access_token"]
        )
