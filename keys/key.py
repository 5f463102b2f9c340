"""Key: owns one signing key: its private half, its name and its dates. Does not decide when it is used
(`ring`).

Imports public.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from keys.public import ALGORITHMS, members, suits, thumbprint

Purpose = Literal["oidc", "federation"]
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey

_RSA_BITS = 3072


@dataclass(frozen=True, slots=True, weakref_slot=True, kw_only=True)
class SigningKey:
    """A key and the dates that decide its state; all dates are seconds since 1970.

    Attributes:
        kid: RFC 7638 thumbprint of the public half.
        alg: the one algorithm it signs with: `ES256`, `RS256`, `ES384`, `PS256` or `EdDSA`.
        purpose: `oidc` signs tokens, `federation` signs entity statements; never both (OIDF §3.1.1).
        issuer: the entity whose key it is.
        private: the private half; in no repr and no comparison.
        announced: from when its public half is published.
        active_from: from when it signs.
        retired_at: from when it does not sign any more, or None.
        forget_at: from when its public half is not published any more, or None.
        revoked: from when nothing it signed counts, or None.
        public: its public JWK with `kid`, `alg`, `use`.

    Raises:
        ValueError: the kid is not the thumbprint (private and public half do not belong together), or the
            algorithm takes another kind of key.
    """

    kid: str
    alg: str
    purpose: Purpose
    issuer: str
    private: PrivateKey = field(repr=False, compare=False)
    announced: float
    active_from: float
    retired_at: float | None = None
    forget_at: float | None = None
    revoked: float | None = None
    public: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        jwk = members(self.private.public_key())
        if self.alg not in ALGORITHMS or not suits(jwk, self.alg):
            raise ValueError("the algorithm takes another kind of key")
        if thumbprint(jwk) != self.kid:
            raise ValueError("the kid is not the thumbprint of the key")
        object.__setattr__(
            self, "public", MappingProxyType({**jwk, "kid": self.kid, "alg": self.alg, "use": "sig"})
        )


def generate(*, alg: str, purpose: Purpose, issuer: str, now: float, active_from: float) -> SigningKey:
    """A fresh key, announced now.

    Args:
        alg: `ES256`, `ES384`, `EdDSA`, or `RS256`/`PS256` (RSA of 3072 bits).
        issuer: the entity whose key it is.
        now: seconds since 1970.
        active_from: when it may sign; `now` only for the first key of a ring, whose public half nobody can
            have cached.

    Raises:
        ValueError: another algorithm.
    """
    private = _private(alg)
    return SigningKey(
        kid=thumbprint(members(private.public_key())),
        alg=alg,
        purpose=purpose,
        issuer=issuer,
        private=private,
        announced=now,
        active_from=active_from,
    )


def _private(alg: str) -> PrivateKey:
    match alg:
        case "ES256":
            return ec.generate_private_key(ec.SECP256R1())
        case "ES384":
            return ec.generate_private_key(ec.SECP384R1())
        case "RS256" | "PS256":
            return rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)
        case "EdDSA":
            return ed25519.Ed25519PrivateKey.generate()
    raise ValueError("no such signature algorithm")
