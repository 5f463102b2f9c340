"""Rings: owns this node's two key rings as they are right now. Does not rotate them. Imports keys.

A ring is read again after a few seconds, so that what another process announced is seen; signing never waits
for it longer than one read, and goes on with the ring at hand while SQL does not answer.
"""

import threading

from idp.clock import Clock
from idp.errors import Unavailable
from keys.key import Purpose
from keys.ring import KeyRing
from keys.seal import Kek
from keys.store import KeyStore, open_ring

FRESH = 5.0
"""Seconds for which a ring that was read is believed."""

ALGS: dict[Purpose, tuple[str, ...]] = {"oidc": ("ES256", "RS256"), "federation": ("ES256",)}
"""The algorithms of a new node's first keys; relying parties may ask for RS256 (OIDC Core §15.1)."""


class Rings:
    """The rings of one node."""

    def __init__(self, store: KeyStore, kek: Kek, *, issuer: str, clock: Clock) -> None:
        self._store = store
        self._kek = kek
        self._issuer = issuer
        self._clock = clock
        self._rings: dict[Purpose, tuple[float, KeyRing]] = {}
        self._versions: dict[Purpose, int] = {}
        self._reading = threading.Lock()

    def oidc(self) -> KeyRing:
        """The ring that signs tokens."""
        return self._ring("oidc")

    def federation(self) -> KeyRing:
        """The ring that signs statements about ourselves."""
        return self._ring("federation")

    def _ring(self, purpose: Purpose) -> KeyRing:
        now = self._clock()
        at, ring = self._rings.get(purpose, (0.0, None))
        if ring is not None and at <= now < at + FRESH:
            return ring
        if ring is not None and not self._reading.acquire(blocking=False):
            return ring  # somebody reads it already
        if ring is None:
            self._reading.acquire()
        try:
            return self._read(purpose, ring, now)
        finally:
            self._reading.release()

    def _read(self, purpose: Purpose, at_hand: KeyRing | None, now: float) -> KeyRing:
        try:
            version, _ = self._store.load(purpose)
            if at_hand is None or version != self._versions.get(purpose):
                # Opening private keys is slow (a tenth of a second for RSA), and mostly nothing has changed.
                at_hand = open_ring(
                    self._store, self._kek, purpose=purpose, issuer=self._issuer, algs=ALGS[purpose], now=now
                )
                self._versions[purpose] = max(version, 1)
        except Unavailable:
            if at_hand is None:
                raise
        self._rings[purpose] = (now, at_hand)
        return at_hand
