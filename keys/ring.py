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
        active = [key for key in self.keys if key.alg == alg and signs(key, now)]
        if not active:
            raise NoKey(self.purpose, alg)
        return max(active, key=lambda key: (key.active_from or 0.0, key.kid))

    def standby(self, alg: str) -> SigningKey | None:
        """The key of this algorithm that signs next: published, never used; the one published first, or
        None."""
        waiting = [key for key in self.keys if key.alg == alg and is_standby(key)]
        return min(waiting, key=lambda key: (key.published or 0.0, key.kid), default=None)

    def published(self, now: float) -> tuple[SigningKey, ...]:
        """The keys that verifiers are told: published, not forgotten, not compromised.

        Those that sign come first, newest first, since some verifiers try no further.
        """
        keys = [key for key in self.keys if is_published(key, now)]
        return tuple(sorted(keys, key=lambda key: (not signs(key, now), -_newness(key), key.kid)))

    def historical(self, now: float) -> tuple[SigningKey, ...]:
        """The keys that signed once and are not published any more, the last to leave first (OIDF §8.7)."""
        left = [(at, key) for key in self.keys if (at := _left(key)) is not None and at <= now]
        return tuple(key for _, key in sorted(left, key=lambda one: (-one[0], one[1].kid)))

    def denied(self) -> frozenset[str]:
        """Names of the compromised keys: nothing they signed counts, whatever a cached key set says."""
        return frozenset(key.kid for key in self.keys if key.compromised_at is not None)

    def jwks(self, now: float) -> Mapping[str, object]:
        """The published keys as a JWK Set, public halves only (RFC 7517 §5)."""
        return {"keys": [dict(key.public) for key in self.published(now)]}


def signs(key: SigningKey, now: float) -> bool:
    """Whether the key may sign now."""
    # A signature by a key that verifiers are not told helps nobody, so a signer is always published as well.
    started = past(key.active_from, now) and not past(key.retired_at, now)
    return started and key.private is not None and is_published(key, now)


def is_published(key: SigningKey, now: float) -> bool:
    """Whether verifiers are told the key now."""
    # A burned key is gone whatever the clock says: a node that is behind must not trust it any longer.
    return past(key.published, now) and not past(key.forget_at, now) and key.compromised_at is None


def is_standby(key: SigningKey) -> bool:
    """Whether the key is published and was never used."""
    ended = (key.retired_at, key.forget_at, key.compromised_at, key.destroyed_at)
    return key.published is not None and key.active_from is None and all(at is None for at in ended)


def past(moment: float | None, now: float) -> bool:
    """Whether a date lies behind us."""
    return moment is not None and moment <= now


def _newness(key: SigningKey) -> float:
    return key.active_from or key.published or key.generated


def _left(key: SigningKey) -> float | None:
    if key.active_from is None:
        return None
    return min((at for at in (key.forget_at, key.compromised_at) if at is not None), default=None)
