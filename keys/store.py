"""Store: owns the promise of a place that keeps sealed keys, and how a ring is opened from it. Imports ring
and seal.

The place itself (SQL) is elsewhere and never sees a private key.
"""

from collections.abc import Sequence
from typing import Protocol

from keys.key import Purpose, generate
from keys.ring import KeyRing
from keys.seal import Kek, SealedKey, seal, unseal


class KeyStore(Protocol):
    """Whoever keeps rings, each with a version that counts its changes."""

    def load(self, purpose: Purpose) -> tuple[int, tuple[SealedKey, ...]]:
        """Version and keys of a ring; `(0, ())` for one that was never saved."""
        ...

    def save(self, purpose: Purpose, version: int, keys: Sequence[SealedKey]) -> bool:
        """Replace the ring if its version is still `version`; False when somebody else was first
        (compare-and-swap)."""
        ...


def open_ring(
    store: KeyStore, kek: Kek, *, purpose: Purpose, issuer: str, algs: Sequence[str], now: float
) -> KeyRing:
    """The stored ring; a new issuer's ring is made here.

    The first key of each algorithm is active at once: nobody can have cached a key set that lacks it. Two
    nodes starting together agree on one ring, since only one of them can save version 1.

    Args:
        issuer: the entity whose keys they are.
        algs: the algorithms of a fresh ring, such as `("ES256", "RS256")`.
        now: seconds since 1970.

    Raises:
        keys.seal.SealError: a key does not open.
        ValueError: the stored ring belongs to another issuer.
    """
    version, stored = store.load(purpose)
    if version == 0:
        fresh = [generate(alg=alg, purpose=purpose, issuer=issuer, now=now, active_from=now) for alg in algs]
        store.save(purpose, version, [seal(kek, key) for key in fresh])
        version, stored = store.load(purpose)
    if any(key.issuer != issuer for key in stored):
        raise ValueError("the stored keys belong to another issuer")
    return KeyRing(purpose=purpose, keys=tuple(unseal(kek, key) for key in stored))
