"""A ring's life for tests: short periods, keys that are quick to make, and rings at any point of their life."""

from dataclasses import replace

from keys.change import Change, Refused
from keys.evidence import Level, Sighting
from keys.facts import Facts, Replica
from keys.key import Purpose, SigningKey, generate
from keys.lifetimes import Lifetimes
from keys.ring import KeyRing
from keys.rotation import turn
from tests.keys.forge import ISSUER, NOW

QUICK = Lifetimes(
    purpose="oidc",
    longest_token=15.0,
    document_age=10.0,
    replica_delay=5.0,
    skew=2.0,
    drift=2.0,
    configuration_life=20.0,
    rollback_window=60.0,
    period=200.0,
    lead=40.0,
)
"""Tokens live 15 s, copies 20 s; a new key waits 29 s, an old one 34 s."""

SUPERIOR = "http://anchor.localhost:8401"
QUICK_FEDERATION = replace(
    QUICK,
    purpose="federation",
    longest_token=10.0,
    statement_life=18.0,
    superior_poll=6.0,
    approval=3.0,
    pin_window=90.0,
)
"""A new key waits 29 s, or 27 s from its certificate; an old one 29 s."""


class Maker:
    """Makes keys, and remembers how many."""

    def __init__(self, purpose: Purpose = "oidc", now: float = NOW) -> None:
        self.purpose, self.now = purpose, now
        self.made: list[SigningKey] = []

    def __call__(self, alg: str) -> SigningKey:
        self.made.append(generate(alg=alg, purpose=self.purpose, issuer=ISSUER, now=self.now))
        return self.made[-1]


def facts(lifetimes: Lifetimes = QUICK, **more: object) -> Facts:
    return Facts(lifetimes=lifetimes, **more)  # type: ignore[arg-type]


def empty(purpose: Purpose = "oidc") -> KeyRing:
    return KeyRing(purpose=purpose, keys=())


def born(known: Facts | None = None, now: float = NOW, *algs: str) -> KeyRing:
    """A ring whose first keys just began to sign, its standbys just published."""
    known = known or facts()
    maker = Maker(known.lifetimes.purpose, now)
    return turn(empty(known.lifetimes.purpose), known, now, maker, algs or ("ES256",)).ring


def done(outcome: Change | Refused) -> Change:
    """What must not have been refused."""
    assert isinstance(outcome, Change), outcome
    return outcome


def refused(outcome: Change | Refused) -> Refused:
    """What must have been refused."""
    assert isinstance(outcome, Refused), outcome
    return outcome


def listed(kid: str, at: float, superior: str = SUPERIOR, level: Level = Level.E3) -> Sighting:
    """A superior's statement listed the key."""
    return Sighting(kid=kid, observer=superior, kind="superior", level=level, first_at=at, last_at=at)


def replica(name: str, at: float, *served: str, signing: tuple[str, ...] = ()) -> Replica:
    return Replica(name=name, acknowledged=frozenset(served), signing=frozenset(signing), heartbeat=at)


def names(change: Change) -> list[str]:
    return [event.name for event in change.events]
