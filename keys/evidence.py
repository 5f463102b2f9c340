"""Evidence: owns the form of what is known about who has seen a key, and how two accounts are merged. Pure.

Does not collect it, and does not decide what is enough (`gates`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Literal

ObserverKind = Literal["replica", "peer", "client", "superior"]


class Level(IntEnum):
    """How sure it is that an observer knows a key."""

    E0 = 0
    """Only the time has passed in which it must have forgotten the set without the key."""
    E1 = 1
    """It fetched what we publish after the key was in it."""
    E2 = 2
    """It did so and proved who it is."""
    E3 = 3
    """Proof: a superior's statement lists the key, or a peer verified something signed with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """An observer knew a key at this level, from `first_at` to `last_at` (seconds since 1970, our clock)."""

    kid: str
    observer: str
    kind: ObserverKind
    level: Level
    first_at: float
    last_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """Two people let a key pass an observer that did not confirm it.

    Attributes:
        kid: the key.
        observer: the superior, or whoever pinned our keys.
        at: seconds since 1970; counts as the moment in which the observer confirmed.
        reason: for the audit.
        by: who asks.
        second: who agrees.

    Raises:
        ValueError: no reason, or not two people.
    """

    kid: str
    observer: str
    at: float
    reason: str
    by: str
    second: str

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError("an override needs a reason")
        people = {self.by.strip().casefold(), self.second.strip().casefold()}
        if len(people) != 2 or "" in people:
            raise ValueError("an override needs a second person")


def merge(*accounts: Iterable[Sighting]) -> tuple[Sighting, ...]:
    """One account out of several: each key, observer and level once, from the first sight to the last.

    The order of the accounts does not matter, and merging twice changes nothing.
    """
    found: dict[tuple[str, str, ObserverKind, Level], Sighting] = {}
    for one in (sighting for account in accounts for sighting in account):
        name = (one.kid, one.observer, one.kind, one.level)
        seen = found.get(name, one)
        found[name] = replace(
            one, first_at=min(one.first_at, seen.first_at), last_at=max(one.last_at, seen.last_at)
        )
    return tuple(found[name] for name in sorted(found))


def since(
    sightings: Iterable[Sighting], *, kid: str, observer: str, kind: ObserverKind, level: Level
) -> float | None:
    """Since when the observer has known the key at this level or better (seconds since 1970), or None."""
    return min(
        (
            one.first_at
            for one in sightings
            if (one.kid, one.observer, one.kind) == (kid, observer, kind) and one.level >= level
        ),
        default=None,
    )


def best(sightings: Iterable[Sighting]) -> tuple[Sighting, ...]:
    """The matrix of keys and observers: for each pair the best that is known."""
    cells: dict[tuple[str, str], Sighting] = {}
    for one in sightings:
        cell = cells.get((one.kid, one.observer))
        if cell is None or one.level > cell.level:
            cells[one.kid, one.observer] = one
    return tuple(cells[name] for name in sorted(cells))
