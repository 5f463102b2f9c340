"""Each client has its ID tokens and its userinfo signed with the algorithm that it registered."""

import hashlib
from dataclasses import replace
from functools import cache
from typing import Any

import jwt
import pytest

from idp.client import USERINFO_ALG, Client
from idp.oauth import metadata
from idp.oauth.wire import WireRequest
from idp.registration import metadata as registered
from idp.registration import problems
from idp.tokens import ID_TOKEN_ALGS
from keys import jose
from keys.algorithms import sm2
from keys.encoding import b64
from keys.key import SigningKey, generate
from keys.ring import KeyRing
from tests.idp.oauth.memory import NOW
from tests.idp.oauth.place import ISSUER, OIDC, PORTAL, Place

STANDARD = ("ES256", "ES384", "RS256", "PS256", "EdDSA")
DIGESTS = {"ES384": "sha384", "EdDSA": "sha512"}
UNCHECKED: Any = {"verify_exp": False, "verify_iat": False}


@cache
def one(alg: str) -> SigningKey:
    return generate(alg=alg, purpose="oidc", issuer=ISSUER, now=NOW - 9_000, active_from=NOW - 9_000)


def wanting(alg: str) -> Client:
    return replace(PORTAL, id_token_alg=alg, extra={USERINFO_ALG: alg})


@pytest.fixture
def place() -> Place:
    return Place()


def with_ring(place: Place, alg: str) -> Client:
    if alg not in ("ES256", "RS256"):
        place.ring = KeyRing(purpose="oidc", keys=(*OIDC, one(alg)))
    client = wanting(alg)
    place.register.known[client.client_id] = client
    return client


def userinfo(place: Place, token: str) -> tuple[str, dict[str, str]]:
    headers = {"authorization": f"Bearer {token}"}
    answer = place.provider.userinfo(WireRequest(method="GET", path="/userinfo", headers=headers))
    return answer.body, dict(answer.headers)


def decoded(place: Place, token: str, alg: str) -> dict[str, Any]:
    key = place.ring.signer(NOW, alg)
    seen: dict[str, Any] = jwt.decode(
        token, jwt.PyJWK(dict(key.public), alg), [alg], UNCHECKED, audience="portal", issuer=ISSUER
    )
    return seen


@pytest.mark.spec("OIDC Core §3.1.3.6")
@pytest.mark.parametrize("alg", STANDARD)
def test_another_implementation_accepts_the_id_token_and_its_half_hash(place: Place, alg: str) -> None:
    tokens = place.sign_in(with_ring(place, alg))
    claims = decoded(place, tokens["id_token"], alg)
    digest = hashlib.new(DIGESTS.get(alg, "sha256"), tokens["access_token"].encode()).digest()
    assert claims["at_hash"] == b64(digest[: len(digest) // 2])


@pytest.mark.spec("OIDC Core §5.3.2")
@pytest.mark.parametrize("alg", STANDARD)
def test_signed_userinfo_names_issuer_and_client_and_nobody_keeps_it(place: Place, alg: str) -> None:
    tokens = place.sign_in(with_ring(place, alg))
    body, headers = userinfo(place, tokens["access_token"])
    claims = decoded(place, body, alg)
    assert (headers["Content-Type"], headers["Cache-Control"]) == ("application/jwt", "no-store")
    assert (claims["iss"], claims["aud"], claims["name"]) == (ISSUER, "portal", "李小明")
    assert claims["sub"] == decoded(place, tokens["id_token"], alg)["sub"]


def test_signed_userinfo_never_passes_for_an_id_token(place: Place) -> None:
    client = with_ring(place, "ES256")
    tokens = place.sign_in(client)
    body, _ = userinfo(place, tokens["access_token"])
    assert place.tokens.read_hint(tokens["id_token"])
    with pytest.raises(jose.JoseError, match="typ"):
        place.tokens.read_hint(body)


def test_without_a_wish_userinfo_stays_json(place: Place) -> None:
    body, headers = userinfo(place, place.sign_in()["access_token"])
    assert (headers["Content-Type"], body[0]) == ("application/json", "{")


@pytest.mark.skipif(bool(sm2.missing()), reason=sm2.missing() or "-")
def test_a_client_that_agreed_on_it_gets_sm2(place: Place) -> None:
    tokens = place.sign_in(with_ring(place, sm2.NAME))
    for token, typ in (
        (tokens["id_token"], "JWT"),
        (userinfo(place, tokens["access_token"])[0], "userinfo+jwt"),
    ):
        assert jose.verify(
            token,
            place.ring.jwks(NOW),
            algs=(sm2.NAME,),
            typ=(typ,),
            issuer=ISSUER,
            audience="portal",
            now=NOW,
        )
    assert place.tokens.read_hint(tokens["id_token"])


@pytest.mark.parametrize("alg", ["ES384", "none", "HS256", "ML-DSA-65", "", "es256"])
@pytest.mark.parametrize("where", ["id_token_alg", "userinfo"])
def test_a_client_that_asks_for_what_is_not_offered_is_refused(alg: str, where: str) -> None:
    change: Any = {"extra": {USERINFO_ALG: alg}} if where == "userinfo" else {"id_token_alg": alg}
    assert not list(problems(PORTAL, ("ES256", "RS256")))
    (problem,) = problems(replace(PORTAL, **change), ("ES256", "RS256"))
    assert problem.endswith("write ES256 or RS256")


def test_what_is_offered_is_accepted_and_written_as_rfc_7591_has_it() -> None:
    client = wanting("ES384")
    assert not list(problems(client, ("ES256", "ES384")))
    assert registered(client)["userinfo_signed_response_alg"] == "ES384"
    assert "userinfo_signed_response_alg" not in registered(PORTAL)


def test_discovery_names_what_is_offered_and_nothing_else() -> None:
    said = metadata.document(ISSUER, acr_values=(), ui_locales=(), algorithms=("ES256", "EdDSA"))
    assert said["id_token_signing_alg_values_supported"] == ["ES256", "EdDSA"]
    assert said["userinfo_signing_alg_values_supported"] == ["ES256", "EdDSA"]


def test_no_algorithm_without_a_half_hash_signs_id_tokens() -> None:
    assert set(ID_TOKEN_ALGS) == {*STANDARD, sm2.NAME}
