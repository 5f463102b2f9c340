"""Memory: owns what the store remembers of rings, in case SQL goes back in time. Imports keys, store.

A backup of the records that is put in place knows nothing of what happened since: a retired key would sign
again, a burned one would be believed again. So the dates and public halves of all keys are kept beside it,
sealed, since whoever can write the store must not be able to add a key. Private halves are not in it: a key
that was made since the backup cannot sign any more, but what it signed can still be verified.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

import structlog

from idp.clock import Clock
from idp.errors import Unavailable
from idp.rings import Held
from idp.store import Store
from keys.key import Purpose, SigningKey
from keys.plan import currents
from keys.ring import KeyRing
from keys.rotation import can_sign_again
from keys.seal import Kek, SealError
from keys.secret import open_bytes, seal_bytes
from keys.store import Stored

KEPT = 90 * 86_400
"""Seconds for which the store remembers."""

AGAIN = 3600.0
"""Seconds after which it is told again, so that it does not forget."""

LOST = "its private half is lost: the records were older than the key"

_DATES = tuple(field.name for field in fields(SigningKey) if field.name not in {"private", "public"})

log = structlog.get_logger("memory")


class RingMemory:
    """Remembers both rings in the store."""

    def __init__(self, store: Store, kek: Kek, clock: Clock) -> None:
        self._store = store
        self._kek = kek
        self._clock = clock
        self._told: dict[Purpose, tuple[int, float]] = {}

    def remember(self, held: Held, now: float) -> None:
        """Keep what is known of the ring now.

        Raises:
            Unavailable: `store`.
        """
        purpose, version = held.ring.purpose, held.stored.version
        told, at = self._told.get(purpose, (0, 0.0))
        if told == version and at <= now < at + AGAIN:
            return
        keys = [{**_dates(key), "public": dict(key.public)} for key in held.ring.keys]
        text = json.dumps({"version": version, "keys": keys}).encode()
        self._store.put(f"ring:{purpose}", seal_bytes(self._kek, f"ring:{purpose}", text), KEPT)
        self._told[purpose] = (version, now)

    def newer(self, stored: Stored, now: float) -> KeyRing | None:
        """The ring as it was before the records went back in time, or None when they did not."""
        purpose = stored.ring.purpose
        try:
            blob = self._store.get(f"ring:{purpose}")
            told = json.loads(open_bytes(self._kek, f"ring:{purpose}", blob)) if blob else None
        except (Unavailable, SealError) as error:
            log.warning("ring_not_remembered", purpose=purpose, cause=str(error))
            return None
        if told is None or told["version"] <= stored.version:
            return None
        keys = {key.kid: key for key in stored.ring.keys}
        for said in told["keys"]:
            keys[said["kid"]] = _remembered(said, keys.get(said["kid"]), now)
        ring = KeyRing(purpose=purpose, keys=tuple(keys.values()))
        return replace(ring, keys=tuple(_signing(ring, now)))


def _dates(key: SigningKey) -> dict[str, Any]:
    return {name: getattr(key, name) for name in _DATES}


def _remembered(said: Mapping[str, Any], stored: SigningKey | None, now: float) -> SigningKey:
    """The key with the dates that were remembered, and its private half if the records had it already."""
    private = None if stored is None or said["destroyed_at"] is not None else stored.private
    key = SigningKey(**{name: said[name] for name in _DATES}, private=private, public=said["public"])
    if private is None and key.retired_at is None and key.destroyed_at is None:
        return replace(key, retired_at=now, reason=LOST)
    return key


def _signing(ring: KeyRing, now: float) -> Iterator[SigningKey]:
    """The keys, where an algorithm has none that signs with its last one signing again: everybody knows it
    still."""
    again = set()
    for alg in {key.alg for key in ring.keys}:
        able = [key for key in ring.keys if key.alg == alg and can_sign_again(key)]
        if not currents(ring, alg) and able:
            again.add(max(able, key=lambda key: key.retired_at or 0.0).kid)
    for key in ring.keys:
        yield replace(key, active_from=now, retired_at=None, reason=None) if key.kid in again else key
