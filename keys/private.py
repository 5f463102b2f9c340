"""Private: owns private halves: which there are, how they are made, and their bytes before sealing.

A private half signs with one algorithm. It may live in a PKCS#11 token; then its bytes are where to find it.
Imports algorithms, hsm, public.
"""

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, rsa

from keys.algorithms import sm2
from keys.hsm import Token, TokenKey
from keys.public import RSA_SIZE, why_missing

PrivateKey = (
    ec.EllipticCurvePrivateKey
    | rsa.RSAPrivateKey
    | ed25519.Ed25519PrivateKey
    | mldsa.MLDSA65PrivateKey
    | sm2.PrivateKey
    | TokenKey
)
IN_TOKENS = ("ES256",)
"""Algorithms whose keys are made in the token, where the settings name one."""

_DER = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey | mldsa.MLDSA65PrivateKey
PLAIN = (mldsa.MLDSA65PrivateKey, sm2.PrivateKey, TokenKey)
"""Those that make a whole signature of bytes by themselves; the others do it through a JOSE library."""

_TOKEN = b"token\0"
_IDENTITY = 16


class NoTokenError(ValueError):
    """The private half is in a token, and the settings name none."""


def make(alg: str, token: Token | None = None) -> PrivateKey:
    """A fresh private half.

    Args:
        alg: `ES256`, `ES384`, `RS256`, `PS256`, `EdDSA`, `ML-DSA-65` or the name of SM2.
        token: where ES256 keys are made and stay.

    Raises:
        ValueError: another algorithm, or one that this system lacks; the message says why.
    """
    if missing := why_missing(alg):
        raise ValueError(missing)
    if token is not None and alg in IN_TOKENS:
        return token.generate()
    match alg:
        case "ES256":
            return ec.generate_private_key(ec.SECP256R1())
        case "ES384":
            return ec.generate_private_key(ec.SECP384R1())
        case "RS256" | "PS256":
            return rsa.generate_private_key(public_exponent=65537, key_size=RSA_SIZE)
        case "EdDSA":
            return ed25519.Ed25519PrivateKey.generate()
        case "ML-DSA-65":
            return mldsa.MLDSA65PrivateKey.generate()
        case _:
            return sm2.PrivateKey.generate()


def pack(key: PrivateKey | None) -> bytes:
    """The private half in clear, to be sealed; nothing for one that was destroyed."""
    if key is None:
        return b""
    if isinstance(key, TokenKey):
        return _TOKEN + key.identity + key.public_der()
    if isinstance(key, sm2.PrivateKey):
        return key.private_der()
    return key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def unpack(data: bytes, alg: str, token: Token | None = None) -> PrivateKey | None:
    """What `pack` packed.

    Args:
        data: authenticated bytes.
        alg: what the key signs with.
        token: where keys in tokens are looked for, once they sign.

    Raises:
        NoTokenError: it is in a token, and there is none.
        ValueError, cryptography.exceptions.UnsupportedAlgorithm: no key of ours.
    """
    if not data:
        return None
    if data.startswith(_TOKEN):
        return _in_token(data[len(_TOKEN) :], token)
    if alg == sm2.NAME:
        return sm2.PrivateKey(data)
    # What was sealed is authenticated, so what comes out is what went in: the long check of an RSA key's
    # primes (a tenth of a second) would find nothing.
    key = serialization.load_der_private_key(data, password=None, unsafe_skip_rsa_key_validation=True)
    if isinstance(key, _DER):
        return key
    raise ValueError("a kind of key that Manyou does not use")


def _in_token(data: bytes, token: Token | None) -> TokenKey:
    if token is None:
        raise NoTokenError("the private half is in a token")
    public = serialization.load_der_public_key(data[_IDENTITY:])
    if not isinstance(public, ec.EllipticCurvePublicKey):
        raise TypeError("a key in a token is an EC key")
    return token.key(data[:_IDENTITY], public)
