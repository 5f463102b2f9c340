"""State: owns the states of a key's life; computed from dates and facts whenever somebody asks, never stored.
Pure. Imports facts, gates, key, ring."""

import math
from enum import Enum

from keys import gates
from keys.facts import Facts
from keys.key import SigningKey
from keys.ring import past


class State(Enum):
    """Where a key is in its life."""

    GENERATED = "generated"
    """Made; nobody outside knows it."""
    PUBLISHED = "published"
    """In what we publish; somebody who must confirm it has not."""
    CERTIFIED = "certified"
    """Every live replica serves it and every superior lists it; old copies may still be alive."""
    READY = "ready"
    """May sign: nobody can hide it from a verifier any more."""
    ACTIVE = "active"
    """Signs."""
    RETIRING = "retiring"
    """Does not sign; still published, for what it signed."""
    HISTORICAL = "historical"
    """Not published any more; its private half still exists."""
    COMPROMISED = "compromised"
    """Burned: nothing it signed counts."""
    DESTROYED = "destroyed"
    """Not published any more, and its private half is gone."""


def state(key: SigningKey, facts: Facts, now: float) -> State:
    """The state of a key.

    Args:
        facts: of the ring that the key belongs to.
        now: seconds since 1970.
    """
    if key.compromised_at is not None:
        return State.COMPROMISED
    unpublished = past(key.forget_at, now) or not past(key.published, now)
    if unpublished and past(key.destroyed_at, now):
        return State.DESTROYED
    if past(key.forget_at, now):
        return State.HISTORICAL
    if not past(key.published, now):
        return State.GENERATED
    if past(key.retired_at, now):
        return State.RETIRING
    if past(key.active_from, now):
        return State.ACTIVE
    waits = gates.waits(key, facts, now)
    if all(gate.open(now) for gate in waits):
        return State.READY
    return State.CERTIFIED if all(math.isfinite(gate.at) for gate in waits) else State.PUBLISHED
