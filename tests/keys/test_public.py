"""RSA keys of strangers: neither weak nor endless nor written in two ways (AF02)."""

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from keys.encoding import unb64
from keys.jose import sign
from keys.public import members
from tests.keys.accept import reason
from tests.keys.forge import claims, key, segment


@pytest.mark.parametrize("bits", [1024, 2048])
def test_af02_rsa_keys_are_neither_weak_nor_endless(bits: int) -> None:
    small = members(rsa.generate_private_key(public_exponent=65537, key_size=bits).public_key())
    token = sign(key("RS256"), claims(), typ="JWT")
    jwks = {"keys": [{**small, "kid": key("RS256").kid}]}
    assert reason(token, jwks, algs=("RS256",)) == ("key" if bits < 2048 else "signature")
    endless = {**small, "n": segment(b"\xff" * 1100), "kid": key("RS256").kid}
    assert reason(token, {"keys": [endless]}, algs=("RS256",)) == "key"


EXPONENTS: dict[str, tuple[object, str]] = {
    "the usual one": ("AQAB", "accepted"),
    "another one": ("Aw", "signature"),
    "the largest one that we take": (segment(b"\xff" * 4), "signature"),
    "a slow one": (segment(b"\1\0\0\0\1"), "key"),
    "a very slow one": (segment(b"\xff" * 300), "key"),
    "an even one": ("Ag", "key"),
    "one": ("AQ", "key"),
    "one that begins with a zero": (segment(b"\0\1\0\1"), "key"),
    "a number": (6553, "key"),
    "nothing": (None, "key"),
}


@pytest.mark.parametrize("case", EXPONENTS)
def test_af02_exponents_of_rsa_keys_are_judged(case: str) -> None:
    exponent, expected = EXPONENTS[case]
    jwks = {"keys": [{**key("RS256").public, "e": exponent}]}
    assert reason(sign(key("RS256"), claims(), typ="JWT"), jwks, algs=("RS256",)) == expected


def test_af02_a_modulus_is_not_padded() -> None:
    padded = {**key("RS256").public, "n": segment(bytes(3) + unb64(key("RS256").public["n"]))}
    assert reason(sign(key("RS256"), claims(), typ="JWT"), {"keys": [padded]}, algs=("RS256",)) == "key"
