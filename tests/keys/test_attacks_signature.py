"""The envelope against AF01 (confused signatures) and AF02 (keys that a token brings along)."""

import base64
import json

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from keys.encoding import unb64
from keys.jose import sign
from tests.keys.accept import accept, reason
from tests.keys.forge import NOW, claims, forge, forge_hmac, header, key, private, ring, segment

PUBLIC = private().public_key()
PEM = PUBLIC.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
DER = PUBLIC.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
JWK = json.dumps(dict(key().public)).encode()
ENCODINGS = {
    "PEM": PEM,
    "PEM without its last line end": PEM.strip(),
    "PEM after a byte order mark": b"\xef\xbb\xbf" + PEM,
    "PEM after a blank": b" " + PEM,
    "DER": DER,
    "base64 of the DER": base64.b64encode(DER),
    "OpenSSH": PUBLIC.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH),
    "uncompressed point": PUBLIC.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint),
    "JWK": JWK,
    "JWK set": b'{"keys":[' + JWK + b"]}",
    "array of JWKs": b"[" + JWK + b"]",
    "nothing": b"",
}


def test_the_lawful_twin_of_every_forgery_is_accepted() -> None:
    assert accept(forge()) == claims()


@pytest.mark.parametrize("alg", ["HS256", "HS384", "HS512"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_af01_a_public_key_is_no_shared_secret(encoding: str, alg: str) -> None:
    token = forge_hmac(alg, ENCODINGS[encoding])
    assert reason(token) == "alg"
    shared = {"kty": "oct", "kid": key().kid, "k": segment(ENCODINGS[encoding] or b"\0")}
    assert reason(token, {"keys": [shared]}, algs=(alg, "ES256")) == "alg"  # not even listed by mistake


@pytest.mark.parametrize(
    "alg", ["none", "None", "NONE", "nOnE", "es256", "ES256 ", "RS256", "HS256", "ES512"]
)
def test_af01_only_the_algorithm_that_the_caller_fixed(alg: str) -> None:
    assert reason(forge(header(alg=alg))) == "alg"
    assert reason(f"{segment(header(alg=alg))}.{segment(claims())}.AA") == "alg"


@pytest.mark.parametrize("alg", [None, "", 0, True, ["ES256"], {"ES256": 1}])
def test_af01_an_algorithm_is_a_string(alg: object) -> None:
    assert reason(forge(header(alg=alg))) == "alg"
    assert reason(forge({"kid": key().kid, "typ": "JWT"})) == "alg"


def test_af01_the_caller_lists_algorithms_and_an_empty_list_accepts_none() -> None:
    assert reason(forge(), algs=()) == "alg"


N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # the order of P-256
SIGNATURES = {
    "r and s are zero": bytes(64),
    "r and s are the order of the curve": N.to_bytes(32, "big") * 2,
    "all bits are set": b"\xff" * 64,
    "one byte too few": bytes(63),
    "one byte too many": bytes(65),
    "one byte": b"\0",
    "a megabit": bytes(2000),
}


@pytest.mark.parametrize("case", SIGNATURES)
def test_af01_a_signature_that_is_none(case: str) -> None:
    text = forge().rpartition(".")[0]
    assert reason(f"{text}.{segment(SIGNATURES[case])}") == "signature"


def test_af01_the_signature_is_not_der() -> None:
    private = key().private
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    text = forge().rpartition(".")[0]
    der = private.sign(text.encode(), ec.ECDSA(hashes.SHA256()))
    assert reason(f"{text}.{segment(der)}") == "signature"


UNSIGNED = {
    "claims alone": json.dumps(claims()),
    "claims alone in base64url": segment(claims()),
    "a token without its signature": forge().rpartition(".")[0],
    "a token with an empty signature": forge().rpartition(".")[0] + ".",
    "flattened JSON": json.dumps(
        {"payload": segment(claims()), "protected": segment(header()), "signature": ""}
    ),
    "general JSON without signatures": json.dumps({"payload": segment(claims()), "signatures": []}),
    "nothing": "",
    "two dots": "..",
}


@pytest.mark.parametrize("case", UNSIGNED)
def test_af01_what_is_not_signed_is_not_a_token(case: str) -> None:
    assert reason(UNSIGNED[case]) == "segments"


def test_af01_something_that_is_no_text_is_refused_too() -> None:
    assert reason(forge().encode()) == "size"  # type: ignore[arg-type]


@pytest.mark.parametrize("alg", ["ES256", "ES384", "RS256", "PS256", "EdDSA"])
def test_af01_a_key_made_for_one_algorithm_serves_no_other(alg: str) -> None:
    token = sign(key(alg), claims(), typ="JWT")
    assert accept(token, ring(alg).jwks(NOW), algs=(alg,)) == claims()
    for other in {"ES256", "ES384", "RS256", "PS256", "EdDSA"} - {alg}:
        foreign = {**key(other).public, "kid": key(alg).kid}
        assert reason(token, {"keys": [foreign]}, algs=(alg,)) == "key"


def test_af01_two_algorithms_of_one_key_type_do_not_mix() -> None:
    rs = key("RS256")
    bare = {name: value for name, value in rs.public.items() if name != "alg"}
    token = sign(rs, claims(), typ="JWT")
    _, payload, signature = token.split(".")
    swapped = f"{segment(header(alg='PS256', kid=rs.kid))}.{payload}.{signature}"
    assert accept(token, {"keys": [bare]}, algs=("RS256", "PS256")) == claims()
    assert reason(swapped, {"keys": [bare]}, algs=("RS256", "PS256")) == "signature"


OTHER = key(name="attacker")
BROUGHT: dict[str, dict[str, object]] = {
    "jwk": {"jwk": dict(OTHER.public)},
    "jku": {"jku": "https://evil.example/jwks"},
    "x5u": {"x5u": "https://evil.example/cert"},
    "x5c": {"x5c": [segment(b"certificate")]},
    "x5t": {"x5t": segment(b"hash")},
    "x5t#S256": {"x5t#S256": segment(b"hash")},
    "trust_chain": {"trust_chain": [forge()]},
}


@pytest.mark.parametrize("case", BROUGHT)
def test_af02_a_token_does_not_bring_its_key(case: str) -> None:
    assert reason(forge(header(**BROUGHT[case]), signer=OTHER)) == "header"
    assert reason(forge(header(**BROUGHT[case]))) == "header"  # nor anything about a key, though signed well


@pytest.mark.parametrize(
    "kid",
    [
        "../../dev/null",
        "' OR '1'='1",
        "x\0y",
        "https://evil.example",
        "*",
        "0",
        pytest.param(OTHER.kid, id="another's"),
    ],
)
def test_af02_a_kid_names_a_key_of_the_set_or_nothing(kid: str) -> None:
    assert reason(forge(header(kid=kid), signer=OTHER)) == "kid"


@pytest.mark.parametrize("kid", ["", None, 0, True, [key().kid], {"kid": key().kid}])
def test_af02_a_kid_is_a_string(kid: object) -> None:
    assert reason(forge(header(kid=kid))) == "kid"
    assert reason(forge(header(kid=kid)), {"keys": [{**key().public, "kid": kid}]}) == "kid"


def test_af02_another_key_under_the_same_kid_does_not_match() -> None:
    assert reason(forge(signer=OTHER)) == "signature"


def test_af02_a_kid_that_names_two_fitting_keys_is_refused() -> None:
    twice = [dict(key().public), {**OTHER.public, "kid": key().kid}]
    assert reason(forge(), {"keys": twice}) == "kid"
    assert accept(forge(), {"keys": [twice[0], dict(OTHER.public)]}) == claims()


def test_af02_without_a_kid_exactly_one_key_must_be_possible() -> None:
    token = forge({"alg": "ES256", "typ": "JWT"})
    assert accept(token, ring("ES256", "RS256").jwks(NOW)) == claims()
    assert reason(token, {"keys": [dict(key().public), dict(OTHER.public)]}) == "kid"
    assert reason(token, {"keys": []}) == "key"


PUB = dict(key().public)
KEYS: dict[str, tuple[object, str]] = {
    "no keys": ({}, "key"),
    "keys is a string": ({"keys": "x"}, "key"),
    "keys is empty": ({"keys": []}, "kid"),
    "a key is a string": ({"keys": ["x"]}, "kid"),
    "a private key was published": ({"keys": [{**PUB, "d": PUB["x"]}]}, "key"),
    "a key for encryption": ({"keys": [{**PUB, "use": "enc"}]}, "key"),
    "a key that may only sign": ({"keys": [{**PUB, "key_ops": ["sign"]}]}, "key"),
    "key_ops is a number": ({"keys": [{**PUB, "key_ops": 1}]}, "key"),
    "a key for another algorithm": ({"keys": [{**PUB, "alg": "ES384"}]}, "key"),
    "another curve": ({"keys": [{**PUB, "crv": "P-384"}]}, "key"),
    "a point off the curve": ({"keys": [{**PUB, "y": PUB["x"]}]}, "key"),
    "the point at infinity": ({"keys": [{**PUB, "x": segment(bytes(32)), "y": segment(bytes(32))}]}, "key"),
    "no x": ({"keys": [{name: value for name, value in PUB.items() if name != "x"}]}, "key"),
    "x is a number": ({"keys": [{**PUB, "x": 1}]}, "key"),
    "x has padding": ({"keys": [{**PUB, "x": PUB["x"] + "="}]}, "key"),
    "x begins with a zero too many": ({"keys": [{**PUB, "x": segment(b"\0" + unb64(PUB["x"]))}]}, "key"),
    "x is short": ({"keys": [{**PUB, "x": segment(bytes(31))}]}, "key"),
    "x is endless": ({"keys": [{**PUB, "x": "A" * 5000}]}, "key"),
}


@pytest.mark.parametrize("case", KEYS)
def test_af02_key_sets_of_strangers_are_judged_too(case: str) -> None:
    jwks, expected = KEYS[case]
    assert reason(forge(), jwks) == expected  # type: ignore[arg-type]


def test_af02_a_good_key_may_stand_among_unknown_ones() -> None:
    odd: list[object] = [{"kty": "AKP", "kid": "pq", "alg": "ML-DSA-44", "pub": "AA"}, "x", PUB]
    assert accept(forge(), {"keys": odd}) == claims()
    assert accept(forge(), {"keys": [{**PUB, "key_ops": ["verify"], "x5c": ["…"]}]}) == claims()
