"""Keeper: owns the rounds of one process: read the rings, say what is served and signed with, write down what
was signed and seen, and turn the wheel where this process leads. Imports registrar, leader, keys.

None of this stands in a request's way: signing reads memory only, and what cannot be written now is written
at the next round.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from idp.audit import Entry
from idp.clock import Clock
from idp.errors import Unavailable
from idp.keykeeping.leader import Leader
from idp.keykeeping.registrar import Registrar
from idp.lookout import Lookout
from idp.rings import Held
from keys.change import Change
from keys.evidence import Sighting
from keys.facts import Replica
from keys.key import Purpose
from keys.ledger import Ledger, Tally
from keys.ring import KeyRing, NoKey
from keys.rotation import turn

SILENT = 86_400.0
"""Seconds after which a process that was not heard of is forgotten."""

log = structlog.get_logger("keeper")


class Diary(Protocol):
    """Where a process says what it does."""

    def beat(self, purpose: Purpose, replica: Replica, version: int) -> None: ...
    def note(self, ledger: Ledger, seen: Sequence[tuple[Sighting, int]]) -> None: ...
    def prune(self, before: float) -> None: ...


class Remembers(Protocol):
    """Keeps what SQL may forget."""

    def remember(self, held: Held, now: float) -> None:
        """The ring as it is now."""


@dataclass(slots=True, kw_only=True)
class Keeper:
    """One process's part in keeping the rings.

    Attributes:
        name: of the process, unique among all.
        tally: what it signed; taken once a round.
        lookout: what it saw.
    """

    name: str
    registrar: Registrar
    diary: Diary
    leader: Leader
    memory: Remembers
    tally: Tally
    lookout: Lookout
    clock: Clock
    _said: dict[Purpose, Replica] = field(default_factory=dict)
    _unsaved: Ledger = field(default_factory=Ledger)

    def round(self) -> None:
        """Everything once.

        Raises:
            Unavailable: the store or the records; the rest of the round is left for the next.
        """
        rings = {purpose: self.registrar.rings.look(purpose) for purpose in self.registrar.lifetimes}
        for held in rings.values():
            self._beat(held)
        self._write_down()
        fence = self.leader.fence()
        if fence is not None:
            for held in rings.values():
                self._turn(held, fence)

    def _beat(self, held: Held) -> None:
        now, purpose = self.clock(), held.ring.purpose
        delay = self.registrar.lifetimes[purpose].replica_delay
        if now >= held.read + delay:
            return  # a ring that we could not read is no ring that we can vouch for
        replica = Replica(
            name=self.name,
            acknowledged=frozenset(key.kid for key in held.ring.published(now)),
            signing=frozenset(_signers(held.ring, now)),
            heartbeat=now,
        )
        said = self._said.get(purpose)
        same = said is not None and (said.acknowledged, said.signing) == (
            replica.acknowledged,
            replica.signing,
        )
        if said is None or not same or not said.heartbeat <= now < said.heartbeat + delay / 4:
            self.diary.beat(purpose, replica, held.stored.version)
            self._said[purpose] = replica

    def _write_down(self) -> None:
        self._unsaved = self._unsaved.merged(self.tally.take())
        seen = self.lookout.take()
        try:
            self.diary.note(self._unsaved, seen)
        except Unavailable:
            self.lookout.give_back(seen)
            raise
        self._unsaved = Ledger()

    def _turn(self, held: Held, fence: int) -> None:
        now, ring = self.clock(), held.ring
        if mendable := held.stored.mendable:
            # A change would be refused: rows that would open with the right key must not be lost by it.
            reasons = sorted({error.reason for _, error in mendable})
            log.error("wheel_stands", purpose=ring.purpose, reasons=reasons)
            return
        wanted = self.registrar.wanted[ring.purpose]
        facts = self.registrar.facts(ring)
        change = turn(ring, facts, now, lambda alg: self.registrar.rings.make(ring.purpose, alg), wanted)
        more = [_restored(held, now)] if held.went_back else []
        if not change.events and not more:
            self.memory.remember(held, now)
            return
        if self.registrar.write(held, change, by="wheel", fence=fence, more=more):
            _tell(change)
            self.diary.prune(now - SILENT)
            self.memory.remember(self.registrar.rings.look(ring.purpose), now)


def _signers(ring: KeyRing, now: float) -> list[str]:
    found = []
    for alg in {key.alg for key in ring.keys}:
        try:
            found.append(ring.signer(now, alg).kid)
        except NoKey:
            continue
    return found


def _restored(held: Held, now: float) -> Entry:
    details = {"ring": held.ring.purpose, "version": held.stored.version, "keys": len(held.ring.keys)}
    return Entry(at=now, event="key.restored", details=details)


def _tell(change: Change) -> None:
    for event in change.events:
        log.info("key_changed", purpose=change.ring.purpose, what=event.name, kid=event.kid, why=event.why)
