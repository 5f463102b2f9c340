"""What a registration asks for is registered, narrowed, left out or refused, and the answer says which."""

import json
from pathlib import Path
from typing import Any

import pytest

from idp.errors import WireError
from idp.oauth.registration.metadata import client_of
from keys.key import generate
from tests.idp.oauth.registry import WANTED, Registry, bearer, body

KEY = dict(generate(alg="ES256", purpose="oidc", issuer="https://x.example", now=0, active_from=0).public)
JWKS = {"keys": [KEY]}
NATIVE = {"application_type": "native", "token_endpoint_auth_method": "none"}


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path)


@pytest.mark.spec("RFC 7591 2")
def test_whoever_says_nothing_gets_the_defaults_of_the_specifications(registry: Registry) -> None:
    told = registry.register(client_name=None)
    for name in ("client_id", "client_secret", "registration_access_token", "registration_client_uri"):
        assert told.pop(name)
    assert told == {
        "client_id_issued_at": int(registry.clock()),
        "client_secret_expires_at": 0,
        "client_name": "tax.example",
        "client_name#zh": "tax.example",
        "client_name#en": "tax.example",
        "redirect_uris": ["https://tax.example/cb"],
        "token_endpoint_auth_method": "client_secret_basic",
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "scope": "openid profile email phone address",
        "id_token_signed_response_alg": "RS256",
        "subject_type": "pairwise",
        "application_type": "web",
        "require_pkce": True,
        "consent": "ask",
    }


SERVED: dict[str, dict[str, Any]] = {
    "where browsers come back to": {
        "redirect_uris": ["https://tax.example/a?x=1", "http://localhost:9/cb"],
        "post_logout_redirect_uris": ["https://tax.example/bye"],
    },
    "refresh tokens": {"grant_types": ["authorization_code", "refresh_token"]},
    "where servers and people come to": {
        "backchannel_logout_uri": "https://tax.example/out",
        "backchannel_logout_session_required": True,
        "initiate_login_uri": "https://tax.example/start",
        "client_uri": "https://tax.example/",
    },
    "keys inline, with a secret for the token endpoint": {"jwks": JWKS},
    "keys at an address": {
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": "ES256",
        "jwks_uri": "https://tax.example/jwks",
    },
    "algorithms": {
        "id_token_signed_response_alg": "ES256",
        "userinfo_signed_response_alg": "RS256",
        "request_object_signing_alg": "PS256",
    },
    "requests that must be signed": {"require_signed_request_object": True, "jwks": JWKS},
    "requests that must be pushed": {"require_pushed_authorization_requests": True},
    "auth_time, which is always there": {"require_auth_time": True},
    "fewer scopes": {"scope": "openid email"},
    "the secret in the body": {"token_endpoint_auth_method": "client_secret_post"},
    "an app by its own scheme": {**NATIVE, "redirect_uris": ["cn.example.app:/cb"]},
    "an app on loopback": {**NATIVE, "redirect_uris": ["http://127.0.0.1:7000/cb", "http://[::1]:7/cb"]},
    "an app with a secret of its own": {
        "application_type": "native",
        "redirect_uris": ["cn.example.app:/cb"],
    },
    "a site without a server": {"token_endpoint_auth_method": "none", "application_type": "web"},
    "names in two languages": {"client_name": "T", "client_name#zh": "税", "client_name#en": "Tax"},
    "the subjects that there are": {"subject_type": "pairwise"},
}


@pytest.mark.spec("RFC 7591 2")
@pytest.mark.parametrize("case", SERVED)
def test_what_is_served_is_registered_as_it_was_sent(registry: Registry, case: str) -> None:
    told = registry.register(**SERVED[case])
    assert {name: told.get(name) for name in SERVED[case]} == SERVED[case]
    read = registry.read(told)
    assert {name: read.get(name) for name in SERVED[case]} == SERVED[case]


@pytest.mark.spec("RFC 7591 3.2.1")
def test_whoever_has_no_secret_is_given_none(registry: Registry) -> None:
    for changes in ({"token_endpoint_auth_method": "none"}, SERVED["keys at an address"]):
        told = registry.register(**changes)
        assert not {"client_secret", "client_secret_expires_at"} & told.keys()
    assert registry.register()["client_secret_expires_at"] == 0


NARROWED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "grants that are not served": (
        {"grant_types": ["authorization_code", "implicit"], "response_types": ["code", "code id_token"]},
        {"grant_types": ["authorization_code"], "response_types": ["code"]},
    ),
    "scopes that nobody knows": ({"scope": "openid email payroll"}, {"scope": "openid email"}),
    "policy that is ours": (
        {"consent": "implied", "require_pkce": False},
        {"consent": "ask", "require_pkce": True},
    ),
    "members that nobody knows": ({"favourite": 7, "logo_uri": "x"}, {"favourite": None, "logo_uri": None}),
    "an id of one's own": ({"client_secret": "mine"}, {}),
    "session_required without an address": (
        {"backchannel_logout_session_required": True},
        {"backchannel_logout_session_required": None},
    ),
    "requests by reference": ({"request_uris": ["https://tax.example/r"]}, {"request_uris": None}),
    "a name with a longer tag": (
        {"client_name#zh-Hans-CN": "长", "client_name#zh-CN": "税"},
        {"client_name#zh": "税", "client_name#zh-CN": None, "client_name#en": "Tax"},
    ),
    "a tag in capitals": ({"client_name#ZH": "税"}, {"client_name#zh": "税", "client_name": "Tax"}),
    "a name in one language alone": (
        {"client_name": None, "client_name#zh": "税"},
        {"client_name#en": "税"},
    ),
    "null, which is nothing": ({"scope": None, "jwks": None}, {"jwks": None}),
}


@pytest.mark.spec("RFC 7591 2")
@pytest.mark.parametrize("case", NARROWED)
def test_what_is_not_served_is_left_out_and_the_answer_says_so(registry: Registry, case: str) -> None:
    sent, expected = NARROWED[case]
    told = registry.register(**sent)
    assert {name: told.get(name) for name in expected} == expected
    assert told["client_secret"] != "mine"


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no address": ({"redirect_uris": None}, "redirect_uris: at least one"),
    "an empty list of addresses": ({"redirect_uris": []}, "redirect_uris: at least one"),
    "an address that is no list": (
        {"redirect_uris": "https://tax.example/cb"},
        "redirect_uris: must be a list",
    ),
    "an address that is a number": ({"redirect_uris": [7]}, "redirect_uris: must be a list of texts"),
    "too many addresses": ({"redirect_uris": [f"https://x.example/{n}" for n in range(51)]}, "at most 50"),
    "an address of three thousand characters": (
        {"redirect_uris": ["https://x.example/" + "a" * 3000]},
        "at most 2048",
    ),
    "http": (
        {"redirect_uris": ["https://x.example/", "http://x.example/"]},
        "redirect_uris, entry 2: must use https",
    ),
    "a fragment": ({"redirect_uris": ["https://x.example/#a"]}, "must not have a fragment"),
    "a wildcard": ({"redirect_uris": ["https://*.example/"]}, "must not have a wildcard"),
    "a script": ({"redirect_uris": ["javascript:alert(1)"]}, "must be an absolute https URL"),
    "a page in the address": ({"redirect_uris": ["data:text/html,x"]}, "must be an absolute https URL"),
    "a user in the address": ({"redirect_uris": ["https://a:b@x.example/"]}, "must not carry a user name"),
    "an app's scheme for a site": ({"redirect_uris": ["cn.example.app:/cb"]}, "application_type native"),
    "an app with an https address": (
        {**NATIVE, "redirect_uris": ["https://x.example/cb"]},
        "is no address of a native app",
    ),
    "an app on another's machine": ({**NATIVE, "redirect_uris": ["http://x.example/cb"]}, "must use https"),
    "an app's scheme without a dot": (
        {**NATIVE, "redirect_uris": ["app:/cb"]},
        "is no address of a native app",
    ),
    "an address that only looks like a scheme": (
        {**NATIVE, "redirect_uris": ["127.0.0.1:7000/cb"]},
        "is no address of a native app",
    ),
    "another kind of application": ({"application_type": "desktop"}, "application_type: write web or native"),
    "a sign-out over http": ({"post_logout_redirect_uris": ["http://x.example/"]}, "must use https"),
    "logout tokens over http": ({"backchannel_logout_uri": "http://x.example/"}, "must use https"),
    "logout tokens to a list": ({"backchannel_logout_uri": ["https://x.example/"]}, "must be a text"),
    "a flag that is a text": (
        {"backchannel_logout_session_required": "true"},
        "backchannel_logout_session_required: must be true or false",
    ),
    "a flag that is one": ({"require_signed_request_object": 1}, "must be true or false"),
    "a start over http": ({"initiate_login_uri": "http://x.example/"}, "initiate_login_uri: must use https"),
    "a page over http": ({"client_uri": "http://x.example/"}, "client_uri: must use https"),
    "keys at an http address": ({"jwks_uri": "http://x.example/jwks"}, "jwks_uri: must use https"),
    "keys in two places": ({"jwks": JWKS, "jwks_uri": "https://x.example/jwks"}, "stands beside jwks_uri"),
    "no keys for private_key_jwt": (
        {"token_endpoint_auth_method": "private_key_jwt"},
        "private_key_jwt needs",
    ),
    "no keys for signed requests": ({"require_signed_request_object": True}, "signed request objects need"),
    "a private key": ({"jwks": {"keys": [{**KEY, "d": "x"}]}}, "public keys"),
    "a shared secret as a key": ({"jwks": {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}}, "public keys"),
    "a list of keys alone": ({"jwks": [KEY]}, "jwks: must be a JSON object"),
    "an unknown method": (
        {"token_endpoint_auth_method": "client_secret_jwt"},
        "client_secret_basic or client_secret_post or private_key_jwt or none",
    ),
    "ID tokens that nobody signed": ({"id_token_signed_response_alg": "none"}, "does not sign with none"),
    "an algorithm that is not offered": ({"id_token_signed_response_alg": "PS512"}, "write ES256 or RS256"),
    "userinfo by HMAC": ({"userinfo_signed_response_alg": "HS256"}, "userinfo_signed_response_alg: "),
    "requests that nobody signed": ({"request_object_signing_alg": "none"}, "write ES256 or RS256 or PS256"),
    "assertions by HMAC": ({"token_endpoint_auth_signing_alg": "HS256"}, "write ES256 or RS256 or PS256"),
    "encrypted ID tokens": ({"id_token_encrypted_response_alg": "RSA-OAEP"}, "are not encrypted here"),
    "encrypted userinfo": ({"userinfo_encrypted_response_alg": "RSA-OAEP"}, "is not encrypted here"),
    "public subjects": ({"subject_type": "public"}, "subject_type: write pairwise"),
    "a sector over http": (
        {"sector_identifier_uri": "http://x.example/s"},
        "sector_identifier_uri: must use",
    ),
    "a sector that is a list": ({"sector_identifier_uri": ["https://x.example/s"]}, "must be a text"),
    "an age that is not kept": ({"default_max_age": 60}, "send max_age with each request"),
    "levels that are not kept": ({"default_acr_values": ["a"]}, "send acr_values with each request"),
    "tokens bound to certificates": (
        {"tls_client_certificate_bound_access_tokens": True},
        "not bound to a key",
    ),
    "tokens bound to proofs": ({"dpop_bound_access_tokens": True}, "not bound to a key"),
    "no code": ({"response_types": ["id_token"]}, "response_types: only code is served"),
    "no code grant": ({"grant_types": ["client_credentials"]}, "grant_types: only authorization_code"),
    "no openid": ({"scope": "profile email"}, "scope: must contain openid"),
    "a name that turns the writing round": ({"client_name": "Tax\u202ecod"}, "printable characters"),
    "a name of blanks": ({"client_name#zh": "   "}, "client_name#zh: "),
    "a name longer than a line": ({"client_name#en": "x" * 101}, "client_name#en: "),
    "a name that is a number": ({"client_name": 7}, "client_name: must be a text"),
    "somebody's statement": ({"software_statement": "a.b.c"}, "send the metadata themselves"),
}


@pytest.mark.spec("RFC 7591 3.2.2")
@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_met_is_refused_with_what_to_write_instead(case: str) -> None:
    sent, said = REFUSED[case]
    wanted = {name: value for name, value in {**WANTED, **sent}.items() if value is not None}
    with pytest.raises(WireError) as refused:
        client_of(wanted, client_id="x", algorithms=("ES256", "RS256"))
    assert said in refused.value.public
    assert refused.value.status == 400
    if "software_statement" in sent:
        assert refused.value.code == "unapproved_software_statement"
    else:
        expected = "invalid_redirect_uri" if "redirect_uris" in sent else "invalid_client_metadata"
        assert refused.value.code == expected


def test_no_refusal_repeats_what_the_caller_wrote() -> None:
    for changes in (
        {"redirect_uris": ["https://user:hunter2@x.example/"]},
        {"client_uri": "http://x.example/?hunter2"},
        {"jwks_uri": "http://x.example/hunter2"},
        {"scope": "hunter2"},
        {"subject_type": "hunter2"},
        {"client_name": "hunter2" * 50},
    ):
        with pytest.raises(WireError) as refused:
            client_of({**WANTED, **changes}, client_id="x", algorithms=("ES256",))
        assert "hunter2" not in refused.value.public + refused.value.cause


def test_without_rs256_the_first_algorithm_is_the_usual_one() -> None:
    assert client_of(WANTED, client_id="x", algorithms=("ES256",)).id_token_alg == "ES256"
    assert client_of(WANTED, client_id="x", algorithms=("ES256", "RS256")).id_token_alg == "RS256"


def test_a_client_that_registered_itself_must_ask_and_send_pkce() -> None:
    made = client_of(
        {**WANTED, "consent": "implied", "require_pkce": False}, client_id="x", algorithms=("ES256",)
    )
    assert (made.consent, made.pkce, made.peer, made.automatic) == ("ask", True, False, False)


NOT_STRICT = {
    "not JSON": b"{",
    "a list": b"[]",
    "a member twice": b'{"redirect_uris": ["https://a.example/"], "redirect_uris": ["https://b.example/"]}',
    "deeper than metadata are": json.dumps({**WANTED, "x": [[[[[[1]]]]]]}).encode(),
    "a number that is none": b'{"x": NaN}',
    "nothing": b"",
}


@pytest.mark.parametrize("case", NOT_STRICT)
def test_a_body_that_is_no_strict_json_object_is_refused(registry: Registry, case: str) -> None:
    with pytest.raises(WireError) as refused:
        registry.desk.register(bearer(registry.leave), NOT_STRICT[case])
    assert (refused.value.code, refused.value.status) == ("invalid_client_metadata", 400)
    assert registry.clients.list() == ()


def test_a_body_of_another_type_is_not_read(registry: Registry) -> None:
    for kind in ("", "text/plain", "application/x-www-form-urlencoded"):
        with pytest.raises(WireError) as refused:
            registry.desk.register(bearer(registry.leave, kind), body(WANTED))
        assert refused.value.status == 415
    answer = registry.desk.register(bearer(registry.leave, "Application/JSON; charset=utf-8"), body(WANTED))
    assert answer.status == 201


def test_nobody_makes_itself_a_resource_server(registry: Registry) -> None:
    assert "manyou_introspection" not in registry.register(manyou_introspection=True)
