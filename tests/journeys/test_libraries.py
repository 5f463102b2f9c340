"""Plain OIDC libraries sign people in with no special care: Authlib's client, configured from discovery alone."""

from io import BytesIO
from typing import Any

import pytest
import requests
from authlib.integrations.flask_client import FlaskOAuth2App, OAuth
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask, Response, jsonify, session
from joserfc.jwk import ECKey
from requests.adapters import BaseAdapter

from tests.country.network import Network, origin_of
from tests.country.world import GD, World

SITE = "http://library.localhost:8498"


class OverNetwork(BaseAdapter):
    """How `requests` reaches the servers of the country."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self._network = network

    def send(self, request: Any, *_: Any, **__: Any) -> requests.Response:
        body = request.body.encode() if isinstance(request.body, str) else request.body
        true = self._network.open(
            origin_of(request.url), request.method, request.url, headers=request.headers, body=body
        )
        answer = requests.Response()
        answer.status_code, answer.url, answer.request = true.status_code, request.url, request
        answer.headers.update(true.headers)
        answer.raw = BytesIO(true.get_data())
        return answer

    def close(self) -> None:
        """Nothing is open."""


def library_site(world: World, **registered: Any) -> Flask:
    """A site as Authlib's documentation shows it."""

    class Session(OAuth2Session):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.mount("http://", OverNetwork(world.network))

    class App(FlaskOAuth2App):  # type: ignore[misc]
        client_cls = Session

    site = Flask("library")
    site.secret_key = "of-this-test"
    oauth = OAuth(site)
    oauth.register(
        "manyou",
        client_cls=App,
        client_id="library",
        server_metadata_url=f"{GD}/.well-known/openid-configuration",
        **registered,
    )

    @site.get("/login")
    def login() -> Any:
        return oauth.manyou.authorize_redirect(f"{SITE}/callback")

    @site.get("/callback")
    def callback() -> Any:
        token = oauth.manyou.authorize_access_token()
        session["me"] = {**token["userinfo"], **oauth.manyou.userinfo(token=token)}
        return Response(status=303, headers={"Location": "/me"})

    @site.get("/me")
    def me() -> Any:
        return jsonify(session["me"])

    return site


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """The country is served over http, which Authlib asks to be told, and its time stands still."""
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setattr("time.time", lambda: 1_800_000_000.0)


PKCE = {"scope": "openid profile", "code_challenge_method": "S256"}
KEY = ECKey.import_key(
    ec.generate_private_key(ec.SECP256R1()), {"kid": "of-the-site", "alg": "ES256", "use": "sig"}
)

KINDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "client_secret_basic": ({}, {"client_secret": "s3cret-library", "client_kwargs": PKCE}),
    "client_secret_post": (
        {"auth_method": "client_secret_post"},
        {
            "client_secret": "s3cret-library",
            "client_kwargs": {**PKCE, "token_endpoint_auth_method": "client_secret_post"},
        },
    ),
    "a public client": ({"secret": None}, {"client_kwargs": {**PKCE, "token_endpoint_auth_method": "none"}}),
    "without PKCE, RS256": (
        {"pkce": False, "id_token_alg": "RS256"},
        {"client_secret": "s3cret-library", "client_kwargs": {"scope": "openid profile"}},
    ),
    "private_key_jwt": (
        {"auth_method": "private_key_jwt", "jwks": {"keys": [KEY.as_dict(private=False)]}},
        {
            "client_secret": KEY,
            "client_auth_methods": [
                PrivateKeyJWT(f"{GD}/token", alg="ES256", headers={"kid": "of-the-site"})
            ],
            "client_kwargs": {**PKCE, "token_endpoint_auth_method": "private_key_jwt"},
        },
    ),
}


@pytest.mark.parametrize(("registered", "configured"), KINDS.values(), ids=KINDS.keys())
def test_a_library_signs_somebody_in(
    world: World, registered: dict[str, Any], configured: dict[str, Any]
) -> None:
    world.site(SITE, GD, "library", **registered)
    world.network.add(SITE, library_site(world, **configured))
    browser = world.browser()
    page = browser.submit(browser.get(f"{SITE}/login"), username="lihua", password="right")
    assert page.url == f"{SITE}/me", page.text[:2000]
    me = page.response.get_json()
    assert (me["iss"], me["aud"], me["name"]) == (GD, "library", "李华")
