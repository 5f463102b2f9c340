"""Rings: owns this process's two key rings as they are right now. Does not rotate them. Imports keys.

A ring is read again after a few seconds, so that what another process changed is seen; signing never waits
for it longer than one read. While SQL does not answer the ring at hand serves, but only for as long as
nobody can have changed it without waiting for us (`patience`). Should the records go back in time
(a backup was put in place), what is in memory is newer, and serves until it is written down again.
"""

import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from idp.clock import Clock
from idp.errors import Unavailable
from keys.hsm import Token, TokenKey
from keys.key import Purpose, SigningKey, generate
from keys.ring import KeyRing
from keys.seal import Kek, SealError
from keys.store import KeyStore, Stored, open_ring, read_ring, reseal, write_ring

FRESH = 5.0
"""Seconds for which a ring that was read is believed."""

ALGS: Mapping[Purpose, tuple[str, ...]] = {"oidc": ("ES256", "RS256"), "federation": ("ES256",)}
"""The algorithms of a new node's first keys; relying parties may ask for RS256 (OIDC Core §15.1)."""

log = structlog.get_logger("rings")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A ring in memory.

    Attributes:
        tried: when it was last asked for, seconds since 1970.
        read: when the answer came.
        stored: as it was read.
        ring: what serves and signs; another than `stored.ring` only after the records went back in time.
    """

    tried: float
    read: float
    stored: Stored
    ring: KeyRing

    @property
    def went_back(self) -> bool:
        """Whether the records know less than we do."""
        return self.ring is not self.stored.ring


class Memory(Protocol):
    """What is remembered of rings outside SQL."""

    def newer(self, stored: Stored, now: float) -> KeyRing | None:
        """The ring as it was before the records went back in time, or None when they did not."""


class Rings:
    """The rings of one process.

    Args:
        issuer: whose keys they are.
        patience: seconds for which a ring that cannot be read again serves.
        drift: seconds by which the clock of another node may be behind ours.
        memory: of what SQL may have forgotten.
        algs: the algorithms of each ring.
        token: where keys are that never leave it.
    """

    def __init__(
        self,
        store: KeyStore,
        kek: Kek,
        *,
        issuer: str,
        clock: Clock,
        patience: float = math.inf,
        drift: float = 0.0,
        memory: Memory | None = None,
        algs: Mapping[Purpose, tuple[str, ...]] = ALGS,
        token: Token | None = None,
    ) -> None:
        self._store = store
        self._kek = kek
        self._issuer = issuer
        self._clock = clock
        self._patience = patience
        self._drift = drift
        self._token = token
        self.algs = algs
        self.memory = memory
        self._rings: dict[Purpose, Held] = {}
        self._reading = threading.Lock()

    def oidc(self) -> KeyRing:
        """The ring that signs tokens; raises `Unavailable` as `current` does."""
        return self.current("oidc")

    def federation(self) -> KeyRing:
        """The ring that signs statements about ourselves; raises `Unavailable` as `current` does."""
        return self.current("federation")

    def current(self, purpose: Purpose) -> KeyRing:
        """A ring to sign with, and to publish: whoever publishes an old one hides the next key from others.

        Raises:
            Unavailable: `records`; it could not be read for so long that it may have been changed meanwhile.
        """
        held = self._ring(purpose)
        if self._clock() >= held.read + self._patience:
            raise Unavailable("records", f"the {purpose} ring could not be read for {self._patience:g} s")
        return held.ring

    def look(self, purpose: Purpose) -> Held:
        """The ring, read again now.

        Raises:
            Unavailable: `records`, if it was never read.
        """
        with self._reading:
            return self._read(purpose, self._rings.get(purpose), self._clock())

    def save(self, stored: Stored, ring: KeyRing, through: KeyStore) -> bool:
        """Put `ring` in the place of what was read; False: somebody else was first.

        Args:
            through: saves it, together with what is told of the change.
        """
        saved = write_ring(through, self._kek, stored, ring)
        if saved:
            self._clear(stored, ring)
            self.look(ring.purpose)
        return saved

    def reseal(self) -> dict[Purpose, int]:
        """Seal both rings as new keys are sealed; returns how many keys of each were not.

        Raises:
            Unavailable: `records`.
            keys.kek.SealError: a key opens neither under this key-encrypting key nor under the older one.
            keys.store.Conflict: others changed a ring all the time.
        """
        old, token = self._kek.older or self._kek, self._token
        return {
            purpose: reseal(self._store, old, self._kek, purpose=purpose, issuer=self._issuer, token=token)
            for purpose in self.algs
        }

    def make(self, purpose: Purpose, alg: str) -> SigningKey:
        """A fresh key of ours, neither published nor signing."""
        return generate(alg=alg, purpose=purpose, issuer=self._issuer, now=self._clock(), token=self._token)

    def _clear(self, stored: Stored, ring: KeyRing) -> None:
        """Take destroyed keys out of the token as well, where they were in one."""
        gone = {key.kid for key in ring.keys if key.private is None}
        for key in stored.ring.keys:
            if key.kid in gone and isinstance(key.private, TokenKey):
                try:
                    key.private.destroy()
                except Unavailable as error:
                    log.warning("key_left_in_token", kid=key.kid, cause=error.cause)

    def _ring(self, purpose: Purpose) -> Held:
        now = self._clock()
        held = self._rings.get(purpose)
        if held is not None and held.tried <= now < held.tried + FRESH:
            return held
        if held is not None and not self._reading.acquire(blocking=False):
            return held  # somebody reads it already
        if held is None:
            self._reading.acquire()
        try:
            return self._read(purpose, held, now)
        finally:
            self._reading.release()

    def _read(self, purpose: Purpose, held: Held | None, now: float) -> Held:
        try:
            version, _ = self._store.load(purpose)
            if held is None or version != held.stored.version:
                # Opening private keys is slow (a tenth of a second for RSA), and mostly nothing has changed.
                held = self._opened(purpose, held, now)
            held = replace(held, tried=now, read=now)
        except (Unavailable, SealError, ValueError) as error:
            if held is None:
                raise
            log.warning("ring_unread", purpose=purpose, cause=str(error))
            held = replace(held, tried=now)
        self._rings[purpose] = held
        return held

    def _opened(self, purpose: Purpose, held: Held | None, now: float) -> Held:
        kek, issuer, token = self._kek, self._issuer, self._token
        stored = read_ring(self._store, kek, purpose=purpose, issuer=issuer, token=token)
        if stored.version == 0 and held is None:
            open_ring(
                self._store,
                kek,
                purpose=purpose,
                issuer=issuer,
                algs=self.algs[purpose],
                now=now,
                drift=self._drift,
                token=token,
            )
            stored = read_ring(self._store, kek, purpose=purpose, issuer=issuer, token=token)
        for row, error in stored.refused:
            log.error("key_refused", purpose=purpose, kid=row.kid, reason=error.reason)
        ring = stored.ring
        if held is not None:
            ring = _newest(held, stored)
        elif self.memory is not None:
            ring = self.memory.newer(stored, now) or ring
        if ring is not stored.ring:
            log.error("ring_went_back", purpose=purpose, version=stored.version)
        return Held(tried=now, read=now, stored=stored, ring=ring)


def _newest(held: Held, stored: Stored) -> KeyRing:
    """What serves from now on: what was read, unless it is older than what is in memory.

    No key ever leaves the records, so that a ring without one that we hold is a ring from before it was made.
    """
    kids = {key.kid for key in stored.ring.keys} | {row.kid for row, _ in stored.refused}
    ours = {key.kid for key in held.ring.keys}
    if stored.version >= held.stored.version and ours <= kids:
        return stored.ring
    others = tuple(key for key in stored.ring.keys if key.kid not in ours)
    return KeyRing(purpose=held.ring.purpose, keys=(*held.ring.keys, *others))
