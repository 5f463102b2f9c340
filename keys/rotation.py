"""Rotation: owns how a ring moves on: the wheel, and what people ask for. Pure. Imports change, gates, plan.

The ring that comes back is saved by whoever holds its version, whole or not at all. Whatever is done, these
hold: a key signs only behind its gates, but for a ring's first and in an emergency (`emergency`); a key that
may have signed something alive stays published; a kid is never used twice; and a ring that signs publishes a
standby.
"""

from collections.abc import Sequence
from dataclasses import replace

from keys import gates
from keys.change import (
    SUPERSEDED,
    Change,
    EventName,
    KeyEvent,
    NewKey,
    Refused,
    activated,
    generated,
    get,
    published,
    retired,
    with_standby,
)
from keys.facts import Facts
from keys.key import SigningKey
from keys.plan import Step, currents, is_first, plan
from keys.ring import KeyRing, is_standby

__all__ = [
    "Change",
    "EventName",
    "KeyEvent",
    "NewKey",
    "Refused",
    "announce",
    "rollback",
    "rotate",
    "taken",
    "turn",
]


def turn(ring: KeyRing, facts: Facts, now: float, new_key: NewKey, wanted: Sequence[str]) -> Change:
    """Do what is due: make and publish the missing standby, let the next key sign when the schedule and every
    gate allow it, let old keys go.

    Turning again at the same moment changes nothing. An empty ring gets first keys that sign at once.

    Args:
        facts: about this ring.
        now: seconds since 1970.
        wanted: the algorithms that shall go on (`plan`).

    Raises:
        ValueError: `new_key` gave a key that does not fit.
    """
    change = Change(ring=ring)
    if is_first(ring):
        for alg in wanted:
            change = _born(change, alg, facts, now, new_key)
    while step := next(iter(plan(change.ring, facts, now, wanted).due()), None):
        change = taken(change, step, now, new_key)
    return change


def announce(ring: KeyRing, now: float, *, alg: str, new_key: NewKey) -> Change:
    """Publish a standby of this algorithm if there is none; it signs when its gates are open and somebody, or
    the schedule, asks for it."""
    return with_standby(Change(ring=ring), alg, now, new_key)


def rotate(
    ring: KeyRing, facts: Facts, now: float, *, new_key: NewKey, alg: str | None = None
) -> Change | Refused:
    """Let the standby sign now, whatever the schedule says; its gates hold. The next standby is made as well.

    Args:
        facts: about this ring.
        now: seconds since 1970.
        alg: the algorithm; without it all that the ring signs with, or none of them.
    """
    algs = (alg,) if alg else tuple(dict.fromkeys(key.alg for key in ring.keys if currents(ring, key.alg)))
    change = Change(ring=ring)
    for one in algs:
        ready = _ready(ring, facts, now, one)
        if isinstance(ready, Refused):
            return ready
        change = activated(change, ready.kid, now, "asked for")
        change = with_standby(change, one, now, new_key)
    return change if algs else Refused(why="the ring signs with nothing yet")


def rollback(
    ring: KeyRing, facts: Facts, now: float, *, reason: str, alg: str | None = None
) -> Change | Refused:
    """Let the key before the one that signs now sign again: possible while it is published and its private
    half exists, so nobody can have missed it. The newer one retires, and leaves when its gate opens.

    Args:
        facts: about this ring.
        now: seconds since 1970.
        reason: why, for the audit.
        alg: the algorithm; without it every one that has a key to go back to.
    """
    change, back = Change(ring=ring), False
    for one in (alg,) if alg else tuple(dict.fromkeys(key.alg for key in ring.keys)):
        newer = next(iter(currents(ring, one)), None)
        older = _predecessor(ring, one)
        if newer is None or older is None:
            continue
        back = True
        change = retired(change, newer, now, reason, f"rolled back: {reason}")
        # A node whose clock is behind may not have begun to use the newer key: it goes on with the older one.
        since = now - facts.lifetimes.drift
        fresh = replace(older, active_from=since, retired_at=None, reason=None)
        change = change.edit(fresh, "rolled_back", now, reason)
    return change if back else Refused(why="no older key is left that could sign again")


def _born(change: Change, alg: str, facts: Facts, now: float, new_key: NewKey) -> Change:
    why = "nobody can have missed a ring's first key"
    key = next((key for key in change.ring.keys if key.alg == alg and key.private is not None), None)
    if key is None:
        change, key = generated(change, alg, now, new_key, why)
    since = now - facts.lifetimes.drift
    return activated(published(change, key, now, why, since=since), key.kid, now, why, since=since)


def _ready(ring: KeyRing, facts: Facts, now: float, alg: str) -> SigningKey | Refused:
    standbys = [key for key in ring.keys if key.alg == alg and is_standby(key)]
    if not standbys:
        return Refused(why=f"no {alg} key is published and waiting; announce one first")
    soonest = min(standbys, key=lambda key: gates.ready(key, facts, now).at)
    gate = gates.ready(soonest, facts, now)
    return soonest if gate.open(now) else Refused(why=gate.why, earliest=gate.at)


def _predecessor(ring: KeyRing, alg: str) -> SigningKey | None:
    older = [key for key in ring.keys if key.alg == alg and can_sign_again(key)]
    return max(older, key=lambda key: (key.retired_at or 0.0, key.kid), default=None)


def can_sign_again(key: SigningKey) -> bool:
    """Whether a newer key replaced this one, and it is still published and whole.

    A key that was rolled back from is not meant: asking for a rollback twice does not undo the first.
    """
    gone = (key.forget_at, key.compromised_at, key.destroyed_at)
    return key.reason == SUPERSEDED and key.private is not None and all(at is None for at in gone)


def taken(change: Change, step: Step, now: float, new_key: NewKey) -> Change:
    """The change with one more step of a plan done, whenever the plan says so (`Step.due`).

    Raises:
        ValueError: `new_key` gave a key that does not fit.
    """
    if step.kind == "generate":
        return generated(change, step.alg, now, new_key, step.why)[0]
    key = get(change.ring, str(step.kid))
    match step.kind:
        case "publish":
            return published(change, key, now, step.why)
        case "activate":
            return activated(change, key.kid, now, step.why)
        case "retire":
            return retired(change, key, now, step.why)
        case "forget":
            return change.edit(replace(key, forget_at=now), "forgotten", now, step.why)
        case "destroy":
            gone = replace(key, private=None, destroyed_at=now)
            return change.edit(gone, "destroyed", now, step.why)
