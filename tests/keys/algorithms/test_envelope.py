"""Every algorithm through the one envelope: signed, published, verified, and refused when anything is off."""

import dataclasses
import hashlib
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import gmalg
import pytest
from cryptography.hazmat.primitives.asymmetric import mldsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from keys.algorithms import sm2, sm3
from keys.encoding import JoseError, b64, unb64
from keys.jose import STATEMENT, TOKEN, half_hash, sign
from keys.key import SigningKey, generate
from keys.public import ALGORITHMS, parse, required, suits, thumbprint, why_missing
from tests.keys.accept import accept
from tests.keys.forge import ISSUER, NOW, claims, key, private

NEW = ("ML-DSA-65", sm2.NAME)
ALL = tuple(ALGORITHMS)

pytestmark = pytest.mark.skipif(bool(sm2.missing()), reason=sm2.missing() or "-")


def published(one: SigningKey) -> dict[str, object]:
    return {"keys": [dict(one.public)]}


@pytest.mark.parametrize("alg", ALL)
def test_what_is_signed_is_accepted_with_the_published_key(alg: str) -> None:
    one = key(alg)
    assert accept(sign(one, claims(name="王小明"), typ="JWT"), published(one), algs=(alg,)) == claims(
        name="王小明"
    )


@pytest.mark.parametrize("alg", ALL)
def test_a_key_with_another_name_for_its_algorithm_does_not_count(alg: str) -> None:
    token = sign(key(alg), claims(), typ="JWT")
    for other in ALL:
        if other != alg:
            with pytest.raises(JoseError, match=r"alg|key"):
                accept(token, published(key(alg)), algs=(other,))
            relabelled = {"keys": [dict(key(alg).public) | {"alg": other}]}
            with pytest.raises(JoseError, match="key"):
                accept(token, relabelled, algs=(alg,))


@pytest.mark.parametrize("alg", ALL)
def test_a_signature_of_another_length_is_refused_before_any_arithmetic(alg: str) -> None:
    token = sign(key(alg), claims(), typ="JWT")
    head, _, signature = token.rpartition(".")
    raw = unb64(signature)
    size = ALGORITHMS[alg].signature or 384
    assert len(raw) == size
    for wrong in (raw[:-1], raw + b"\0", raw * 2, raw[1:], b"\0"):
        with pytest.raises(JoseError, match=r"signature|size"):
            accept(f"{head}.{b64(wrong)}", published(key(alg)), algs=(alg,), limits=STATEMENT)


@pytest.mark.parametrize("alg", NEW)
@pytest.mark.parametrize("place", [0, 1, -1])
def test_a_changed_byte_is_noticed(alg: str, place: int) -> None:
    token = sign(key(alg), claims(), typ="JWT")
    parts = [bytearray(unb64(part)) for part in token.split(".")]
    signature = parts[2]
    signature[place] ^= 1
    with pytest.raises(JoseError, match="signature"):
        accept(".".join(b64(bytes(part)) for part in parts), published(key(alg)), algs=(alg,))


@pytest.mark.parametrize("alg", NEW)
def test_another_key_of_the_same_algorithm_is_refused(alg: str) -> None:
    other = {"keys": [dict(key(alg, name="other").public) | {"kid": key(alg).kid}]}
    with pytest.raises(JoseError, match="signature"):
        accept(sign(key(alg), claims(), typ="JWT"), other, algs=(alg,))


@pytest.mark.spec("RFC 9964 §3")
def test_an_ml_dsa_key_is_published_with_its_algorithm_and_nothing_private() -> None:
    public = key("ML-DSA-65").public
    assert public.keys() == {"kty", "alg", "pub", "kid", "use"}
    assert (public["kty"], public["alg"], len(unb64(public["pub"]))) == ("AKP", "ML-DSA-65", 1952)


@pytest.mark.spec("RFC 9964 §6")
def test_the_thumbprint_of_an_ml_dsa_key_is_over_alg_kty_and_pub() -> None:
    public = key("ML-DSA-65").public
    text = f'{{"alg":"ML-DSA-65","kty":"AKP","pub":"{public["pub"]}"}}'
    assert b64(hashlib.sha256(text.encode()).digest()) == public["kid"]
    assert thumbprint(required(dict(public))) == public["kid"]


@pytest.mark.spec("RFC 9964 §4")
def test_an_ml_dsa_signature_is_the_plain_one_without_context() -> None:
    token = sign(key("ML-DSA-65"), claims(), typ="JWT")
    signed, _, signature = token.rpartition(".")
    assert len(unb64(signature)) == 3309
    public = mldsa.MLDSA65PublicKey.from_public_bytes(unb64(key("ML-DSA-65").public["pub"]))
    public.verify(unb64(signature), signed.encode())


AKP: dict[str, Callable[[dict[str, object]], dict[str, object]]] = {
    "without alg": lambda jwk: {name: value for name, value in jwk.items() if name != "alg"},
    "with another alg": lambda jwk: jwk | {"alg": "ML-DSA-44"},
    "without pub": lambda jwk: {name: value for name, value in jwk.items() if name != "pub"},
    "with a short pub": lambda jwk: jwk | {"pub": b64(bytes(1951))},
    "with a long pub": lambda jwk: jwk | {"pub": b64(bytes(1953))},
    "with its seed": lambda jwk: jwk | {"priv": b64(bytes(32))},
    "of another kind": lambda jwk: jwk | {"kty": "OKP"},
    "for encryption": lambda jwk: jwk | {"use": "enc"},
}


@pytest.mark.parametrize("case", AKP)
def test_an_unlawful_ml_dsa_key_verifies_nothing(case: str) -> None:
    token = sign(key("ML-DSA-65"), claims(), typ="JWT")
    jwk = AKP[case](dict(key("ML-DSA-65").public))
    with pytest.raises(JoseError, match="key"):
        accept(token, {"keys": [jwk]}, algs=("ML-DSA-65",))


def test_an_ml_dsa_token_fits_in_the_limits_of_tokens() -> None:
    assert len(sign(key("ML-DSA-65"), claims(), typ="JWT")) < TOKEN.size < STATEMENT.size


def test_another_implementation_accepts_an_sm2_token() -> None:
    token = sign(key(sm2.NAME), claims(), typ="JWT")
    signed, _, signature = token.rpartition(".")
    public, raw = key(sm2.NAME).public, unb64(signature)
    other = gmalg.SM2(uid=sm2.IDENTITY, pk=b"\x04" + unb64(public["x"]) + unb64(public["y"]))
    assert other.verify(signed.encode(), raw[:32], raw[32:])
    assert not other.verify(signed.encode() + b".", raw[:32], raw[32:])


def test_we_accept_an_sm2_token_of_another_implementation() -> None:
    one = private(sm2.NAME)
    der = one.private_der()
    other = gmalg.SM2(sk=der[7:39], uid=sm2.IDENTITY, pk=b"\x04" + one.public_key().x + one.public_key().y)
    head = {"alg": sm2.NAME, "kid": key(sm2.NAME).kid, "typ": "JWT"}
    signed = f"{b64(json.dumps(head).encode())}.{b64(json.dumps(claims()).encode())}"
    token = f"{signed}.{b64(b''.join(other.sign(signed.encode())))}"
    assert accept(token, published(key(sm2.NAME)), algs=(sm2.NAME,)) == claims()


def test_the_names_of_sm2_are_object_identifiers_that_nobody_registered_at_jose() -> None:
    public = key(sm2.NAME).public
    assert (public["alg"], public["crv"]) == ("urn:oid:1.2.156.10197.1.501", "urn:oid:1.2.156.10197.1.301")
    assert {alg for alg, family in ALGORITHMS.items() if not family.registered} == {sm2.NAME}


def test_an_sm2_key_and_a_p256_key_never_stand_for_each_other() -> None:
    assert not suits(key(sm2.NAME).public, "ES256")
    assert not suits(key("ES256").public, sm2.NAME)
    crossed = dict(key("ES256").public) | {"crv": sm2.CURVE, "alg": sm2.NAME}
    with pytest.raises(JoseError, match="key"):
        parse(crossed, sm2.NAME)


def test_where_the_system_has_no_sm2_its_keys_are_refused_and_the_reason_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sm2, "missing", lambda: "nothing there")
    assert why_missing(sm2.NAME) == "SM2 is not there: nothing there"
    with pytest.raises(ValueError, match="nothing there"):
        generate(alg=sm2.NAME, purpose="oidc", issuer=ISSUER, now=NOW)


HALVES = {
    "ES256": lambda data: hashlib.sha256(data).digest()[:16],
    "RS256": lambda data: hashlib.sha256(data).digest()[:16],
    "PS256": lambda data: hashlib.sha256(data).digest()[:16],
    "ES384": lambda data: hashlib.sha384(data).digest()[:24],
    "EdDSA": lambda data: hashlib.sha512(data).digest()[:32],
    sm2.NAME: lambda data: sm3.digest(data)[:16],
}


@pytest.mark.spec("OIDC Core §3.1.3.6")
@pytest.mark.parametrize("alg", HALVES)
def test_the_half_hash_follows_the_algorithm(alg: str) -> None:
    assert half_hash("an access token", alg) == b64(HALVES[alg](b"an access token"))


def test_ml_dsa_signs_no_id_tokens_since_no_half_hash_is_agreed_on() -> None:
    with pytest.raises(ValueError, match="no ID tokens"):
        half_hash("an access token", "ML-DSA-65")


OPENSSL = {
    "ES384": ["-digest", "sha384"],
    "PS256": ["-digest", "sha256", "-pkeyopt", "rsa_padding_mode:pss", "-pkeyopt", "rsa_pss_saltlen:digest"],
    "RS256": ["-digest", "sha256"],
    "EdDSA": [],
}


@pytest.mark.parametrize("alg", OPENSSL)
def test_the_command_line_of_openssl_accepts_what_we_sign(alg: str, tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    signed, _, signature = sign(key(alg), claims(), typ="JWT").rpartition(".")
    raw = unb64(signature)
    if alg == "ES384":
        raw = encode_dss_signature(*(int.from_bytes(half, "big") for half in (raw[:48], raw[48:])))
    pem = private(alg).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for name, content in (("data", signed.encode()), ("signature", raw), ("public", pem)):
        (tmp_path / name).write_bytes(content)
    command = "openssl pkeyutl -verify -pubin -inkey public -rawin -in data -sigfile signature"
    said = subprocess.run([*command.split(), *OPENSSL[alg]], cwd=tmp_path, capture_output=True, check=False)
    assert b"Verified Successfully" in said.stdout, said


def test_a_destroyed_key_of_every_kind_is_still_published_and_signs_nothing() -> None:
    for alg in ALL:
        gone = dataclasses.replace(key(alg), private=None, destroyed_at=NOW)
        assert gone.public == key(alg).public
        with pytest.raises(ValueError, match="gone"):
            sign(gone, claims(), typ="JWT")
