"""Ring: owns which key of an issuer signs and which are published, computed from their dates. Pure. Imports
key.

A ring has one purpose and may hold keys of several algorithms, each with its own signer.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from keys.key import Purpose, SigningKey


class NoKey(Exception):
    """The ring has no key that may sign with this algorithm now."""

    def __init__(self, purpose: str, alg: str) -> None:
        super().__init__(f"the {purpose} ring has no active {alg} key")
        self.purpose = purpose
        self.alg = alg


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRing:
    """The keys of one issuer for one purpose.

    Raises:
        ValueError: keys of another purpose, of two issuers, or one key twice.
    """

    purpose: Purpose
    keys: tuple[SigningKey, ...]

    def __post_init__(self) -> None:
        if any(key.purpose != self.purpose for key in self.keys):
            raise ValueError(f"the {self.purpose} ring was given a key of another purpose")
        if len({key.issuer for key in self.keys}) > 1:
            raise ValueError("a ring was given keys of two issuers")
        if len({key.kid for key in self.keys}) != len(self.keys):
            raise ValueError("a ring was given one key twice")

    def signer(self, now: float, alg: str = "ES256") -> SigningKey:
        """The newest key of this algorithm that may sign.

        Args:
            now: seconds since 1970.

        Raises:
            NoKey: there is none.
        """
        active = [key for key in self.keys if key.alg == alg and _signs(key, now)]
        if not active:
            raise NoKey(self.purpose, alg)
        return max(active, key=lambda key: (key.active_from, key.kid))

    def published(self, now: float) -> tuple[SigningKey, ...]:
        """The keys that verifiers are told: announced, not forgotten, not revoked; newest first."""
        keys = [key for key in self.keys if _published(key, now)]
        return tuple(sorted(keys, key=lambda key: (-key.active_from, key.kid)))

    def jwks(self, now: float) -> Mapping[str, object]:
        """The published keys as a JWK Set, public halves only (RFC 7517 §5)."""
        return {"keys": [dict(key.public) for key in self.published(now)]}


def _signs(key: SigningKey, now: float) -> bool:
    # A signature by a key that verifiers are not told helps nobody, so a signer is always published as well.
    return key.active_from <= now and not _past(key.retired_at, now) and _published(key, now)


def _published(key: SigningKey, now: float) -> bool:
    return key.announced <= now and not _past(key.forget_at, now) and not _past(key.revoked, now)


def _past(moment: float | None, now: float) -> bool:
    return moment is not None and moment <= now
