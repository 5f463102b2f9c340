"""Lookout: owns what this process saw of others knowing our keys, until it is written down. Does not
judge it.

What counts: a peer or client that took something that we had signed has verified it (E3); so has a peer that
says so in its own signed configuration. Whoever fetches our keys with a signed assertion has them (E2,
`readers`). An address or a `User-Agent` is evidence of nothing: fetches without a name are counted under one
name, for all together (E1).
"""

import threading
from collections.abc import Collection

from idp.clock import Clock
from keys.evidence import Level, ObserverKind, Sighting, merge
from keys.jose import peek

ANYBODY = "anybody"
"""The observer that stands for all who fetched without saying who they are."""

_Name = tuple[str, str, ObserverKind, Level]


class Lookout:
    """Collects sightings in memory; noting one never waits."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[_Name, tuple[Sighting, int]] = {}

    def note(self, kid: str, observer: str, kind: ObserverKind, level: Level) -> None:
        """Somebody knows a key."""
        now = self._clock()
        fresh = Sighting(kid=kid, observer=observer, kind=kind, level=level, first_at=now, last_at=now)
        with self._lock:
            self._add(fresh, 1)

    def accepted(self, token: str, observer: str, kind: ObserverKind) -> None:
        """Somebody who must verify it took this token, which we had signed."""
        if (kid := peek(token).kid) is not None:
            self.note(kid, observer, kind, Level.E3)

    def fetched(self, kids: Collection[str], by: tuple[str, ObserverKind] | None = None) -> None:
        """Our keys were read by somebody, or by whoever proved to be that."""
        observer, kind = by or (ANYBODY, "client")
        for kid in kids:
            self.note(kid, observer, kind, Level.E1 if by is None else Level.E2)

    def take(self) -> list[tuple[Sighting, int]]:
        """What was seen since the last time, each with how often."""
        with self._lock:
            seen, self._seen = self._seen, {}
        return list(seen.values())

    def give_back(self, seen: Collection[tuple[Sighting, int]]) -> None:
        """What could not be written down waits for the next time."""
        with self._lock:
            for sighting, times in seen:
                self._add(sighting, times)

    def _add(self, sighting: Sighting, times: int) -> None:
        name = (sighting.kid, sighting.observer, sighting.kind, sighting.level)
        before, count = self._seen.get(name, (sighting, 0))
        (both,) = merge([before, sighting])
        self._seen[name] = (both, count + times)
