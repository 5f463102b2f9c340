"""Key: owns one signing key: its private half, its name and its dates. Does not decide when it is used
(`ring`).

Imports public, private.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from keys.hsm import Token
from keys.private import PrivateKey, make
from keys.public import ALGORITHMS, members, required, suits, thumbprint

Purpose = Literal["oidc", "federation"]


@dataclass(frozen=True, slots=True, weakref_slot=True, kw_only=True)
class SigningKey:
    """A key and the dates that decide its state. All dates are seconds since 1970; None: it has not happened
    and is not planned.

    Attributes:
        kid: RFC 7638 thumbprint of the public half; never used for a second key.
        alg: the one algorithm it signs with, a name of `keys.public.ALGORITHMS`.
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
    token: Token | None = None,
) -> SigningKey:
    """A fresh key.

    Args:
        alg: `ES256`, `ES384`, `EdDSA`, `RS256`/`PS256` (RSA of 3072 bits), `ML-DSA-65` or the name of SM2.
        issuer: the entity whose key it is.
        now: seconds since 1970.
        published: from when it is published; a key that signs is published from now on where nothing is said.
        active_from: when it may sign; given only for the first key of a ring, whose public half nobody can
            have missed. Later keys wait for their gates (`rotation`).

        token: where the private halves of ES256 keys are made and stay.

    Raises:
        ValueError: another algorithm, or one that this system lacks.
    """
    private = make(alg, token)
    while token is None and thumbprint(members(private.public_key())).startswith("-"):
        private = make(alg)  # people type names of keys at commands, where a hyphen begins an option
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
