"""Facts: owns what is known outside a ring when its next step is decided. Pure data.

Imports evidence, ledger, lifetimes.
"""

from dataclasses import dataclass, field

from keys.evidence import Override, Sighting
from keys.ledger import Ledger
from keys.lifetimes import Lifetimes


@dataclass(frozen=True, slots=True, kw_only=True)
class Replica:
    """One process that serves and signs with our rings.

    Attributes:
        name: unique among the replicas.
        acknowledged: the keys that it serves in what it publishes.
        signing: the keys that it signs with now.
        heartbeat: when it last said so (seconds since 1970).
    """

    name: str
    acknowledged: frozenset[str]
    signing: frozenset[str] = frozenset()
    heartbeat: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the wheel knows about one ring's surroundings.

    Attributes:
        lifetimes: as configured now.
        ledger: what each key signed, merged over all replicas.
        sightings: who has seen which key, merged over all replicas.
        replicas: all that were heard of.
        superiors: entities whose statements about us must list a federation key before it signs.
        pins: those who pinned our keys by hand and must adopt a new one.
        overrides: what two people let pass.
    """

    lifetimes: Lifetimes
    ledger: Ledger = field(default_factory=Ledger)
    sightings: tuple[Sighting, ...] = ()
    replicas: tuple[Replica, ...] = ()
    superiors: tuple[str, ...] = ()
    pins: tuple[str, ...] = ()
    overrides: tuple[Override, ...] = ()

    def alive(self, now: float) -> tuple[Replica, ...]:
        """The replicas that must be counted on: heard of within the replica delay and the drift of clocks.

        A replica that could not read its ring for longer must neither sign nor publish (it may have missed a
        switch), so one that was silent for longer does not count.
        """
        oldest = now - self.lifetimes.replica_delay - self.lifetimes.drift
        return tuple(replica for replica in self.replicas if replica.heartbeat >= oldest)
