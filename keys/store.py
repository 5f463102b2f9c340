"""Store: owns the promise of a place that keeps sealed keys, and how a ring is opened from it. Imports ring
and seal.

The place itself (SQL) is elsewhere and never sees a private key.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from keys.hsm import Token
from keys.kek import Kek, SealError
from keys.key import Purpose, SigningKey, generate
from keys.ring import KeyRing
from keys.seal import SealedKey, seal, unseal

_TRIES = 5

_MENDABLE = frozenset({"kek_wrong", "token", "mismatch"})
"""Why a row does not open here and now, though it may be sound: another key-encrypting key, no token, an
algorithm that this machine lacks. What is `foreign` was opened with the right key and is not what was sealed:
no version makes those bytes open."""


class Conflict(Exception):
    """Others changed the ring all the time."""


class KeyStore(Protocol):
    """Whoever keeps rings, each with a version that counts its changes."""

    def load(self, purpose: Purpose) -> tuple[int, tuple[SealedKey, ...]]:
        """Version and keys of a ring; `(0, ())` for one that was never saved."""
        ...

    def save(self, purpose: Purpose, version: int, keys: Sequence[SealedKey]) -> bool:
        """Replace the ring if its version is still `version`; False when somebody else was first
        (compare-and-swap)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A ring as it was read.

    Attributes:
        version: counts its changes.
        ring: what opened.
        refused: rows that did not open, each with the reason; they are kept as they are.
        mendable: those of them that may open with other settings or on another machine.
    """

    version: int
    ring: KeyRing
    refused: tuple[tuple[SealedKey, SealError], ...] = ()

    @property
    def mendable(self) -> tuple[tuple[SealedKey, SealError], ...]:
        return tuple((row, error) for row, error in self.refused if error.reason in _MENDABLE)


def read_ring(
    store: KeyStore, kek: Kek, *, purpose: Purpose, issuer: str, token: Token | None = None
) -> Stored:
    """The stored ring. A row that does not open is left out by name; the others serve.

    Args:
        issuer: the entity whose keys they are.
        token: where keys in tokens are looked for, once they sign.

    Raises:
        SealError: nothing opens.
        ValueError: the stored ring belongs to another issuer.
    """
    version, rows = store.load(purpose)
    if any(row.issuer != issuer for row in rows):
        raise ValueError("the stored keys belong to another issuer")
    opened: list[SigningKey] = []
    refused: list[tuple[SealedKey, SealError]] = []
    for row in rows:
        try:
            opened.append(unseal(kek, row, version=version, token=token))
        except SealError as error:
            refused.append((row, error))
    if refused and not opened:
        raise refused[0][1]
    return Stored(version=version, ring=KeyRing(purpose=purpose, keys=tuple(opened)), refused=tuple(refused))


def write_ring(store: KeyStore, kek: Kek, stored: Stored, ring: KeyRing) -> bool:
    """Put `ring` in the place of what was read; False: somebody else was first (compare-and-swap).

    Every row is sealed anew, for the version that it now belongs to; rows that are damaged or forged stay as
    they are.

    Raises:
        SealError: naming a row that may be sound but does not open here, so that it cannot be sealed for the
            next version: it would never open again. Nothing was changed.
    """
    for row, error in stored.mendable:
        raise SealError(error.reason, f"{row.kid} does not open here, so a change would lose it ({error})")
    rows = [seal(kek, key, version=stored.version + 1) for key in ring.keys]
    kept = [row for row, _ in stored.refused]
    return store.save(ring.purpose, stored.version, [*rows, *kept])


def reseal(
    store: KeyStore, old: Kek, new: Kek, *, purpose: Purpose, issuer: str, token: Token | None = None
) -> int:
    """Seal a ring under another key-encrypting key, or in another way; returns how many keys were not.

    Nothing stops meanwhile: nodes that were given both keys open either. A ring that is sealed as it should
    be is left alone, so that it can be run again.

    Raises:
        SealError: a key opens under neither; nothing was changed.
        Conflict: others changed the ring all the time.
    """
    both = new.replacing(old)
    for _ in range(_TRIES):
        stored = read_ring(store, both, purpose=purpose, issuer=issuer, token=token)
        if stored.refused:
            raise stored.refused[0][1]
        _, rows = store.load(purpose)
        if all(new.sealed_here(row.sealed) for row in rows):
            return 0
        if write_ring(store, new, stored, stored.ring):
            return len(rows)
    raise Conflict(f"the {purpose} ring was changed by others {_TRIES} times; try again")


def open_ring(
    store: KeyStore,
    kek: Kek,
    *,
    purpose: Purpose,
    issuer: str,
    algs: Sequence[str],
    now: float,
    drift: float = 0.0,
    token: Token | None = None,
) -> KeyRing:
    """The stored ring; a new issuer's ring is made here.

    The first key of each algorithm is active at once: nobody can have cached a key set that lacks it. Two
    nodes starting together agree on one ring, since only one of them can save version 1.

    Args:
        issuer: the entity whose keys they are.
        algs: the algorithms of a fresh ring, such as `("ES256", "RS256")`.
        now: seconds since 1970.
        drift: how many seconds the clock of another node may be behind: first keys are dated back so far, so
            that it can sign with them as well.
        token: where ES256 keys are made and stay, if there is one.

    Raises:
        SealError: nothing opens.
        ValueError: the stored ring belongs to another issuer.
    """
    stored = read_ring(store, kek, purpose=purpose, issuer=issuer, token=token)
    if stored.version == 0:
        fresh = [
            generate(
                alg=alg,
                purpose=purpose,
                issuer=issuer,
                now=now,
                published=now - drift,
                active_from=now - drift,
                token=token,
            )
            for alg in algs
        ]
        write_ring(store, kek, stored, KeyRing(purpose=purpose, keys=tuple(fresh)))
        stored = read_ring(store, kek, purpose=purpose, issuer=issuer, token=token)
    return stored.ring
