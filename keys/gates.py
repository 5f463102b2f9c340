"""Gates: owns the formulae: when a key may sign, when it may leave, when its private half may go. Pure.

Imports facts, key. Each gate says until when it is shut and why, for the people who look at the timeline. The
formulae are explained with a worked example in docs/explanation/keys.md.

 1. A key may sign when no copy of what we published without it can be alive:
    published + copies + D + S + W.
 2. … and, for each superior, when no statement of its without the key can be alive:
    first seen in its statement + L_ss + D + S + W. Time alone never opens this one.
 3. … and when everybody who pinned our keys has adopted it, or must have: published + W_pin.
 4. … and when every live replica serves it; H is added to the latest of these.
 5. A key may leave when nothing it signed can be alive: retired + L_art + D + S + W by the lifetimes of
    now, and the latest `exp` in the ledger + S by those of then; and when no live replica signs with it.
 6. A private half may go when nobody can want it back: retired + rollback window, at the latest with the key.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from keys.evidence import Level, ObserverKind, since
from keys.facts import Facts
from keys.key import SigningKey


@dataclass(frozen=True, slots=True)
class Gate:
    """Something that is waited for.

    Attributes:
        at: when it opens (seconds since 1970); infinite when somebody else has to act first.
        why: for people, in one line.
    """

    at: float
    why: str

    def open(self, now: float) -> bool:
        """Whether it is behind us."""
        return self.at <= now


def waits(key: SigningKey, facts: Facts, now: float) -> tuple[Gate, ...]:
    """Every gate between this key and its first signature, the one that opens last first."""
    if key.published is None:
        return (Gate(math.inf, "waiting for its publication"),)
    found = [*_copies(key, facts), *_superiors(key, facts), *_pins(key, facts), *_replicas(key, facts, now)]
    last, hold = max(found, key=lambda gate: gate.at), facts.lifetimes.hold
    if hold and math.isfinite(last.at):
        found.append(Gate(last.at + hold, f"held back by the settings until {clock(last.at + hold)}"))
    return tuple(sorted(found, key=lambda gate: -gate.at))


def ready(key: SigningKey, facts: Facts, now: float) -> Gate:
    """When the key may sign (formulae 1 to 4)."""
    return waits(key, facts, now)[0]


def dead(key: SigningKey, facts: Facts, now: float) -> Gate:
    """When nothing that a retired key signed can be alive, so that it may leave (formula 5)."""
    if key.active_from is None:
        return Gate(key.published or key.generated, "it never signed")
    if key.retired_at is None:
        return Gate(math.inf, "it still signs")
    for replica in facts.alive(now):
        if key.kid in replica.signing:
            return Gate(math.inf, f"replica {replica.name} still signs with it")
    bound = key.retired_at + facts.lifetimes.farewell
    exp = (facts.ledger.latest_exp(key.kid) or 0.0) + facts.lifetimes.skew
    if exp > bound:
        return Gate(exp, f"waiting for what it signed: the last expires {clock(exp)}")
    return Gate(bound, f"waiting for what it may have signed: the last expires {clock(bound)}")


def disposable(key: SigningKey, facts: Facts, now: float) -> Gate:
    """When a key's private half may be destroyed (formula 6); at once when it was compromised."""
    if key.compromised_at is not None:
        return Gate(key.compromised_at, "it is compromised")
    if key.forget_at is not None:
        return Gate(key.forget_at, "the key is not published any more")
    if key.retired_at is None:
        return Gate(math.inf, "it still signs, or will")
    for replica in facts.alive(now):
        if key.kid in replica.signing:
            return Gate(math.inf, f"replica {replica.name} still signs with it")
    at = key.retired_at + facts.lifetimes.rollback_window
    return Gate(at, f"kept for a rollback until {clock(at)}")


def clock(at: float) -> str:
    """A moment for people, in UTC to the second."""
    return f"{datetime.fromtimestamp(math.ceil(at), UTC):%Y-%m-%d %H:%M:%S} UTC"


def confirmed(key: SigningKey, facts: Facts, observer: str, kind: ObserverKind) -> float | None:
    """When an observer proved that it knows the key, or two people let the key pass it; None: not yet."""
    proof = since(facts.sightings, kid=key.kid, observer=observer, kind=kind, level=Level.E3)
    let = [one.at for one in facts.overrides if (one.kid, one.observer) == (key.kid, observer)]
    return min([*let, *([] if proof is None else [proof])], default=None)


def _copies(key: SigningKey, facts: Facts) -> Iterator[Gate]:
    times = facts.lifetimes
    at = (key.published or 0.0) + times.copies + times.margin
    what = "key set" if key.purpose == "oidc" else "entity configuration"
    yield Gate(at, f"waiting for copies of the old {what}: the last one expires {clock(at)}")


def _superiors(key: SigningKey, facts: Facts) -> Iterator[Gate]:
    times = facts.lifetimes
    for superior in facts.superiors if key.purpose == "federation" else ():
        certified = confirmed(key, facts, superior, "superior")
        if certified is None:
            yield Gate(math.inf, f"waiting for {superior} to list the key in its statement about us")
            continue
        at = certified + times.statement_life + times.margin
        yield Gate(at, f"waiting for old statements of {superior} about us: the last one expires {clock(at)}")


def _pins(key: SigningKey, facts: Facts) -> Iterator[Gate]:
    for pinner in facts.pins if key.purpose == "federation" else ():
        adopted = confirmed(key, facts, pinner, "peer")
        at = (key.published or 0.0) + facts.lifetimes.pin_window
        if adopted is None or adopted > at:
            yield Gate(
                at,
                f"waiting for {pinner} to adopt the key, which it pins by hand: at most until {clock(at)}",
            )
        else:
            yield Gate(adopted, f"{pinner} has adopted the key")


def _replicas(key: SigningKey, facts: Facts, now: float) -> Iterator[Gate]:
    for replica in facts.alive(now):
        if key.kid not in replica.acknowledged:
            yield Gate(math.inf, f"waiting for replica {replica.name} to serve the key")
