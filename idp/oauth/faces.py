"""Faces: owns how our nouns look to Authlib. Does not decide anything that they do not say already.

Imports Authlib's request, the client and the grant. Only what Authlib's grants ask for is here.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from authlib.oauth2.rfc6749 import OAuth2Payload, OAuth2Request

from idp.client import Client
from idp.grant import Grant
from idp.oauth.asked import Checked
from idp.oauth.wire import WireRequest

NOTHING = WireRequest(method="GET")


class Party:
    """A client, as Authlib's `ClientMixin` wants it."""

    __slots__ = ("client", "client_id")

    def __init__(self, client: Client) -> None:
        self.client = client
        self.client_id = client.client_id

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        # Strings, exactly (RFC 9700 §4.1.3); loopback ports of native apps are no exception here: they are
        # registered.
        return redirect_uri in self.client.redirect_uris

    def get_default_redirect_uri(self) -> None:
        # OIDC Core §3.1.2.1: required. A default would make the code's redirect URI comparison optional.
        return None

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in self.client.grant_types

    def get_allowed_scope(self, scope: str | None) -> str:
        # Scopes we do not know are ignored (OIDC Core §3.1.2.1), and so is `offline_access` (§11): refresh
        # tokens end with the session here.
        asked = dict.fromkeys((scope or "").split(" "))
        return " ".join(each for each in asked if each in self.client.scopes)


class Spent:
    """A redeemed code or refresh token, as Authlib's `AuthorizationCodeMixin` and `TokenMixin` want it.

    Args:
        refresh: the refresh token to hand out with it, or None.
    """

    __slots__ = ("gid", "grant", "refresh")

    def __init__(self, grant: Grant, gid: str, refresh: str | None = None) -> None:
        self.grant = grant
        self.gid = gid
        self.refresh = refresh

    def check_client(self, client: Party) -> bool:
        return self.grant.client_id == client.client_id

    def get_redirect_uri(self) -> str:
        return self.grant.redirect_uri

    def get_scope(self) -> str:
        return " ".join(self.grant.scopes)


class Payload(OAuth2Payload):  # type: ignore[misc]  # Authlib has no types
    """Parameters of one origin: never a body and a query mixed, which is how Authlib's bindings read them."""

    def __init__(self, data: Mapping[str, str]) -> None:
        self._data = data

    @property
    def data(self) -> Mapping[str, str]:
        return self._data

    @property
    def datalist(self) -> Mapping[str, Sequence[str]]:
        return {}  # duplicates were refused at the edge, every name included


class Request(OAuth2Request):  # type: ignore[misc]  # Authlib has no types
    """A request, as Authlib's grants want it.

    Its constructor is not called: it judges the URL's scheme by itself, which is wrong behind a proxy and
    refuses the loopback names of a development country. Issuers are judged once, by the settings.
    """

    def __init__(self, method: str, params: Mapping[str, str], wire: WireRequest = NOTHING) -> None:
        self.method = method
        self.payload = Payload(params)
        self.wire = wire
        # Set by Authlib's grants on their way.
        self.client: Any = None
        self.user: Any = None
        self.authorization_code: Any = None
        self.refresh_token: Any = None
        self.auth_method: str | None = None
        # Set by ours.
        self.checked: Checked | None = None
        self.spent: str | None = None
        self.witness: Callable[[], str] = str  # which credential was proved; only who may ask again needs it
        self._scope: str | None = None

    @property
    def form(self) -> Mapping[str, str]:
        data: Mapping[str, str] = self.payload.data
        return data
