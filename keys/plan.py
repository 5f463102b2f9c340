"""Plan: owns which steps a ring's keys take next, the earliest moment of each and why not before. Pure.

Imports facts, gates, key, ring. The same plan is shown as a dry run and carried out by the wheel
(`rotation`), so what people saw is what happens.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from keys import gates
from keys.facts import Facts
from keys.gates import Gate, clock
from keys.key import Purpose, SigningKey
from keys.ring import KeyRing

StepKind = Literal["generate", "publish", "activate", "retire", "forget", "destroy"]

_UNWANTED = "the algorithm is not wanted any more"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One change of one key.

    Attributes:
        kind: what happens to the key.
        kid: the key, None while it is not made.
        alg: its algorithm.
        earliest: when the wheel does it (seconds since 1970); infinite when somebody else has to act first.
        why: what decides the moment.
        blocked_by: what is waited for still; empty when only the date is.
    """

    kind: StepKind
    kid: str | None
    alg: str
    earliest: float
    why: str
    blocked_by: tuple[str, ...] = ()

    def due(self, now: float) -> bool:
        """Whether the wheel does it now."""
        return self.earliest <= now and not self.blocked_by


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The next steps of a ring, the earliest first."""

    purpose: Purpose
    at: float
    steps: tuple[Step, ...]

    def due(self) -> tuple[Step, ...]:
        """The steps that the wheel takes now, in this order."""
        return tuple(step for step in self.steps if step.due(self.at))


def plan(ring: KeyRing, facts: Facts, now: float, wanted: Sequence[str]) -> Plan:
    """The next steps of every key, as things are known now.

    Args:
        facts: about this ring.
        now: seconds since 1970.
        wanted: the algorithms that shall go on. Another one's key signs until its period ends, and has no
            successor.
    """
    algs = dict.fromkeys((*wanted, *(key.alg for key in ring.keys)))
    steps = [step for alg in algs for step in _algorithm(ring, facts, now, alg, wanted=alg in wanted)]
    return Plan(purpose=ring.purpose, at=now, steps=tuple(sorted(steps, key=lambda step: step.earliest)))


def currents(ring: KeyRing, alg: str) -> tuple[SigningKey, ...]:
    """The keys of an algorithm that were told to sign and not to stop, the newest first.

    Told, whatever the clock says: of two nodes whose clocks differ, both must see the same key here.
    """
    told = [
        key
        for key in ring.keys
        if key.alg == alg and key.active_from is not None and key.retired_at is None and _usable(key)
    ]
    return tuple(sorted(told, key=lambda key: (-(key.active_from or 0.0), key.kid)))


def is_first(ring: KeyRing) -> bool:
    """Whether nobody can know a key of this ring: then its first ones sign at once."""
    return all(key.published is None for key in ring.keys)


def _usable(key: SigningKey) -> bool:
    return key.private is not None and key.compromised_at is None and key.forget_at is None


def _algorithm(ring: KeyRing, facts: Facts, now: float, alg: str, *, wanted: bool) -> Iterator[Step]:
    signing = currents(ring, alg)
    if wanted:
        yield from _succession(ring, facts, now, alg, signing[:1])
    elif signing:
        at = _due(signing[0], facts)
        yield _retire(signing[0], Step(kind="activate", kid=None, alg=alg, earliest=at, why=_UNWANTED))
    elif spare := ring.standby(alg):
        yield Step(kind="forget", kid=spare.kid, alg=alg, earliest=now, why=_UNWANTED)
    for key in signing[1:]:
        yield Step(kind="retire", kid=key.kid, alg=alg, earliest=now, why="a newer key signs")
    for key in (key for key in ring.keys if key.alg == alg):
        yield from _ending(key, facts, now)


def _succession(
    ring: KeyRing, facts: Facts, now: float, alg: str, signing: tuple[SigningKey, ...]
) -> Iterator[Step]:
    """How the next key of an algorithm comes to sign, and what becomes of the one that does."""
    standby = ring.standby(alg)
    if standby is None:
        made = next((key for key in ring.keys if key.alg == alg and _unpublished(key)), None)
        why = "the ring's first key" if is_first(ring) else "there is always a standby"
        if made is None:
            yield Step(kind="generate", kid=None, alg=alg, earliest=now, why=why)
        yield Step(kind="publish", kid=made.kid if made else None, alg=alg, earliest=now, why=why)
    switch = _switch(standby, facts, now, alg, signing)
    if is_first(ring):
        switch = Step(
            kind="activate", kid=None, alg=alg, earliest=now, why="nobody can have missed the first key"
        )
    yield switch
    for old in signing:
        yield _retire(old, switch)
        end = switch.earliest + facts.lifetimes.farewell
        why = "when nothing that it signed can be alive"
        yield Step(
            kind="forget",
            kid=old.kid,
            alg=alg,
            earliest=end,
            why=why,
            blocked_by=(*switch.blocked_by, "it still signs"),
        )


def _switch(
    standby: SigningKey | None, facts: Facts, now: float, alg: str, signing: tuple[SigningKey, ...]
) -> Step:
    times = facts.lifetimes
    blocked: tuple[str, ...]
    if standby is None:
        bound = now + times.wait
        waits = [
            Gate(bound, f"needs until {clock(bound)} once it is published, if superiors keep their word")
        ]
        published, blocked = now, ("waiting for its publication",)
    else:
        waits = list(gates.waits(standby, facts, now))
        published = standby.published or now
        blocked = tuple(gate.why for gate in waits if not gate.open(now))
    for old in signing:
        lead, due = published + times.lead, _due(old, facts)
        waits.append(Gate(lead, f"published for the lead of the settings from {clock(lead)}"))
        waits.append(Gate(due, f"the schedule replaces {old.kid} from {clock(due)}"))
    last = max(waits, key=lambda gate: gate.at)
    kid = standby.kid if standby else None
    return Step(kind="activate", kid=kid, alg=alg, earliest=last.at, why=last.why, blocked_by=blocked)


def _retire(old: SigningKey, switch: Step) -> Step:
    return Step(
        kind="retire",
        kid=old.kid,
        alg=old.alg,
        earliest=switch.earliest,
        why=switch.why if switch.why == _UNWANTED else "its successor signs from then on",
        blocked_by=switch.blocked_by,
    )


def _ending(key: SigningKey, facts: Facts, now: float) -> Iterator[Step]:
    """How a key that does not sign any more leaves."""
    ended = key.retired_at is not None and key.compromised_at is None and key.forget_at is None
    leaves = gates.dead(key, facts, now)
    if ended:
        yield _wait("forget", key, leaves, now)
    if key.private is None:
        return
    if key.retired_at is not None or key.compromised_at is not None or key.forget_at is not None:
        goes = gates.disposable(key, facts, now)
        yield _wait("destroy", key, min(goes, leaves, key=lambda gate: gate.at) if ended else goes, now)


def _wait(kind: StepKind, key: SigningKey, gate: Gate, now: float) -> Step:
    blocked = () if gate.open(now) else (gate.why,)
    return Step(kind=kind, kid=key.kid, alg=key.alg, earliest=gate.at, why=gate.why, blocked_by=blocked)


def _due(key: SigningKey, facts: Facts) -> float:
    return (key.active_from or 0.0) + facts.lifetimes.period


def _unpublished(key: SigningKey) -> bool:
    return key.published is None and _usable(key)
