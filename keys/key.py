"""Key: owns one signing key: its private half, its name and its dates. Does not decide when it is used
(`ring`).

Imports public.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from keys.public import ALGORITHMS, members, required, suits, thumbprint

Purpose = Literal["oidc", "federation"]
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey

_RSA_BITS = 3072


@dataclass(frozen=True, slots=True, weakref_slot=True, kw_only=True)
class SigningKey:
    """A key and the dates that decide its state. All dates are seconds since 1970; None: it has not happened
    and is not planned.

    Attributes:
        kid: RFC 7638 thumbprint of the public half; never used for a second key.
        alg: the one algorithm it signs with: `ES256`, `RS256`, `ES384`, `PS256` or `EdDSA`.
        purpose: `oidc` signs tokens, `federation` signs entity statements; never both (OIDF §3.1.1).
        issuer: the entity whose key it is.
        private: the private half, None once it is destroyed; in no repr and no comparison.
        public: its public JWK with `kid`, `alg`, `use`; computed where the private half is at hand.
        generated: when it was made.
        published: from when its public half is published.
        active_from: from when it signs.
        retired_at: from when it does not sign any more.
        forget_at: from when its public half is not published any more; computed when it is retired.
        compromised_at: from when nothing it signed counts.
        destroyed_at: from when its private half is gone.
        reason: why it was retired or revoked, for people.

    Raises:
        ValueError: the kid is not the thumbprint (private and public half do not belong together), or the
            algorithm takes another kind of key.
    """

    kid: str
    alg: str
    purpose: Purpose
    issuer: str
    private: PrivateKey | None = field(repr=False, compare=False)
    public: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    generated: float
    published: float | None = None
    active_from: float | None = None
    retired_at: float | None = None
    forget_at: float | None = None
    compromised_at: float | None = None
    destroyed_at: float | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        jwk = members(self.private.public_key()) if self.private is not None else required(self.public)
        if self.alg not in ALGORITHMS or not suits(jwk, self.alg):
            raise ValueError("the algorithm takes another kind of key")
        if thumbprint(jwk) != self.kid:
            raise ValueError("the kid is not the thumbprint of the key")
        object.__setattr__(
            self, "public", MappingProxyType({**jwk, "kid": self.kid, "alg": self.alg, "use": "sig"})
        )


def generate(
    *,
    alg: str,
    purpose: Purpose,
    issuer: str,
    now: float,
    published: float | None = None,
    active_from: float | None = None,
) -> SigningKey:
    """A fresh key.

    Args:
        alg: `ES256`, `ES384`, `EdDSA`, or `RS256`/`PS256` (RSA of 3072 bits).
        issuer: the entity whose key it is.
        now: seconds since 1970.
        published: from when it is published; a key that signs is published from now on where nothing is said.
        active_from: when it may sign; given only for the first key of a ring, whose public half nobody can
            have missed. Later keys wait for their gates (`rotation`).

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
        generated=now,
        published=now if published is None and active_from is not None else published,
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
