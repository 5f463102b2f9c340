"""Signed client assertions: the lawful one, and those that differ from it in one thing."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import jwt
import pytest

from idp.client import Client
from idp.errors import WireError
from idp.oauth.assertion import Assertions
from keys.key import SigningKey
from tests.idp.oauth.memory import NOW
from tests.idp.oauth.place import ISSUER, OIDC, PORTAL, SECRET, THEIRS, Place, json_of, jwks_of
from tests.keys.forge import forge, unchecked

SIGNING = replace(
    PORTAL, client_id="signing", auth_method="private_key_jwt", secret_sha256="", jwks=jwks_of(THEIRS)
)
PEER = replace(SIGNING, client_id="http://hub.localhost:8402", peer=True)


@pytest.fixture
def place() -> Place:
    place = Place()
    for client in (SIGNING, PEER):
        place.register.put(client)
    return place


def assertion(client: Client = SIGNING, *, key: SigningKey = THEIRS, typ: str = "JWT", **changes: Any) -> str:
    """A lawful assertion, changed; None leaves a claim out."""
    claims = {
        "iss": client.client_id,
        "sub": client.client_id,
        "aud": ISSUER,
        "exp": int(NOW) + 60,
        "iat": int(NOW),
        "jti": "j-1",
        **changes,
    }
    return unchecked(key, {name: value for name, value in claims.items() if value is not None}, typ=typ)


def show(place: Place, client: Client, token: str, **changes: Any) -> Any:
    form = {"client_assertion": token, "client_assertion_type": Assertions.TYPE, **changes}
    return json_of(place.redeem(place.code(client), client, **form))


@pytest.mark.parametrize("client", [SIGNING, PEER], ids=["a client", "a peer"])
def test_a_signed_assertion_proves_the_client(place: Place, client: Client) -> None:
    assert show(place, client, assertion(client))["id_token"]


def test_the_client_id_may_come_along_with_the_assertion(place: Place) -> None:
    assert show(place, SIGNING, assertion(), client_id="signing")["id_token"]


AUDIENCES = {
    "our token endpoint": ISSUER + "/token",
    "both of ours": [ISSUER, ISSUER + "/token"],
    "ours in a list": [ISSUER],
}


@pytest.mark.parametrize("audience", AUDIENCES.values(), ids=AUDIENCES)
def test_audiences_that_ordinary_clients_may_name_and_peers_may_not(place: Place, audience: object) -> None:
    assert show(place, SIGNING, assertion(aud=audience))["id_token"]
    with pytest.raises(WireError):
        show(place, PEER, assertion(PEER, aud=audience))


FORGED: Mapping[str, dict[str, Any]] = {
    "another audience": {"aud": "https://evil.example"},
    "a foreign audience among ours": {"aud": [ISSUER, "https://evil.example"]},
    "an audience that begins like ours": {"aud": ISSUER + ".evil.example"},
    "no audience": {"aud": None},
    "another issuer": {"iss": "portal"},
    "another subject": {"sub": "portal"},
    "no subject": {"sub": None},
    "expired": {"exp": int(NOW) - 60},
    "a life of more than an hour": {"exp": int(NOW) + 3_620},
    "no end": {"exp": None},
    "an end in words": {"exp": "tomorrow"},
    "not valid yet": {"nbf": int(NOW) + 120},
    "no jti": {"jti": None},
    "an empty jti": {"jti": ""},
    "a jti that is a number": {"jti": 7},
    "a jti without end": {"jti": "j" * 257},
    "our own key": {"key": OIDC[0]},
    "a type of another purpose": {"typ": "at+jwt"},
    "the type of a logout token": {"typ": "logout+jwt"},
}


@pytest.mark.parametrize("changes", FORGED.values(), ids=FORGED)
def test_an_assertion_that_differs_in_one_thing_is_refused(place: Place, changes: dict[str, Any]) -> None:
    with pytest.raises(WireError) as refusal:
        show(place, SIGNING, assertion(**changes), client_id="signing")
    assert (refusal.value.code, refusal.value.status) == ("invalid_client", 401)


def test_an_assertion_may_live_an_hour_as_libraries_send_it_but_a_peers_five_minutes(place: Place) -> None:
    assert show(place, SIGNING, assertion(exp=int(NOW) + 3_600))["id_token"]
    assert show(place, PEER, assertion(PEER, exp=int(NOW) + 300))["id_token"]
    with pytest.raises(WireError) as refusal:
        show(place, PEER, assertion(PEER, exp=int(NOW) + 320))
    assert refusal.value.cause == "assertion: lives too long"


def untyped(client: Client) -> str:
    body = {
        "iss": client.client_id,
        "sub": client.client_id,
        "aud": ISSUER,
        "exp": int(NOW) + 60,
        "jti": "j-1",
    }
    return forge({"alg": "ES256", "kid": THEIRS.kid}, body, signer=THEIRS)


def test_an_assertion_without_a_type_is_taken_from_a_client_but_not_from_a_peer(place: Place) -> None:
    assert show(place, SIGNING, untyped(SIGNING))["id_token"]
    with pytest.raises(WireError) as refusal:
        show(place, PEER, untyped(PEER))
    assert refusal.value.cause == "assertion: typ"


def test_an_assertion_counts_once(place: Place) -> None:
    token = assertion()
    assert show(place, SIGNING, token)
    with pytest.raises(WireError) as refusal:
        show(place, SIGNING, token)
    assert refusal.value.cause == "assertion: replayed"
    assert show(place, SIGNING, assertion(jti="j-2"))


def test_an_assertion_is_remembered_as_long_as_it_could_be_accepted(place: Place) -> None:
    token = assertion(exp=int(NOW) + 3_600)
    assert show(place, SIGNING, token)
    for _ in range(8):
        place.clock.now += 460
        place.store.put("session:abc", b"alive", 3_600)
        with pytest.raises(WireError):
            show(place, SIGNING, token)


def test_two_clients_may_use_the_same_jti(place: Place) -> None:
    assert show(place, SIGNING, assertion())
    assert show(place, PEER, assertion(PEER))


JUNK = {"empty segments": "..", "words": "not a token", "Chinese": "断言", "none": "eyJhbGciOiJub25lIn0.e30."}


@pytest.mark.parametrize("token", JUNK.values(), ids=JUNK)
@pytest.mark.parametrize("client_id", ["signing", ""], ids=["named", "unnamed"])
def test_junk_instead_of_an_assertion_is_refused(place: Place, token: str, client_id: str) -> None:
    with pytest.raises(WireError) as refusal:
        show(place, SIGNING, token, client_id=client_id)
    assert refusal.value.code == "invalid_client"


def test_an_assertion_of_another_type_is_refused(place: Place) -> None:
    saml = "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"
    with pytest.raises(WireError):
        show(place, SIGNING, assertion(), client_assertion_type=saml)


def test_an_assertion_by_a_client_without_keys_is_refused(place: Place) -> None:
    keyless = place.register.put(replace(SIGNING, client_id="keyless", jwks=None))
    with pytest.raises(WireError):
        show(place, keyless, assertion(keyless))


def test_keys_may_be_behind_a_url(place: Place) -> None:
    remote = place.register.put(replace(SIGNING, client_id="remote", jwks=None, jwks_uri="https://rp/jwks"))
    place.remote["https://rp/jwks"] = jwks_of(THEIRS)
    assert show(place, remote, assertion(remote))["id_token"]


def test_a_client_secret_is_no_hmac_key(place: Place) -> None:
    """The oldest forgery: HS256 with something the attacker knows."""
    key = hashlib.sha256(SECRET.encode()).hexdigest()
    claims = {"iss": "signing", "sub": "signing", "aud": ISSUER, "exp": int(NOW) + 60, "jti": "x"}
    with pytest.raises(WireError):
        show(place, SIGNING, jwt.encode(claims, key, algorithm="HS256", headers={"kid": THEIRS.kid}))


@pytest.mark.spec("OIDC Registration 2")
def test_an_assertion_is_signed_with_the_algorithm_that_was_registered(place: Place) -> None:
    for alg, lawful in (("ES256", True), ("RS256", False)):
        client = replace(SIGNING, extra={"token_endpoint_auth_signing_alg": alg})
        place.register.put(client)
        if lawful:
            assert show(place, client, assertion(client, jti=alg))["id_token"]
        else:
            with pytest.raises(WireError) as refused:
                show(place, client, assertion(client, jti=alg))
            assert (refused.value.code, refused.value.cause) == ("invalid_client", "assertion: alg")
