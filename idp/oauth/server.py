"""Server: owns Authlib's framework-neutral authorization server and its seams. Does not know HTTP.

Built once per process; a grant object lives for one request. Refusals leave as `WireError` or `OAuth2Error`,
answers as `Answer`. Authlib prints whole tokens at DEBUG, so its loggers are held at INFO from here.
"""

import logging
from collections.abc import Callable, Collection
from typing import NoReturn

from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Error

from idp.answer import Answer
from idp.client import Clients
from idp.errors import WireError
from idp.families import Families
from idp.grant import Grants
from idp.oauth.code import CodeGrant
from idp.oauth.faces import Party, Request, Spent
from idp.oauth.openid import IdTokens
from idp.oauth.pkce import S256
from idp.oauth.renewal import RefreshGrant
from idp.oauth.wire import told
from idp.tokens import Tokens

Authenticate = Callable[[Request], Party]


class Server(AuthorizationServer):  # type: ignore[misc]  # Authlib has no types
    """Authlib's server with our rooms behind its template methods.

    Args:
        issuer: ours.
        clients: who is known.
        grants: where codes and grants are kept.
        families: what becomes of refresh tokens.
        tokens: what is minted.
        secret: of the pairwise subjects.
        authenticate: judges the client of a token request.
    """

    def __init__(
        self,
        *,
        issuer: str,
        clients: Clients,
        grants: Grants,
        families: Families,
        tokens: Tokens,
        secret: bytes,
        authenticate: Authenticate,
    ) -> None:
        super().__init__()
        self.issuer = issuer
        self.grants = grants
        self.families = families
        self.secret = secret
        self._clients = clients
        self._tokens = tokens
        self._authenticate = authenticate
        self.register_grant(CodeGrant, [S256(), IdTokens(tokens)])
        self.register_grant(RefreshGrant, [IdTokens(tokens)])
        logging.getLogger("authlib").setLevel(logging.INFO)

    def query_client(self, client_id: str) -> Party | None:
        client = self._clients.find(client_id)
        return Party(client) if client else None

    def authenticate_client(
        self, request: Request, _methods: Collection[str], _endpoint: str = "token"
    ) -> Party:
        """Judge the client by its one registered method; Authlib would try one after the other."""
        return self._authenticate(request)

    def generate_token(self, *, user: Spent, **_: object) -> dict[str, object]:
        """Mint the access token. `user` is the spent code or refresh token: it says everything that a token
        may say."""
        token, lifetime = self._tokens.access_token(user.grant, user.gid)
        minted: dict[str, object] = {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": lifetime,
            "scope": " ".join(user.grant.scopes),
        }
        return minted if user.refresh is None else {**minted, "refresh_token": user.refresh}

    def save_token(self, token: object, request: Request) -> None:
        """Nothing is stored per token: the grant was kept when its code was spent."""

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens."""

    def create_oauth2_request(self, request: Request) -> Request:
        return request

    def handle_response(self, *response: object) -> Answer:
        """Turn Authlib's triple into an `Answer`; our own grant hands one in already."""
        if len(response) == 1 and isinstance(response[0], Answer):
            return response[0]
        _, document, _ = response
        return told(document)  # type: ignore[arg-type]

    def handle_error_response(self, _request: Request, error: OAuth2Error) -> NoReturn:
        raise WireError(error.error, error.get_error_description(), status=error.status_code)
