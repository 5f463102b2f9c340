"""A wheelhouse: several nodes with clocks of their own turn one ring, crash, miss reads and compete, while every
verifier that keeps the rules could be looking.

Time here is true time; nodes and verifiers see it through their own clocks, at most half a skew off, so that two of
them differ by at most a skew. What a node serves is written down, and so is what it signs; the oracle then says for
every token whether some lawful verifier, with a copy of any lawful age, could have met it without knowing its key.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from keys.change import Change, Refused
from keys.emergency import revoke
from keys.facts import Facts, Replica
from keys.gates import Gate
from keys.ledger import Ledger, Tally
from keys.lifetimes import Lifetimes
from keys.plan import currents, plan
from keys.ring import KeyRing, NoKey
from keys.rotation import rollback, rotate, taken, turn
from tests.keys.forge import NOW
from tests.keys.life import SUPERIOR, Maker, listed

WANTED = ("ES256",)


@dataclass(frozen=True)
class Served:
    """A key set that could be fetched at a moment."""

    at: float
    kids: frozenset[str]


@dataclass(frozen=True)
class Token:
    """Something signed: by which key, when, and until when a verifier can be shown it."""

    kid: str
    at: float
    until: float


@dataclass
class Node:
    """One process: its clock, the ring that it read, and what it did not tell yet."""

    name: str
    off: float
    ring: KeyRing | None = None
    version: int = 0
    read_at: float = float("-inf")
    tally: Tally = field(default_factory=Tally)


class Wheelhouse:
    """One ring, its store, its nodes, its superior."""

    def __init__(
        self,
        lifetimes: Lifetimes,
        offsets: Sequence[float],
        believed: Lifetimes | None = None,
        *,
        amnesia: bool = False,
    ) -> None:
        self.times, self.now = lifetimes, NOW
        self.believed = believed or lifetimes  # what the settings say
        self.amnesia = amnesia  # whether the ledger is lost again and again
        self.version, self.ring = 0, KeyRing(purpose=lifetimes.purpose, keys=())
        self.nodes = [Node(f"n{number}", off * lifetimes.skew / 2) for number, off in enumerate(offsets)]
        self.maker = Maker(lifetimes.purpose)
        self.heard: dict[str, Replica] = {}
        self.ledger = Ledger()
        self.superiors = (SUPERIOR,) if lifetimes.purpose == "federation" else ()
        self.statement: frozenset[str] = frozenset()
        self.sightings: list[object] = []
        self.served: list[Served] = []
        self.statements: list[Served] = []
        self.tokens: list[Token] = []
        self.exempt: set[str] = set()
        self.ever: set[str] = set()

    def pass_time(self, seconds: float) -> None:
        """Nodes serve what they have all the time: looked at whenever it may change, so that no copy is missed."""
        end = self.now + seconds
        moments = [self.now, end]
        for node in self.nodes:
            moments.append(node.read_at + self.times.replica_delay)
            moments += (
                [key.published - node.off - 1e-6 for key in node.ring.keys if key.published]
                if node.ring
                else []
            )
        for moment in sorted(one for one in moments if self.now <= one <= end):
            self.now = moment
            self._serve()

    def live(self, seconds: float) -> None:
        """All nodes go on as lazily as they may: each reads the ring just before it would have to stop, and signs
        just before and after."""
        end = self.now + seconds
        while self.now < end:
            late = min(node.read_at + self.times.replica_delay for node in self.nodes)
            self.pass_time(max(min(end, late) - self.now, 0.0))
            for node in self.nodes:
                self.sign(node)
                if self.now >= node.read_at + self.times.replica_delay:
                    self.read(node)
                    self.sign(node)

    def until(self, gate: Gate, node: Node) -> None:
        """Live on until the gate opens by the clock of this node."""
        if math.isfinite(gate.at):
            self.live(max(gate.at - node.off - self.now, 0.0) + 1e-3)

    def read(self, node: Node) -> None:
        """The node reads the ring, serves it, and says so."""
        node.ring, node.version, node.read_at = self.ring, self.version, self.now
        clock = self.now + node.off
        kids = frozenset(key.kid for key in node.ring.published(clock))
        try:
            signing = {node.ring.signer(clock).kid}
        except NoKey:
            signing = set()
        self.heard[node.name] = Replica(
            name=node.name, acknowledged=kids, signing=frozenset(signing), heartbeat=clock
        )
        self.ledger = Ledger() if self.amnesia else self.ledger.merged(node.tally.take())
        self._serve()

    def fresh(self, node: Node) -> bool:
        """Whether the node may still use the ring that it read."""
        return node.ring is not None and self.now - node.read_at <= self.times.replica_delay

    def sign(self, node: Node) -> None:
        """The node signs if it may; a fresh ring that can sign must."""
        if not self.fresh(node) or node.ring is None or node.version == 0:
            return
        clock = self.now + node.off
        key = node.ring.signer(clock)
        assert key in node.ring.published(clock)
        exp = clock + self._life()
        node.tally.note(key.kid, at=clock, exp=exp)
        # The slowest clock that is lawful takes it for alive the longest.
        self.tokens.append(Token(key.kid, self.now, exp + self.times.skew / 2))

    def superior_polls(self) -> None:
        """The superior takes over what some fresh node serves; a kid leaves its statement only with ours."""
        sets = [
            node.ring.published(self.now + node.off) for node in self.nodes if self.fresh(node) and node.ring
        ]
        if not self.superiors or not sets:
            return
        self.statement = frozenset(key.kid for key in sets[0])
        self._serve()
        watcher = self.now + self.nodes[0].off
        self.sightings += [listed(kid, watcher) for kid in self.statement]

    def facts(self) -> Facts:
        return Facts(
            lifetimes=self.believed,
            ledger=self.ledger,
            sightings=tuple(self.sightings),  # type: ignore[arg-type]
            replicas=tuple(self.heard.values()),
            superiors=self.superiors,
        )

    def save(self, node: Node, change: Change) -> bool:
        """Compare-and-swap on the version that the node read."""
        if not change.events or node.version != self.version:
            return False
        gone = {key.kid for key in self.ring.keys} - {key.kid for key in change.ring.keys}
        assert not gone, "a record of a key was lost"
        self.ever |= {key.kid for key in change.ring.keys}
        self.ring, self.version = change.ring, self.version + 1
        return True

    def turn(self, node: Node, *, dies_after: int | None = None, late: bool = False) -> None:
        """The node turns the wheel; it may save step by step and die, or have read the ring a while ago."""
        if not late:
            self.read(node)
        if node.ring is None:
            return
        clock = self.maker.now = self.now + node.off
        if dies_after is None or node.version == 0:
            if self.save(node, turn(node.ring, self.facts(), clock, self.maker, WANTED)):
                self.read(node)
            return
        for _ in range(dies_after):
            step = next(iter(plan(node.ring, self.facts(), clock, WANTED).due()), None)
            if step is None or not self.save(node, taken(Change(ring=node.ring), step, clock, self.maker)):
                return
            self.read(node)

    def ask(self, node: Node, what: str, pick: int) -> None:
        """An admin asks a node for a rotation, a rollback or a revocation."""
        self.read(node)
        if node.ring is None or node.version == 0:
            return
        clock = self.maker.now = self.now + node.off
        if what == "rotate":
            outcome = rotate(node.ring, self.facts(), clock, new_key=self.maker)
        elif what == "rollback":
            outcome = rollback(node.ring, self.facts(), clock, reason="drill")
        else:
            outcome = self._revoke(node, clock, pick)
        if isinstance(outcome, Change) and self.save(node, outcome):
            self.read(node)

    def _revoke(self, node: Node, clock: float, pick: int) -> Change | Refused:
        assert node.ring is not None
        kid = node.ring.keys[pick % len(node.ring.keys)].kid
        outcome = revoke(node.ring, self.facts(), clock, kid=kid, reason="drill", new_key=self.maker)
        assert isinstance(outcome, Change)
        self.exempt.add(kid)
        if outcome.exposure is not None and outcome.exposure.forced:
            self.exempt |= {key.kid for key in currents(outcome.ring, WANTED[0])}
        return outcome

    def failures(self) -> list[str]:
        """Every token that a lawful verifier somewhere would have refused for want of its key."""
        bad, ages = [], (self.times.copies, self.times.statement_life)
        for token in (one for one in self.tokens if one.kid not in self.exempt):
            for sets, age in zip((self.served, self.statements), ages, strict=True):
                # A copy that was fetched before we began holds nothing of us: then the verifier fetches.
                seen = [one for one in sets if token.at - age - self.times.skew <= one.at <= token.until]
                if any(token.kid not in one.kids for one in seen):
                    bad.append(f"{token.kid[:6]} signed at {token.at - NOW:.1f}")
        return bad

    def _life(self) -> float:
        if self.times.purpose == "oidc":
            return self.times.longest_token
        return max(self.times.longest_token, self.times.configuration_life)

    def _serve(self) -> None:
        for node in self.nodes:
            if self.fresh(node) and node.ring is not None and node.version:
                kids = frozenset(key.kid for key in node.ring.published(self.now + node.off))
                self.served.append(Served(self.now, kids))
        if self.statement:
            self.statements.append(Served(self.now, self.statement))
