"""What we sign: accepted by two other implementations, and made with one fixed header."""

import gc
import json
import weakref

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jws
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from keys.encoding import unb64
from keys.jose import sign
from keys.key import generate
from keys.public import ALGORITHMS
from tests.keys.accept import accept
from tests.keys.forge import AUDIENCE, ISSUER, NOW, claims, key, private, ring

KINDS: dict[str, type[ECKey] | type[RSAKey] | type[OKPKey]] = {"EC": ECKey, "RSA": RSAKey, "OKP": OKPKey}
ALGS = ("ES256", "ES384", "RS256", "PS256", "EdDSA")


@pytest.mark.parametrize("alg", ALGS)
def test_pyjwt_accepts_what_we_sign(alg: str) -> None:
    token = sign(key(alg), claims(), typ="JWT")
    public = jwt.PyJWK(dict(key(alg).public), algorithm=alg)
    options: dict[str, object] = {
        "verify_exp": False,
        "verify_iat": False,
        "verify_nbf": False,
        "require": ["exp"],
    }
    seen = jwt.decode(token, public, algorithms=[alg], audience=AUDIENCE, issuer=ISSUER, options=options)  # type: ignore[arg-type]
    assert seen == claims()


@pytest.mark.parametrize("alg", ALGS)
@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
def test_joserfc_accepts_what_we_sign(alg: str) -> None:
    token = sign(key(alg), claims(name="王小明"), typ="at+jwt")
    keys = KeySet.import_key_set({"keys": [dict(one) for one in ring(alg).jwks(NOW)["keys"]]})  # type: ignore[attr-defined]
    seen = joserfc_jwt.decode(token, keys, algorithms=[alg])
    assert seen.header == {"alg": alg, "kid": key(alg).kid, "typ": "at+jwt"}
    assert seen.claims == claims(name="王小明")


@pytest.mark.parametrize("alg", ALGS)
@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
def test_we_accept_what_the_others_sign(alg: str) -> None:
    head = {"alg": alg, "kid": key(alg).kid, "typ": "JWT"}
    jwks = ring(alg).jwks(NOW)
    by_pyjwt = jwt.encode(claims(), private(alg), algorithm=alg, headers=head)
    assert accept(by_pyjwt, jwks, algs=(alg,)) == claims()
    pem = private(alg).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    native = KINDS[ALGORITHMS[alg].kty].import_key(pem)
    by_joserfc = jws.serialize_compact(head, json.dumps(claims()), native, algorithms=[alg])
    assert accept(by_joserfc, jwks, algs=(alg,)) == claims()


def test_the_header_has_three_members_in_one_order() -> None:
    head = sign(key(), claims(), typ="logout+jwt").partition(".")[0]
    assert unb64(head) == f'{{"alg":"ES256","kid":"{key().kid}","typ":"logout+jwt"}}'.encode()


def test_claims_that_are_not_json_are_not_signed() -> None:
    for odd in ({1, 2}, float("nan"), b"bytes"):
        with pytest.raises((TypeError, ValueError)):
            sign(key(), claims(x=odd), typ="JWT")
    assert accept(sign(key(), claims(x=[1, 2.5, None, "…"]), typ="JWT"))["x"] == [1, 2.5, None, "…"]


def test_a_key_that_left_its_ring_leaves_memory() -> None:
    one = generate(alg="ES256", purpose="oidc", issuer=ISSUER, now=NOW, active_from=NOW - 10)
    sign(one, claims(), typ="JWT")
    gone = weakref.ref(one)
    del one
    gc.collect()
    assert gone() is None
