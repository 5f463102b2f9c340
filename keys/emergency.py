"""Emergency: owns what happens when a key is burned: it counts for nothing at once, and another signs. Pure.

Imports change, exposure, gates, rotation.
"""

from collections.abc import Iterator
from dataclasses import replace

from keys import gates
from keys.change import Change, NewKey, Refused, activated, generated, get, published, with_standby
from keys.exposure import exposure
from keys.facts import Facts
from keys.key import SigningKey
from keys.plan import currents
from keys.ring import KeyRing, is_standby
from keys.rotation import can_sign_again


def revoke(
    ring: KeyRing, facts: Facts, now: float, *, kid: str, reason: str, new_key: NewKey
) -> Change | Refused:
    """Burn a key: it is neither published nor believed here any more, and its private half is gone.

    If it signed, another signs at once: the standby if its gates are open; else the key before, which
    everybody still knows; else the standby though not everybody can know it; else a fresh one. Revoking twice
    changes nothing.

    Args:
        facts: about this ring.
        now: seconds since 1970.
        reason: why, for the audit and for whoever reads our historical keys.
    """
    try:
        key = get(ring, kid)
    except KeyError:
        return Refused(why="the ring never had a key of this name")
    if key.compromised_at is not None:
        return Change(ring=ring, exposure=exposure(key, facts, key.compromised_at, forced=False))
    change, forced = _burned(Change(ring=ring), key, now, reason), False
    left = currents(change.ring, key.alg)
    if left:
        change = _everywhere(change, left[0], facts, now)
    elif key in currents(ring, key.alg):
        change, forced = _succeeded(change, key.alg, facts, now, new_key)
    if currents(change.ring, key.alg):
        change = with_standby(change, key.alg, now, new_key)
    return replace(change, exposure=exposure(key, facts, now, forced=forced))


def _burned(change: Change, key: SigningKey, now: float, reason: str) -> Change:
    ended = now if key.active_from is not None and key.retired_at is None else key.retired_at
    burned = replace(
        key,
        private=None,
        compromised_at=now,
        destroyed_at=key.destroyed_at or now,
        retired_at=ended,
        reason=reason,
    )
    change = change.edit(burned, "compromised", now, reason)
    return change if key.private is None else change.edit(burned, "destroyed", now, "it is compromised")


def _everywhere(change: Change, key: SigningKey, facts: Facts, now: float) -> Change:
    # A node whose clock is behind may still sign with the key that is burned: it has to begin with this one.
    since = now - facts.lifetimes.drift
    if key.active_from is None or key.active_from <= since:
        return change
    return change.edit(replace(key, active_from=since), "activated", now, "no node signs with the burned key")


def _succeeded(change: Change, alg: str, facts: Facts, now: float, new_key: NewKey) -> tuple[Change, bool]:
    """Another key signs, and whether that is before its gates are open."""
    heir = next(_heirs(change.ring, alg, facts, now), None)
    # No older key signs on nodes whose clocks are behind: so the moment is written down a little earlier.
    since = now - facts.lifetimes.drift
    if heir is None:
        change, heir = generated(change, alg, now, new_key, "there was no standby")
    forced = heir.retired_at is None and not gates.ready(heir, facts, now).open(now)
    if heir.published is None or heir.published > since:
        change = published(change, heir, now, "it has to sign at once", since=since)
    why = (
        "it signs before everybody can know it: nothing better was left"
        if forced
        else "the one before is burned"
    )
    return activated(change, heir.kid, now, why, since=since), forced


def _heirs(ring: KeyRing, alg: str, facts: Facts, now: float) -> Iterator[SigningKey]:
    """The keys that could sign instead, the best first."""
    standbys = [key for key in ring.keys if key.alg == alg and is_standby(key)]
    yield from (key for key in standbys if gates.ready(key, facts, now).open(now))
    again = [key for key in ring.keys if key.alg == alg and can_sign_again(key)]
    yield from sorted(again, key=lambda key: -(key.retired_at or 0.0))
    yield from sorted(standbys, key=lambda key: gates.ready(key, facts, now).at)
