"""Change: owns the single edits that every change of a ring is made of, and what is told about them. Pure.

Imports exposure, plan, ring. An edit gives a new ring; nothing is saved here.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from keys.exposure import Exposure
from keys.key import SigningKey
from keys.plan import currents
from keys.ring import KeyRing

NewKey = Callable[[str], SigningKey]
"""Makes a key of an algorithm: not published, not active, with a kid that the ring never had."""

EventName = Literal[
    "generated", "published", "activated", "retired", "rolled_back", "forgotten", "destroyed", "compromised"
]

SUPERSEDED = "superseded"
"""Why a key was retired that a newer one replaced (OIDF §8.7.3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEvent:
    """Something that happened to a key, for the audit; `at` in seconds since 1970."""

    name: EventName
    kid: str
    alg: str
    at: float
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A ring as it shall be saved, and what happened to it; without events there is nothing to save.

    Attributes:
        exposure: after a revocation, what remains at others.
    """

    ring: KeyRing
    events: tuple[KeyEvent, ...] = ()
    exposure: Exposure | None = None

    def edit(self, key: SigningKey, name: EventName, now: float, why: str) -> "Change":
        """The change with `key` as it is given instead of the one of that kid, and an event."""
        keys = tuple(key if one.kid == key.kid else one for one in self.ring.keys)
        event = KeyEvent(name=name, kid=key.kid, alg=key.alg, at=now, why=why)
        return replace(self, ring=replace(self.ring, keys=keys), events=(*self.events, event))


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Nothing was changed.

    Attributes:
        why: for people.
        earliest: when it may work (seconds since 1970); infinite when somebody else must act first, None when
            waiting does not help.
    """

    why: str
    earliest: float | None = None


def generated(change: Change, alg: str, now: float, new_key: NewKey, why: str) -> tuple[Change, SigningKey]:
    """A fresh key joins the ring.

    Raises:
        ValueError: it is not fresh, or of another algorithm, purpose or issuer.
    """
    key = new_key(alg)
    if key.alg != alg or key.private is None or key.published is not None or key.active_from is not None:
        raise ValueError(f"not a fresh {alg} key")
    if any(one.kid == key.kid for one in change.ring.keys):
        raise ValueError("a kid is never used twice")
    ring = replace(change.ring, keys=(*change.ring.keys, key))
    return replace(change, ring=ring).edit(key, "generated", now, why), key


def published(change: Change, key: SigningKey, now: float, why: str, *, since: float | None = None) -> Change:
    """The key is published from now on, or from a little before (`since`)."""
    return change.edit(replace(key, published=now if since is None else since), "published", now, why)


def activated(change: Change, kid: str, now: float, why: str, *, since: float | None = None) -> Change:
    """The key signs from now on, and every other of its algorithm stops in the same moment.

    Args:
        since: the moment that is written down instead of now: a little before, so that nodes whose clocks are
            behind can sign as well; for where no older key is left that they could use meanwhile.
    """
    key = get(change.ring, kid)
    for old in currents(change.ring, key.alg):
        change = retired(change, old, now, "its successor signs")
    fresh = replace(key, active_from=now if since is None else since, retired_at=None, reason=None)
    return change.edit(fresh, "activated", now, why)


def retired(change: Change, key: SigningKey, now: float, why: str, reason: str = SUPERSEDED) -> Change:
    """The key signs no more."""
    return change.edit(replace(key, retired_at=now, reason=reason), "retired", now, why)


def with_standby(change: Change, alg: str, now: float, new_key: NewKey) -> Change:
    """A standby is made and published where there is none."""
    if change.ring.standby(alg) is not None:
        return change
    why = "there is always a standby"
    change, key = generated(change, alg, now, new_key, why)
    return published(change, key, now, why)


def get(ring: KeyRing, kid: str) -> SigningKey:
    """The key of that name.

    Raises:
        KeyError: the ring never had it.
    """
    for key in ring.keys:
        if key.kid == kid:
            return key
    raise KeyError(kid)
