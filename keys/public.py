"""Public: owns public keys as JWKs: which algorithm takes which key, thumbprints, parsing.

Imports encoding, algorithms. Parsing is strict and cached by value (bounded): one key set is used for
thousands of tokens.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, rsa

from keys.algorithms import libcrypto, sm2
from keys.encoding import JoseError, b64, unb64

PublicKey = (
    ec.EllipticCurvePublicKey
    | rsa.RSAPublicKey
    | ed25519.Ed25519PublicKey
    | mldsa.MLDSA65PublicKey
    | sm2.PublicKey
)


@dataclass(frozen=True, slots=True)
class Family:
    """What kind of key an algorithm takes.

    Attributes:
        kty, crv: of its JWK; an empty `crv` where the key type has none.
        digest: the hash of its half-hash claims; empty where no hash is agreed on.
        members: the required members of its JWK (RFC 7638 §3.2), sorted.
        signature: bytes of a signature; 0 where the key decides.
        registered: whether JOSE has a name for it.
    """

    kty: str
    crv: str
    digest: str
    members: tuple[str, ...]
    signature: int
    registered: bool = True


_EC, _RSA, _OKP = ("crv", "kty", "x", "y"), ("e", "kty", "n"), ("crv", "kty", "x")
_AKP = ("alg", "kty", "pub")
# Asymmetric algorithms only: a symmetric one would let a public key be used as a shared secret (RFC 8725
# §2.1).
ALGORITHMS: Mapping[str, Family] = {
    "ES256": Family("EC", "P-256", "sha256", _EC, 64),
    "ES384": Family("EC", "P-384", "sha384", _EC, 96),
    "RS256": Family("RSA", "", "sha256", _RSA, 0),
    "PS256": Family("RSA", "", "sha256", _RSA, 0),
    "EdDSA": Family("OKP", "Ed25519", "sha512", _OKP, 64),  # RFC 8032: Ed25519 hashes with SHA-512
    "ML-DSA-65": Family("AKP", "", "", _AKP, 3309),  # RFC 9964
    sm2.NAME: Family("EC", sm2.CURVE, "sm3", _EC, 64, registered=False),
}
RSA_SIZE = 3072
"""Bits of our own RSA keys."""

_CURVES: Mapping[str, ec.EllipticCurve] = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1()}
_RSA_BITS = range(2048, 8193)  # shorter is weak, longer is a way to burn our time
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"})


def why_missing(alg: str) -> str:
    """Why this system cannot use an algorithm, in a sentence; empty where it can."""
    if alg not in ALGORITHMS:
        return "no such signature algorithm"
    if alg == sm2.NAME and sm2.missing():
        return f"SM2 is not there: {sm2.missing()}"
    if alg == "ML-DSA-65" and not _has_ml_dsa():
        return "ML-DSA-65 is not there: the installed cryptography was built without it"
    return ""


@cache
def _has_ml_dsa() -> bool:
    try:
        mldsa.MLDSA65PrivateKey.generate()
    except UnsupportedAlgorithm:
        return False
    return True


def holds(key: mldsa.MLDSA65PublicKey | sm2.PublicKey, data: bytes, signature: bytes) -> bool:
    """Whether a signature that no JOSE library knows is this key's over `data`."""
    if isinstance(key, sm2.PublicKey):
        return key.verify(signature, data)
    try:
        key.verify(signature, data)
    except InvalidSignature:
        return False
    return True


def members(key: PublicKey) -> dict[str, str]:
    """The required members of the key's JWK, in the order of RFC 7638 §3.2."""
    if isinstance(key, sm2.PublicKey):
        return {"crv": sm2.CURVE, "kty": "EC", "x": b64(key.x), "y": b64(key.y)}
    if isinstance(key, mldsa.MLDSA65PublicKey):
        return {"alg": "ML-DSA-65", "kty": "AKP", "pub": b64(key.public_bytes_raw())}
    if isinstance(key, ec.EllipticCurvePublicKey):
        numbers, size = key.public_numbers(), (key.curve.key_size + 7) // 8
        crv = next(name for name, curve in _CURVES.items() if curve.name == key.curve.name)
        x, y = (b64(n.to_bytes(size, "big")) for n in (numbers.x, numbers.y))
        return {"crv": crv, "kty": "EC", "x": x, "y": y}
    if isinstance(key, rsa.RSAPublicKey):
        rsa_numbers = key.public_numbers()
        return {"e": _uint(rsa_numbers.e), "kty": "RSA", "n": _uint(rsa_numbers.n)}
    return {"crv": "Ed25519", "kty": "OKP", "x": b64(key.public_bytes_raw())}


def required(jwk: Mapping[str, str]) -> dict[str, str]:
    """The required members of a public JWK (RFC 7638 §3.2), without what else it says.

    Raises:
        ValueError: a kind of key that Manyou does not use, or a member is missing.
    """
    family = next((one for one in ALGORITHMS.values() if one.kty == jwk.get("kty")), None)
    if family is None or not jwk.keys() >= set(family.members):
        raise ValueError("a public key without its members")
    return {name: jwk[name] for name in family.members}


def thumbprint(jwk: Mapping[str, str]) -> str:
    """SHA-256 thumbprint (RFC 7638) of a JWK that has its required members only."""
    text = json.dumps(dict(jwk), sort_keys=True, separators=(",", ":"))
    return b64(hashlib.sha256(text.encode()).digest())


def suits(jwk: Mapping[str, object], alg: str) -> bool:
    """Whether the JWK may verify `alg`: key type, curve, and what `alg`, `use`, `key_ops` say
    (RFC 7517 §4)."""
    family = ALGORITHMS[alg]
    key_ops = jwk.get("key_ops", ["verify"])
    return (
        jwk.get("kty") == family.kty
        and (not family.crv or jwk.get("crv") == family.crv)
        and jwk.get("alg", alg) == alg
        and ("alg" in jwk or family.kty != "AKP")
        and jwk.get("use", "sig") == "sig"
        and isinstance(key_ops, list | tuple)
        and "verify" in key_ops
    )


def is_public(jwk: Mapping[str, object]) -> bool:
    """Whether the JWK has no private or symmetric member."""
    return not _PRIVATE & jwk.keys()


def parse(jwk: Mapping[str, object], alg: str) -> PublicKey:
    """The key of a JWK that suits `alg`.

    Raises:
        JoseError: `key`: a private or symmetric member, a missing one, a point off its curve, RSA outside
            2048 to 8192 bits.
    """
    family = ALGORITHMS[alg]
    if not is_public(jwk):
        raise JoseError("key", "a key set with private members")
    values = tuple(jwk.get(name) for name in family.members)
    if not all(isinstance(value, str) for value in values):
        raise JoseError("key", "a key without its members")
    try:
        return _parse(*(str(value) for value in values))
    except (ValueError, UnsupportedAlgorithm, JoseError, libcrypto.Missing):
        raise JoseError("key", "a key that is not one, or that this system cannot use") from None


@lru_cache(maxsize=1024)
def _parse(*values: str) -> PublicKey:
    if values[1] == "RSA":
        n, e = (int.from_bytes(unb64(value), "big") for value in (values[2], values[0]))
        if (
            n.bit_length() not in _RSA_BITS
            or e.bit_length() > 32
            or (_uint(e), _uint(n)) != (values[0], values[2])
        ):
            raise ValueError("an RSA key that is weak, endless, or written with leading zeros")
        return rsa.RSAPublicNumbers(e, n).public_key()
    if values[1] == "OKP":
        return ed25519.Ed25519PublicKey.from_public_bytes(unb64(values[2]))
    if values[1] == "AKP":
        return mldsa.MLDSA65PublicKey.from_public_bytes(unb64(values[2]))
    if values[0] == sm2.CURVE:
        return sm2.PublicKey(unb64(values[2]), unb64(values[3]))
    curve = _CURVES[values[0]]
    x, y = (unb64(value) for value in values[2:])
    if {len(x), len(y)} != {(curve.key_size + 7) // 8}:
        raise ValueError("coordinate size")
    return ec.EllipticCurvePublicNumbers(
        int.from_bytes(x, "big"), int.from_bytes(y, "big"), curve
    ).public_key()


def _uint(number: int) -> str:
    return b64(number.to_bytes((number.bit_length() + 7) // 8, "big"))
