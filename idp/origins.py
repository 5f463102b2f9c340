"""Origins: owns which providers are behind sessions, and whose are not believed any more. Does not end them.

Imports nothing of ours.
"""

from collections.abc import Collection
from typing import Protocol


class Origins(Protocol):
    """Which sessions came from whom, durably."""

    def note(self, session: str, origins: Collection[str], expires: int) -> None: ...
    def alive(self, now: float) -> frozenset[str]: ...
    def of(self, origin: str, *, limit: int) -> tuple[str, ...]: ...
    def forget(self, session: str) -> None: ...


class Denied:
    """Where sessions come from, and who of those providers is trusted no longer."""

    def __init__(self, records: Origins) -> None:
        self._records = records
        self._denied: frozenset[str] = frozenset()

    def note(self, session: str, origins: Collection[str], expires: int) -> None:
        """A session is about to live, of somebody whose providers were trusted just now; returns when that is
        durable.

        Raises:
            Unavailable: `records`.
        """
        self._records.note(session, origins, expires)
        for origin in origins:
            self.allow(origin)

    def denies(self, origins: Collection[str]) -> bool:
        """Whether one of them is trusted no longer."""
        return bool(self._denied) and not self._denied.isdisjoint(origins)

    @property
    def denied(self) -> frozenset[str]:
        """Whom no chain leads to, as far as was seen."""
        return self._denied

    def deny(self, origin: str) -> None:
        """No chain leads to it any more."""
        self._denied |= {origin}

    def allow(self, origin: str) -> None:
        """A chain leads to it."""
        if origin in self._denied:
            self._denied -= {origin}
