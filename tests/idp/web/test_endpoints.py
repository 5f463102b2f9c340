"""The endpoints for programs, over Flask: only how they are reached; what they decide is tested below them."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from idp.errors import WireError
from idp.web import token, tokens, userinfo, wellknown
from tests.idp.oauth.place import CALLBACK, ISSUER, OIDC, PORTAL, VERIFIER, Place, basic
from tests.idp.press import Press


@pytest.fixture
def place() -> Place:
    return Place()


@pytest.fixture
def browser(place: Place) -> FlaskClient:
    app = Flask("endpoints")
    press = Press(place.clock, place.provider.metadata())
    app.register_blueprint(token.blueprint(place.provider))
    app.register_blueprint(userinfo.blueprint(place.provider))
    app.register_blueprint(tokens.introspection(place.provider))
    app.register_blueprint(
        wellknown.blueprint(
            publications=press.publications(),
            discovery=place.provider.metadata(),
            shop=wellknown.Shop(max_age=60, life=86_400, dice=lambda: 0.0),
            fetched=lambda _kids, _shown: None,
        )
    )
    app.register_error_handler(WireError, lambda error: ({"error": error.code}, error.status))
    return app.test_client()


def _form(place: Place) -> dict[str, str]:
    return {
        "grant_type": "authorization_code",
        "code": place.code(),
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }


HEADERS = {"Authorization": basic("portal", "s3cret-of-the-portal")["authorization"]}


def test_a_code_is_redeemed_and_opens_userinfo(browser: FlaskClient, place: Place) -> None:
    tokens = browser.post("/token", data=_form(place), headers=HEADERS)
    assert tokens.mimetype == "application/json"
    assert tokens.headers["Cache-Control"] == "no-store"
    bearer = {"Authorization": f"Bearer {tokens.json['access_token']}"} if tokens.json else {}
    for answer in (browser.get("/userinfo", headers=bearer), browser.post("/userinfo", headers=bearer)):
        assert answer.json
        assert answer.json["name"] == "李小明"
        assert answer.headers["Cache-Control"] == "no-store"


def test_the_token_endpoint_takes_post_only(browser: FlaskClient) -> None:
    assert browser.get("/token").status_code == 405


def test_parameters_in_the_url_of_the_token_endpoint_are_not_read(browser: FlaskClient, place: Place) -> None:
    answer = browser.post("/token", query_string=_form(place), headers=HEADERS)
    assert (answer.status_code, answer.json) == (400, {"error": "invalid_request"})


def test_a_json_body_is_no_token_request(browser: FlaskClient, place: Place) -> None:
    assert browser.post("/token", json=_form(place), headers=HEADERS).status_code == 400


def test_a_parameter_sent_twice_is_refused_and_the_code_kept(browser: FlaskClient, place: Place) -> None:
    form = _form(place)
    doubled = browser.post("/token", data={**form, "code": [form["code"], form["code"]]}, headers=HEADERS)
    assert (doubled.status_code, doubled.json) == (400, {"error": "invalid_request"})
    assert browser.post("/token", data=form, headers=HEADERS).status_code == 200


@pytest.mark.parametrize("accept", ["application/token-introspection+jwt", "application/json"])
def test_what_a_token_is_comes_in_the_form_that_was_asked_for(
    browser: FlaskClient, place: Place, accept: str
) -> None:
    place.register.put(replace(PORTAL, extra={"manyou_introspection": True}))
    answer = browser.post("/introspect", data={"token": "x"}, headers={**HEADERS, "Accept": accept})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, accept)


def test_discovery_leads_to_the_keys(browser: FlaskClient) -> None:
    discovery = browser.get("/.well-known/openid-configuration")
    assert discovery.json
    assert discovery.json["issuer"] == ISSUER
    assert discovery.headers["Cache-Control"] == "public, max-age=60"
    keys = browser.get(discovery.json["jwks_uri"].removeprefix(ISSUER))
    assert keys.json
    assert {key["kid"] for key in keys.json["keys"]} == {key.kid for key in OIDC}
    assert not any({"d", "p", "q"} & key.keys() for key in keys.json["keys"])


def test_a_client_in_a_browser_may_call_from_its_own_origin(browser: FlaskClient, place: Place) -> None:
    ask = {"Origin": "https://spa.example", "Access-Control-Request-Headers": "authorization"}
    for path in ("/token", "/userinfo"):
        preflight = browser.options(path, headers=ask)
        assert preflight.headers["Access-Control-Allow-Origin"] == "*"
        assert "authorization" in preflight.headers["Access-Control-Allow-Headers"]
        assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    for answer in (
        browser.post("/token", data=_form(place), headers=HEADERS),
        browser.get("/userinfo"),
        browser.get("/jwks"),
        browser.get("/.well-known/openid-configuration"),
    ):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers


def test_the_entity_configuration_has_its_own_media_type(browser: FlaskClient) -> None:
    answer = browser.get("/.well-known/openid-federation")
    assert answer.headers["Content-Type"] == "application/entity-statement+jwt"
    assert answer.text.count(".") == 2
