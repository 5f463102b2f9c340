"""Pushed authorization requests (RFC 9126): the lawful one, and those that differ from it in one thing."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from idp.client import Client
from idp.errors import PageError, WireError
from idp.oauth.assertion import Assertions
from idp.oauth.par import LIFETIME, PREFIX
from idp.oauth.wire import WireRequest
from tests.idp.oauth.memory import NOW
from tests.idp.oauth.place import ISSUER, NATIVE, PORTAL, SECRET, Place, basic
from tests.idp.oauth.test_assertion import assertion
from tests.idp.oauth.test_request_objects import CHAINED, FORGED, SIGNING, signed


@pytest.fixture
def place() -> Place:
    place = Place()
    for client in (SIGNING, CHAINED):
        place.register.put(client)
    return place


def push(
    place: Place, form: Mapping[str, str], *, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    answer = place.provider.push(WireRequest(method="POST", path="/par", form=form, headers=headers or {}))
    assert answer.status == 201
    assert dict(answer.headers)["Cache-Control"] == "no-store"
    body: dict[str, Any] = json.loads(answer.body)
    return body


def proof(client: Client, **changes: Any) -> dict[str, str]:
    return {"client_assertion": assertion(client, **changes), "client_assertion_type": Assertions.TYPE}


def name_of(pushed: Mapping[str, Any], client: Client = PORTAL) -> dict[str, str]:
    return {"client_id": client.client_id, "request_uri": pushed["request_uri"]}


@pytest.mark.spec("RFC 9126 2.2")
def test_whoever_pushes_gets_a_name_for_ninety_seconds(place: Place) -> None:
    pushed = push(place, place.ask(), headers=basic("portal", SECRET))
    assert pushed["request_uri"].startswith(PREFIX)
    assert pushed["expires_in"] == LIFETIME == 90
    checked = place.provider.arrive({**name_of(pushed), "scope": "openid phone", "state": "other"})
    assert (checked.scopes, checked.state) == (("openid", "profile", "email"), "st&te")
    place.clock.now += LIFETIME + 1
    with pytest.raises(PageError) as refusal:
        place.provider.arrive(name_of(pushed))
    assert refusal.value.code == "invalid_request_uri"


WAYS: Mapping[str, tuple[Client, Any]] = {
    "a secret": (PORTAL, lambda place: {**place.ask(), "client_secret": SECRET}),
    "an assertion": (SIGNING, lambda place: {**place.ask(SIGNING), **proof(SIGNING)}),
    "an assertion by chain": (CHAINED, lambda place: {**place.ask(CHAINED), **proof(CHAINED)}),
    "nothing, as a public client": (NATIVE, lambda place: place.ask(NATIVE)),
    "an object": (SIGNING, signed),
    "an object by chain": (CHAINED, lambda place: signed(place, CHAINED)),
    "an object and an assertion": (SIGNING, lambda place: {**signed(place), **proof(SIGNING)}),
}


@pytest.mark.spec("OIDF 12.1.1.2")
@pytest.mark.parametrize(("client", "form"), WAYS.values(), ids=WAYS)
def test_ways_to_push(place: Place, client: Client, form: Any) -> None:
    if client is PORTAL:
        place.register.put(replace(PORTAL, auth_method="client_secret_post"))
    pushed = push(place, form(place))
    checked = place.provider.arrive(name_of(pushed, client))
    assert checked.client.client_id == client.client_id
    assert not {"client_secret", "client_assertion"} & checked.params.keys()


REFUSED: Mapping[str, tuple[Any, str, int]] = {
    "no credential": (lambda place: place.ask(SIGNING), "invalid_client", 401),
    "a wrong secret": (lambda place: {**place.ask(), "client_secret": "x"}, "invalid_client", 401),
    "an unknown client": (
        lambda place: {**signed(place, iss="nobody"), "client_id": "nobody"},
        "invalid_client",
        401,
    ),
    "an object of a client with a secret": (lambda place: signed(place, PORTAL), "invalid_client", 401),
    "by chain, with our endpoint as audience": (
        lambda place: {**place.ask(CHAINED), **proof(CHAINED, aud=f"{ISSUER}/token")},
        "invalid_client",
        401,
    ),
    "by chain, with a list as audience": (
        lambda place: {**place.ask(CHAINED), **proof(CHAINED, aud=[ISSUER])},
        "invalid_client",
        401,
    ),
    "an address instead of a request": (
        lambda place: {"client_id": "signing", "request_uri": "https://rp.example/r", **proof(SIGNING)},
        "invalid_request",
        400,
    ),
    "another's object": (
        lambda place: {**signed(place, CHAINED), "client_id": "signing", **proof(SIGNING)},
        "invalid_request_object",
        400,
    ),
    "an unregistered address to go back to": (
        lambda place: {**place.ask(SIGNING, redirect_uri="https://evil.example/cb"), **proof(SIGNING)},
        "invalid_request",
        400,
    ),
    "an unregistered address within": (
        lambda place: signed(place, redirect_uri="https://evil.example/cb"),
        "invalid_request",
        400,
    ),
    "no openid": (lambda place: signed(place, scope="profile"), "invalid_scope", 400),
}


@pytest.mark.spec("RFC 9126 2.3")
@pytest.mark.parametrize(("form", "code", "status"), REFUSED.values(), ids=REFUSED)
def test_a_push_that_is_refused_is_told_to_the_pusher(
    place: Place, form: Any, code: str, status: int
) -> None:
    with pytest.raises(WireError) as refusal:
        push(place, form(place))
    assert (refusal.value.code, refusal.value.status) == (code, status)


@pytest.mark.parametrize("changes", FORGED.values(), ids=FORGED)
def test_an_object_that_differs_in_one_thing_proves_nobody(place: Place, changes: dict[str, Any]) -> None:
    with pytest.raises(WireError) as refusal:
        push(place, signed(place, **changes))
    assert refusal.value.code == "invalid_request_object"
    assert push(place, signed(place))


@pytest.mark.spec("RFC 9126 2")
def test_an_object_that_was_pushed_is_used_wherever_it_comes_again(place: Place) -> None:
    form = signed(place)
    push(place, form)
    with pytest.raises(WireError) as refusal:
        push(place, form)
    assert refusal.value.code == "invalid_request_object"
    one = place.provider.arrive(form).once
    assert one is not None
    assert not place.provider.uses.first(one, "login")
    assert place.provider.uses.began(one) == ""


def test_a_name_belongs_to_one_client(place: Place) -> None:
    pushed = push(place, signed(place))
    with pytest.raises(PageError) as refusal:
        place.provider.arrive(name_of(pushed, CHAINED))
    assert refusal.value.code == "invalid_request_uri"
    assert place.provider.arrive(name_of(pushed, SIGNING))


def test_a_made_up_name_is_refused(place: Place) -> None:
    with pytest.raises(PageError) as refusal:
        place.provider.arrive({"client_id": "portal", "request_uri": PREFIX + "made-up"})
    assert refusal.value.code == "invalid_request_uri"


@pytest.mark.spec("RFC 9126 4")
def test_a_name_is_good_once(place: Place) -> None:
    pushed = push(place, signed(place))
    one, again = (place.provider.arrive(name_of(pushed, SIGNING)).once for _ in range(2))
    assert one is not None
    assert one == again
    assert place.provider.uses.first(one, "login-1")
    place.clock.now += LIFETIME - 1
    assert not place.provider.uses.first(one, "login-2")


@pytest.mark.spec("RFC 9126 5")
def test_a_client_that_says_it_always_pushes_is_held_to_it(place: Place) -> None:
    place.register.put(replace(SIGNING, extra={"require_pushed_authorization_requests": True}))
    for form in (place.ask(SIGNING), signed(place)):
        with pytest.raises(PageError):
            place.provider.arrive(form)
    assert place.provider.arrive(name_of(push(place, signed(place)), SIGNING))


def test_a_client_that_says_it_always_signs_signs_what_it_pushes(place: Place) -> None:
    place.register.put(replace(SIGNING, extra={"require_signed_request_object": True}))
    with pytest.raises(WireError):
        push(place, {**place.ask(SIGNING), **proof(SIGNING)})
    assert push(place, {**signed(place), **proof(SIGNING, jti="j-2")})


def test_a_name_cannot_be_found_in_the_store(place: Place) -> None:
    pushed = push(place, signed(place, exp=int(NOW) + 60))
    assert pushed["request_uri"].removeprefix(PREFIX) not in place.store.everything()


def test_discovery_says_what_is_served(place: Place) -> None:
    said = place.provider.metadata()
    assert said["pushed_authorization_request_endpoint"] == f"{ISSUER}/par"
    assert said["request_parameter_supported"] is True
    assert said["request_uri_parameter_supported"] is False
    assert "ES256" in str(said["request_object_signing_alg_values_supported"])
