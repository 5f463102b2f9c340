"""Origins: owns which providers are behind sessions, and whose are not believed any more. Does not end them.

Imports errors.
"""

import threading
from collections.abc import Callable, Collection
from typing import Protocol

from idp.errors import Unavailable


class Origins(Protocol):
    """Which sessions came from whom, durably."""

    def note(self, session: str, origins: Collection[str], expires: int) -> None: ...
    def alive(self, now: float) -> frozenset[str]: ...
    def of(self, origin: str, *, limit: int) -> tuple[str, ...]: ...
    def forget(self, session: str) -> None: ...


class Denied:
    """Where sessions come from, and who of those providers is trusted no longer.

    Args:
        leads: whether a living chain to a provider is at hand; asks nobody.
        pinned: peers that are believed by their keys in the settings; no chain leads to them, nor need one.
    """

    def __init__(
        self, records: Origins, *, leads: Callable[[str], bool], pinned: Collection[str] = ()
    ) -> None:
        self._records = records
        self._leads = leads
        self._pinned = frozenset(pinned)
        self._denied: frozenset[str] = frozenset()
        self._lock = threading.Lock()

    def note(self, session: str, vouching: str, origin: str, expires: int) -> None:
        """A session is about to live; returns when it is durable where it came from.

        A provider that was trusted again meanwhile is believed again. Within the lock: whoever finds that no
        chain leads there any more gives that chain up first and denies then, so that neither can be missed.

        Args:
            session: its name.
            vouching: who passed the person on.
            origin: where the person authenticated.
            expires: seconds since 1970.

        Raises:
            Unavailable: `records`; or `peer`, trust in one of the two has ended.
        """
        if vouching in self._pinned:
            return
        self._records.note(session, {vouching, origin}, expires)
        with self._lock:
            self._denied -= {one for one in self._denied & {vouching, origin} if self._leads(one)}
        if self.denies((vouching, origin)):
            raise Unavailable("peer", f"trust in {vouching} or {origin} ended meanwhile")

    def denies(self, origins: Collection[str]) -> bool:
        """Whether one of them is trusted no longer."""
        return bool(self._denied) and not self._denied.isdisjoint(origins)

    @property
    def denied(self) -> frozenset[str]:
        """Whom no chain leads to, as far as was seen."""
        return self._denied

    def deny(self, origin: str) -> None:
        """No chain leads to it any more."""
        with self._lock:
            self._denied |= {origin}

    def allow(self, origin: str) -> None:
        """A chain leads to it."""
        if origin in self._denied:
            with self._lock:
                self._denied -= {origin}
