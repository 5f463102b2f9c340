"""Introspection (RFC 7662, RFC 9701): who may ask, what is said, and that nothing else is."""

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from idp.client import Client
from idp.errors import WireError
from keys import jose
from tests.idp.oauth.memory import NOW
from tests.idp.oauth.place import ISSUER, NATIVE, PORTAL, REFRESHING, SESSION, Place, basic, json_of

API = replace(PORTAL, client_id="api", extra={"manyou_introspection": True})
BOTH = replace(REFRESHING, client_id="both", extra={**REFRESHING.extra, "manyou_introspection": True})
SIGNED = "application/token-introspection+jwt"
pytestmark = pytest.mark.spec("RFC 7662 2")


def ask(place: Place, token: str, client: Client = API, **changes: Any) -> dict[str, Any]:
    place.register.put(client)
    return json_of(place.provider.introspect(place.post(client, token=token, **changes)))


INACTIVE = {"active": False}


def test_of_an_access_token_is_said_what_it_says_itself(place: Place) -> None:
    said = ask(place, place.sign_in()["access_token"])
    assert said["active"] is True
    assert (said["iss"], said["aud"], said["client_id"]) == (ISSUER, ISSUER, "portal")
    assert (said["iat"], said["exp"]) == (NOW, NOW + 600)
    assert said["scope"] == "openid profile email"
    assert said["token_type"] == "Bearer"
    assert not {"gid", "name", "email", "sid"} & said.keys()


ENDS = {
    "expired": lambda place: setattr(place.clock, "now", place.clock.now + 700),
    "its session ended": lambda place: place.store.remove(SESSION),
    "its client is gone": lambda place: place.register.known.pop("portal"),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_of_a_token_that_ended_nothing_is_said(place: Place, end: Any) -> None:
    token = place.sign_in()["access_token"]
    end(place)
    assert ask(place, token) == INACTIVE


def test_a_revoked_access_token_is_not_active(place: Place) -> None:
    token = place.sign_in()["access_token"]
    place.provider.revoke(place.post(token=token))
    assert ask(place, token) == INACTIVE


@pytest.mark.parametrize("kind", ["id_token", "made up", "junk", "long", "words"])
def test_of_anything_else_nothing_is_said(place: Place, kind: str) -> None:
    made = {
        "id_token": place.sign_in()["id_token"],
        "made up": "A" * 107,
        "junk": "a.b.c",
        "long": "A" * 9_000,
        "words": "令牌",
    }
    assert ask(place, made[kind]) == INACTIVE


def test_a_narrowed_token_is_said_to_have_its_own_scopes(place: Place) -> None:
    tokens = json_of(
        place.refresh(place.sign_in(REFRESHING)["refresh_token"], REFRESHING, scope="openid email")
    )
    assert ask(place, tokens["access_token"])["scope"] == "openid email"


def test_of_a_refresh_token_only_its_own_client_hears(place: Place) -> None:
    place.register.put(BOTH)
    token = place.sign_in(BOTH)["refresh_token"]
    assert ask(place, token, API) == INACTIVE
    said = ask(place, token, BOTH)
    assert (said["active"], said["client_id"], said["exp"]) == (True, "both", NOW + 3_600)
    assert place.refresh(token, BOTH), "asking uses nothing up"
    assert ask(place, token, BOTH) == INACTIVE, "used"


def test_a_revoked_family_in_an_old_store_is_not_active(place: Place) -> None:
    place.register.put(BOTH)
    token = place.sign_in(BOTH)["refresh_token"]
    snapshot = dict(place.store._held)
    place.provider.revoke(place.post(BOTH, token=token))
    place.store._held = snapshot
    assert ask(place, token, BOTH) == INACTIVE


REFUSED: dict[str, tuple[Client, dict[str, Any], str, int]] = {
    "not registered for it": (replace(API, extra={}), {}, "access_denied", 403),
    "registered with a word": (
        replace(API, extra={"manyou_introspection": "true"}),
        {},
        "access_denied",
        403,
    ),
    "without a credential": (
        replace(NATIVE, client_id="api", extra=API.extra),
        {"client_id": "api"},
        "access_denied",
        403,
    ),
    "with a wrong secret": (API, {"headers": basic("api", "wrong")}, "invalid_client", 401),
    "without a token": (API, {"token": ""}, "invalid_request", 400),
}


@pytest.mark.parametrize(("client", "changes", "code", "status"), REFUSED.values(), ids=REFUSED)
def test_who_may_not_ask_hears_nothing(
    place: Place, client: Client, changes: dict[str, Any], code: str, status: int
) -> None:
    token = place.sign_in()["access_token"]
    place.register.put(client)
    with pytest.raises(WireError) as refusal:
        place.provider.introspect(place.post(client, **{"token": token, **changes}))
    assert (refusal.value.code, refusal.value.status) == (code, status)


def _signed(place: Place, token: str, accept: str, client: Client = API) -> tuple[str, dict[str, Any]]:
    place.register.put(client)
    answer = place.provider.introspect(place.post(client, token=token, headers={"accept": accept}))
    kind = dict(answer.headers)["Content-Type"]
    assert dict(answer.headers)["Cache-Control"] == "no-store"
    if kind != SIGNED:
        return kind, json.loads(answer.body)
    verified = jose.verify(
        answer.body,
        place.ring.jwks(NOW),
        algs=(client.id_token_alg,),
        typ=("token-introspection+jwt",),
        issuer=ISSUER,
        audience=client.client_id,
        now=NOW,
        require=(),
    )
    return kind, dict(verified)


@pytest.mark.spec("RFC 9701 5")
@pytest.mark.parametrize("accept", [SIGNED, f"application/json, {SIGNED};q=0.9", SIGNED.upper()])
def test_the_answer_is_signed_for_the_caller_when_it_asks(place: Place, accept: str) -> None:
    token = place.sign_in()["access_token"]
    kind, claims = _signed(place, token, accept)
    assert kind == SIGNED
    assert claims["token_introspection"] == ask(place, token)
    assert claims.keys() == {"iss", "aud", "iat", "token_introspection"}


def test_that_a_token_is_not_active_is_signed_too(place: Place) -> None:
    _, claims = _signed(place, "x", SIGNED)
    assert claims["token_introspection"] == INACTIVE


@pytest.mark.parametrize("accept", ["", "application/json", "*/*", "application/jwt"])
def test_otherwise_it_is_plain(place: Place, accept: str) -> None:
    assert _signed(place, place.sign_in()["access_token"], accept)[0] == "application/json"


def test_the_algorithm_is_the_callers(place: Place) -> None:
    rs = replace(API, id_token_alg="RS256")
    place.register.put(rs)
    answer = place.provider.introspect(place.post(rs, token="x", headers={"accept": SIGNED}))
    head = answer.body.split(".")[0]
    assert json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["alg"] == "RS256"


def test_a_signed_answer_is_no_token(place: Place) -> None:
    place.register.put(API)
    token = place.sign_in()["access_token"]
    answer = place.provider.introspect(place.post(API, token=token, headers={"accept": SIGNED}))
    assert ask(place, answer.body) == INACTIVE
    with pytest.raises(WireError):
        place.userinfo(answer.body)
