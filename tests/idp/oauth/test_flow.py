"""The code flow from the request to userinfo, read by an independent library."""

import hashlib
import json
from dataclasses import replace

import jwt
import pytest

from idp.client import Client
from idp.oauth.wire import WireRequest
from tests.idp.oauth.memory import NOW
from tests.idp.oauth.place import (
    CALLBACK,
    ISSUER,
    NAMESPACE,
    NATIVE,
    PORTAL,
    SESSION,
    Place,
    basic,
    json_of,
    location,
    params_of,
)


def _read(place: Place, token: str, audience: str) -> dict[str, object]:
    """Verify by PyJWT's own key choice, as a relying party would."""
    keys = jwt.PyJWKSet.from_dict(dict(place.ring.jwks(place.clock())))
    header = jwt.get_unverified_header(token)
    key = next(each for each in keys.keys if each.key_id == header["kid"])
    claims: dict[str, object] = jwt.decode(
        token,
        key.key,
        algorithms=[header["alg"]],
        audience=audience,
        issuer=ISSUER,
        options={"verify_exp": False, "verify_iat": False},
    )
    return claims


def test_a_lawful_request_ends_with_a_code_its_state_and_our_issuer(place: Place) -> None:
    answer = place.provider.issue(place.check(), place.approve())
    assert location(answer).startswith(CALLBACK + "?code=")
    assert params_of(answer) == {"code": params_of(answer)["code"], "state": "st&te", "iss": ISSUER}
    assert ("Cache-Control", "no-store") in answer.headers


def test_who_its_client_is_is_looked_up_once_by_us_and_once_by_authlib(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def look(client_id: str, *_introduction: object) -> Client | None:
        asked.append(client_id)
        return place.register.known.get(client_id)

    for verb in ("find", "meet"):
        monkeypatch.setattr(place.register, verb, look)
    checked = place.provider.arrive(place.ask())
    assert asked == ["portal", "portal"]
    assert checked == place.check()


def test_the_query_of_a_redirect_uri_is_kept_as_registered(place: Place) -> None:
    checked = place.check(redirect_uri=PORTAL.redirect_uris[1])
    answer = place.provider.issue(checked, place.approve())
    assert location(answer).startswith("http://portal.localhost:8411/other?keep=a%20b&code=")


def test_a_code_becomes_tokens_that_another_library_accepts(place: Place) -> None:
    answer = place.redeem(place.code())
    assert ("Cache-Control", "no-store") in answer.headers
    tokens = json_of(answer)
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 600
    assert tokens["scope"] == "openid profile email"
    claims = _read(place, tokens["id_token"], "portal")
    assert claims == {
        "iss": ISSUER,
        "sub": claims["sub"],
        "aud": "portal",
        "exp": int(NOW) + 300,
        "iat": int(NOW),
        "auth_time": int(NOW) - 60,
        "nonce": "n0nce",
        "acr": f"{NAMESPACE}/acr/realname",
        "amr": ["pwd"],
        "sid": "sid-portal",
        "at_hash": claims["at_hash"],
        "idp": ISSUER,
        "home_region": "440000",
        "rl": 3,
        "session_expiry": int(NOW) + 3_600,
    }


def test_an_access_token_is_an_rfc_9068_token_for_us(place: Place) -> None:
    token = place.sign_in()["access_token"]
    assert jwt.get_unverified_header(token)["typ"] == "at+jwt"
    claims = _read(place, token, ISSUER)
    assert {"iss", "exp", "aud", "sub", "client_id", "iat", "jti", "scope", "gid"} <= claims.keys()


def test_userinfo_says_what_the_scopes_release_and_who_vouched(place: Place) -> None:
    tokens = place.sign_in()
    said = place.userinfo(tokens["access_token"])
    assert said == {
        "sub": _read(place, tokens["id_token"], "portal")["sub"],
        "acr": f"{NAMESPACE}/acr/realname",
        "amr": ["pwd"],
        "idp": ISSUER,
        "home_region": "440000",
        "rl": 3,
        "name": "李小明",
        "family_name": "李",
        "email": "li@example.org",
        "email_verified": True,
    }


def test_claims_of_a_directory_cannot_overwrite_the_protocols_own(place: Place) -> None:
    tokens = place.sign_in()
    assert _read(place, tokens["id_token"], "portal")["iss"] == ISSUER
    assert "iss" not in place.userinfo(tokens["access_token"])


def test_without_a_nonce_none_is_invented(place: Place) -> None:
    assert "nonce" not in _read(place, place.sign_in(nonce=None)["id_token"], "portal")


def test_an_rs256_client_gets_an_rs256_id_token_with_a_fitting_hash(place: Place) -> None:
    client = place.register.put(_like(PORTAL, id_token_alg="RS256"))
    tokens = place.sign_in(client)
    assert jwt.get_unverified_header(tokens["id_token"])["alg"] == "RS256"
    assert jwt.get_unverified_header(tokens["access_token"])["alg"] == "ES256"
    assert "at_hash" in _read(place, tokens["id_token"], "portal")


def test_a_public_client_signs_in_with_pkce_alone(place: Place) -> None:
    assert place.sign_in(NATIVE)["id_token"]


def test_a_private_scheme_redirect_uri_works(place: Place) -> None:
    answer = place.provider.issue(place.check(NATIVE, redirect_uri="cn.gov.app:/cb"), place.approve())
    assert location(answer).startswith("cn.gov.app:/cb?code=")


def test_the_subject_differs_between_sectors_and_is_stable_within_one(place: Place) -> None:
    first, second = place.sign_in(), place.sign_in()
    other = place.sign_in(NATIVE)
    subs = [
        _read(place, tokens["id_token"], audience)["sub"]
        for tokens, audience in ((first, "portal"), (second, "portal"), (other, "native"))
    ]
    assert subs[0] == subs[1] != subs[2]


def test_store_round_trips_stay_as_few_as_promised(place: Place) -> None:
    checked = place.check()
    place.store.trips.clear()
    code = params_of(place.provider.issue(checked, place.approve()))["code"]
    assert [trip.split()[0] for trip in place.store.trips] == ["put"]
    place.store.trips.clear()
    place.redeem(code)
    assert [trip.split()[0] for trip in place.store.trips] == ["take"]


def test_checking_the_same_parameters_again_gives_the_same(place: Place) -> None:
    checked = place.check(ui_locales="en zh", max_age="0", prompt="login consent", acr_values="a b")
    assert place.provider.check(checked.params) == checked
    assert checked.max_age == 0
    assert checked.prompt == {"login", "consent"}
    assert checked.acr_values == ("a", "b")
    assert checked.ui_locales == ("en", "zh")


def test_unknown_scopes_and_offline_access_are_dropped(place: Place) -> None:
    checked = place.check(scope="openid offline_access galaxy email openid")
    assert checked.scopes == ("openid", "email")


def test_userinfo_takes_the_token_from_a_posted_body_too(place: Place) -> None:
    token = place.sign_in()["access_token"]
    wire = WireRequest(method="POST", path="/userinfo", form={"access_token": token})
    assert json_of(place.provider.userinfo(wire))["sub"]


def test_basic_credentials_are_form_urldecoded(place: Place) -> None:
    secret = "p+ss w:rd%/ü"
    client = place.register.put(
        _like(PORTAL, client_id="a b:c", secret_sha256=hashlib.sha256(secret.encode()).hexdigest())
    )
    answer = place.redeem(place.code(client), client, headers=basic("a b:c", secret))
    assert json_of(answer)["id_token"]


def test_a_client_with_its_secret_in_the_body_signs_in(place: Place) -> None:
    client = place.register.put(_like(PORTAL, auth_method="client_secret_post"))
    answer = place.redeem(
        place.code(client), client, client_id="portal", client_secret="s3cret-of-the-portal"
    )
    assert json_of(answer)["id_token"]


def test_nothing_in_the_store_is_a_code(place: Place) -> None:
    code = place.code()
    assert code not in place.store.everything()


def test_two_codes_of_one_session_share_nothing(place: Place) -> None:
    first, second = place.code(), place.code(NATIVE)
    assert SESSION not in first
    assert not any(first[at : at + 6] in second for at in range(len(first) - 6))


@pytest.mark.parametrize("name", ["code", "id_token", "access_token"])
def test_no_secret_reaches_a_log(place: Place, name: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    code = place.code()
    tokens = json_of(place.redeem(code))
    assert {"code": code, **tokens}[name] not in caplog.text


def _like(client: Client, **changes: object) -> Client:
    return replace(client, **changes)  # type: ignore[arg-type]


def test_the_discovery_document_is_json(place: Place) -> None:
    assert json.loads(json.dumps(place.provider.metadata()))["issuer"] == ISSUER
