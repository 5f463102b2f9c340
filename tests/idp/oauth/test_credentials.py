"""Who may redeem a code: each method of client authentication, and the ways round it."""

import base64
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from idp.client import Client
from idp.errors import WireError
from tests.idp.oauth.place import NATIVE, PORTAL, SECRET, THEIRS, Place, basic, jwks_of

POSTING = replace(PORTAL, client_id="posting", auth_method="client_secret_post")
SIGNING = replace(
    PORTAL, client_id="signing", auth_method="private_key_jwt", secret_sha256="", jwks=jwks_of(THEIRS)
)
PEER = replace(SIGNING, client_id="http://hub.localhost:8402", peer=True)


@pytest.fixture
def place() -> Place:
    place = Place()
    for client in (POSTING, SIGNING, PEER):
        place.register.put(client)
    return place


def refused(place: Place, client: Client, code: str = "invalid_client", **how: Any) -> WireError:
    with pytest.raises(WireError) as refusal:
        place.redeem(place.code(client), client, **how)
    assert refusal.value.code == code
    return refusal.value


BASIC: Mapping[str, Mapping[str, str]] = {
    "a wrong secret": basic("portal", "wrong"),
    "an empty secret": basic("portal", ""),
    "a secret in Chinese": basic("portal", "口令"),
    "an unknown client": basic("nobody", SECRET),
    "another scheme": {"authorization": "Bearer " + SECRET},
    "no pair": {"authorization": "Basic " + base64.b64encode(b"portal").decode()},
    "not base64": {"authorization": "Basic §§"},
    "not UTF-8": {"authorization": "Basic " + base64.b64encode(b"\xff\xfe:\xff").decode()},
    "percent escapes that are not UTF-8": {"authorization": "Basic " + base64.b64encode(b"%ff:x").decode()},
    "another scheme with a lawful pair": {"authorization": basic("portal", SECRET)["authorization"][1:]},
    "a scheme alone": {"authorization": "Basic"},
}


@pytest.mark.parametrize("headers", BASIC.values(), ids=BASIC)
def test_http_basic_is_refused_with_a_challenge(place: Place, headers: Mapping[str, str]) -> None:
    refusal = refused(place, PORTAL, headers=headers)
    assert refusal.status == 401
    assert refusal.headers["WWW-Authenticate"].startswith("Basic ")


def test_its_lawful_twin_passes(place: Place) -> None:
    assert place.redeem(place.code(), headers=basic("portal", SECRET))
    assert place.redeem(place.code(), headers=basic("portal", SECRET), client_id="portal")


def test_an_outsider_cannot_tell_an_unknown_client_from_a_wrong_secret(place: Place) -> None:
    unknown = refused(place, PORTAL, headers=basic("nobody", SECRET))
    wrong = refused(place, PORTAL, headers=basic("portal", "wrong"))
    assert (unknown.public, unknown.status, unknown.headers) == (wrong.public, wrong.status, wrong.headers)
    assert unknown.cause != wrong.cause


def test_a_wrong_secret_does_not_spend_the_code(place: Place) -> None:
    code = place.code()
    with pytest.raises(WireError):
        place.redeem(code, headers=basic("portal", "wrong"))
    assert place.redeem(code)


def test_the_body_cannot_name_another_client_than_the_header(place: Place) -> None:
    refused(place, PORTAL, client_id="native")


METHODS: Mapping[str, tuple[Client, dict[str, Any]]] = {
    "post by a basic client": (PORTAL, {"headers": {}, "client_id": "portal", "client_secret": SECRET}),
    "nothing by a basic client": (PORTAL, {"headers": {}, "client_id": "portal"}),
    "basic by a post client": (POSTING, {"headers": basic("posting", SECRET)}),
    "nothing by a post client": (POSTING, {"client_id": "posting"}),
    "nothing by a signing client": (SIGNING, {"client_id": "signing"}),
    "a secret by a public client": (NATIVE, {"client_secret": "x"}),
    "basic by a public client": (NATIVE, {"headers": basic("native", "")}),
    "nobody at all": (PORTAL, {"headers": {}}),
}


@pytest.mark.parametrize(("client", "how"), METHODS.values(), ids=METHODS)
def test_only_the_registered_method_counts(place: Place, client: Client, how: dict[str, Any]) -> None:
    assert refused(place, client, **how).status == 401


def test_a_public_client_may_send_an_empty_secret(place: Place) -> None:
    assert place.redeem(place.code(NATIVE), NATIVE, client_secret="")


def test_two_methods_at_once_are_refused(place: Place) -> None:
    refused(place, PORTAL, "invalid_request", client_id="portal", client_secret=SECRET)
    refused(place, PORTAL, "invalid_request", client_assertion="a.b.c")
