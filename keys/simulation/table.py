"""Table: owns the crowd of verifiers, and who of them fails under which plan. Imports plans.

A verifier keeps copies of what lists our keys, each fetched anew when it has expired by its own clock and not
a moment before, not even for a key that it does not know. It looks at fresh signatures and, more often, at
ones that were made a while ago. When it does is chance, so nothing is stepped through: with a copy that lacks
a key for a time, and looks that come at a rate, the chance to get through unharmed is exp(-rate * time), and
the whole crowd costs a few sums. One draw decides about each verifier; its chance itself is the risk.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

from keys.lifetimes import Lifetimes
from keys.simulation.plans import ONE_NODE, Schedule, schedules

FRESH = 1.2
"""Looks at something just signed, per life of a copy, for a verifier of average traffic."""
STORED = 5.3
"""Looks at something signed before, per life of what is signed."""
_AHEAD = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What became of the crowd under one plan.

    Attributes:
        plan: in words.
        switch: when the new key began to sign, seconds after its publication.
        removed: when the old one was not published any more.
        verifiers: how many there were.
        failed: how many refused something lawful at least once.
        risk: the share that is to be expected, without the luck of one draw; 0 only if nobody can fail.
    """

    plan: str
    switch: float
    removed: float
    verifiers: int
    failed: int
    risk: float

    @property
    def share(self) -> float:
        """How many failed at least once, of one."""
        return self.failed / self.verifiers


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One verifier's copy of something that lists our keys.

    Attributes:
        life: for how long it is kept, by true time.
        phase: when it was fetched, within its life before our time 0.
        late: how old what it is fetched from may be: replicas and networks.
        after: how long after us its source follows a change of ours: 0 for what we publish ourselves.
    """

    life: float
    phase: float
    late: float
    after: float

    def follows(self, change: float) -> float:
        """When the copy shows a change that we made then."""
        at = change + self.after + self.late
        return at + (self.phase - at) % self.life


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifier:
    """One verifier: its copies, how far its clock is behind (seconds), how late the replica that it meets
    switches, its traffic (1 is average), and its luck."""

    copies: tuple[Copy, ...]
    behind: float
    straggler: float
    traffic: float
    luck: float


def table(
    times: Lifetimes = ONE_NODE["federation"], *, verifiers: int = 1500, seed: int = 1
) -> tuple[Row, ...]:
    """Every plan, tried on the same crowd.

    Args:
        times: the lifetimes of the ring; `skew` is how far clocks of verifiers are off either way.
        verifiers: how many.
        seed: of the draws; the same gives the same table.
    """
    crowd = tuple(_crowd(times, verifiers, random.Random(seed)))  # noqa: S311 - a simulation, not a secret
    return tuple(_row(plan, times, crowd) for plan in schedules(times, _certified(times)))


def _row(plan: Schedule, times: Lifetimes, crowd: tuple[Verifier, ...]) -> Row:
    risks = [1 - math.exp(-_hazard(verifier, plan, times)) for verifier in crowd]
    return Row(
        plan=plan.plan,
        switch=plan.switch,
        removed=plan.removed,
        verifiers=len(crowd),
        failed=sum(verifier.luck < risk for verifier, risk in zip(crowd, risks, strict=True)),
        risk=math.fsum(risks) / len(crowd),
    )


def _hazard(verifier: Verifier, plan: Schedule, times: Lifetimes) -> float:
    """How many looks go wrong on average."""
    life = _artefact(times)
    last = plan.switch + verifier.straggler + life + verifier.behind  # when the last old signature is dead
    wrong = 0.0
    for copy in verifier.copies:
        blind = max(0.0, copy.follows(0.0) - plan.switch)
        wrong += FRESH / copy.life * blind
        lost = max(0.0, last - max(copy.follows(plan.removed), plan.switch))
        # The share of what is looked at that the old key signed falls evenly to nothing within one life.
        wrong += STORED / life * lost * lost / (2 * life)
    return wrong * verifier.traffic


def _crowd(times: Lifetimes, count: int, draw: random.Random) -> Iterator[Verifier]:
    # A clock that is ahead by the whole life of what we sign or publish finds all of it expired, always: no
    # rotation can break that verifier, so there is none.
    ahead = min(times.skew, _AHEAD * min(_lives(times)))
    for _ in range(count):
        behind = draw.uniform(-ahead, times.skew)
        yield Verifier(
            copies=tuple(
                Copy(
                    life=life + behind,
                    phase=draw.uniform(0.0, life + behind),
                    late=draw.uniform(0.0, times.replica_delay),
                    after=after,
                )
                for life, after in _sources(times, draw)
            ),
            behind=behind,
            straggler=draw.uniform(0.0, times.replica_delay),
            traffic=draw.uniform(0.0, 2.0),
            luck=draw.random(),
        )


def _sources(times: Lifetimes, draw: random.Random) -> tuple[tuple[float, float], ...]:
    """Life of each copy, and how late its source follows us."""
    if times.purpose == "federation":
        own = (times.configuration_life, 0.0)
        # Without a superior nobody states anything about us.
        return (own, (times.statement_life, _certified(times))) if times.statement_life else (own,)
    # Relying parties keep the key set, through a shared cache and their own; peers our entity configuration.
    life = 2 * times.document_age if draw.random() < 0.5 else times.configuration_life
    return ((life, 0.0),)


def _lives(times: Lifetimes) -> tuple[float, ...]:
    """The lives of all copies that somebody may keep."""
    if times.purpose == "federation":
        return (times.configuration_life, times.statement_life or times.configuration_life)
    return 2 * times.document_age, times.configuration_life


def _artefact(times: Lifetimes) -> float:
    if times.purpose == "federation":
        return times.signed
    return times.longest_token


def _certified(times: Lifetimes) -> float:
    return times.superior_poll + times.approval
